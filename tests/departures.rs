//! Members who come and go: what the groups show of them, and what is left of a change that is cut short.

use crate::admin;
use crate::groups::{add_one_by_one, direct, found, group, groups_of, many, members, path, user};
use crate::support::engine::{Call, Fault};
use crate::support::{TestApp, TestTenant};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::directory::employees::Precondition;
use rollcall::store::dynamodb::port::{Action, Item, TransactWriteCall, Write};
use rollcall::store::membership::{MOST_GROUPS, Presence};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration as StdDuration;
use time::Duration;
use tokio::sync::Notify;
use uuid::Uuid;

/// More groups than two transactions leave.
const MANY: usize = 30;

async fn acme() -> TestTenant {
    TestApp::new().await.tenant("acme").await
}

/// Many groups, each with these members, by id.
async fn many_groups(tenant: &TestTenant, members: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..MANY {
        ids.push(group(tenant, &name(n), members).await);
    }
    ids
}

fn name(n: usize) -> String {
    format!("Group {n:02}")
}

fn all_names() -> Vec<(String, String)> {
    (0..MANY).map(|n| direct(&name(n))).collect()
}

/// Checks who is in every one of these groups, however it is asked.
async fn expect_members(tenant: &TestTenant, groups: &[String], expected: &[&String]) {
    let expected: Vec<String> = expected.iter().copied().cloned().collect();
    let list = tenant.get("/Groups?count=200").await.expect(200);
    for group in groups {
        assert_eq!(members(tenant, group).await, expected);
        let listed = list["Resources"].as_array().unwrap().iter().find(|row| row["id"] == **group);
        let listed = listed.unwrap()["members"].as_array().map_or(0, Vec::len);
        assert_eq!(listed, expected.len());
        let page = admin::get(tenant, &format!("/groups/{group}/members")).await;
        assert_eq!(page["members"].as_array().unwrap().len(), expected.len());
    }
}

/// Checks that nothing is left over: the items say what is seen, and both sides of a membership say the same.
async fn expect_settled(tenant: &TestTenant, groups: &[String]) {
    let store = tenant.app.store.tenant(&tenant.id);
    assert_eq!(store.list_movers().await.unwrap(), []);
    for id in groups {
        let directory = tenant.app.app.tenants.directory(&tenant.id);
        let group = directory.get_group(id.parse().unwrap()).await.unwrap();
        let stored = store.list_stored_members(&group).await.unwrap();
        let stored: Vec<Uuid> = stored.iter().map(|member| member.id).collect();
        assert_eq!(group.member_count, u64::try_from(stored.len()).unwrap());
        let shown: Vec<String> = stored.iter().map(Uuid::to_string).collect();
        assert_eq!(members(tenant, id).await, shown);
        let away = store.list_away(group.id).await.unwrap();
        let ids = [&*stored, &*away].concat();
        let memberships = store.get_memberships(&ids).await.unwrap();
        for id in ids {
            let found = &memberships[&id];
            let says = (found.groups.contains(&group.id), found.former.contains(&group.id));
            assert_eq!(says, (stored.contains(&id), away.contains(&id)), "{id}: {found:?}");
        }
    }
}

async fn delete(tenant: &TestTenant, user: &str) {
    tenant.delete(&format!("/Users/{user}")).await.expect(204);
}

/// Deletes somebody else, a while later: that goes on with what was left over.
async fn pass_by(tenant: &TestTenant) {
    let other = user(tenant, "somebody.else").await;
    let crew = group(tenant, "Somebody's", &[&other]).await;
    tenant.app.advance(Duration::minutes(2));
    delete(tenant, &other).await;
    tenant.delete(&path(&crew)).await.expect(204);
}

#[tokio::test]
async fn who_is_archived_stays_a_member_and_who_is_deleted_comes_back_as_one() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada, &bob]).await;
    let body = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{ada}"), &body).await.expect(200);
    assert_eq!(members(&tenant, &crew).await, [ada.clone(), bob.clone()]);

    let before = tenant.get(&path(&crew)).await;
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    assert_eq!(members(&tenant, &crew).await, std::slice::from_ref(&bob));
    let after = tenant.get(&path(&crew)).await;
    assert_ne!(after.header("etag"), before.header("etag"), "the group has changed");
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    tenant.patch(&path(&crew), &add).await.expect(200);
    assert_eq!(
        members(&tenant, &crew).await,
        std::slice::from_ref(&bob),
        "nobody knows a deleted user"
    );

    let gone = group(&tenant, "Gone", &[&bob]).await;
    assert_eq!(user(&tenant, "ada").await, ada, "the same person");
    assert_eq!(members(&tenant, &crew).await, [ada.clone(), bob.clone()]);
    assert_eq!(groups_of(&tenant, &ada).await, [direct("Crew")]);
    // A group that was deleted meanwhile does not come back with them.
    tenant.delete(&format!("/Users/{bob}")).await.expect(204);
    tenant.delete(&path(&gone)).await.expect(204);
    assert_eq!(user(&tenant, "bob").await, bob);
    assert_eq!(groups_of(&tenant, &bob).await, [direct("Crew")]);
    tenant.expect_sound().await;
}

/// Entra ID takes people out of groups also after it deleted them, and says so once.
#[tokio::test]
async fn who_is_taken_out_while_away_does_not_come_back_as_a_member() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada, &bob]).await;
    let board = group(&tenant, "Board", &[&ada, &bob]).await;
    let staff = group(&tenant, "Staff", &[&ada, &bob]).await;
    for id in [&ada, &bob] {
        tenant.delete(&format!("/Users/{id}")).await.expect(204);
    }
    let before = tenant.get(&path(&crew)).await;
    tenant.app.advance(Duration::hours(1));
    let by_value = json!([{"op": "Remove", "path": "members", "value": [{"value": ada}]}]);
    let answer = tenant.patch(&path(&crew), &by_value).await;
    assert_eq!(answer.expect(200), before.expect(200), "nobody sees a difference");
    assert_eq!(answer.header("etag"), before.header("etag"));
    let by_filter = json!([{"op": "remove", "path": format!("members[value eq \"{ada}\"]")}]);
    tenant.patch(&path(&board), &by_filter).await.expect(200);
    // Among so many others that they are written down first.
    let mut many = vec![json!({"op": "remove", "path": format!("members[value eq \"{bob}\"]")})];
    for n in 0..60 {
        let id = user(&tenant, &format!("u{n}")).await;
        many.push(json!({"op": "add", "path": "members", "value": [{"value": id}]}));
    }
    tenant.patch(&path(&staff), &json!(many)).await.expect(200);
    assert_eq!(members(&tenant, &staff).await.len(), 60);

    assert_eq!(
        (user(&tenant, "ada").await, user(&tenant, "bob").await),
        (ada.clone(), bob.clone())
    );
    assert_eq!(groups_of(&tenant, &ada).await, [direct("Staff")]);
    assert_eq!(groups_of(&tenant, &bob).await, [direct("Crew"), direct("Board")]);
    assert_eq!(members(&tenant, &crew).await, [bob]);
    // Again, for somebody who is here: nothing is left to be done.
    let version = tenant.get(&path(&crew)).await.header("etag").to_owned();
    let again = tenant.patch(&path(&crew), &by_value).await;
    assert_eq!(again.header("etag"), version);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn who_was_in_many_groups_leaves_and_joins_them_all() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let mut names = Vec::new();
    for n in 0..40 {
        let name = format!("Group {n:02}");
        group(&tenant, &name, &[&ada]).await;
        names.push(direct(&name));
    }
    assert_eq!(groups_of(&tenant, &ada).await, names);
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    assert_eq!(found(&tenant, "Groups", &format!("members eq \"{ada}\"")).await.len(), 0);
    assert_eq!(user(&tenant, "ada").await, ada);
    assert_eq!(groups_of(&tenant, &ada).await, names);
    tenant.expect_sound().await;
}

/// Who is only mentioned, and would stay a member if they were here, is not taken out.
#[tokio::test]
async fn who_is_away_and_only_mentioned_comes_back_as_a_member() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    let display = format!("members[value eq \"{ada}\"].display");
    for operation in [
        json!({"op": "remove", "path": display}),
        json!({"op": "replace", "path": display, "value": null}),
        json!({"op": "remove", "path": format!("members[type eq \"Group\" and value eq \"{ada}\"]")}),
        json!({"op": "remove", "path": "members", "value": [{"value": ada, "type": "Group"}]}),
    ] {
        tenant.patch(&path(&crew), &json!([operation])).await.expect(200);
    }
    assert_eq!(user(&tenant, "ada").await, ada);
    assert_eq!(groups_of(&tenant, &ada).await, [direct("Crew")]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn an_erased_employee_is_in_no_group() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let body = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{ada}"), &body).await.expect(200);
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    directory.erase(ada.parse().unwrap(), "admin").await.unwrap();
    assert_eq!(members(&tenant, &crew).await, Vec::<String>::new());
    tenant.expect_sound().await;
}

#[tokio::test]
async fn who_is_deleted_between_a_large_change_and_its_end_is_no_member() {
    let (tenant, ids) = many(120).await;
    let crew = group(&tenant, "Crew", &[]).await;
    tenant.app.faults.end_writes_after(1);
    tenant.patch(&path(&crew), &add_one_by_one(&ids)).await.expect(200);
    assert_eq!(tenant.app.faults.left(), 0);
    tenant.delete(&format!("/Users/{}", ids[5])).await.expect(204);
    // The next change finishes the one before.
    let rename = json!([{"op": "replace", "path": "displayName", "value": "Fleet"}]);
    tenant.patch(&path(&crew), &rename).await.expect(200);
    let mut rest = ids.clone();
    rest.remove(5);
    assert_eq!(members(&tenant, &crew).await, rest);
    expect_settled(&tenant, &[crew]).await;
    tenant.expect_sound().await;
}

#[tokio::test]
async fn an_erased_employee_is_in_no_change_that_waits_and_in_no_deleted_group() {
    let (tenant, ids) = many(120).await;
    let cut_short = |spared: usize| {
        for _ in 0..spared {
            tenant.app.faults.plan("TransactWriteItems", Fault::Spared);
        }
        tenant.app.faults.end_writes_after(0);
    };
    let crew = group(&tenant, "Crew", &[]).await;
    cut_short(1);
    tenant.patch(&path(&crew), &add_one_by_one(&ids)).await.expect(200);
    let fleet = group(&tenant, "Fleet", &[]).await;
    tenant.patch(&path(&fleet), &add_one_by_one(&ids)).await.expect(200);
    cut_short(1);
    tenant.delete(&path(&fleet)).await.expect(204);
    assert_eq!(tenant.app.faults.left(), 0);
    let body = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{}", ids[9]), &body).await.expect(200);
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    directory.erase(ids[9].parse().unwrap(), "admin").await.unwrap();
    let mut rest = ids.clone();
    rest.remove(9);
    assert_eq!(members(&tenant, &crew).await, rest, "what waited is written, without them");
    let graves = tenant.app.store.tenant(&tenant.id).list_graves().await.unwrap();
    assert!(graves.is_empty(), "what was left of deleted groups is gone");
    tenant.expect_sound().await;
}

/// A request about all members is about who is away too.
#[tokio::test]
async fn a_whole_list_counts_for_who_is_away() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let by_id = format!("members[value eq \"{ada}\"]");
    let by_ids = format!("members[value eq \"{ada}\" or value eq \"nobody\"]");
    let no_groups = json!({"op": "remove", "path": "members[type eq \"Group\"]"});
    // Each with whether bob, who is here, is taken out too.
    let requests = [
        (json!([{"op": "replace", "path": "members", "value": [{"value": bob}]}]), false),
        (json!([{"op": "replace", "value": {"members": [{"value": bob}]}}]), false),
        (json!([{"op": "remove", "path": by_id}, no_groups]), false),
        (json!([{"op": "remove", "path": by_ids}]), false),
        (json!([{"op": "replace", "path": "members", "value": []}]), true),
        (json!([{"op": "remove", "path": "members"}]), true),
        (json!([{"op": "remove", "path": "members[type eq \"User\"]"}]), true),
        (json!({"displayName": "Put", "members": [{"value": bob}]}), false),
        (json!({"displayName": "Put empty", "members": []}), true),
        (json!({"displayName": "Put without"}), true),
    ];
    let mut groups = Vec::new();
    for n in 0..requests.len() {
        groups.push(group(&tenant, &name(n), &[&ada, &bob]).await);
    }
    delete(&tenant, &ada).await;
    for ((body, is_seen), group) in requests.iter().zip(&groups) {
        let path = path(group);
        let before = tenant.get(&path).await.expect(200);
        let answer = match body {
            Value::Array(_) => tenant.patch(&path, body).await,
            _ => tenant.put(&path, body).await,
        };
        let expected = if *is_seen { None } else { before.get("members") };
        assert_eq!(answer.expect(200).get("members"), expected, "{body}");
        if body.is_array() && !is_seen {
            assert_eq!(answer.expect(200), before, "nobody sees a difference: {body}");
        }
    }
    assert_eq!(user(&tenant, "ada").await, ada);
    assert_eq!(groups_of(&tenant, &ada).await, []);
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// Who is in the list, or not in the part of it that is meant, comes back.
#[tokio::test]
async fn a_list_with_who_is_away_in_it_lets_them_come_back() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada]).await;
    delete(&tenant, &ada).await;
    let both = json!({"displayName": "Crew", "members": [{"value": ada}, {"value": bob}]});
    tenant.put(&path(&crew), &both).await.expect(200);
    for operation in [
        json!({"op": "replace", "path": "members", "value": [{"value": ada}]}),
        json!({"op": "remove", "path": "members[type eq \"Group\"]"}),
        json!({"op": "replace", "path": "members[type eq \"User\"].display", "value": "x"}),
    ] {
        tenant.patch(&path(&crew), &json!([operation])).await.expect(200);
        assert_eq!(members(&tenant, &crew).await, Vec::<String>::new());
    }
    assert_eq!(user(&tenant, "ada").await, ada);
    assert_eq!(groups_of(&tenant, &ada).await, [direct("Crew")]);
    expect_settled(&tenant, &[crew]).await;
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_deletion_that_fails_takes_nobody_out_of_a_group() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let groups = many_groups(&tenant, &[&ada]).await;
    tenant.app.faults.end_writes_after(0);
    tenant.delete(&format!("/Users/{ada}")).await.expect_error(500, None);
    expect_members(&tenant, &groups, &[&ada]).await;
    assert_eq!(groups_of(&tenant, &ada).await, all_names());
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_deletion_that_is_cut_short_is_seen_whole_and_finished_later() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    tenant.app.faults.end_writes_after(1);
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    directory.delete(ada.parse().unwrap(), &Precondition::default(), "Somebody").await.unwrap();
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
    expect_members(&tenant, &groups, &[&bob]).await;
    let by_member = format!("members eq \"{ada}\"");
    assert_eq!(found(&tenant, "Groups", &by_member).await, Vec::<String>::new());
    // Others let it be for a minute: the request may be there still.
    let third = user(&tenant, "third").await;
    group(&tenant, "Third", &[&third]).await;
    delete(&tenant, &third).await;
    let store = tenant.app.store.tenant(&tenant.id);
    assert_eq!(store.list_movers().await.unwrap().len(), 1);
    pass_by(&tenant).await;
    expect_settled(&tenant, &groups).await;
    let history = admin::get(&tenant, &format!("/groups/{}/history", groups[MANY - 1])).await;
    assert_eq!(history["entries"][0]["by"], "Somebody", "whoever finishes it");
    assert_eq!(user(&tenant, "ada").await, ada);
    assert_eq!(groups_of(&tenant, &ada).await, all_names());
    expect_members(&tenant, &groups, &[&ada, &bob]).await;
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// The client hangs up, or the time is over.
#[tokio::test]
async fn a_request_that_is_dropped_is_done_or_not_done() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let groups = many_groups(&tenant, &[&ada]).await;
    let faults = &tenant.app.faults;
    let (url, a_while) = (format!("/Users/{ada}"), StdDuration::from_millis(700));
    faults.plan("TransactWriteItems", Fault::Silence);
    tokio::time::timeout(a_while, tenant.delete(&url)).await.unwrap_err();
    expect_members(&tenant, &groups, &[&ada]).await;
    assert_eq!(groups_of(&tenant, &ada).await, all_names());

    faults.plan("TransactWriteItems", Fault::Spared);
    faults.plan("TransactWriteItems", Fault::Silence);
    tokio::time::timeout(a_while, tenant.delete(&url)).await.unwrap_err();
    tenant.get(&url).await.expect_error(404, None);
    expect_members(&tenant, &groups, &[]).await;
    pass_by(&tenant).await;
    expect_settled(&tenant, &groups).await;

    faults.plan("TransactWriteItems", Fault::Spared);
    faults.plan("TransactWriteItems", Fault::Spared);
    faults.plan("TransactWriteItems", Fault::Silence);
    let back = json!({"userName": "ada"});
    tokio::time::timeout(a_while, tenant.post("/Users", &back)).await.unwrap_err();
    assert_eq!(faults.left(), 0);
    expect_members(&tenant, &groups, &[&ada]).await;
    assert_eq!(groups_of(&tenant, &ada).await, all_names());
    pass_by(&tenant).await;
    expect_settled(&tenant, &groups).await;
    expect_members(&tenant, &groups, &[&ada]).await;
    tenant.expect_sound().await;
}

/// What is said of groups that have not followed yet counts, while somebody goes and while they come back.
#[tokio::test]
async fn groups_that_have_not_followed_yet_are_changed_as_any_other() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    let last = |n: usize| &groups[MANY - n];
    let remove = json!([{"op": "remove", "path": "members", "value": [{"value": ada}]}]);
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    let only = |id: &str| json!([{"op": "replace", "path": "members", "value": [{"value": id}]}]);
    let faults = &tenant.app.faults;

    faults.end_writes_after(1);
    delete(&tenant, &ada).await;
    tenant.patch(&path(last(1)), &remove).await.expect(200);
    tenant.patch(&path(last(2)), &only(&bob)).await.expect(200);
    tenant.patch(&path(last(3)), &add).await.expect(200);
    tenant.delete(&path(last(4))).await.expect(204);
    let there: Vec<String> = groups.iter().filter(|id| *id != last(4)).cloned().collect();
    expect_members(&tenant, &there, &[&bob]).await;

    assert_eq!(user(&tenant, "ada").await, ada);
    assert_eq!(groups_of(&tenant, &ada).await.len(), MANY - 3);
    expect_settled(&tenant, &there).await;
    delete(&tenant, &ada).await;
    faults.end_writes_after(2);
    assert_eq!(user(&tenant, "ada").await, ada);
    assert_eq!(faults.left(), 0, "it was cut short");
    tenant.patch(&path(last(5)), &remove).await.expect(200);
    tenant.patch(&path(last(6)), &only(&bob)).await.expect(200);
    tenant.patch(&path(last(7)), &add).await.expect(200);
    tenant.patch(&path(last(8)), &only(&ada)).await.expect(200);
    let out = [1, 2, 5, 6].map(last);
    let here: Vec<String> =
        there.iter().filter(|id| !out.contains(id) && *id != last(8)).cloned().collect();
    for _ in 0..2 {
        expect_members(&tenant, &out.map(String::clone), &[&bob]).await;
        expect_members(&tenant, &here, &[&ada, &bob]).await;
        assert_eq!(members(&tenant, last(8)).await, std::slice::from_ref(&ada));
        assert_eq!(groups_of(&tenant, &ada).await.len(), MANY - 5);
        pass_by(&tenant).await;
        expect_settled(&tenant, &there).await;
    }
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_group_in_many_others_leaves_them_with_its_deletion_or_not_at_all() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let inner = group(&tenant, "Inner", &[&ada]).await;
    let groups = many_groups(&tenant, &[&inner]).await;
    let faults = &tenant.app.faults;
    faults.end_writes_after(0);
    tenant.delete(&path(&inner)).await.expect_error(500, None);
    expect_members(&tenant, &groups, &[&inner]).await;
    assert_eq!(groups_of(&tenant, &ada).await.len(), MANY + 1);
    faults.end_writes_after(1);
    tenant.delete(&path(&inner)).await.expect(204);
    assert_eq!(faults.left(), 0);
    expect_members(&tenant, &groups, &[]).await;
    assert_eq!(groups_of(&tenant, &ada).await, []);
    pass_by(&tenant).await;
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

#[tokio::test]
async fn an_erasure_that_is_cut_short_is_finished_by_the_next() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let groups = many_groups(&tenant, &[&ada]).await;
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    // In some of the groups, and to come back to the others.
    tenant.app.faults.end_writes_after(2);
    delete(&tenant, &ada).await;
    tenant.app.faults.end_writes_after(0);
    directory.erase(ada.parse().unwrap(), "admin").await.unwrap_err();
    tenant.app.faults.end_writes_after(1);
    directory.erase(ada.parse().unwrap(), "admin").await.unwrap_err();
    assert_eq!(tenant.app.faults.left(), 0);
    expect_members(&tenant, &groups, &[]).await;
    directory.erase(ada.parse().unwrap(), "admin").await.unwrap();
    expect_settled(&tenant, &groups).await;
    let store = tenant.app.store.tenant(&tenant.id);
    for group in &groups {
        let away = store.list_away(group.parse().unwrap()).await.unwrap();
        assert!(away.is_empty());
    }
    assert_ne!(user(&tenant, "ada").await, ada);
    tenant.expect_sound().await;
}

/// Who is refused as a member because they are away, and is back before that is written down.
#[tokio::test]
async fn who_comes_back_while_a_large_change_is_finished_is_a_member() {
    let (tenant, ids) = many(60).await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[]).await;
    let everybody = [&ids[..], std::slice::from_ref(&ada)].concat();
    let faults = &tenant.app.faults;
    faults.end_writes_after(1);
    tenant.patch(&path(&crew), &add_one_by_one(&everybody)).await.expect(200);
    delete(&tenant, &ada).await;
    assert_eq!(faults.left(), 0, "it was cut short");
    let let_go = Arc::new(Notify::new());
    hold_third(&tenant, &let_go);
    let (url, rename) = (path(&crew), json!([{"op": "add", "path": "externalId", "value": "x"}]));
    let come_back = async {
        while faults.left() > 0 {
            tokio::task::yield_now().await;
        }
        let back = user(&tenant, "ada").await;
        let_go.notify_one();
        back
    };
    let (finished, back) = tokio::join!(tenant.patch(&url, &rename), come_back);
    finished.expect(200);
    assert_eq!(back, ada);
    assert_eq!(groups_of(&tenant, &ada).await, [direct("Crew")]);
    assert_eq!(members(&tenant, &crew).await.len(), everybody.len());
    expect_settled(&tenant, &[crew]).await;
    tenant.expect_sound().await;
}

/// While somebody comes back, what is said of them is seen, and a client that asks for news gets it.
#[tokio::test]
async fn who_is_on_the_way_back_is_seen_as_any_member() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    let [renamed, left, whole, .., again] = &groups[MANY - 10..] else { panic!("ten groups") };
    delete(&tenant, &ada).await;
    let tag = tenant.get(&path(left)).await.header("etag").to_owned();
    tenant.app.faults.end_writes_after(2);
    assert_eq!(user(&tenant, "ada").await, ada);
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
    let if_changed = [("if-none-match", &*tag)];
    let told = tenant.request("GET", &path(left), &if_changed, "").await.expect(200);
    assert_eq!(told["members"].as_array().map(Vec::len), Some(2));

    let add =
        json!([{"op": "add", "path": "members", "value": [{"value": ada, "display": "Countess"}]}]);
    let shown = tenant.patch(&path(renamed), &add).await.expect(200);
    assert_eq!(shown["members"][0]["display"], "Countess");
    for (operation, group) in [
        (json!({"op": "remove", "path": format!("members[value eq \"{ada}\"]")}), left),
        (json!({"op": "replace", "path": "members", "value": [{"value": bob}]}), whole),
    ] {
        let before = tenant.get(&path(group)).await.header("etag").to_owned();
        let answer = tenant.patch(&path(group), &json!([operation])).await;
        assert_eq!(answer.expect(200)["members"].as_array().map(Vec::len), Some(1));
        assert_ne!(answer.header("etag"), before, "the members are others");
    }
    // In and out again, before the group has followed: a list without them has nothing to do afterwards.
    let remove = json!([{"op": "remove", "path": "members", "value": [{"value": ada}]}]);
    tenant.patch(&path(again), &add).await.expect(200);
    tenant.patch(&path(again), &remove).await.expect(200);
    pass_by(&tenant).await;
    let before = admin::get(&tenant, &format!("/groups/{again}/history")).await;
    let list = json!([{"op": "replace", "path": "members", "value": [{"value": bob}]}]);
    tenant.patch(&path(again), &list).await.expect(200);
    assert_eq!(admin::get(&tenant, &format!("/groups/{again}/history")).await, before);
    let settled: Vec<String> = groups.iter().filter(|id| *id != again).cloned().collect();
    expect_settled(&tenant, &settled).await;
    tenant.expect_sound().await;
}

/// As many addresses as somebody can have, and as many groups as one transaction takes beside them.
#[tokio::test]
async fn who_has_many_addresses_leaves_and_joins_many_groups_too() {
    let tenant = acme().await;
    let emails: Vec<Value> =
        (0..40).map(|n| json!({"value": format!("ada{n}@example.com")})).collect();
    let body = json!({"userName": "ada", "externalId": "1", "emails": emails});
    let ada = tenant.create(&body).await;
    let groups = many_groups(&tenant, &[&ada]).await;
    tenant.app.faults.take_calls();
    delete(&tenant, &ada).await;
    assert_eq!(tenant.create(&body).await, ada);
    let calls = tenant.app.faults.take_calls();
    let items = |call: &Call| call.request["TransactItems"].as_array().map_or(0, Vec::len);
    assert_eq!(calls.iter().map(items).max(), Some(95), "what the data model says");
    expect_members(&tenant, &groups, &[&ada]).await;
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// A deletion that is still at work when the person is created again leaves the rest to that.
#[tokio::test]
async fn a_deletion_does_not_go_on_with_a_return() {
    let tenant = acme().await;
    let body = json!({"userName": "ada", "displayName": "Ada Lovelace"});
    let ada = tenant.create(&body).await;
    let groups = many_groups(&tenant, &[&ada]).await;
    let (leaving, joining) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    hold_third(&tenant, &leaving);
    let deletion = async {
        delete(&tenant, &ada).await;
        joining.notify_one();
    };
    let creation = async {
        used_up(&tenant).await;
        hold_third(&tenant, &joining);
        let let_go = async {
            used_up(&tenant).await;
            leaving.notify_one();
        };
        tokio::join!(tenant.post("/Users", &body), let_go).0.expect(201);
    };
    tokio::join!(deletion, creation);
    for group in &groups {
        let body = tenant.get(&path(group)).await.expect(200);
        assert_eq!(body["members"][0]["display"], "Ada Lovelace");
    }
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// Lets two transactions pass, and keeps the one after them from the engine until it is let go.
fn hold_third(tenant: &TestTenant, let_go: &Arc<Notify>) {
    for fault in [Fault::Spared, Fault::Spared, Fault::Held(Arc::clone(let_go))] {
        tenant.app.faults.plan("TransactWriteItems", fault);
    }
}

/// Waits until all planned faults have met a call.
async fn used_up(tenant: &TestTenant) {
    while tenant.app.faults.left() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_is_erased_while_a_large_change_is_finished_is_remembered_nowhere() {
    let (tenant, ids) = many(60).await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[]).await;
    let everybody = [&ids[..], std::slice::from_ref(&ada)].concat();
    tenant.app.faults.end_writes_after(1);
    tenant.patch(&path(&crew), &add_one_by_one(&everybody)).await.expect(200);
    delete(&tenant, &ada).await;
    let (finishing, erasing) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    hold_third(&tenant, &finishing);
    let (url, rename) = (path(&crew), json!([{"op": "add", "path": "externalId", "value": "x"}]));
    let finish = async {
        tenant.patch(&url, &rename).await.expect(200);
        erasing.notify_one();
    };
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    let erase = async {
        used_up(&tenant).await;
        hold_third(&tenant, &erasing);
        let let_go = async {
            used_up(&tenant).await;
            finishing.notify_one();
        };
        let (erased, ()) = tokio::join!(directory.erase(ada.parse().unwrap(), "admin"), let_go);
        erased.unwrap();
    };
    tokio::join!(finish, erase);
    let id: Uuid = ada.parse().unwrap();
    let store = tenant.app.store.tenant(&tenant.id);
    let memberships = store.get_memberships(&[id]).await.unwrap().remove(&id).unwrap();
    assert_eq!((memberships.presence, memberships.former.len()), (Presence::Gone, 0));
    assert_eq!(members(&tenant, &crew).await.len(), ids.len());
    expect_settled(&tenant, &[crew]).await;
    tenant.expect_sound().await;
}

/// Also while a change with them in it is not written to their own items yet.
#[tokio::test]
async fn who_is_deleted_is_seen_in_no_group_whatever_waits() {
    let (tenant, ids) = many(120).await;
    let crew = group(&tenant, "Crew", &[]).await;
    tenant.app.faults.end_writes_after(1);
    tenant.patch(&path(&crew), &add_one_by_one(&ids)).await.expect(200);
    delete(&tenant, &ids[5]).await;
    assert!(!members(&tenant, &crew).await.contains(&ids[5]));
    let page = admin::get(&tenant, &format!("/groups/{crew}/members?limit=200")).await;
    assert_eq!(page["members"].as_array().unwrap().len(), ids.len() - 1);
    assert!(!page.to_string().contains(&ids[5]));
    tenant.expect_sound().await;
}

/// As many groups as somebody can be in are a limit that a request is told of, and never in the way of others.
#[tokio::test]
async fn who_is_in_very_many_groups_joins_no_other() {
    let (tenant, ids) = many(60).await;
    let (ada, crew) = (user(&tenant, "ada").await, group(&tenant, "Crew", &[&ids[0]]).await);
    let groups: Vec<String> = (0..MOST_GROUPS).map(|_| Uuid::new_v4().to_string()).collect();
    let item = Item::from([
        ("PK".to_owned(), AttributeValue::S("TENANT#acme#MEMBEROF".to_owned())),
        ("SK".to_owned(), AttributeValue::S(ada.clone())),
        ("memberOf".to_owned(), AttributeValue::Ss(groups)),
    ]);
    let write = Write { action: Action::Put(item), condition: None, values: Item::new() };
    let call = TransactWriteCall { writes: vec![write], token: Uuid::new_v4() };
    tenant.app.table.transact_write(&call).await.unwrap();
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    let answer = tenant.patch(&path(&crew), &add).await;
    let detail = answer.expect_error(400, Some("invalidValue"));
    assert_eq!(
        detail,
        format!(
            "members: {ada} is in 5000 groups, and nobody can be in more; take them out of another group first"
        )
    );
    // Among so many that the change is committed before.
    let everybody = [&ids[1..], std::slice::from_ref(&ada)].concat();
    tenant.patch(&path(&crew), &add_one_by_one(&everybody)).await.expect(200);
    assert_eq!(members(&tenant, &crew).await, ids);
    expect_settled(&tenant, std::slice::from_ref(&crew)).await;
    delete(&tenant, &ids[0]).await;
    tenant.delete(&path(&crew)).await.expect(204);
}

//! Departures: deleted and erased employees, and deleted groups, leave all groups, also when the work is interrupted.

use super::{
    add_one_by_one, cut_change_short, direct, found, group, groups_of, many, members, path, user,
};
use crate::admin;
use crate::support::START;
use crate::support::browser::Browser;
use crate::support::engine::{Call, Fault};
use crate::support::{TestApp, TestTenant, is_on_an_endpoint, pause_time};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::directory::users::Precondition;
use rollcall::directory::{Employee, EventKind, Kind};
use rollcall::model::history::HistoryEntry;
use rollcall::model::unfinished::Work;
use rollcall::store::dynamodb::port::{Action, Item, TransactWriteCall, Write};
use rollcall::store::members::memberships::MOST_GROUPS;
use rollcall::store::written::Written;
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

/// Checks that no work is unfinished, and that both sides of each membership agree.
async fn expect_settled(tenant: &TestTenant, groups: &[String]) {
    assert_eq!(unfinished(tenant).await, []);
    let store = tenant.app.store.tenant(&tenant.id);
    for id in groups {
        let directory = tenant.app.app.tenants.directory(&tenant.id);
        let group = directory.get_group(id.parse().unwrap()).await.unwrap();
        let rows = store.list_member_rows(group.id).await.unwrap();
        let stored: Vec<Uuid> = rows.iter().map(|row| row.member.id).collect();
        assert_eq!(group.member_count, u64::try_from(stored.len()).unwrap());
        let shown: Vec<String> = stored.iter().map(Uuid::to_string).collect();
        assert_eq!(members(tenant, id).await, shown);
        let memberships = store.get_memberships(&stored).await.unwrap();
        for id in stored {
            assert!(memberships[&id].groups.contains(&group.id), "{id}");
        }
    }
}

/// The work that is not carried out.
async fn unfinished(tenant: &TestTenant) -> Vec<(Work, Uuid)> {
    let store = tenant.app.store.tenant(&tenant.id);
    let work = store.list_unfinished(Work::Change..=Work::Erasure).await.unwrap();
    work.into_iter().map(|entry| (entry.work, entry.id)).collect()
}

/// A user with an externalId. A POST of it after a deletion brings the employee back.
fn person(name: &str) -> Value {
    json!({"userName": name, "externalId": format!("00u-{name}")})
}

async fn delete(tenant: &TestTenant, user: &str) {
    tenant.delete(&format!("/Users/{user}")).await.expect(204);
}

/// Two minutes later, a request: it finishes what others left over.
async fn pass_by(tenant: &TestTenant) {
    tenant.app.advance(Duration::minutes(2));
    tenant.get("/Users?count=1").await.expect(200);
}

#[tokio::test]
async fn an_archived_employee_stays_a_member_and_a_deleted_one_comes_back_without_groups() {
    let tenant = acme().await;
    let (ada, bob) = (tenant.create(&person("ada")).await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada, &bob]).await;
    let body = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{ada}"), &body).await.expect(200);
    assert_eq!(members(&tenant, &crew).await, [ada.clone(), bob.clone()]);

    let before = tenant.get(&path(&crew)).await;
    delete(&tenant, &ada).await;
    assert_eq!(members(&tenant, &crew).await, std::slice::from_ref(&bob));
    let after = tenant.get(&path(&crew)).await;
    assert_ne!(after.header("etag"), before.header("etag"), "the group has changed");
    let history = admin::get(&tenant, &format!("/groups/{crew}/history")).await;
    let change = json!([{"attribute": "members", "old": [ada], "new": null}]);
    assert_eq!(
        history["entries"][0]["changes"], change,
        "the history shows the group that was left"
    );
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    tenant.patch(&path(&crew), &add).await.expect(200);
    assert_eq!(members(&tenant, &crew).await, std::slice::from_ref(&bob), "nobody knows the id");

    assert_eq!(tenant.create(&person("ada")).await, ada, "the same person");
    assert_eq!(groups_of(&tenant, &ada).await, []);
    tenant.patch(&path(&crew), &add).await.expect(200);
    assert_eq!(groups_of(&tenant, &ada).await, [direct("Crew")], "pushed again");
    delete(&tenant, &ada).await;
    admin::admin(&tenant, "POST", &format!("/employees/{ada}/restore"), Value::Null)
        .await
        .expect(200);
    assert_eq!(groups_of(&tenant, &ada).await, []);
    tenant.expect_sound().await;
}

/// Entra ID takes people out of groups also after it deleted them.
#[tokio::test]
async fn a_removal_of_a_deleted_employee_changes_nothing() {
    let tenant = acme().await;
    let (ada, bob) = (tenant.create(&person("ada")).await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada, &bob]).await;
    delete(&tenant, &ada).await;
    let before = tenant.get(&path(&crew)).await;
    for operation in [
        json!({"op": "Remove", "path": "members", "value": [{"value": ada}]}),
        json!({"op": "remove", "path": format!("members[value eq \"{ada}\"]")}),
        json!({"op": "replace", "path": "members", "value": [{"value": ada}, {"value": bob}]}),
        json!({"op": "remove", "path": format!("members[value eq \"{ada}\"].display")}),
    ] {
        let answer = tenant.patch(&path(&crew), &json!([operation])).await;
        assert_eq!(answer.expect(200), before.expect(200), "{operation}");
        assert_eq!(answer.header("etag"), before.header("etag"), "{operation}");
    }
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_member_of_many_groups_leaves_them_all() {
    let tenant = acme().await;
    let ada = tenant.create(&person("ada")).await;
    let mut names = Vec::new();
    for n in 0..40 {
        let name = format!("Group {n:02}");
        group(&tenant, &name, &[&ada]).await;
        names.push(direct(&name));
    }
    assert_eq!(groups_of(&tenant, &ada).await, names);
    delete(&tenant, &ada).await;
    assert_eq!(found(&tenant, "Groups", &format!("members eq \"{ada}\"")).await.len(), 0);
    assert_eq!(unfinished(&tenant).await, []);
    assert_eq!(tenant.create(&person("ada")).await, ada);
    assert_eq!(groups_of(&tenant, &ada).await, []);
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
async fn an_employee_who_is_deleted_before_a_large_change_is_finished_is_no_member() {
    let (tenant, ids) = many(120).await;
    let crew = group(&tenant, "Crew", &[]).await;
    cut_change_short(&tenant, &crew, &ids).await;
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
    let crew = group(&tenant, "Crew", &[]).await;
    cut_change_short(&tenant, &crew, &ids).await;
    let fleet = group(&tenant, "Fleet", &[]).await;
    tenant.patch(&path(&fleet), &add_one_by_one(&ids)).await.expect(200);
    tenant.app.faults.end_writes_after(1);
    tenant.delete(&path(&fleet)).await.expect(204);
    assert_eq!(tenant.app.faults.left(), 0);
    let body = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{}", ids[9]), &body).await.expect(200);
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    directory.erase(ids[9].parse().unwrap(), "admin").await.unwrap();
    let mut rest = ids.clone();
    rest.remove(9);
    assert_eq!(members(&tenant, &crew).await, rest, "what waited is written, without them");
    let store = tenant.app.store.tenant(&tenant.id);
    let rows = store.list_member_rows(fleet.parse().unwrap()).await.unwrap();
    assert!(rows.iter().all(|row| row.member.id.to_string() != ids[9]), "no row has their name");
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
async fn a_deletion_that_is_cut_short_is_finished_by_the_first_reader() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    cut_deletion_short(&tenant, &ada).await;
    let by_member = format!("members eq \"{ada}\"");
    assert_eq!(found(&tenant, "Groups", &by_member).await, Vec::<String>::new());
    // The first group has followed, and so nobody waits for its members.
    assert_eq!(members(&tenant, &groups[0]).await, std::slice::from_ref(&bob));
    assert_eq!(unfinished(&tenant).await.len(), 1);
    assert_eq!(members(&tenant, &groups[MANY - 1]).await, std::slice::from_ref(&bob));
    assert_eq!(unfinished(&tenant).await, []);
    expect_members(&tenant, &groups, &[&bob]).await;
    let history = admin::get(&tenant, &format!("/groups/{}/history", groups[MANY - 1])).await;
    assert_eq!(history["entries"][0]["by"], "Somebody", "the actor, whoever finishes it");
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// Deletes somebody, with a server that dies after the first transaction.
async fn cut_deletion_short(tenant: &TestTenant, user: &str) {
    tenant.app.faults.end_writes_after(1);
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    directory.delete(user.parse().unwrap(), &Precondition::default(), "Somebody").await.unwrap();
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
}

#[tokio::test]
async fn a_later_request_of_any_kind_finishes_what_is_left_over() {
    let (tenant, ids) = many(60).await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    let crew = group(&tenant, "Crew", &[]).await;
    let fleet = group(&tenant, "Fleet", &[&ids[0]]).await;
    let faults = &tenant.app.faults;
    cut_deletion_short(&tenant, &ada).await;
    faults.end_writes_after(1);
    tenant.delete(&path(&fleet)).await.expect(204);
    faults.end_writes_after(1);
    tenant.delete(&format!("/Users/{bob}")).await.expect(204);
    faults.end_writes_after(1);
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    directory.erase(bob.parse().unwrap(), "admin").await.unwrap_err();
    cut_change_short(&tenant, &crew, &ids).await;
    let id = |text: &str| text.parse::<Uuid>().unwrap();
    let all = [
        (Work::Change, id(&crew)),
        (Work::Deletion, id(&fleet)),
        (Work::Departure, id(&ada)),
        (Work::Erasure, id(&bob)),
    ];
    assert_eq!(unfinished(&tenant).await, all);
    // The requests that began it may still be there.
    tenant.app.advance(Duration::seconds(59));
    tenant.get("/Users?count=1").await.expect(200);
    assert_eq!(unfinished(&tenant).await, all);
    pass_by(&tenant).await;
    assert_eq!(unfinished(&tenant).await, []);
    assert_eq!(
        directory.history(id(&bob)).await.unwrap_err().to_string(),
        format!("there is no employee {bob}")
    );
    assert_eq!(members(&tenant, &crew).await, ids);
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_console_finishes_what_is_left_over_too() {
    let tenant = acme().await;
    let browser = Browser::signed_in(&tenant).await;
    for (name, page) in [("ada", "employees"), ("bob", "")] {
        let id = tenant.create(&person(name)).await;
        let groups = many_groups(&tenant, &[&id]).await;
        cut_deletion_short(&tenant, &id).await;
        tenant.app.advance(Duration::minutes(2));
        browser.get(page).await.page(200);
        assert_eq!(unfinished(&tenant).await, [], "{page:?}");
        for group in groups {
            tenant.delete(&path(&group)).await.expect(204);
        }
    }
}

#[tokio::test]
async fn a_request_of_a_tenant_over_its_share_finishes_what_is_left_over_too() {
    let tenant = acme().await;
    let slow = tenant.app.app.with_memory_of_its_own().with_tenant_units(1);
    let slow = tenant.at(tenant.app.serving(slow));
    let ada = user(&tenant, "ada").await;
    let groups = many_groups(&tenant, &[&ada]).await;
    slow.get("/Users?count=1").await.expect(200);
    cut_deletion_short(&tenant, &ada).await;
    tenant.app.advance(Duration::seconds(50));
    let create = |n: usize| {
        let body = json!({"userName": format!("new{n}")});
        json!({"method": "POST", "path": "/Users", "bulkId": n.to_string(), "data": body})
    };
    let creates: Vec<Value> = (0..30).map(create).collect();
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    let request = json!({"schemas": schemas, "Operations": creates});
    slow.post("/Bulk", &request).await.expect(200);
    assert_eq!(unfinished(&tenant).await.len(), 1);
    tenant.app.advance(Duration::seconds(12));
    slow.get("/Users?count=1").await.expect_error(429, None);
    expect_settled(&tenant, &groups).await;
}

/// The memberships of somebody who does not come back refuse joins for a day, and are then removed.
#[tokio::test]
async fn memberships_of_erased_employees_and_deleted_groups_end() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let fleet = group(&tenant, "Fleet", &[&crew]).await;
    delete(&tenant, &ada).await;
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    directory.erase(ada.parse().unwrap(), "admin").await.unwrap();
    tenant.delete(&path(&crew)).await.expect(204);
    tenant.delete(&path(&fleet)).await.expect(204);
    let store = tenant.app.store.tenant(&tenant.id);
    let ids: Vec<Uuid> = [&ada, &crew, &fleet].map(|id| id.parse().unwrap()).to_vec();
    tenant.app.advance(Duration::hours(23));
    pass_by(&tenant).await;
    let found = store.get_memberships(&ids).await.unwrap();
    assert!(ids.iter().all(|id| found[id].is_closed), "{found:?}");
    let expiring = || store.list_unfinished(Work::Expiry..=Work::Expiry);
    assert_eq!(expiring().await.unwrap().len(), 3);
    tenant.app.advance(Duration::hours(1));
    pass_by(&tenant).await;
    assert!(store.get_memberships(&ids).await.unwrap().is_empty());
    assert_eq!(expiring().await.unwrap(), []);
    tenant.expect_sound().await;
}

/// A history can be longer than a request. The erasure is committed first, and any later request goes on with it.
#[tokio::test]
async fn an_erasure_that_takes_longer_than_a_request_finishes_by_itself() {
    if is_on_an_endpoint() {
        return;
    }
    pause_time();
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let url = format!("/Users/{ada}");
    for n in 0..60 {
        let retitle = json!([{"op": "replace", "path": "title", "value": format!("Title {n}")}]);
        tenant.patch(&url, &retitle).await.expect(200);
    }
    delete(&tenant, &ada).await;
    // The second batch of the history takes too long, and so do the attempts of the next requests.
    let faults = &tenant.app.faults;
    faults.plan("BatchWriteItem", Fault::Spared);
    for _ in 0..2 {
        faults.plan("BatchWriteItem", Fault::Silence);
    }
    let (erase, confirm) = (format!("/employees/{ada}/erase"), json!({"confirm": ada}));
    let answer = admin::admin(&tenant, "POST", &erase, confirm).await;
    assert!(admin::problem(&answer, 503).contains("may be committed"));
    assert_eq!(unfinished(&tenant).await, [(Work::Erasure, ada.parse().unwrap())]);
    for _ in 0..2 {
        pass_by(&tenant).await;
    }
    assert_eq!((faults.left(), unfinished(&tenant).await), (0, vec![]));
    for rest in ["", "/history"] {
        let path = format!("/employees/{ada}{rest}");
        admin::admin(&tenant, "GET", &path, Value::Null).await.expect(404);
    }
    expect_settled(&tenant, &[crew]).await;
    tenant.expect_sound().await;
}

/// The client hangs up, or the time is over.
#[tokio::test]
async fn a_request_that_is_dropped_is_done_or_not_done() {
    let tenant = acme().await;
    let ada = tenant.create(&person("ada")).await;
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
    faults.plan("TransactWriteItems", Fault::Silence);
    tokio::time::timeout(a_while, tenant.post("/Users", &person("ada"))).await.unwrap_err();
    assert_eq!(faults.left(), 0);
    tenant.get(&url).await.expect_error(404, None);
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// Changes of groups count, whether somebody who left is still in their rows or not.
#[tokio::test]
async fn groups_that_have_not_followed_yet_are_changed_as_any_other() {
    let tenant = acme().await;
    let (ada, bob) = (tenant.create(&person("ada")).await, user(&tenant, "bob").await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    let last = |n: usize| &groups[MANY - n];
    let remove = json!([{"op": "remove", "path": "members", "value": [{"value": ada}]}]);
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    let only = json!([{"op": "replace", "path": "members", "value": [{"value": bob}]}]);
    cut_deletion_short(&tenant, &ada).await;
    for (n, change) in [(1, &remove), (2, &only), (3, &add)] {
        let url = format!("{}?excludedAttributes=members", path(last(n)));
        tenant.patch(&url, change).await.expect(200);
    }
    assert_eq!(unfinished(&tenant).await.len(), 1, "nobody has read members");
    let shown = tenant.patch(&path(last(3)), &add).await.expect(200);
    assert_eq!(shown["members"].as_array().map(Vec::len), Some(1), "an answer does not show them");
    tenant.delete(&path(last(4))).await.expect(204);
    let there: Vec<String> = groups.iter().filter(|id| *id != last(4)).cloned().collect();
    expect_members(&tenant, &there, &[&bob]).await;
    expect_settled(&tenant, &there).await;
    tenant.expect_sound().await;
}

/// The return finishes the departure first. So nothing that is left of it undoes a later push.
#[tokio::test]
async fn a_group_that_is_pushed_after_a_return_stays() {
    let tenant = acme().await;
    let (ada, bob) = (tenant.create(&person("ada")).await, tenant.create(&person("bob")).await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    cut_deletion_short(&tenant, &ada).await;
    cut_deletion_short(&tenant, &bob).await;
    assert_eq!(tenant.create(&person("ada")).await, ada);
    let restore = format!("/employees/{bob}/restore");
    admin::admin(&tenant, "POST", &restore, Value::Null).await.expect(200);
    assert_eq!((groups_of(&tenant, &ada).await, groups_of(&tenant, &bob).await), (vec![], vec![]));
    for id in [&ada, &bob] {
        let add = json!([{"op": "add", "path": "members", "value": [{"value": id}]}]);
        tenant.patch(&path(&groups[MANY - 1]), &add).await.expect(200);
    }
    pass_by(&tenant).await;
    expect_members(&tenant, &groups[MANY - 1..], &[&ada, &bob]).await;
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// The last groups of a departure can be left by other changes. The departure then still ends.
#[tokio::test]
async fn a_departure_ends_when_another_change_takes_the_last_group() {
    let tenant = acme().await;
    let people = [tenant.create(&person("ada")).await, tenant.create(&person("bob")).await];
    let mut groups = Vec::new();
    for n in 0..17 {
        groups.push(group(&tenant, &name(n), &[&people[0], &people[1]]).await);
    }
    for id in &people {
        cut_deletion_short(&tenant, id).await;
    }
    let last = format!("{}?excludedAttributes=members", path(&groups[16]));
    let remove = json!([{"op": "remove", "path": "members", "value": [{"value": people[0]}]}]);
    tenant.patch(&last, &remove).await.expect(200);
    tenant.delete(&path(&groups[16])).await.expect(204);
    assert_eq!(unfinished(&tenant).await.len(), 2);
    assert_eq!(tenant.create(&person("ada")).await, people[0]);
    assert_eq!(unfinished(&tenant).await, [(Work::Departure, people[1].parse().unwrap())]);
    pass_by(&tenant).await;
    expect_settled(&tenant, &groups[..16]).await;
    tenant.expect_settled_and_sound().await;
}

/// Without the entry of a departure, as after a restore, a return must not leave rows behind.
#[tokio::test]
async fn a_return_needs_memberships_without_groups() {
    let tenant = acme().await;
    let ada = tenant.create(&person("ada")).await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    delete(&tenant, &ada).await;
    let groups = AttributeValue::Ss(vec![crew.clone()]);
    let closed = AttributeValue::Bool(true);
    tenant.plant("MEMBEROF", &ada, [("memberOf", groups), ("closed", closed)]).await;
    let store = tenant.app.store.tenant(&tenant.id);
    let hidden = store.get_hidden_employees(&[ada.parse().unwrap()]).await.unwrap().remove(0);
    let back = Employee { hidden: false, revision: hidden.revision + 1, ..hidden.clone() };
    let claim = store.get_claim(Kind::Employee, "ada").await.unwrap();
    let (at, by, kind) = (START, "test".to_owned(), EventKind::Restored);
    let entry = HistoryEntry { at, by, kind, changes: Vec::new() };
    let written = store.unhide_employee(&hidden, &back, &claim, &entry).await.unwrap();
    assert_eq!(written, Written::Stale);
    tenant.get(&format!("/Users/{ada}")).await.expect_error(404, None);
}

/// Two processes go on with one redo log. The one that is behind changes nothing.
#[tokio::test]
async fn an_overtaken_process_applies_no_part_of_a_redo_log_again() {
    let (tenant, ids) = many(60).await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[]).await;
    let everybody = [std::slice::from_ref(&ada), &ids[..]].concat();
    cut_change_short(&tenant, &crew, &everybody).await;
    delete(&tenant, &ada).await;
    let faults = &tenant.app.faults;
    let (behind, ahead) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    // The first attempt is refused, because ada has left. The second one waits.
    for fault in [Fault::Spared, Fault::Held(Arc::clone(&behind))] {
        faults.plan("TransactWriteItems", fault);
    }
    let url = path(&crew);
    let change = |text: &str| json!([{"op": "add", "path": "externalId", "value": text}]);
    let (slow, fast) = (change("slow"), change("fast"));
    let first = async { tenant.patch(&url, &slow).await.expect(200) };
    let second = async {
        used_up(&tenant).await;
        for fault in [Fault::Spared, Fault::Spared, Fault::Held(Arc::clone(&ahead))] {
            faults.plan("TransactWriteItems", fault);
        }
        let let_go = async {
            used_up(&tenant).await;
            behind.notify_one();
            tokio::time::sleep(StdDuration::from_millis(50)).await;
            ahead.notify_one();
        };
        tokio::join!(tenant.patch(&url, &fast), let_go).0.expect(200)
    };
    tokio::join!(first, second);
    assert_eq!(members(&tenant, &crew).await, ids);
    expect_settled(&tenant, &[crew]).await;
    tenant.expect_settled_and_sound().await;
}

/// A redo log of another group that cannot be applied does not keep the history of an erased person.
#[tokio::test]
async fn an_erasure_removes_the_history_whatever_else_is_unfinished() {
    let (tenant, ids) = many(60).await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[]).await;
    cut_change_short(&tenant, &crew, &ids).await;
    tenant.remove(&format!("CHANGE#{crew}"), "000000000002#000").await;
    delete(&tenant, &ada).await;
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    let id: Uuid = ada.parse().unwrap();
    directory.erase(id, "admin").await.unwrap_err();
    assert_eq!(
        directory.history(id).await.unwrap_err().to_string(),
        format!("there is no employee {ada}")
    );
    let repair = directory.repair("operator").await.unwrap();
    assert_eq!(repair.left.violations, []);
    assert_eq!(unfinished(&tenant).await, []);
    tenant.expect_settled_and_sound().await;
}

/// An entry that cannot be read stops no request.
#[tokio::test]
async fn requests_go_on_beside_an_entry_that_cannot_be_read() {
    let tenant = acme().await;
    let ada = tenant.create(&person("ada")).await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    tenant.plant_own(&format!("UNFINISHED#departure#{ada}"), []).await;
    assert_eq!(members(&tenant, &crew).await, std::slice::from_ref(&ada));
    delete(&tenant, &ada).await;
    assert_eq!(tenant.create(&person("ada")).await, ada);
    pass_by(&tenant).await;
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    assert_eq!(directory.repair("operator").await.unwrap().left.violations, []);
    tenant.expect_settled_and_sound().await;
}

/// A restore can hold half of a deletion or an erasure: its entry, and the record.
#[tokio::test]
async fn left_over_work_on_a_record_that_exists_removes_nothing() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let entry = || {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        [("by", text("test")), ("since", text("2026-11-23T09:30:00Z"))]
    };
    tenant.plant_own(&format!("UNFINISHED#deletion#{crew}"), entry()).await;
    tenant.plant_own(&format!("UNFINISHED#erasure#{ada}"), entry()).await;
    pass_by(&tenant).await;
    assert_eq!(members(&tenant, &crew).await, std::slice::from_ref(&ada));
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    assert_eq!(directory.history(ada.parse().unwrap()).await.unwrap().len(), 1);
    assert_eq!(directory.repair("operator").await.unwrap().left.violations, []);
    tenant.expect_settled_and_sound().await;
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
    let ada = tenant.create(&person("ada")).await;
    let groups = many_groups(&tenant, &[&ada]).await;
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    cut_deletion_short(&tenant, &ada).await;
    tenant.app.faults.end_writes_after(0);
    directory.erase(ada.parse().unwrap(), "admin").await.unwrap_err();
    assert_eq!(unfinished(&tenant).await, [(Work::Departure, ada.parse().unwrap())]);
    tenant.app.faults.end_writes_after(1);
    directory.erase(ada.parse().unwrap(), "admin").await.unwrap_err();
    assert_eq!(unfinished(&tenant).await, [(Work::Erasure, ada.parse().unwrap())]);
    expect_members(&tenant, &groups, &[]).await;
    directory.erase(ada.parse().unwrap(), "admin").await.unwrap();
    let again = directory.erase(ada.parse().unwrap(), "admin").await.unwrap_err();
    assert_eq!(again.to_string(), format!("there is no employee {ada}"));
    expect_settled(&tenant, &groups).await;
    assert_ne!(tenant.create(&person("ada")).await, ada);
    tenant.expect_sound().await;
}

/// A change that was decided before somebody left does not make them a member after they came back.
#[tokio::test]
async fn a_large_change_from_before_a_departure_adds_nobody_after_the_return() {
    let (tenant, ids) = many(60).await;
    let ada = tenant.create(&person("ada")).await;
    let crew = group(&tenant, "Crew", &[]).await;
    let everybody = [&ids[..], std::slice::from_ref(&ada)].concat();
    cut_change_short(&tenant, &crew, &everybody).await;
    delete(&tenant, &ada).await;
    assert_eq!(unfinished(&tenant).await, [(Work::Change, crew.parse().unwrap())]);
    assert_eq!(tenant.create(&person("ada")).await, ada);
    assert_eq!(groups_of(&tenant, &ada).await, []);
    assert_eq!(members(&tenant, &crew).await, ids);
    expect_settled(&tenant, &[crew]).await;
    tenant.expect_sound().await;
}

/// As many addresses as somebody can have, and as many groups as one transaction takes beside them.
#[tokio::test]
async fn an_employee_with_many_addresses_leaves_many_groups_too() {
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
    expect_members(&tenant, &groups, &[]).await;
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// A deletion that is at work when the person is created again: the return waits for it.
#[tokio::test]
async fn a_return_waits_for_the_deletion() {
    let tenant = acme().await;
    let ada = tenant.create(&person("ada")).await;
    let groups = many_groups(&tenant, &[&ada]).await;
    let let_go = Arc::new(Notify::new());
    for fault in [Fault::Spared, Fault::Held(Arc::clone(&let_go))] {
        tenant.app.faults.plan("TransactWriteItems", fault);
    }
    let creation = async {
        used_up(&tenant).await;
        let back = tenant.create(&person("ada")).await;
        let_go.notify_one();
        back
    };
    let ((), back) = tokio::join!(delete(&tenant, &ada), creation);
    assert_eq!(back, ada);
    assert_eq!(groups_of(&tenant, &ada).await, []);
    expect_members(&tenant, &groups, &[]).await;
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// Waits until all planned faults have met a call.
async fn used_up(tenant: &TestTenant) {
    while tenant.app.faults.left() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_employee_who_is_erased_while_a_large_change_is_finished_is_no_member() {
    let (tenant, ids) = many(60).await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[]).await;
    let everybody = [&ids[..], std::slice::from_ref(&ada)].concat();
    cut_change_short(&tenant, &crew, &everybody).await;
    delete(&tenant, &ada).await;
    let let_go = Arc::new(Notify::new());
    // The first attempt is refused, because she has left. The second one waits.
    for fault in [Fault::Spared, Fault::Held(Arc::clone(&let_go))] {
        tenant.app.faults.plan("TransactWriteItems", fault);
    }
    let (url, change) = (path(&crew), json!([{"op": "add", "path": "externalId", "value": "x"}]));
    let finish = async { tenant.patch(&url, &change).await.expect(200) };
    let directory = tenant.app.app.tenants.directory(&tenant.id);
    let erase = async {
        used_up(&tenant).await;
        directory.erase(ada.parse().unwrap(), "admin").await.unwrap();
        let_go.notify_one();
    };
    tokio::join!(finish, erase);
    let id: Uuid = ada.parse().unwrap();
    let store = tenant.app.store.tenant(&tenant.id);
    let memberships = store.get_memberships(&[id]).await.unwrap().remove(&id).unwrap();
    assert!(memberships.is_closed && memberships.groups.is_empty(), "{memberships:?}");
    assert_eq!(members(&tenant, &crew).await, ids);
    expect_settled(&tenant, &[crew]).await;
    tenant.expect_sound().await;
}

#[tokio::test]
async fn no_reader_sees_a_deleted_employee_whose_change_is_unfinished() {
    let (tenant, ids) = many(120).await;
    let crew = group(&tenant, "Crew", &[]).await;
    cut_change_short(&tenant, &crew, &ids).await;
    delete(&tenant, &ids[5]).await;
    assert!(!members(&tenant, &crew).await.contains(&ids[5]));
    let page = admin::get(&tenant, &format!("/groups/{crew}/members?limit=200")).await;
    assert_eq!(page["members"].as_array().unwrap().len(), ids.len() - 1);
    assert!(!page.to_string().contains(&ids[5]));
    tenant.expect_sound().await;
}

/// The limit of groups for a member: a small change is refused, and a large change leaves the member out.
#[tokio::test]
async fn a_member_of_very_many_groups_joins_no_other() {
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

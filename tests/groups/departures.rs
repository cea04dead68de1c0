//! Departures: deleted employees, erased employees and deleted groups leave all groups.

use crate::support::actors::OPERATOR;
use crate::support::faults::Call;
use crate::support::groups::{
    add_one_by_one, direct, found, group, groups_of, many, members, path, user,
};
use crate::support::{TestTenant, acme, admin};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::directory::precondition::Precondition;
use rollcall::model::memberships::MOST_GROUPS;
use rollcall::model::unfinished::Work;
use rollcall::store::dynamodb::port::{Action, Item, TransactWriteCall, Write};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

/// More groups than two transactions leave.
pub const MANY: usize = 30;

/// Creates many groups with these members. Returns the ids of the groups.
pub async fn many_groups(tenant: &TestTenant, members: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..MANY {
        ids.push(group(tenant, &name(n), members).await);
    }
    ids
}

pub fn name(n: usize) -> String {
    format!("Group {n:02}")
}

pub fn all_names() -> Vec<(String, String)> {
    (0..MANY).map(|n| direct(&name(n))).collect()
}

/// Checks the members of each group in the group itself, in the list, and in the admin API.
pub async fn expect_members(tenant: &TestTenant, groups: &[String], expected: &[&String]) {
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
pub async fn expect_settled(tenant: &TestTenant, groups: &[String]) {
    assert_eq!(unfinished(tenant).await, []);
    let store = tenant.app.store.tenant(&tenant.id);
    for id in groups {
        let directory = tenant.directory();
        let group = directory.groups().get(id.parse().unwrap()).await.unwrap();
        let rows = store.members().list_rows(group.id).await.unwrap();
        let stored: Vec<Uuid> = rows.iter().map(|row| row.member.id).collect();
        assert_eq!(group.member_count, u64::try_from(stored.len()).unwrap());
        let shown: Vec<String> = stored.iter().map(Uuid::to_string).collect();
        assert_eq!(members(tenant, id).await, shown);
        let memberships = store.memberships().get(&stored).await.unwrap();
        for id in stored {
            assert!(memberships[&id].groups.contains(&group.id), "{id}");
        }
    }
}

/// The unfinished work.
pub async fn unfinished(tenant: &TestTenant) -> Vec<(Work, Uuid)> {
    let store = tenant.app.store.tenant(&tenant.id);
    let work = store.unfinished().list(Work::Change..=Work::Erasure).await.unwrap();
    work.into_iter().map(|entry| (entry.work, entry.id)).collect()
}

/// A user with an externalId. A POST of this user after a deletion brings the employee back.
pub fn person(name: &str) -> Value {
    json!({"userName": name, "externalId": format!("00u-{name}")})
}

pub async fn delete(tenant: &TestTenant, user: &str) {
    tenant.delete(&format!("/Users/{user}")).await.expect(204);
}

/// Sends a request two minutes later. The request finishes the work that earlier requests left over.
pub async fn pass_by(tenant: &TestTenant) {
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

/// Entra ID removes people from groups even after it deleted the people.
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
    let directory = tenant.directory();
    directory.users().erase(ada.parse().unwrap(), &OPERATOR).await.unwrap();
    assert_eq!(members(&tenant, &crew).await, Vec::<String>::new());
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

/// Deletes a user on a server that dies after the first transaction.
pub async fn cut_deletion_short(tenant: &TestTenant, user: &str) {
    tenant.app.faults.end_writes_after(1);
    let directory = tenant.directory();
    directory
        .users()
        .delete(user.parse().unwrap(), &Precondition::default(), &OPERATOR)
        .await
        .unwrap();
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
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

/// The user has as many addresses as a user can have.
/// The user's groups include as many as one transaction takes beside these addresses.
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
    assert_eq!(calls.iter().map(items).max(), Some(100), "what the data model says");
    expect_members(&tenant, &groups, &[]).await;
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// A member can be in a limited number of groups. At the limit, a small change is refused.
/// A large change leaves the member out.
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
    // A change of this many members is committed before the service checks the limit.
    let everybody = [&ids[1..], std::slice::from_ref(&ada)].concat();
    tenant.patch(&path(&crew), &add_one_by_one(&everybody)).await.expect(200);
    assert_eq!(members(&tenant, &crew).await, ids);
    expect_settled(&tenant, std::slice::from_ref(&crew)).await;
    delete(&tenant, &ids[0]).await;
    tenant.delete(&path(&crew)).await.expect(204);
}

//! Changes of many items, with a server that dies at each write.

use crate::support::actors::OPERATOR;
use crate::support::admin::admin;
use crate::support::crash::crash_everywhere;
use crate::support::groups::{add_one_by_one, group, many, path, user};
use crate::support::{TestTenant, acme};
use serde_json::{Value, json};

/// The most crashes of a story with few writes. The limit is high enough to crash at every write.
const ALL: usize = 100;
/// The most crashes of a story with very many members.
const FEW: usize = 1;

/// Creates a tenant in which Ada and Bob are members of this many groups. Returns Ada's id too.
async fn in_groups(number: usize) -> (TestTenant, String) {
    let tenant = acme().await;
    let body = json!({"userName": "ada", "externalId": "00u1", "emails": [
        {"value": "ada@example.com", "primary": true}, {"value": "countess@example.com"}]});
    let (ada, bob) = (tenant.create(&body).await, user(&tenant, "bob").await);
    for n in 0..number {
        group(&tenant, &format!("Group {n:02}"), &[&ada, &bob]).await;
    }
    (tenant, ada)
}

async fn delete(tenant: &TestTenant, user: &str) {
    let answer = tenant.delete(&format!("/Users/{user}")).await;
    assert!([204, 404].contains(&answer.status.as_u16()), "{answer:?}");
}

fn members(ids: &[String]) -> Value {
    ids.iter().map(|id| json!({"value": id})).collect()
}

#[tokio::test]
async fn a_deletion_of_a_user_in_one_group_is_whole() {
    let (tenant, ada) = in_groups(1).await;
    let story = async |tenant: &TestTenant| delete(tenant, &ada).await;
    crash_everywhere("DELETE of a user in 1 group", &tenant, story, ALL).await;
}

#[tokio::test]
async fn a_deletion_of_a_user_in_sixty_groups_is_whole() {
    let (tenant, ada) = in_groups(60).await;
    let story = async |tenant: &TestTenant| delete(tenant, &ada).await;
    crash_everywhere("DELETE of a user in 60 groups", &tenant, story, ALL).await;
}

#[tokio::test]
async fn a_return_by_post_is_whole() {
    let (tenant, ada) = in_groups(30).await;
    delete(&tenant, &ada).await;
    let body = json!({"userName": "ada", "externalId": "00u1"});
    let story = async |tenant: &TestTenant| {
        let answer = tenant.post("/Users", &body).await;
        assert!([201, 409].contains(&answer.status.as_u16()), "{answer:?}");
    };
    crash_everywhere("POST of a deleted user in 30 groups", &tenant, story, ALL).await;
}

#[tokio::test]
async fn a_restoration_by_the_administrator_is_whole() {
    let (tenant, ada) = in_groups(30).await;
    delete(&tenant, &ada).await;
    let story = async |tenant: &TestTenant| {
        let rest = format!("/employees/{ada}/restore");
        admin(tenant, "POST", &rest, Value::Null).await.expect(200);
    };
    crash_everywhere("restore of a deleted user in 30 groups", &tenant, story, ALL).await;
}

#[tokio::test]
async fn an_erasure_is_whole() {
    let (tenant, ada) = in_groups(30).await;
    let archive = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{ada}"), &archive).await.expect(200);
    let story = async |tenant: &TestTenant| {
        let directory = tenant.directory();
        let erased = directory.users().erase(ada.parse().unwrap(), &OPERATOR).await;
        assert!(matches!(erased, Ok(()) | Err(rollcall::directory::Error::NoEmployee(_))));
    };
    crash_everywhere("erasure of an employee in 30 groups", &tenant, story, ALL).await;
}

#[tokio::test]
async fn a_deletion_of_a_group_is_whole() {
    let (tenant, ids) = many(120).await;
    let inner = group(&tenant, "Inner", &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for (n, id) in ids.iter().take(15).enumerate() {
        group(&tenant, &format!("Outer {n}"), &[&inner, id]).await;
    }
    let story = async |tenant: &TestTenant| {
        let answer = tenant.delete(&path(&inner)).await;
        assert!([204, 404].contains(&answer.status.as_u16()), "{answer:?}");
    };
    crash_everywhere("DELETE of a group of 120 in 15 groups", &tenant, story, ALL).await;
}

#[tokio::test]
async fn a_rename_is_whole() {
    let (tenant, ada) = in_groups(1).await;
    let rename = json!([{"op": "replace", "path": "userName", "value": "lovelace"}]);
    let story = async |tenant: &TestTenant| {
        tenant.patch(&format!("/Users/{ada}"), &rename).await.expect(200);
    };
    crash_everywhere("rename of a user", &tenant, story, ALL).await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let rename = json!([{"op": "replace", "path": "displayName", "value": "Staff"}]);
    let story = async |tenant: &TestTenant| {
        tenant.patch(&path(&crew), &rename).await.expect(200);
    };
    crash_everywhere("rename of a group", &tenant, story, ALL).await;
}

#[tokio::test]
async fn a_change_of_members_is_whole() {
    let (tenant, ids) = many(200).await;
    let crew = group(&tenant, "Crew", &[&ids[0]]).await;
    for (name, count) in [("PATCH with 1 member", 2), ("PATCH with 150 members", 151)] {
        let add = add_one_by_one(&ids[1..count]);
        let story = async |tenant: &TestTenant| {
            tenant.patch(&path(&crew), &add).await.expect(200);
        };
        crash_everywhere(name, &tenant, story, ALL).await;
    }
    tenant.patch(&path(&crew), &add_one_by_one(&ids[1..130])).await.expect(200);
    let body = json!({"displayName": "Staff", "members": members(&ids[60..])});
    let story = async |tenant: &TestTenant| {
        tenant.put(&path(&crew), &body).await.expect_success();
    };
    crash_everywhere("PUT that exchanges 130 of 200 members", &tenant, story, ALL).await;
}

/// The sizes are as in an identity provider's first push.
/// `ROLLCALL_TEST_ALL_CRASHES=1` crashes the story at every write.
#[tokio::test]
async fn a_change_of_very_many_members_is_whole() {
    let (tenant, ids) = many(2_000).await;
    let crew = group(&tenant, "Crew", &[]).await;
    let add = add_one_by_one(&ids[..1_000]);
    let story = async |tenant: &TestTenant| {
        tenant.patch(&path(&crew), &add).await.expect(200);
    };
    crash_everywhere("PATCH with 1,000 members", &tenant, story, FEW).await;
    let body = json!({"displayName": "Crew", "members": members(&ids)});
    let story = async |tenant: &TestTenant| {
        tenant.put(&path(&crew), &body).await.expect_success();
    };
    crash_everywhere("PUT of 2,000 members", &tenant, story, FEW).await;
}

//! Changes of groups that read the rows of members beside the group. Also pages of users among deleted users.

use crate::support::faults::Fault;
use crate::support::groups::{group, many, members, path, user};
use crate::support::{TestApp, TestTenant};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

/// Sends a PATCH. Sends another PATCH after the first one read the member's row, and before it reads the group.
async fn patch_with_another_between(
    tenant: &TestTenant,
    crew: &str,
    operations: &Value,
    another: &Value,
) {
    let let_go = Arc::new(Notify::new());
    tenant.app.faults.take_calls();
    tenant.app.faults.plan("GetItem", Fault::Held(Arc::clone(&let_go)));
    let between = async {
        // The read of the group is held. The read of the row has ended.
        tenant.app.faults.all_met().await;
        tenant.app.faults.recorded().await;
        tenant.patch(crew, another).await.expect(200);
        let_go.notify_one();
    };
    let (answer, ()) = tokio::join!(tenant.patch(crew, operations), between);
    answer.expect(200);
}

#[tokio::test]
async fn a_removal_that_read_too_early_to_see_its_member_happens() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[]).await;
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    let remove = json!([{"op": "remove", "path": format!("members[value eq \"{ada}\"]")}]);
    patch_with_another_between(&tenant, &path(&crew), &remove, &add).await;
    assert_eq!(members(&tenant, &crew).await, Vec::<String>::new());
    tenant.expect_sound().await;
}

/// Each request reads the row before the other request writes it.
/// Two additions count one member more. Two removals count one member less.
#[tokio::test]
async fn a_change_that_read_a_row_too_early_is_not_made_twice() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&bob]).await;
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    patch_with_another_between(&tenant, &path(&crew), &add, &add).await;
    tenant.expect_settled_and_sound().await;
    assert_eq!(members(&tenant, &crew).await, [&*ada, &*bob]);
    let remove = json!([{"op": "remove", "path": format!("members[value eq \"{ada}\"]")}]);
    patch_with_another_between(&tenant, &path(&crew), &remove, &remove).await;
    tenant.expect_settled_and_sound().await;
    assert_eq!(members(&tenant, &crew).await, [bob.as_str()]);
}

/// The removal is committed. Its redo log is applied between the addition's reads of the row and of the group.
#[tokio::test]
async fn an_addition_that_read_a_row_before_a_redo_log_was_applied_happens() {
    let (tenant, ids) = many(60).await;
    let crew = group(&tenant, "Crew", &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let ada = ids.first().expect("an id");
    tenant.app.faults.end_writes_after(1);
    let remove_all = json!([{"op": "remove", "path": "members"}]);
    let url = format!("{}?excludedAttributes=members", path(&crew));
    tenant.patch(&url, &remove_all).await.expect(200);
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    let rename = json!([{"op": "replace", "path": "displayName", "value": "Staff"}]);
    patch_with_another_between(&tenant, &path(&crew), &add, &rename).await;
    assert_eq!(members(&tenant, &crew).await, [ada.as_str()]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_page_among_deleted_users_does_not_read_them() {
    let (tenant, mut ids) = many(60).await;
    ids.sort_unstable();
    group(&tenant, "Crew", &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let [first, .., last] = &ids[..] else { panic!("no users") };
    for id in ids.iter().filter(|id| ![first, last].contains(id)) {
        tenant.delete(&format!("/Users/{id}")).await.expect(204);
    }
    tenant.app.faults.take_calls();
    let page = tenant.get("/Users").await.expect(200);
    for user in page["Resources"].as_array().unwrap() {
        assert_eq!(user["groups"][0]["display"], "Crew");
    }
    assert_eq!(page["totalResults"], 2);
    let calls = tenant.app.faults.take_calls();
    let units: f64 = calls.iter().map(|call| call.capacity_units).sum();
    assert!(units <= 10.0, "{units} units for two rows");
    tenant.expect_sound().await;
}

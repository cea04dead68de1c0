//! Departures while a large change of a group is unfinished.

use super::departures::{delete, expect_settled, person, unfinished};
use crate::support::actors::OPERATOR;
use crate::support::admin;
use crate::support::faults::Fault;
use crate::support::groups::{
    add_one_by_one, cut_change_short, group, groups_of, many, members, path, user,
};
use rollcall::directory::Error;
use rollcall::model::unfinished::Work;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration as StdDuration;
use tokio::sync::Notify;
use uuid::Uuid;

#[tokio::test]
async fn an_employee_who_is_deleted_before_a_large_change_is_finished_is_no_member() {
    let (tenant, ids) = many(120).await;
    let crew = group(&tenant, "Crew", &[]).await;
    cut_change_short(&tenant, &crew, &ids).await;
    tenant.delete(&format!("/Users/{}", ids[5])).await.expect(204);
    // The next change finishes the unfinished change.
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
    let directory = tenant.directory();
    directory.users().erase(ids[9].parse().unwrap(), &OPERATOR).await.unwrap();
    let mut rest = ids.clone();
    rest.remove(9);
    assert_eq!(members(&tenant, &crew).await, rest, "what waited is written, without them");
    let store = tenant.app.store.tenant(&tenant.id);
    let rows = store.members().list_rows(fleet.parse().unwrap()).await.unwrap();
    assert!(rows.iter().all(|row| row.member.id.to_string() != ids[9]), "no row has their name");
    tenant.expect_sound().await;
}

/// Two processes apply one redo log. The slower process changes nothing.
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
    // The first attempt is refused, because Ada has left. The second attempt waits.
    for fault in [Fault::Spared, Fault::Held(Arc::clone(&behind))] {
        faults.plan("TransactWriteItems", fault);
    }
    let url = path(&crew);
    let change = |text: &str| json!([{"op": "add", "path": "externalId", "value": text}]);
    let (slow, fast) = (change("slow"), change("fast"));
    let first = async { tenant.patch(&url, &slow).await.expect(200) };
    let second = async {
        tenant.app.faults.all_met().await;
        for fault in [Fault::Spared, Fault::Spared, Fault::Held(Arc::clone(&ahead))] {
            faults.plan("TransactWriteItems", fault);
        }
        let let_go = async {
            tenant.app.faults.all_met().await;
            behind.notify_one();
            // The paused clock advances once no other work is left, so this sleep always ends.
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

/// An erasure removes the person's history, even if the redo log of another group cannot be applied.
#[tokio::test]
async fn an_erasure_removes_the_history_whatever_else_is_unfinished() {
    let (tenant, ids) = many(60).await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[]).await;
    cut_change_short(&tenant, &crew, &ids).await;
    tenant.remove(&format!("CHANGE#{crew}"), "000000000002#000").await;
    delete(&tenant, &ada).await;
    let directory = tenant.directory();
    let id: Uuid = ada.parse().unwrap();
    let erased = directory.users().erase(id, &OPERATOR).await;
    assert!(matches!(erased, Err(Error::Broken(_))), "{erased:?}");
    assert_eq!(
        directory.history().of_user(id).await.unwrap_err().to_string(),
        format!("there is no employee {ada}")
    );
    let repair = directory.integrity().repair(&OPERATOR).await.unwrap();
    assert_eq!(repair.left.violations, []);
    assert_eq!(unfinished(&tenant).await, []);
    tenant.expect_settled_and_sound().await;
}

/// A large change from before a departure does not make the employee a member after the return.
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

#[tokio::test]
async fn an_employee_who_is_erased_while_a_large_change_is_finished_is_no_member() {
    let (tenant, ids) = many(60).await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[]).await;
    let everybody = [&ids[..], std::slice::from_ref(&ada)].concat();
    cut_change_short(&tenant, &crew, &everybody).await;
    delete(&tenant, &ada).await;
    let let_go = Arc::new(Notify::new());
    // The first attempt is refused, because Ada has left. The second attempt waits.
    for fault in [Fault::Spared, Fault::Held(Arc::clone(&let_go))] {
        tenant.app.faults.plan("TransactWriteItems", fault);
    }
    let (url, change) = (path(&crew), json!([{"op": "add", "path": "externalId", "value": "x"}]));
    let finish = async { tenant.patch(&url, &change).await.expect(200) };
    let directory = tenant.directory();
    let erase = async {
        tenant.app.faults.all_met().await;
        directory.users().erase(ada.parse().unwrap(), &OPERATOR).await.unwrap();
        let_go.notify_one();
    };
    tokio::join!(finish, erase);
    let id: Uuid = ada.parse().unwrap();
    let store = tenant.app.store.tenant(&tenant.id);
    let memberships = store.memberships().get(&[id]).await.unwrap().remove(&id).unwrap();
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

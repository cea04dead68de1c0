//! Returns of employees. An employee returns without groups, until the identity provider pushes groups again.

use super::departures::{
    MANY, cut_deletion_short, delete, expect_members, expect_settled, many_groups, pass_by, person,
};
use crate::support::actors::OPERATOR;
use crate::support::faults::Fault;
use crate::support::groups::{group, groups_of, path};
use crate::support::{START, acme, admin};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::directory::{Employee, EventKind, Kind};
use rollcall::model::history::HistoryEntry;
use rollcall::store::write_outcome::Written;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

/// The return finishes the departure first. The departure therefore undoes no later push.
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

/// After a restore, the entry of a departure can be missing. A return must leave no rows behind even then.
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
    let hidden = store.employees().get_hidden(&[ada.parse().unwrap()]).await.unwrap().remove(0);
    let back = Employee { hidden: false, revision: hidden.revision + 1, ..hidden.clone() };
    let claim = store.claims().get(Kind::Employee, "ada").await.unwrap();
    let (at, actor, kind) = (START, OPERATOR.clone(), EventKind::Restored);
    let entry = HistoryEntry { at, actor, kind, changes: Vec::new() };
    let written = store.employees().unhide(&hidden, &back, &claim, &entry).await.unwrap();
    assert_eq!(written, Written::Stale);
    tenant.get(&format!("/Users/{ada}")).await.expect_error(404, None);
}

/// The identity provider creates the person again while a deletion runs. The return waits for the deletion.
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
        tenant.app.faults.all_met().await;
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

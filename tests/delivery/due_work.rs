//! Work that is due: one piece for each destination, of all tenants.

use crate::support::admin::admin;
use crate::support::destinations::{create, id, path, webhook};
use crate::support::{TestApp, TestTenant, acme, counting_id};
use rollcall::directory::destinations::work::DueItem;
use rollcall::model::destination::Position;
use rollcall::store::destinations::positions::Progress;
use serde_json::{Value, json};
use time::Duration;

/// All due work, with the work of the next days.
async fn due_work(app: &TestApp) -> Vec<DueItem> {
    app.store.due().list_until(app.sources().now() + Duration::WEEK, 99).await.unwrap()
}

async fn position(tenant: &TestTenant, destination: &Value) -> Position {
    let store = tenant.app.store.tenant(&tenant.id);
    store.positions().get(id(destination)).await.unwrap().expect("a position")
}

/// The one piece of due work, which the position of its destination names.
async fn only_work(tenant: &TestTenant, destination: &Value) -> DueItem {
    let work = due_work(&tenant.app).await;
    assert_eq!(work.len(), 1, "{work:?}");
    assert_eq!(position(tenant, destination).await.due, Some(work[0].at));
    work[0].clone()
}

/// Makes the next work of a destination due in an hour.
async fn wait_an_hour(tenant: &TestTenant, destination: &Value) {
    let held = position(tenant, destination).await;
    let at = tenant.app.sources().now() + Duration::HOUR;
    let item = |at| DueItem::new(at, tenant.id.clone(), held.id, false);
    let (due, done) = (item(at), held.due.map(item));
    let progress = Progress { due: Some(&due), done_due: done.as_ref(), ..Progress::default() };
    let next = Position { due: Some(at), ..held.clone() };
    let store = tenant.app.store.tenant(&tenant.id);
    store.positions().save(&held, next, &progress).await.unwrap().expect("a save");
}

#[tokio::test]
async fn repeated_replays_leave_one_piece_of_due_work() {
    let tenant = acme().await;
    let new = create(&tenant, webhook()).await;
    let after = json!({"after": new["state"]["position"]});
    let replay = format!("{}/replay", path(&new));
    let start = tenant.app.sources().now();
    for _ in 0..3 {
        admin(&tenant, "POST", &replay, after.clone()).await.expect(200);
        assert_eq!(only_work(&tenant, &new).await.at, start, "the work is due already");
        tenant.app.advance(Duration::SECOND);
    }
    wait_an_hour(&tenant, &new).await;
    admin(&tenant, "POST", &replay, after).await.expect(200);
    let work = only_work(&tenant, &new).await;
    assert_eq!((work.at, work.trigger), (tenant.app.sources().now(), true));
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn repeated_pauses_and_resumes_leave_one_piece_of_due_work() {
    let tenant = acme().await;
    let new = create(&tenant, webhook()).await;
    let one = path(&new);
    for from in ["here", "end", "here"] {
        wait_an_hour(&tenant, &new).await;
        for _ in 0..2 {
            tenant.app.advance(Duration::SECOND);
            admin(&tenant, "POST", &format!("{one}/pause"), Value::Null).await.expect(200);
            let resume = json!({"from": from});
            admin(&tenant, "POST", &format!("{one}/resume"), resume).await.expect(200);
            let work = only_work(&tenant, &new).await;
            assert_eq!((work.at, work.trigger), (tenant.app.sources().now(), true), "{from}");
        }
    }
    let resumed = tenant.app.sources().now();
    tenant.app.advance(Duration::SECOND);
    admin(&tenant, "POST", &format!("{one}/resume"), json!({"from": "end"})).await.expect(200);
    assert_eq!(only_work(&tenant, &new).await.at, resumed, "the work is due already");
    tenant.expect_settled_and_sound().await;
}

/// The worker removes the due work of a paused destination. A resume must start it all the same.
#[tokio::test]
async fn a_resume_starts_a_destination_whose_due_work_was_removed() {
    let tenant = acme().await;
    let new = create(&tenant, webhook()).await;
    let one = path(&new);
    wait_an_hour(&tenant, &new).await;
    admin(&tenant, "POST", &format!("{one}/pause"), Value::Null).await.expect(200);
    tenant.app.advance(Duration::HOUR);
    tenant.app.app.runner().run_due(false).await;
    assert_eq!(due_work(&tenant.app).await, []);
    admin(&tenant, "POST", &format!("{one}/resume"), json!({"from": "here"})).await.expect(200);
    assert_eq!(only_work(&tenant, &new).await.at, tenant.app.sources().now());
}

#[tokio::test]
async fn much_due_work_of_one_destination_hides_no_other() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let now = app.sources().now();
    let item = |tenant: &TestTenant, second| {
        DueItem::new(now + Duration::seconds(second), tenant.id.clone(), counting_id(900), true)
    };
    let due = app.store.due();
    for second in 0..40 {
        due.put(&item(&acme, second)).await.unwrap();
    }
    let last = item(&other, 41);
    due.put(&last).await.unwrap();
    let found = due.list_until(last.at, 5).await.unwrap();
    assert_eq!((found.len(), found.last()), (41, Some(&last)));
    let first = due.list_until(last.at, 1).await.unwrap();
    assert_eq!(first, [item(&acme, 0)], "one destination is enough");
    for second in 42..99 {
        due.put(&item(&acme, second)).await.unwrap();
    }
    let found = due.list_until(now + Duration::MINUTE * 2, 5).await.unwrap();
    assert_eq!(found.len(), 50, "ten pages of five");
    // A run removes the work without an owner.
    app.advance(Duration::MINUTE * 2);
    assert_eq!(app.app.runner().run_due(false).await.failures, 0);
    assert_eq!(due_work(&app).await, []);
}

#[tokio::test]
async fn a_tenant_whose_items_are_damaged_keeps_no_due_work_of_others() {
    let app = TestApp::new().await;
    let (damaged, other) = (app.tenant("acme").await, app.tenant("other").await);
    let destination = create(&damaged, webhook()).await;
    let position = id(&destination).to_string();
    damaged.tamper("POSITION", &position, |item| drop(item.remove("run"))).await;
    let now = app.sources().now();
    let of = |tenant: &TestTenant| DueItem::new(now, tenant.id.clone(), counting_id(900), true);
    for tenant in [&damaged, &other] {
        app.store.due().put(&of(tenant)).await.unwrap();
    }
    let cleared = app.app.destinations.clear_due(&[of(&damaged), of(&other)]).await;
    assert!(cleared.is_err());
    assert_eq!(due_work(&app).await, [of(&damaged)]);
    assert!(app.app.runner().run_due(false).await.failures > 0);
}

//! The liveness and readiness endpoints, as monitors request them.

use crate::support::faults::{Fault, Lasting};
use crate::support::log::Log;
use crate::support::request::Answer;
use crate::support::{ORIGIN, TestApp};
use axum::body::Body;
use http::Request;
use rollcall::app::App;
use rollcall::directory::access::pepper::{LoadError, PepperSource};
use time::Duration;

async fn get(app: &TestApp, path: &str) -> Answer {
    app.send(Request::get(path).body(Body::empty()).unwrap()).await
}

/// Makes every `GetItem` call fail, retries included, so readiness cannot read the table's format.
fn break_table(app: &TestApp) -> Lasting {
    app.faults.plan_all("GetItem", Fault::internal())
}

#[tokio::test]
async fn readiness_reads_the_table_once_in_five_seconds() {
    let app = TestApp::new().await;
    app.faults.take_calls();
    for _ in 0..3 {
        let ready = get(&app, "/health/ready").await;
        assert_eq!((ready.status.as_u16(), &*ready.bytes), (200, &b"ok\n"[..]));
    }
    assert_eq!(app.faults.take_calls().len(), 1);
    app.advance(Duration::seconds(5));
    get(&app, "/health/ready").await;
    assert_eq!(app.faults.take_calls().len(), 1);
    get(&app, "/health").await;
    assert_eq!(app.faults.take_calls().len(), 0, "liveness reads nothing");
}

#[tokio::test]
async fn readiness_says_which_part_is_missing() {
    let app = TestApp::new().await;
    let log = Log::default();
    let guard = log.start();
    let broken = break_table(&app);
    for _ in 0..2 {
        let answer = get(&app, "/health/ready").await;
        let detail = answer.expect_error(503, None);
        assert!(detail.starts_with("Not ready: table."), "{detail}");
        assert_eq!(answer.header("retry-after"), "5");
    }
    broken.end();
    assert_eq!(get(&app, "/health").await.status, 200, "the process lives");
    app.advance(Duration::seconds(5));
    assert_eq!(get(&app, "/health/ready").await.status, 200);

    let peppers = PepperSource::new(|| async { Err(LoadError::Shape) });
    let other = app.serving(App::new(app.store.clone(), peppers, app.sources(), ORIGIN));
    let detail = get(&other, "/health/ready").await.expect_error(503, None);
    assert!(detail.starts_with("Not ready: pepper."), "{detail}");
    let broken = break_table(&app);
    app.advance(Duration::seconds(5));
    let detail = get(&other, "/health/ready").await.expect_error(503, None);
    assert!(detail.starts_with("Not ready: table and pepper."), "{detail}");
    broken.end();
    drop(guard);
    let text = log.text();
    for part in ["\"check\":\"table\"", "\"check\":\"pepper\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

//! Notes that a process writes late, beside the notes of another process.

use crate::support::actors::OPERATOR;
use crate::support::damage::number;
use crate::support::faults::Fault;
use crate::support::{TestTenant, acme, is_on_an_endpoint};
use rollcall::model::unauthorized::UnauthorizedReason;
use serde_json::json;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio::sync::Notify;
use tokio::time::Instant;

fn now(tenant: &TestTenant) -> OffsetDateTime {
    tenant.app.sources().now()
}

#[tokio::test]
async fn an_old_note_does_not_replace_a_newer_one() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    tenant.app.advance(Duration::hours(2));
    let (late, other) = (tenant.at_another_server(), tenant.at_another_server());
    // The answer of this request waits in memory for the next note.
    late.get("/Users").await.expect(200);
    tenant.app.advance(Duration::minutes(5));
    other.get("/Groups").await.expect(200);
    let newest = now(&tenant);
    tenant.app.advance(Duration::minutes(1));
    other.get("/Groups").await.expect(200);
    let record = async || tenant.app.app.sync.record(&tenant.id).await.expect("a record");
    assert_eq!(record().await.latest.map(|latest| latest.at), Some(newest));
    tenant.app.advance(Duration::minutes(1));
    late.get("/Users").await.expect(200);
    let noted = record().await;
    assert_eq!(noted.latest.map(|latest| latest.at), Some(newest));
    assert_eq!(noted.succeeded_at, Some(newest));
    assert_eq!(noted.last_request, Some(now(&tenant)), "the request itself is new");
}

#[tokio::test]
async fn a_note_that_ends_a_recording_does_not_end_a_newer_one() {
    if is_on_an_endpoint() {
        return;
    }
    let tenant = acme().await;
    let sync = tenant.app.app.sync.clone();
    tenant.get("/Users").await.expect(200);
    sync.set_recording(&tenant.id, true, &OPERATOR).await.expect("a recording");
    tenant.tamper_own("NOTES", |notes| drop(notes.insert("recorded".into(), number(3_999)))).await;
    tenant.app.advance(Duration::seconds(3));
    let held = Arc::new(Notify::new());
    tenant.app.faults.plan("UpdateItem", Fault::Held(Arc::clone(&held)));
    let request = {
        let tenant = tenant.clone();
        tokio::spawn(async move { tenant.get("/Users").await })
    };
    tenant.app.faults.all_met().await;
    tenant.app.advance(Duration::seconds(3));
    let other = tenant.at_another_server().app.app.sync.clone();
    other.set_recording(&tenant.id, false, &OPERATOR).await.expect("no recording");
    let until = other.set_recording(&tenant.id, true, &OPERATOR).await.expect("a recording");
    held.notify_one();
    request.await.expect("a task that ends").expect(200);
    let record = sync.record(&tenant.id).await.expect("a record");
    assert_eq!((record.record_until, record.recorded), (until, 1));
}

#[tokio::test]
async fn a_wrong_token_writes_the_note_about_itself_alone() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    tenant.app.advance(Duration::hours(2));
    tenant.get("/Users").await.expect(200);
    tenant.get("/Users").await.expect(200);
    tenant.app.faults.take_calls();
    let sync = tenant.app.app.sync.clone();
    sync.unauthorized(&tenant.id, UnauthorizedReason::UnknownToken).await;
    let calls = tenant.app.faults.take_calls();
    let writes: Vec<_> = calls.iter().filter(|call| call.operation == "UpdateItem").collect();
    let [write] = writes[..] else { panic!("one write is expected: {writes:?}") };
    assert_eq!(write.request["Key"]["SK"]["S"], "NOTES");
    let hours = sync.traffic(&tenant.id).await.expect("counts");
    assert_eq!(hours.iter().map(|hour| hour.succeeded).sum::<u64>(), 3);
}

#[tokio::test]
async fn counts_whose_write_is_dropped_are_not_lost() {
    if is_on_an_endpoint() {
        return;
    }
    let tenant = acme().await;
    let never = Arc::new(Notify::new());
    // The first write is the note, the second one has the counts.
    tenant.app.faults.plan("UpdateItem", Fault::Spared);
    tenant.app.faults.plan("UpdateItem", Fault::Held(never));
    tenant.get("/Users").await.expect(200);
    assert_eq!(tenant.app.faults.left(), 0);
    let counted = async || {
        let hours = tenant.app.app.sync.traffic(&tenant.id).await.expect("counts");
        hours.iter().map(|hour| hour.succeeded).sum::<u64>()
    };
    assert_eq!(counted().await, 1);
    tenant.app.advance(Duration::seconds(3));
    tenant.get("/Users").await.expect(200);
    assert_eq!(counted().await, 2);
}

#[tokio::test]
async fn a_removal_of_old_notes_that_hangs_continues_with_the_next_note() {
    if is_on_an_endpoint() {
        return;
    }
    let tenant = acme().await;
    tenant.post("/Users", &json!({})).await.expect_error(400, Some("invalidValue"));
    tenant.app.advance(Duration::days(8));
    let never = Arc::new(Notify::new());
    tenant.app.faults.plan("BatchWriteItem", Fault::Held(never));
    tenant.get("/Users").await.expect(200);
    assert_eq!(tenant.app.faults.left(), 0);
    assert_eq!(tenant.items("TENANT#acme#REQUESTS").await.len(), 1);
    tenant.app.advance(Duration::minutes(1));
    tenant.get("/Users").await.expect(200);
    assert!(tenant.items("TENANT#acme#REQUESTS").await.is_empty());
}

#[tokio::test]
async fn the_results_and_the_note_of_a_recorded_request_take_a_second_together() {
    if is_on_an_endpoint() {
        return;
    }
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada"})).await;
    let path = format!("/Users/{ada}");
    let sync = tenant.app.app.sync.clone();
    sync.set_recording(&tenant.id, true, &OPERATOR).await.expect("a recording");
    let change = json!({"userName": "ada", "title": "Countess"});
    tenant.put(&path, &change).await.expect(200);
    tenant.app.advance(Duration::seconds(3));
    let never = Arc::new(Notify::new());
    // The results come from the history, with the only query of a request with a known token.
    tenant.app.faults.plan("Query", Fault::Held(Arc::clone(&never)));
    tenant.app.faults.plan("UpdateItem", Fault::Held(never));
    let begun = Instant::now();
    tenant.put(&path, &change).await.expect(200);
    let waited = begun.elapsed();
    let second = std::time::Duration::from_secs(1);
    assert!(waited >= second && waited < 2 * second, "{waited:?}");
    tenant.app.faults.take_calls();
    assert!(tenant.app.faults.withdraw() <= 1, "the query is held");
    let recorded = sync.recorded_requests(&tenant.id).await.expect("requests");
    assert_eq!(recorded.len(), 2);
    assert_eq!(recorded[0].request.results, []);
}

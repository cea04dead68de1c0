//! Numbers of the delivery. The tests print what they measured, and check only counts and order.
//!
//! `ROLLCALL_EVENTS` sets the number of events, for example 10000.

use super::run::{Deliveries, deliveries};
use crate::support::destinations::create;
use crate::support::hooks::{Received, Reply};
use rollcall::delivery::worker;
use rollcall::directory::metered;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

fn events(default: usize) -> usize {
    let set = std::env::var("ROLLCALL_EVENTS").ok().and_then(|text| text.parse().ok());
    set.unwrap_or(default)
}

async fn with_webhook() -> Deliveries {
    let d = deliveries().await;
    let body =
        json!({"kind": "webhook", "name": "Hook", "url": d.hooks.url, "types": ["employee.*"]});
    create(&d.tenant, body).await;
    d
}

fn subject(request: &Received) -> String {
    request.json()["subject"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_answer_to_the_receiver() {
    let d = with_webhook().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let announcements = d.tenant.app.app.tenants.announcements();
    let worker = tokio::spawn(worker::run(d.runner.clone(), announcements, async move {
        drop(stopped.await);
    }));
    let count = events(200);
    let mut answered = BTreeMap::new();
    for n in 0..count {
        let id = d.create(&format!("person{n}@example.com")).await;
        answered.insert(format!("/employees/{id}"), Instant::now());
    }
    let received = d.hooks.wait_for(count).await;
    drop(stop);
    worker.await.unwrap();
    let mut lags: Vec<Duration> = received
        .iter()
        .map(|request| request.at.saturating_duration_since(answered[&subject(request)]))
        .collect();
    lags.sort_unstable();
    let at = |percent: usize| lags[(lags.len() - 1) * percent / 100];
    println!(
        "answer to receiver, {count} events: p50 {:.1?}, p99 {:.1?}, longest {:.1?}",
        at(50),
        at(99),
        at(100)
    );
    assert_eq!(received.len(), count, "each event once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog() {
    let d = with_webhook().await;
    let count = events(500);
    let people = 50.min(count);
    let mut ids = Vec::new();
    for n in 0..people {
        ids.push(d.create(&format!("person{n}@example.com")).await);
    }
    for n in people..count {
        d.patch(&ids[n % people], "title", &format!("Title {n}")).await;
    }
    let runner = d.runner.clone().with_run_time(Duration::from_secs(600));
    let started = Instant::now();
    runner.run_tenants([d.tenant.id.clone()].into()).await;
    let took = started.elapsed();
    let received = d.hooks.take();
    println!(
        "a backlog of {count} events of {people} people: {took:.1?}, {:.0} a second",
        f64::from(u32::try_from(count).unwrap()) / took.as_secs_f64()
    );
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for request in &received {
        let sequence = request.json()["sequence"].as_u64().unwrap();
        let before = last.insert(subject(request), sequence);
        assert!(before.is_none_or(|before| before < sequence), "in the order of each subject");
    }
    assert_eq!(received.len(), count);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_down_for_a_day() {
    let d = with_webhook().await;
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.push(d.create(&format!("person{n}@example.com")).await);
    }
    d.run().await;
    d.hooks.take();
    d.hooks.otherwise(|_| Reply::Status(503, ""));
    let count = events(288);
    let (mut requests, mut units) = (0, 0.0);
    for minute in 0..24 * 60 {
        // Spread over the day.
        for n in count * minute / (24 * 60)..count * (minute + 1) / (24 * 60) {
            d.patch(&ids[n % ids.len()], "title", &format!("Title {n}")).await;
        }
        d.tenant.app.advance(time::Duration::minutes(1));
        // The events themselves get their numbers outside of the measured runs.
        d.tenant.directory().events().newest().await.unwrap();
        let (report, usage) = metered(async {
            let mut report = d.runner.run_tenants([d.tenant.id.clone()].into()).await;
            report.merge(d.runner.run_due(false).await);
            report
        })
        .await;
        assert_eq!(report.failures, 0);
        units += usage.write_units;
        requests += d.hooks.take().len();
    }
    println!(
        "down for a day with {count} changes: {requests} requests, {units} write units of state"
    );
    d.hooks.otherwise(|_| Reply::Status(200, ""));
    let runner = d.runner.clone().with_run_time(Duration::from_secs(600));
    d.tenant.app.advance(time::Duration::hours(2));
    runner.run_due(false).await;
    let bodies = d.hooks.take_bodies();
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for body in &bodies {
        let sequence = body["sequence"].as_u64().unwrap();
        let before = last.insert(body["subject"].as_str().unwrap(), sequence);
        assert!(before.is_none_or(|before| before < sequence), "{body}");
    }
    assert_eq!(bodies.iter().filter(|body| body["type"] != Value::Null).count(), count);
}

//! Crashes of a worker at each of its writes: while it numbers events, sends, saves, disables. Another worker then delivers
//! everything.

use super::run::{Deliveries, deliveries};
use crate::support::admin::get;
use crate::support::crash::{Crash, MortalTable};
use crate::support::destinations::create;
use crate::support::hooks::{Hooks, Reply};
use rollcall::outbound::{AddressPolicy, Client};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use time::Duration;

/// A story: people, and the changes of each.
#[derive(Debug, Clone, Copy)]
struct Story {
    people: u32,
    titles: &'static [&'static str],
    has_channel: bool,
}

/// The events of some subjects wait behind each other.
const CHANGES: Story = Story { people: 3, titles: &["One", "Two"], has_channel: true };
/// A save in the middle of the run has all events: it follows after 20 deliveries. Only the lease then says that a worker
/// died, because no other destination is behind.
const MIDDLE_SAVE: Story = Story { people: 20, titles: &[], has_channel: false };

/// Makes the changes of a story.
async fn make(story: Story) -> (Deliveries, Hooks, BTreeSet<String>) {
    let d = deliveries().await;
    let channel = Hooks::start().await;
    let hook =
        json!({"kind": "webhook", "name": "Hook", "url": d.hooks.url, "types": ["employee.*"]});
    create(&d.tenant, hook).await;
    let slack = json!({"kind": "slack", "name": "People", "url": channel.url, "types": ["employee.created"]});
    if story.has_channel {
        create(&d.tenant, slack).await;
    }
    // A new destination has due work. Nothing is due later.
    d.runner.run_due(true).await;
    let mut expected = BTreeSet::new();
    for n in 0..story.people {
        let id = d.create(&format!("person{n}@example.com")).await;
        for title in story.titles {
            d.patch(&id, "title", title).await;
        }
        let revisions = 1..=story.titles.len() + 1;
        expected.extend(revisions.map(|revision| format!("/employees/{id} {revision}")));
    }
    // The first answers are failures, so the worker also saves waiting events.
    d.hooks.then([Reply::Status(500, ""), Reply::Status(422, "no")]);
    (d, channel, expected)
}

/// Runs a worker that dies at a write. Returns whether it came to its end.
async fn run_until(d: &Deliveries, crash: Crash) -> bool {
    let mortal = MortalTable::new(Arc::clone(&d.tenant.app.table), Some(crash));
    let server = d.tenant.app.through(Arc::new(mortal.clone()));
    let app = server.app.with_outbound(Client::new(AddressPolicy::allowing_loopback(None)));
    let runner = app.runner().with_run_time(std::time::Duration::from_secs(2));
    let tenants = BTreeSet::from([d.tenant.id.clone()]);
    mortal.run(async { drop(runner.run_tenants(tenants).await) }).await
}

fn key(body: &Value) -> String {
    format!("{} {}", body["subject"].as_str().unwrap(), body["revision"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_at_any_write_loses_no_event() {
    die_at_each_write(CHANGES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_after_a_save_in_the_middle_loses_no_event() {
    die_at_each_write(MIDDLE_SAVE).await;
}

async fn die_at_each_write(story: Story) {
    let mut crashes = 0;
    for number in 1.. {
        let mut ended = 0;
        for crash in [Crash::Before(number), Crash::After(number)] {
            let (d, channel, expected) = make(story).await;
            ended += usize::from(run_until(&d, crash).await);
            // Another worker takes over when the lease has ended.
            for _ in 0..8 {
                d.tenant.app.advance(Duration::minutes(6));
                let report = d.runner.run_due(true).await;
                assert_eq!(report.failures, 0, "{crash:?}: {report:?}");
            }
            let bodies = d.hooks.take_bodies();
            let found: BTreeSet<String> = bodies.iter().map(key).collect();
            assert_eq!(found, expected, "{crash:?}");
            let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for body in &bodies {
                ids.entry(key(body)).or_default().insert(body["id"].to_string());
            }
            assert!(ids.values().all(|ids| ids.len() == 1), "{crash:?}: one id for each event");
            let messages = channel.take_bodies();
            let text = messages.iter().map(Value::to_string).collect::<String>();
            let line = format!("New employees: {}", story.people);
            assert_eq!(text.contains(&line), story.has_channel, "{crash:?}: {text}");
            let found = get(&d.tenant, "/destinations").await;
            for destination in found["destinations"].as_array().expect("a list") {
                assert_eq!(destination["state"]["waiting"], 0, "{crash:?}: {destination}");
            }
            d.tenant.expect_sound().await;
        }
        if ended == 2 {
            break;
        }
        crashes += 2 - ended;
    }
    println!("{crashes} crashes, no event lost");
    assert!(crashes >= 4, "{crashes}");
}

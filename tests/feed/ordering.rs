//! Random schedules of writers, sequencers and readers, on a table that shows committed items one by one. The clocks of
//! the servers differ. Each change is in the feed once, in the order of its record, and a reader misses none.
//!
//! Without one of the guards, a schedule must go wrong: each guard is needed.
//!
//! `ROLLCALL_TEST_SCHEDULES` sets the number of schedules.

use super::committed::{erased, faults, feed, histories};
use super::unguarded::{Guard, UnguardedTable};
use crate::support::admin::admin;
use crate::support::groups::{group, user};
use crate::support::key_condition::text;
use crate::support::slow_visibility::SlowTable;
use crate::support::{TestApp, TestTenant, is_on_an_endpoint};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::{join, join_all};
use rollcall::store::dynamodb::port::{Consistency, DynamoDb, Item, QueryCall};
use serde_json::json;
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use time::Duration;

/// The number of schedules that `cargo test` tries by default.
const SCHEDULES: u64 = 60;
/// Without a guard, one of this many schedules goes wrong.
const UNGUARDED_SCHEDULES: u64 = 200;
const WRITERS: u64 = 4;
const CHANGES: u64 = 6;
const SEQUENCERS: usize = 2;
/// The clocks of the servers differ from the true time by at most this number of seconds.
const SKEW: i64 = 30;
/// A committed item is hidden for at most this number of calls.
const MOST_STEPS: u64 = 40;
/// The limit of one run of a sequencer, on the paused clock.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(3);
/// A sequencer or reader that is not done after this many rounds never will be.
const MOST_ROUNDS: usize = 3_000;

/// A tenant with a few records, and its copy in a file.
struct Scene {
    tenant: TestTenant,
    users: [String; 2],
    /// A user whom a schedule may delete and erase.
    leaver: String,
    group: String,
    folder: tempfile::TempDir,
}

/// The events that were found at the end of a schedule.
struct Outcome {
    /// The faults of the feed itself.
    faults: Vec<String>,
    feed: Vec<(u64, String)>,
    /// The events that the service's own reader returned.
    read: Vec<(u64, String)>,
    /// The events that a reader returned who does not stop at holes.
    read_past_holes: Vec<(u64, String)>,
    is_done: bool,
}

impl Scene {
    async fn new() -> Self {
        let tenant = TestApp::new().await.tenant("acme").await;
        let users = [user(&tenant, "ada").await, user(&tenant, "bob").await];
        let leaver = user(&tenant, "eve").await;
        let group = group(&tenant, "Staff", &[&leaver]).await;
        let folder = tempfile::tempdir().expect("a folder");
        tenant.app.copy_to(&folder.path().join("scene.db"));
        Self { tenant, users, leaver, group, folder }
    }

    fn file(&self) -> std::path::PathBuf {
        Path::join(self.folder.path(), "scene.db")
    }
}

impl Outcome {
    /// The first fault, of the feed or of the service's own reader.
    fn fault(&self) -> Option<String> {
        if let Some(fault) = self.faults.first() {
            return Some(fault.clone());
        }
        if !self.is_done {
            return Some("the feed never got all changes".to_owned());
        }
        (self.read != self.feed).then(|| "a reader missed events".to_owned())
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Runs a schedule on a copy of the scene. Sequencers and readers work without `guard`.
async fn run(scene: &Scene, seed: u64, most_steps: u64, guard: Option<Guard>) -> Outcome {
    // The pauses of retries are part of the schedule.
    fastrand::seed(seed);
    let mut random = fastrand::Rng::with_seed(seed);
    let tenant = scene.tenant.at(scene.tenant.app.on_copy(&scene.file()));
    let slow = SlowTable::new(Arc::clone(&tenant.app.table), seed, most_steps);
    let mut server = |guard: Option<Guard>| {
        let slow: Arc<dyn DynamoDb> = Arc::new(slow.clone());
        let table = match guard {
            Some(guard) => Arc::new(UnguardedTable::new(slow, guard)),
            None => slow,
        };
        let skew = Duration::seconds(random.i64(-SKEW..=SKEW));
        tenant.at(tenant.app.with_skew(table, skew))
    };
    let writers: Vec<TestTenant> = (0..WRITERS).map(|_| server(None)).collect();
    let sequencers: Vec<TestTenant> = (0..SEQUENCERS).map(|_| server(guard)).collect();
    let reader = server(guard);

    let is_written = Cell::new(false);
    // The end is read from the engine, so it is no step of the schedule.
    let is_sequenced = async || {
        let outbox = format!("TENANT#{}#OUTBOX", tenant.id);
        is_written.get() && slow.hidden().await.is_empty() && tenant.items(&outbox).await.is_empty()
    };
    let write = async {
        let writes = (0..).zip(&writers).map(|(n, writer)| change(scene, writer, seed * 100 + n));
        join_all(writes).await;
        is_written.set(true);
    };
    let sequence = join_all(sequencers.iter().map(|sequencer| sequence(sequencer, &is_sequenced)));
    let read = join(read(&reader, &is_sequenced), read_past_holes(&tenant, &slow, &is_sequenced));
    let ((), are_done, (read, read_past_holes)) = tokio::join!(write, sequence, read);

    let feed = feed(&tenant).await;
    let committed = histories(&tenant, &tenant.app.faults.written_partitions()).await;
    let faults = faults(&feed, &committed);
    let is_done = are_done.into_iter().all(|is_done| is_done);
    Outcome { faults, feed, read, read_past_holes, is_done }
}

/// Changes the records of the scene through one server. Contention may refuse a change.
async fn change(scene: &Scene, server: &TestTenant, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    for n in 0..CHANGES {
        // Most changes are of one user, so they meet.
        let user = &scene.users[usize::from(random.u8(..4) == 0)];
        let of_user = format!("/Users/{user}");
        let of_group = format!("/Groups/{}", scene.group);
        let title = json!([{"op": "replace", "value": {"title": format!("{seed} {n}")}}]);
        let answer = match random.u8(..13) {
            0..6 => server.patch(&of_user, &title).await,
            6 => {
                let value = json!({"active": random.bool()});
                server.patch(&of_user, &json!([{"op": "replace", "value": value}])).await
            }
            7..9 => {
                let add = json!([{"op": "add", "path": "members", "value": [{"value": user}]}]);
                server.patch(&of_group, &add).await
            }
            9 => {
                let path = format!("members[value eq \"{user}\"]");
                server.patch(&of_group, &json!([{"op": "remove", "path": path}])).await
            }
            10 => server.patch(&format!("/Users/{}", scene.leaver), &title).await,
            11 => server.delete(&format!("/Users/{}", scene.leaver)).await,
            _ => {
                let path = format!("/employees/{}/erase", scene.leaver);
                admin(server, "POST", &path, json!({"confirm": scene.leaver})).await
            }
        };
        let status = answer.status.as_u16();
        let is_possible = matches!(status, 200 | 204 | 400 | 404 | 409 | 412 | 429 | 503);
        assert!(is_possible, "{status}: {:?}", answer.decoded());
    }
}

/// Sequences until all changes are in the feed. Returns whether this happened.
async fn sequence(server: &TestTenant, is_done: &impl AsyncFn() -> bool) -> bool {
    for _ in 0..MOST_ROUNDS {
        // Contention ends a round. The next round finds the rest.
        drop(server.directory().events().sequence(LIMIT).await);
        if is_done().await {
            return true;
        }
    }
    false
}

/// Follows the feed as a client of the service does.
async fn read(server: &TestTenant, is_done: &impl AsyncFn() -> bool) -> Vec<(u64, String)> {
    let mut events: Vec<(u64, String)> = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let is_last = is_done().await;
        let last = events.last().map_or(0, |(number, _)| *number);
        let page = server.directory().events().list_after(last, 7).await;
        let page = page.map(|page| page.events).unwrap_or_default();
        if is_last && page.is_empty() {
            break;
        }
        events.extend(page.into_iter().map(|event| (event.number, event.event.to_string())));
    }
    events
}

/// Follows the feed, but takes each event that is visible.
async fn read_past_holes(
    tenant: &TestTenant,
    table: &SlowTable,
    is_done: &impl AsyncFn() -> bool,
) -> Vec<(u64, String)> {
    let mut events: Vec<(u64, String)> = Vec::new();
    let text_value = |name: &str, value: String| (name.to_owned(), AttributeValue::S(value));
    for _ in 0..MOST_ROUNDS {
        let is_last = is_done().await;
        let last = events.last().map_or(0, |(number, _)| *number);
        let call = QueryCall {
            index: None,
            condition: "PK = :partition AND SK > :last".to_owned(),
            values: Item::from([
                text_value(":partition", format!("TENANT#{}#FEED", tenant.id)),
                text_value(":last", format!("{last:012}")),
            ]),
            limit: None,
            start: None,
            forward: true,
            consistency: Consistency::Strong,
            is_long: false,
        };
        let page = table.query(call).await.expect("a page").value.items;
        if is_last && page.is_empty() {
            break;
        }
        let number = |item| text(item, "SK").and_then(|sort| sort.parse().ok());
        let event = |item| Some((number(item)?, text(item, "event")?));
        events.extend(page.iter().map(|item| event(item).expect("an event")));
    }
    events
}

/// The number of schedules to try.
fn schedules(default: u64) -> u64 {
    let number = std::env::var("ROLLCALL_TEST_SCHEDULES").ok();
    number.and_then(|number| number.parse().ok()).unwrap_or(default)
}

#[test]
fn each_change_is_in_the_feed_once_and_in_order_in_every_schedule() {
    if is_on_an_endpoint() {
        return;
    }
    let scene = runtime().block_on(Scene::new());
    let (mut events, mut erasures, mut missed) = (0, 0, 0);
    let schedules = schedules(SCHEDULES);
    for seed in 0..schedules {
        let outcome = runtime().block_on(run(&scene, seed, MOST_STEPS, None));
        assert_eq!(outcome.fault(), None, "schedule {seed}: {:?}", outcome.feed);
        events += outcome.feed.len();
        erasures += outcome.feed.iter().filter(|(_, event)| erased(event).is_some()).count();
        missed += outcome.feed.len() - outcome.read_past_holes.len();
    }
    println!(
        "{schedules} schedules: {events} events, {erasures} erasures; past holes {missed} missed"
    );
    assert!(erasures > 0, "no schedule had an erasure");
    assert!(missed > 0, "no schedule had a hole");
}

#[test]
fn a_reader_past_holes_misses_none_where_a_transaction_is_visible_at_once() {
    if is_on_an_endpoint() {
        return;
    }
    let scene = runtime().block_on(Scene::new());
    for seed in 0..5 {
        let outcome = runtime().block_on(run(&scene, seed, 1, None));
        assert_eq!(outcome.fault(), None, "schedule {seed}: {:?}", outcome.feed);
        assert_eq!(outcome.read_past_holes, outcome.feed, "schedule {seed}");
    }
}

/// Checks that a schedule goes wrong without the guard.
#[track_caller]
fn expect_fault_without(guard: Guard) {
    if is_on_an_endpoint() {
        return;
    }
    let scene = runtime().block_on(Scene::new());
    let schedules = schedules(UNGUARDED_SCHEDULES);
    let fault = (0..schedules).find_map(|seed| {
        let fault = runtime().block_on(run(&scene, seed, MOST_STEPS, Some(guard))).fault()?;
        Some(format!("schedule {seed}: {fault}"))
    });
    println!("without {guard:?}: {fault:?}");
    assert!(fault.is_some(), "{schedules} schedules need no {guard:?}");
}

#[test]
fn without_the_condition_that_a_number_is_free_a_schedule_goes_wrong() {
    expect_fault_without(Guard::NumberIsFree);
}

#[test]
fn without_the_condition_that_the_outbox_has_the_item_a_schedule_goes_wrong() {
    expect_fault_without(Guard::OutboxHasItem);
}

#[test]
fn without_the_read_of_predecessors_a_schedule_goes_wrong() {
    expect_fault_without(Guard::NoPredecessor);
}

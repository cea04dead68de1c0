//! The items of destinations: leases, saves, waiting events, delivery logs, due work, and their removal.

use crate::support::actors::OPERATOR;
use crate::support::damage::text;
use crate::support::destinations::run;
use crate::support::{START, TestApp, TestTenant, acme, counting_id};
use rollcall::directory::{EventKind, Tenant, ViolationKind};
use rollcall::model::destination::{
    Destination, Digest, Every, Form, Payload, Position, RetryItem, SealedBytes, SigningSecret,
};
use rollcall::model::due_item::DueItem;
use rollcall::model::event::EventRef;
use rollcall::model::history::HistoryEntry;
use rollcall::model::tenant::Stage;
use rollcall::store::TenantStore;
use rollcall::store::destinations::destinations::Recorded;
use rollcall::store::destinations::positions::Progress;
use time::Duration;
use uuid::Uuid;

const ID: u64 = 900;

fn webhook(id: Uuid) -> Destination {
    let secret = |stage, expires| SigningSecret {
        stage,
        sealed: SealedBytes(vec![0, 159, 255, 10]),
        created: START,
        expires,
    };
    let previous = secret(Stage::Previous, Some(START + Duration::DAY));
    Destination {
        id,
        revision: 1,
        name: "Asset manager".to_owned(),
        sealed_url: SealedBytes(vec![1, 2, 3, 0]),
        hint: "hooks.example.com …key=".to_owned(),
        form: Form::Webhook {
            secrets: vec![secret(Stage::Current, None), previous],
            payload: Payload::Ids,
        },
        types: vec!["employee.*".to_owned()],
        attributes: Vec::new(),
        enabled: true,
        disabled_why: None,
    }
}

fn store(tenant: &TestTenant) -> TenantStore {
    tenant.app.store.tenant(&tenant.id)
}

/// The tenant at its next revision, with an entry for its history.
async fn next(tenant: &TestTenant) -> (Tenant, HistoryEntry) {
    let mut record = store(tenant).tenant_record().get().await.unwrap().unwrap();
    record.revision += 1;
    let entry = HistoryEntry {
        at: START,
        actor: OPERATOR.clone(),
        kind: EventKind::DestinationChanged,
        changes: Vec::new(),
    };
    (record, entry)
}

async fn create(tenant: &TestTenant, destination: &Destination) -> Position {
    let (record, entry) = next(tenant).await;
    let recorded = Recorded { tenant: &record, entry: &entry };
    let position = Position::new(destination.id, 7);
    assert!(store(tenant).destinations().create(destination, &position, recorded).await.unwrap());
    position
}

async fn remove(tenant: &TestTenant, destination: &Destination) -> bool {
    let (record, entry) = next(tenant).await;
    let recorded = Recorded { tenant: &record, entry: &entry };
    store(tenant).destinations().remove(destination, recorded).await.unwrap()
}

fn waiting(number: u64) -> RetryItem {
    let reference = format!("E#{}#3#updated#operator#2026-11-23T09:30:00.000Z", Uuid::max());
    RetryItem {
        number,
        reference: EventRef::parse(&reference).unwrap(),
        tries: 1,
        next_at: START + Duration::MINUTE,
        status: Some("503".to_owned()),
    }
}

fn due(tenant: &TestTenant, id: Uuid, minutes: i64, trigger: bool) -> DueItem {
    DueItem { at: START + Duration::minutes(minutes), tenant: tenant.id.clone(), id, trigger }
}

/// Saves a run with everything that a save can write.
async fn save_all(tenant: &TestTenant, held: &Position) -> Position {
    let (one, retries) = (run(1, Some("go away, Ada")), [waiting(8), waiting(9)]);
    let due = due(tenant, held.id, 5, true);
    let progress =
        Progress { run: Some(&one), waiting: &retries, due: Some(&due), ..Progress::default() };
    let next = Position { position: 9, run: 1, due: Some(due.at), ..held.clone() };
    store(tenant).positions().save(held, next, &progress).await.unwrap().expect("a save")
}

#[tokio::test]
async fn a_destination_of_each_kind_reads_back_as_it_was_written() {
    let tenant = acme().await;
    let hook = webhook(counting_id(ID));
    let digest = Digest { every: Every::Day, hour: 23, names: false };
    let slack = Destination {
        id: counting_id(ID + 1),
        form: Form::Slack(digest),
        enabled: false,
        disabled_why: Some("Paste the URL again".to_owned()),
        attributes: vec!["manager".to_owned()],
        ..hook.clone()
    };
    let teams = Destination { id: counting_id(ID + 2), form: Form::Teams(digest), ..slack.clone() };
    for destination in [&hook, &slack, &teams] {
        create(&tenant, destination).await;
        let found = store(&tenant).destinations().get(destination.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(destination));
    }
    assert_eq!(store(&tenant).destinations().list().await.unwrap(), [hook, slack, teams]);
    assert!(!format!("{:?}", webhook(Uuid::nil())).contains("159"), "sealed bytes are not shown");
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_write_on_another_revision_changes_nothing() {
    let tenant = acme().await;
    let hook = webhook(counting_id(ID));
    create(&tenant, &hook).await;
    let destinations = store(&tenant);
    let (record, entry) = next(&tenant).await;
    let recorded = Recorded { tenant: &record, entry: &entry };
    let (position, twice) = (Position::new(hook.id, 0), hook.clone());
    assert!(!destinations.destinations().create(&twice, &position, recorded).await.unwrap());
    let skipped = Destination { revision: 3, ..hook.clone() };
    assert!(!destinations.destinations().replace(&skipped, recorded).await.unwrap());
    assert!(!destinations.destinations().reseal(&skipped).await.unwrap());
    assert!(!destinations.destinations().remove(&skipped, recorded).await.unwrap());
    // The tenant has another revision.
    let stale = Tenant { revision: record.revision - 1, ..record.clone() };
    let after = Destination { revision: 2, name: "Other".to_owned(), ..hook.clone() };
    let recorded = Recorded { tenant: &stale, entry: &entry };
    assert!(!destinations.destinations().replace(&after, recorded).await.unwrap());
    assert_eq!(destinations.destinations().list().await.unwrap(), std::slice::from_ref(&hook));
    let history = destinations.history().list_of_tenant().await.unwrap();
    assert_eq!(history.len(), 2, "{history:?}");
    let recorded = Recorded { tenant: &record, entry: &entry };
    assert!(destinations.destinations().replace(&after, recorded).await.unwrap());
    assert_eq!(destinations.destinations().list().await.unwrap(), [after]);
    assert_eq!(destinations.history().list_of_tenant().await.unwrap().len(), 3);
}

#[tokio::test]
async fn one_worker_holds_the_lease_until_it_ends() {
    let tenant = acme().await;
    let found = create(&tenant, &webhook(counting_id(ID))).await;
    let positions = store(&tenant);
    let positions = positions.positions();
    let held = positions.take_lease(&found, START).await.unwrap().expect("the lease");
    assert_eq!(held.lease, Some(START + Duration::seconds(60)));
    assert_eq!(positions.take_lease(&found, START).await.unwrap(), None, "a stale read");
    let later = START + Duration::seconds(59);
    assert_eq!(positions.take_lease(&held, later).await.unwrap(), None, "a lease that runs");
    let next = Position { lease: Some(later + Duration::MINUTE), position: 8, ..held.clone() };
    let renewed = positions.save(&held, next, &Progress::default()).await.unwrap().unwrap();
    assert_eq!(positions.get(found.id).await.unwrap().as_ref(), Some(&renewed));
    let ended = later + Duration::seconds(60);
    let other = positions.take_lease(&renewed, ended).await.unwrap().expect("an ended lease");
    let late = Position { position: 99, ..renewed.clone() };
    assert_eq!(positions.save(&renewed, late, &Progress::default()).await.unwrap(), None);
    assert_eq!(positions.list().await.unwrap(), [other]);
}

#[tokio::test]
async fn a_save_writes_everything_or_nothing() {
    let tenant = acme().await;
    let found = create(&tenant, &webhook(counting_id(ID))).await;
    let saved = save_all(&tenant, &found).await;
    let store = store(&tenant);
    assert_eq!(store.retries().list(found.id).await.unwrap(), [waiting(8), waiting(9)]);
    let logged = store.deliveries().list_until(found.id, 1, 20).await.unwrap();
    assert_eq!(logged, [run(1, Some("go away, Ada"))]);
    let (first, second) = (due(&tenant, found.id, 5, true), due(&tenant, found.id, 6, false));
    let due_items = tenant.app.store.due();
    assert_eq!(due_items.list_until(first.at, 9).await.unwrap(), std::slice::from_ref(&first));

    // The first position is stale.
    let progress = Progress { done: &[8, 9], done_due: Some(&first), ..Progress::default() };
    assert_eq!(store.positions().save(&found, saved.clone(), &progress).await.unwrap(), None);
    assert_eq!(store.retries().list(found.id).await.unwrap().len(), 2);

    let (longer, again) = (RetryItem { tries: 2, ..waiting(9) }, run(2, None));
    let progress = Progress {
        run: Some(&again),
        waiting: std::slice::from_ref(&longer),
        done: &[8],
        due: Some(&second),
        done_due: Some(&first),
    };
    let next = Position { run: 2, ..saved.clone() };
    let next = store.positions().save(&saved, next, &progress).await.unwrap().expect("a save");
    assert_eq!(store.retries().list(found.id).await.unwrap(), [longer]);
    assert_eq!(due_items.list_until(second.at, 9).await.unwrap(), std::slice::from_ref(&second));
    let logged = store.deliveries().list_until(found.id, 2, 20).await.unwrap();
    assert_eq!(logged.iter().map(|run| run.run).collect::<Vec<_>>(), [2, 1]);

    // Due work that is done and due again is one item.
    let progress = Progress { due: Some(&second), done_due: Some(&second), ..Progress::default() };
    assert!(store.positions().save(&next, next.clone(), &progress).await.unwrap().is_some());
    due_items.delete(std::slice::from_ref(&second)).await.unwrap();
    due_items.delete(std::slice::from_ref(&second)).await.unwrap();
    assert_eq!(due_items.list_until(second.at, 9).await.unwrap(), []);
}

#[tokio::test]
async fn a_log_keeps_the_last_256_runs() {
    let tenant = acme().await;
    let mut held = create(&tenant, &webhook(counting_id(ID))).await;
    for number in 1..=258 {
        let run = run(number, None);
        let progress = Progress { run: Some(&run), ..Progress::default() };
        let next = Position { run: number, ..held.clone() };
        let saved = store(&tenant).positions().save(&held, next, &progress).await.unwrap();
        held = saved.expect("a save");
    }
    let store = store(&tenant);
    let all = store.deliveries().list_until(held.id, 258, 999).await.unwrap();
    let numbers: Vec<u64> = all.iter().map(|run| run.run).collect();
    assert_eq!(numbers, (3..=258).rev().collect::<Vec<u64>>());
    let oldest = store.deliveries().list_until(held.id, 4, 20).await.unwrap();
    assert_eq!(oldest.iter().map(|run| run.run).collect::<Vec<_>>(), [4, 3]);
}

#[tokio::test]
async fn a_waiting_event_is_put_and_removed_on_its_destination_only() {
    let tenant = acme().await;
    let hook = webhook(counting_id(ID));
    create(&tenant, &hook).await;
    let retries = store(&tenant);
    let retries = retries.retries();
    assert!(retries.put(&hook, None, &waiting(8)).await.unwrap());
    assert!(!retries.put(&hook, None, &waiting(8)).await.unwrap(), "it waits already");
    let again = RetryItem { tries: 0, ..waiting(8) };
    assert!(retries.put(&hook, Some(&waiting(8)), &again).await.unwrap());
    assert!(!retries.put(&hook, Some(&waiting(8)), &again).await.unwrap(), "a stale read");
    assert_eq!(retries.get(hook.id, 8).await.unwrap(), Some(again));
    let stale = Destination { revision: 2, ..hook.clone() };
    assert!(!retries.put(&stale, None, &waiting(9)).await.unwrap());
    assert!(!retries.delete(&stale, &[8]).await.unwrap());
    assert!(retries.delete(&hook, &[8, 9]).await.unwrap());
    assert_eq!(retries.get(hook.id, 8).await.unwrap(), None);
}

#[tokio::test]
async fn a_removal_stops_the_worker_and_leaves_nothing() {
    let tenant = acme().await;
    let hook = webhook(counting_id(ID));
    let found = create(&tenant, &hook).await;
    let saved = save_all(&tenant, &found).await;
    let held = store(&tenant).positions().take_lease(&saved, START).await.unwrap().unwrap();
    assert!(remove(&tenant, &hook).await);
    let store = store(&tenant);
    let late = store.positions().save(&held, held.clone(), &Progress::default()).await.unwrap();
    assert_eq!(late, None);
    // An operator's check finds the rest of an interrupted removal.
    let kinds: Vec<_> = tenant.report().await.violations.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [ViolationKind::DestinationLeft; 3], "two waiting events and a run");
    assert!(store.destinations().remove_state(hook.id).await.unwrap());
    assert!(!store.destinations().remove_state(hook.id).await.unwrap());
    for name in ["DESTINATION".to_owned(), "POSITION".to_owned(), format!("RETRY#{}", hook.id)] {
        assert_eq!(tenant.items(&tenant.partition(&name)).await, [], "{name}");
    }
    assert_eq!(tenant.items(&tenant.partition(&format!("DELIVERIES#{}", hook.id))).await, []);
    assert_eq!(tenant.items("DUE").await, []);
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_check_repairs_what_a_removed_destination_left() {
    let tenant = acme().await;
    let hook = webhook(counting_id(ID));
    let found = create(&tenant, &hook).await;
    save_all(&tenant, &found).await;
    assert!(remove(&tenant, &hook).await);
    let repair = tenant.directory().integrity().repair(&OPERATOR).await.unwrap();
    assert_eq!(repair.left.violations, []);
    assert_eq!(repair.repaired.len(), 3, "{:?}", repair.repaired);
}

#[tokio::test]
async fn a_check_finds_damaged_destinations_and_removes_none() {
    let tenant = acme().await;
    let hook = webhook(counting_id(ID));
    let found = create(&tenant, &hook).await;
    save_all(&tenant, &found).await;
    let id = hook.id.to_string();
    let retries = format!("RETRY#{id}");
    tenant.tamper(&retries, "000000000008", |item| drop(item.remove("tries"))).await;
    tenant.remove("POSITION", &id).await;
    tenant.tamper("DESTINATION", &id, |item| drop(item.insert("kind".into(), text("fax")))).await;
    let repair = tenant.directory().integrity().repair(&OPERATOR).await.unwrap();
    let kinds: Vec<_> = repair.left.violations.iter().map(|one| one.kind).collect();
    use ViolationKind::{PositionMissing, UnreadableDestination};
    assert_eq!(kinds, [UnreadableDestination, UnreadableDestination, PositionMissing]);
    assert_eq!(repair.repaired, []);
    assert_eq!(tenant.items(&tenant.partition(&retries)).await.len(), 2);
}

#[tokio::test]
async fn an_erasure_stops_the_workers_and_clears_the_answers_of_receivers() {
    let tenant = acme().await;
    let found = create(&tenant, &webhook(counting_id(ID))).await;
    let saved = save_all(&tenant, &found).await;
    let store = store(&tenant);
    let held = store.positions().take_lease(&saved, START).await.unwrap().unwrap();
    store.deliveries().clear_answers(START).await.unwrap();
    let logged = store.deliveries().list_until(found.id, 1, 20).await.unwrap();
    assert_eq!(logged, [run(1, None)], "the rest of the log stays");

    let late = run(2, Some("go away, Ada"));
    let progress = Progress { run: Some(&late), ..Progress::default() };
    let next = Position { run: 2, ..held.clone() };
    assert_eq!(store.positions().save(&held, next, &progress).await.unwrap(), None);
    let after = store.positions().get(found.id).await.unwrap().unwrap();
    let expected = Position { revision: held.revision + 1, lease: None, ..held };
    assert_eq!(after, expected, "the next worker continues there");
    let at_once = tenant.app.store.due().list_until(START, 9).await.unwrap();
    assert_eq!(at_once, [due(&tenant, found.id, 0, true)]);
    store.deliveries().clear_answers(START).await.unwrap();
}

#[tokio::test]
async fn a_removed_tenant_leaves_no_destination_and_no_other_tenant_loses_one() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("acme-2").await);
    for tenant in [&acme, &other] {
        // Two tenants may have destinations with one id.
        let found = create(tenant, &webhook(counting_id(ID))).await;
        save_all(tenant, &found).await;
    }
    app.app.tenants.delete(&acme.id).await.unwrap();
    let left = [
        "DESTINATION".to_owned(),
        "POSITION".to_owned(),
        format!("RETRY#{}", counting_id(ID)),
        format!("DELIVERIES#{}", counting_id(ID)),
    ];
    for name in left {
        assert_eq!(acme.items(&acme.partition(&name)).await, [], "{name}");
        assert!(!other.items(&other.partition(&name)).await.is_empty(), "{name}");
    }
    let due_until = app.store.due().list_until(START + Duration::HOUR, 9).await.unwrap();
    assert_eq!(due_until, [due(&other, counting_id(ID), 5, true)]);
}

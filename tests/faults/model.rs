//! Random histories of users and groups on two servers, with crashes. The tests compare each history with plain maps.
//!
//! `ROLLCALL_TEST_HISTORIES` sets the number of histories.

mod change;
mod state;

use crate::support::crash::{Crash, MortalTable};
use crate::support::groups::{group, user};
use crate::support::{TestApp, TestTenant, is_on_an_endpoint};
use change::{Change, any_change};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use state::{State, View};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of histories that `cargo test` tries by default.
const HISTORIES: u32 = 20;
/// A history has fewer changes than this.
const LENGTH: usize = 14;
/// The number of people in the crowd: more members than one transaction writes.
const CROWD: usize = 50;
/// The number of halls: more groups than one transaction leaves.
const HALLS: usize = 14;

/// A change at one of two servers. The server may die at one of its writes.
/// The other server may make a change at the same time.
#[derive(Debug, Clone)]
struct Event {
    change: Change,
    server: usize,
    crash: Option<Crash>,
    beside: Option<Change>,
}

fn any_event() -> impl Strategy<Value = Event> {
    let number = 1..6_usize;
    let crash = prop_oneof![
        3 => Just(None),
        1 => number.clone().prop_map(|number| Some(Crash::Before(number))),
        1 => number.prop_map(|number| Some(Crash::After(number))),
    ];
    let beside = prop::option::weighted(0.3, any_change());
    (any_change(), 0..2_usize, crash, beside).prop_map(|(change, server, crash, beside)| {
        let is_possible = |beside: &Change| change.has_fixed_names() && beside.has_fixed_names();
        let beside = beside.filter(is_possible);
        Event { change, server, crash, beside }
    })
}

/// Creates a tenant with a crowd, and with two people in many groups.
async fn scene() -> (TestTenant, State) {
    let tenant = TestApp::new().await.tenant("acme").await;
    let mut state = State::default();
    for n in 0..CROWD {
        let name = format!("crowd {n:02}");
        let id = user(&tenant, &name).await;
        state.add_crowd(name, id);
    }
    for (name, external_id) in [("ada", "x0"), ("bob", "x1")] {
        let body = serde_json::json!({"userName": name, "externalId": external_id});
        let id = tenant.create(&body).await;
        state.add_person(name, external_id, id);
    }
    let ids = state.person_ids();
    for n in 0..HALLS {
        let members: Vec<&str> = ids.iter().map(String::as_str).collect();
        let id = group(&tenant, &format!("Hall {n:02}"), &members).await;
        state.add_group(format!("Hall {n:02}"), id, &ids);
    }
    (tenant, state)
}

#[test]
fn random_histories_with_crashes_leave_what_plain_maps_have() {
    if is_on_an_endpoint() {
        return;
    }
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scene.db");
    let (tenant, start) = runtime().block_on(async {
        let scene = scene().await;
        scene.0.app.copy_to(&file);
        scene
    });
    let histories = std::env::var("ROLLCALL_TEST_HISTORIES").ok();
    let cases = histories.and_then(|number| number.parse().ok()).unwrap_or(HISTORIES);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let (changes, crashes) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let result = TestRunner::new(config).run(&vec(any_event(), 1..LENGTH), |events| {
        let crashed = runtime().block_on(live(&tenant, &file, &start, &events));
        changes.fetch_add(events.len(), Ordering::Relaxed);
        crashes.fetch_add(crashed, Ordering::Relaxed);
        Ok(())
    });
    println!("{cases} histories: {changes:?} changes, {crashes:?} crashes");
    if let Err(failure) = result {
        panic!("{failure}");
    }
    assert!(crashes.into_inner() > 0, "no history reached its crashes");
}

/// Runs a history on a copy of the scene. Returns the number of crashes.
async fn live(tenant: &TestTenant, file: &Path, start: &State, events: &[Event]) -> usize {
    let tenant = tenant.at(tenant.app.on_copy(file));
    let servers = [tenant.clone(), tenant.at_another_server()];
    // After a crash, a change is made or not. Sometimes no view shows which, so several states stay possible.
    let mut possible = vec![start.clone()];
    let mut crashes = 0;
    for Event { change, server, crash, beside } in events {
        let Some(request) = change.request(&possible[0]) else { continue };
        let beside = beside.as_ref();
        let beside = beside.and_then(|change| Some((change, change.request(&possible[0])?)));
        let other = &servers[1 - server];
        let send = async {
            let Some(crash) = crash else {
                request.send(&servers[*server]).await;
                return true;
            };
            let table = MortalTable::new(Arc::clone(&tenant.app.table), Some(*crash));
            let mortal = tenant.at(tenant.app.through(Arc::new(table.clone())));
            table.run(request.send(&mortal)).await
        };
        let send_beside = async {
            if let Some((_, request)) = &beside {
                request.send(other).await;
            }
        };
        let (has_ended, ()) = tokio::join!(send, send_beside);
        crashes += usize::from(!has_ended);
        // The change of a dead server is made or not. Two simultaneous changes can happen in either order.
        let mut after = Vec::new();
        for state in &possible {
            let without = beside.iter().map(|(beside, _)| beside.apply(state)).next();
            after.push(change.apply(without.as_ref().unwrap_or(state)));
            after.extend(beside.iter().map(|(beside, _)| beside.apply(&change.apply(state))));
            if !has_ended {
                after.push(without.unwrap_or_else(|| state.clone()));
            }
        }
        let beside = beside.map(|(change, _)| change);
        let seen = View::of(other).await;
        after.retain(|state| state.members() == seen.members());
        assert!(
            !after.is_empty(),
            "after {change:?} ({crash:?}) beside {beside:?}:\n{seen:#?}\nnone of {possible:#?}"
        );
        after.iter_mut().for_each(|state| state.learn_ids(&seen));
        after.dedup();
        possible = after;
    }
    tenant.expect_sound().await;
    let seen = View::of(&tenant).await;
    assert!(possible.iter().any(|state| state.view() == seen), "{seen:#?}\nnone of {possible:#?}");
    crashes
}

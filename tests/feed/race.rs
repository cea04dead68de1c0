//! Many writers and two sequencers at the same time, on several threads.

use super::committed::{faults, feed, histories};
use crate::support::groups::{group, user};
use crate::support::{Ids, TestApp, TestTenant};
use futures_util::future::join_all;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Barrier;

const WRITERS: usize = 32;
const CHANGES: usize = 8;
/// The limit of one run of a sequencer.
const LIMIT: Duration = Duration::from_secs(60);
const SEQUENCERS: usize = 2;
const USERS: usize = 6;

/// Makes one writer's changes: of titles, and of the members of a group. Returns the number of acknowledged changes.
async fn write(tenant: TestTenant, writer: usize, users: Vec<String>, group: String) -> usize {
    let mut acknowledged = 0;
    for n in 0..CHANGES {
        let user = &users[(writer + n) % USERS];
        let answer = if n % 4 == 3 {
            let value = json!([{"value": user}]);
            let (op, path) =
                if writer.is_multiple_of(2) { ("add", "members") } else { ("remove", "members") };
            let operation = json!([{"op": op, "path": path, "value": value}]);
            tenant.patch(&format!("/Groups/{group}"), &operation).await
        } else {
            let value = json!({"title": format!("{writer} {n}")});
            let operation = json!([{"op": "replace", "value": value}]);
            tenant.patch(&format!("/Users/{user}"), &operation).await
        };
        acknowledged += usize::from(answer.status.is_success());
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_feed_of_32_concurrent_writers_is_gapless_and_ordered() {
    let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
    let mut users = Vec::new();
    for n in 0..USERS {
        users.push(user(&tenant, &format!("user {n}")).await);
    }
    let group = group(&tenant, "Staff", &[]).await;

    // A server needs more time than a change, so all tasks wait until all servers are there.
    let servers: Vec<TestTenant> =
        (0..WRITERS + SEQUENCERS).map(|_| tenant.at_another_server()).collect();
    let start = Arc::new(Barrier::new(servers.len()));
    let left = Arc::new(AtomicUsize::new(WRITERS));
    let (writers, sequencers) = servers.split_at(WRITERS);
    let write = |(writer, tenant): (usize, &TestTenant)| {
        let write = write(tenant.clone(), writer, users.clone(), group.clone());
        let (start, left) = (Arc::clone(&start), Arc::clone(&left));
        tokio::spawn(async move {
            start.wait().await;
            let acknowledged = write.await;
            left.fetch_sub(1, Ordering::Relaxed);
            acknowledged
        })
    };
    let sequence = |tenant: &TestTenant| {
        let (tenant, start, left) = (tenant.clone(), Arc::clone(&start), Arc::clone(&left));
        tokio::spawn(async move {
            start.wait().await;
            let mut rounds = 0;
            while left.load(Ordering::Relaxed) > 0 {
                // Contention ends a round. The next round finds the rest.
                drop(tenant.directory().events().sequence(LIMIT).await);
                rounds += 1;
                tokio::task::yield_now().await;
            }
            rounds
        })
    };
    let sequencers: Vec<_> = sequencers.iter().map(sequence).collect();
    let writers: Vec<_> = writers.iter().enumerate().map(write).collect();
    let acknowledged: usize =
        join_all(writers).await.into_iter().map(|done| done.expect("a writer")).sum();
    let rounds: usize =
        join_all(sequencers).await.into_iter().map(|done| done.expect("a sequencer")).sum();
    tenant.directory().events().sequence(LIMIT).await.expect("the last changes get numbers");

    let feed = feed(&tenant).await;
    let owners = users.iter().map(String::as_str).chain(["GROUPS", "SETTINGS"]);
    let partitions = owners.map(|owner| format!("TENANT#{}#HISTORY#{owner}", tenant.id)).collect();
    let committed = histories(&tenant, &partitions).await;
    assert_eq!(faults(&feed, &committed), Vec::<String>::new());
    let page = tenant.directory().events().list_after(0, feed.len()).await.expect("a page");
    let read = page.events.into_iter().map(|event| (event.number, event.event.to_string()));
    let read: Vec<_> = read.collect();
    assert_eq!(read, feed);
    println!(
        "{WRITERS} writers: {acknowledged} of {} changes acknowledged, {} events in {rounds} rounds, \
         0 holes, 0 inversions",
        WRITERS * CHANGES,
        feed.len()
    );
    assert!(feed.len() > acknowledged / 2, "most changes have an event");
}

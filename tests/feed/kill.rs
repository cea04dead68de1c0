//! Two processes on one file: writers with a sequencer, and a second sequencer. Both die without a warning, again and
//! again, and start anew. Their table throttles calls and loses answers. No change is lost or numbered twice.
//!
//! The variables set the number of writers, and the changes of each. For a measured run:
//!
//! ```sh
//! ROLLCALL_TEST_FEED_WRITERS=50 ROLLCALL_TEST_FEED_CHANGES=2000 \
//!     cargo test --release --test rollcall -- --nocapture feed::kill
//! ```

use super::committed::{faults, feed, histories};
use super::throttled::ThrottledTable;
use crate::support::groups::{group, user};
use crate::support::key_condition::text;
use crate::support::{Ids, TestApp, TestTenant, is_on_an_endpoint};
use futures_util::future::join_all;
use rollcall::model::tenant::TenantId;
use rollcall::store::Store;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use rollcall::store::dynamodb::port::DynamoDb;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use time::Duration;
use tokio::sync::Notify;

const TEST: &str = "feed::kill::killed_servers_lose_no_event_and_number_none_twice";
/// The job of a child process, as JSON.
const JOB: &str = "ROLLCALL_TEST_FEED_JOB";
/// The writers are killed this often, and the second sequencer once more.
const KILLS: usize = 3;
/// The second sequencer works once for this many acknowledged changes.
const CHANGES_A_ROUND: usize = 5;

/// The limit of one run of a sequencer.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(600);

/// The job of a child process.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Job {
    folder: PathBuf,
    scim_token: String,
    admin_token: String,
    users: Vec<String>,
    groups: Vec<String>,
    /// The number of changes that each writer has to make.
    changes: usize,
    /// The number of acknowledged changes of each writer. `None` for the second sequencer.
    acknowledged: Option<Vec<usize>>,
}

impl Job {
    /// Starts the job in a process of its own.
    fn start(&self) -> Child {
        Command::new(std::env::current_exe().expect("this program"))
            .args([TEST, "--exact", "--nocapture"])
            .env(JOB, serde_json::to_string(self).expect("JSON"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a child process")
    }

    /// Does the job. The process reports each acknowledged change in a line of its error output.
    async fn run(self) {
        let base = TestApp::with_ids(Ids::Random).await;
        let server = |skew| {
            let table = Arc::new(ThrottledTable(open(&self.folder)));
            TestTenant {
                app: base.with_skew(table, Duration::seconds(skew)),
                id: TenantId::parse("acme").expect("a tenant id"),
                scim_token: self.scim_token.clone(),
                admin_token: self.admin_token.clone(),
            }
        };
        let Some(acknowledged) = &self.acknowledged else {
            let server = server(-30);
            for line in std::io::stdin().lines() {
                line.expect("a line");
                drop(server.directory().events().sequence(LIMIT).await);
            }
            return;
        };
        let server = server(30);
        let (changed, is_written) = (Notify::new(), AtomicBool::new(false));
        let writes = acknowledged.iter().enumerate().map(|(writer, from)| {
            let (server, changed) = (&server, &changed);
            let job = &self;
            async move {
                for n in *from..job.changes {
                    job.change(server, writer, n).await;
                    let line = format!("{writer} {n}\n");
                    std::io::stderr().write_all(line.as_bytes()).expect("the parent reads");
                    changed.notify_one();
                }
            }
        });
        let write = async {
            join_all(writes).await;
            is_written.store(true, Ordering::Relaxed);
            changed.notify_one();
        };
        let sequence = async {
            while !is_written.load(Ordering::Relaxed) {
                changed.notified().await;
                drop(server.directory().events().sequence(LIMIT).await);
            }
        };
        tokio::join!(write, sequence);
    }

    /// Makes a change until it is acknowledged.
    async fn change(&self, server: &TestTenant, writer: usize, n: usize) {
        let value = label(writer, n);
        let (path, value) = match n % 8 {
            7 => {
                let group = &self.groups[writer % self.groups.len()];
                (format!("/Groups/{group}"), json!({"displayName": value}))
            }
            _ => {
                let user = &self.users[(writer + n) % self.users.len()];
                (format!("/Users/{user}"), json!({"title": value}))
            }
        };
        let operation = json!([{"op": "replace", "value": value}]);
        loop {
            let answer = server.patch(&path, &operation).await;
            match answer.status.as_u16() {
                200 | 204 => return,
                429 | 503 => {}
                _ => answer.expect_success(),
            }
        }
    }
}

/// The value that a change writes. No two changes write the same.
fn label(writer: usize, n: usize) -> String {
    format!("w{writer}n{n}")
}

fn open(folder: &Path) -> Arc<dyn DynamoDb> {
    Arc::new(EmbeddedTable::new(Engine::open(folder).expect("an engine"), "rollcall"))
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(default)
}

/// A tenant in a new file, with records that the writers change.
async fn scene(folder: &Path, writers: usize) -> (TestTenant, Job) {
    let table = open(folder);
    let mut app = TestApp::with_ids(Ids::Random).await.with_skew(table.clone(), Duration::ZERO);
    Store::new(table.clone()).table().create_unless_exists().await.expect("a table");
    app.table = table;
    let tenant = app.tenant("acme").await;
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for n in 0..writers.div_ceil(2) {
        users.push(user(&tenant, &format!("user {n}")).await);
        groups.push(group(&tenant, &format!("group {n}"), &[]).await);
    }
    let job = Job {
        folder: folder.to_owned(),
        scim_token: tenant.scim_token.clone(),
        admin_token: tenant.admin_token.clone(),
        users,
        groups,
        changes: number("ROLLCALL_TEST_FEED_CHANGES", 20),
        acknowledged: Some(vec![0; writers]),
    };
    (tenant, job)
}

/// Kills a process without a warning (`kill -9`).
fn kill(mut process: Child) {
    process.kill().expect("it is running");
    process.wait().expect("it ends");
}

/// Runs the processes until all changes are acknowledged.
fn write_through_kills(job: &mut Job) {
    let sequencer = Job { acknowledged: None, ..job.clone() };
    let acknowledged = job.acknowledged.as_mut().map_or(0, |writers| writers.len());
    let all = acknowledged * job.changes;
    let mut second = sequencer.start();
    let mut total = 0;
    for round in 1..=KILLS + 1 {
        let (goal, half) = (all * round / (KILLS + 1), all * (2 * round - 1) / (2 * (KILLS + 1)));
        let mut writers = job.start();
        let mut errors = BufReader::new(writers.stderr.take().expect("its errors"));
        let mut is_second_young = false;
        while total < goal {
            let mut line = String::new();
            let read = errors.read_line(&mut line).expect("a line");
            assert!(read > 0, "the writers ended after {total} changes");
            total += note(job, &line);
            if total >= half && !is_second_young {
                kill(second);
                second = sequencer.start();
                is_second_young = true;
            }
            if total.is_multiple_of(CHANGES_A_ROUND) {
                let input = second.stdin.as_mut().expect("its input");
                input.write_all(b"sequence\n").expect("it is running");
            }
        }
        if round <= KILLS {
            kill(writers);
        } else {
            assert!(writers.wait().expect("it ends").success());
        }
        // The writers reported these changes before their end.
        for line in errors.lines() {
            total += note(job, &line.expect("a line"));
        }
    }
    kill(second);
}

/// Notes an acknowledged change. Returns the number of changes in the line.
fn note(job: &mut Job, line: &str) -> usize {
    let change = line.trim().split_once(' ');
    let change = change.and_then(|(writer, n)| Some((writer.parse().ok()?, n.parse().ok()?)));
    let (writer, n): (usize, usize) = change.unwrap_or_else(|| panic!("a child reports: {line}"));
    job.acknowledged.as_mut().expect("a job of writers")[writer] = n + 1;
    1
}

#[test]
fn killed_servers_lose_no_event_and_number_none_twice() {
    if is_on_an_endpoint() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    if let Ok(job) = std::env::var(JOB) {
        let job: Job = serde_json::from_str(&job).expect("a job");
        return runtime.block_on(job.run());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let writers = number("ROLLCALL_TEST_FEED_WRITERS", 8);
    let (tenant, mut job) = runtime.block_on(scene(folder.path(), writers));
    write_through_kills(&mut job);
    runtime.block_on(async {
        tenant.directory().events().sequence(LIMIT).await.expect("the last changes get numbers");
        let partitions = histories_of(&tenant, &job);
        let committed = histories(&tenant, &partitions).await;
        let feed = feed(&tenant).await;
        assert_eq!(faults(&feed, &committed), Vec::<String>::new());
        let written = written_labels(&tenant, &partitions).await;
        let labels = (0..writers).flat_map(|writer| (0..job.changes).map(move |n| label(writer, n)));
        let lost: Vec<String> = labels.filter(|label| !written.contains(label)).collect();
        assert_eq!(lost, Vec::<String>::new());
        println!(
            "{writers} writers, {} changes, {KILLS} kills of the writers, {} of a sequencer, {} events: \
             0 lost, 0 twice, 0 holes, 0 inversions",
            writers * job.changes,
            KILLS + 1,
            feed.len()
        );
    });
}

/// The partitions with the histories of the tenant.
fn histories_of(tenant: &TestTenant, job: &Job) -> BTreeSet<String> {
    let names = job.users.iter().map(String::as_str).chain(["GROUPS", "SETTINGS"]);
    names.map(|name| format!("TENANT#{}#HISTORY#{name}", tenant.id)).collect()
}

/// The words of all values in the histories.
async fn written_labels(tenant: &TestTenant, partitions: &BTreeSet<String>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for partition in partitions {
        for item in tenant.items(partition).await {
            let changes = text(&item, "changes").unwrap_or_default();
            let parts = changes.split(|letter: char| !letter.is_ascii_alphanumeric());
            words.extend(parts.map(str::to_owned));
        }
    }
    words
}

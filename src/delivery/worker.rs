//! The delivery of the local server: a task that starts a run when a change is committed, and when work is due.

use super::run_report::{RunContext, RunReport};
use super::runner::Runner;
use crate::directory::{Announcements, TenantId, clock, metered};
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::time::Duration;
use tokio::task::{Id, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often the worker looks for due work.
const LOOK_FOR_DUE: Duration = Duration::from_secs(1);
/// Every so many looks, one also covers all outboxes: commands write to the same table.
const LOOKS_UNTIL_ALL: u32 = 15;
/// How long a stop waits for calls in flight.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs deliveries until `stop` is done. The stop waits up to 5 seconds for runs in progress.
pub async fn run(runner: Runner, announcements: Announcements, stop: impl Future<Output = ()>) {
    announcements.listen();
    let mut worker = Worker::new(runner);
    let mut looks = interval(LOOK_FOR_DUE);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks_left = 0_u32;
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            tenants = announcements.next() => {
                for tenant in tenants {
                    worker.start(tenant);
                }
            }
            Some(ended) = worker.runs.join_next_with_id(), if !worker.runs.is_empty() => {
                worker.ended(ended.map_or_else(|panicked| panicked.id(), |(id, ())| id));
            }
            _ = looks.tick() => {
                looks_left = looks_left.saturating_sub(1);
                if worker.start_due(looks_left == 0) && looks_left == 0 {
                    looks_left = LOOKS_UNTIL_ALL;
                }
            }
        }
    }
    let end = clock() + PATIENCE;
    while let Ok(Some(_)) =
        timeout(end.saturating_duration_since(clock()), worker.runs.join_next()).await
    {}
}

/// The work of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Job {
    /// The deliveries of a tenant with a new event.
    Tenant(TenantId),
    /// All work that is due.
    Due,
}

/// The runs in progress. A tenant has at most one, and so has due work.
struct Worker {
    runner: Runner,
    runs: JoinSet<()>,
    jobs: HashMap<Id, Job>,
    /// The tenants with a change after the start of their run.
    again: BTreeSet<TenantId>,
}

impl Worker {
    fn new(runner: Runner) -> Self {
        Self { runner, runs: JoinSet::new(), jobs: HashMap::new(), again: BTreeSet::new() }
    }

    /// Starts the run of a tenant, or another run after the one in progress.
    fn start(&mut self, tenant: TenantId) {
        let job = Job::Tenant(tenant.clone());
        if self.jobs.values().any(|running| *running == job) {
            self.again.insert(tenant);
            return;
        }
        let runner = self.runner.clone();
        let run = async move { log("change", runner.run_tenants(BTreeSet::from([tenant]))).await };
        self.jobs.insert(self.runs.spawn(run).id(), job);
    }

    /// Starts all work that is due, unless the run before is in progress. Returns whether it started.
    fn start_due(&mut self, with_outboxes: bool) -> bool {
        if self.jobs.values().any(|running| *running == Job::Due) {
            return false;
        }
        let runner = self.runner.clone();
        let run = async move { log("due", runner.run_due(with_outboxes)).await };
        self.jobs.insert(self.runs.spawn(run).id(), Job::Due);
        true
    }

    fn ended(&mut self, id: Id) {
        if let Some(Job::Tenant(tenant)) = self.jobs.remove(&id)
            && self.again.remove(&tenant)
        {
            self.start(tenant);
        }
    }
}

/// Runs, and logs a run that did something.
async fn log(trigger: &'static str, run: impl Future<Output = RunReport>) {
    let started = clock();
    let (report, usage) = metered(run).await;
    if report.did_something() {
        let duration = started.elapsed();
        report.log(RunContext { lambda_request_id: None, trigger, duration, usage });
    }
}

//! Runs the deliveries: of named tenants, of all work that is due, and of outboxes whose trigger was lost.

use super::clock::RunClock;
use super::run_report::RunReport;
use super::tenant_run::TenantRun;
use crate::directory::destinations::Destinations;
use crate::directory::destinations::work::DueItem;
use crate::directory::tenants::Tenants;
use crate::directory::tenants::sync::SyncWatch;
use crate::directory::{Directory, Error, TenantId};
use crate::model::destination::Position;
use crate::outbound::Client;
use futures_util::StreamExt;
use futures_util::stream;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

/// The time of a run: the rest of the Deliver function's 90 seconds is for the last calls and saves.
pub const RUN_TIME: Duration = Duration::from_secs(50);
/// The most tenants that one run works on at a time.
const TENANTS_AT_ONCE: usize = 4;
/// The most calls of one tenant in flight, of the 64 calls of a process.
const CALLS_OF_A_TENANT: usize = 16;
/// The most pieces of due work that one run reads.
const MOST_DUE: usize = 500;

/// Runs the deliveries of a deployment. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Runner {
    tenants: Tenants,
    destinations: Destinations,
    sync: SyncWatch,
    client: Client,
    public_url: Arc<str>,
    run_time: Duration,
}

impl Runner {
    /// Makes the runner of a deployment. `public_url` is the origin at which clients reach the service.
    pub fn new(
        tenants: Tenants,
        destinations: Destinations,
        sync: SyncWatch,
        client: Client,
        public_url: Arc<str>,
    ) -> Self {
        Self { tenants, destinations, sync, client, public_url, run_time: RUN_TIME }
    }

    /// Limits a run to another time, for tests.
    pub fn with_run_time(self, run_time: Duration) -> Self {
        Self { run_time, ..self }
    }

    /// The present time, by the deployment's clock.
    pub fn now(&self) -> OffsetDateTime {
        self.tenants.now()
    }

    /// A new id.
    pub(super) fn new_id(&self) -> uuid::Uuid {
        self.tenants.sources().new_id()
    }

    /// Runs the deliveries of some tenants.
    pub async fn run_tenants(&self, tenants: BTreeSet<TenantId>) -> RunReport {
        let clock = RunClock::start(self.tenants.now(), self.run_time);
        // No tenant is always the last one.
        let mut tenants = Vec::from_iter(tenants);
        fastrand::shuffle(&mut tenants);
        let runs = stream::iter(tenants).map(|tenant| self.run_tenant(tenant, clock));
        let mut runs = runs.buffer_unordered(TENANTS_AT_ONCE);
        let mut report = RunReport::default();
        while let Some(part) = runs.next().await {
            report.merge(part);
        }
        report
    }

    /// Runs all work that is due. `with_outboxes` also covers the tenants whose outbox has events, or with a destination
    /// behind the feed.
    pub async fn run_due(&self, with_outboxes: bool) -> RunReport {
        let mut report = RunReport::default();
        let now = self.tenants.now();
        let due = match self.destinations.list_due(now, MOST_DUE).await {
            Ok(due) => due,
            Err(error) => {
                failed(&error);
                return RunReport { failures: 1, ..report };
            }
        };
        // The checks put findings into the outboxes of tenants that this run covers.
        let (checks, due): (Vec<_>, Vec<_>) = due.into_iter().partition(DueItem::is_of_sync);
        report.failures += self.check_silences(&checks).await;
        let mut tenants: BTreeSet<TenantId> =
            due.iter().chain(&checks).map(|item| item.tenant.clone()).collect();
        if with_outboxes {
            match self.tenants_with_events().await {
                Ok(found) => tenants.extend(found),
                Err(error) => {
                    failed(&error);
                    report.failures += 1;
                }
            }
        }
        report.merge(self.run_tenants(tenants).await);
        if !due.is_empty() {
            report.failures += u64::from(!self.clear_due(now).await);
        }
        report
    }

    /// Runs the deliveries of one tenant. A failure is logged and counted.
    async fn run_tenant(&self, tenant: TenantId, clock: RunClock) -> RunReport {
        match self.try_tenant(&tenant, clock).await {
            Ok(report) => report,
            // The tenant was removed meanwhile.
            Err(Error::NoTenant) => RunReport::default(),
            Err(error) => {
                let cause = crate::error_chain(&error);
                tracing::warn!(
                    tenant = tenant.as_str(),
                    cause,
                    "the deliveries of a tenant failed"
                );
                RunReport { tenants: 1, failures: 1, ..RunReport::default() }
            }
        }
    }

    async fn try_tenant(&self, id: &TenantId, clock: RunClock) -> Result<RunReport, Error> {
        self.enter(id, clock).await?.run().await
    }

    /// Reads the tenant of a run.
    pub(super) async fn enter(&self, id: &TenantId, clock: RunClock) -> Result<TenantRun, Error> {
        let tenant = self.tenants.get(id).await?;
        let url = format!("{}/tenants/{id}", self.public_url);
        Ok(TenantRun {
            client: self.client.clone(),
            directory: self.tenants.directory_of(&tenant),
            destinations: self.destinations.clone(),
            url: Arc::from(url),
            tenant,
            clock,
            turns: Arc::new(Semaphore::new(CALLS_OF_A_TENANT)),
        })
    }

    /// Lists the tenants whose outbox has an event, or with a destination that is behind the feed. A run that was stopped
    /// may leave both.
    async fn tenants_with_events(&self) -> Result<Vec<TenantId>, Error> {
        let mut found = Vec::new();
        for id in self.tenants.list().await? {
            let directory = self.tenants.directory(&id);
            if directory.events().are_waiting().await? || self.is_behind(&id, &directory).await? {
                found.push(id);
            }
        }
        Ok(found)
    }

    async fn is_behind(&self, id: &TenantId, directory: &Directory) -> Result<bool, Error> {
        let destinations = self.destinations.work(id).list().await?;
        if destinations.iter().all(|(destination, _)| !destination.enabled) {
            return Ok(false);
        }
        let newest = directory.events().newest_numbered().await?;
        let now = self.tenants.now();
        // A worker that died leaves its lease, and perhaps events that wait without due work.
        let is_left = |position: &Position| {
            let has_died = position.lease.is_some() && !position.is_leased(now);
            position.position < newest || has_died || position.is_due(now)
        };
        Ok(destinations.iter().any(|(one, position)| one.enabled && is_left(position)))
    }

    /// Checks for silent identity providers. Returns the number of failed checks.
    async fn check_silences(&self, checks: &[DueItem]) -> u64 {
        let checks = stream::iter(checks.to_vec())
            .map(|check| async move { succeeded(self.sync.check_silence(&check).await) });
        let mut checks = checks.buffer_unordered(TENANTS_AT_ONCE);
        let mut failures = 0;
        while let Some(is_done) = checks.next().await {
            failures += u64::from(!is_done);
        }
        failures
    }

    /// Removes the due work that is left and has no owner: its destination has another time for its next work.
    async fn clear_due(&self, at: OffsetDateTime) -> bool {
        let clear = async {
            let due = self.destinations.list_due(at, MOST_DUE).await?;
            let (_, due): (Vec<_>, Vec<_>) = due.into_iter().partition(DueItem::is_of_sync);
            self.destinations.clear_due(&due).await
        };
        succeeded(clear.await)
    }
}

fn succeeded<T>(result: Result<T, Error>) -> bool {
    result.inspect_err(failed).is_ok()
}

fn failed(error: &Error) {
    tracing::warn!(cause = crate::error_chain(error), "due work failed");
}

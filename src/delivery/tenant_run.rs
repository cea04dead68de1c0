//! The run of one tenant: numbers its events, and gives each destination its turn.

use super::chat::ChatRun;
use super::clock::RunClock;
use super::failure_end::FailureEnd;
use super::run_report::RunReport;
use super::webhook::WebhookRun;
use crate::directory::destinations::work::DeliveryWork;
use crate::directory::destinations::{Destination, Destinations, Form, OpenedSecrets};
use crate::directory::events::Events;
use crate::directory::events::body::FeedSource;
use crate::directory::{Directory, Error, Tenant};
use crate::model::destination::Position;
use crate::outbound::{Client, Target};
use futures_util::future::join_all;
use secrecy::ExposeSecret;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The tenant of a run, with everything that its destinations share.
pub(super) struct TenantRun {
    pub(super) client: Client,
    pub(super) directory: Directory,
    pub(super) destinations: Destinations,
    pub(super) tenant: Tenant,
    /// The URL of the tenant, without a slash at the end.
    pub(super) url: Arc<str>,
    pub(super) clock: RunClock,
    /// The turns of this tenant's calls. Slow receivers of one tenant leave turns for other tenants.
    pub(super) turns: Arc<Semaphore>,
}

impl TenantRun {
    pub(super) fn events(&self) -> Events<'_> {
        self.directory.events()
    }

    pub(super) fn work(&self) -> DeliveryWork {
        self.destinations.work(&self.tenant.id)
    }

    /// Runs until every event is delivered or waits, or the time is over.
    ///
    /// A change during the run starts another run, which finds the leases of this one taken. This run therefore looks
    /// again after it gave up its leases.
    pub(super) async fn run(&self) -> Result<RunReport, Error> {
        let mut report = RunReport { tenants: 1, ..RunReport::default() };
        loop {
            let sequenced = self.events().sequence(self.clock.left()).await?;
            report.sequenced += u64::try_from(sequenced.moved).unwrap_or(u64::MAX);
            if !sequenced.is_done {
                let age = sequenced.oldest.map(|at| age(self.clock.now() - at));
                report.outbox_age = report.outbox_age.max(age);
            }
            let newest = self.events().newest_numbered().await?;
            self.deliver_to_all(newest, &mut report).await?;
            let is_latest = self.events().newest_numbered().await? == newest;
            if (is_latest && !self.events().are_waiting().await?) || !self.clock.has_time() {
                return Ok(report);
            }
        }
    }

    /// Gives each destination its turn, at the same time.
    async fn deliver_to_all(&self, newest: u64, report: &mut RunReport) -> Result<(), Error> {
        let destinations = self.work().list().await?;
        let enabled = destinations.iter().filter(|(destination, _)| destination.enabled);
        let runs =
            enabled.map(|(destination, position)| self.deliver(destination, position, newest));
        report.waiting = None;
        for run in join_all(runs).await {
            match run {
                Ok(part) => report.merge(part),
                Err(error) => {
                    let tenant = self.tenant.id.as_str();
                    let cause = crate::error_chain(&error);
                    tracing::warn!(tenant, cause, "the deliveries to a destination failed");
                    report.failures += 1;
                }
            }
        }
        Ok(())
    }

    /// Gives one destination its turn.
    async fn deliver(
        &self,
        destination: &Destination,
        held: &Position,
        newest: u64,
    ) -> Result<RunReport, Error> {
        let (target, secrets) = match self.open(destination).await? {
            Ok(opened) => opened,
            Err(why) => {
                self.destinations.disable(&self.tenant.id, destination, &why).await?;
                return Ok(RunReport { disabled: 1, ..RunReport::default() });
            }
        };
        match &destination.form {
            Form::Webhook { .. } => {
                WebhookRun::new(self, destination, target, secrets, held.clone(), newest)
                    .run()
                    .await
            }
            Form::Slack(digest) | Form::Teams(digest) => {
                ChatRun::new(self, destination, *digest, target, held.clone(), newest).run().await
            }
        }
    }

    /// The place of the tenant's feed, for the JSON of events.
    pub(super) fn source(&self) -> FeedSource<'_> {
        FeedSource { tenant: &self.tenant, url: &self.url }
    }

    /// The URL of the tenant's Activity page.
    pub(super) fn activity_url(&self) -> String {
        format!("{}/activity", self.url)
    }

    /// The name of the tenant, for messages.
    pub(super) fn tenant_name(&self) -> &str {
        match self.tenant.name.as_str() {
            "" => self.tenant.id.as_str(),
            name => name,
        }
    }

    /// Disables a destination that fails, or records that it fails for long. Returns the number of disabled
    /// destinations.
    pub(super) async fn end_failure(
        &self,
        destination: &Destination,
        end: Option<FailureEnd>,
    ) -> Result<u64, Error> {
        let tenant = &self.tenant.id;
        match end {
            Some(FailureEnd::Disable(why)) => {
                self.destinations.disable(tenant, destination, why).await?;
                Ok(1)
            }
            Some(FailureEnd::Report) => {
                self.destinations.record_failing(tenant, destination).await?;
                Ok(0)
            }
            None => Ok(0),
        }
    }

    /// Opens the URL and the secrets of a destination, and checks the URL again. The inner error says why the destination
    /// cannot be used.
    pub(super) async fn open(
        &self,
        destination: &Destination,
    ) -> Result<Result<(Target, OpenedSecrets), String>, Error> {
        let opened = match self.destinations.open(&self.tenant.id, destination).await? {
            Ok(opened) => opened,
            Err(unreadable) => return Ok(Err(unreadable.to_string())),
        };
        let target = Target::parse(opened.url.expose_secret(), self.client.policy());
        Ok(target.map(|target| (target, opened)).map_err(|problem| problem.to_string()))
    }
}

fn age(duration: time::Duration) -> std::time::Duration {
    std::time::Duration::try_from(duration).unwrap_or_default()
}

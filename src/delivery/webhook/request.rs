//! Makes the signed request of an event, and sends it.

use super::queue::Job;
use crate::delivery::call::{CallResult, send};
use crate::delivery::clock::RunClock;
use crate::delivery::tenant_run::TenantRun;
use crate::directory::Directory;
use crate::directory::Tenant;
use crate::directory::destinations::{Destination, DestinationKind, OpenedSecrets, Payload};
use crate::directory::events::NumberedEvent;
use crate::directory::events::body::FeedSource;
use crate::directory::events::resolve::Event;
use crate::outbound::{Client, Limits, SignedMessage, SigningKey, Target, signature_header};
use http::{HeaderName, HeaderValue};
use serde::Serialize;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

/// The result of a job.
pub(in crate::delivery) enum Called {
    /// The receiver answered, or the call failed.
    Answered(Job, CallResult),
    /// The event names items that are not visible yet.
    NotVisible(Job),
    /// The time of the run ended before the tenant had a turn.
    NotSent(Job),
}

/// The parts of all requests to one webhook.
pub struct Sender {
    client: Client,
    directory: Directory,
    tenant: Tenant,
    url: Arc<str>,
    target: Target,
    turns: Arc<Semaphore>,
    keys: Vec<SigningKey>,
    payload: Payload,
    limits: Limits,
}

impl Sender {
    /// Prepares the requests to a webhook.
    pub fn new(
        run: &TenantRun,
        destination: &Destination,
        target: Target,
        secrets: OpenedSecrets,
    ) -> Self {
        Self {
            client: run.client.clone(),
            directory: run.directory.clone(),
            tenant: run.tenant.clone(),
            url: Arc::clone(&run.url),
            target,
            turns: Arc::clone(&run.turns),
            keys: secrets.signing,
            payload: destination.payload().unwrap_or_default(),
            limits: Limits::DELIVERY,
        }
    }

    /// The same requests within other limits.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sends the event of a job, when the tenant has a turn.
    pub(in crate::delivery) async fn call(self: Arc<Self>, job: Job, clock: RunClock) -> Called {
        let Ok(_turn) = self.turns.acquire().await else { return Called::NotSent(job) };
        if !clock.has_time() {
            return Called::NotSent(job);
        }
        let Some(event) = self.resolve(&job).await else { return Called::NotVisible(job) };
        let result = self.send(&event, clock.now()).await;
        Called::Answered(job, result)
    }

    async fn resolve(&self, job: &Job) -> Option<Event> {
        let event = NumberedEvent { number: job.number, event: job.reference.clone() };
        let resolved = self.directory.events().resolve(vec![event]).await;
        resolved.ok()?.events.into_iter().next()
    }

    /// Sends an event.
    pub async fn send(&self, event: &Event, now: OffsetDateTime) -> CallResult {
        let source = FeedSource { tenant: &self.tenant, url: &self.url };
        let body = match self.payload {
            Payload::Full => source.body(event),
            Payload::Ids => source.body(event).without_values(),
        };
        self.send_body(&body.id, &body, now).await
    }

    /// Sends a body under an id.
    pub async fn send_body(
        &self,
        id: &str,
        body: &impl Serialize,
        now: OffsetDateTime,
    ) -> CallResult {
        // The signature covers the bytes that are sent.
        let body = serde_json::to_vec(body).unwrap_or_default();
        let timestamp = now.unix_timestamp();
        let message = SignedMessage { id, timestamp, body: &body };
        let signature = match self.keys.as_slice() {
            [current, rest @ ..] => signature_header(&message, current, rest.first()),
            [] => String::new(),
        };
        let headers = [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signature),
        ];
        let headers = headers.into_iter().filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
        });
        let (target, limits) = (&self.target, self.limits);
        send(&self.client, DestinationKind::Webhook, target, body, headers.collect(), limits, now)
            .await
    }
}

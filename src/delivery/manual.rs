//! Deliveries that an administrator starts: a test, and one event again.

use super::call::{CallResult, send};
use super::clock::RunClock;
use super::message::MessageContext;
use super::runner::Runner;
use super::tenant_run::TenantRun;
use super::verdict::Verdict;
use super::webhook::request::Sender;
use super::{slack, teams};
use crate::directory::destinations::calls::{CallOutcome, DestinationCalls};
use crate::directory::destinations::filter::matches_type;
use crate::directory::destinations::{Destination, DestinationError, DestinationKind, Form};
use crate::directory::events::types::EventType;
use crate::directory::{Error, TenantId};
use crate::outbound::{Limits, Target};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::time::Duration;
use uuid::Uuid;

/// The time of a delivery that an administrator waits for.
const CALL_TIME: Duration = Duration::from_secs(20);

impl DestinationCalls for Runner {
    fn send_test<'a>(
        &'a self,
        tenant: &'a TenantId,
        id: Uuid,
    ) -> BoxFuture<'a, Result<CallOutcome, Error>> {
        async move { Ok(self.call_test(tenant, id).await?.into()) }.boxed()
    }

    fn resend<'a>(
        &'a self,
        tenant: &'a TenantId,
        id: Uuid,
        event_id: &'a str,
    ) -> BoxFuture<'a, Result<CallOutcome, Error>> {
        async move { Ok(self.call_again(tenant, id, event_id).await?.into()) }.boxed()
    }
}

impl From<CallResult> for CallOutcome {
    fn from(CallResult { status, milliseconds, failure, .. }: CallResult) -> Self {
        Self { status, milliseconds, failure }
    }
}

impl Runner {
    async fn call_test(&self, tenant: &TenantId, id: Uuid) -> Result<CallResult, Error> {
        let run = self.enter(tenant, RunClock::start(self.now(), CALL_TIME)).await?;
        let destination = run.destinations.get(tenant, id).await?.destination;
        let (target, secrets) = run.open(&destination).await?.map_err(unusable)?;
        let now = run.clock.now();
        match &destination.form {
            Form::Webhook { .. } => {
                let sender = Sender::new(&run, &destination, target, secrets);
                let sender = sender.with_limits(Limits::ATTENDED);
                let body = run.source().test_body(self.new_id(), now);
                Ok(sender.send_body(&body.id, &body, now).await)
            }
            Form::Slack(_) | Form::Teams(_) => {
                Ok(send_message_test(&run, &destination, target).await)
            }
        }
    }

    async fn call_again(
        &self,
        tenant: &TenantId,
        id: Uuid,
        event_id: &str,
    ) -> Result<CallResult, Error> {
        let run = self.enter(tenant, RunClock::start(self.now(), CALL_TIME)).await?;
        let destination = run.destinations.get(tenant, id).await?.destination;
        if !matches!(destination.form, Form::Webhook { .. }) {
            return Err(DestinationError::NotAWebhook.into());
        }
        let cursor = run.source().parse_event_id(event_id).ok_or(DestinationError::NotAnEvent)?;
        let number = cursor.number_in(&run.tenant).ok_or(DestinationError::OtherFeed)?;
        let newest = run.events().newest().await?;
        let no_event = || Error::from(DestinationError::NoEvent { number, newest });
        let found = run.events().get(number).await?.ok_or_else(no_event)?;
        let is_of_type = matches_type(&destination, EventType::of(&found.event));
        let matched = run.matching(&destination, vec![found.clone()]).await?;
        if !is_of_type || !matched.unwanted.is_empty() {
            return Err(DestinationError::NotWanted.into());
        }
        let resolved = run.events().resolve(vec![found]).await?;
        let event = resolved.events.into_iter().next().ok_or_else(no_event)?;
        let (target, secrets) = run.open(&destination).await?.map_err(unusable)?;
        let sender = Sender::new(&run, &destination, target, secrets);
        let sender = sender.with_limits(Limits::ATTENDED);
        let result = sender.send(&event, run.clock.now()).await;
        if result.verdict == Verdict::Accepted {
            run.destinations.resent(tenant, &destination, number).await?;
        }
        Ok(result)
    }
}

async fn send_message_test(
    run: &TenantRun,
    destination: &Destination,
    target: Target,
) -> CallResult {
    let url = run.activity_url();
    let context = MessageContext { tenant: run.tenant_name(), activity_url: &url };
    let kind = destination.kind();
    let body = match kind {
        DestinationKind::Teams => teams::test_message(context),
        _ => slack::test_message(context),
    };
    let (limits, now) = (Limits::ATTENDED, run.clock.now());
    send(&run.client, kind, &target, body, Vec::new(), limits, now).await
}

fn unusable(why: String) -> Error {
    DestinationError::Unusable(why).into()
}

//! The one way to write a changed destination: read, decide, and write with the tenant's history, on both revisions.

use super::Destinations;
use super::error::DestinationError;
use super::history::{self, Action};
use super::secrets::Secrets;
use super::start::StartWork;
use crate::directory::error::Error;
use crate::directory::precondition::Precondition;
use crate::model::actor::ActorRecord;
use crate::model::destination::{Destination, Position};
use crate::model::history::EventKind;
use crate::model::tenant::TenantId;
use crate::store::destinations::destinations::Recorded;
use crate::store::dynamodb::retry::{Attempt, retry};
use uuid::Uuid;

/// A decided change of a destination.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) after: Destination,
    pub(super) action: Action,
    /// The event after which the deliveries start at once; `None` leaves the position as it is.
    pub(super) start: Option<Start>,
}

/// The event after which deliveries start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// The last event that is done.
    AtPosition,
    /// The event with this number.
    After(u64),
}

impl Change {
    /// Makes a change that leaves the position as it is.
    pub(super) fn of(after: Destination, action: Action) -> Self {
        Self { after, action, start: None }
    }

    /// Enables or disables the destination. An enabled destination starts at its position.
    ///
    /// A destination cannot start when its URL or its signing secret does not open.
    pub(super) fn switch(
        &mut self,
        enabled: bool,
        secrets: &Secrets,
        now: time::OffsetDateTime,
    ) -> Result<(), Error> {
        self.action = if enabled { Action::Resumed } else { Action::Paused };
        if enabled {
            secrets.open_all(&self.after, now)?;
            self.after.disabled_why = None;
            self.start = Some(Start::AtPosition);
        }
        self.after.enabled = enabled;
        Ok(())
    }
}

impl Destinations {
    /// Reads, changes and writes a destination. Retries from the read when the write is stale. A change without an effect
    /// writes nothing.
    pub(super) async fn update(
        &self,
        id: &TenantId,
        destination: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
        mut decide: impl FnMut(&Destination) -> Result<Option<Change>, Error>,
    ) -> Result<Destination, Error> {
        let (store, now) = (self.tenants.store.tenant(id), self.tenants.now());
        let secrets = self.secrets(id).await?;
        retry!({
            let (tenant, found) = tokio::try_join!(
                store.tenant_record().get(),
                store.destinations().get(destination),
            )?;
            let mut tenant = tenant.ok_or(Error::NoTenant)?;
            actor.check(&tenant, now)?;
            let missing = DestinationError::NoDestination(destination);
            let before = found.ok_or_else(|| missing.clone())?;
            precondition.check(before.revision)?;
            let Some(Change { after, action, start }) = decide(&before)? else {
                return Ok(Attempt::Done(before));
            };
            let changes = history::changes(action, Some(&before), Some(&after));
            let entry = self.tenants.entry(action.kind(), changes, actor);
            tenant.revision += 1;
            // Each write seals secrets under the current pepper.
            let mut after = secrets.resealed(&after)?.after;
            after.revision = before.revision + 1;
            let recorded = Recorded { tenant: &tenant, entry: &entry };
            let is_written = match start {
                None => store.destinations().replace(&after, recorded).await?,
                Some(start) => {
                    let found = store.positions().get(destination).await?.ok_or(missing)?;
                    // The worker removes the due work of a destination that is not enabled.
                    let is_there = before.enabled && found.is_due(now);
                    let work = StartWork::of(id, &found, is_there, now);
                    let position = started(found, start, work.at());
                    let (destinations, progress) = (store.destinations(), work.progress());
                    destinations
                        .replace_with_position(&after, &position, &progress, recorded)
                        .await?
                }
            };
            Ok(Attempt::done_if(is_written).map(|()| after))
        })
    }
}

/// Returns a position at its next revision, from which the deliveries start when its work is due.
fn started(position: Position, start: Start, due: time::OffsetDateTime) -> Position {
    let number = match start {
        Start::AtPosition => position.position,
        Start::After(number) => number,
    };
    let revision = position.revision + 1;
    Position { revision, position: number, due: Some(due), ..position.without_failure() }
}

impl Action {
    /// Returns the kind of the entry in the history.
    fn kind(self) -> EventKind {
        match self {
            Self::Failing => EventKind::DestinationFailing,
            Self::Disabled => EventKind::DestinationDisabled,
            _ => EventKind::DestinationChanged,
        }
    }
}

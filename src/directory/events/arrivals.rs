//! The employee that the identity provider sent last.

use super::Events;
use crate::directory::error::Error;
use crate::model::actor::ActorKind;
use crate::model::event::{EventRef, Subject};
use crate::model::history::EventKind;
use uuid::Uuid;

/// The events that are searched, from the newest one.
const LAST_EVENTS: usize = 100;

impl Events<'_> {
    /// Finds the employee that the identity provider last created, linked or restored, among the last 100 events.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn last_arrival(self) -> Result<Option<Uuid>, Error> {
        self.try_to_sequence().await;
        let events = self.0.store.feed().list_before(None, LAST_EVENTS).await?;
        Ok(events.iter().find_map(|numbered| arrival(&numbered.event)))
    }
}

fn arrival(event: &EventRef) -> Option<Uuid> {
    let EventRef::Change(change) = event else { return None };
    let arrives =
        matches!(change.kind, EventKind::Created | EventKind::Linked | EventKind::Restored);
    match change.subject {
        Subject::Employee(id) if arrives && change.actor == ActorKind::IdentityProvider => Some(id),
        _ => None,
    }
}

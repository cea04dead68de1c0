//! The state of a destination, for the administrator: whether it gets its events, and how many wait.

use super::Destinations;
use super::error::DestinationError;
use super::filter;
use crate::directory::error::Error;
use crate::directory::events::cursor::FeedCursor;
use crate::directory::events::types::EventType;
use crate::model::destination::{Destination, Position};
use crate::model::tenant::{Tenant, TenantId};
use crate::store::TenantStore;
use futures_util::future::try_join_all;
use strum::IntoStaticStr;
use time::OffsetDateTime;
use uuid::Uuid;

/// The most events that a state reads to count those that the destination wants.
pub const MOST_COUNTED: usize = 500;

/// A destination with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationView {
    /// The destination.
    pub destination: Destination,
    /// The state.
    pub state: DestinationState,
}

/// The state of a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationState {
    /// The state in one word.
    pub status: Status,
    /// The cursor of the last event that is done.
    pub position: FeedCursor,
    /// The events that wait for their delivery. Above 500 events, it is an upper limit: it then also counts events that
    /// the destination does not want.
    pub waiting: u64,
    /// The time since which all deliveries fail.
    pub failing_since: Option<OffsetDateTime>,
    /// The time of the next try, after a failure.
    pub next_try: Option<OffsetDateTime>,
    /// The time of the last successful delivery.
    pub last_success: Option<OffsetDateTime>,
    /// The reason for which the service disabled the destination.
    pub disabled_because: Option<String>,
}

/// The state of a destination in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum Status {
    /// The destination has all its events, or its next message collects them.
    Delivers,
    /// Events wait for their delivery.
    Behind,
    /// The last deliveries failed.
    Failing,
    /// The administrator paused the destination.
    Paused,
    /// The service disabled the destination.
    Disabled,
}

impl Status {
    /// Returns the status's name, in the administration.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Destinations {
    /// Lists the destinations of a tenant with their states, by name.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], or as every call of the store does.
    pub async fn list(&self, id: &TenantId) -> Result<Vec<DestinationView>, Error> {
        let (store, work) = (self.tenants.store.tenant(id), self.work(id));
        let (tenant, mut destinations, newest) =
            tokio::try_join!(self.tenants.get(id), work.list(), async {
                Ok(store.feed().newest().await?)
            })?;
        destinations
            .sort_by(|(one, _), (other, _)| (&one.name, one.id).cmp(&(&other.name, other.id)));
        let views = destinations
            .into_iter()
            .map(|(destination, position)| view(&store, &tenant, destination, position, newest));
        try_join_all(views).await
    }

    /// Returns a destination with its state.
    ///
    /// # Errors
    /// Fails with [`DestinationError::NoDestination`], [`Error::NoTenant`], or as every call of the store does.
    pub async fn get(&self, id: &TenantId, destination: Uuid) -> Result<DestinationView, Error> {
        let store = self.tenants.store.tenant(id);
        let ((tenant, found, position), newest) =
            tokio::try_join!(self.find(id, destination), async {
                Ok(store.feed().newest().await?)
            })?;
        view(&store, &tenant, found, position, newest).await
    }

    /// Reads a tenant, one of its destinations and its position.
    pub(super) async fn find(
        &self,
        tenant: &TenantId,
        id: Uuid,
    ) -> Result<(Tenant, Destination, Position), Error> {
        let store = self.tenants.store.tenant(tenant);
        let (record, destination, position) = tokio::try_join!(
            store.tenant_record().get(),
            store.destinations().get(id),
            store.positions().get(id),
        )?;
        let record = record.ok_or(Error::NoTenant)?;
        match (destination, position) {
            (Some(destination), Some(position)) => Ok((record, destination, position)),
            _ => Err(DestinationError::NoDestination(id).into()),
        }
    }
}

async fn view(
    store: &TenantStore,
    tenant: &Tenant,
    destination: Destination,
    position: Position,
    newest: u64,
) -> Result<DestinationView, Error> {
    let (ahead, retries) = tokio::try_join!(
        count_ahead(store, &destination, position.position, newest),
        store.retries().list(destination.id),
    )?;
    let waiting = ahead.saturating_add(u64::try_from(retries.len()).unwrap_or(u64::MAX));
    let has_window = destination.digest().is_some();
    let status = match (&destination, &position) {
        (Destination { disabled_why: Some(_), .. }, _) => Status::Disabled,
        (Destination { enabled: false, .. }, _) => Status::Paused,
        (_, Position { failing_since: Some(_), .. }) => Status::Failing,
        _ if waiting == 0 || (has_window && position.due.is_some()) => Status::Delivers,
        _ => Status::Behind,
    };
    let cursor = FeedCursor { epoch: tenant.feed_epoch.clone(), number: position.position };
    let state = DestinationState {
        status,
        position: cursor,
        waiting,
        failing_since: position.failing_since,
        next_try: position.failing_since.and(position.next_at.or(position.due)),
        last_success: position.last_ok,
        disabled_because: destination.disabled_why.clone(),
    };
    Ok(DestinationView { destination, state })
}

/// Counts the events after a position that a destination wants by their types.
async fn count_ahead(
    store: &TenantStore,
    destination: &Destination,
    position: u64,
    newest: u64,
) -> Result<u64, crate::store::Error> {
    let ahead = newest.saturating_sub(position);
    if !usize::try_from(ahead).is_ok_and(|ahead| (1..=MOST_COUNTED).contains(&ahead)) {
        return Ok(ahead);
    }
    let events = store.feed().list_after(position, MOST_COUNTED).await?;
    let wanted = events
        .iter()
        .filter(|event| filter::matches_type(destination, EventType::of(&event.event)));
    Ok(u64::try_from(wanted.count()).unwrap_or(u64::MAX))
}

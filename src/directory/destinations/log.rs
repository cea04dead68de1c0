//! The delivery log of a destination, and the ways to deliver events again.

use super::Destinations;
use super::error::DestinationError;
use super::start::StartWork;
use crate::directory::error::Error;
use crate::directory::events::body::FeedSource;
use crate::directory::events::cursor::FeedCursor;
use crate::directory::lists::admin_list::ListPage;
use crate::model::actor::ActorRecord;
use crate::model::delivery_log::{Attempt as Delivery, LOGGED_RUNS};
use crate::model::destination::Position;
use crate::model::tenant::{Tenant, TenantId};
use crate::store::dynamodb::retry::{Attempt, retry};
use uuid::Uuid;

/// The runs that one read of the log takes.
const RUNS_AT_ONCE: u64 = 20;

/// A delivery, as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedDelivery {
    /// The id of the event.
    pub event: String,
    /// The delivery.
    pub delivery: Delivery,
}

/// The place in a log at which a page starts: a run, and the number of its newest deliveries that earlier pages have.
#[derive(Debug, Clone, Copy)]
struct LogPlace {
    run: u64,
    shown: usize,
}

impl LogPlace {
    fn parse(text: &str) -> Option<Self> {
        let (run, shown) = text.split_once('-')?;
        Some(Self { run: run.parse().ok()?, shown: shown.parse().ok()? })
    }

    fn text(self) -> String {
        format!("{}-{}", self.run, self.shown)
    }
}

impl Destinations {
    /// Lists a page of the delivery log, newest delivery first. The log has the last 256 runs.
    ///
    /// # Errors
    /// Fails with [`Error::Destination`] for a missing destination. Other failures are [`Error::BadCursor`],
    /// [`Error::NoTenant`], and the errors of the store.
    pub async fn deliveries(
        &self,
        tenant: &TenantId,
        id: Uuid,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<ListPage<LoggedDelivery>, Error> {
        let store = self.tenants.store.tenant(tenant);
        let (record, _, position) = self.find(tenant, id).await?;
        let feed = FeedSource { tenant: &record, url: "" };
        let mut place = match cursor {
            None => LogPlace { run: position.run, shown: 0 },
            Some(text) => LogPlace::parse(text)
                .filter(|place| place.run <= position.run)
                .ok_or(Error::BadCursor)?,
        };
        let oldest = position.run.saturating_sub(LOGGED_RUNS).saturating_add(1);
        let mut rows = Vec::new();
        while place.run >= oldest {
            let runs = store.deliveries().list_until(id, place.run, RUNS_AT_ONCE).await?;
            let next = place.run.saturating_sub(RUNS_AT_ONCE);
            for run in runs {
                let shown = if run.run == place.run { place.shown } else { 0 };
                for (number, delivery) in run.attempts.into_iter().rev().enumerate().skip(shown) {
                    if rows.len() == limit {
                        let next = LogPlace { run: run.run, shown: number }.text();
                        return Ok(ListPage { rows, next: Some(next) });
                    }
                    let event = feed.event_id(delivery.number);
                    rows.push(LoggedDelivery { event, delivery });
                }
            }
            place = LogPlace { run: next, shown: 0 };
        }
        Ok(ListPage { rows, next: None })
    }

    /// Delivers all events after a cursor again, at once. Waiting events keep waiting. A destination has one piece of due
    /// work: repeated replays add none.
    ///
    /// # Errors
    /// Fails with [`Error::Destination`] for a missing destination, for a cursor of another feed, and for a number beyond
    /// the newest event or beyond the destination's position. Other failures are [`Error::NoTenant`],
    /// [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::Contention`], and the errors of the store.
    pub async fn replay(
        &self,
        tenant: &TenantId,
        id: Uuid,
        after: &FeedCursor,
        actor: &ActorRecord,
    ) -> Result<(), Error> {
        let (store, now) = (self.tenants.store.tenant(tenant), self.tenants.now());
        let newest = self.tenants.directory(tenant).events().newest().await?;
        retry!({
            let (record, _, found) = self.find(tenant, id).await?;
            actor.check(&record, now)?;
            check_number(&record, after, newest)?;
            if after.number > found.position {
                return Err(DestinationError::BeyondPosition { position: found.position }.into());
            }
            let start = StartWork::of(tenant, &found, found.is_due(now), now);
            let next = Position { position: after.number, due: Some(start.at()), ..found.clone() };
            let progress = start.progress();
            let saved = store.positions().save(&found, next, &progress).await?;
            Ok(Attempt::done_if(saved.is_some()))
        })
    }

    /// Removes the waiting events of a destination up to a number.
    pub(super) async fn forget_waiting(
        &self,
        tenant: &TenantId,
        id: Uuid,
        end: u64,
    ) -> Result<(), Error> {
        let store = self.tenants.store.tenant(tenant);
        retry!({
            let Some(destination) = store.destinations().get(id).await? else {
                return Ok(Attempt::Done(()));
            };
            let waiting = store.retries().list(id).await?;
            let numbers = waiting.iter().map(|event| event.number);
            let numbers: Vec<u64> = numbers.filter(|number| *number <= end).collect();
            let are_removed = store.retries().delete(&destination, &numbers).await?;
            Ok(Attempt::done_if(are_removed))
        })
    }
}

/// Checks that a cursor belongs to a tenant's feed, and is not beyond the newest event.
fn check_number(tenant: &Tenant, cursor: &FeedCursor, newest: u64) -> Result<(), DestinationError> {
    let number = cursor.number_in(tenant).ok_or(DestinationError::OtherFeed)?;
    if number > newest {
        return Err(DestinationError::NoEvent { number, newest });
    }
    Ok(())
}

//! The notes on the requests of an identity provider, for the tenant's administrator.

use super::sync::{SyncWatch, add_pending};
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::history::{AttributeChange, EventKind};
use crate::model::noted_request::NotedRequest;
use crate::model::sync::{KEPT_FOR, RECORD_UNTIL, SyncRecord};
use crate::model::tenant::TenantId;
use crate::store::dynamodb::retry::{Attempt, retry};
use crate::store::items::request_page::{RecordedPage, TrafficPart};
use crate::store::keys::ten_minutes;
use crate::store::requests::RECORDED_ROWS;
use crate::store::sync::day_of;
use scim::date_time;
use std::cmp::Reverse;
use time::{Duration, OffsetDateTime};

/// How long a recording takes.
pub const RECORDING_TIME: Duration = Duration::hours(1);
/// The hours of the chart.
pub const CHART_HOURS: usize = 24;
/// The most recorded requests that are shown.
pub const MOST_RECORDED_SHOWN: usize = 200;

/// A noted request, and its place in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedRequest {
    /// The place; `None` while the request waits to be written.
    pub place: Option<Place>,
    /// The request.
    pub request: NotedRequest,
}

/// The place of a noted request in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The number of a page, or the key of an item of a recording.
    pub page: String,
    /// The index of the row.
    pub row: usize,
}

/// The notes on the requests of a tenant's identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLog {
    /// The notes on the identity provider.
    pub record: SyncRecord,
    /// The failed requests of the last seven days, the latest first.
    pub failed: Vec<PlacedRequest>,
}

/// The requests of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficHour {
    /// The start of the hour.
    pub start: OffsetDateTime,
    /// The number of successful requests.
    pub succeeded: u64,
    /// The number of failed requests.
    pub failed: u64,
}

impl SyncWatch {
    /// Reads the failed requests of a tenant, with those that this process has not written yet.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn requests(&self, tenant: &TenantId) -> Result<RequestLog, Error> {
        let store = self.tenants.store.tenant(tenant);
        let (sync, requests) = (store.sync(), store.requests());
        let (mut record, pages) = tokio::try_join!(sync.get(), requests.list_pages())?;
        let oldest = self.oldest();
        let mut failed = Vec::new();
        for page in pages {
            let number = page.number.to_string();
            for (row, request) in page.rows.into_iter().enumerate() {
                let place = Some(Place { page: number.clone(), row });
                failed.push(PlacedRequest { place, request });
            }
        }
        if let Some(pending) = self.pending.lock().get(tenant) {
            add_pending(&mut record, pending);
            let waiting = pending.rows.iter().cloned();
            failed.extend(waiting.map(|request| PlacedRequest { place: None, request }));
        }
        failed.retain(|placed| placed.request.last >= oldest);
        failed.sort_by_key(|placed| Reverse(placed.request.last));
        let first_day = day_of(oldest);
        record.forget_before(oldest, &first_day);
        Ok(RequestLog { record, failed })
    }

    /// Reads the last recorded requests, the latest first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn recorded_requests(&self, tenant: &TenantId) -> Result<Vec<PlacedRequest>, Error> {
        let store = self.tenants.store.tenant(tenant);
        let items = MOST_RECORDED_SHOWN.div_ceil(RECORDED_ROWS).saturating_mul(4);
        let pages = store.requests().list_recorded(items).await?;
        let oldest = self.oldest();
        let mut recorded = Vec::new();
        if let Some(pending) = self.pending.lock().get(tenant) {
            let waiting = pending.recorded.iter().cloned();
            recorded.extend(waiting.map(|request| PlacedRequest { place: None, request }));
        }
        for RecordedPage { key, rows } in pages {
            for (row, request) in rows.into_iter().enumerate() {
                let place = Some(Place { page: key.replace('#', "~"), row });
                recorded.push(PlacedRequest { place, request });
            }
        }
        recorded.retain(|placed| placed.request.last >= oldest);
        recorded.sort_by_key(|placed| Reverse(placed.request.last));
        recorded.truncate(MOST_RECORDED_SHOWN);
        Ok(recorded)
    }

    /// Reads the request at a place; `None` when there is none, or a newer page took the place.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn find_request(
        &self,
        tenant: &TenantId,
        place: &Place,
    ) -> Result<Option<NotedRequest>, Error> {
        let store = self.tenants.store.tenant(tenant);
        let rows = match place.page.parse() {
            Ok(number) => Some(store.requests().get_page(number).await?.rows),
            Err(_) => {
                let key = place.page.replace('~', "#");
                store.requests().get_recorded(&key).await?.map(|page| page.rows)
            }
        };
        let oldest = self.oldest();
        let found = rows.and_then(|rows| rows.into_iter().nth(place.row));
        Ok(found.filter(|request| request.last >= oldest))
    }

    /// Counts the requests of the last 24 hours, by hour, the oldest first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn traffic(&self, tenant: &TenantId) -> Result<Vec<TrafficHour>, Error> {
        let now = self.tenants.sources.now();
        let this_hour = now.unix_timestamp().div_euclid(3600);
        let span = i64::try_from(CHART_HOURS).unwrap_or(i64::MAX);
        let mut hours = Vec::new();
        for hour in (this_hour - span + 1)..=this_hour {
            let start = OffsetDateTime::from_unix_timestamp(hour.saturating_mul(3600));
            let start = start.unwrap_or(now);
            hours.push(TrafficHour { start, succeeded: 0, failed: 0 });
        }
        let from = hours.first().map_or(now, |hour| hour.start);
        let store = self.tenants.store.tenant(tenant);
        for TrafficPart { key, counts } in store.requests().list_traffic(from, now).await? {
            for (name, count) in counts {
                add_to_hour(&mut hours, &key, &name, count);
            }
        }
        if let Some(pending) = self.pending.lock().get(tenant) {
            for ((key, name), count) in &pending.traffic {
                add_to_hour(&mut hours, key, name, *count);
            }
        }
        Ok(hours)
    }

    /// Starts a recording of one hour, or stops it. Returns its end. Other processes follow within a minute.
    ///
    /// A recording that runs goes on for an hour from now. The limit of its rows stays.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::Contention`], or as every
    /// call of the store does.
    pub async fn set_recording(
        &self,
        tenant: &TenantId,
        is_on: bool,
        actor: &ActorRecord,
    ) -> Result<Option<OffsetDateTime>, Error> {
        let store = self.tenants.store.tenant(tenant);
        let now = self.tenants.sources.now();
        let until = is_on.then(|| now + RECORDING_TIME);
        retry!({
            let mut changed = self.tenants.get(tenant).await?;
            actor.check(&changed, now)?;
            let before = store.sync().get().await?;
            let running = before.record_until.filter(|end| *end > now);
            if running == until {
                return Ok(Attempt::Done(()));
            }
            let value = |end: Option<OffsetDateTime>| Some(date_time::format(end?).into());
            let attribute = RECORD_UNTIL.to_owned();
            let change = AttributeChange { attribute, old: value(running), new: value(until) };
            let entry = self.tenants.entry(EventKind::SettingsChanged, vec![change], actor);
            changed.revision += 1;
            let is_set = store.sync().set_recording(&before, until, (&changed, &entry)).await?;
            Ok::<_, Error>(Attempt::done_if(is_set))
        })?;
        self.with_notes(tenant, |notes| notes.set_recording(until));
        Ok(until)
    }

    /// The time before which notes are not shown.
    fn oldest(&self) -> OffsetDateTime {
        self.tenants.sources.now() - KEPT_FOR
    }
}

/// Adds a count to its hour. A key such as `2026-11-29T12:3` begins with the hour.
fn add_to_hour(hours: &mut [TrafficHour], key: &str, name: &str, count: u64) {
    let starts_with = |hour: &&mut TrafficHour| ten_minutes(hour.start).get(..13) == key.get(..13);
    let Some(hour) = hours.iter_mut().find(starts_with) else { return };
    let sum = if name.ends_with(".failed") { &mut hour.failed } else { &mut hour.succeeded };
    *sum = sum.saturating_add(count);
}

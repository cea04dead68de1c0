//! The sync status of each tenant: the last request, failed requests, unknown attributes, tokens in use, and changes.
//!
//! Notes are taken as requests are answered, and written from time to time. They must cost next to nothing.

use super::Tenants;
use super::answered::Answered;
use super::pending_notes::PendingNotes;
use super::unauthorized_writes::UnauthorizedWrites;
use crate::directory::error::Error;
use crate::directory::events::day_counts::LastDay;
use crate::directory::tenant_map::TenantMap;
use crate::model::sync::{KEPT_FOR, SyncNews, SyncRecord, UnknownAttribute};
use crate::model::tenant::{Tenant, TenantId};
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use crate::store::dynamodb::usage::clock;
use crate::store::sync::{Noted, day_of};
use scim::schema::ResourceTypes;
use scim::unknown_attributes;
use std::sync::{Arc, Mutex};
use time::OffsetDateTime;
use tokio::time::Instant;

/// The longest time for the notes on a request. A slower write counts as failed.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

/// The sync status of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncStatus {
    /// The notes on the identity provider.
    pub record: SyncRecord,
    /// The changes of employees in the last 24 hours, by any actor.
    pub last_day: LastDay,
}

/// Watches the identity providers of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SyncWatch {
    pub(super) tenants: Tenants,
    pub(super) pending: TenantMap<PendingNotes>,
    pub(super) unauthorized_writes: Arc<Mutex<UnauthorizedWrites>>,
}

impl SyncWatch {
    /// Creates the watch over the identity providers of `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self { tenants, pending: TenantMap::default(), unauthorized_writes: Arc::default() }
    }

    /// Notes that a request came with a token, named by the start of its digest. `created` is the time when the token
    /// was made.
    ///
    /// Run this beside the request. The response waits only if the note takes longer than the request, and at most 1
    /// second.
    pub async fn asked(&self, tenant: &TenantId, token: &str, created: OffsetDateTime) {
        let now = self.tenants.sources.now();
        let news = self.with_notes(tenant, |notes| notes.add_request(token, created, now));
        if let Some(news) = news {
            self.write_or_keep(tenant, news, clock() + PATIENCE).await;
        }
    }

    /// Notes that an administrator used a token, once a day. Run this beside the request.
    pub async fn used(&self, tenant: &TenantId, token: &str) {
        let now = self.tenants.sources.now();
        if !self.with_notes(tenant, |notes| notes.is_first_use(token, now)) {
            return;
        }
        let news = SyncNews { used: vec![token.to_owned()], ..SyncNews::nothing(now) };
        self.write_or_keep(tenant, news, clock() + PATIENCE).await;
    }

    /// Notes an answered request, its failure and its unknown attributes. The notes wait for a later write when the
    /// deadline passes.
    pub async fn answered(&self, tenant: &TenantId, answered: Answered, deadline: Instant) {
        let now = self.tenants.sources.now();
        let news = self.with_notes(tenant, |notes| notes.add_response(answered, now));
        if let Some(news) = news {
            self.write_or_keep(tenant, news, deadline).await;
        }
    }

    /// Whether each request of a tenant is recorded now, as far as this process knows.
    pub fn is_recording(&self, tenant: &TenantId) -> bool {
        let now = self.tenants.sources.now();
        self.pending.lock().get(tenant).is_some_and(|notes| notes.is_recording(now))
    }

    /// Writes pending notes, and removes old ones once a day. A failed write is logged, and the next write retries the
    /// notes. No response depends on them.
    pub(super) async fn write_or_keep(&self, tenant: &TenantId, news: SyncNews, deadline: Instant) {
        let changes = self.with_notes(tenant, |notes| notes.recording_changes());
        let mut unwritten = Unwritten { watch: self, tenant, news: Some(news) };
        let Some(news) = &mut unwritten.news else { return };
        let written = tokio::time::timeout_at(deadline, self.write(tenant, news)).await;
        drop(unwritten);
        let cause = match written {
            Ok(Ok(noted)) => {
                let until = noted.before.record_until;
                let must_clean = self.with_notes(tenant, |notes| {
                    notes.learn_recording(until, changes);
                    notes.take_cleaning() || noted.must_clean
                });
                if must_clean {
                    self.clean(tenant, deadline).await;
                }
                return;
            }
            Ok(Err(error)) => crate::error_chain(&error),
            Err(_) => "it took too long".to_owned(),
        };
        tracing::warn!(tenant = tenant.as_str(), cause, "the notes on a sync are not written");
    }

    /// Removes notes on requests that are older than seven days. The next write continues an unfinished removal.
    async fn clean(&self, tenant: &TenantId, deadline: Instant) {
        let store = self.tenants.store.tenant(tenant);
        let oldest = self.tenants.sources.now() - KEPT_FOR;
        let removal = store.requests().delete_before(oldest);
        let cause = match tokio::time::timeout_at(deadline, removal).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => crate::error_chain(&error),
            Err(_) => "it took too long".to_owned(),
        };
        self.with_notes(tenant, PendingNotes::clean_later);
        tracing::warn!(tenant = tenant.as_str(), cause, "old notes on requests are not removed");
    }

    /// Runs an erasure. Unknown attributes and recorded requests may name the erased person. Other notes have ids only.
    ///
    /// Pending notes are dropped before the erasure, and again when it ends, with or without success.
    pub async fn forgetting<T>(&self, tenant: &TenantId, erasure: impl Future<Output = T>) -> T {
        self.forget(tenant);
        let ended = erasure.await;
        self.forget(tenant);
        ended
    }

    fn forget(&self, tenant: &TenantId) {
        let now = self.tenants.sources.now();
        self.with_notes(tenant, |notes| notes.forget(now));
    }

    /// Returns the notes on a tenant's identity provider.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn record(&self, tenant: &TenantId) -> Result<SyncRecord, Error> {
        Ok(self.tenants.store.tenant(tenant).sync().get().await?)
    }

    /// Returns the notes on a tenant's identity provider, with the pending notes of this process.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn latest_record(&self, tenant: &TenantId) -> Result<SyncRecord, Error> {
        let mut record = self.record(tenant).await?;
        if let Some(pending) = self.pending.lock().get(tenant) {
            add_pending(&mut record, pending);
        }
        Ok(record)
    }

    /// Returns the same notes for the last seven days. Unknown attributes that a table has now are left out.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn known_record(&self, tenant: &Tenant) -> Result<SyncRecord, Error> {
        Ok(self.known(tenant, self.latest_record(&tenant.id).await?))
    }

    /// Leaves out of notes what [`Self::known_record`] leaves out.
    pub fn known(&self, tenant: &Tenant, mut record: SyncRecord) -> SyncRecord {
        let types = self.tenants.types_of(tenant);
        let oldest = self.tenants.sources.now() - KEPT_FOR;
        let first_day = day_of(oldest);
        let is_old = |attribute: &UnknownAttribute| attribute.day <= first_day;
        record.unknown.retain(|attribute| !is_old(attribute) && !is_known(&types, attribute));
        record.forget_before(oldest, &first_day);
        record
    }

    /// The unknown attributes of a tenant that this process has not written yet.
    pub(super) fn pending_unknown(&self, tenant: &TenantId) -> Vec<UnknownAttribute> {
        self.pending.lock().get(tenant).map(PendingNotes::unknown).unwrap_or_default()
    }

    /// Returns the sync status of a tenant.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn status(&self, tenant: &Tenant) -> Result<SyncStatus, Error> {
        let directory = self.tenants.directory(&tenant.id);
        let now = self.tenants.sources.now();
        let (record, last_day) =
            tokio::try_join!(self.known_record(tenant), directory.events().count_last_day(now))?;
        Ok(SyncStatus { record, last_day })
    }

    async fn write(&self, tenant: &TenantId, news: &mut SyncNews) -> Result<Noted, Error> {
        let store = self.tenants.store.tenant(tenant);
        retry!({
            Ok(match store.sync().add(news).await? {
                Some(noted) => Attempt::Done(noted),
                None => Attempt::Again(NextAttempt::AfterPause),
            })
        })
    }

    /// Puts notes back after a failed write, for the next write.
    fn put_back(&self, tenant: &TenantId, news: SyncNews) {
        self.with_notes(tenant, |notes| notes.put_back(news));
    }

    /// Calls `change` with the notes on a tenant. Tenants without pending notes make room for a new one.
    pub(super) fn with_notes<T>(
        &self,
        tenant: &TenantId,
        change: impl FnOnce(&mut PendingNotes) -> T,
    ) -> T {
        change(self.pending.lock().entry(tenant, PendingNotes::has_news).or_default())
    }
}

/// Notes on their way to the store. Drop puts back the parts that are not written, even when the request ends early.
struct Unwritten<'w> {
    watch: &'w SyncWatch,
    tenant: &'w TenantId,
    news: Option<SyncNews>,
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        if let Some(news) = self.news.take() {
            self.watch.put_back(self.tenant, news);
        }
    }
}

/// Adds the notes of this process to a record.
pub(super) fn add_pending(record: &mut SyncRecord, pending: &PendingNotes) {
    record.add_failures(&pending.failures);
    record.add_unauthorized(&pending.unauthorized);
    record.add_unknown(&pending.unknown());
    record.succeeded_at = record.succeeded_at.max(pending.succeeded_at);
    record.failed_at = record.failed_at.max(pending.failed_at);
    if let Some(latest) = &pending.latest
        && record.latest.as_ref().is_none_or(|known| known.at <= latest.at)
    {
        record.latest = Some(latest.clone());
    }
}

/// Whether a table now has an attribute that was unknown.
fn is_known(types: &ResourceTypes, attribute: &UnknownAttribute) -> bool {
    let resource_types = [&types.users, &types.groups];
    let found = resource_types.into_iter().find(|found| found.name == attribute.resource_type);
    found.is_some_and(|resource_type| unknown_attributes::is_known(resource_type, &attribute.name))
}

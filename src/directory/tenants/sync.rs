//! The sync status of each tenant: the last request, failed requests, unknown attributes, tokens in use, and changes.
//!
//! Notes are taken as requests are answered, and written from time to time. They must cost next to nothing.

use super::Tenants;
use super::pending_notes::{Observed, PendingNotes};
use crate::directory::error::Error;
use crate::directory::events::day_counts::LastDay;
use crate::directory::tenant_map::TenantMap;
use crate::model::sync::{SyncNews, SyncRecord, UnknownAttribute};
use crate::model::tenant::{Tenant, TenantId};
use crate::store::dynamodb::retry::{Attempt, retry};
use crate::store::sync::day_of;
use scim::schema::ResourceTypes;
use scim::unknown_attributes;
use time::Duration;

/// How long failed requests and unknown attributes are shown.
const TOLD_FOR: Duration = Duration::days(7);
/// The longest write of a note. A slower write counts as failed.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

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
    pending: TenantMap<PendingNotes>,
}

impl SyncWatch {
    /// Creates the watch over the identity providers of `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self { tenants, pending: TenantMap::default() }
    }

    /// Notes that a request came with a token, named by the start of its digest.
    ///
    /// Run this beside the request. The response waits only if the note takes longer than the request, and at most 1
    /// second.
    pub async fn asked(&self, tenant: &TenantId, token: &str) {
        let now = self.tenants.sources.now();
        let news = self.with_notes(tenant, |notes| notes.add_request(token, now));
        if let Some(news) = news {
            self.write_or_keep(tenant, news).await;
        }
    }

    /// Notes that an administrator used a token, once a day. Run this beside the request.
    pub async fn used(&self, tenant: &TenantId, token: &str) {
        let now = self.tenants.sources.now();
        if !self.with_notes(tenant, |notes| notes.is_first_use(token, now)) {
            return;
        }
        let news = SyncNews {
            at: now,
            is_request: false,
            refusals: Vec::new(),
            used: vec![token.to_owned()],
            unknown: Vec::new(),
        };
        self.write_or_keep(tenant, news).await;
    }

    /// Notes the failure of a request and its unknown attributes.
    pub async fn answered(&self, tenant: &TenantId, seen: Observed) {
        let now = self.tenants.sources.now();
        let news = self.with_notes(tenant, |notes| notes.add_response(seen, now));
        if let Some(news) = news {
            self.write_or_keep(tenant, news).await;
        }
    }

    /// Writes pending notes. A failed write is logged, and the next write retries the notes. No response depends on
    /// them.
    async fn write_or_keep(&self, tenant: &TenantId, news: SyncNews) {
        let mut unwritten = Unwritten { watch: self, tenant, news: Some(news) };
        let Some(news) = &unwritten.news else { return };
        let written = tokio::time::timeout(PATIENCE, self.write(tenant, news)).await;
        let cause = match written {
            Ok(Ok(())) => {
                unwritten.news = None;
                return;
            }
            Ok(Err(error)) => crate::error_chain(&error),
            Err(_) => "it took too long".to_owned(),
        };
        drop(unwritten);
        tracing::warn!(tenant = tenant.as_str(), cause, "the notes on a sync are not written");
    }

    /// Runs an erasure. Failed requests and unknown attributes may name the erased person.
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

    /// Returns the sync status of a tenant.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn status(&self, tenant: &Tenant) -> Result<SyncStatus, Error> {
        let types = self.tenants.types_of(tenant);
        let tenant = &tenant.id;
        let directory = self.tenants.directory(tenant);
        let now = self.tenants.sources.now();
        let (mut record, last_day) =
            tokio::try_join!(self.record(tenant), directory.events().count_last_day(now))?;
        // Pending notes of this process belong to the status too.
        if let Some(pending) = self.pending.lock().get(tenant) {
            record.add_refusals(pending.refusals());
            record.add_unknown(&pending.unknown());
        }
        let oldest = day_of(now - TOLD_FOR);
        record.unknown.retain(|attribute| attribute.day > oldest && !is_known(&types, attribute));
        record.refusals.retain(|refusal| now - refusal.at < TOLD_FOR);
        Ok(SyncStatus { record, last_day })
    }

    async fn write(&self, tenant: &TenantId, news: &SyncNews) -> Result<(), Error> {
        let store = self.tenants.store.tenant(tenant);
        retry!({ Ok(Attempt::done_if(store.sync().add(news).await?)) })
    }

    /// Puts notes back after a failed write, for the next write.
    fn put_back(&self, tenant: &TenantId, news: SyncNews) {
        self.with_notes(tenant, |notes| notes.put_back(news));
    }

    /// Calls `change` with the notes on a tenant. Tenants without pending notes make room for a new one.
    fn with_notes<T>(&self, tenant: &TenantId, change: impl FnOnce(&mut PendingNotes) -> T) -> T {
        change(self.pending.lock().entry(tenant, PendingNotes::has_news).or_default())
    }
}

/// Notes on their way to the store. Unless they are written, drop puts them back, even when the request ends early.
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

/// Whether a table now has an attribute that was unknown.
fn is_known(types: &ResourceTypes, attribute: &UnknownAttribute) -> bool {
    let resource_types = [&types.users, &types.groups];
    let found = resource_types.into_iter().find(|found| found.name == attribute.resource_type);
    found.is_some_and(|resource_type| unknown_attributes::is_known(resource_type, &attribute.name))
}

//! The sync status of each tenant: the last request, failed requests, unknown attributes, tokens in use, and changes.
//!
//! Notes are taken as requests are answered, and written from time to time. They must cost next to nothing.

use super::Tenants;
use crate::directory::Error;
use crate::model::history::EventKind;
use crate::model::kind::Kind;
use crate::model::sync::{Refusal, SyncNews, SyncRecord, UnknownAttribute};
use crate::model::tenant::{Tenant, TenantId};
use crate::store::dynamodb::retry::Pauses;
use crate::store::sync::day_of;
use scim::schema::ResourceTypes;
use scim::unknown_attributes;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// How often a process writes that the identity provider sends requests. Failed requests and unknown attributes are
/// written as often.
///
/// A client that sends invalid requests without end must not load the store.
const EVERY: Duration = Duration::minutes(1);
/// The most failed requests that wait to be written, and the most tenants in memory.
const MOST_WAITING: usize = 20;
const MOST_REMEMBERED: usize = 4_096;
/// How long failed requests and unknown attributes are shown.
const TOLD_FOR: Duration = Duration::days(7);
/// How many unknown attributes of a tenant this process keeps apart.
const MOST_UNKNOWN: usize = 50;
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

/// The number of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastDay {
    /// New employees.
    pub created: u64,
    /// Changes of attributes.
    pub updated: u64,
    /// Employees deactivated or deleted by the identity provider, or archived by the administrator.
    pub archived: u64,
    /// Employees restored.
    pub restored: u64,
}

impl LastDay {
    fn of(changes: &BTreeMap<EventKind, u64>) -> Self {
        let count = |kinds: &[EventKind]| kinds.iter().filter_map(|kind| changes.get(kind)).sum();
        Self {
            created: count(&[EventKind::Created]),
            updated: count(&[EventKind::Updated]),
            archived: count(&[EventKind::Archived, EventKind::Deleted]),
            // An employee who was created again as inactive is still archived, and does not count.
            restored: count(&[EventKind::Restored]),
        }
    }
}

/// The notes on a request after its response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// The failure: operation, status and text.
    pub refused: Option<(String, u16, String)>,
    /// The unknown attributes that the request names, by kind of record.
    pub unknown: BTreeSet<(Kind, String)>,
}

/// Watches the identity providers of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SyncWatch {
    tenants: Tenants,
    noticed: Arc<Mutex<HashMap<TenantId, Noticed>>>,
}

/// The notes on a tenant that this process has not written yet.
#[derive(Debug, Default)]
struct Noticed {
    requests_written_at: Option<OffsetDateTime>,
    news_written_at: Option<OffsetDateTime>,
    refusals: Vec<Refusal>,
    used: BTreeSet<String>,
    /// The day of the last note for each token. The first use on a day is noted at once.
    used_on: BTreeMap<String, String>,
    /// The time of the last [`SyncWatch::forget`]. A failed request from before that time must not be put back.
    forgotten_at: Option<OffsetDateTime>,
    /// Unknown attributes, with the day of the last request, and whether the note is still pending.
    unknown: BTreeMap<(Kind, String), (String, bool)>,
}

impl Noticed {
    fn has_news(&self) -> bool {
        !self.refusals.is_empty() || self.unknown.values().any(|(_, waits)| *waits)
    }

    /// Takes out all pending notes.
    fn take_news(&mut self, now: OffsetDateTime) -> SyncNews {
        self.requests_written_at = Some(now);
        if self.has_news() {
            self.news_written_at = Some(now);
        }
        let unknown = self.waiting_unknown();
        self.unknown.values_mut().for_each(|(_, waits)| *waits = false);
        SyncNews {
            at: now,
            is_request: true,
            refusals: std::mem::take(&mut self.refusals),
            used: std::mem::take(&mut self.used).into_iter().collect(),
            unknown,
        }
    }

    /// Whether this is the first use of a token on a day, as far as this process knows.
    fn is_first_use(&mut self, token: &str, now: OffsetDateTime) -> bool {
        let day = day_of(now);
        self.used_on.retain(|_, used_on| *used_on == day);
        self.used_on.insert(token.to_owned(), day).is_none()
    }

    /// Notes unknown attributes, each at most once a day.
    fn add_unknown(&mut self, names: BTreeSet<(Kind, String)>, day: &str) {
        for name in names {
            let is_known = self.unknown.get(&name).is_some_and(|(known, _)| known == day);
            if !is_known && (self.unknown.len() < MOST_UNKNOWN || self.unknown.contains_key(&name))
            {
                self.unknown.insert(name, (day.to_owned(), true));
            }
        }
    }

    fn waiting_unknown(&self) -> Vec<UnknownAttribute> {
        let waiting = self.unknown.iter().filter(|(_, (_, waits))| *waits);
        let attributes = waiting.map(|((kind, name), (day, _))| UnknownAttribute {
            resource_type: kind.as_str().to_owned(),
            name: name.clone(),
            day: day.clone(),
        });
        attributes.collect()
    }
}

impl SyncWatch {
    /// Creates the watch over the identity providers of `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self { tenants, noticed: Arc::default() }
    }

    /// Notes that a request came with a token, named by the start of its digest.
    ///
    /// Run this beside the request. The response waits only if the note takes longer than the request, and at most 1
    /// second.
    pub async fn asked(&self, tenant: &TenantId, token: &str) {
        let now = self.tenants.sources.now();
        let news = {
            let mut all = self.lock();
            let noticed = entry(&mut all, tenant);
            noticed.used.insert(token.to_owned());
            let is_due =
                noticed.is_first_use(token, now) || is_due(noticed.requests_written_at, now);
            is_due.then(|| noticed.take_news(now))
        };
        if let Some(news) = news {
            self.write_or_keep(tenant, news).await;
        }
    }

    /// Notes that an administrator used a token, once a day. Run this beside the request.
    pub async fn used(&self, tenant: &TenantId, token: &str) {
        let now = self.tenants.sources.now();
        if !entry(&mut self.lock(), tenant).is_first_use(token, now) {
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
    pub async fn answered(&self, tenant: &TenantId, seen: Seen) {
        let now = self.tenants.sources.now();
        let news = {
            let mut all = self.lock();
            let noticed = entry(&mut all, tenant);
            if let Some((operation, status, detail)) = seen.refused {
                noticed.refusals.insert(0, Refusal { at: now, operation, status, detail });
                noticed.refusals.truncate(MOST_WAITING);
            }
            noticed.add_unknown(seen.unknown, &day_of(now));
            let is_due = noticed.has_news() && is_due(noticed.news_written_at, now);
            is_due.then(|| noticed.take_news(now))
        };
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
        tracing::warn!(
            tenant = tenant.as_str(),
            cause,
            "what was noticed of a sync is not written"
        );
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
        let mut all = self.lock();
        let noticed = entry(&mut all, tenant);
        noticed.refusals.clear();
        noticed.unknown.clear();
        noticed.forgotten_at = Some(now);
    }

    /// Returns the notes on a tenant's identity provider.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn record(&self, tenant: &TenantId) -> Result<SyncRecord, Error> {
        Ok(self.tenants.store.tenant(tenant).get_sync().await?)
    }

    /// Returns the sync status of a tenant.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn status(&self, tenant: &Tenant) -> Result<SyncStatus, Error> {
        let types = self.tenants.types_of(tenant);
        let tenant = &tenant.id;
        let store = self.tenants.store.tenant(tenant);
        let now = self.tenants.sources.now();
        let (mut record, changes) =
            tokio::try_join!(store.get_sync(), store.count_changes_of_a_day(now))?;
        // Pending notes of this process belong to the status too.
        if let Some(noticed) = self.lock().get(tenant) {
            record.add_refusals(&noticed.refusals);
            record.add_unknown(&noticed.waiting_unknown());
        }
        let oldest = day_of(now - TOLD_FOR);
        record.unknown.retain(|attribute| attribute.day > oldest && !is_known(&types, attribute));
        record.refusals.retain(|refusal| now - refusal.at < TOLD_FOR);
        Ok(SyncStatus { record, last_day: LastDay::of(&changes) })
    }

    async fn write(&self, tenant: &TenantId, news: &SyncNews) -> Result<(), Error> {
        let store = self.tenants.store.tenant(tenant);
        let mut pauses = Pauses::new();
        while !store.add_to_sync(news).await? {
            pauses.pause().await?;
        }
        Ok(())
    }

    /// Puts notes back after a failed write, for the next write.
    fn put_back(&self, tenant: &TenantId, news: SyncNews) {
        let mut all = self.lock();
        let noticed = all.entry(tenant.clone()).or_default();
        let forgotten_at = noticed.forgotten_at;
        let is_newer = |refusal: &Refusal| forgotten_at.is_none_or(|at| refusal.at > at);
        noticed.refusals.extend(news.refusals.into_iter().filter(is_newer));
        noticed.refusals.truncate(MOST_WAITING);
        noticed.used.extend(news.used);
        for (key, (_, waits)) in &mut noticed.unknown {
            *waits |= news
                .unknown
                .iter()
                .any(|lost| (lost.resource_type.as_str(), &lost.name) == (key.0.as_str(), &key.1));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, Noticed>> {
        self.noticed.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Returns the notes on a tenant, or new notes if the tenant has none.
fn entry<'n>(all: &'n mut HashMap<TenantId, Noticed>, tenant: &TenantId) -> &'n mut Noticed {
    if all.len() >= MOST_REMEMBERED && !all.contains_key(tenant) {
        // Tenants without pending notes make room first.
        all.retain(|_, noticed| noticed.has_news());
        if all.len() >= MOST_REMEMBERED {
            all.clear();
        }
    }
    all.entry(tenant.clone()).or_default()
}

/// Whether the next write is due. A clock that was set back makes it due.
fn is_due(written_at: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
    written_at.is_none_or(|at| !(Duration::ZERO..EVERY).contains(&(now - at)))
}

/// Whether a table now has an attribute that was unknown.
fn is_known(types: &ResourceTypes, attribute: &UnknownAttribute) -> bool {
    let resource_types = [&types.users, &types.groups];
    let found = resource_types.into_iter().find(|found| found.name == attribute.resource_type);
    found.is_some_and(|resource_type| unknown_attributes::is_known(resource_type, &attribute.name))
}

//! How a tenant's sync is doing: the last request, the failed requests and unknown attributes of its identity provider, which
//! tokens it uses, and how much it changed. Noticed as requests are answered, and written now and then: it must cost
//! next to nothing.

use super::Tenants;
use crate::directory::Error;
use crate::store::dynamodb::retry::Pauses;
use crate::store::history::EventKind;
use crate::store::keys::Kind;
use crate::store::sync::{Refusal, SyncNews, SyncRecord, UnknownAttribute, day_of};
use crate::store::tenants::{Tenant, TenantId};
use scim::schema::ResourceTypes;
use scim::unknown;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// How often a process writes that the identity provider asks, and how often what was refused or unknown. A client that
/// sends broken requests without end must not become a load on the store.
const EVERY: Duration = Duration::minutes(1);
/// How many refusals wait to be written, and how many tenants are remembered.
const MOST_WAITING: usize = 20;
const MOST_REMEMBERED: usize = 4_096;
/// How long failed requests and unknown attributes are shown.
const TOLD_FOR: Duration = Duration::days(7);
/// How many unknown attributes of a tenant this process keeps apart.
const MOST_UNKNOWN: usize = 50;
/// A note is given up after this time.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

/// How a tenant's sync is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncStatus {
    /// What was noticed.
    pub record: SyncRecord,
    /// The changes of employees in the last 24 hours, whoever made them.
    pub last_day: LastDay,
}

/// How many changes there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastDay {
    /// New employees.
    pub created: u64,
    /// Changed attributes.
    pub updated: u64,
    /// Deactivated or deleted in the identity provider, or archived here.
    pub archived: u64,
    /// Back again.
    pub restored: u64,
}

impl LastDay {
    fn of(changes: &BTreeMap<EventKind, u64>) -> Self {
        let count = |kinds: &[EventKind]| kinds.iter().filter_map(|kind| changes.get(kind)).sum();
        Self {
            created: count(&[EventKind::Created]),
            updated: count(&[EventKind::Updated]),
            archived: count(&[EventKind::Archived, EventKind::Deleted]),
            // Who was created again as not active is still archived.
            restored: count(&[EventKind::Restored]),
        }
    }
}

/// What is to be noticed of a request once it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// What it was refused: operation, status and text.
    pub refused: Option<(String, u16, String)>,
    /// The attributes that it names and no table has, by kind of record.
    pub unknown: BTreeSet<(Kind, String)>,
}

/// Watches the identity providers of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SyncWatch {
    tenants: Tenants,
    noticed: Arc<Mutex<HashMap<TenantId, Noticed>>>,
}

/// What this process noticed of a tenant and has not written yet.
#[derive(Debug, Default)]
struct Noticed {
    requests_written_at: Option<OffsetDateTime>,
    news_written_at: Option<OffsetDateTime>,
    refusals: Vec<Refusal>,
    used: BTreeSet<String>,
    /// The day of the last note for each token. The first use of a day is noted at once.
    used_on: BTreeMap<String, String>,
    /// When everything was forgotten: a refusal from before must not be put back after it.
    forgotten_at: Option<OffsetDateTime>,
    /// Unknown attributes, with the day on which they were sent and whether that is to be written still.
    unknown: BTreeMap<(Kind, String), (String, bool)>,
}

impl Noticed {
    fn has_news(&self) -> bool {
        !self.refusals.is_empty() || self.unknown.values().any(|(_, waits)| *waits)
    }

    /// Takes out everything that waits to be written.
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

    /// That an attribute is sent is news once a day.
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
    /// Watches the identity providers of `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self { tenants, noticed: Arc::default() }
    }

    /// Notices that a request came with a token, named by the start of its digest. Run it beside the request: an answer
    /// waits for it only if DynamoDB takes longer for the note than for the request, and a second at most.
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

    /// Notices that an administrator used a token, once a day. Run it beside the request.
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

    /// Notices what a request was refused, and what it named that is unknown.
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

    /// Writes what is new. A failure is logged, and what was to be written is kept for the next time: no answer depends on
    /// it.
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

    /// Runs an erasure. Refusals and unknown attributes may name the erased person. Those that wait to be written are
    /// forgotten before the erasure, and again when it ends, with or without success.
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

    /// What was noticed of a tenant's identity provider.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn record(&self, tenant: &TenantId) -> Result<SyncRecord, Error> {
        Ok(self.tenants.store.tenant(tenant).get_sync().await?)
    }

    /// How a tenant's sync is doing.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn status(&self, tenant: &Tenant) -> Result<SyncStatus, Error> {
        let types = self.tenants.types_of(tenant);
        let tenant = &tenant.id;
        let store = self.tenants.store.tenant(tenant);
        let now = self.tenants.sources.now();
        let (mut record, changes) =
            tokio::try_join!(store.get_sync(), store.count_changes_of_a_day(now))?;
        // What waits here to be written is known already.
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

    /// Keeps what could not be written for the next time.
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

/// News on their way to the store. Unless they are written they are kept for the next time, also when the request ends
/// before its note.
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

/// What was noticed of a tenant.
fn entry<'n>(all: &'n mut HashMap<TenantId, Noticed>, tenant: &TenantId) -> &'n mut Noticed {
    if all.len() >= MOST_REMEMBERED && !all.contains_key(tenant) {
        // Those with nothing to say make room first.
        all.retain(|_, noticed| noticed.has_news());
        if all.len() >= MOST_REMEMBERED {
            all.clear();
        }
    }
    all.entry(tenant.clone()).or_default()
}

/// Whether it is time to write again. A clock that was set back makes it so.
fn is_due(written_at: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
    written_at.is_none_or(|at| !(Duration::ZERO..EVERY).contains(&(now - at)))
}

/// Whether a table has by now what was unknown.
fn is_known(types: &ResourceTypes, attribute: &UnknownAttribute) -> bool {
    let resource_types = [&types.users, &types.groups];
    let found = resource_types.into_iter().find(|found| found.name == attribute.resource_type);
    found.is_some_and(|resource_type| unknown::is_known(resource_type, &attribute.name))
}

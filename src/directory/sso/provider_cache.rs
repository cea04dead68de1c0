//! The documents of providers in memory: discovery and keys.
//!
//! One fetch of a document runs at a time. So of many concurrent sign-ins one fetches, and the others wait for it. A
//! fresh document needs no wait.

use super::provider_problem::ProviderProblem;
use crate::directory::sources::is_recent;
use oidc::{Discovery, KeySet};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};
use tokio::sync::Semaphore;

/// The most issuers in memory. A further one pushes out an issuer without a document, or else the issuer that was not
/// used for the longest time.
const MOST_ISSUERS: usize = 256;
/// The most calls of one provider at a time. A slow provider so leaves most of the process's calls to others.
const MOST_CALLS: usize = 8;
/// How long a failed fetch is remembered. Meanwhile no call goes to the provider.
const FAILURE_LIFETIME: Duration = Duration::seconds(30);
/// How long an outdated document serves while the provider gives no newer one.
const STALE_LIFETIME: Duration = Duration::hours(24);
/// The shortest time between two fetches of the keys for an unknown key id.
const UNKNOWN_KEY_PAUSE: Duration = Duration::minutes(1);

/// The documents of one issuer.
pub(super) struct IssuerDocuments {
    pub(super) discovery: CachedDocument<Discovery>,
    pub(super) keys: CachedDocument<KeySet>,
    /// The calls of the provider that may still begin.
    pub(super) calls: Semaphore,
}

/// The issuers in memory. A clone is cheap.
#[derive(Clone, Default)]
pub(super) struct KnownIssuers(Arc<Mutex<HashMap<Box<str>, KnownIssuer>>>);

struct KnownIssuer {
    used: OffsetDateTime,
    documents: Arc<IssuerDocuments>,
}

impl KnownIssuers {
    /// Returns the documents of an issuer, which may be empty.
    pub(super) fn of(&self, issuer: &str, now: OffsetDateTime) -> Arc<IssuerDocuments> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get_mut(issuer) {
            found.used = now;
            return Arc::clone(&found.documents);
        }
        if known.len() >= MOST_ISSUERS {
            let worth = |known: &KnownIssuer| (known.documents.discovery.is_found(), known.used);
            let lowest = known.iter().min_by_key(|(_, known)| worth(known));
            if let Some(lowest) = lowest.map(|(issuer, _)| issuer.clone()) {
                known.remove(&lowest);
            }
        }
        let documents = Arc::new(IssuerDocuments {
            discovery: CachedDocument::default(),
            keys: CachedDocument::default(),
            calls: Semaphore::new(MOST_CALLS),
        });
        let new = KnownIssuer { used: now, documents: Arc::clone(&documents) };
        known.insert(issuer.into(), new);
        documents
    }

    /// Returns the documents of an issuer that is in memory.
    pub(super) fn find(&self, issuer: &str) -> Option<Arc<IssuerDocuments>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(issuer).map(|found| Arc::clone(&found.documents))
    }

    /// Returns the number of issuers.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// A document that a provider publishes, and the result of the last fetch.
pub(super) struct CachedDocument<T> {
    state: Mutex<CacheState<T>>,
    /// Locked during a fetch.
    fetching: tokio::sync::Mutex<()>,
}

struct CacheState<T> {
    stored: Option<Stored<T>>,
    failed: Option<(OffsetDateTime, ProviderProblem)>,
    /// The last fetch for an unknown key id.
    refetched_at: Option<OffsetDateTime>,
}

struct Stored<T> {
    value: Arc<T>,
    at: OffsetDateTime,
    lifetime: Duration,
}

/// A fetched document, and how long it is fresh.
pub(super) type Fetched<T> = Result<(T, Duration), ProviderProblem>;

/// The time of a request, and its problem if it ends before its fetch does.
#[derive(Clone, Copy)]
pub(super) struct FetchTime<'t> {
    pub(super) now: OffsetDateTime,
    pub(super) late: &'t ProviderProblem,
}

impl<T> CachedDocument<T> {
    /// Returns the document. Fetches it when it is not fresh, and not within 30 seconds after a failure.
    pub(super) async fn get<F>(
        &self,
        time: FetchTime<'_>,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<T>, ProviderProblem>
    where
        F: Future<Output = Fetched<T>>,
    {
        if let Some(fresh) = self.stored_for(Duration::ZERO, time.now) {
            return Ok(fresh);
        }
        let _turn = self.fetching.lock().await;
        // Another request may have fetched it while this one waited.
        if let Some(fresh) = self.stored_for(Duration::ZERO, time.now) {
            return Ok(fresh);
        }
        let failed = self.failed_recently(time.now);
        let problem = match failed {
            Some(problem) => problem,
            None => match self.fetch_in_turn(time, fetch()).await {
                Ok(value) => return Ok(value),
                Err(problem) => problem,
            },
        };
        self.known(time.now).filter(|_| problem.is_transient()).ok_or(problem)
    }

    /// Fetches the document now, whatever is known.
    pub(super) async fn fetch<F>(
        &self,
        time: FetchTime<'_>,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<T>, ProviderProblem>
    where
        F: Future<Output = Fetched<T>>,
    {
        let _turn = self.fetching.lock().await;
        self.fetch_in_turn(time, fetch()).await
    }

    /// Returns a newer document than `tried`. Fetches it at most once a minute; `None` when there is none.
    pub(super) async fn newer_than<F>(
        &self,
        tried: &Arc<T>,
        time: FetchTime<'_>,
        fetch: impl FnOnce() -> F,
    ) -> Result<Option<Arc<T>>, ProviderProblem>
    where
        F: Future<Output = Fetched<T>>,
    {
        let _turn = self.fetching.lock().await;
        {
            let mut state = self.state();
            // Another sign-in may have fetched it while this one waited.
            if let Some(stored) = &state.stored
                && !Arc::ptr_eq(&stored.value, tried)
            {
                return Ok(Some(Arc::clone(&stored.value)));
            }
            if state.refetched_at.is_some_and(|at| is_recent(at, UNKNOWN_KEY_PAUSE, time.now)) {
                return Ok(None);
            }
            state.refetched_at = Some(time.now);
        }
        self.fetch_in_turn(time, fetch()).await.map(Some)
    }

    /// Returns the document without a call, also an outdated one of the last day.
    pub(super) fn known(&self, now: OffsetDateTime) -> Option<Arc<T>> {
        self.stored_for(STALE_LIFETIME, now)
    }

    /// Whether there is a document, of whatever age.
    fn is_found(&self) -> bool {
        self.state().stored.is_some()
    }

    /// Fetches and stores the document. The caller has locked `fetching`.
    async fn fetch_in_turn(
        &self,
        time: FetchTime<'_>,
        fetch: impl Future<Output = Fetched<T>>,
    ) -> Result<Arc<T>, ProviderProblem> {
        // The request may end during the fetch, and this function with it. That is a failure too.
        self.state().failed = Some((time.now, time.late.clone()));
        let fetched = fetch.await;
        let mut state = self.state();
        match fetched {
            Ok((value, lifetime)) => {
                let value = Arc::new(value);
                state.stored = Some(Stored { value: Arc::clone(&value), at: time.now, lifetime });
                state.failed = None;
                Ok(value)
            }
            Err(problem) => {
                state.failed = Some((time.now, problem.clone()));
                Err(problem)
            }
        }
    }

    /// Returns the document until `grace` after the end of its lifetime.
    fn stored_for(&self, grace: Duration, now: OffsetDateTime) -> Option<Arc<T>> {
        let state = self.state();
        let stored = state.stored.as_ref()?;
        is_recent(stored.at, stored.lifetime + grace, now).then(|| Arc::clone(&stored.value))
    }

    fn failed_recently(&self, now: OffsetDateTime) -> Option<ProviderProblem> {
        let state = self.state();
        let (at, problem) = state.failed.as_ref()?;
        is_recent(*at, FAILURE_LIFETIME, now).then(|| problem.clone())
    }

    fn state(&self) -> MutexGuard<'_, CacheState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for CachedDocument<T> {
    fn default() -> Self {
        let state = CacheState { stored: None, failed: None, refetched_at: None };
        Self { state: Mutex::new(state), fetching: tokio::sync::Mutex::default() }
    }
}

#[cfg(test)]
mod tests;

//! The secret under which tokens are digested: a document of Secrets Manager's shape, with a current and a previous
//! version, and where it is read from.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

/// How long a pepper is used before it is read again, and so how long one that was replaced still counts.
pub const PEPPER_TTL_SECS: i64 = 300;
/// How long before a token that does not fit makes it be read again.
pub const RECHECK_SECS: i64 = 60;

/// Both versions of the pepper.
#[derive(Debug, Clone)]
pub struct Peppers {
    /// Digests of new tokens are made with this one.
    pub current: SecretString,
    /// Digests made before the last rotation of the pepper still count.
    pub previous: Option<SecretString>,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a secret document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is none of that name, or it is to be deleted.
    #[error("there is no such secret, or it is marked for deletion")]
    Missing(#[source] Cause),
    /// The credentials or the policy do not allow to read it.
    #[error("access to the secret is denied")]
    Denied(#[source] Cause),
    /// It could not be read.
    #[error("reading it failed")]
    Read(#[source] Cause),
    /// It is not a JSON object with a `pepper` of at least 32 characters.
    #[error("it is not a JSON object with a \"pepper\" of at least 32 characters")]
    Shape,
    /// Everybody knows it.
    #[error("it holds the sample pepper of events/, which is for a developer's machine")]
    Sample,
}

/// One version's secret string.
#[derive(Deserialize)]
struct SecretDocument {
    pepper: SecretString,
}

/// The pepper of the sample tenant. It is public: `events/local/env.json` gives it to a function on one's own machine.
pub const SAMPLE_PEPPER: &str = "the sample pepper of events, known to everybody";

/// Whether a pepper is the sample one.
pub fn is_sample(pepper: &SecretString) -> bool {
    pepper.expose_secret() == SAMPLE_PEPPER
}

/// Reads one version's secret string: `{"pepper": "…"}`.
///
/// # Errors
/// [`LoadError::Shape`].
pub fn read_secret_string(text: &str) -> Result<SecretString, LoadError> {
    let document: SecretDocument = serde_json::from_str(text).map_err(|_| LoadError::Shape)?;
    if document.pepper.expose_secret().chars().count() < 32 {
        return Err(LoadError::Shape);
    }
    Ok(document.pepper)
}

/// Peppers, and when they were read.
type Loaded = (OffsetDateTime, Arc<Peppers>);
type Loading = Pin<Box<dyn Future<Output = Result<Peppers, LoadError>> + Send>>;

/// Where the peppers come from, and the ones that were read last. Cheap to clone.
#[derive(Clone)]
pub struct PepperSource {
    load: Arc<dyn Fn() -> Loading + Send + Sync>,
    /// Locked while reading: of many requests at once one reads, the others wait for it.
    loaded: Arc<Mutex<Option<Loaded>>>,
}

impl PepperSource {
    /// Peppers that `load` reads, each time it is called.
    pub fn new<F, L>(load: F) -> Self
    where
        F: Fn() -> L + Send + Sync + 'static,
        L: Future<Output = Result<Peppers, LoadError>> + Send + 'static,
    {
        Self { load: Arc::new(move || Box::pin(load())), loaded: Arc::default() }
    }

    /// The peppers: read on the first call, and again when they are older than [`PEPPER_TTL_SECS`], so that a replaced
    /// one does not live on. While a later reading fails, those that were read before stay in use.
    ///
    /// # Errors
    /// [`LoadError`], when none were ever read.
    pub async fn get(&self, now: OffsetDateTime) -> Result<Arc<Peppers>, LoadError> {
        self.get_younger_than(PEPPER_TTL_SECS, now).await
    }

    /// The peppers, for a token that does not fit the ones in use: read again when they are older than
    /// [`RECHECK_SECS`].
    ///
    /// # Errors
    /// [`LoadError`], when none were ever read.
    pub async fn get_newer(&self, now: OffsetDateTime) -> Result<Arc<Peppers>, LoadError> {
        self.get_younger_than(RECHECK_SECS, now).await
    }

    async fn get_younger_than(
        &self,
        seconds: i64,
        now: OffsetDateTime,
    ) -> Result<Arc<Peppers>, LoadError> {
        let mut loaded = self.loaded.lock().await;
        let known = match &*loaded {
            Some((at, peppers)) if is_younger(*at, now, seconds) => return Ok(Arc::clone(peppers)),
            Some((_, peppers)) => Some(Arc::clone(peppers)),
            None => None,
        };
        let peppers = match ((self.load)().await, known) {
            (Ok(peppers), _) => Arc::new(peppers),
            (Err(error), Some(known)) => {
                tracing::error!(cause = crate::error_chain(&error), "the pepper is not read again");
                known
            }
            (Err(error), None) => return Err(error),
        };
        // Also after a failure: whoever sends wrong tokens must not cause a call each.
        *loaded = Some((now, Arc::clone(&peppers)));
        Ok(peppers)
    }
}

/// A clock that was set back makes what was read old, not young.
fn is_younger(at: OffsetDateTime, now: OffsetDateTime, seconds: i64) -> bool {
    (Duration::ZERO..Duration::seconds(seconds)).contains(&(now - at))
}

impl std::fmt::Debug for PepperSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PepperSource")
    }
}

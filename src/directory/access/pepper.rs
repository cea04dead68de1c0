//! The pepper: the secret under which tokens are digested. It comes from a document in the form of AWS Secrets Manager,
//! with a current and a previous version.

use crate::directory::sources::is_recent;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

/// How long a pepper is used before the next read, in seconds. A replaced pepper works for at most this long.
pub const PEPPER_TTL_SECS: i64 = 300;
/// How old a pepper must be before an unknown token causes another read, in seconds.
pub const RECHECK_SECS: i64 = 60;

/// Both versions of the pepper.
#[derive(Debug, Clone)]
pub struct Peppers {
    /// The pepper for the digests of new tokens.
    pub current: SecretString,
    /// The pepper before the last rotation. Digests under it remain valid.
    pub previous: Option<SecretString>,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The reason that a secret document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no secret of that name, or it is marked for deletion.
    #[error("there is no such secret, or it is marked for deletion")]
    Missing(#[source] Cause),
    /// The credentials or the policy do not allow a read.
    #[error("access to the secret is denied")]
    Denied(#[source] Cause),
    /// The read failed.
    #[error("reading it failed")]
    Read(#[source] Cause),
    /// The document is not a JSON object with a `pepper` of at least 32 characters.
    #[error("it is not a JSON object with a \"pepper\" of at least 32 characters")]
    Shape,
    /// The document holds the sample pepper, which is public.
    #[error("it holds the sample pepper of events/, which is for a developer's machine")]
    Sample,
}

/// The secret string of one version.
#[derive(Deserialize)]
struct SecretDocument {
    pepper: SecretString,
}

/// The pepper of the sample tenant. It is public: `events/local/env.json` gives it to a function on a developer's
/// machine.
pub const SAMPLE_PEPPER: &str = "the sample pepper of events, known to everybody";

/// Whether a pepper is the sample pepper.
pub fn is_sample(pepper: &SecretString) -> bool {
    pepper.expose_secret() == SAMPLE_PEPPER
}

/// Reads the secret string of one version: `{"pepper": "…"}`.
///
/// # Errors
/// Fails with [`LoadError::Shape`].
pub fn read_secret_string(text: &str) -> Result<SecretString, LoadError> {
    let document: SecretDocument = serde_json::from_str(text).map_err(|_| LoadError::Shape)?;
    if document.pepper.expose_secret().chars().count() < 32 {
        return Err(LoadError::Shape);
    }
    Ok(document.pepper)
}

/// The peppers, and the time of the read.
type Loaded = (OffsetDateTime, Arc<Peppers>);
type Loading = Pin<Box<dyn Future<Output = Result<Peppers, LoadError>> + Send>>;

/// Loads the peppers and caches them. Cheap to clone.
#[derive(Clone)]
pub struct PepperSource {
    load: Arc<dyn Fn() -> Loading + Send + Sync>,
    /// Locked during a read: of many concurrent requests one reads, and the others wait for it.
    loaded: Arc<Mutex<Option<Loaded>>>,
}

impl PepperSource {
    /// Creates a source that calls `load` for each read.
    pub fn new<F, L>(load: F) -> Self
    where
        F: Fn() -> L + Send + Sync + 'static,
        L: Future<Output = Result<Peppers, LoadError>> + Send + 'static,
    {
        Self { load: Arc::new(move || Box::pin(load())), loaded: Arc::default() }
    }

    /// Returns the peppers.
    ///
    /// The first call reads them. A later call reads again when they are older than [`PEPPER_TTL_SECS`], so that a
    /// replaced pepper stops working. When that read fails, the cached peppers stay in use.
    ///
    /// # Errors
    /// Fails with [`LoadError`] when no read has succeeded yet.
    pub async fn get(&self, now: OffsetDateTime) -> Result<Arc<Peppers>, LoadError> {
        self.get_younger_than(PEPPER_TTL_SECS, now).await
    }

    /// Returns the peppers for an unknown token. Reads again when they are older than [`RECHECK_SECS`].
    ///
    /// # Errors
    /// Fails with [`LoadError`] when no read has succeeded yet.
    pub async fn get_newer(&self, now: OffsetDateTime) -> Result<Arc<Peppers>, LoadError> {
        self.get_younger_than(RECHECK_SECS, now).await
    }

    /// Reads the peppers again, whatever their age. Other calls then use them too.
    ///
    /// # Errors
    /// Fails with [`LoadError`] when the read fails. The cached peppers stay in use.
    pub async fn read_again(&self, now: OffsetDateTime) -> Result<Arc<Peppers>, LoadError> {
        let mut loaded = self.loaded.lock().await;
        let peppers = Arc::new((self.load)().await?);
        *loaded = Some((now, Arc::clone(&peppers)));
        Ok(peppers)
    }

    async fn get_younger_than(
        &self,
        seconds: i64,
        now: OffsetDateTime,
    ) -> Result<Arc<Peppers>, LoadError> {
        let mut loaded = self.loaded.lock().await;
        let known = match &*loaded {
            Some((at, peppers)) if is_recent(*at, Duration::seconds(seconds), now) => {
                return Ok(Arc::clone(peppers));
            }
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
        // A failed read counts as a read too: each wrong token must not cause a call of its own.
        *loaded = Some((now, Arc::clone(&peppers)));
        Ok(peppers)
    }
}

impl std::fmt::Debug for PepperSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PepperSource")
    }
}

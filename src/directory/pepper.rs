//! The secret under which tokens are digested: a document of Secrets Manager's shape, with a current and a previous
//! version, and where it is read from.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio::sync::RwLock;

/// How long a pepper is used before a token that does not fit makes it be read again.
pub const PEPPER_TTL_SECS: i64 = 60;

/// Both versions of the pepper.
#[derive(Debug, Clone)]
pub struct Peppers {
    /// Digests of new tokens are made with this one.
    pub current: SecretString,
    /// Digests made before the last rotation of the pepper still count.
    pub previous: Option<SecretString>,
}

/// Why a secret document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It could not be read.
    #[error("reading it failed")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is not a JSON object with a `pepper` of at least 32 characters.
    #[error("it is not a JSON object with a \"pepper\" of at least 32 characters")]
    Shape,
}

/// One version's secret string.
#[derive(Deserialize)]
struct SecretDocument {
    pepper: SecretString,
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
    loaded: Arc<RwLock<Option<Loaded>>>,
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

    /// The peppers, read on the first call.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn get(&self, now: OffsetDateTime) -> Result<Arc<Peppers>, LoadError> {
        if let Some((_, peppers)) = &*self.loaded.read().await {
            return Ok(Arc::clone(peppers));
        }
        self.reload(now).await
    }

    /// The peppers, read again if that was more than [`PEPPER_TTL_SECS`] ago; `None` if not.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn get_newer(&self, now: OffsetDateTime) -> Result<Option<Arc<Peppers>>, LoadError> {
        let loaded_at = self.loaded.read().await.as_ref().map(|(at, _)| *at);
        match loaded_at {
            Some(at) if now - at < Duration::seconds(PEPPER_TTL_SECS) => Ok(None),
            _ => self.reload(now).await.map(Some),
        }
    }

    async fn reload(&self, now: OffsetDateTime) -> Result<Arc<Peppers>, LoadError> {
        let peppers = Arc::new((self.load)().await?);
        *self.loaded.write().await = Some((now, Arc::clone(&peppers)));
        Ok(peppers)
    }
}

impl std::fmt::Debug for PepperSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PepperSource")
    }
}

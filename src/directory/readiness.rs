//! The readiness of this process: it can read the table, and it has the pepper.

use super::sources::is_recent;
use super::tenants::Tenants;
use crate::error_chain;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

/// How long a result is cached, so that probes from many places share one read.
const REMEMBERED_FOR: Duration = Duration::seconds(5);
/// A check that takes longer than this fails.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

/// A part that every request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependency {
    /// The table, in the format of this version.
    Table,
    /// The pepper of token digests.
    Pepper,
}

/// Checks all parts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Readiness {
    tenants: Tenants,
    /// Locked during a check: of many concurrent probes one checks, and the others wait for it.
    last: Arc<Mutex<Option<Checked>>>,
}

/// The time of a check, and the parts that were not ready.
type Checked = (OffsetDateTime, Vec<Dependency>);

impl Readiness {
    /// Creates the readiness of a process that serves `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self { tenants, last: Arc::default() }
    }

    /// Returns the parts that are not ready, and logs their causes.
    pub async fn missing(&self) -> Vec<Dependency> {
        let now = self.tenants.now();
        let mut last = self.last.lock().await;
        if let Some((at, missing)) = &*last
            && is_recent(*at, REMEMBERED_FOR, now)
        {
            return missing.clone();
        }
        let table = async {
            let checked = tokio::time::timeout(PATIENCE, self.tenants.store.table().check()).await;
            checked.map(|checked| checked.map_err(|error| error_chain(&error)))
        };
        let pepper = async {
            let read = tokio::time::timeout(PATIENCE, self.tenants.peppers.get(now)).await;
            read.map(|read| read.map(drop).map_err(|error| error_chain(&error)))
        };
        let (table, pepper) = tokio::join!(table, pepper);
        let mut missing = Vec::new();
        for (part, checked) in [(Dependency::Table, table), (Dependency::Pepper, pepper)] {
            let cause = match checked {
                Ok(Ok(())) => continue,
                Ok(Err(cause)) => cause,
                Err(_) => "it took too long".to_owned(),
            };
            tracing::error!(check = part.as_str(), cause, "not ready");
            missing.push(part);
        }
        *last = Some((now, missing.clone()));
        missing
    }
}

impl Dependency {
    /// The name of the part in the log and in the response to a probe.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Pepper => "pepper",
        }
    }
}

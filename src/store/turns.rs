//! The turns of the full reads: a process makes few full reads at a time.

use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most full reads that one process makes at a time: of one tenant, and of all tenants.
const MOST_A_TENANT: usize = 2;
const MOST_A_PROCESS: usize = 4;
/// The longest wait of a full read for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The full reads under way in this process. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Turns {
    process: Arc<Semaphore>,
    tenants: Arc<Mutex<HashMap<TenantId, Arc<Semaphore>>>>,
}

/// A turn to read all records of a tenant. The turn ends when this value is dropped.
#[derive(Debug)]
pub struct FullRead(#[expect(dead_code, reason = "held")] [OwnedSemaphorePermit; 2]);

impl Default for Turns {
    fn default() -> Self {
        Self { process: Arc::new(Semaphore::new(MOST_A_PROCESS)), tenants: Arc::default() }
    }
}

impl Turns {
    /// Waits for a turn of a tenant.
    pub(super) async fn begin(&self, tenant: &TenantId) -> Result<FullRead, Error> {
        let of_tenant = self.of_tenant(tenant);
        let turn = async {
            // A read takes the tenant's permit first. So waiting reads of one tenant hold no permits that other tenants
            // need.
            let of_tenant = of_tenant.acquire_owned().await.ok()?;
            let of_process = Arc::clone(&self.process).acquire_owned().await.ok()?;
            Some(FullRead([of_tenant, of_process]))
        };
        match tokio::time::timeout(LONGEST_WAIT, turn).await {
            Ok(Some(turn)) => Ok(turn),
            Ok(None) | Err(_) => Err(Error::TooManyFullReads),
        }
    }

    fn of_tenant(&self, tenant: &TenantId) -> Arc<Semaphore> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.retain(|_, reads| Arc::strong_count(reads) > 1);
        let reads = tenants.entry(tenant.clone());
        Arc::clone(reads.or_insert_with(|| Arc::new(Semaphore::new(MOST_A_TENANT))))
    }
}

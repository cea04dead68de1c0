//! Everything that is kept, through the DynamoDB API: one table, described in `docs/data-model.md`.
//!
//! Owns key strings, items, conditions and transactions. Knows nothing about HTTP answers or the rules of the
//! directory: it says which condition did not hold, its caller decides what that means.

pub mod employees;
pub mod items;
pub mod tenants;
pub(crate) mod counts;
pub mod names;
pub mod groups;
pub mod members;
pub mod dynamodb;
pub mod keys;
pub mod format;
pub mod record;
pub mod written;
pub mod signed_out;
pub mod history;
pub mod sync;
mod full_read;
mod partitions;
mod purge;
pub mod check;

pub use dynamodb::error::Error;

pub use full_read::{FullRead, Match};

use dynamodb::port::{DynamoDb, Item};
use full_read::FullReads;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The table, for what concerns all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    db: Arc<dyn DynamoDb>,
    full_reads: FullReads,
    is_checked: Arc<AtomicBool>,
}

impl Store {
    /// A store on a table.
    pub fn new(table: Arc<dyn DynamoDb>) -> Self {
        Self { db: table, full_reads: FullReads::default(), is_checked: Arc::default() }
    }

    /// The part of the store that belongs to one tenant. `tenant` is fixed here, so that no query can forget it.
    pub fn tenant(&self, tenant: &tenants::TenantId) -> TenantStore {
        TenantStore { store: self.clone(), tenant: tenant.clone() }
    }
}

/// One tenant's part of the table. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TenantStore {
    store: Store,
    tenant: tenants::TenantId,
}

impl TenantStore {
    /// Whose part this is.
    pub fn tenant_id(&self) -> &tenants::TenantId {
        &self.tenant
    }
}

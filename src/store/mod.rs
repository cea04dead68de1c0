//! Everything that is kept, through the DynamoDB API: one table, described in `docs/data-model.md`.
//!
//! Owns key strings, items, conditions and transactions. Knows nothing about HTTP answers or the rules of the
//! directory: it says which condition did not hold, its caller decides what that means.

pub mod dynamodb;
pub mod keys;
mod item;
pub mod format;
pub mod tenant;
pub mod record;
pub mod employee;
mod employee_item;
pub mod employee_read;
pub mod employee_write;
mod count;
pub mod claim;
pub mod written;
pub mod group;
pub mod group_write;
pub mod member;
pub mod member_read;
pub mod membership;
pub mod signed_out;
pub mod unfinished;
pub mod departure;
pub mod redo_log;
mod packed_changes;
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
    pub fn tenant(&self, tenant: &tenant::TenantId) -> TenantStore {
        TenantStore { store: self.clone(), tenant: tenant.clone() }
    }
}

/// One tenant's part of the table. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TenantStore {
    store: Store,
    tenant: tenant::TenantId,
}

impl TenantStore {
    /// Whose part this is.
    pub fn tenant_id(&self) -> &tenant::TenantId {
        &self.tenant
    }
}

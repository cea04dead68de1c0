//! Keeps all data in one DynamoDB table, which `docs/data-model.md` describes.
//!
//! The store owns key strings, items, conditions and transactions. The store has no HTTP and no rules of the directory.
//! It reports the condition that failed, and the caller decides on the result.

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

use crate::model::tenant::TenantId;
use dynamodb::port::{DynamoDb, Item};
use full_read::FullReads;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The store of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    db: Arc<dyn DynamoDb>,
    full_reads: FullReads,
    is_checked: Arc<AtomicBool>,
}

impl Store {
    /// Makes a store on a table.
    pub fn new(table: Arc<dyn DynamoDb>) -> Self {
        Self { db: table, full_reads: FullReads::default(), is_checked: Arc::default() }
    }

    /// Gives the store of one tenant. The tenant is fixed here, so every query names it.
    pub fn tenant(&self, tenant: &TenantId) -> TenantStore {
        TenantStore { store: self.clone(), tenant: tenant.clone() }
    }
}

/// One tenant's part of the table. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TenantStore {
    store: Store,
    tenant: TenantId,
}

impl TenantStore {
    /// The id of the tenant.
    pub fn tenant_id(&self) -> &TenantId {
        &self.tenant
    }
}

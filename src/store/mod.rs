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
use full_read::Turns;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The store of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    db: Arc<dyn DynamoDb>,
    full_reads: Turns,
    is_checked: Arc<AtomicBool>,
}

impl Store {
    /// Makes a store on a table.
    pub fn new(table: Arc<dyn DynamoDb>) -> Self {
        Self { db: table, full_reads: Turns::default(), is_checked: Arc::default() }
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

    /// The records of a tenant that SCIM shows, of either kind.
    pub fn records(&self) -> record::Records<'_> {
        record::Records { at: self }
    }

    /// Reads of all records of a tenant.
    pub fn full_reads(&self) -> full_read::FullReads<'_> {
        full_read::FullReads { at: self }
    }

    /// The employees of a tenant.
    pub fn employees(&self) -> employees::Employees<'_> {
        employees::Employees { at: self }
    }

    /// The groups of a tenant.
    pub fn groups(&self) -> groups::Groups<'_> {
        groups::Groups { at: self }
    }

    /// The members of a tenant's groups, and the memberships of its records.
    pub fn members(&self) -> members::Members<'_> {
        members::Members { at: self }
    }

    /// The departures of a tenant's records from their groups.
    pub fn departures(&self) -> members::departure::Departures<'_> {
        members::departure::Departures { at: self }
    }

    /// The unfinished work of a tenant.
    pub fn unfinished(&self) -> members::unfinished::UnfinishedWork<'_> {
        members::unfinished::UnfinishedWork { at: self }
    }

    /// The redo logs of a tenant's groups.
    pub fn redo_logs(&self) -> members::pending_change::RedoLogs<'_> {
        members::pending_change::RedoLogs { at: self }
    }

    /// The count items of a tenant.
    pub(in crate::store) fn counts(&self) -> counts::CountItems<'_> {
        counts::CountItems { at: self }
    }

    /// The claims on the names of a tenant's records.
    pub fn names(&self) -> names::Names<'_> {
        names::Names { at: self }
    }

    /// The histories of a tenant, and of its records.
    pub fn history(&self) -> history::Histories<'_> {
        history::Histories { at: self }
    }

    /// The sync record of a tenant.
    pub fn sync(&self) -> sync::SyncRecords<'_> {
        sync::SyncRecords { at: self }
    }

    /// The administrators' sessions of a tenant.
    pub fn sessions(&self) -> signed_out::Sessions<'_> {
        signed_out::Sessions { at: self }
    }

    /// The record of a tenant itself.
    pub fn record(&self) -> tenants::TenantRecords<'_> {
        tenants::TenantRecords { at: self }
    }

    /// The removal of a tenant's items.
    pub fn purge(&self) -> purge::Purge<'_> {
        purge::Purge { at: self }
    }

    /// The check of a tenant's items.
    pub fn checks(&self) -> check::Checks<'_> {
        check::Checks { at: self }
    }

    /// The pointers to a tenant's records.
    pub(in crate::store) fn pointers(&self) -> written::Pointers<'_> {
        written::Pointers { at: self }
    }
}

//! Keeps all data in one DynamoDB table, which `docs/data-model.md` describes.
//!
//! The store owns key strings, items, conditions and transactions. The store has no HTTP and no rules of the directory.
//! It reports the condition that failed, and the caller decides on the result.

pub mod accounts;
pub mod credentials;
pub mod admission;
pub mod employees;
pub mod items;
pub mod tenants;
pub(crate) mod counts;
pub mod claims;
pub mod destinations;
pub mod dismissals;
pub mod groups;
pub mod members;
pub mod dynamodb;
pub mod events;
pub mod keys;
pub mod format;
pub mod record;
pub mod write_outcome;
pub mod links;
pub mod sealed_place;
pub mod sign_ins;
pub mod signed_out;
pub mod history;
mod update;
mod recordings;
pub mod requests;
pub mod sync;
mod sync_findings;
pub mod full_read;
mod turns;
pub mod tenant_part;
mod partitions;
pub mod purge;
pub mod check;

pub use dynamodb::error::Error;

pub use full_read::Match;
pub use turns::FullRead;

use crate::model::tenant::TenantId;
use accounts::AccountItems;
use admission::AdmissionItems;
use check::Checks;
use claims::ClaimItems;
use credentials::CredentialItems;
use destinations::calls::CallItems;
use destinations::deliveries::DeliveryItems;
use destinations::destinations::DestinationItems;
use destinations::due::DueItems;
use destinations::positions::PositionItems;
use destinations::retries::RetryItems;
use dynamodb::port::DynamoDb;
use dynamodb::table::Table;
use employees::EmployeeItems;
use events::announcements::Announcements;
use events::days::DayItems;
use events::feed::FeedItems;
use events::outbox::OutboxItems;
use full_read::FullReads;
use groups::GroupItems;
use history::HistoryItems;
use links::LinkItems;
use members::MemberItems;
use members::departure::DepartureItems;
use members::memberships::MembershipItems;
use members::redo_log::RedoLogItems;
use members::unfinished::UnfinishedItems;
use purge::Purge;
use record::RecordItems;
use requests::RequestItems;
use sign_ins::SignInItems;
use signed_out::SignedOutItems;
use std::sync::Arc;
use sync::SyncItems;
use tenant_part::TenantPart;
use tenants::TenantItems;
use turns::Turns;

/// The store of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    table: Table,
    turns: Turns,
}

impl Store {
    /// Makes a store on a table.
    pub fn new(table: Arc<dyn DynamoDb>) -> Self {
        Self { table: Table::new(table), turns: Turns::default() }
    }

    /// Returns the table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Returns the announcements of committed events in this process.
    pub fn announcements(&self) -> &Announcements {
        &self.table.announcements
    }

    /// Lists the ids of all tenants, in order.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_tenant_ids(&self) -> Result<Vec<TenantId>, Error> {
        tenants::list_tenant_ids(&self.table).await
    }

    /// Returns the work that is due, of all tenants.
    pub fn due(&self) -> DueItems<'_> {
        DueItems(&self.table)
    }

    /// Returns the store of one tenant.
    pub fn tenant(&self, tenant: &TenantId) -> TenantStore {
        let (table, turns) = (self.table.clone(), self.turns.clone());
        TenantStore { part: TenantPart { table, turns, tenant: tenant.clone() } }
    }
}

/// The store of one tenant, by noun. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TenantStore {
    part: TenantPart,
}

impl TenantStore {
    /// Returns the id of the tenant.
    pub fn tenant_id(&self) -> &TenantId {
        &self.part.tenant
    }

    /// Returns the records of a tenant that SCIM shows, of either kind.
    pub fn records(&self) -> RecordItems<'_> {
        RecordItems(&self.part)
    }

    /// Returns reads of all records of a tenant.
    pub fn full_reads(&self) -> FullReads<'_> {
        FullReads(&self.part)
    }

    /// Returns the employees of a tenant.
    pub fn employees(&self) -> EmployeeItems<'_> {
        EmployeeItems(&self.part)
    }

    /// Returns the groups of a tenant.
    pub fn groups(&self) -> GroupItems<'_> {
        GroupItems(&self.part)
    }

    /// Returns the members of a tenant's groups.
    pub fn members(&self) -> MemberItems<'_> {
        MemberItems(&self.part)
    }

    /// Returns the memberships of a tenant's records.
    pub fn memberships(&self) -> MembershipItems<'_> {
        MembershipItems(&self.part)
    }

    /// Returns the departures of a tenant's records from their groups.
    pub fn departures(&self) -> DepartureItems<'_> {
        DepartureItems(&self.part)
    }

    /// Returns the unfinished work of a tenant.
    pub fn unfinished(&self) -> UnfinishedItems<'_> {
        UnfinishedItems(&self.part)
    }

    /// Returns the redo logs of a tenant's groups.
    pub fn redo_logs(&self) -> RedoLogItems<'_> {
        RedoLogItems(&self.part)
    }

    /// Returns the claims on the names of a tenant's records.
    pub fn claims(&self) -> ClaimItems<'_> {
        ClaimItems(&self.part)
    }

    /// Returns the histories of a tenant, and of its records.
    pub fn history(&self) -> HistoryItems<'_> {
        HistoryItems(&self.part)
    }

    /// Returns the events of a tenant that have no number yet.
    pub fn outbox(&self) -> OutboxItems<'_> {
        OutboxItems(&self.part)
    }

    /// Returns the numbered events of a tenant.
    pub fn feed(&self) -> FeedItems<'_> {
        FeedItems(&self.part)
    }

    /// Returns the counts of a tenant's days.
    pub fn days(&self) -> DayItems<'_> {
        DayItems(&self.part)
    }

    /// Returns the sync record of a tenant.
    pub fn sync(&self) -> SyncItems<'_> {
        SyncItems(&self.part)
    }

    /// Returns the notes on the requests of a tenant's identity provider.
    pub fn requests(&self) -> RequestItems<'_> {
        RequestItems(&self.part)
    }

    /// Returns the sessions of a tenant that were signed out.
    pub fn signed_out(&self) -> SignedOutItems<'_> {
        SignedOutItems(&self.part)
    }

    /// Returns the links of a tenant.
    pub fn links(&self) -> LinkItems<'_> {
        LinkItems(&self.part)
    }

    /// Returns the recent sign-ins of a tenant's administrators.
    pub fn sign_ins(&self) -> SignInItems<'_> {
        SignInItems(&self.part)
    }

    /// Returns the accounts of the identity provider that are linked to a tenant's employees.
    pub fn accounts(&self) -> AccountItems<'_> {
        AccountItems(&self.part)
    }

    /// Returns the credentials of a tenant's single sign-on, and the writes of its configuration.
    pub fn credentials(&self) -> CredentialItems<'_> {
        CredentialItems(&self.part)
    }

    /// Returns the count of a tenant's calls to destinations.
    pub fn calls(&self) -> CallItems<'_> {
        CallItems(&self.part)
    }

    /// Returns the destinations of a tenant's events.
    pub fn destinations(&self) -> DestinationItems<'_> {
        DestinationItems(&self.part)
    }

    /// Returns the positions of a tenant's destinations.
    pub fn positions(&self) -> PositionItems<'_> {
        PositionItems(&self.part)
    }

    /// Returns the events that wait for another try.
    pub fn retries(&self) -> RetryItems<'_> {
        RetryItems(&self.part)
    }

    /// Returns the delivery logs of a tenant's destinations.
    pub fn deliveries(&self) -> DeliveryItems<'_> {
        DeliveryItems(&self.part)
    }

    /// Returns the reads that decide about administrators.
    pub fn admission(&self) -> AdmissionItems<'_> {
        AdmissionItems(&self.part)
    }

    /// Returns the record of a tenant itself.
    pub fn tenant_record(&self) -> TenantItems<'_> {
        TenantItems(&self.part)
    }

    /// Returns the removal of a tenant's items.
    pub fn purge(&self) -> Purge<'_> {
        Purge(&self.part)
    }

    /// Returns the check of a tenant's items.
    pub fn checks(&self) -> Checks<'_> {
        Checks(&self.part)
    }
}

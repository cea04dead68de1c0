//! The partitions of a tenant: one table for the removal of a tenant and for the check of its items.

use super::keys::{self, Kind};
use super::tenant::TenantId;
use uuid::Uuid;

/// A partition, named by the items in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Partition {
    /// Visible records of a kind.
    Records(Kind),
    HiddenEmployees,
    /// Claims on the names of a kind.
    Claims(Kind),
    /// Pointers from the externalIds of a kind.
    ExternalIds(Kind),
    Emails,
    Counts(Kind),
    Memberships,
    Movers,
    Journals,
    Graves,
    GroupHistories,
    TenantHistory,
    /// Rows of a group's members.
    Members(Uuid),
    /// Absent employees who return to a group.
    Away(Uuid),
    /// Parts of a group's journals.
    JournalParts(Uuid),
    /// History of an employee.
    History(Uuid),
}

/// The partitions of the records. They lead to the partitions of single groups and employees.
pub(super) const OF_RECORDS: [Partition; 3] = [
    Partition::Records(Kind::Employee),
    Partition::HiddenEmployees,
    Partition::Records(Kind::Group),
];

/// The partitions with items about many records.
pub(super) const ABOUT_RECORDS: [Partition; 13] = [
    Partition::Claims(Kind::Employee),
    Partition::Claims(Kind::Group),
    Partition::ExternalIds(Kind::Employee),
    Partition::ExternalIds(Kind::Group),
    Partition::Emails,
    Partition::Counts(Kind::Employee),
    Partition::Counts(Kind::Group),
    Partition::Memberships,
    Partition::Movers,
    Partition::Journals,
    Partition::Graves,
    Partition::GroupHistories,
    Partition::TenantHistory,
];

/// The partitions that belong to one group.
pub(super) fn of_group(group: Uuid) -> [Partition; 3] {
    [Partition::Members(group), Partition::Away(group), Partition::JournalParts(group)]
}

impl Partition {
    /// The partition key.
    pub(super) fn key(self, tenant: &TenantId) -> String {
        match self {
            Self::Records(kind) => keys::records(tenant, kind),
            Self::HiddenEmployees => keys::hidden_employees(tenant),
            Self::Claims(kind) => keys::claims(tenant, kind),
            Self::ExternalIds(kind) => keys::external_ids(tenant, kind),
            Self::Emails => keys::emails(tenant),
            Self::Counts(kind) => keys::counts(tenant, kind),
            Self::Memberships => keys::memberships(tenant),
            Self::Movers => keys::movers(tenant),
            Self::Journals => keys::journals(tenant),
            Self::Graves => keys::graves(tenant),
            Self::GroupHistories => keys::group_histories(tenant),
            Self::TenantHistory => keys::tenant_history(tenant).partition,
            Self::Members(group) => keys::members(tenant, group),
            Self::Away(group) => keys::all_away(tenant, group),
            Self::JournalParts(group) => keys::journal(tenant, group),
            Self::History(employee) => keys::history(tenant, Kind::Employee, employee).partition,
        }
    }
}

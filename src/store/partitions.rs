//! Lists the partitions of a tenant, and the unfinished work in the partition of the tenant's own items.
//!
//! The removal of a tenant and the check of its items use the same list.

use super::dynamodb::read::{Range, SortRange};
use super::keys;
use crate::model::event::Subject;
use crate::model::kind::Kind;
use crate::model::tenant::TenantId;
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
    /// The list of unfinished work: a part of the partition of the tenant's own items.
    Unfinished,
    GroupHistories,
    TenantHistory,
    /// Links that open a session.
    Links,
    /// Linked accounts of the identity provider.
    Accounts,
    /// Claims on the subjects of linked accounts.
    Subjects,
    Destinations,
    /// Positions of destinations.
    Positions,
    /// Events without a number.
    Outbox,
    /// Numbered events.
    Feed,
    /// Counts of days.
    Days,
    /// Pages of failed requests.
    Requests,
    /// Counts of requests.
    Traffic,
    /// Recorded requests.
    Recording,
    /// Rows of a group's members.
    Members(Uuid),
    /// Parts of a group's redo log.
    RedoLog(Uuid),
    /// History of an employee.
    History(Uuid),
    /// Events of a destination that wait for another try.
    Retries(Uuid),
    /// The delivery log of a destination.
    Deliveries(Uuid),
}

/// The partitions of the records. They lead to the partitions of single groups and employees.
pub(super) const OF_RECORDS: [Partition; 3] = [
    Partition::Records(Kind::Employee),
    Partition::HiddenEmployees,
    Partition::Records(Kind::Group),
];

/// The partitions with items about many records or destinations.
pub(super) const ABOUT_RECORDS: [Partition; 22] = [
    Partition::Claims(Kind::Employee),
    Partition::Claims(Kind::Group),
    Partition::ExternalIds(Kind::Employee),
    Partition::ExternalIds(Kind::Group),
    Partition::Emails,
    Partition::Counts(Kind::Employee),
    Partition::Counts(Kind::Group),
    Partition::Memberships,
    Partition::Unfinished,
    Partition::GroupHistories,
    Partition::TenantHistory,
    Partition::Links,
    Partition::Accounts,
    Partition::Subjects,
    Partition::Destinations,
    Partition::Positions,
    Partition::Outbox,
    Partition::Feed,
    Partition::Days,
    Partition::Requests,
    Partition::Traffic,
    Partition::Recording,
];

/// The partitions that belong to one group.
pub(super) fn of_group(group: Uuid) -> [Partition; 2] {
    [Partition::Members(group), Partition::RedoLog(group)]
}

/// The partitions that belong to one destination.
pub(super) fn of_destination(destination: Uuid) -> [Partition; 2] {
    [Partition::Retries(destination), Partition::Deliveries(destination)]
}

impl Partition {
    /// The range of the partition's items.
    pub(super) fn range(self, tenant: &TenantId) -> Range {
        let sort = match self {
            Self::Unfinished => SortRange::Prefix(keys::UNFINISHED.to_owned()),
            _ => SortRange::All,
        };
        Range::new(&self.key(tenant), sort)
    }

    /// The name of an item, for reports.
    pub(super) fn item_name(self) -> &'static str {
        match self {
            Self::Records(_) | Self::HiddenEmployees => "a record",
            Self::Claims(_) => "a claim on a name",
            Self::ExternalIds(_) => "a pointer from an externalId",
            Self::Emails => "a pointer from an address",
            Self::Counts(_) => "a count item",
            Self::Memberships => "memberships",
            Self::Unfinished => "unfinished work",
            Self::GroupHistories | Self::TenantHistory | Self::History(_) => {
                "an entry of a history"
            }
            Self::Outbox => "an event of the outbox",
            Self::Feed => "an event of the feed",
            Self::Days => "the counts of a day",
            Self::Requests => "a page of failed requests",
            Self::Traffic => "counts of requests",
            Self::Recording => "recorded requests",
            Self::Members(_) => "the row of a member",
            Self::RedoLog(_) => "a part of a redo log",
            Self::Links => "a link",
            Self::Accounts => "a linked account",
            Self::Subjects => "a claim on a subject",
            Self::Destinations => "a destination",
            Self::Positions => "the position of a destination",
            Self::Retries(_) => "a waiting event",
            Self::Deliveries(_) => "a run of a delivery log",
        }
    }

    /// The group that the partition belongs to.
    pub(super) fn group(self) -> Option<Uuid> {
        match self {
            Self::Members(group) | Self::RedoLog(group) => Some(group),
            _ => None,
        }
    }

    /// The destination that the partition belongs to.
    pub(super) fn destination(self) -> Option<Uuid> {
        match self {
            Self::Retries(destination) | Self::Deliveries(destination) => Some(destination),
            _ => None,
        }
    }

    /// The partition key.
    fn key(self, tenant: &TenantId) -> String {
        match self {
            Self::Records(kind) => keys::records(tenant, kind),
            Self::HiddenEmployees => keys::hidden_employees(tenant),
            Self::Claims(kind) => keys::claims(tenant, kind),
            Self::ExternalIds(kind) => keys::external_ids(tenant, kind),
            Self::Emails => keys::emails(tenant),
            Self::Counts(kind) => keys::counts(tenant, kind),
            Self::Memberships => keys::memberships(tenant),
            Self::Unfinished => keys::own(tenant),
            Self::GroupHistories => keys::group_histories(tenant),
            Self::TenantHistory => keys::history(tenant, Subject::Tenant).partition,
            Self::Outbox => keys::outbox(tenant),
            Self::Feed => keys::feed(tenant),
            Self::Days => keys::days(tenant),
            Self::Requests => keys::requests(tenant),
            Self::Traffic => keys::traffic_of(tenant),
            Self::Recording => keys::recording(tenant),
            Self::Members(group) => keys::members(tenant, group),
            Self::RedoLog(group) => keys::redo_log(tenant, group),
            Self::Links => keys::links(tenant),
            Self::Accounts => keys::accounts(tenant),
            Self::Subjects => keys::subjects(tenant),
            Self::Destinations => keys::destinations(tenant),
            Self::Positions => keys::positions(tenant),
            Self::Retries(destination) => keys::retries(tenant, destination),
            Self::Deliveries(destination) => keys::deliveries(tenant, destination),

            Self::History(employee) => keys::history(tenant, Subject::Employee(employee)).partition,
        }
    }
}

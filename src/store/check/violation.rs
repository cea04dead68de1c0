//! A violation of an invariant, and the transaction that repairs it.

use crate::store::dynamodb::transact::Transaction;
use strum::IntoStaticStr;
use uuid::Uuid;

/// An invariant of a tenant's items that does not hold. A violation has ids and numbers, and no personal data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The invariant.
    pub kind: ViolationKind,
    /// The employee or group.
    pub record: Option<Uuid>,
    /// The values that are stored, and the values that the records need.
    pub detail: String,
    /// Whether the records are enough for a repair.
    pub is_repairable: bool,
}

/// A violation, with the transaction that repairs it.
#[derive(Debug)]
pub(super) struct Finding<'s> {
    pub(super) violation: Violation,
    pub(super) repair: Option<Transaction<'s>>,
}

impl<'s> Finding<'s> {
    /// Makes a violation that the transaction repairs.
    pub(super) fn repairable(
        kind: ViolationKind,
        record: Option<Uuid>,
        detail: impl Into<String>,
        repair: Transaction<'s>,
    ) -> Self {
        let violation = Violation { kind, record, detail: detail.into(), is_repairable: true };
        Self { violation, repair: Some(repair) }
    }

    /// Makes a violation that no data in the table can repair.
    pub(super) fn permanent(
        kind: ViolationKind,
        record: Option<Uuid>,
        detail: impl Into<String>,
    ) -> Self {
        let violation = Violation { kind, record, detail: detail.into(), is_repairable: false };
        Self { violation, repair: None }
    }
}

/// The invariants. The name of a variant says how its invariant is violated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum ViolationKind {
    /// The item of the tenant cannot be read.
    UnreadableTenant,
    /// The item of an employee or a group cannot be read.
    UnreadableRecord,
    /// An entry of a history cannot be read.
    UnreadableHistory,
    /// An event of the outbox or the feed cannot be read.
    UnreadableEvent,
    /// An item that is made from records cannot be read.
    UnreadableItem,
    /// An employee is visible and hidden at the same time.
    RecordTwice,
    /// A history has no record, and no entry about its end.
    RecordMissing,
    /// The list of tenants lacks the tenant.
    TenantUnlisted,
    /// Two visible records have one name.
    NameTwice,
    /// The claim on the name of a visible record does not name the record.
    ClaimMissing,
    /// A claim names a record that does not have the name.
    ClaimLeft,
    /// The claim on the name of a hidden employee does not name the employee.
    FormerMissing,
    /// An externalId or address does not lead to its record.
    PointerMissing,
    /// A pointer leads to a record that does not have the value.
    PointerLeft,
    /// The key of the address index differs from the primary address.
    EmailKeyWrong,
    /// The keys or the words of the index of standings differ from the employee.
    StandingWrong,
    /// A counter differs from the number of records.
    CountWrong,
    /// A history lacks a revision of its record.
    HistoryGap,
    /// A history has a revision that its record does not have yet.
    HistoryAhead,
    /// An entry of a history has no event.
    EventMissing,
    /// A change has more than one event.
    EventTwice,
    /// The feed lacks a number.
    FeedGap,
    /// A member's row belongs to a group that does not exist.
    RowLeft,
    /// A member's row names no visible record.
    MemberUnknown,
    /// A member's row is in a group that the member's memberships lack.
    RowWithoutMembership,
    /// Memberships have a group that lacks the member.
    MembershipWithoutRow,
    /// Memberships are open without a visible record, or closed with one.
    ClosedWrong,
    /// The number of members differs from the rows.
    MemberCountWrong,
    /// Work is committed, not carried out, and not in the list of unfinished work.
    WorkUnlisted,
    /// The list of unfinished work has an entry without work.
    WorkLeft,
    /// A part of a redo log belongs to no redo log.
    RedoLogLeft,
    /// A redo log lacks parts.
    RedoLogCut,
    /// A destination, its position, or a waiting event cannot be read.
    UnreadableDestination,
    /// A destination has no position.
    PositionMissing,
    /// A position, a waiting event or a delivery log belongs to no destination.
    DestinationLeft,
    /// A linked account belongs to no employee.
    AccountLeft,
    /// A linked account does not hold its subject.
    AccountClaimMissing,
    /// A claim on a subject has no linked account.
    AccountClaimLeft,
}

impl ViolationKind {
    /// The kind's name, in reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The next step of an operator: instead of a repair that is not possible, or after a repair.
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Self::UnreadableTenant => Some(
                "Copy the tenant's item from a backup. Do not remove it: it has the tokens and the settings.",
            ),
            Self::UnreadableRecord => Some(
                "Copy the item from a backup. Without one, remove it, and let the identity provider create the record again.",
            ),
            Self::UnreadableEvent | Self::FeedGap => Some(
                "Copy the event from a backup. Readers of the feed stop before a missing number. An unreadable event of the \
                 outbox stops the feed.",
            ),
            Self::EventTwice => {
                Some("Readers of the feed get this change twice, with two numbers.")
            }
            Self::UnreadableHistory => Some("Copy the entry from a backup, or remove it."),
            Self::RecordMissing => Some(
                "Copy the record from a backup, then run --repair. Without a backup, erase the employee, or keep the history \
                 and this violation.",
            ),
            Self::NameTwice => Some(
                "Give one of the two another name in the identity provider, then run --repair. Rollcall finds only one of \
                 them by name.",
            ),
            Self::HistoryGap => {
                Some("Copy the entries from a backup. The record itself is complete.")
            }
            Self::HistoryAhead => Some(
                "The record is older than its history. Copy the record from a backup. Without one, remove the entries.",
            ),
            Self::MemberCountWrong
            | Self::MembershipWithoutRow
            | Self::MemberUnknown
            | Self::RedoLogCut
            | Self::UnreadableItem => Some(
                "After --repair, push the groups of these members again: the identity provider knows who is in them.",
            ),
            Self::UnreadableDestination => Some(
                "Copy the item from a backup. Without one, remove the item. For a destination or a position, then create \
                 the destination again.",
            ),
            Self::PositionMissing => Some(
                "Copy the position from a backup. Without one, remove the destination, and create it again.",
            ),
            _ => None,
        }
    }
}

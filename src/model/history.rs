//! The history: one entry for each change of an employee, of a group, or of the settings and tokens of a tenant.

use super::actor::ActorRecord;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::IntoStaticStr;
use time::OffsetDateTime;
use uuid::Uuid;

/// The kind of a change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[strum(serialize_all = "camelCase")]
#[serde(rename_all = "camelCase")]
pub enum EventKind {
    /// The record was made.
    Created,
    /// An import made the record, before the identity provider knew the user.
    Imported,
    /// The identity provider created or changed an imported user for the first time.
    Linked,
    /// Attributes changed.
    Updated,
    /// The person left: `active` became false.
    Archived,
    /// The identity provider deleted the user: the employee is archived, and hidden from the identity provider.
    Deleted,
    /// The person came back.
    Restored,
    /// The identity provider created the deleted user again as inactive. The user is visible again, and still archived.
    Recreated,
    /// The tenant's settings changed.
    SettingsChanged,
    /// The attributes that the tenant declared changed.
    AttributesChanged,
    /// A token was created, or replaced the current one.
    TokenReplaced,
    /// Tokens stopped being valid.
    TokenRevoked,
    /// A destination was created, changed, paused, resumed or removed, or its secret was replaced.
    DestinationChanged,
    /// The deliveries to a destination have failed for a day.
    DestinationFailing,
    /// The service disabled a destination.
    DestinationDisabled,
    /// A link was made, opened or revoked.
    LinkChanged,
    /// The configuration of single sign-on changed, or its keys, or all administrators were signed out. The entry has
    /// the names of the fields, and no values.
    SsoChanged,
    /// Another account of the identity provider replaced the linked account of an employee.
    AccountReplaced,
    /// The account of the identity provider was unlinked from an employee.
    AccountUnlinked,
    /// An employee and the employee's history were erased. The entry is in the tenant's history.
    Erased,
}

/// The change of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeChange {
    /// The attribute, in attribute notation (RFC 7644 §3.10). The names of the tenant's own values start with `local.`.
    pub attribute: String,
    /// The value before; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// The value after; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

/// A change: its time, its actor, its kind, and the attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// The time of the change.
    pub at: OffsetDateTime,
    /// The actor of the change.
    pub actor: ActorRecord,
    /// The kind of the change.
    pub kind: EventKind,
    /// The changed attributes, with the values before and after.
    pub changes: Vec<AttributeChange>,
}

/// A [`HistoryEntry`] with its place in the record's history.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedEntry {
    /// The revision of the record that the change made.
    pub revision: u64,
    /// The change.
    pub entry: HistoryEntry,
}

impl RecordedEntry {
    /// The employees in an entry of the tenant's history about an erasure.
    pub fn erased(&self) -> impl Iterator<Item = Uuid> {
        let changes = self.entry.changes.iter();
        let erased = changes.filter(|_| self.entry.kind == EventKind::Erased);
        erased.filter_map(|change| change.old.as_ref()?.as_str()?.parse().ok())
    }
}

impl EventKind {
    /// The kind's name, in items and in the administration.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

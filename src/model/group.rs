//! The group: the record that the identity provider pushes. Its members are kept apart.

use scim::document::Document;
use time::OffsetDateTime;
use uuid::Uuid;

/// A group as the store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The id. No other group ever gets it. It is also the SCIM `id`.
    pub id: Uuid,
    /// The revision. It grows by one with each change of the record or its members. Every write is conditional on it.
    pub revision: u64,
    /// The revision of the last change that SCIM shows. The entity tag contains it.
    pub version: u64,
    /// The time when the record was made.
    pub created: OffsetDateTime,
    /// The time of the last change that SCIM shows.
    pub last_modified: OffsetDateTime,
    /// The identity provider's attributes, canonical, without `members`.
    pub attributes: Document,
    /// The number of members.
    pub member_count: u64,
    /// The committed change of members that is not applied to their items yet.
    pub redo_log: Option<RedoLog>,
    /// The revision of the latest change whose redo log is applied.
    pub applied: Option<u64>,
}

/// A change of more members than one transaction can write. It is committed with the group and applied afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedoLog {
    /// The revision of the group after the change.
    pub revision: u64,
    /// The number of items that hold the change.
    pub parts: usize,
    /// The number of members for which the change is applied.
    pub done: usize,
}

impl Group {
    /// The name in the spelling that was sent.
    pub fn display_name(&self) -> &str {
        self.attributes.text("displayName").unwrap_or_default()
    }

    /// The identity provider's own id of the group.
    pub fn external_id(&self) -> Option<&str> {
        self.attributes.text("externalId")
    }
}

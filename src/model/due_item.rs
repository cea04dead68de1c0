//! Work that is due: the next work of a destination, or a check for a silent identity provider.

use super::tenant::TenantId;
use time::OffsetDateTime;
use uuid::Uuid;

/// Work of a destination that is due at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueItem {
    /// The time.
    pub at: OffsetDateTime,
    /// The tenant of the destination.
    pub tenant: TenantId,
    /// The destination. The check for a silent identity provider has the nil id.
    pub id: Uuid,
    /// Whether the item starts a run by itself, because the work is due at once.
    pub trigger: bool,
}

impl DueItem {
    /// Makes work that is due at a time. Keys have milliseconds, so the time is cut to them.
    pub fn new(at: OffsetDateTime, tenant: TenantId, id: Uuid, trigger: bool) -> Self {
        let at = at.replace_millisecond(at.millisecond()).unwrap_or(at);
        Self { at, tenant, id, trigger }
    }

    /// Makes the check for a silent identity provider, which is due at a time.
    pub fn of_sync(at: OffsetDateTime, tenant: TenantId) -> Self {
        Self::new(at, tenant, Uuid::nil(), false)
    }

    /// Whether the work is a check for a silent identity provider. Other work belongs to a destination.
    pub fn is_of_sync(&self) -> bool {
        self.id.is_nil()
    }
}

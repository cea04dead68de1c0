//! The numbers of a tenant's employees.

use super::governed::GovernedAttribute;

/// The numbers of a tenant's employees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PeopleCounts {
    /// The employees who work for the company.
    pub active: u64,
    /// The employees who left, hidden employees included.
    pub archived: u64,
    /// The active employees for whom the identity provider sends a location.
    pub sent_location: u64,
    /// The active employees for whom the identity provider sends a department.
    pub sent_department: u64,
    /// The active employees for whom the identity provider sends a manager.
    pub sent_manager: u64,
    /// The active employees that an import made, and that the identity provider does not know yet.
    pub unlinked: u64,
}

impl PeopleCounts {
    /// The active employees for whom the identity provider sends an attribute.
    pub fn sent(&self, attribute: GovernedAttribute) -> u64 {
        match attribute {
            GovernedAttribute::Department => self.sent_department,
            GovernedAttribute::Location => self.sent_location,
            GovernedAttribute::Manager => self.sent_manager,
        }
    }
}

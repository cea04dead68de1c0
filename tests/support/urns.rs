//! The URNs of the schemas that tests use.

/// The schema of users.
pub const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The enterprise extension of users.
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The schema of groups.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The extension that the tenant `acme` declares.
pub const ACME: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";

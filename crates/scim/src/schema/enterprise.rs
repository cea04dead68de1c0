//! The enterprise User extension (RFC 7643 §4.3), with the attribute `location` that Okta administrators add to it.

use super::attribute::Attribute;
use super::resource_type::Schema;
use crate::urn;

/// The schema of the extension.
pub(super) fn enterprise_user() -> Schema {
    Schema {
        id: urn::ENTERPRISE_USER.to_owned(),
        aliases: urn::ENTERPRISE_USER_ALIASES.map(str::to_owned).to_vec(),
        name: "EnterpriseUser".to_owned(),
        description: "Enterprise User".to_owned(),
        attributes: vec![
            Attribute::string("employeeNumber", "The number the company gave the person"),
            Attribute::string("costCenter", "The name of a cost center"),
            Attribute::string("organization", "The name of an organization"),
            Attribute::string("division", "The name of a division"),
            Attribute::string("department", "The name of a department"),
            // Not in RFC 7643. The set-up guide has administrators add this custom attribute under exactly this schema.
            Attribute::string("location", "Where the person works"),
            Attribute::complex(
                "manager",
                vec![
                    Attribute::string("value", "The manager's email address, userName or id"),
                    Attribute::reference("$ref", &["User"], "The URL of the manager's resource"),
                    // RFC 7643 makes it readOnly. Okta maps the attribute and reads it back, so the service keeps it as
                    // sent.
                    Attribute::string("displayName", "The manager's name for people to read"),
                ],
                "The person's manager",
            )
            .bare_value(),
        ],
    }
}

//! The Group resource type (RFC 7643 §4.2).

use super::attribute::Attribute;
use super::characteristics::{Mutability, Uniqueness, WithoutValue};
use super::common_attributes::common_attributes;
use super::resource_type::{ResourceType, Schema};
use crate::{Limits, urn};

/// The Group resource type (RFC 7643 §4.2 and §8.6).
pub(super) fn group_resource_type(limits: Limits) -> ResourceType {
    ResourceType {
        name: "Group".to_owned(),
        endpoint: "/Groups".to_owned(),
        description: "Group".to_owned(),
        common: common_attributes(limits),
        schema: Schema {
            id: urn::GROUP.to_owned(),
            aliases: Vec::new(),
            name: "Group".to_owned(),
            description: "Group".to_owned(),
            attributes: vec![
                // RFC 7643 does not require unique names. Entra ID relies on them, and Okta finds a group by its name.
                Attribute::string("displayName", "The name of the group")
                    .required()
                    .uniqueness(Uniqueness::Server)
                    .max_chars(limits.identifier_chars),
                Attribute::complex("members", member(limits), "The members of the group")
                    .multi_valued()
                    .max_values(limits.members)
                    .kept_apart()
                    .bare_value()
                    .without_value(WithoutValue::Refused),
            ],
        },
        extensions: Vec::new(),
        limits,
    }
}

/// The sub-attributes of a member (RFC 7643 §4.2). `value`, `type` and `$ref` are immutable, because they identify the
/// member. `type` and `$ref` follow from `value`.
fn member(limits: Limits) -> Vec<Attribute> {
    let immutable = |attribute: Attribute| attribute.mutability(Mutability::Immutable);
    vec![
        immutable(
            Attribute::string("value", "The id of the member")
                .case_exact()
                .max_chars(limits.identifier_chars),
        ),
        immutable(Attribute::reference("$ref", &["User", "Group"], "The URL of the member")),
        immutable(
            Attribute::string("type", "Whether the member is a user or a group")
                .canonical_values(&["User", "Group"]),
        ),
        Attribute::string("display", "The name of the member").max_chars(limits.identifier_chars),
    ]
}

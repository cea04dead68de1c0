//! The common attributes, which every resource has (RFC 7643 §3.1).

use super::attribute::Attribute;
use super::characteristics::{Mutability, Returned, Uniqueness};
use crate::Limits;

/// `id`, `externalId` and `meta`, with the characteristics of RFC 7643 §3.1.
pub(super) fn common_attributes(limits: Limits) -> Vec<Attribute> {
    let read_only = |attribute: Attribute| attribute.mutability(Mutability::ReadOnly);
    vec![
        Attribute::string("id", "The identifier this service gave the resource")
            .case_exact()
            .mutability(Mutability::ReadOnly)
            .returned(Returned::Always)
            .uniqueness(Uniqueness::Server),
        Attribute::string("externalId", "The identifier the client gave the resource")
            .case_exact()
            .max_chars(limits.identifier_chars),
        read_only(Attribute::complex(
            "meta",
            vec![
                read_only(
                    Attribute::string("resourceType", "The name of the resource type").case_exact(),
                ),
                read_only(Attribute::date_time("created", "When the resource was created")),
                read_only(Attribute::date_time(
                    "lastModified",
                    "When the resource was last changed",
                )),
                read_only(Attribute::reference("location", &["uri"], "The URL of the resource")),
                read_only(
                    Attribute::string("version", "The entity tag of the resource").case_exact(),
                ),
            ],
            "What the service knows about the resource",
        )),
    ]
}

/// The default sub-attributes of a multi-valued attribute (RFC 7643 §2.4): the given `value`, and the attributes beside
/// it.
pub(super) fn plural(value: Attribute, types: &[&str]) -> Vec<Attribute> {
    vec![
        value,
        Attribute::string("display", "A name for people to read"),
        Attribute::string("type", "What the value is for").canonical_values(types),
        Attribute::boolean(
            "primary",
            "Whether this is the preferred value; true for one value at most",
        ),
    ]
}

//! The User resource type: the core schema (RFC 7643 §4.1) and the enterprise extension.

use super::attribute::Attribute;
use super::characteristics::{Mutability, Returned, Uniqueness, WithoutValue};
use super::common_attributes::{common_attributes, plural};
use super::enterprise::enterprise_user;
use super::resource_type::{ResourceType, Schema};
use crate::{Limits, urn};

/// The User resource type (RFC 7643 §4.1, §4.3 and §8.6).
pub(super) fn user_resource_type(limits: Limits) -> ResourceType {
    ResourceType {
        name: "User".to_owned(),
        endpoint: "/Users".to_owned(),
        description: "User Account".to_owned(),
        common: common_attributes(limits),
        schema: Schema {
            id: urn::USER.to_owned(),
            aliases: urn::USER_ALIASES.map(str::to_owned).to_vec(),
            name: "User".to_owned(),
            description: "User Account".to_owned(),
            attributes: singular(limits).into_iter().chain(multi_valued(limits)).collect(),
        },
        extensions: vec![enterprise_user()],
        limits,
    }
}

/// The single-valued attributes (RFC 7643 §4.1.1).
fn singular(limits: Limits) -> Vec<Attribute> {
    vec![
        Attribute::string(
            "userName",
            "The unique name by which the identity provider knows the person",
        )
        .required()
        .uniqueness(Uniqueness::Server)
        .max_chars(limits.identifier_chars),
        Attribute::complex(
            "name",
            vec![
                Attribute::string("formatted", "The full name, as it is shown"),
                Attribute::string("familyName", "The family name, or last name"),
                Attribute::string("givenName", "The given name, or first name"),
                Attribute::string("middleName", "The middle names"),
                Attribute::string("honorificPrefix", "Titles before the name, such as Ms."),
                Attribute::string("honorificSuffix", "Titles after the name, such as III"),
            ],
            "The parts of the person's name",
        ),
        Attribute::string("displayName", "The name to show to people"),
        Attribute::string("nickName", "The casual way to address the person"),
        Attribute::reference("profileUrl", &["external"], "The URL of an online profile"),
        Attribute::string("title", "The person's title, such as Vice President"),
        Attribute::string("userType", "The relation to the company, such as Contractor"),
        Attribute::string("preferredLanguage", "Preferred languages, as in Accept-Language"),
        Attribute::string("locale", "The default location for currency, dates and numbers"),
        Attribute::string("timezone", "The time zone, as in the IANA database"),
        // Optional in RFC 7643. Here every user is active or not, so the service sets a value when a client sends none.
        // A client cannot remove the value, and only a required attribute may refuse that (RFC 7644 §3.5.2.2).
        Attribute::boolean("active", "Whether the account is active").defaulted(),
        // Identity providers always send a password. The service discards it, because users do not sign in to it.
        Attribute::string("password", "Accepted and discarded")
            .case_exact()
            .mutability(Mutability::WriteOnly)
            .returned(Returned::Never),
    ]
}

/// The multi-valued attributes (RFC 7643 §4.1.2).
fn multi_valued(limits: Limits) -> Vec<Attribute> {
    let list = |name: &str, sub_attributes: Vec<Attribute>, description: &str| {
        Attribute::complex(name, sub_attributes, description).multi_valued()
    };
    vec![
        list(
            "emails",
            plural(
                Attribute::string("value", "The email address").max_chars(limits.identifier_chars),
                &["work", "home", "other"],
            ),
            "Email addresses",
        )
        .bare_value()
        .without_value(WithoutValue::RefusedUnderAnotherName)
        .max_values(limits.emails),
        list(
            "phoneNumbers",
            plural(
                Attribute::string("value", "The phone number"),
                &["work", "home", "mobile", "fax", "pager", "other"],
            ),
            "Phone numbers",
        )
        .bare_value(),
        list(
            "ims",
            plural(
                Attribute::string("value", "The instant messaging address"),
                &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
            ),
            "Instant messaging addresses",
        ),
        list(
            "photos",
            plural(
                // Some clients send the photo itself, as a data URL of many kilobytes.
                Attribute::reference("value", &["external"], "The URL of the photo")
                    .left_out_when_long(),
                &["photo", "thumbnail"],
            ),
            "URLs of photos",
        ),
        list("addresses", address(), "Postal addresses"),
        list("groups", group(), "The groups the person belongs to")
            .mutability(Mutability::ReadOnly),
        list(
            "entitlements",
            plural(Attribute::string("value", "The entitlement"), &[]),
            "Things the person has",
        )
        .bare_value()
        .without_value(WithoutValue::Kept),
        list(
            "roles",
            plural(Attribute::string("value", "The role"), &[]),
            "What the person is to the company",
        )
        .bare_value()
        .without_value(WithoutValue::Kept),
        list(
            "x509Certificates",
            plural(Attribute::binary("value", "The certificate, DER in base64"), &[]),
            "Certificates issued to the person",
        ),
    ]
}

fn address() -> Vec<Attribute> {
    vec![
        Attribute::string("formatted", "The address as it is shown, with line breaks"),
        Attribute::string("streetAddress", "Street, house number, post box"),
        Attribute::string("locality", "The city"),
        Attribute::string("region", "The state or region"),
        Attribute::string("postalCode", "The postal code"),
        Attribute::string("country", "The country, as an ISO 3166-1 alpha-2 code"),
        Attribute::string("type", "What the address is for")
            .canonical_values(&["work", "home", "other"]),
        Attribute::boolean(
            "primary",
            "Whether this is the preferred value; true for one value at most",
        ),
    ]
}

fn group() -> Vec<Attribute> {
    let read_only = |attribute: Attribute| attribute.mutability(Mutability::ReadOnly);
    vec![
        read_only(Attribute::string("value", "The id of the group").case_exact()),
        read_only(Attribute::reference("$ref", &["Group"], "The URL of the group")),
        read_only(Attribute::string("display", "The name of the group")),
        read_only(
            Attribute::string("type", "Whether the person is a member, or a member of a member")
                .canonical_values(&["direct", "indirect"]),
        ),
    ]
}

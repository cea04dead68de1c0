//! Shared fixtures of the tests: the resource type that filters are bound to, and a resource.

mod binding;
mod evaluation;
mod limits;
mod lookups;
mod rfc_examples;
mod round_trip;
mod syntax;

use super::BoundFilter;
use crate::Limits;
use crate::filter::Filter;
use crate::schema::{Attribute, AttributeType, ResourceType, ResourceTypes, Returned};
use serde_json::{Map, Value, json};

/// The User resource type, with extra attributes of the types that it does not use.
fn resource_type() -> ResourceType {
    let mut resource_type = ResourceTypes::standard().users;
    resource_type.schema.attributes.extend([
        Attribute::new(AttributeType::Integer, "logins", "How often the person came"),
        Attribute::new(AttributeType::Decimal, "height", "In metres"),
        Attribute::string("tags", "Plain text, many times").multi_valued(),
        Attribute::complex(
            "badge",
            vec![
                Attribute::string("value", "What opens the door").returned(Returned::Never),
                Attribute::string("display", "What is printed on it"),
            ],
            "An attribute that shows itself in part",
        ),
    ]);
    resource_type
}

#[track_caller]
fn bound(filter: &str) -> BoundFilter {
    let filter = Filter::parse(filter, &Limits::default())
        .unwrap_or_else(|error| panic!("{filter}: {error}"));
    filter.bind(&resource_type()).unwrap_or_else(|error| panic!("{filter}: {error}"))
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

/// Babs Jensen of RFC 7643 §8.2 and §8.3, shortened.
fn babs() -> Map<String, Value> {
    object(json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "id": "2819c223-7f76-453a-919d-413861904646",
        "externalId": "Babs-701984",
        "userName": "BJensen",
        "name": {"formatted": "Barbara O'Malley", "familyName": "O'Malley", "givenName": "Barbara"},
        "title": "Vice President",
        "userType": "Employee",
        "locale": "de_Straße",
        "active": true,
        "emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": true},
            {"value": "babs@jensen.org", "type": "home"},
        ],
        "photos": [{"value": "https://photos.example.com/Babs.jpg", "type": "photo"}],
        "roles": [],
        "x509Certificates": [{"value": "MIIDQzCCAqy="}],
        "logins": 9_007_199_254_740_993_i64,
        "height": 1.75,
        "tags": ["Red", "blue"],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "701984",
            "manager": {"value": "26118915", "displayName": "John Smith"},
        },
        "meta": {
            "resourceType": "User",
            "created": "2010-01-23T04:56:22.000Z",
            "lastModified": "2011-05-13T04:42:34.000Z",
            "version": "W/\"3\"",
        },
    }))
}

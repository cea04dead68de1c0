//! Measures the protocol core without HTTP and DynamoDB: filter, PATCH, validation and the writing of a page.
//!
//! ```sh
//! cargo bench                                     # nanoseconds of every case
//! cargo bench --bench core -- patch               # the cases with this text in their name
//! cargo bench --bench core -- --iterations 1000   # runs each case 1,000 times and measures nothing
//! scripts/bench/core.py                           # instructions instead of nanoseconds
//! ```
//!
//! Each case calls one function of the section "Calls". A change of the public API changes only those functions.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark takes durations and arguments, prints, and stops at its first failure"
)]

use scim::body::read_body;
use scim::document::Document;
use scim::filter::{BoundFilter, Filter};
use scim::json::Body;
use scim::list_response::ListResponse;
use scim::patch::{self, PatchRequest};
use scim::projection::Projection;
use scim::resource::{Identity, Resource};
use scim::schema::{ResourceType, ResourceTypes};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

// Calls: one function for each measured call of today's public API.

/// Reads and validates the body of a POST.
fn validate(users: &ResourceType, body: &[u8]) -> Document {
    read_body(users, Body::read(body).expect("JSON")).expect("a valid user")
}

/// Reads the body of a PATCH and applies it.
fn apply(users: &ResourceType, document: &Document, body: &[u8]) -> Document {
    let body = Body::read(body).expect("JSON");
    let request = PatchRequest::read(body, &users.limits).expect("a PatchOp");
    patch::apply(users, document.clone(), &request).expect("a valid change")
}

/// Reads a filter.
fn bind(users: &ResourceType, filter: &str) -> BoundFilter {
    Filter::parse(filter, &users.limits)
        .and_then(|filter| filter.bind(users))
        .expect("a valid filter")
}

/// A stored user as a resource.
fn resource<'a>(users: &'a ResourceType, document: &'a Document) -> Resource<'a> {
    Resource {
        resource_type: users,
        identity: identity(),
        document,
        relation: None,
        base_url: BASE_URL,
    }
}

/// Compares one stored user with a filter, as a list without a key lookup does for each row.
fn matches(users: &ResourceType, filter: &BoundFilter, document: &Document) -> bool {
    filter.matches(&resource(users, document))
}

/// Writes a page of stored users.
fn page(users: &ResourceType, documents: &[Document]) -> Vec<u8> {
    let projection = Projection::Default.bind(users);
    let rows = documents.iter().map(|document| resource(users, document).projected(&projection));
    let rows: Vec<_> = rows.collect();
    serde_json::to_vec(&ListResponse::by_index(10_000, 1, &rows)).expect("JSON")
}

// Inputs.

const BASE_URL: &str = "https://rollcall.example/tenants/acme/scim/v2";
const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ROWS: usize = 100;

fn identity() -> Identity<'static> {
    let instant = OffsetDateTime::UNIX_EPOCH + Duration::from_millis(1_764_000_000_123);
    let id = "23a35c27-23d3-4c03-b4c5-6443c09e7173";
    Identity { id, created: instant, last_modified: instant, version: 3 }
}

/// The body that Okta sends for a new user, about 1 KB.
fn employee(n: usize) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER],
        "userName": format!("ada{n}@example.com"),
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": true, "value": format!("ada{n}@example.com"), "type": "work"}],
        "displayName": "Ada Lovelace", "title": "Engineer", "userType": "Employee",
        "phoneNumbers": [{"primary": true, "value": "+44 1", "type": "work"}],
        "addresses": [{"type": "work", "primary": true, "streetAddress": "1 Road",
                       "locality": "London", "region": "LDN", "postalCode": "N1", "country": "GB",
                       "formatted": "1 Road"}],
        "locale": "en-US", "preferredLanguage": "en-US", "timezone": "Europe/London",
        "externalId": format!("00u{n}"), "groups": [], "password": "x9", "active": true,
        ENTERPRISE_USER: {
            "employeeNumber": "7", "costCenter": "C1", "organization": "Org", "division": "D",
            "department": "R&D", "location": "GB",
            "manager": {"value": "boss@example.com", "displayName": "Grace Hopper"},
        },
    })
}

/// Okta's deactivation.
fn okta_patch() -> Value {
    json!({"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"active": false}}]})
}

/// Entra's update of several attributes.
fn entra_patch() -> Value {
    json!({"schemas": [PATCH_OP], "Operations": [
        {"op": "Replace", "path": "displayName", "value": "Ada King"},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada.king@example.com"},
        {"op": "Replace", "path": "name.familyName", "value": "King"},
        {"op": "Replace", "path": format!("{ENTERPRISE_USER}:department"), "value": "Research"},
        {"op": "Add", "path": "title", "value": "Countess"},
    ]})
}

type Case = Box<dyn Fn()>;

/// The cases, with their inputs prepared.
fn cases() -> Vec<(&'static str, Case)> {
    let body = |value: Value| value.to_string().into_bytes();
    let users = || ResourceTypes::standard().users;
    let stored = |n: usize| validate(&users(), &body(employee(n)));
    let case_filter = |text: &'static str| -> Case {
        let (users, document) = (users(), stored(1));
        let filter = bind(&users, text);
        Box::new(move || {
            black_box(matches(&users, &filter, black_box(&document)));
        })
    };
    let case_patch = |patch: Value| -> Case {
        let (users, document, patch) = (users(), stored(1), body(patch));
        Box::new(move || {
            black_box(apply(&users, black_box(&document), black_box(&patch)));
        })
    };
    let (for_bind, for_post, for_page) = (users(), users(), users());
    let post = body(employee(1));
    let documents: Vec<Document> = (0..ROWS).map(stored).collect();
    vec![
        (
            "filter, read: userName eq",
            Box::new(move || {
                black_box(bind(&for_bind, black_box(r#"userName eq "ada1@example.com""#)));
            }),
        ),
        ("filter, one user: title co", case_filter(r#"title co "zz""#)),
        (
            "filter, one user: and, or, brackets",
            case_filter(
                r#"emails[type eq "work" and value co "@x"] or (name.familyName sw "L" and active eq false)"#,
            ),
        ),
        ("patch, Okta's deactivation", case_patch(okta_patch())),
        ("patch, Entra's five operations", case_patch(entra_patch())),
        (
            "body of a POST, read and validated",
            Box::new(move || {
                black_box(validate(&for_post, black_box(&post)));
            }),
        ),
        (
            "page of 100 users, written",
            Box::new(move || {
                black_box(page(&for_page, black_box(&documents)));
            }),
        ),
    ]
}

// Measurement.

const SAMPLES: usize = 50;
const SAMPLE: Duration = Duration::from_millis(10);

fn main() {
    let mut filter = String::new();
    let mut iterations = None;
    let mut list = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--iterations" => iterations = arguments.next().and_then(|text| text.parse().ok()),
            "--list" => list = true,
            option if option.starts_with("--") => {} // cargo passes --bench
            text => text.clone_into(&mut filter),
        }
    }
    for (name, case) in cases().iter().filter(|(name, _)| name.contains(&filter)) {
        match iterations {
            _ if list => println!("{name}"),
            Some(number) => (0..number).for_each(|_: u64| case()),
            None => measure(name, case),
        }
    }
}

/// Prints the median and the least time of an iteration.
fn measure(name: &str, case: &dyn Fn()) {
    let mut number = 1_u32;
    while time_of(case, number) < SAMPLE {
        number *= 2;
    }
    let mut samples: Vec<_> = (0..SAMPLES).map(|_| time_of(case, number) / number).collect();
    samples.sort_unstable();
    let nanos = |sample: Option<&Duration>| sample.map_or(0, Duration::as_nanos);
    let (median, least) = (nanos(samples.get(SAMPLES / 2)), nanos(samples.first()));
    println!("{name:<40}{median:>10} ns   least {least:>10} ns");
}

fn time_of(case: &dyn Fn(), number: u32) -> Duration {
    let started = Instant::now();
    (0..number).for_each(|_| case());
    started.elapsed()
}

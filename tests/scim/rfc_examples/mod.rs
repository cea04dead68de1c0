//! The examples of RFC 7643 §8, RFC 7644 §3 and RFC 9865, each sent as the RFC has it and answered as the RFC has it.
//!
//! Ids, instants and versions are the service's own, so [`here`] puts its ids and URLs in the place of the RFC's, and
//! [`settled`] takes out what no example can foresee. Where a body differs in anything else, the test says so. Of the
//! headers one differs throughout: the URL of a resource that is read or changed, which the examples give in `Location`,
//! is in `Content-Location` here, since `Location` is for what a request created (RFC 9110 §10.2.2).

mod rfc7643;
mod rfc7644_bulk;
mod rfc7644_changes;
mod rfc7644_patch;
mod rfc7644_queries;
mod rfc9865;
mod schemas;

use crate::support::{TestApp, TestTenant};
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const BULK_ANSWER: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// The ids that the RFCs give their people and groups.
const BABS: &str = "2819c223-7f76-453a-919d-413861904646";
const MANDY: &str = "902c246b-6245-4190-8e05-00816be7344a";
const JAMES: &str = "08e1d05d-121c-4561-8b96-473d93df9210";
const GUIDES: &str = "e9e30dba-f08f-4109-8486-d5c6a331660a";

/// Where the service of the examples is, and where the one under test is.
const EXAMPLE: &str = "https://example.com/v2";
const BASE: &str = "https://rollcall.example/tenants/acme/scim/v2";

async fn acme() -> TestTenant {
    TestApp::new().await.tenant("acme").await
}

/// An example with the ids and the URLs of the service under test: each pair is an id of the RFC and the one it has
/// here.
fn here(example: &Value, ids: &[(&str, &str)]) -> Value {
    let text = example.to_string().replace(EXAMPLE, BASE);
    let text = ids.iter().fold(text, |text, (theirs, ours)| text.replace(theirs, ours));
    serde_json::from_str(&text).expect("JSON")
}

/// A resource, or a list of some, without the instants and versions in `meta`, which must be there.
fn settled(mut body: Value) -> Value {
    if let Some(rows) = body.get_mut("Resources") {
        *rows = rows.as_array().expect("rows").iter().cloned().map(settled).collect();
        return body;
    }
    let meta = body["meta"].as_object_mut().expect("meta");
    for name in ["created", "lastModified", "version"] {
        let value = meta.remove(name).expect(name);
        assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{name}: {value}");
    }
    body
}

fn id(body: &Value) -> &str {
    body["id"].as_str().expect("an id")
}

/// The user of most examples, by its userName alone.
async fn create_babs(tenant: &TestTenant) -> String {
    tenant.create(&json!({"schemas": [USER], "userName": "bjensen"})).await
}

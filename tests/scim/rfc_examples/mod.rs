//! The examples of RFC 7643 §8, RFC 7644 §3 and RFC 9865. Each test sends the RFC's request and expects its answer.
//!
//! The service makes its own ids, instants and versions. [`here`] replaces the RFC's ids and URLs with the service's.
//! [`settled`] removes the values that no example can predict. A comment in the test names every other difference of a
//! body. One header differs in all examples: the URL of a resource that a request reads or changes. The examples have
//! this URL in `Location`; the service has it in `Content-Location`. `Location` is for a resource that a request
//! created (RFC 9110 §10.2.2).

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

/// The ids of the users and groups in the RFCs.
const BABS: &str = "2819c223-7f76-453a-919d-413861904646";
const MANDY: &str = "902c246b-6245-4190-8e05-00816be7344a";
const JAMES: &str = "08e1d05d-121c-4561-8b96-473d93df9210";
const GUIDES: &str = "e9e30dba-f08f-4109-8486-d5c6a331660a";

/// The base URL of the service in the examples, and of the service under test.
const EXAMPLE: &str = "https://example.com/v2";
const BASE: &str = "https://rollcall.example/tenants/acme/scim/v2";

async fn acme() -> TestTenant {
    TestApp::new().await.tenant("acme").await
}

/// Replaces the ids and URLs of an example with those of the service under test. Each pair is the RFC's id and the
/// service's id.
fn here(example: &Value, ids: &[(&str, &str)]) -> Value {
    let text = example.to_string().replace(EXAMPLE, BASE);
    let text = ids.iter().fold(text, |text, (theirs, ours)| text.replace(theirs, ours));
    serde_json::from_str(&text).expect("JSON")
}

/// Removes the instants and the version from the `meta` of a resource, or of each resource in a list. Each value must
/// be present.
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

/// Creates the user of most examples, with only a userName.
async fn create_babs(tenant: &TestTenant) -> String {
    tenant.create(&json!({"schemas": [USER], "userName": "bjensen"})).await
}

//! What identity providers send, word for word, and what they must be told: `tests/exchanges/`.
//!
//! A folder is a story on an empty tenant, a file one exchange, in the order of the names. A client's odd request
//! becomes a file first, and a fix second. In a file, `path` begins at the SCIM root, `headers` are added to those
//! Okta sends (`null` takes one away), `advance_secs` lets time pass first, and a response's `body` is the whole body;
//! without one the body must be empty.

use crate::support::request::Answer;
use crate::support::{TestApp, TestTenant, sorted};
use axum::body::Body;
use http::Request;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use time::Duration;

#[tokio::test]
async fn the_okta_test_app_is_answered_as_it_expects() {
    run("okta/test-app").await;
}

#[tokio::test]
async fn an_okta_app_of_the_integration_wizard_is_answered_as_it_expects() {
    run("okta/integration-wizard").await;
}

#[tokio::test]
async fn entra_id_is_answered_as_it_expects() {
    run("entra/users").await;
}

#[test]
fn every_folder_of_exchanges_is_run() {
    for client in sorted(&root()) {
        for story in sorted(&client) {
            let story = story.strip_prefix(root()).unwrap().display().to_string();
            let call = format!("run({story:?})");
            assert!(include_str!("exchanges.rs").contains(&call), "nothing says {call}");
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    #[serde(default)]
    advance_secs: i64,
    request: Sent,
    response: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, Option<String>>,
    body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
}

async fn run(story: &str) {
    let tenant = TestApp::new().await.tenant("acme").await;
    let files = sorted(&root().join(story));
    assert!(!files.is_empty(), "{story} is empty");
    for file in files {
        let name = format!("{story}/{}", file.file_name().unwrap().display());
        let text = std::fs::read_to_string(&file).unwrap();
        let exchange: Exchange =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        tenant.app.advance(Duration::seconds(exchange.advance_secs));
        let answer = tenant.app.send(request(&tenant, exchange.request)).await;
        let found = differences(&answer, &exchange.response);
        assert!(found.is_empty(), "{name}\n{}", found.join("\n"));
    }
}

/// A request with the headers of Okta's client and the tenant's token, as far as the file says nothing else.
fn request(tenant: &TestTenant, sent: Sent) -> Request<Body> {
    let some = |text: &str| Some(text.to_owned());
    let mut headers = BTreeMap::from([
        ("accept".to_owned(), some("application/scim+json")),
        ("accept-charset".to_owned(), some("utf-8")),
        ("accept-encoding".to_owned(), some("gzip,deflate")),
        ("authorization".to_owned(), Some(format!("Bearer {}", tenant.scim_token))),
        ("connection".to_owned(), some("Keep-Alive")),
        ("host".to_owned(), some("rollcall.example")),
        ("user-agent".to_owned(), some("Okta SCIM Client 1.0.0")),
    ]);
    if sent.body.is_some() {
        let json = some("application/scim+json; charset=utf-8");
        headers.insert("content-type".to_owned(), json);
    }
    headers.extend(sent.headers);
    let mut request = Request::builder().method(&*sent.method).uri(tenant.path(&sent.path));
    for (name, value) in headers.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        request = request.header(name, value);
    }
    let body = sent.body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    request.body(body).expect("a request")
}

/// What is not as expected, a line for each thing.
fn differences(answer: &Answer, expected: &Expected) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |what: &str, expected: &str, actual: &str| {
        if expected != actual {
            found.push(format!("  {what}: expected {expected}, got {actual}"));
        }
    };
    check("status", &expected.status.to_string(), answer.status.as_str());
    let media_type = expected.body.as_ref().map_or("", |_| "application/scim+json");
    check("content-type", media_type, answer.header("content-type"));
    for (name, value) in &expected.headers {
        check(name, value, answer.header(name));
    }
    compare(
        "body",
        expected.body.as_ref(),
        Some(&answer.json()).filter(|v| !v.is_null()),
        &mut found,
    );
    found
}

fn compare(at: &str, expected: Option<&Value>, actual: Option<&Value>, found: &mut Vec<String>) {
    match (expected, actual) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            for key in left.keys().chain(right.keys().filter(|key| !left.contains_key(*key))) {
                compare(&format!("{at}.{key}"), left.get(key), right.get(key), found);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for index in 0..left.len().max(right.len()) {
                compare(&format!("{at}[{index}]"), left.get(index), right.get(index), found);
            }
        }
        (left, right) if left == right => {}
        (left, right) => {
            let show = |value: Option<&Value>| value.map_or("nothing".into(), Value::to_string);
            found.push(format!("  {at}: expected {}, got {}", show(left), show(right)));
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchanges")
}

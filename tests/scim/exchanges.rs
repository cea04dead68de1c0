//! The exact requests of identity providers, and the responses that they need: `tests/exchanges/`.
//!
//! A folder is a story that begins with an empty tenant. A file is one exchange, and the exchanges run in the order of
//! the file names. A client's unusual request becomes a file before the service gets a fix. A file has these fields:
//!
//! - `path` begins at the SCIM root.
//! - `headers` extend the headers of Okta's client. `null` removes a header.
//! - `advance_secs` advances the clock before the request.
//! - The `body` of a response is the whole body. Without this field, the body must be empty.
//!
//! `ROLLCALL_UPDATE_FILES=1` rewrites the bodies in the files. Review the new bodies before you commit them.

use super::custom_attributes::declare;
use crate::support::request::Answer;
use crate::support::{TestApp, TestTenant, sorted};
use axum::body::Body;
use http::Request;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use time::Duration;

/// Defines a test for each story, and the list of the stories.
macro_rules! stories {
    ($($name:ident: $story:literal,)*) => {
        const STORIES: &[&str] = &[$($story),*];

        $(
            #[tokio::test]
            async fn $name() {
                run($story).await;
            }
        )*
    };
}

stories! {
    the_okta_test_app_is_answered_as_it_expects: "okta/test-app",
    an_okta_app_of_the_integration_wizard_is_answered_as_it_expects: "okta/integration-wizard",
    entra_id_is_answered_as_it_expects: "entra/users",
    okta_group_push_is_answered_as_it_expects: "okta/group-push",
    okta_group_push_goes_on_with_a_member_who_was_archived: "okta/group-push-archived-member",
    okta_pushes_whole_groups_from_an_app_of_the_integration_wizard: "okta/group-push-integration-wizard",
    entra_id_groups_are_answered_as_it_expects: "entra/groups",
    the_entra_validator_finds_users_as_it_expects: "entra/validator-users",
    the_entra_validator_finds_groups_as_it_expects: "entra/validator-groups",
    onelogin_is_answered_as_it_expects: "onelogin/provisioner",
    jumpcloud_is_answered_as_it_expects: "jumpcloud/activation-and-sync",
    google_is_answered_as_it_expects: "google/auto-provisioning",
    ping_is_answered_as_it_expects: "ping/pingfederate",
    onelogin_with_schemas_of_old_drafts_is_answered_as_it_expects: "onelogin/captured-schemas",
}

/// The story of a tenant that declares its own attributes.
const DECLARED: &str = "entra/declared-attributes";

#[tokio::test]
async fn entra_id_with_declared_attributes_is_answered_as_it_expects() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let urn = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
    declare(&tenant, urn, "badge", json!({"type": "integer"})).await.expect(201);
    let several = json!({"type": "string", "multiValued": true});
    declare(&tenant, urn, "teams", several).await.expect(201);
    run_on(&tenant, DECLARED).await;
}

#[test]
fn every_folder_of_exchanges_is_run() {
    let folders = sorted(&root()).into_iter().flat_map(|client| sorted(&client));
    let folders = folders.map(|story| story.strip_prefix(root()).unwrap().display().to_string());
    let run: BTreeSet<String> =
        STORIES.iter().chain([&DECLARED]).map(|story| (*story).to_owned()).collect();
    assert_eq!(folders.collect::<BTreeSet<String>>(), run);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    #[serde(default)]
    pub advance_secs: i64,
    pub request: Sent,
    pub response: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    pub method: String,
    pub path: String,
    #[serde(default)]
    headers: BTreeMap<String, Option<String>>,
    pub body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    pub body: Option<Value>,
}

/// The exchanges of a story, in order.
pub fn exchanges(story: &str) -> Vec<Exchange> {
    let files = sorted(&root().join(story)).into_iter();
    files
        .map(|file| serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
        .collect()
}

async fn run(story: &str) {
    run_on(&TestApp::new().await.tenant("acme").await, story).await;
}

async fn run_on(tenant: &TestTenant, story: &str) {
    let files = sorted(&root().join(story));
    assert!(!files.is_empty(), "{story} is empty");
    for file in files {
        let name = format!("{story}/{}", file.file_name().unwrap().display());
        let text = std::fs::read_to_string(&file).unwrap();
        let exchange: Exchange =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        tenant.app.advance(Duration::seconds(exchange.advance_secs));
        let answer = tenant.app.send(request(tenant, exchange.request)).await;
        if std::env::var_os("ROLLCALL_UPDATE_FILES").is_some() {
            update(&file, &text, &answer);
            continue;
        }
        let found = differences(&answer, &exchange.response);
        assert!(found.is_empty(), "{name}\n{}", found.join("\n"));
    }
}

/// Writes the body of the answer into a file. The status and the headers stay, because the client needs them.
fn update(file: &Path, text: &str, answer: &Answer) {
    let mut exchange: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(exchange["response"]["status"], answer.status.as_u16(), "{}", file.display());
    if !answer.bytes.is_empty() {
        exchange["response"]["body"] = answer.json();
    }
    std::fs::write(file, format!("{exchange:#}\n")).expect("the file");
}

/// Builds a request with the headers of Okta's client and the tenant's token. The file's headers take precedence.
pub fn request(tenant: &TestTenant, sent: Sent) -> Request<Body> {
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

/// Lists the differences from the expected response, one per line.
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

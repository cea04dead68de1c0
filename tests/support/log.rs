//! A log in memory, requests that fill the log, and the secrets that must never be in it.

use super::{TestApp, TestTenant};
use axum::body::Body;
use rollcall::lambda::metrics;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Condvar, LazyLock, Mutex};
use std::time::Duration;
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

/// A second subscriber, which keeps log statements enabled. With one subscriber in the process, a statement's first run
/// asks only its own thread's subscriber. The threads of other tests have none, so the statement would stay silent in
/// all threads.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// A thread fails when it waits longer than this for a line. The bound only ends a hang; no test measures time with it.
const HANGS_AFTER: Duration = Duration::from_secs(60);

/// A log in memory.
#[derive(Clone, Default)]
pub struct Log(Arc<Lines>);

#[derive(Default)]
struct Lines {
    bytes: Mutex<Vec<u8>>,
    has_grown: Condvar,
}

impl Lines {
    fn append(&self, bytes: &[u8]) {
        self.bytes.lock().unwrap().extend_from_slice(bytes);
        self.has_grown.notify_all();
    }
}

impl Log {
    /// Keeps this thread's log as JSON, as the Lambda does. The level is `info`, and `trace` for our own code.
    pub fn start(&self) -> DefaultGuard {
        LazyLock::force(&ANOTHER);
        let log = self.clone();
        let filter: Targets = "info,rollcall=trace".parse().unwrap();
        let lines = tracing_subscriber::fmt::layer().json().with_writer(move || log.clone());
        let subscriber = tracing_subscriber::registry().with(lines).with(filter);
        tracing::subscriber::set_default(subscriber)
    }

    /// Keeps the log that the Lambda writes. The line of each request has metrics. `filter` selects the other lines.
    pub fn start_lambda(&self, app: &TestApp, filter: &str) -> DefaultGuard {
        LazyLock::force(&ANOTHER);
        let log = self.clone();
        let write = move |line: &[u8]| log.0.append(line);
        let filter: Targets = filter.parse().unwrap();
        let subscriber = metrics::subscriber(Some("Rollcall/test"), filter, app.sources(), write);
        tracing::subscriber::set_default(subscriber)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.bytes.lock().unwrap().clone()).unwrap()
    }

    /// Blocks the thread until another thread logs this text.
    pub fn block_until(&self, text: &str) {
        let has_text = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        let bytes = self.0.bytes.lock().unwrap();
        let wait = self.0.has_grown.wait_timeout_while(bytes, HANGS_AFTER, |now| !has_text(now));
        assert!(!wait.unwrap().1.timed_out(), "nothing logs {text}");
    }

    /// The log's lines, each as JSON.
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.append(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub const SECRETS: [&str; 12] = [
    "Pa55phrase",
    "zebra@example.com",
    "zebra%40example",
    "zebra",
    "Zsofia",
    "Zwicky",
    "Zookeeper",
    "Zanzibar",
    "00uZ",
    "zfilter",
    "+44 900",
    "Bearer",
];

/// Sends every kind of request of an identity provider, valid and invalid. Returns the operation and status of each.
pub async fn a_day(tenant: &TestTenant) -> Vec<(&'static str, u16)> {
    let body = json!({
        "userName": "zebra@example.com",
        "externalId": "00uZ",
        "password": "Pa55phrase",
        "name": {"givenName": "Zsofia", "familyName": "Zwicky"},
        "title": "Zookeeper",
        "emails": [{"value": "zebra@example.com"}],
        "phoneNumbers": [{"value": "+44 900"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"location": "Zanzibar"},
    });
    let id = tenant.create(&body).await;
    let path = format!("/Users/{id}");
    tenant.get(&path).await.expect(200);
    tenant.get("/Users?filter=userName+eq+%22zebra%40example.com%22").await.expect(200);
    tenant.get("/Users?filter=title+co+%22zfilter%22").await.expect(200);
    tenant.get("/Users?filter=title+zfilter").await.expect_error(400, Some("invalidFilter"));
    tenant
        .get("/Users?filter=password+eq+%22Pa55phrase%22")
        .await
        .expect_error(403, Some("sensitive"));
    tenant.put(&path, &body).await.expect(200);
    tenant
        .patch(&path, &json!([{"op": "replace", "value": {"password": "Pa55phrase"}}]))
        .await
        .expect(200);
    tenant
        .patch(&path, &json!([{"op": "replace", "path": "active", "value": "zebra"}]))
        .await
        .expect_error(400, Some("invalidValue"));
    tenant.post("/Users", &body).await.expect_error(409, Some("uniqueness"));
    tenant.post("/Users", &json!("Pa55phrase")).await.expect_error(400, Some("invalidSyntax"));
    tenant.get("/Users/zebra@example.com").await.expect_error(404, None);
    tenant.request("PUT", "/Users", &[], Body::empty()).await.expect_error(405, None);
    tenant
        .request("POST", "/Users", &[("content-type", "text/zebra")], Body::empty())
        .await
        .expect_error(415, None);
    tenant.delete(&path).await.expect(204);
    tenant.get("/Schemas").await.expect(200);
    vec![
        ("POST /Users", 201),
        ("GET /Users/{id}", 200),
        ("GET /Users", 200),
        ("GET /Users", 200),
        ("GET /Users", 400),
        ("GET /Users", 403),
        ("PUT /Users/{id}", 200),
        ("PATCH /Users/{id}", 200),
        ("PATCH /Users/{id}", 400),
        ("POST /Users", 409),
        ("POST /Users", 400),
        ("GET /Users/{id}", 404),
        ("other", 405),
        ("POST /Users", 415),
        ("DELETE /Users/{id}", 204),
        ("GET /Schemas", 200),
    ]
}

#[track_caller]
pub fn says_nothing_secret(log: &Log, tenant: &TestTenant) {
    let text = log.text();
    let random = |token: &str| token.trim_start_matches("rc_acme_").to_owned();
    let tokens = [random(&tenant.scim_token), random(&tenant.admin_token)];
    for secret in SECRETS.iter().map(|secret| (*secret).to_owned()).chain(tokens) {
        assert!(!text.contains(&secret), "the log says {secret}: {text}");
    }
}

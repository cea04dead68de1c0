//! What the log says about a request, and what it must never say.

use crate::support::{TestApp, TestTenant};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::EnvFilter;

/// While there is one subscriber only, a place that logs for the first time asks its own thread's, and the threads of
/// other tests have none: it would be silent for all of them from then on.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Keeps what this thread logs, as the Lambda does, and all of our own down to `trace`.
    fn start(&self) -> DefaultGuard {
        LazyLock::force(&ANOTHER);
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_env_filter(EnvFilter::new("info,rollcall=trace"))
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines, and for each what was logged.
    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const SECRETS: [&str; 12] = [
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

/// Everything an identity provider does, well and badly. Gives for each request its method, route and status.
async fn a_day(tenant: &TestTenant) -> Vec<(&'static str, &'static str, u16)> {
    const USERS: &str = "/tenants/{tenant}/scim/v2/Users";
    const USER: &str = "/tenants/{tenant}/scim/v2/Users/{id}";
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
    tenant.get("/Users?filter=title+zfilter").await.expect(400);
    tenant.get("/Users?filter=password+eq+%22Pa55phrase%22").await.expect(403);
    tenant.put(&path, &body).await.expect(200);
    tenant
        .patch(&path, &json!([{"op": "replace", "value": {"password": "Pa55phrase"}}]))
        .await
        .expect(200);
    tenant
        .patch(&path, &json!([{"op": "replace", "path": "active", "value": "zebra"}]))
        .await
        .expect(400);
    tenant.post("/Users", &body).await.expect(409);
    tenant.post("/Users", &json!("Pa55phrase")).await.expect(400);
    tenant.get("/Users/zebra@example.com").await.expect(404);
    tenant.request("PUT", "/Users", &[], Body::empty()).await.expect(405);
    tenant
        .request("POST", "/Users", &[("content-type", "text/zebra")], Body::empty())
        .await
        .expect(415);
    tenant.delete(&path).await.expect(204);
    tenant.get("/Schemas").await.expect(200);
    vec![
        ("POST", USERS, 201),
        ("GET", USER, 200),
        ("GET", USERS, 200),
        ("GET", USERS, 200),
        ("GET", USERS, 400),
        ("GET", USERS, 403),
        ("PUT", USER, 200),
        ("PATCH", USER, 200),
        ("PATCH", USER, 400),
        ("POST", USERS, 409),
        ("POST", USERS, 400),
        ("GET", USER, 404),
        ("PUT", USERS, 405),
        ("POST", USERS, 415),
        ("DELETE", USER, 204),
        ("GET", "/tenants/{tenant}/scim/v2/Schemas", 200),
    ]
}

#[tokio::test]
async fn each_request_has_one_line_and_nobodys_data_is_in_it() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start();
    let expected = a_day(&tenant).await;
    drop(guard);
    let lines = log.lines();
    let seen: Vec<(&str, &str, u64)> = lines
        .iter()
        .map(|line| {
            let fields = &line["fields"];
            assert_eq!(
                (&line["level"], &fields["message"]),
                (&json!("INFO"), &json!("request")),
                "{line}"
            );
            assert_eq!(fields["tenant"], "acme", "{line}");
            assert!(fields["duration_us"].is_u64(), "{line}");
            let text = |name: &str| fields[name].as_str().expect("text");
            (text("method"), text("route"), fields["status"].as_u64().expect("a status"))
        })
        .collect();
    let expected: Vec<(&str, &str, u64)> = expected
        .into_iter()
        .map(|(method, route, status)| (method, route, u64::from(status)))
        .collect();
    assert_eq!(seen, expected);
    let ids: BTreeSet<&str> =
        lines.iter().map(|line| line["fields"]["request_id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), lines.len(), "each request has an id of its own");
    says_nothing_secret(&log, &tenant);
}

#[tokio::test]
async fn refused_and_lost_requests_are_logged_without_what_they_tried() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let token = tenant.scim_token.clone();
    let log = Log::default();
    let guard = log.start();
    let tries = [
        (tenant.path("/Users?filter=zfilter"), "Basic emVicmE6UGE1NXBocmFzZQ==".to_owned(), 401),
        (tenant.path("/Users/zebra@example.com"), format!("Bearer {token}x"), 401),
        (tenant.path("/zebra@example.com"), format!("Bearer {token}"), 404),
        ("/zebra@example.com?x=Pa55phrase".to_owned(), format!("Bearer {token}"), 404),
        ("/tenants/zebra@example.com/scim/v2/Users".to_owned(), format!("Bearer {token}"), 401),
        ("/tenants/nobody/scim/v2/Users".to_owned(), format!("Bearer {token}"), 401),
        ("/health".to_owned(), String::new(), 200),
    ];
    for (path, authorization, status) in &tries {
        let request = Request::builder().uri(path).header("authorization", authorization);
        let answer = tenant.app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), *status, "{path}");
    }
    drop(guard);
    let lines = log.lines();
    assert_eq!(lines.len(), tries.len(), "{}", log.text());
    for (line, (path, _, status)) in lines.iter().zip(&tries) {
        assert_eq!(line["fields"]["status"], *status, "{path}");
        let route = line["fields"]["route"].as_str().expect("a route");
        assert!(
            route == "none" || route == "/health" || route.starts_with("/tenants/{tenant}/"),
            "{line}"
        );
    }
    says_nothing_secret(&log, &tenant);
}

#[tokio::test]
async fn the_id_in_the_answer_is_the_one_in_the_log() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start();
    let answers = [
        tenant.get("/Users").await,
        tenant.get("/nonsense").await,
        tenant
            .request("GET", "/Users", &[("x-request-id", "the-clients-own")], Body::empty())
            .await,
    ];
    drop(guard);
    for (answer, line) in answers.iter().zip(log.lines()) {
        let id = answer.header("x-request-id");
        assert_eq!(line["fields"]["request_id"], id);
        assert!(uuid::Uuid::parse_str(id).is_ok(), "a client chooses no ids: {id}");
    }
}

#[track_caller]
fn says_nothing_secret(log: &Log, tenant: &TestTenant) {
    let text = log.text();
    let random = |token: &str| token.trim_start_matches("rc_acme_").to_owned();
    let tokens = [random(&tenant.scim_token), random(&tenant.admin_token)];
    for secret in SECRETS.iter().map(|secret| (*secret).to_owned()).chain(tokens) {
        assert!(!text.contains(&secret), "the log says {secret}: {text}");
    }
}

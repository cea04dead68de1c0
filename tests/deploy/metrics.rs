//! On Lambda, one line of a request is both its log line and its metrics (CloudWatch's Embedded Metric Format).

use crate::support::faults::Fault;
use crate::support::log::{Log, a_day, says_nothing_secret};
use crate::support::{START, TestApp};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Returns the metrics of a line. Each metric has its name and the names of its dimensions.
pub(super) fn metrics(line: &Value) -> BTreeSet<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut found = BTreeSet::new();
    for directive in line["_aws"]["CloudWatchMetrics"].as_array().expect("directives") {
        assert_eq!(directive["Namespace"], "Rollcall/test");
        for dimensions in directive["Dimensions"].as_array().expect("dimension sets") {
            let names: Vec<String> =
                dimensions.as_array().expect("names").iter().map(text).collect();
            for metric in directive["Metrics"].as_array().expect("metrics") {
                assert_eq!(metric.as_object().expect("a metric").len(), 1, "a name and no unit");
                found.insert((text(&metric["Name"]), names.clone()));
            }
        }
    }
    found
}

/// Returns the operations that a log names.
fn operations(log: &Log) -> BTreeSet<String> {
    log.lines().iter().map(|line| line["operation"].as_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn each_request_is_one_line_with_metrics_that_name_no_tenant() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_lambda(&tenant.app, "off");
    let expected = a_day(&tenant).await;
    drop(guard);
    let lines = log.lines();
    assert_eq!(lines.len(), expected.len());
    for (line, (operation, status)) in lines.iter().zip(expected) {
        assert_eq!(
            (&line["operation"], &line["status"], &line["tenant"], &line["requests"]),
            (&json!(operation), &json!(status), &json!("acme"), &json!(1))
        );
        assert_eq!(line["_aws"]["Timestamp"], START.unix_timestamp() * 1000);
        assert_eq!(
            (&line["level"], &line["timestamp"]),
            (&json!("INFO"), &json!("2026-11-23T09:30:00.000Z"))
        );
        for (name, dimensions) in metrics(line) {
            assert!(line[&name].is_number(), "{name} in {line}");
            for dimension in dimensions {
                assert!(["operation", "status_class"].contains(&&*dimension), "{dimension}");
                assert!(line[&dimension].is_string(), "{dimension} in {line}");
            }
        }
    }
    says_nothing_secret(&log, &tenant);
}

#[tokio::test]
async fn these_are_the_metrics() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_lambda(&tenant.app, "off");
    tenant.get("/Users").await.expect(200);
    drop(guard);
    // `tests/deploy/alarms.rs` compares the alarms and the dashboard with the same names.
    let entry = |name: &str, dimensions: &[&str]| {
        let dimensions = dimensions.iter().map(ToString::to_string).collect();
        (name.to_owned(), dimensions)
    };
    let expected = BTreeSet::from([
        entry("requests", &["status_class"]),
        entry("requests", &["operation", "status_class"]),
        entry("duration_us", &["operation"]),
        entry("store_calls", &["operation"]),
        entry("read_units", &["operation"]),
        entry("write_units", &["operation"]),
    ]);
    assert_eq!(metrics(&log.lines()[0]), expected);
}

/// A client can invent any number of methods. Each operation is a metric, and appears in the log and in the sync
/// status.
#[tokio::test]
async fn a_made_up_method_is_no_operation() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_lambda(&tenant.app, "info");
    let mut methods: Vec<String> = (0..300).map(|n| format!("PROBE{n}")).collect();
    methods.extend(["OPTIONS", "TRACE", "CONNECT", "get"].map(ToOwned::to_owned));
    methods.push("X".repeat(50_000));
    for method in &methods {
        for path in ["/Me", "/Me/x", "/Users"] {
            let answer = tenant.request(method, path, &[], Body::empty()).await;
            answer.expect_error(405, None);
        }
    }
    drop(guard);
    assert_eq!(operations(&log), BTreeSet::from(["other".to_owned()]));
    assert!(log.text().lines().all(|line| line.len() < 1_000));
    let request = Request::get("/tenants/acme/api/requests")
        .header("authorization", format!("Bearer {}", tenant.admin_token));
    let noted = tenant.app.send(request.body(Body::empty()).unwrap()).await.expect(200);
    let noted = noted["requests"].as_array().expect("requests");
    assert!(!noted.is_empty() && noted.iter().all(|one| one["operation"] == "other"));
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        tenant.request(method, "/Me", &[], Body::empty()).await.expect_error(501, None);
    }
}

/// CloudWatch charges more for a request's line than DynamoDB charges for a read.
#[tokio::test]
async fn a_line_is_short() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_lambda(&tenant.app, "off");
    tenant.get("/Users").await.expect(200);
    drop(guard);
    let text = log.text();
    assert!(text.len() <= 650, "{} bytes: {text}", text.len());
    let line = &log.lines()[0];
    let fields: Vec<&str> = line.as_object().expect("fields").keys().map(String::as_str).collect();
    let expected = [
        "timestamp",
        "level",
        "request_id",
        "operation",
        "tenant",
        "status",
        "duration_us",
        "store_calls",
        "store_us",
        "read_units",
        "write_units",
        "status_class",
        "requests",
        "_aws",
    ];
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn calls_and_capacity_are_those_of_the_request() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let id = tenant.create(&json!({"userName": "ada@example.com", "externalId": "00u1"})).await;
    let faults = &tenant.app.faults;
    faults.take_calls();
    let log = Log::default();
    let guard = log.start_lambda(&tenant.app, "off");
    let patch = json!([{"op": "replace", "value": {"title": "Engineer"}}]);
    let mut expected = Vec::new();
    let user = format!("/Users/{id}");
    for (method, path) in [
        ("GET", &*user),
        ("GET", "/Users"),
        ("GET", "/Users?filter=title+pr"),
        ("GET", "/Users?filter=emails+eq+%22ada%40example.com%22"),
        ("PATCH", &*user),
    ] {
        match method {
            "PATCH" => tenant.patch(path, &patch).await,
            _ => tenant.get(path).await,
        }
        .expect(200);
        let calls = faults.take_calls();
        let units = |written: bool| {
            let calls =
                calls.iter().filter(|call| (call.operation == "TransactWriteItems") == written);
            calls.map(|call| call.capacity_units).fold(0.0, |sum, units| sum + units)
        };
        expected.push((json!(calls.len()), json!(units(false)), json!(units(true))));
    }
    drop(guard);
    let seen: Vec<(Value, Value, Value)> = log
        .lines()
        .iter()
        .map(|line| {
            ["store_calls", "read_units", "write_units"].map(|name| line[name].clone()).into()
        })
        .collect();
    assert_eq!(seen, expected);
    for line in log.lines() {
        let time = |name: &str| line[name].as_u64().expect("microseconds");
        assert!(time("store_us") <= time("duration_us"), "waiting is part of the time: {line}");
    }
}

#[tokio::test]
async fn a_client_cannot_make_up_metrics() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_lambda(&tenant.app, "off");
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "MADEUP"] {
        for rest in [
            "/Users",
            "/Users/x",
            "/Users/x/y",
            "/ServiceProviderConfig",
            "/ResourceTypes",
            "/ResourceTypes/User",
            "/Schemas",
            "/Schemas/x",
            "/made-up",
        ] {
            tenant.request(method, rest, &[], Body::empty()).await;
        }
        for path in
            ["/health", "/health/ready", "/health/x", "/made-up", "/tenants", "/tenants/acme", "/"]
        {
            let request = Request::builder().method(method).uri(path);
            tenant.app.send(request.body(Body::empty()).unwrap()).await;
        }
    }
    drop(guard);
    let expected = [
        "DELETE /Users/{id}",
        "GET /",
        "GET /ResourceTypes",
        "GET /ResourceTypes/{name}",
        "GET /Schemas",
        "GET /Schemas/{urn}",
        "GET /ServiceProviderConfig",
        "GET /Users",
        "GET /Users/{id}",
        "GET /health",
        "GET /health/ready",
        "GET /tenants",
        "PATCH /Users/{id}",
        "POST /Users",
        "PUT /Users/{id}",
        "other",
    ];
    assert_eq!(operations(&log), BTreeSet::from(expected.map(ToOwned::to_owned)));
}

#[tokio::test]
async fn without_a_token_there_is_one_operation() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_lambda(&tenant.app, "off");
    for method in ["GET", "PUT", "OPTIONS", "MADEUP"] {
        for rest in ["/Users", "/Users/x", "/made-up"] {
            let request = Request::builder().method(method).uri(tenant.path(rest));
            tenant.app.send(request.body(Body::empty()).unwrap()).await.expect_error(401, None);
        }
    }
    drop(guard);
    assert_eq!(operations(&log), BTreeSet::from(["other".to_owned()]));
}

#[tokio::test]
async fn what_goes_wrong_is_logged_beside_the_metrics_as_far_as_the_filter_lets_it() {
    let app = TestApp::new().await;
    let tenant = app.tenant("acme").await;
    tenant.get("/Users").await.expect(200);
    for (filter, levels) in [("off", vec!["INFO"]), ("warn", vec!["ERROR", "INFO"])] {
        let log = Log::default();
        let guard = log.start_lambda(&app, filter);
        app.faults.plan("Query", Fault::Error { status: 400, body: DENIED.to_owned() });
        tenant.get("/Users").await.expect_error(500, None);
        drop(guard);
        let lines = log.lines();
        let seen: Vec<&str> =
            lines.iter().map(|line| line["level"].as_str().expect("text")).collect();
        assert_eq!(seen, levels, "{filter}: {}", log.text());
        for line in &lines {
            assert_eq!(
                (&line["tenant"], &line["operation"]),
                (&json!("acme"), &json!("GET /Users")),
                "{line}"
            );
        }
        let with_metrics = lines.iter().filter(|line| line.get("_aws").is_some()).count();
        assert_eq!(with_metrics, 1, "{filter}");
    }
}

const DENIED: &str =
    r#"{"__type": "com.amazon.coral.service#AccessDeniedException", "message": "no"}"#;

/// The service gives up a request that DynamoDB never answers. The log still names the tenant and the operation.
#[tokio::test]
async fn a_request_that_is_given_up_is_logged_with_its_tenant() {
    let app = TestApp::new().await;
    let tenant = app.tenant("acme").await;
    tenant.get("/Users").await.expect(200);
    let log = Log::default();
    let guard = log.start_lambda(&app, "warn");
    let _silence = app.faults.plan_all("Query", Fault::Silence);
    tenant.get("/Users?filter=title+pr").await.expect_error(503, None);
    drop(guard);
    for line in log.lines() {
        assert_eq!(
            (&line["tenant"], &line["operation"]),
            (&json!("acme"), &json!("GET /Users")),
            "{line}"
        );
    }
}

#[tokio::test]
async fn the_two_statuses_that_operations_watch_have_a_class_of_their_own() {
    let app = TestApp::new().await;
    let tenant = app.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_lambda(&tenant.app, "off");
    app.send(Request::builder().uri(tenant.path("/Users")).body(Body::empty()).unwrap()).await;
    tenant.get("/Users/nobody").await.expect_error(404, None);
    tenant.get("/Users").await.expect(200);
    let _throttling = app.faults.plan_all("Query", Fault::throttled());
    tenant.get("/Users").await.expect_error(429, None);
    drop(guard);
    let classes: Vec<Value> = log.lines().iter().map(|line| line["status_class"].clone()).collect();
    assert_eq!(classes, ["401", "4xx", "2xx", "429"]);
}

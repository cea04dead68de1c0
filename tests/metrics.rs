//! The line of a request on Lambda: a log line and its metrics in one (CloudWatch's Embedded Metric Format).

use crate::support::log::{Log, a_day, says_nothing_secret};
use crate::support::{START, TestApp};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The metrics of a line: name, dimension names, unit.
fn metrics(line: &Value) -> BTreeSet<(String, Vec<String>, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut found = BTreeSet::new();
    for directive in line["_aws"]["CloudWatchMetrics"].as_array().expect("directives") {
        assert_eq!(directive["Namespace"], "Rollcall/test");
        for dimensions in directive["Dimensions"].as_array().expect("dimension sets") {
            let names: Vec<String> =
                dimensions.as_array().expect("names").iter().map(text).collect();
            for metric in directive["Metrics"].as_array().expect("metrics") {
                found.insert((text(&metric["Name"]), names.clone(), text(&metric["Unit"])));
            }
        }
    }
    found
}

#[tokio::test]
async fn each_request_is_one_line_with_metrics_that_name_no_tenant() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_metrics(&tenant);
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
        for (name, dimensions, _) in metrics(line) {
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
async fn the_metrics_are_those_that_dashboard_and_alarms_read() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_metrics(&tenant);
    tenant.get("/Users").await.expect(200);
    drop(guard);
    let entry = |name: &str, dimensions: &[&str], unit: &str| {
        let dimensions = dimensions.iter().map(ToString::to_string).collect();
        (name.to_owned(), dimensions, unit.to_owned())
    };
    let expected = BTreeSet::from([
        entry("requests", &["status_class"], "Count"),
        entry("requests", &["operation", "status_class"], "Count"),
        entry("duration_us", &["operation"], "Microseconds"),
        entry("store_calls", &["operation"], "Count"),
        entry("read_units", &["operation"], "Count"),
        entry("write_units", &["operation"], "Count"),
    ]);
    assert_eq!(metrics(&log.lines()[0]), expected);
}

#[tokio::test]
async fn calls_and_capacity_are_those_of_the_request() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let id = tenant.create(&json!({"userName": "ada@example.com", "externalId": "00u1"})).await;
    let faults = &tenant.app.faults;
    faults.take_calls();
    let log = Log::default();
    let guard = log.start_metrics(&tenant);
    let patch = json!([{"op": "replace", "value": {"title": "Engineer"}}]);
    let mut expected = Vec::new();
    for request in ["read", "list", "filter", "patch", "emails"] {
        match request {
            "read" => tenant.get(&format!("/Users/{id}")).await,
            "list" => tenant.get("/Users").await,
            "filter" => tenant.filter("title pr").await,
            "patch" => tenant.patch(&format!("/Users/{id}"), &patch).await,
            _ => tenant.filter("emails eq \"ada@example.com\"").await,
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
    let guard = log.start_metrics(&tenant);
    for n in 0..20 {
        for path in
            [format!("/made-up-{n}"), tenant.path(&format!("/made-up-{n}")), tenant.path("/Users")]
        {
            let request = Request::builder().method(&*format!("MADEUP{n}")).uri(path);
            tenant.app.send(request.body(Body::empty()).unwrap()).await;
        }
    }
    drop(guard);
    let operations: BTreeSet<String> = log
        .lines()
        .iter()
        .map(|line| line["operation"].as_str().expect("text").to_owned())
        .collect();
    let expected = ["other unknown", "other /Users"].map(ToOwned::to_owned);
    assert_eq!(operations, BTreeSet::from(expected));
}

#[tokio::test]
async fn the_two_statuses_that_operations_watch_have_a_class_of_their_own() {
    let app = TestApp::new().await;
    let tenant = app.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_metrics(&tenant);
    app.send(Request::builder().uri(tenant.path("/Users")).body(Body::empty()).unwrap()).await;
    tenant.get("/Users/nobody").await.expect(404);
    tenant.get("/Users").await.expect(200);
    for _ in 0..20 {
        app.faults.plan("Query", crate::support::engine::Fault::throttled());
    }
    tokio::time::pause();
    tenant.get("/Users").await.expect(429);
    drop(guard);
    let classes: Vec<Value> = log.lines().iter().map(|line| line["status_class"].clone()).collect();
    assert_eq!(classes, ["401", "4xx", "2xx", "429"]);
}

//! The Deliver function: its triggers become runs, and each run is one log line with metrics.

use crate::deploy::metrics::metrics;
use crate::support::log::Log;
use crate::support::{START, TestApp};
use lambda_http::{Context, LambdaEvent};
use rollcall::delivery::run_report::RunReport;
use rollcall::lambda::deliver::handle;
use rollcall::lambda::trigger::{Trigger, TriggerEvent};
use rollcall::model::tenant::TenantId;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const INVOCATION: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// Sends an event as the Lambda runtime does. Returns the trigger of the run, and the error of the function.
async fn run(event: &Value, report: RunReport) -> (Trigger, Option<String>) {
    run_with(event, async || report).await
}

async fn run_with(
    event: &Value,
    work: impl AsyncFnOnce() -> RunReport,
) -> (Trigger, Option<String>) {
    let payload: TriggerEvent = serde_json::from_str(&event.to_string()).expect("an event");
    let mut context = Context::default();
    context.request_id = INVOCATION.to_owned();
    let mut seen = None;
    let handled = handle(LambdaEvent::new(payload, context), async |trigger| {
        seen = Some(trigger);
        work().await
    });
    let error = handled.await.err().map(|error| error.to_string());
    (seen.expect("a run"), error)
}

fn minute() -> Value {
    serde_json::from_str(include_str!("../../events/deliver/minute.json")).expect("JSON")
}

fn stream() -> Value {
    serde_json::from_str(include_str!("../../events/deliver/stream.json")).expect("JSON")
}

/// A run with every number.
fn busy() -> RunReport {
    let mut report = RunReport {
        tenants: 2,
        sequenced: 98,
        lag: Some(Duration::from_millis(1_250)),
        outbox_age: Some(Duration::from_secs(7)),
        waiting: Some(3),
        disabled: 1,
        ..RunReport::default()
    };
    report.count("webhook", "delivered");
    report.count("webhook", "delivered");
    report.count("webhook", "tls");
    report.count("slack", "delivered");
    report
}

#[tokio::test]
async fn a_batch_runs_its_tenants_and_a_minute_runs_due_work() {
    let tenants = BTreeSet::from([TenantId::parse("demo").expect("an id")]);
    let (trigger, error) = run(&stream(), RunReport::default()).await;
    assert_eq!((trigger, error), (Trigger::Tenants(tenants), None));
    let (trigger, error) = run(&minute(), RunReport::default()).await;
    assert_eq!((trigger, error), (Trigger::Minute, None));
}

/// Lambda repeats a failed batch, so a malformed event must not fail.
#[tokio::test]
async fn a_malformed_trigger_fails_nothing_and_runs_everything() {
    let app = TestApp::new().await;
    let mut batch = stream();
    batch["Records"][1]["dynamodb"]["Keys"] = json!({"PK": {"S": "zebra"}});
    for event in [batch, json!({"zebra": true}), json!(null), json!(["zebra"])] {
        let log = Log::default();
        let guard = log.start_lambda(&app, "info");
        let (trigger, error) = run(&event, RunReport::default()).await;
        drop(guard);
        assert_eq!((trigger, error), (Trigger::Everything, None), "{event}");
        let [warning, line] = &log.lines()[..] else { panic!("two lines: {}", log.text()) };
        assert_eq!((&warning["level"], &line["level"]), (&json!("WARN"), &json!("INFO")));
        assert_eq!(warning["message"], "the trigger is malformed: the run covers everything");
        for line in [warning, line] {
            assert_eq!(line["lambda_request_id"], INVOCATION);
        }
        assert!(!log.text().contains("zebra"), "{}", log.text());
    }
}

/// `DeliverErrors` counts such runs, and Lambda repeats a batch.
#[tokio::test]
async fn a_run_that_fails_in_part_is_an_error_after_its_line() {
    let app = TestApp::new().await;
    let log = Log::default();
    let guard = log.start_lambda(&app, "off");
    let report = RunReport { tenants: 3, failures: 2, sequenced: 5, ..RunReport::default() };
    let (_, error) = run(&stream(), report).await;
    drop(guard);
    assert_eq!(
        error.as_deref(),
        Some("2 parts of the delivery run failed; the log has their causes")
    );
    let [line] = &log.lines()[..] else { panic!("one line: {}", log.text()) };
    assert_eq!((&line["failures"], &line["sequenced"]), (&json!(2), &json!(5)));
}

#[tokio::test]
async fn each_run_is_one_line_with_metrics_that_name_no_tenant() {
    let app = TestApp::new().await;
    let log = Log::default();
    let guard = log.start_lambda(&app, "off");
    run(&stream(), busy()).await;
    drop(guard);
    let lines = log.lines();
    let [run, rest @ ..] = &lines[..] else { panic!("a line") };
    let fields: Vec<&str> = run.as_object().expect("fields").keys().map(String::as_str).collect();
    let expected = [
        "timestamp",
        "level",
        "lambda_request_id",
        "trigger",
        "tenants",
        "sequenced",
        "kind",
        "outcome",
        "deliveries",
        "lag_ms",
        "outbox_age_s",
        "waiting",
        "disabled",
        "duration_us",
        "store_calls",
        "read_units",
        "write_units",
        "_aws",
    ];
    assert_eq!(fields, expected);
    assert_eq!(run["_aws"]["Timestamp"], START.unix_timestamp() * 1000);
    assert_eq!((&run["trigger"], &run["tenants"]), (&json!("stream"), &json!(2)));
    let numbers = ["sequenced", "lag_ms", "outbox_age_s", "waiting", "disabled"];
    assert_eq!(
        numbers.map(|name| run[name].clone()),
        [98, 1_250, 7, 3, 1].map(|number| json!(number))
    );
    // `tests/deploy/alarms.rs` compares the alarms and the dashboard with the same names.
    let outcomes = vec!["kind".to_owned(), "outcome".to_owned()];
    let mut expected: BTreeSet<(String, Vec<String>)> =
        numbers.map(|name| (name.to_owned(), Vec::new())).into();
    expected.insert(("deliveries".to_owned(), outcomes));
    assert_eq!(metrics(run), expected);
    // A line has one pair of kind and outcome.
    let pairs: Vec<Value> = lines
        .iter()
        .map(|line| json!([line["kind"], line["outcome"], line["deliveries"]]))
        .collect();
    let expected = [
        json!(["slack", "delivered", 1]),
        json!(["webhook", "delivered", 2]),
        json!(["webhook", "tls", 1]),
    ];
    assert_eq!(pairs, expected);
    for line in rest {
        let names: BTreeSet<String> = metrics(line).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, BTreeSet::from(["deliveries".to_owned()]));
        assert!(line.get("trigger").is_none(), "a query counts runs by this field: {line}");
    }
}

/// CloudWatch charges for each metric by the hour of use. Most deployments have no destination.
#[tokio::test]
async fn an_idle_run_measures_nothing() {
    let app = TestApp::new().await;
    let log = Log::default();
    let guard = log.start_lambda(&app, "off");
    run_with(&minute(), async || {
        app.store.table().check().await.expect("a read");
        RunReport::default()
    })
    .await;
    drop(guard);
    let [line] = &log.lines()[..] else { panic!("one line: {}", log.text()) };
    assert!(line.get("_aws").is_none(), "{line}");
    assert_eq!(
        (&line["trigger"], &line["tenants"], &line["store_calls"]),
        (&json!("minute"), &json!(0), &json!(1))
    );
    assert!(line["read_units"].as_f64().expect("units") > 0.0, "{line}");
    assert!(log.text().len() <= 300, "{} bytes: {}", log.text().len(), log.text());
}

/// Without a namespace, and in a local process, a run is a plain line.
#[tokio::test]
async fn without_metrics_a_run_is_a_plain_line() {
    let log = Log::default();
    let guard = log.start();
    run(&stream(), busy()).await;
    drop(guard);
    let lines = log.lines();
    assert_eq!(lines[0]["fields"]["message"], "delivery run");
    assert_eq!(lines[0]["fields"]["sequenced"], 98);
    assert!(!log.text().contains("CloudWatchMetrics"));
}

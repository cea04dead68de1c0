//! The alarms and the dashboard use metrics that exist. Each alarm rings when it should.

use crate::support::template::{list, load};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The metric fields of a request's line. `tests/deploy/metrics.rs` checks that the line has these fields.
const METRICS: [&str; 5] = ["requests", "duration_us", "store_calls", "read_units", "write_units"];

/// The metrics of a delivery run without dimensions. `tests/deploy/deliver.rs` checks that the line has these fields.
const RUN_METRICS: [&str; 5] = ["sequenced", "lag_ms", "outbox_age_s", "waiting", "disabled"];

#[test]
fn alarms_on_the_functions_metrics_name_metrics_that_exist() {
    let alarms = load("infra/alarms.yaml");
    for (name, resource) in alarms["Resources"].as_object().expect("resources") {
        let properties = &resource["Properties"];
        if properties["Namespace"] == json!({"Ref": "MetricsNamespace"}) {
            let dimensions = properties["Dimensions"].as_array().into_iter().flatten();
            let dimensions: Vec<&str> =
                dimensions.map(|one| one["Name"].as_str().expect("a name")).collect();
            let metric = properties["MetricName"].as_str().expect("a metric");
            if RUN_METRICS.contains(&metric) {
                assert!(dimensions.is_empty(), "{name}");
                continue;
            }
            assert_eq!(metric, "requests", "{name}");
            // `tests/deploy/metrics.rs` checks that the metric `requests` has these dimensions.
            assert!(
                [&["status_class"][..], &["operation", "status_class"]].contains(&&*dimensions),
                "{name}"
            );
        }
    }
}

#[test]
fn the_dashboard_shows_metrics_that_exist() {
    let dashboard = load("infra/dashboard.yaml");
    let body = &dashboard["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
    let body: Value = serde_json::from_str(body.as_str().expect("text")).expect("JSON");
    let text = body.to_string();
    let mut searched = 0;
    for search in text.split("SEARCH(").skip(1) {
        let metric =
            search.split("MetricName=\\\"").nth(1).and_then(|rest| rest.split('\\').next());
        let metric = metric.expect("a metric");
        let dimension = search.split("\\\"").nth(3).expect("a dimension");
        match dimension {
            "kind" => assert_eq!(metric, "deliveries", "{search}"),
            _ => {
                assert!(METRICS.contains(&metric), "{search}");
                assert!(["operation", "status_class"].contains(&dimension), "{search}");
            }
        }
        searched += 1;
    }
    assert!(searched > 0, "{text}");
    for widget in body["widgets"].as_array().expect("widgets") {
        for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
            if metric[0] == "${MetricsNamespace}" {
                let name = metric[1].as_str().expect("a name");
                match metric[2].is_string() {
                    true => assert!(METRICS.contains(&name), "{metric}"),
                    false => assert!(RUN_METRICS.contains(&name), "{metric}"),
                }
            }
        }
    }
}

#[test]
fn the_runbook_has_every_alarm() {
    let alarms = load("infra/alarms.yaml");
    let described = runbook_rows();
    for (name, resource) in alarms["Resources"].as_object().expect("resources") {
        if resource["Type"] == "AWS::CloudWatch::Alarm" {
            assert!(described.contains(&**name), "docs/operations.md says nothing of {name}");
            let properties = &resource["Properties"];
            let description = properties["AlarmDescription"]["Fn::Sub"].as_str().expect("text");
            assert!(description.ends_with(&format!("{name}.")), "{description}");
            let topics = match name.as_str() {
                "FunctionErrors" | "DeliverErrors" | "OutboxAge" => ["ExistingTopicArn", "Topic"],
                _ => ["ExistingNoticeTopicArn", "NoticeTopic"],
            };
            assert_eq!(actions(properties), topics, "{name}");
        }
    }
    for name in ["Pager", "HourlyPager"] {
        assert!(described.contains(name), "{name}");
    }
}

/// Returns the names in the first cells of the rows of `docs/operations.md`.
fn runbook_rows() -> BTreeSet<&'static str> {
    let rows = include_str!("../../docs/operations.md").lines();
    let first_cells = rows.filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    first_cells.filter_map(|cell| cell.strip_prefix('`')?.strip_suffix('`')).collect()
}

/// Returns the topics of an alarm: the operator's existing topic, and the topic that the template creates.
fn actions(properties: &Value) -> Vec<&str> {
    assert_eq!(properties["AlarmActions"], properties["OKActions"]);
    let [action] = list(&properties["AlarmActions"])[..] else { panic!("one action") };
    let topics = list(&action["Fn::If"]).into_iter().filter_map(|topic| topic["Ref"].as_str());
    topics.collect()
}

/// Any client on the internet can send requests without a token, cause throttling, and send many requests.
#[test]
fn no_client_without_a_token_reaches_the_pager() {
    let alarms = load("infra/alarms.yaml");
    let resources = &alarms["Resources"];
    for name in ["Pager", "HourlyPager"] {
        let pager = &resources[name]["Properties"];
        assert_eq!(actions(pager), ["ExistingTopicArn", "Topic"]);
        assert_eq!(pager["ActionsSuppressor"]["Ref"], "ThrottlesAlone");
    }
    // An outage throttles the function too, and an outage must ring.
    let rule = &resources["ThrottlesAlone"]["Properties"]["AlarmRule"]["Fn::Sub"];
    assert_eq!(rule, "ALARM(\"${FunctionThrottles}\") AND NOT ALARM(\"${ServerErrors}\")");
    let rule = &resources["Pager"]["Properties"]["AlarmRule"]["Fn::Join"];
    let [errors, slow, probes] = list(list(rule)[1])[..] else { panic!("three parts of the rule") };
    assert_eq!(errors["Fn::Sub"], "ALARM(\"${ServerErrors}\")");
    assert_eq!(slow["Fn::Sub"], "(ALARM(\"${Latency}\") AND NOT ALARM(\"${Flood}\"))");
    let probes = list(&probes["Fn::If"])[1];
    assert_eq!(
        probes["Fn::Sub"],
        "(ALARM(\"${NotReady}\") AND NOT ALARM(\"${Flood}\") AND NOT ALARM(\"${FunctionThrottles}\"))"
    );
    let rule = &resources["HourlyPager"]["Properties"]["AlarmRule"];
    assert_eq!(rule["Fn::Sub"], "ALARM(\"${ServerErrorsInAnHour}\")");
    // After a flood, the flood's slow responses stay in the window of `Latency`. The window of `Flood` must be longer.
    let periods = |name: &str| resources[name]["Properties"]["EvaluationPeriods"].as_u64();
    assert!(periods("Flood") > periods("Latency"));
}

/// Evaluates a metric expression of an alarm. The function supports only the expressions that the alarms use.
fn evaluate(metrics: &[&Value], id: &str, values: &[(&str, f64)]) -> f64 {
    if let Some((_, value)) = values.iter().find(|(name, _)| *name == id) {
        return *value;
    }
    let metric = metrics.iter().find(|metric| metric["Id"] == id).expect("a metric");
    let value = |id: &str| evaluate(metrics, id, values);
    match metric["Expression"].as_str() {
        Some("IF(failed >= 3, 100 * failed / MAX([failed, asked]), 0)") => {
            let failed = value("failed");
            if failed >= 3.0 { 100.0 * failed / failed.max(value("asked")) } else { 0.0 }
        }
        Some("errors - FILL(throttles, 0)") => value("errors") - value("throttles"),
        Some("requests - FILL(probes, 0)") => value("requests") - value("probes"),
        other => panic!("an unknown expression: {other:?}"),
    }
}

/// A small deployment gets a few requests an hour from clients, and many more probes.
#[test]
fn neither_probes_nor_throttled_requests_count_as_those_of_clients() {
    let alarms = load("infra/alarms.yaml");
    for name in ["ServerErrors", "ServerErrorsInAnHour"] {
        let properties = &alarms["Resources"][name]["Properties"];
        let metrics = list(&properties["Metrics"]);
        let percent = |errors: f64, throttles: f64, requests: f64, probes: f64| {
            let values = [
                ("errors", errors),
                ("throttles", throttles),
                ("requests", requests),
                ("probes", probes),
            ];
            evaluate(&metrics, "percent", &values)
        };
        assert_eq!(percent(3.0, 0.0, 723.0, 720.0), 100.0, "all requests of clients fail");
        assert_eq!(percent(2.0, 0.0, 2.0, 0.0), 0.0);
        assert_eq!(percent(500.0, 500.0, 900.0, 20.0), 0.0, "{name}");
        assert_eq!(percent(5.0, 0.0, 1_000.0, 0.0), 0.5);
    }
}

/// Returns each metric that an alarm reads, with its name and dimensions, and the length of its period in seconds.
fn metrics_of(alarm: &Value) -> Vec<(&Value, u64)> {
    let properties = &alarm["Properties"];
    match properties["Metrics"].is_array() {
        false => vec![(properties, properties["Period"].as_u64().expect("a number"))],
        true => {
            let stats =
                list(&properties["Metrics"]).into_iter().map(|metric| &metric["MetricStat"]);
            let stats = stats.filter(|stat| stat.is_object());
            stats
                .map(|stat| (&stat["Metric"], stat["Period"].as_u64().expect("a number")))
                .collect()
        }
    }
}

/// Three failed requests in an hour are an outage, if the deployment gets three requests an hour.
#[test]
fn a_small_deployment_that_is_down_rings() {
    let alarms = load("infra/alarms.yaml");
    let (quick, slow) =
        (&alarms["Resources"]["ServerErrors"], &alarms["Resources"]["ServerErrorsInAnHour"]);
    assert!(metrics_of(quick).iter().all(|(_, period)| *period == 300));
    assert!(metrics_of(slow).iter().all(|(_, period)| *period == 3_600));
}

#[test]
fn every_index_is_in_the_alarms_and_on_the_dashboard() {
    let table = &load("infra/data.yaml")["Resources"]["Table"]["Properties"];
    let alarm = &load("infra/alarms.yaml")["Resources"]["TableThrottles"];
    let dashboard = load("infra/dashboard.yaml");
    let body = dashboard["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
        .as_str()
        .expect("text");
    let body: Value = serde_json::from_str(body).expect("JSON");
    let mut indexes = list(&table["GlobalSecondaryIndexes"]);
    indexes.retain(|index| index["IndexName"].is_string());
    assert!(!indexes.is_empty());
    for index in indexes {
        for metric in ["ReadThrottleEvents", "WriteThrottleEvents"] {
            let dimension =
                json!({"Name": "GlobalSecondaryIndexName", "Value": index["IndexName"]});
            let alarmed = metrics_of(alarm).iter().any(|(of, _)| {
                of["MetricName"] == metric && list(&of["Dimensions"]).contains(&&dimension)
            });
            assert!(alarmed, "{metric} of {}", index["IndexName"]);
        }
        for metric in [
            "ReadThrottleEvents",
            "WriteThrottleEvents",
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
        ] {
            let mut shown = list(&body["widgets"])
                .into_iter()
                .flat_map(|widget| list(&widget["properties"]["metrics"]));
            let shown = shown.any(|of| of[1] == metric && of[5] == index["IndexName"]);
            assert!(shown, "{metric} of {}", index["IndexName"]);
        }
    }
}

/// CloudWatch reports system errors for each operation only, so the alarm must list every operation.
#[tokio::test]
async fn system_errors_of_every_call_are_in_the_alarm() {
    let alarms = load("infra/alarms.yaml");
    let metrics = metrics_of(&alarms["Resources"]["SystemErrors"]);
    let found: BTreeSet<String> = metrics
        .iter()
        .flat_map(|(metric, _)| list(&metric["Dimensions"]))
        .filter(|dimension| dimension["Name"] == "Operation")
        .filter_map(|dimension| dimension["Value"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(found, crate::deploy::policy::operations().await);
}

/// Five minutes without a number, or ten minutes behind the stream, or more than five disabled destinations in an hour.
#[test]
fn deliveries_that_do_not_advance_ring() {
    let alarms = load("infra/alarms.yaml");
    let deliver = json!([{"Name": "FunctionName", "Value": {"Ref": "DeliverFunctionName"}}]);
    let own = json!({"Ref": "MetricsNamespace"});
    let lambda = json!("AWS/Lambda");
    for (name, namespace, metric, dimensions, statistic, seconds, threshold) in [
        ("OutboxAge", &own, "outbox_age_s", &Value::Null, "Maximum", 300, 300),
        ("DeliverErrors", &lambda, "Errors", &deliver, "Sum", 300, 0),
        ("DeliverIteratorAge", &lambda, "IteratorAge", &deliver, "Maximum", 300, 600_000),
        ("DestinationsDisabled", &own, "disabled", &Value::Null, "Sum", 3_600, 5),
    ] {
        let alarm = &alarms["Resources"][name]["Properties"];
        assert_eq!(
            (&alarm["Namespace"], &alarm["MetricName"], &alarm["Dimensions"]),
            (namespace, &json!(metric), dimensions),
            "{name}"
        );
        assert_eq!(
            (&alarm["Statistic"], &alarm["Period"], &alarm["Threshold"]),
            (&json!(statistic), &json!(seconds), &json!(threshold)),
            "{name}"
        );
        assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold", "{name}");
        // An idle run has no metrics.
        assert_eq!(alarm["TreatMissingData"], "notBreaching", "{name}");
    }
    // The next run repeats the work of one failed run.
    let errors = &alarms["Resources"]["DeliverErrors"]["Properties"];
    assert_eq!(
        (&errors["DatapointsToAlarm"], &errors["EvaluationPeriods"]),
        (&json!(2), &json!(3))
    );
}

#[test]
fn what_went_wrong_has_the_errors_of_both_functions() {
    let dashboard = load("infra/dashboard.yaml");
    let body = dashboard["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
        .as_str()
        .expect("text");
    let body: Value = serde_json::from_str(body).expect("JSON");
    let mut widgets = list(&body["widgets"]).into_iter();
    let list = widgets.find(|widget| widget["properties"]["title"] == "What went wrong");
    let query = list.expect("a list")["properties"]["query"].as_str().expect("a query");
    assert!(query.starts_with("SOURCE '${FunctionLogs}' | SOURCE '${DeliverLogs}' | "), "{query}");
}

#[test]
fn the_runbook_has_the_price_of_the_alarms() {
    let alarms = load("infra/alarms.yaml");
    let resources = alarms["Resources"].as_object().expect("resources").values();
    // CloudWatch charges $0.10 for each metric of an alarm, and $0.50 for a composite alarm.
    let cents: usize = resources
        .map(|resource| match resource["Type"].as_str() {
            Some("AWS::CloudWatch::Alarm") => 10 * metrics_of(resource).len(),
            Some("AWS::CloudWatch::CompositeAlarm") => 50,
            _ => 0,
        })
        .sum();
    let runbook = include_str!("../../docs/operations.md");
    let (before, _) = runbook.split_once(" for the alarms").expect("the price of the alarms");
    let price = before.rsplit(' ').next().expect("a price");
    assert_eq!(price, format!("${}.{:02}", cents / 100, cents % 100));
}

//! Least privilege of the Deliver function.

use super::policy::{
    allowed, is_of_the_stream, key, logs_and_traces, may_do_exactly, others, pepper, policy_of,
    statements,
};
use crate::delivery::run::deliveries;
use crate::support::admin::admin;
use crate::support::destinations::create;
use crate::support::hooks::Reply;
use crate::support::template::load;
use serde_json::{Value, json};
use time::Duration;

/// The role of the Deliver function allows the table, the pepper, the stream, its own log, and nothing of the indexes.
#[test]
fn the_deliver_function_may_read_its_stream_and_write_its_log() {
    let template = load("template.yaml");
    let policy = policy_of(&template, "DeliverRole");
    let of_requests = allowed(&policy_of(&template, "FunctionRole"));
    let of_deliveries = allowed(&policy);
    assert!(of_deliveries.is_subset(&of_requests), "{of_deliveries:?}");
    assert!(of_deliveries.iter().all(|(_, resource)| resource == "table"), "{of_deliveries:?}");
    let [logs, traces] = logs_and_traces("DeliverLogs");
    assert_eq!(others(&policy), [pepper(), logs, traces, key(), network()]);
    let stream = &template["Resources"]["DeliverStream"]["Properties"]["EventSourceArn"];
    let streams: Vec<&Value> =
        statements(&policy).into_iter().filter(|one| is_of_the_stream(one)).collect();
    let [read, list] = streams[..] else { panic!("two statements") };
    let actions =
        json!(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]);
    assert_eq!((&read["Action"], &read["Resource"]), (&actions, stream));
    assert_eq!(list["Action"], "dynamodb:ListStreams");
    let arn = list["Resource"]["Fn::Sub"][0].as_str().expect("an ARN");
    assert!(arn.ends_with(":table/${Table}/stream/*"), "{arn}");
}

/// The permission to attach a function to subnets. Lambda uses it, and the code of the function must not.
fn network() -> Value {
    let actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ];
    json!([actions, "*", null])
}

#[test]
fn the_code_of_the_deliver_function_may_not_change_the_network() {
    let policy = policy_of(&load("template.yaml"), "DeliverRole");
    let statements = policy["Statement"].as_array().expect("statements").iter();
    let mut denied = statements
        .filter_map(|statement| statement.pointer("/Fn::If"))
        .filter(|statement| statement[1]["Effect"] == "Deny");
    let denied = denied.next().expect("a statement");
    assert_eq!(denied[0], "HasDeliverNetwork");
    let allowed = network();
    assert_eq!((&denied[1]["Action"], &denied[1]["Resource"]), (&allowed[0], &allowed[1]));
    // Lambda adds this key to the calls of a function's code, and not to its own.
    let by_code = json!({"Null": {"lambda:SourceFunctionArn": "false"}});
    assert_eq!(denied[1]["Condition"], by_code);
}

/// The runs read the feed, send, retry, probe, disable a destination and remove due work.
#[tokio::test(flavor = "multi_thread")]
async fn the_deliver_function_may_do_what_it_calls_and_nothing_else() {
    let d = deliveries().await;
    let app = &d.tenant.app;
    for (kind, name) in [("webhook", "Hook"), ("slack", "People")] {
        let body = json!({"kind": kind, "name": name, "url": d.hooks.url, "types": ["employee.*"]});
        create(&d.tenant, body).await;
    }
    let settings = json!({"silentAfterHours": 1});
    admin(&d.tenant, "PATCH", "/settings", settings).await.expect(200);
    let mut calls = Vec::new();
    for reply in [200, 422, 503, 410] {
        d.hooks.then((0..6).map(|_| Reply::Status(reply, "")));
        for n in 0..4 {
            d.create(&format!("person-{reply}-{n}@example.com")).await;
        }
        app.faults.take_calls();
        d.run().await;
        d.advance(Duration::minutes(2)).await;
        d.advance(Duration::hours(2)).await;
        d.runner.run_due(true).await;
        calls.extend(app.faults.take_calls());
    }
    may_do_exactly("DeliverRole", &calls);
}

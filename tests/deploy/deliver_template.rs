//! The Deliver function in the template: the same artifact in another role, and its triggers.

use crate::support::template::load;
use serde_json::{Value, json};

fn function(name: &str) -> Value {
    load("template.yaml")["Resources"][name].clone()
}

/// SAM builds functions once if their code and their build settings are equal.
#[test]
fn both_functions_are_one_artifact() {
    let (api, deliver) = (function("Function"), function("Deliver"));
    assert_eq!(api["Metadata"], deliver["Metadata"]);
    for part in ["CodeUri", "Handler", "Runtime", "Architectures", "Tracing"] {
        assert_eq!(api["Properties"][part], deliver["Properties"][part], "{part}");
    }
}

#[test]
fn each_function_has_its_own_role_log_and_limits() {
    let (api, deliver) = (function("Function"), function("Deliver"));
    let (api, deliver) = (&api["Properties"], &deliver["Properties"]);
    let variables = |of: &Value| of["Environment"]["Variables"].clone();
    assert_eq!(variables(api)["ROLLCALL_ROLE"], "api");
    assert_eq!(variables(deliver)["ROLLCALL_ROLE"], "deliver");
    assert_eq!(deliver["Role"], json!({"Fn::GetAtt": "DeliverRole.Arn"}));
    assert_eq!(deliver["LoggingConfig"]["LogGroup"], json!({"Ref": "DeliverLogs"}));
    for part in ["LogFormat", "ApplicationLogLevel", "SystemLogLevel"] {
        assert_eq!(deliver["LoggingConfig"][part], api["LoggingConfig"][part], "{part}");
    }
    assert_eq!((&deliver["Timeout"], &deliver["MemorySize"]), (&json!(90), &json!(256)));
    let template = load("template.yaml");
    assert_eq!(template["Parameters"]["DeliverConcurrency"]["Default"], 10);
    let reserved = json!({"Fn::If": ["HasDeliverConcurrency", {"Ref": "DeliverConcurrency"}, {"Ref": "AWS::NoValue"}]});
    assert_eq!(deliver["ReservedConcurrentExecutions"], reserved);
    // The settings that both roles read are the same.
    for name in [
        "ROLLCALL_TABLE",
        "ROLLCALL_SECRET_ARN",
        "ROLLCALL_METRICS_NAMESPACE",
        "ROLLCALL_PRIVATE_HOSTS",
        "ROLLCALL_LOG",
    ] {
        assert_eq!(variables(api)[name], variables(deliver)[name], "{name}");
    }
}

/// A request tells the API function its URL. No trigger tells the Deliver function.
#[test]
fn the_deliver_function_always_knows_the_public_url() {
    let template = load("template.yaml");
    let url = &template["Resources"]["Deliver"]["Properties"]["Environment"]["Variables"]["ROLLCALL_PUBLIC_URL"];
    assert_eq!(url, &template["Outputs"]["Endpoint"]["Value"]);
    let gateway = json!({"Fn::GetAtt": "HttpApi.ApiEndpoint"});
    assert_eq!(url["Fn::If"][2]["Fn::If"][2], gateway, "{url}");
}

#[test]
fn the_stream_starts_a_run_for_items_with_a_trigger_only() {
    let mapping = function("DeliverStream");
    assert_eq!(mapping["Condition"], "HasStream");
    let mapping = &mapping["Properties"];
    assert_eq!(mapping["FunctionName"], json!({"Ref": "Deliver"}));
    let stream = json!({"Fn::If": ["HasStreamArn", {"Ref": "ExistingStreamArn"}, {"Fn::GetAtt": "Data.Outputs.StreamArn"}]});
    assert_eq!(mapping["EventSourceArn"], stream);
    assert_eq!(mapping["StartingPosition"], "LATEST");
    let numbers = [
        ("BatchSize", 1_000),
        ("MaximumBatchingWindowInSeconds", 1),
        ("MaximumRetryAttempts", 2),
        ("MaximumRecordAgeInSeconds", 3_600),
    ];
    for (name, number) in numbers {
        assert_eq!(mapping[name], number, "{name}");
    }
    let [filter] = &mapping["FilterCriteria"]["Filters"].as_array().expect("filters")[..] else {
        panic!("one filter")
    };
    let pattern: Value =
        serde_json::from_str(filter["Pattern"].as_str().expect("text")).expect("JSON");
    let trigger = pattern.pointer("/dynamodb/NewImage/trigger/S").expect("an attribute");
    let event: Value =
        serde_json::from_str(include_str!("../../events/deliver/stream.json")).expect("JSON");
    for record in event["Records"].as_array().expect("records") {
        let image = record.pointer("/dynamodb/NewImage/trigger/S").expect("an attribute");
        assert_eq!(trigger, &json!([image]));
    }
    // The filter reads the new image.
    let table = &load("infra/data.yaml")["Resources"]["Table"]["Properties"];
    assert_eq!(table["StreamSpecification"]["StreamViewType"], "NEW_IMAGE");
}

/// Lambda keeps a refused event of a schedule for hours by default. A stop of writes would then end with many runs.
#[test]
fn a_lost_minute_is_not_repeated() {
    let deliver = function("Deliver");
    let schedule = &deliver["Properties"]["Events"]["Minute"];
    assert_eq!(schedule["Type"], "Schedule");
    assert_eq!(schedule["Properties"]["Schedule"], "rate(1 minute)");
    let asynchronous = &deliver["Properties"]["EventInvokeConfig"];
    assert_eq!(asynchronous, &json!({"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}));
}

#[test]
fn the_deliver_function_is_in_no_network_by_default() {
    let template = load("template.yaml");
    for name in ["DeliverSubnetIds", "DeliverSecurityGroupIds", "PrivateHosts", "ExistingStreamArn"]
    {
        assert_eq!(template["Parameters"][name]["Default"], "", "{name}");
    }
    let network = &template["Resources"]["Deliver"]["Properties"]["VpcConfig"]["Fn::If"];
    assert_eq!(
        (&network[0], &network[2]),
        (&json!("HasDeliverNetwork"), &json!({"Ref": "AWS::NoValue"}))
    );
}

//! Tests whole bulk requests. The service creates `id-0`, `id-1` and so on, and fails on demand.

mod references;

use super::plan::{BulkStep, Plan};
use super::request::{BulkError, BulkRequest, Method};
use super::result::StepOutcome;
use crate::Limits;
use crate::json::Body;
use crate::urn;
use proptest::prelude::*;
use serde_json::{Value, json};

fn request(mut body: Value) -> Result<BulkRequest, BulkError> {
    body["schemas"] = json!([urn::BULK_REQUEST]);
    BulkRequest::read(&body.as_object().unwrap().clone().into(), &Limits::default())
}

/// Runs all steps. A step with `fail` in its data fails. Returns each step as `method path data`, and the results.
fn run(body: Value) -> (Vec<String>, Vec<Value>) {
    let mut plan = Plan::new(request(body).unwrap());
    let mut steps = Vec::new();
    while let Some(BulkStep { index, method, path, data, .. }) = plan.next() {
        let id = path.id.clone().unwrap_or_else(|| format!("id-{index}"));
        let data = data.unwrap_or_default();
        let to = path.id.map(|id| format!("/{id}")).unwrap_or_default();
        steps.push(format!("{} {}{to} {data}", method.as_str(), path.endpoint));
        let status = if method == Method::Post { 201 } else { 200 };
        let outcome = if data.to_string().contains("fail") {
            StepOutcome::Failed { status: 400, response: json!({"status": "400"}) }
        } else {
            StepOutcome::Done { status, id, version: Some(format!("v{}", steps.len())) }
        };
        plan.done(index, outcome);
    }
    let response = plan.response("https://example.com/v2");
    assert_eq!(response["schemas"], json!([urn::BULK_RESPONSE]));
    (steps, response["Operations"].as_array().unwrap().clone())
}

fn post(path: &str, bulk_id: &str, data: Value) -> Value {
    json!({"method": "POST", "path": path, "bulkId": bulk_id, "data": data})
}

/// The indexes of the steps that can run at the same time, until one of them is done.
fn begun(plan: &mut Plan) -> Vec<usize> {
    std::iter::from_fn(|| plan.next().map(|step| step.index)).collect()
}

fn done(plan: &mut Plan, index: usize) {
    plan.done(index, StepOutcome::Done { status: 200, id: format!("id-{index}"), version: None });
}

#[test]
fn a_step_awaits_only_what_it_refers_to() {
    let group = |id: &str, member: &str| post("/Groups", id, json!({"members": [member]}));
    let operations = json!({"Operations": [
        post("/Users", "a", json!({"userName": "ada"})),
        post("/Users", "b", json!({"userName": "bob"})),
        group("c", "bulkId:a"),
        group("d", "bulkId:e"),
        group("e", "bulkId:d"),
        {"method": "DELETE", "path": "/Users/u"},
    ]});
    let mut plan = Plan::new(request(operations).unwrap());
    assert_eq!(begun(&mut plan), [0, 1]);
    done(&mut plan, 1);
    assert!(begun(&mut plan).is_empty());
    done(&mut plan, 0);
    assert_eq!(begun(&mut plan), [2, 5, 3], "the circle comes when nothing else is left");
    done(&mut plan, 3);
    assert_eq!(begun(&mut plan), [4]);
    done(&mut plan, 4);
    assert_eq!(begun(&mut plan), [3], "the second step");
    for index in [2, 3, 5] {
        done(&mut plan, index);
    }
    assert!(begun(&mut plan).is_empty());
    let response = plan.response("");
    assert_eq!(response["Operations"].as_array().unwrap().len(), 6);
}

#[test]
fn no_more_run_than_may_fail() {
    let operations: Vec<Value> =
        (0..6).map(|n| post("/Users", &n.to_string(), json!({}))).collect();
    let body = json!({"failOnErrors": 2, "Operations": operations});
    let mut plan = Plan::new(request(body).unwrap());
    assert_eq!(begun(&mut plan), [0, 1]);
    let failed = || StepOutcome::Failed { status: 400, response: json!({}) };
    plan.done(1, failed());
    assert!(begun(&mut plan).is_empty());
    done(&mut plan, 0);
    assert_eq!(begun(&mut plan), [2]);
    plan.done(2, failed());
    assert!(begun(&mut plan).is_empty());
}

fn statuses(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["status"].as_str().unwrap()).collect()
}

#[test]
fn a_reference_becomes_the_id_and_the_answer_repeats_the_bulk_id() {
    let member = json!([{"type": "User", "value": "bulkId:qwerty"}]);
    let (steps, results) = run(json!({"Operations": [
        post("/Users", "qwerty", json!({"userName": "Alice"})),
        post("/Groups", "ytrewq", json!({"displayName": "Tour Guides", "members": member})),
    ]}));
    assert_eq!(
        steps,
        [
            r#"POST /Users {"userName":"Alice"}"#,
            r#"POST /Groups {"displayName":"Tour Guides","members":[{"type":"User","value":"id-0"}]}"#,
        ]
    );
    let expected = json!([
        {"location": "https://example.com/v2/Users/id-0", "method": "POST", "bulkId": "qwerty", "version": "v1", "status": "201"},
        {"location": "https://example.com/v2/Groups/id-1", "method": "POST", "bulkId": "ytrewq", "version": "v2", "status": "201"},
    ]);
    assert_eq!(Value::Array(results), expected);
}

#[test]
fn a_circle_is_created_in_parts() {
    let group =
        |name, other| json!({"displayName": name, "members": [{"value": "u"}, {"value": other}]});
    let (steps, results) = run(json!({"Operations": [
        post("/Groups", "qwerty", group("A", "bulkId:ytrewq")),
        post("/Groups", "ytrewq", group("B", "bulkId:qwerty")),
    ]}));
    assert_eq!(
        steps,
        [
            r#"POST /Groups {"displayName":"A","members":[{"value":"u"}]}"#.to_owned(),
            r#"POST /Groups {"displayName":"B","members":[{"value":"u"},{"value":"id-0"}]}"#
                .to_owned(),
            format!(
                r#"PATCH /Groups/id-0 {{"schemas":["{}"],"Operations":[{{"op":"add","path":"members","value":[{{"value":"id-1"}}]}}]}}"#,
                urn::PATCH_OP
            ),
        ]
    );
    assert_eq!(statuses(&results), ["201", "201"]);
    assert_eq!(results[0]["version"], "v3");
}

#[test]
fn of_an_extension_the_attribute_is_left_out() {
    let extension = urn::ENTERPRISE_USER;
    let (steps, results) = run(json!({"Operations": [
        post("/Users", "a", json!({extension: {"department": "X", "manager": {"value": "bulkId:a"}}})),
    ]}));
    assert_eq!(steps[0], format!(r#"POST /Users {{"{extension}":{{"department":"X"}}}}"#));
    assert!(
        steps[1].contains(&format!(r#""path":"{extension}:manager","value":{{"value":"id-0"}}"#))
    );
    assert_eq!(statuses(&results), ["201"]);
}

#[test]
fn a_circle_that_cannot_be_closed_is_a_conflict_of_what_was_created() {
    let (steps, results) = run(json!({"Operations": [
        post("/Groups", "a", json!({"members": [{"value": "bulkId:b"}, {"value": "bulkId:c"}]})),
        post("/Groups", "b", json!({"fail": "bulkId:a"})),
        post("/Groups", "c", json!({"members": [{"value": "bulkId:a"}]})),
    ]}));
    assert_eq!(statuses(&results), ["409", "400", "201"]);
    assert_eq!(results[0]["location"], "https://example.com/v2/Groups/id-0");
    assert!(steps[3].contains(r#""value":[{"value":"id-2"}]"#), "{}", steps[3]);
}

#[test]
fn what_waits_is_done_in_order_with_the_rest_of_its_resource() {
    let (steps, results) = run(json!({"Operations": [
        {"method": "patch", "path": "/Groups/g", "data": [{"op": "add", "path": "members", "value": "bulkId:u"}]},
        {"method": "PUT", "path": "/Groups/h", "data": {"n": 1}},
        {"method": "DELETE", "path": "Groups/g/"},
        {"method": "PATCH", "path": "/Users/bulkId:u", "data": {"n": 2}},
        post("/Users", "u", json!({"userName": "u"})),
    ]}));
    let short: Vec<String> =
        steps.iter().map(|step| step.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    let expected = [
        "PUT /Groups/h",
        "POST /Users",
        "PATCH /Groups/g",
        "DELETE /Groups/g",
        "PATCH /Users/id-4",
    ];
    assert_eq!(short, expected);
    assert!(steps[2].contains(r#""value":"id-4""#));
    assert_eq!(statuses(&results), ["200", "200", "200", "200", "201"]);
    assert_eq!(results[3]["location"], "https://example.com/v2/Users/id-4");
}

#[test]
fn references_that_lead_nowhere_fail_their_operation_alone() {
    let (_, results) = run(json!({"Operations": [
        post("/Groups", "a", json!({"members": [{"value": "bulkId:nobody"}]})),
        post("/Users", "b", json!({"fail": true})),
        {"method": "PATCH", "path": "/Users/x", "data": {"manager": "bulkId:b"}},
        {"method": "DELETE", "path": "/Users/bulkId:b"},
        {"method": "DELETE", "path": "/Users/y"},
    ]}));
    assert_eq!(statuses(&results), ["400", "400", "409", "409", "200"]);
    assert_eq!(results[0]["response"]["scimType"], "invalidValue");
    assert_eq!(results[0].get("location"), None);
    assert_eq!(results[2]["location"], "https://example.com/v2/Users/x");
    assert_eq!(results[3].get("location"), None);
}

#[test]
fn fail_on_errors_ends_the_request() {
    let operations = json!([
        {"method": "DELETE", "path": "/Users/1"},
        post("/Users", "a", json!({"fail": 1})),
        {"method": "GET", "path": "/Users/2"},
        {"method": "DELETE", "path": "/Users/3"},
    ]);
    let with = |errors: Value| run(json!({"failOnErrors": errors, "Operations": operations})).1;
    assert_eq!(statuses(&with(json!(1))), ["200", "400"]);
    assert_eq!(statuses(&with(json!(2))), ["200", "400", "400"]);
    assert_eq!(statuses(&with(json!(3))), ["200", "400", "400", "200"]);
    assert_eq!(statuses(&with(Value::Null)), ["200", "400", "400", "200"]);
}

#[test]
fn a_malformed_operation_fails_alone() {
    let check = |operation: Value, detail: &str| {
        let (steps, results) =
            run(json!({"Operations": [operation, {"method": "DELETE", "path": "/Users/1"}]}));
        assert_eq!(steps.len(), 1, "{detail}");
        assert_eq!(statuses(&results), ["400", "200"], "{detail}");
        let found = results[0]["response"]["detail"].as_str().unwrap();
        assert!(found.contains(detail), "{found}");
    };
    let data = json!({});
    check(json!(1), "must be an object");
    check(json!({"path": "/Users/1"}), "method must be POST, PUT, PATCH or DELETE, found none");
    check(json!({"method": "GET", "path": "/Users/1"}), "found \"GET\"");
    check(
        json!({"method": "POST", "path": "/Users", "data": data}),
        "bulkId of a POST is required",
    );
    check(json!({"method": "PUT", "data": data}), "path is required");
    check(json!({"method": "PUT", "path": "/Users", "data": data}), "must name a resource");
    check(json!({"method": "DELETE", "path": "/Users/1/2"}), "must name a resource");
    check(post("/Users/1", "a", data.clone()), "must name an endpoint");
    check(post("/", "a", data), "must name an endpoint");
    check(post("/Users", "a", Value::Null), "the data of a POST must be an object");
    check(json!({"method": "DELETE", "path": "/Users/1", "version": 1}), "version must be text");
    check(json!({"method": "DELETE", "path": "/Users/1", "Path": "/"}), "path occurs more than");
}

#[test]
fn a_malformed_operation_has_the_location_that_its_path_names() {
    let locations = |operations: Value| {
        let (_, results) = run(json!({"Operations": operations}));
        let path = |result: &Value| {
            let location = result.get("location")?.as_str().unwrap();
            Some(location.strip_prefix("https://example.com/v2").unwrap().to_owned())
        };
        results.iter().map(|result| path(result).unwrap_or_default()).collect::<Vec<_>>()
    };
    let data = json!({});
    let with_resource = json!([
        {"method": "PUT", "path": "/Users/1"},
        {"method": "PATCH", "path": "Groups/2/", "data": "x"},
        {"method": "DELETE", "path": "/Users/3", "version": 1},
        {"method": "PUT", "path": "/Users/4", "bulkId": 1, "data": data},
        {"method": "GET", "path": "/Users/5"},
        {"path": "/Users/6"},
    ]);
    let paths = ["/Users/1", "/Groups/2", "/Users/3", "/Users/4", "/Users/5", "/Users/6"];
    assert_eq!(locations(with_resource), paths);
    let without = json!([
        1,
        {"method": "PUT", "data": data},
        {"method": "PUT", "path": "/Users", "data": data},
        {"method": "DELETE", "path": "/Users/1/2"},
        {"method": "DELETE", "path": "/Users/1", "Path": "/Users/2"},
        post("/Users/1", "a", data.clone()),
        {"method": "DELETE", "path": "/Users/bulkId:a", "version": 1},
        {"method": "DELETE", "path": "/Users/bulkId:nobody", "version": 1},
    ]);
    assert_eq!(locations(without), [""; 8]);
    // A reference in a path resolves to an id, even if a later operation creates the resource.
    let referring = json!([
        {"method": "PUT", "path": "/Users/bulkId:a"},
        post("/Users", "a", data),
        {"method": "DELETE", "path": "/Users/bulkId:a", "version": 1},
    ]);
    assert_eq!(locations(referring), ["/Users/id-1"; 3]);
}

#[test]
fn a_bulk_id_that_is_there_twice_names_nothing() {
    let (steps, results) = run(json!({"Operations": [
        post("/Users", "a", json!({})),
        post("/Users", "a", json!({})),
        post("/Users", "b", json!({"manager": "bulkId:a"})),
    ]}));
    assert!(steps.is_empty());
    assert_eq!(statuses(&results), ["400", "400", "409"]);
}

#[test]
fn what_is_no_bulk_request_is_refused_as_a_whole() {
    let malformed = |body: Value| matches!(request(body), Err(BulkError::Malformed(_)));
    assert!(malformed(json!({})));
    assert!(malformed(json!({"Operations": []})));
    for errors in [json!(0), json!(-1), json!(1.5), json!("1")] {
        assert!(malformed(json!({"failOnErrors": errors, "Operations": [{}]})), "{errors}");
    }
    assert!(matches!(
        BulkRequest::read(&Body::default(), &Limits::default()),
        Err(BulkError::Malformed(_))
    ));
    let most = Limits::default().bulk_operations;
    assert!(request(json!({"Operations": vec![json!({}); most]})).is_ok());
    let Err(BulkError::TooLarge(detail)) =
        request(json!({"Operations": vec![json!({}); most + 1]}))
    else {
        panic!("too many operations are accepted");
    };
    assert!(detail.contains("maxOperations (1000)"), "{detail}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_operation_is_done_once_or_fails(
        operations in proptest::collection::vec(
            (0..4_u8, any::<bool>(), proptest::collection::vec(0..9_usize, 0..4)),
            1..8,
        ),
    ) {
        let operations: Vec<Value> = operations
            .iter()
            .enumerate()
            .map(|(index, (kind, fails, references))| {
                let references: Vec<String> =
                    references.iter().map(|name| format!("bulkId:{name}")).collect();
                let mut data = json!({"n": if *fails { "fail" } else { "" }, "members": references});
                match kind {
                    0 => {
                        data["whole"] = json!(references.len());
                        json!({"method": "PATCH", "path": "/Users/x", "data": data})
                    }
                    _ => post("/Groups", &index.to_string(), data),
                }
            })
            .collect();
        let number = operations.len();
        let (steps, results) = run(json!({"Operations": operations}));
        prop_assert_eq!(results.len(), number);
        let first = steps.iter().filter(|step| !step.starts_with("PATCH /Groups")).count();
        prop_assert!(first <= number);
        for step in steps {
            prop_assert!(!step.contains("bulkId:"), "{}", step);
            // Only a POST runs in parts.
            if let Some((_, whole)) = step.split_once("\"whole\":") {
                let ids = step.matches("id-").count().to_string();
                prop_assert!(whole.starts_with(&ids), "{}", step);
            }
        }
    }
}

#[test]
fn five_hundred_operations_with_many_references_are_fast() {
    let refer = |index: usize| format!("bulkId:{index}");
    let operations: Vec<Value> = (0..500)
        .map(|index| {
            let known = if index < 250 { 0..0 } else { 0..250 };
            let next = (250..499).contains(&index).then_some(index + 1);
            let members: Vec<String> = known.chain(next).map(refer).collect();
            post("/Groups", &index.to_string(), json!({"members": members}))
        })
        .collect();
    let (steps, results) = run(json!({"Operations": operations}));
    assert_eq!((steps.len(), results.len()), (500, 500));
}

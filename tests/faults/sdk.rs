//! The service on a DynamoDB API behind a socket, as on AWS.
//! Most other tests call the engine in process, without the AWS SDK. Both ways give the same answers at the same cost.

use crate::support::command::Operator;
use crate::support::faults::Call;
use crate::support::request::Answer;
use crate::support::{Ids, TestApp, TestTenant, is_on_an_endpoint};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

/// One request of a story, with its answer and its DynamoDB calls.
#[derive(Debug, PartialEq)]
struct Step {
    request: String,
    status: u16,
    etag: String,
    body: Value,
    /// The operations with the units of each, in alphabetical order.
    calls: Vec<(String, f64)>,
}

/// A tenant, and its requests so far.
struct Story {
    tenant: TestTenant,
    steps: Vec<Step>,
}

impl Story {
    fn note(&mut self, request: String, answer: &Answer) -> Value {
        let mut calls: Vec<(String, f64)> =
            self.tenant.app.faults.take_calls().into_iter().map(cost).collect();
        calls.sort_by(|left, right| left.partial_cmp(right).expect("numbers"));
        let mut body = answer.json();
        if let Some(problem) = body.as_object_mut() {
            problem.remove("requestId");
        }
        // Tokens are random, and so are their ids.
        let entries = body.get_mut("entries").and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten() {
            entry["actor"]["tokenId"].take();
        }
        self.steps.push(Step {
            request,
            status: answer.status.as_u16(),
            etag: answer.header("etag").to_owned(),
            body: body.clone(),
            calls,
        });
        body
    }

    async fn get(&mut self, path: &str) -> Value {
        let answer = self.tenant.get(path).await;
        self.note(format!("GET {path}"), &answer)
    }

    async fn post(&mut self, path: &str, body: &Value) -> String {
        let answer = self.tenant.post(path, body).await;
        let created = self.note(format!("POST {path}"), &answer);
        created["id"].as_str().unwrap_or_default().to_owned()
    }

    async fn put(&mut self, path: &str, body: &Value) {
        let answer = self.tenant.put(path, body).await;
        self.note(format!("PUT {path}"), &answer);
    }

    async fn patch(&mut self, path: &str, operations: &Value) {
        let answer = self.tenant.patch(path, operations).await;
        self.note(format!("PATCH {path}"), &answer);
    }

    async fn delete(&mut self, path: &str) {
        let answer = self.tenant.delete(path).await;
        self.note(format!("DELETE {path}"), &answer);
    }

    async fn administer(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("/tenants/acme/api{path}"))
            .header("authorization", format!("Bearer {}", self.tenant.admin_token))
            .header("content-type", "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let answer = self.tenant.app.send(request.body(body).expect("a request")).await;
        self.note(format!("{method} {path}"), &answer)
    }

    fn statuses(&self) -> Vec<(&str, u16)> {
        self.steps.iter().map(|step| (&*step.request, step.status)).collect()
    }
}

fn cost(call: Call) -> (String, f64) {
    (call.operation, call.capacity_units)
}

/// The life of a user and of a group. The story makes every call of the port.
/// One of its changes is too large for one transaction.
async fn story(app: TestApp) -> Story {
    let tenant = app.tenant("acme").await;
    app.faults.take_calls();
    let mut story = Story { tenant, steps: Vec::new() };
    let replace = |value: Value| json!([{"op": "replace", "value": value}]);
    let ada = json!({
        "userName": "ada@example.com", "externalId": "00u1", "title": "Countess of <Lovelace> & Ä \u{1f600}",
        "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
    });
    let id = story.post("/Users", &ada).await;
    let path = format!("/Users/{id}");
    story.get(&path).await;
    story.post("/Users", &ada).await;
    story.get("/Users/00000000-0000-4000-8000-0000000000ff").await;
    for filter in [
        "userName%20eq%20%22ADA@example.com%22",
        "externalId%20eq%20%2200u1%22",
        "emails%20eq%20%22ada@example.com%22",
        "title%20co%20%22love%22",
    ] {
        story.get(&format!("/Users?filter={filter}")).await;
    }
    story.patch(&path, &replace(json!({"title": "Director"}))).await;
    story.patch(&path, &replace(json!({"title": "Director"}))).await;
    story.patch(&path, &replace(json!({"userName": "lovelace@example.com"}))).await;
    story.put(&path, &json!({"userName": "lovelace@example.com", "externalId": "00u2"})).await;
    story.patch(&path, &replace(json!({"active": false}))).await;
    story.patch(&path, &replace(json!({"active": true}))).await;

    let mut members = Vec::new();
    for n in 0..120 {
        members.push(
            story
                .post("/Users", &json!({"userName": format!("user{n}"), "externalId": "many"}))
                .await,
        );
    }
    story.get("/Users?startIndex=51&count=50").await;
    story.get("/Users?sortBy=userName&sortOrder=descending&count=3").await;
    story.get("/Users?count=2&filter=externalId%20eq%20%22many%22").await;
    let values = |ids: &[String]| ids.iter().map(|id| json!({"value": id})).collect::<Value>();
    let crew = json!({"displayName": "Crew", "members": values(std::slice::from_ref(&id))});
    let group = story.post("/Groups", &crew).await;
    let group = format!("/Groups/{group}");
    story.get(&path).await;
    let add = json!([{"op": "add", "path": "members", "value": values(&members)}]);
    story.patch(&group, &add).await;
    story.get(&group).await;
    story.get("/Groups?filter=displayName%20eq%20%22crew%22").await;
    story.put(&group, &json!({"displayName": "Fleet", "members": values(&members[..3])})).await;
    story.delete(&format!("/Users/{}", members[0])).await;
    story.get(&group).await;
    story.post("/Users", &json!({"userName": "user0", "externalId": "many"})).await;
    story.delete(&group).await;
    story.get(&group).await;

    story.delete(&path).await;
    story.get(&path).await;
    let (history, erase) = (format!("/employees/{id}/history"), format!("/employees/{id}/erase"));
    story.administer("GET", &history, &Value::Null).await;
    story.administer("POST", &erase, &json!({"confirm": id})).await;
    story.administer("GET", &history, &Value::Null).await;
    story.administer("GET", "/sync", &Value::Null).await;
    story
}

#[tokio::test]
async fn over_a_socket_answers_and_costs_are_those_of_the_engine_in_process() {
    let operator = Operator::new();
    let engine = operator.dynamodb();
    let endpoint = engine.ready["endpoint"].as_str().expect("an endpoint");
    let mut over_a_socket = story(TestApp::on_endpoint(endpoint, Ids::Counting).await).await;

    let refused: Vec<(&str, u16)> =
        over_a_socket.statuses().into_iter().filter(|(_, status)| *status >= 300).collect();
    let [taken, unknown, no_group, no_user, erased] = &*refused else { panic!("{refused:?}") };
    assert_eq!(*taken, ("POST /Users", 409));
    for (request, status) in [unknown, no_group, no_user, erased] {
        assert!(request.starts_with("GET ") && *status == 404, "{request}: {status}");
    }
    let transactions = |step: &&Step| {
        step.calls.iter().filter(|(name, _)| name == "TransactWriteItems").count() > 1
    };
    assert!(over_a_socket.steps.iter().any(|step| transactions(&step)), "a change in parts");
    let operations = |story: &Story| {
        let mut names: Vec<String> =
            story.steps.iter().flat_map(|step| &step.calls).map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let expected = [
        "BatchGetItem",
        "BatchWriteItem",
        "GetItem",
        "Query",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    ];
    assert_eq!(operations(&over_a_socket), expected, "every call of the port");
    let total: f64 =
        over_a_socket.steps.iter().flat_map(|step| &step.calls).map(|call| call.1).sum();
    assert!(total > 2_000.0, "{total} units");
    if is_on_an_endpoint() {
        println!("what is in process is compared on the embedded engine only");
        return;
    }
    let mut in_process = story(TestApp::new().await).await;
    for (there, here) in over_a_socket.steps.iter_mut().zip(&mut in_process.steps) {
        // A failed request may leave simultaneous calls unfinished, so the test ignores its calls.
        if there.status >= 400 {
            (there.calls, here.calls) = (Vec::new(), Vec::new());
        }
        assert_eq!(there, here);
    }
    assert_eq!(over_a_socket.steps.len(), in_process.steps.len());
}

/// The SDK reports conflicts and failed conditions as its own error types.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_socket_writes_at_once_are_all_applied() {
    let operator = Operator::new();
    let engine = operator.dynamodb();
    let endpoint = engine.ready["endpoint"].as_str().expect("an endpoint");
    let tenant = TestApp::on_endpoint(endpoint, Ids::Random).await.tenant("acme").await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let requests = (0..8).map(|n| {
        let (tenant, path) = (tenant.clone(), format!("/Users/{id}"));
        let value = json!([{"value": format!("role-{n}")}]);
        let add = json!([{"op": "add", "path": "roles", "value": value}]);
        tokio::spawn(async move { tenant.patch(&path, &add).await })
    });
    let same_name = (0..8).map(|_| {
        let tenant = tenant.clone();
        tokio::spawn(
            async move { tenant.post("/Users", &json!({"userName": "bob@example.com"})).await },
        )
    });
    let (requests, same_name): (Vec<_>, Vec<_>) = (requests.collect(), same_name.collect());
    for request in requests {
        request.await.expect("a task that ends").expect(200);
    }
    let mut statuses = Vec::new();
    for request in same_name {
        statuses.push(request.await.expect("a task that ends").status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    let ada = tenant.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(
        (ada["roles"].as_array().map(Vec::len), &ada["meta"]["version"]),
        (Some(8), &json!("W/\"9\""))
    );
    assert_eq!(tenant.get("/Users?count=0").await.expect(200)["totalResults"], 2);
}

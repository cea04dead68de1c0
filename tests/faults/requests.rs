//! Requests of every kind on an engine with planned faults, and the checks after each request.

use crate::support::faults::Fault;
use crate::support::request::Answer;
use crate::support::{Ids, TestApp, TestTenant};
use aws_sdk_dynamodb::config::BehaviorVersion;
use rollcall::model::history::RecordedEntry;
use rollcall::store::dynamodb::client::patience;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The number of attempts that the SDK makes for a call that keeps failing.
pub fn sdk_attempts() -> usize {
    let config = patience(aws_sdk_dynamodb::Config::builder());
    let config = config.behavior_version(BehaviorVersion::latest()).build();
    config.retry_config().expect("retries").max_attempts() as usize
}

/// Two users on an engine without faults. Tests plan the faults later.
pub struct Scene {
    pub tenant: TestTenant,
    pub ada: String,
    pub bob: String,
}

/// The users and histories, which stay the same when a request fails.
#[derive(Debug, PartialEq)]
pub struct State {
    pub list: Value,
    pub histories: Vec<Vec<RecordedEntry>>,
}

impl Scene {
    pub async fn new() -> Self {
        let tenant = TestApp::over_the_sdk(Ids::Counting).await.tenant("acme").await;
        let ada = json!({"userName": "ada@example.com", "externalId": "00u1"});
        let ada = tenant.create(&ada).await;
        let bob = tenant.create(&json!({"userName": "bob@example.com"})).await;
        Self { tenant, ada, bob }
    }

    pub fn plan(&self, times: usize, operation: &str, fault: &Fault) {
        for _ in 0..times {
            self.tenant.app.faults.plan(operation, fault.clone());
        }
    }

    pub async fn state(&self) -> State {
        let list = self.tenant.get("/Users?count=200").await.expect(200);
        let directory = self.tenant.directory();
        let mut histories = Vec::new();
        for row in list["Resources"].as_array().expect("rows") {
            let id = Uuid::parse_str(row["id"].as_str().expect("an id")).expect("an id");
            histories.push(directory.history().of_user(id).await.expect("a history"));
        }
        State { list, histories }
    }

    /// Sends one request of each kind that writes.
    pub async fn write(&self, request: &str) -> Answer {
        let (tenant, ada) = (&self.tenant, format!("/Users/{}", self.ada));
        let replace = |value: Value| json!([{"op": "replace", "value": value}]);
        match request {
            "POST" => tenant.post("/Users", &json!({"userName": "eve@example.com"})).await,
            "PATCH" => tenant.patch(&ada, &replace(json!({"title": "Engineer"}))).await,
            "rename" => tenant.patch(&ada, &replace(json!({"userName": "eve@example.com"}))).await,
            "archive" => tenant.patch(&ada, &replace(json!({"active": false}))).await,
            "PUT" => tenant.put(&ada, &json!({"userName": "ada@example.com"})).await,
            "DELETE" => tenant.delete(&ada).await,
            other => panic!("{other} is no request of this test"),
        }
    }

    pub async fn read(&self, request: &str) -> Answer {
        match request {
            "GET" => self.tenant.get(&format!("/Users/{}", self.ada)).await,
            "list" => self.tenant.get("/Users").await,
            "lookup" => self.tenant.filter("userName eq \"ada@example.com\"").await,
            "by externalId" => self.tenant.filter("externalId eq \"00u1\"").await,
            "by email" => self.tenant.filter("emails eq \"ada@example.com\"").await,
            "filter" => self.tenant.filter("title pr").await,
            other => panic!("{other} is no request of this test"),
        }
    }

    pub async fn send(&self, request: &str) -> Answer {
        match READS.contains(&request) {
            true => self.read(request).await,
            false => self.write(request).await,
        }
    }

    /// Sends a request without faults. Returns the operations it calls, limited to the operations that tests disturb.
    pub async fn disturbed_calls(&self, request: &str) -> BTreeSet<String> {
        self.tenant.app.faults.take_calls();
        self.send(request).await.expect_success();
        let operations = self.tenant.app.faults.take_operations().into_iter();
        let operations = operations.filter(|operation| DISTURBED.contains(&&**operation)).collect();
        self.undo(request).await;
        operations
    }

    /// Sends a request under a fault that lasts. The request answers `status` and changes nothing.
    /// Requests work again after the fault.
    pub async fn check(&self, request: &str, operation: &str, fault: &Fault, status: u16) {
        let before = self.state().await;
        let failing = self.tenant.app.faults.plan_all(operation, fault.clone());
        let started = tokio::time::Instant::now();
        let answer = self.send(request).await;
        let attempts = failing.end();
        println!(
            "{request}, {operation}: {status} after {attempts} attempts, {:?}",
            started.elapsed()
        );
        expect_retry_later(&answer, status);
        assert_eq!(self.state().await, before, "{request} with a failed {operation}");
    }

    pub async fn check_all(&self, fault: &Fault, status: u16) {
        for request in WRITES {
            self.check(request, "TransactWriteItems", fault, status).await;
            if request != "POST" {
                self.check(request, "GetItem", fault, status).await;
            }
        }
        for request in ["GET", "lookup", "by externalId"] {
            self.check(request, "GetItem", fault, status).await;
        }
        for request in ["list", "by externalId", "by email", "filter"] {
            self.check(request, "Query", fault, status).await;
        }
        self.expect_writes_work().await;
    }

    pub async fn expect_writes_work(&self) {
        for request in WRITES {
            let before = self.state().await;
            let answer = self.write(request).await;
            assert!(answer.status.is_success(), "{request}: {}", answer.status);
            self.expect_applied_once(request, &before, &answer).await;
            self.undo(request).await;
        }
        self.tenant.expect_sound().await;
    }

    /// Checks the state after a successful write. The user has one more version and one more history entry.
    /// Other users stay the same.
    pub async fn expect_applied_once(&self, request: &str, before: &State, answer: &Answer) {
        let after = self.state().await;
        let total = |state: &State| state.list["totalResults"].as_u64().expect("a total");
        let rows = |state: &State| state.list["Resources"].as_array().expect("rows").clone();
        let of = |state: &State, id: &str| -> Option<(Value, Vec<RecordedEntry>)> {
            let place = rows(state).iter().position(|row| row["id"] == id)?;
            Some((rows(state)[place].clone(), state.histories[place].clone()))
        };
        assert_eq!(of(&after, &self.bob), of(before, &self.bob), "{request}");
        let change = match request {
            "POST" => 1,
            "DELETE" => -1,
            _ => 0,
        };
        assert_eq!(total(&after), total(before).saturating_add_signed(change), "{request}");
        assert_eq!(rows(&after).len() as u64, total(&after), "{request}");
        if request == "POST" {
            let id = answer.expect(201)["id"].as_str().expect("an id").to_owned();
            let (row, history) = of(&after, &id).expect("the new user");
            assert_eq!(row, answer.json());
            assert_eq!(history.len() % 2, 1, "created, then deleted and restored by this test");
            assert_eq!(of(&after, &self.ada), of(before, &self.ada));
            return;
        }
        let (_, old_history) = of(before, &self.ada).expect("ada");
        let revision = old_history.len() as u64 + 1;
        if request == "DELETE" {
            assert!(of(&after, &self.ada).is_none());
            let directory = self.tenant.directory();
            let id = Uuid::parse_str(&self.ada).expect("an id");
            let history = directory.history().of_user(id).await.expect("a history");
            assert_eq!(history.len() as u64, revision);
            return;
        }
        let (row, history) = of(&after, &self.ada).expect("ada");
        assert_eq!(row, answer.expect(200), "{request}");
        assert_eq!(row["meta"]["version"], format!("W/\"{revision}\""), "{request}");
        assert_eq!(history.len() as u64, revision, "{request}");
        assert_eq!(history[..old_history.len()], old_history, "{request}");
    }

    /// Undoes a write, so that the next write starts from the same state.
    pub async fn undo(&self, request: &str) {
        let (tenant, ada) = (&self.tenant, format!("/Users/{}", self.ada));
        let original = json!({"userName": "ada@example.com", "externalId": "00u1", "active": true});
        match request {
            "POST" => {
                let eve = tenant.filter("userName eq \"eve@example.com\"").await.expect(200);
                let id = eve["Resources"][0]["id"].as_str().expect("an id").to_owned();
                tenant.delete(&format!("/Users/{id}")).await.expect(204);
            }
            "DELETE" => assert_eq!(tenant.create(&original).await, self.ada),
            read if READS.contains(&read) => {}
            _ => {
                tenant.put(&ada, &original).await.expect(200);
            }
        }
    }
}

pub const READS: [&str; 6] = ["GET", "list", "lookup", "by externalId", "by email", "filter"];
pub const WRITES: [&str; 6] = ["POST", "PATCH", "rename", "archive", "PUT", "DELETE"];
const DISTURBED: [&str; 3] = ["GetItem", "Query", "TransactWriteItems"];

/// The operations of each request that tests disturb. No request reads the token, because the cache holds it.
pub const CALLS: [(&str, &[&str]); 12] = [
    ("POST", &["TransactWriteItems"]),
    ("PATCH", &["GetItem", "TransactWriteItems"]),
    ("rename", &["GetItem", "TransactWriteItems"]),
    ("archive", &["GetItem", "TransactWriteItems"]),
    ("PUT", &["GetItem", "TransactWriteItems"]),
    ("DELETE", &["GetItem", "TransactWriteItems"]),
    ("GET", &["GetItem"]),
    ("list", &["Query"]),
    ("lookup", &["GetItem"]),
    ("by externalId", &["GetItem", "Query"]),
    ("by email", &["Query"]),
    ("filter", &["Query"]),
];

/// Checks that a SCIM error says when to try again. A server error also names the request id.
#[track_caller]
pub fn expect_retry_later(answer: &Answer, status: u16) {
    let detail = answer.expect_error(status, None);
    let seconds: Result<u32, _> = answer.header("retry-after").parse();
    assert!(seconds.is_ok_and(|seconds| seconds > 0), "{:?}", answer.headers);
    let request_id = answer.header("x-request-id");
    assert!(!request_id.is_empty());
    if status >= 500 {
        assert!(detail.contains(request_id), "{detail}");
    }
}

/// The number of items in the transaction of each kind of write.
pub fn items(request: &str) -> usize {
    match request {
        "PATCH" | "archive" => 2,
        "PUT" => 3,
        "DELETE" => 6,
        _ => 4,
    }
}

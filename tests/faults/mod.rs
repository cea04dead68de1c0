//! DynamoDB when it is contended, throttled, broken or gone: what was answered with success is there, whole and once;
//! what was answered with an error says when to try again, and left nothing behind unless the answer itself was lost.

pub(crate) mod crashes;
pub(crate) mod damage;
pub(crate) mod model;
pub(crate) mod concurrency;
pub(crate) mod sdk;

use crate::support::engine::Fault;
use crate::support::request::Answer;
use crate::support::sdk::Watched;
use crate::support::{Ids, ORIGIN, TestApp, TestTenant, pause_time};
use aws_sdk_dynamodb::config::BehaviorVersion;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use rollcall::app::App;
use rollcall::directory::access::pepper::{PepperSource, Peppers};
use rollcall::directory::sources::Sources;
use rollcall::model::history::RecordedEntry;
use rollcall::store::Store;
use rollcall::store::dynamodb::aws::AwsTable;
use rollcall::store::dynamodb::client::patience;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;
use time::Duration;
use tower::ServiceExt;
use uuid::Uuid;

/// More faults than all attempts at one call together use up.
const FOREVER: usize = 2_000;

/// How often the SDK sends a call that keeps failing.
fn sdk_attempts() -> usize {
    let config = patience(aws_sdk_dynamodb::Config::builder());
    let config = config.behavior_version(BehaviorVersion::latest()).build();
    config.retry_config().expect("retries").max_attempts() as usize
}

/// Two users on an engine that has nothing wrong yet.
struct Scene {
    tenant: TestTenant,
    ada: String,
    bob: String,
}

/// What must not change when a request fails.
#[derive(Debug, PartialEq)]
struct State {
    list: Value,
    histories: Vec<Vec<RecordedEntry>>,
}

impl Scene {
    async fn new() -> Self {
        pause_time();
        let tenant = TestApp::over_the_sdk(Ids::Counting).await.tenant("acme").await;
        let ada = json!({"userName": "ada@example.com", "externalId": "00u1"});
        let ada = tenant.create(&ada).await;
        let bob = tenant.create(&json!({"userName": "bob@example.com"})).await;
        Self { tenant, ada, bob }
    }

    fn plan(&self, times: usize, operation: &str, fault: &Fault) {
        for _ in 0..times {
            self.tenant.app.faults.plan(operation, fault.clone());
        }
    }

    async fn state(&self) -> State {
        let list = self.tenant.get("/Users?count=200").await.expect(200);
        let directory = self.tenant.app.app.tenants.directory(&self.tenant.id);
        let mut histories = Vec::new();
        for row in list["Resources"].as_array().expect("rows") {
            let id = Uuid::parse_str(row["id"].as_str().expect("an id")).expect("an id");
            histories.push(directory.history().of_user(id).await.expect("a history"));
        }
        State { list, histories }
    }

    /// One request of each kind that writes.
    async fn write(&self, request: &str) -> Answer {
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

    async fn read(&self, request: &str) -> Answer {
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

    /// A fault that does not end: the request answers `status` and changes nothing; after it, it works.
    async fn check(&self, request: &str, operation: &str, fault: &Fault, status: u16) {
        let before = self.state().await;
        self.plan(FOREVER, operation, fault);
        let started = tokio::time::Instant::now();
        let answer = match READS.contains(&request) {
            true => self.read(request).await,
            false => self.write(request).await,
        };
        let attempts = FOREVER - self.tenant.app.faults.left();
        println!(
            "{request}, {operation}: {status} after {attempts} attempts, {:?}",
            started.elapsed()
        );
        self.tenant.app.faults.clear();
        expect_retry_later(&answer, status);
        assert_eq!(self.state().await, before, "{request} with a failed {operation}");
    }
}

const READS: [&str; 6] = ["GET", "list", "lookup", "by externalId", "by email", "filter"];
const WRITES: [&str; 6] = ["POST", "PATCH", "rename", "archive", "PUT", "DELETE"];

/// A SCIM error that says when to try again; a server's error also names the request.
#[track_caller]
fn expect_retry_later(answer: &Answer, status: u16) {
    let detail = answer.expect_error(status, None);
    let seconds: Result<u32, _> = answer.header("retry-after").parse();
    assert!(seconds.is_ok_and(|seconds| seconds > 0), "{:?}", answer.headers);
    let request_id = answer.header("x-request-id");
    assert!(!request_id.is_empty());
    if status >= 500 {
        assert!(detail.contains(request_id), "{detail}");
    }
}

/// How many items each kind of write has in its transaction.
fn items(request: &str) -> usize {
    match request {
        "PATCH" | "archive" => 2,
        "PUT" => 3,
        "DELETE" => 6,
        _ => 4,
    }
}

#[tokio::test]
async fn writes_that_meet_other_transactions_are_applied_once() {
    let scene = Scene::new().await;
    for request in WRITES {
        let before = scene.state().await;
        scene.plan(3, "TransactWriteItems", &Fault::conflict(items(request)));
        let answer = scene.write(request).await;
        assert!(answer.status.is_success(), "{request}: {}", answer.status);
        assert_eq!(scene.tenant.app.faults.left(), 0, "{request}");
        scene.expect_applied_once(request, &before, &answer).await;
        scene.undo(request).await;
    }
}

#[tokio::test]
async fn writes_whose_answer_was_lost_are_applied_once() {
    let scene = Scene::new().await;
    for request in WRITES {
        for lost in 1..sdk_attempts() {
            let before = scene.state().await;
            scene.plan(lost, "TransactWriteItems", &Fault::CutAfter);
            let answer = scene.write(request).await;
            assert!(answer.status.is_success(), "{request}: {}", answer.status);
            assert_eq!(scene.tenant.app.faults.left(), 0, "{request}");
            scene.expect_applied_once(request, &before, &answer).await;
            scene.undo(request).await;
        }
    }
}

#[tokio::test]
async fn faults_that_pass_are_not_seen_by_the_client() {
    let scene = Scene::new().await;
    for fault in [Fault::throttled(), Fault::internal(), Fault::Cut] {
        for operation in ["GetItem", "Query", "TransactWriteItems"] {
            for request in WRITES {
                let before = scene.state().await;
                scene.plan(sdk_attempts() - 1, operation, &fault);
                let answer = scene.write(request).await;
                assert!(answer.status.is_success(), "{request}: {}", answer.status);
                scene.tenant.app.faults.clear();
                scene.expect_applied_once(request, &before, &answer).await;
                scene.undo(request).await;
            }
            for request in READS {
                scene.plan(sdk_attempts() - 1, operation, &fault);
                scene.read(request).await.expect(200);
                scene.tenant.app.faults.clear();
            }
        }
    }
}

#[tokio::test]
async fn contention_without_end_is_429_and_changes_nothing() {
    let scene = Scene::new().await;
    for request in WRITES {
        let fault = Fault::conflict(items(request));
        scene.check(request, "TransactWriteItems", &fault, 429).await;
    }
    scene.expect_writes_work().await;
}

#[tokio::test]
async fn throttling_beyond_the_retries_is_429_and_changes_nothing() {
    let scene = Scene::new().await;
    scene.check_all(&Fault::throttled(), 429).await;
}

#[tokio::test]
async fn server_errors_beyond_the_retries_are_503_and_change_nothing() {
    let scene = Scene::new().await;
    scene.check_all(&Fault::internal(), 503).await;
}

#[tokio::test]
async fn cut_connections_beyond_the_retries_are_503_and_change_nothing() {
    let scene = Scene::new().await;
    scene.check_all(&Fault::Cut, 503).await;
}

#[tokio::test]
async fn an_engine_that_never_answers_is_503_before_a_gateway_gives_up() {
    let scene = Scene::new().await;
    scene.check("GET", "GetItem", &Fault::Silence, 503).await;
    scene.check("PATCH", "TransactWriteItems", &Fault::Silence, 503).await;
    scene.expect_writes_work().await;
}

impl Scene {
    async fn check_all(&self, fault: &Fault, status: u16) {
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

    async fn expect_writes_work(&self) {
        for request in WRITES {
            let before = self.state().await;
            let answer = self.write(request).await;
            assert!(answer.status.is_success(), "{request}: {}", answer.status);
            self.expect_applied_once(request, &before, &answer).await;
            self.undo(request).await;
        }
        self.tenant.expect_sound().await;
    }

    /// The state after a write that succeeded: one version more, one history entry more, the others untouched.
    async fn expect_applied_once(&self, request: &str, before: &State, answer: &Answer) {
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
            let directory = self.tenant.app.app.tenants.directory(&self.tenant.id);
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

    /// Takes a write back, so that the next one finds what the first one found.
    async fn undo(&self, request: &str) {
        let (tenant, ada) = (&self.tenant, format!("/Users/{}", self.ada));
        let original = json!({"userName": "ada@example.com", "externalId": "00u1", "active": true});
        match request {
            "POST" => {
                let eve = tenant.filter("userName eq \"eve@example.com\"").await.expect(200);
                let id = eve["Resources"][0]["id"].as_str().expect("an id").to_owned();
                tenant.delete(&format!("/Users/{id}")).await.expect(204);
            }
            "DELETE" => assert_eq!(tenant.create(&original).await, self.ada),
            _ => {
                tenant.put(&ada, &original).await.expect(200);
            }
        }
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_for_good_is_there_as_a_whole() {
    let scene = Scene::new().await;
    for request in WRITES {
        let before = scene.state().await;
        scene.plan(sdk_attempts(), "TransactWriteItems", &Fault::CutAfter);
        expect_retry_later(&scene.write(request).await, 503);
        assert_eq!(scene.tenant.app.faults.left(), 0);
        let after = scene.state().await;
        // What the client is told to do: the same again. It finds its own work, and nothing is done twice.
        let again = scene.write(request).await;
        match request {
            "POST" => {
                again.expect_error(409, Some("uniqueness"));
            }
            "DELETE" => {
                again.expect_error(404, None);
            }
            _ => scene.expect_applied_once(request, &before, &again).await,
        }
        assert_eq!(scene.state().await, after, "{request}");
        scene.undo(request).await;
    }
}

#[tokio::test]
async fn an_answer_lost_before_throttling_does_not_promise_that_nothing_was_changed() {
    let scene = Scene::new().await;
    let before = scene.state().await;
    scene.plan(1, "TransactWriteItems", &Fault::CutAfter);
    scene.plan(sdk_attempts() - 1, "TransactWriteItems", &Fault::throttled());
    let answer = scene.write("PATCH").await;
    expect_retry_later(&answer, 429);
    assert_ne!(scene.state().await, before, "the first attempt was applied");
    let detail = answer.expect_error(429, None);
    assert!(!detail.contains("nothing was changed"), "{detail}");
}

#[tokio::test]
async fn a_transaction_still_in_progress_is_waited_for() {
    let scene = Scene::new().await;
    let before = scene.state().await;
    let name = "TransactionInProgressException";
    let body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "Message": ""});
    scene.plan(1, "TransactWriteItems", &Fault::CutAfter);
    scene.plan(4, "TransactWriteItems", &Fault::Error { status: 400, body: body.to_string() });
    let answer = scene.write("PATCH").await;
    assert_eq!(scene.tenant.app.faults.left(), 0);
    scene.expect_applied_once("PATCH", &before, &answer).await;
}

#[tokio::test]
async fn a_transaction_cancelled_by_throttling_is_tried_again_and_429_in_the_end() {
    let scene = Scene::new().await;
    let cancelled = |code: &str| {
        let body = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled",
            "CancellationReasons": [{"Code": "None"}, {"Code": code, "Message": "slow down"}],
        });
        Fault::Error { status: 400, body: body.to_string() }
    };
    for code in ["ThrottlingError", "ProvisionedThroughputExceeded"] {
        let before = scene.state().await;
        scene.plan(2, "TransactWriteItems", &cancelled(code));
        let answer = scene.write("PATCH").await;
        scene.expect_applied_once("PATCH", &before, &answer).await;
        scene.undo("PATCH").await;
        scene.check("PATCH", "TransactWriteItems", &cancelled(code), 429).await;
    }
}

#[tokio::test]
async fn a_fault_while_a_token_is_checked_is_no_401_and_is_not_remembered() {
    let scene = Scene::new().await;
    for (fault, status) in [(Fault::internal(), 503), (Fault::Cut, 503), (Fault::throttled(), 429)]
    {
        scene.tenant.app.advance(Duration::minutes(2));
        scene.plan(FOREVER, "Query", &fault);
        expect_retry_later(&scene.tenant.get("/Users").await, status);
        scene.tenant.app.faults.clear();
        scene.tenant.get("/Users").await.expect(200);
        // While the token is known, nothing has to be read to check it.
        scene.plan(FOREVER, "Query", &fault);
        scene.tenant.get(&format!("/Users/{}", uuid::Uuid::nil())).await.expect(404);
        scene.tenant.app.faults.clear();
        scene.tenant.app.advance(Duration::minutes(2));
        scene.plan(sdk_attempts() - 1, "Query", &fault);
        scene.tenant.get("/Users").await.expect(200);
        assert_eq!(scene.tenant.app.faults.left(), 0);
    }
}

#[tokio::test]
async fn keys_that_dynamodb_leaves_unprocessed_are_asked_for_again() {
    let scene = Scene::new().await;
    for name in ["eve", "dan"] {
        scene.tenant.create(&json!({"userName": name, "externalId": "shared"})).await;
    }
    let filter = "externalId eq \"shared\"";
    scene.tenant.app.faults.take_calls();
    let expected = scene.tenant.filter(filter).await.expect(200);
    let calls = scene.tenant.app.faults.take_calls();
    let batch = calls.iter().find(|call| call.operation == "BatchGetItem").expect("a batch");
    let body = json!({"Responses": {}, "UnprocessedKeys": batch.request["RequestItems"]});
    let fault = Fault::Error { status: 200, body: body.to_string() };
    scene.plan(3, "BatchGetItem", &fault);
    assert_eq!(scene.tenant.filter(filter).await.expect(200), expected);
    assert_eq!(scene.tenant.app.faults.left(), 0);
    scene.plan(FOREVER, "BatchGetItem", &fault);
    expect_retry_later(&scene.tenant.filter(filter).await, 429);
}

#[tokio::test]
async fn a_missing_table_is_500_and_says_nothing_about_it() {
    let (client, _faults) = Watched::client();
    let peppers = PepperSource::new(|| async {
        let current = SecretString::from("a pepper for tests, 32 characters".to_owned());
        Ok(Peppers { current, previous: None })
    });
    let store = Store::new(Arc::new(AwsTable::new(client, "rollcall-that-nobody-made")));
    let service = App::new(store, peppers, Sources::system(), ORIGIN).service();
    let token = format!("Bearer rc_acme_{}", "A".repeat(43));
    let request = Request::get("/tenants/acme/scim/v2/Users").header("authorization", token);
    let request = request.body(Body::empty()).expect("a request");
    let (parts, body) = service.oneshot(request).await.expect("an answer").into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
    let answer = Answer { status: parts.status, headers: parts.headers, bytes };
    let detail = answer.expect_error(500, None);
    assert!(detail.contains(answer.header("x-request-id")), "{detail}");
    assert!(!detail.contains("table") && !detail.contains("rollcall-that"), "{detail}");
}

#[tokio::test]
async fn a_table_that_is_gone_or_closed_is_500_and_changes_nothing() {
    let scene = Scene::new().await;
    for name in ["ResourceNotFoundException", "AccessDeniedException", "ValidationException"] {
        let body = json!({
            "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"),
            "message": "secret internals",
        });
        let fault = Fault::Error { status: 400, body: body.to_string() };
        for (request, operation) in
            [("GET", "GetItem"), ("list", "Query"), ("PATCH", "TransactWriteItems")]
        {
            let before = scene.state().await;
            scene.plan(1, operation, &fault);
            let answer = match request {
                "PATCH" => scene.write(request).await,
                _ => scene.read(request).await,
            };
            let detail = answer.expect_error(500, None);
            assert!(!detail.contains("secret"), "{detail}");
            assert!(detail.contains(answer.header("x-request-id")), "{detail}");
            assert_eq!(scene.tenant.app.faults.left(), 0);
            assert_eq!(scene.state().await, before);
        }
    }
}

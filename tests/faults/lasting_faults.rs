//! Faults that last. A 429 or 503 answer says when to try again.
//! The data stays the same, unless DynamoDB's own answer was lost.

use super::requests::{Scene, WRITES, expect_retry_later, items, sdk_attempts};
use crate::support::ORIGIN;
use crate::support::faults::Fault;
use crate::support::request::Answer;
use crate::support::sdk::Watched;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use rollcall::app::App;
use rollcall::directory::access::pepper::{PepperSource, Peppers};
use rollcall::directory::sources::Sources;
use rollcall::store::Store;
use rollcall::store::dynamodb::aws::AwsTable;
use secrecy::SecretString;
use serde_json::json;
use std::sync::Arc;
use time::Duration;
use tower::ServiceExt;
use uuid::Uuid;

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

#[tokio::test]
async fn a_write_whose_answer_is_lost_for_good_is_there_as_a_whole() {
    let scene = Scene::new().await;
    for request in WRITES {
        let before = scene.state().await;
        scene.plan(sdk_attempts(), "TransactWriteItems", &Fault::CutAfter);
        expect_retry_later(&scene.write(request).await, 503);
        assert_eq!(scene.tenant.app.faults.left(), 0);
        let after = scene.state().await;
        // The error tells the client to repeat the request.
        // The repeated request finds the first write, and changes nothing.
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
async fn a_fault_while_a_token_is_checked_is_no_401_and_is_not_remembered() {
    let scene = Scene::new().await;
    for (fault, status) in [(Fault::internal(), 503), (Fault::Cut, 503), (Fault::throttled(), 429)]
    {
        scene.tenant.app.advance(Duration::minutes(2));
        let failing = scene.tenant.app.faults.plan_all("Query", fault.clone());
        expect_retry_later(&scene.tenant.get("/Users").await, status);
        failing.end();
        scene.tenant.get("/Users").await.expect(200);
        // The service reads nothing to check a token that is in the cache.
        scene.tenant.app.faults.take_calls();
        let unknown = scene.tenant.get(&format!("/Users/{}", Uuid::nil())).await;
        unknown.expect_error(404, None);
        assert_eq!(scene.tenant.app.faults.take_operations(), ["GetItem"]);
        scene.tenant.app.advance(Duration::minutes(2));
        scene.plan(sdk_attempts() - 1, "Query", &fault);
        scene.tenant.get("/Users").await.expect(200);
        assert_eq!(scene.tenant.app.faults.left(), 0);
    }
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

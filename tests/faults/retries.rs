//! Faults that pass. Retries hide the faults, and the service applies every write once.

use super::requests::{CALLS, Scene, WRITES, expect_retry_later, items, sdk_attempts};
use crate::support::TestApp;
use crate::support::admin::admin;
use crate::support::faults::Fault;
use serde_json::json;
use std::collections::BTreeSet;

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
    for (request, operations) in CALLS {
        let expected: BTreeSet<String> = operations.iter().map(|of| (*of).to_owned()).collect();
        assert_eq!(scene.disturbed_calls(request).await, expected, "{request}");
    }
    for fault in [Fault::throttled(), Fault::internal(), Fault::Cut] {
        for (request, operations) in CALLS {
            for operation in operations {
                let before = scene.state().await;
                scene.plan(sdk_attempts() - 1, operation, &fault);
                let answer = scene.send(request).await;
                assert!(answer.status.is_success(), "{request}: {}", answer.status);
                assert_eq!(scene.tenant.app.faults.left(), 0, "{request} with {operation}");
                if WRITES.contains(&request) {
                    scene.expect_applied_once(request, &before, &answer).await;
                    scene.undo(request).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn an_update_that_meets_a_transaction_is_repeated() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let id = tenant.create(&json!({"userName": "ada"})).await;
    tenant.delete(&format!("/Users/{id}")).await.expect(204);
    (0..3).for_each(|_| tenant.app.faults.plan("UpdateItem", Fault::met_transaction()));
    let path = format!("/employees/{id}/erase");
    let erased = admin(&tenant, "POST", &path, json!({"confirm": id})).await;
    assert!(erased.status.is_success(), "{}", erased.status);
    assert_eq!(tenant.app.faults.left(), 0);
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
    let _unprocessed = scene.tenant.app.faults.plan_all("BatchGetItem", fault);
    expect_retry_later(&scene.tenant.filter(filter).await, 429);
}

//! The log lines of a request, and the data that no line may contain.

use crate::support::admin::make_read_token;
use crate::support::faults::Fault;
use crate::support::log::{Log, a_day, says_nothing_secret};
use crate::support::{Ids, TestApp};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn each_request_has_one_line_and_nobodys_data_is_in_it() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start();
    let expected = a_day(&tenant).await;
    drop(guard);
    let lines = log.lines();
    let seen: Vec<(&str, u64)> = lines
        .iter()
        .map(|line| {
            let fields = &line["fields"];
            assert_eq!(
                (&line["level"], &fields["message"]),
                (&json!("INFO"), &json!("request")),
                "{line}"
            );
            assert_eq!(fields["tenant"], "acme", "{line}");
            assert!(fields["duration_us"].is_u64(), "{line}");
            let operation = fields["operation"].as_str().expect("an operation");
            (operation, fields["status"].as_u64().expect("a status"))
        })
        .collect();
    let expected: Vec<(&str, u64)> =
        expected.into_iter().map(|(operation, status)| (operation, u64::from(status))).collect();
    assert_eq!(seen, expected);
    let ids: BTreeSet<&str> =
        lines.iter().map(|line| line["fields"]["request_id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), lines.len(), "each request has an id of its own");
    says_nothing_secret(&log, &tenant);
}

/// The SDK and the HTTP client below it log whole requests and responses.
#[tokio::test]
async fn at_trace_no_library_logs_what_passes_through_it() {
    let tenant = TestApp::over_the_sdk(Ids::Counting).await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start_lambda(&tenant.app, "trace");
    a_day(&tenant).await;
    tracing::trace!(target: "hyper::proto", body = "zebra", "read");
    tracing::debug!(target: "aws_smithy_runtime::client", body = "zebra", "sent");
    tracing::warn!(target: "hyper::proto", "a warning of a library");
    tracing::trace!(target: "rollcall::store", "a line of our own");
    drop(guard);
    says_nothing_secret(&log, &tenant);
    for kept in ["a warning of a library", "a line of our own"] {
        assert!(log.text().contains(kept), "{kept}");
    }
}

/// The user is committed, but the server cannot read the memberships for the response.
#[tokio::test]
async fn an_answer_that_cannot_be_shown_has_no_body_and_an_error_line() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let id = tenant.create(&json!({"userName": "zebra@example.com"})).await;
    let crew = json!({"displayName": "Crew", "members": [{"value": id}]});
    tenant.post("/Groups", &crew).await.expect(201);
    let path = format!("/Users/{id}");
    let log = Log::default();
    let guard = log.start();
    // The first `GetItem` call reads the user, and succeeds.
    tenant.app.faults.plan("GetItem", Fault::Spared);
    let broken = tenant.app.faults.plan_all("GetItem", Fault::internal());
    let retitle = json!([{"op": "replace", "path": "title", "value": "Countess"}]);
    let answer = tenant.patch(&path, &retitle).await;
    broken.end();
    drop(guard);
    assert_eq!((answer.status.as_u16(), answer.bytes.len()), (204, 0));
    let user = tenant.get(&path).await;
    assert_eq!(user.expect(200)["title"], "Countess");
    assert_eq!(answer.header("etag"), user.header("etag"));
    // The SDK also logs the failed calls.
    let is_ours =
        |line: &Value| line["target"].as_str().is_some_and(|of| of.starts_with("rollcall"));
    let lines: Vec<Value> = log.lines().into_iter().filter(is_ours).collect();
    let [error, request] = &*lines else { panic!("{lines:?}") };
    assert_eq!((&error["level"], &request["fields"]["status"]), (&json!("ERROR"), &json!(204)));
    let message = "the change is committed, but its answer could not be read";
    assert_eq!(error["fields"]["message"], message);
    for field in ["request_id", "operation", "tenant"] {
        assert_eq!(error["fields"][field], request["fields"][field], "{error}");
    }
    says_nothing_secret(&log, &tenant);
}

#[tokio::test]
async fn refused_and_lost_requests_are_logged_without_what_they_tried() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let token = tenant.scim_token.clone();
    let read_token = make_read_token(&tenant).await;
    let log = Log::default();
    let guard = log.start();
    let tries = [
        (
            tenant.path("/Users?filter=zfilter"),
            "Basic emVicmE6UGE1NXBocmFzZQ==".to_owned(),
            401,
            "other",
        ),
        (tenant.path("/Users/zebra@example.com"), format!("Bearer {token}x"), 401, "other"),
        (tenant.path("/zebra@example.com"), format!("Bearer {token}"), 404, "other"),
        ("/zebra@example.com?x=Pa55phrase".to_owned(), format!("Bearer {token}"), 404, "other"),
        (
            "/tenants/zebra@example.com/scim/v2/Users".to_owned(),
            format!("Bearer {token}"),
            401,
            "other",
        ),
        ("/tenants/nobody/scim/v2/Users".to_owned(), format!("Bearer {token}"), 401, "other"),
        ("/tenants/acme/api/settings".to_owned(), format!("Bearer {read_token}"), 403, "other"),
        ("/health".to_owned(), String::new(), 200, "GET /health"),
    ];
    for (path, authorization, status, _) in &tries {
        let request = Request::builder().uri(path).header("authorization", authorization);
        let answer = tenant.app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), *status, "{path}");
    }
    drop(guard);
    let lines = log.lines();
    assert_eq!(lines.len(), tries.len(), "{}", log.text());
    for (line, (path, _, status, operation)) in lines.iter().zip(&tries) {
        let fields = &line["fields"];
        assert_eq!(
            (&fields["status"], &fields["operation"]),
            (&json!(status), &json!(operation)),
            "{path}"
        );
    }
    says_nothing_secret(&log, &tenant);
}

#[tokio::test]
async fn the_id_in_the_answer_is_the_one_in_the_log() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start();
    let answers = [
        tenant.get("/Users").await,
        tenant.get("/nonsense").await,
        tenant
            .request("GET", "/Users", &[("x-request-id", "the-clients-own")], Body::empty())
            .await,
    ];
    drop(guard);
    for (answer, line) in answers.iter().zip(log.lines()) {
        let id = answer.header("x-request-id");
        assert_eq!(line["fields"]["request_id"], id);
        assert!(uuid::Uuid::parse_str(id).is_ok(), "a client chooses no ids: {id}");
    }
}

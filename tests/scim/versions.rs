//! Versions of resources: ETags, `If-Match` and `If-None-Match`.

use super::users::{ada, with_ada};
use crate::support::request::Answer;
use crate::support::{TestTenant, counting_id};
use serde_json::json;
use time::Duration;

async fn with_header(
    tenant: &TestTenant,
    method: &str,
    path: &str,
    header: (&str, &str),
) -> Answer {
    let body = match method {
        "PUT" => json!({"userName": "ada@example.com", "title": "New"}).to_string(),
        "PATCH" => json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "add", "path": "title", "value": "New"}],
        })
        .to_string(),
        _ => String::new(),
    };
    tenant.request(method, path, &[header, ("content-type", "application/json")], body).await
}

#[tokio::test]
async fn what_changes_nothing_bumps_nothing() {
    let (tenant, path) = with_ada().await;
    let before = tenant.get(&path).await.expect(200);
    let writes = [
        ("PUT", before.clone()),
        ("PUT", ada()),
        ("PATCH", json!([{"op": "replace", "value": {"active": true}}])),
        ("PATCH", json!([{"op": "Add", "path": "active", "value": "True"}])),
        ("PATCH", json!([{"op": "add", "path": "emails", "value": ada()["emails"]}])),
        ("PATCH", json!([{"op": "replace", "path": "name", "value": {"givenName": "Ada"}}])),
        ("PATCH", json!([{"op": "remove", "path": "title"}])),
        ("PATCH", json!([{"op": "replace", "path": "password", "value": "secret"}])),
        (
            "PATCH",
            json!([{"op": "add", "path": "title", "value": "x"}, {"op": "remove", "path": "title"}]),
        ),
    ];
    for (method, body) in writes {
        tenant.app.advance(Duration::seconds(60));
        let answer = match method {
            "PUT" => tenant.put(&path, &body).await,
            _ => tenant.patch(&path, &body).await,
        };
        assert_eq!(answer.expect(200), before, "{method} {body}");
        assert_eq!(answer.header("etag"), "W/\"1\"");
    }
}

#[tokio::test]
async fn if_none_match_keeps_a_write_from_the_versions_it_names() {
    for method in ["PUT", "PATCH", "DELETE"] {
        let (tenant, path) = with_ada().await;
        for named in ["*", "W/\"1\"", "\"3\", \"1\""] {
            let answer = with_header(&tenant, method, &path, ("if-none-match", named)).await;
            answer.expect_error(412, None);
        }
        let done = if method == "DELETE" { 204 } else { 200 };
        with_header(&tenant, method, &path, ("if-none-match", "W/\"2\"")).await.expect(done);
    }
}

#[tokio::test]
async fn if_match_lets_the_named_versions_through_only() {
    for method in ["PUT", "PATCH", "DELETE"] {
        let (tenant, path) = with_ada().await;
        let before = tenant.get(&path).await.expect(200);
        for stale in ["W/\"2\"", "\"0\"", "W/\"11\", \"7\"", "nonsense"] {
            let answer = with_header(&tenant, method, &path, ("if-match", stale)).await;
            let detail = answer.expect_error(412, None);
            assert_eq!(
                detail,
                "The resource has the version W/\"1\", and If-Match or If-None-Match excludes this \
                 version. Read the resource again and repeat the change"
            );
            assert_eq!(tenant.get(&path).await.expect(200), before, "{method} {stale}");
        }
        let done = if method == "DELETE" { 204 } else { 200 };
        for current in ["W/\"1\"", "\"1\"", "\"9\", W/\"1\"", "*", "1"] {
            let (tenant, path) = with_ada().await;
            with_header(&tenant, method, &path, ("if-match", current)).await.expect(done);
        }
        let unknown = format!("/Users/{}", counting_id(5));
        with_header(&tenant, method, &unknown, ("if-match", "*")).await.expect_error(404, None);
    }
}

#[tokio::test]
async fn if_none_match_saves_the_body_of_a_version_the_client_has() {
    let (tenant, path) = with_ada().await;
    for known in ["W/\"1\"", "\"1\"", "\"9\" , W/\"1\"", "*"] {
        let answer = with_header(&tenant, "GET", &path, ("if-none-match", known)).await;
        answer.expect(304);
        assert!(answer.bytes.is_empty(), "{known}");
        assert_eq!(answer.header("etag"), "W/\"1\"");
    }
    for other in ["W/\"2\"", "\"12\", \"3\"", ""] {
        let answer = with_header(&tenant, "GET", &path, ("if-none-match", other)).await;
        assert_eq!(answer.expect(200)["userName"], "ada@example.com");
    }
    tenant.patch(&path, &json!([{"op": "add", "path": "title", "value": "x"}])).await.expect(200);
    with_header(&tenant, "GET", &path, ("if-none-match", "W/\"1\"")).await.expect(200);
}

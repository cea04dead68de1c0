//! RFC 7644 §3.3, §3.5.1, §3.6, §3.11, §3.12 and §3.14: creating, replacing, deleting, `/Me`, errors, versions.

use super::{BABS, BASE, USER, acme, create_babs, here, id, settled};
use crate::support::TestTenant;
use crate::support::request::Answer;
use serde_json::{Value, json};
use time::Duration;

const SCIM_JSON: [(&str, &str); 2] =
    [("accept", "application/scim+json"), ("content-type", "application/scim+json")];

fn babs() -> Value {
    json!({
        "schemas": [USER],
        "userName": "bjensen",
        "externalId": "bjensen",
        "name": {
            "formatted": "Ms. Barbara J Jensen III",
            "familyName": "Jensen",
            "givenName": "Barbara",
        },
    })
}

async fn send(
    tenant: &TestTenant,
    method: &str,
    path: &str,
    header: (&str, &str),
    body: &Value,
) -> Answer {
    let headers = [SCIM_JSON[0], SCIM_JSON[1], header];
    tenant.request(method, path, &headers, body.to_string()).await
}

/// The examples of §3.3 and §3.14 have the same request.
#[tokio::test]
async fn section_3_3_create_a_user() {
    let tenant = acme().await;
    let answer = tenant.request("POST", "/Users", &SCIM_JSON, babs().to_string()).await;
    let created = answer.expect(201);
    let mut expected = babs();
    expected["id"] = json!(BABS);
    expected["active"] = json!(true);
    expected["meta"] = json!({
        "resourceType": "User",
        "created": "2011-08-01T21:32:44.882Z",
        "lastModified": "2011-08-01T21:32:44.882Z",
        "location": format!("https://example.com/v2/Users/{BABS}"),
        "version": "W/\"e180ee84f0671b1\"",
    });
    let expected = here(&expected, &[(BABS, id(&created))]);
    assert_eq!(answer.header("content-type"), "application/scim+json");
    assert_eq!(answer.header("location"), expected["meta"]["location"]);
    assert_eq!(answer.header("etag"), created["meta"]["version"]);
    assert!(answer.header("etag").starts_with("W/\""));
    assert_eq!(settled(created), settled(expected));
}

#[tokio::test]
async fn section_3_5_1_replace_a_user() {
    let tenant = acme().await;
    let created = tenant.post("/Users", &babs()).await;
    let etag = created.header("etag").to_owned();
    let body = created.expect(201);
    let path = format!("/Users/{}", id(&body));
    tenant.app.advance(Duration::hours(1));
    let mut request = babs();
    request["id"] = json!(id(&body));
    request["name"]["middleName"] = json!("Jane");
    request["roles"] = json!([]);
    request["emails"] = json!([{"value": "bjensen@example.com"}, {"value": "babs@jensen.org"}]);
    let answer = send(&tenant, "PUT", &path, ("if-match", &etag), &request).await;
    let replaced = answer.expect(200);
    let mut expected = request.clone();
    expected.as_object_mut().unwrap().remove("roles");
    expected["active"] = json!(true);
    expected["meta"] = json!({
        "resourceType": "User",
        "created": "2026-11-23T09:30:00.000Z",
        "lastModified": "2026-11-23T10:30:00.000Z",
        "location": format!("{BASE}{path}"),
        "version": answer.header("etag"),
    });
    assert_eq!(replaced, expected);
    assert_ne!(answer.header("etag"), etag);
    send(&tenant, "PUT", &path, ("if-match", &etag), &request).await.expect_error(412, None);
}

/// The example of §3.6, and the first example of §3.12.
#[tokio::test]
async fn section_3_6_delete_a_user() {
    let tenant = acme().await;
    let path = format!("/Users/{}", create_babs(&tenant).await);
    let version = tenant.get(&path).await.header("etag").to_owned();
    let deleted = tenant.request("DELETE", &path, &[("if-match", &version)], "").await;
    assert_eq!(deleted.expect(204), Value::Null);
    tenant.get(&path).await.expect_error(404, None);
    let found = tenant.get("/Users").await.expect(200);
    assert_eq!(found["totalResults"], 0);
    tenant.post("/Users", &json!({"userName": "bjensen"})).await.expect(201);
}

#[tokio::test]
async fn section_3_11_the_user_of_a_token() {
    // The RFC allows a service three answers. This service gives the first, because no user belongs to a token.
    acme().await.get("/Me").await.expect_error(501, None);
}

/// The example's request is a PUT, but a PUT ignores readOnly values (§3.5.1). A PATCH fails with the example's error.
#[tokio::test]
async fn section_3_12_what_is_read_only_is_named() {
    let tenant = acme().await;
    let path = format!("/Users/{}", create_babs(&tenant).await);
    let operations = json!([{"op": "replace", "path": "id", "value": BABS}]);
    let detail = tenant.patch(&path, &operations).await.expect_error(400, Some("mutability"));
    assert!(detail.contains("id is readOnly"), "{detail}");
    let put = json!({"schemas": [USER], "id": BABS, "userName": "bjensen"});
    let replaced = tenant.put(&path, &put).await.expect(200);
    assert_eq!(format!("/Users/{}", id(&replaced)), path);
}

#[tokio::test]
async fn section_3_14_read_and_replace_by_version() {
    let tenant = acme().await;
    let created = tenant.post("/Users", &babs()).await;
    let etag = created.header("etag").to_owned();
    let body = created.expect(201);
    let path = format!("/Users/{}", id(&body));
    let read = format!("{path}?attributes=displayName");
    let unchanged = tenant.request("GET", &read, &[("if-none-match", &etag)], "").await;
    assert_eq!((unchanged.status.as_u16(), unchanged.bytes.len()), (304, 0));
    let mut named = babs();
    named["displayName"] = json!("Babs");
    send(&tenant, "PUT", &path, ("if-match", &etag), &named).await.expect(200);
    let changed = tenant.request("GET", &read, &[("if-none-match", &etag)], "").await;
    let expected = json!({"schemas": [USER], "id": id(&body), "displayName": "Babs"});
    assert_eq!(changed.expect(200), expected);
}

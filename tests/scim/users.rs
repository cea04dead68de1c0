//! `/Users`: create, read, replace, delete; unique names, and every attribute.

use crate::support::urns::{CORE, ENTERPRISE};
use crate::support::{Ids, ORIGIN, TestApp, TestTenant, acme, counting_id};
use serde_json::{Value, json};
use time::Duration;

/// A tenant with one user, and the user's path.
pub async fn with_ada() -> (TestTenant, String) {
    let tenant = acme().await;
    let id = tenant.create(&ada()).await;
    (tenant, format!("/Users/{id}"))
}

pub fn ada() -> Value {
    json!({
        "schemas": [CORE, ENTERPRISE],
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [
            {"value": "ada@example.com", "type": "work", "primary": true},
            {"value": "ada@home.example", "type": "home"},
        ],
        "active": true,
        ENTERPRISE: {"department": "Engines", "manager": {"value": "boss@example.com"}},
    })
}

#[tokio::test]
async fn a_user_is_created_read_changed_and_archived() {
    let tenant = acme().await;
    let ada = json!({"userName": "Ada@example.com", "externalId": "00u1", "active": true});
    let id = tenant.create(&ada).await;
    assert_eq!(id, counting_id(1).to_string());
    assert_eq!(tenant.found("userName eq \"ada@EXAMPLE.com\"").await, ["Ada@example.com"]);
    let patched = tenant
        .patch(&format!("/Users/{id}"), &json!([{"op": "replace", "value": {"active": false}}]))
        .await
        .expect(200);
    assert_eq!(patched["active"], false);
    assert_eq!(patched["meta"]["version"], "W/\"2\"");
    let listed = tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    assert_eq!(listed["totalResults"], 1);
    assert_eq!(listed["Resources"][0], patched);
    tenant.delete(&format!("/Users/{id}")).await.expect(204);
    tenant.get(&format!("/Users/{id}")).await.expect_error(404, None);
    let again = json!({"userName": "ADA@example.com", "externalId": "00u1"});
    let again = tenant.create(&again).await;
    assert_eq!(again, id);
}

#[tokio::test]
async fn a_create_answers_with_the_whole_user_and_where_it_is() {
    let tenant = acme().await;
    let created = tenant.post("/Users", &ada()).await;
    let body = created.expect(201);
    let location = format!("{ORIGIN}/tenants/acme/scim/v2/Users/{}", counting_id(1));
    let mut expected = ada();
    expected["id"] = counting_id(1).to_string().into();
    expected["meta"] = json!({
        "resourceType": "User",
        "created": "2026-11-23T09:30:00.000Z",
        "lastModified": "2026-11-23T09:30:00.000Z",
        "location": location,
        "version": "W/\"1\"",
    });
    assert_eq!(body, expected);
    assert_eq!(created.header("location"), location);
    assert_eq!(created.header("etag"), "W/\"1\"");
    let got = tenant.get(&format!("/Users/{}", counting_id(1))).await;
    assert_eq!(got.expect(200), body);
    assert_eq!(got.header("etag"), "W/\"1\"");
    assert_eq!(got.header("cache-control"), "no-store");
    assert_eq!(got.header("location"), "");
}

#[tokio::test]
async fn who_comes_without_active_is_active() {
    let tenant = acme().await;
    let created = tenant.post("/Users", &json!({"userName": "ada"})).await.expect(201);
    assert_eq!(created["active"], true);
    assert_eq!(created["schemas"], json!([CORE]));
}

#[tokio::test]
async fn a_put_clears_what_it_does_not_name() {
    let (tenant, path) = with_ada().await;
    tenant.app.advance(Duration::seconds(5));
    let put = tenant.put(&path, &json!({"userName": "ada@example.com", "title": "Countess"})).await;
    let body = put.expect(200);
    assert_eq!(body["title"], "Countess");
    assert_eq!(body["schemas"], json!([CORE]));
    for gone in ["name", "emails", ENTERPRISE] {
        assert_eq!(body.get(gone), None, "{gone}");
    }
    assert_eq!(body["meta"]["created"], "2026-11-23T09:30:00.000Z");
    assert_eq!(body["meta"]["lastModified"], "2026-11-23T09:30:05.000Z");
    assert_eq!(put.header("etag"), "W/\"2\"");
}

#[tokio::test]
async fn a_put_without_active_wakes_nobody_and_archives_nobody() {
    let (tenant, path) = with_ada().await;
    let plain = json!({"userName": "ada@example.com"});
    assert_eq!(tenant.put(&path, &plain).await.expect(200)["active"], true);
    let off = json!({"userName": "ada@example.com", "active": false});
    assert_eq!(tenant.put(&path, &off).await.expect(200)["active"], false);
    let titled = json!({"userName": "ada@example.com", "title": "Countess"});
    assert_eq!(tenant.put(&path, &titled).await.expect(200)["active"], false);
    let null = json!({"userName": "ada@example.com", "active": null});
    assert_eq!(tenant.put(&path, &null).await.expect(200)["active"], false);
}

#[tokio::test]
async fn a_put_on_an_unknown_id_creates_nothing() {
    let tenant = acme().await;
    for id in [counting_id(7).to_string(), "me".to_owned(), "1".to_owned()] {
        tenant.put(&format!("/Users/{id}"), &ada()).await.expect_error(404, None);
    }
    assert_eq!(tenant.get("/Users").await.expect(200)["totalResults"], 0);
    assert!(tenant.found("userName eq \"ada@example.com\"").await.is_empty());
}

#[tokio::test]
async fn a_body_cannot_set_id_meta_or_groups() {
    let tenant = acme().await;
    let mut body = ada();
    body["id"] = counting_id(99).to_string().into();
    body["meta"] =
        json!({"created": "1999-01-01T00:00:00Z", "version": "W/\"9\"", "location": "x"});
    body["groups"] = json!([{"value": "admins"}]);
    let created = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(created["id"], counting_id(1).to_string());
    assert_eq!(created["meta"]["created"], "2026-11-23T09:30:00.000Z");
    assert_eq!(created.get("groups"), None);
    let path = format!("/Users/{}", counting_id(1));
    assert_eq!(tenant.put(&path, &body).await.expect(200), created);
    tenant.get(&format!("/Users/{}", counting_id(99))).await.expect_error(404, None);
}

#[tokio::test]
async fn a_deleted_user_is_gone_for_every_method() {
    let (tenant, path) = with_ada().await;
    let deleted = tenant.delete(&path).await;
    deleted.expect(204);
    assert_eq!((deleted.bytes.len(), deleted.header("content-type")), (0, ""));
    tenant.get(&path).await.expect_error(404, None);
    tenant.put(&path, &ada()).await.expect_error(404, None);
    let on = json!([{"op": "replace", "path": "active", "value": true}]);
    tenant.patch(&path, &on).await.expect_error(404, None);
    tenant.delete(&path).await.expect_error(404, None);
    assert_eq!(tenant.get("/Users").await.expect(200)["totalResults"], 0);
}

#[tokio::test]
async fn the_duplicate_error_says_who_has_the_name() {
    let (tenant, _) = with_ada().await;
    let detail = tenant
        .post("/Users", &json!({"userName": "ADA@EXAMPLE.COM"}))
        .await
        .expect_error(409, Some("uniqueness"));
    assert!(detail.contains(&counting_id(1).to_string()), "{detail}");
    assert!(detail.starts_with("userName is in use by user "), "{detail}");
    let other = tenant.create(&json!({"userName": "grace"})).await;
    let path = format!("/Users/{other}");
    let before = tenant.get(&path).await.expect(200);
    let onto = json!({"userName": "Ada@Example.com"});
    tenant.put(&path, &onto).await.expect_error(409, Some("uniqueness"));
    let onto = json!([{"op": "replace", "value": {"title": "x", "userName": "aDA@example.com"}}]);
    tenant.patch(&path, &onto).await.expect_error(409, Some("uniqueness"));
    assert_eq!(tenant.get(&path).await.expect(200), before);
}

#[tokio::test]
async fn a_user_name_may_change_its_own_case() {
    let (tenant, path) = with_ada().await;
    let mut body = ada();
    body["userName"] = "Ada@Example.COM".into();
    assert_eq!(tenant.put(&path, &body).await.expect(200)["userName"], "Ada@Example.COM");
    assert_eq!(tenant.found("userName eq \"ada@example.com\"").await, ["Ada@Example.COM"]);
}

#[tokio::test]
async fn every_attribute_comes_back_as_it_was_sent() {
    let tenant = acme().await;
    let body = json!({
        "schemas": [CORE, ENTERPRISE],
        "userName": "Ada.LOVELACE@Example.com",
        "externalId": "00u1/#:%✓",
        "name": {
            "formatted": "Ms. Ada King Lovelace III", "familyName": "Lovelace", "givenName": "Ada",
            "middleName": "King", "honorificPrefix": "Ms.", "honorificSuffix": "III",
        },
        "displayName": "Ada\tLovelace\n", "nickName": " Ada ", "profileUrl": "https://x.example/~ada",
        "title": "Gräfin", "userType": "Employee", "preferredLanguage": "en-GB", "locale": "en_US",
        "timezone": "Europe/London", "active": false,
        "emails": [
            {"value": "ADA@Example.COM", "display": "Ada", "type": "work", "primary": true},
            {"value": "b@example.com", "type": "nonsense", "primary": false},
        ],
        "phoneNumbers": [{"value": "tel:+1-201-555-0123;ext=1", "type": "mobile"}],
        "ims": [{"value": "ada", "type": "xmpp"}],
        "photos": [{"value": "https://x.example/p.png", "type": "photo"}],
        "addresses": [{"formatted": "1 Road\nLondon", "type": "work", "country": "GB"}],
        "entitlements": [{"value": "e1"}], "roles": [{"value": "r1", "primary": true}],
        "x509Certificates": [{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjEL"}],
        ENTERPRISE: {
            "employeeNumber": "007", "costCenter": "C", "organization": "O", "division": "D",
            "department": "R&D", "location": "GB",
            "manager": {"value": "boss", "$ref": "../Users/1", "displayName": "Boss"},
        },
    });
    let mut created = tenant.post("/Users", &body).await.expect(201);
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    assert_eq!(tenant.put(&path, &created).await.expect(200), created);
    let user = created.as_object_mut().unwrap();
    user.remove("id");
    user.remove("meta");
    assert_eq!(created, body);
}

#[tokio::test]
async fn a_password_is_taken_and_never_shown() {
    let tenant = acme().await;
    let body = json!({"userName": "ada", "password": "S3cret!"});
    let created = tenant.post("/Users?attributes=password,userName", &body).await;
    assert!(!String::from_utf8_lossy(&created.bytes).contains("S3cret"));
    assert_eq!(created.expect(201).get("password"), None);
    let path = format!("/Users/{}?attributes=password", counting_id(1));
    assert_eq!(tenant.get(&path).await.expect(200).get("password"), None);
}

#[tokio::test]
async fn ids_are_uuids_and_so_never_the_reserved_word() {
    let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
    for n in 0..100 {
        let id = tenant.create(&json!({"userName": format!("user{n}")})).await;
        let group = tenant.post("/Groups", &json!({"displayName": format!("Group {n}")})).await;
        for id in [&*id, group.expect(201)["id"].as_str().unwrap()] {
            assert_eq!(id.parse::<uuid::Uuid>().unwrap().to_string(), id);
        }
    }
}

//! Requests outside the RFCs that can have only one meaning.

use super::custom_attributes::declare;
use crate::support::urns::{ACME, ENTERPRISE};
use crate::support::{ORIGIN, TestTenant, acme};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

/// A tenant with one user, and the user's path.
async fn with_ada() -> (TestTenant, String) {
    let tenant = acme().await;
    let emails = json!([{"value": "ada@example.com", "type": "work"}]);
    let id =
        tenant.create(&json!({"userName": "ada", "title": "Countess", "emails": emails})).await;
    (tenant, format!("/Users/{id}"))
}

#[tokio::test]
async fn a_word_after_eq_is_text() {
    let (tenant, path) = with_ada().await;
    tenant.create(&json!({"userName": "42", ENTERPRISE: {"employeeNumber": "007"}})).await;
    for filter in [
        "userName eq ada",
        "userName EQ Ada and title eq countess",
        "emails[type eq work].value eq ada@example.com",
    ] {
        assert_eq!(tenant.found(filter).await, ["ada"], "{filter}");
    }
    for filter in ["userName eq 42", "employeeNumber eq 007"] {
        assert_eq!(tenant.found(filter).await, ["42"], "{filter}");
    }
    for filter in
        ["userName eq 'ada'", "title eq Countess of Lovelace", "userName sw ada", "userName eq"]
    {
        tenant.filter(filter).await.expect_error(400, Some("invalidFilter"));
    }
    let operations = json!([{"op": "Replace", "path": "emails[type eq work].value", "value": "new@example.com"}]);
    let user = tenant.patch(&path, &operations).await.expect(200);
    assert_eq!(user["emails"], json!([{"value": "new@example.com", "type": "work"}]));
}

#[tokio::test]
async fn the_shape_of_a_patch_does_not_keep_a_leaver_active() {
    let off = json!({"active": "False"});
    for operations in [
        json!([{"op": "Replace", "path": " active ", "value": false}]),
        json!([{"op": "Replace", "path": "active", "value": ["False"]}]),
        json!([{"op": "Replace", "value": [off]}]),
        json!([{"op": "Replace", "value": off.to_string()}]),
        json!([
            {"op": "Replace", "path": "title[value eq \"x\"]", "value": "x"},
            {"op": "Replace", "path": "active", "value": false},
        ]),
    ] {
        let (tenant, path) = with_ada().await;
        let user = tenant.patch(&path, &operations).await.expect(200);
        assert_eq!((&user["active"], &user["title"]), (&json!(false), &json!("Countess")));
    }
    let (tenant, path) = with_ada().await;
    let alone = json!([{"op": "Replace", "path": "title[value eq \"x\"]", "value": "x"}]);
    tenant.patch(&path, &alone).await.expect_error(400, Some("invalidPath"));
}

#[tokio::test]
async fn a_value_may_come_without_its_list_in_a_list_or_as_a_number() {
    let tenant = acme().await;
    let body = json!({
        "userName": "ada",
        "title": ["Countess"],
        "emails": "ada@example.com",
        "phoneNumbers": ["+44 1", {"value": "+44 2"}],
        "addresses": [{"postalCode": 12345}],
        ENTERPRISE: [{"employeeNumber": 701_984, "manager": [{"value": 7}]}],
    });
    let ada = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(ada["title"], "Countess");
    assert_eq!(ada["emails"], json!([{"value": "ada@example.com"}]));
    assert_eq!(ada["phoneNumbers"], json!([{"value": "+44 1"}, {"value": "+44 2"}]));
    assert_eq!(ada["addresses"], json!([{"postalCode": "12345"}]));
    let kept = json!({"employeeNumber": "701984", "manager": {"value": "7"}});
    assert_eq!(ada[ENTERPRISE], kept);
    let path = format!("/Users/{}", ada["id"].as_str().unwrap());
    assert_eq!(tenant.put(&path, &body).await.expect(200), ada, "the same once more is no change");
    let operations = json!([
        {"op": "Add", "path": "emails", "value": "a@example.com"},
        {"op": "Replace", "path": "employeeNumber", "value": 8},
        {"op": "Remove", "path": "phoneNumbers", "value": "+44 1"},
    ]);
    let user = tenant.patch(&path, &operations).await.expect(200);
    assert_eq!(user["emails"], json!([{"value": "ada@example.com"}, {"value": "a@example.com"}]));
    assert_eq!(user["phoneNumbers"], json!([{"value": "+44 2"}]));
    assert_eq!(user[ENTERPRISE]["employeeNumber"], "8");
    tenant.post("/Users", &json!({"userName": 1.5})).await.expect_error(400, Some("invalidValue"));
}

#[tokio::test]
async fn endpoints_are_the_same_in_any_case() {
    let (tenant, path) = with_ada().await;
    let ada = tenant.get(&path).await.expect(200);
    assert_eq!(tenant.get(&path.to_lowercase()).await.expect(200), ada);
    assert_eq!(tenant.get("/USERS?count=1").await.expect(200)["Resources"], json!([ada]));
    let crew = tenant.post("/groups", &json!({"displayName": "Crew"})).await;
    let id = crew.expect(201)["id"].as_str().unwrap().to_owned();
    let location = format!("{ORIGIN}{}", tenant.path(&format!("/Groups/{id}")));
    assert_eq!(crew.header("location"), location);
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "DELETE", "path": format!("/groups/{id}")}],
    });
    let done = tenant.post("/bulk", &bulk).await.expect(200);
    assert_eq!(done["Operations"][0]["status"], "204");
    tenant.get("/serviceproviderconfig").await.expect(200);
    tenant.get("/schemas").await.expect(200);
    tenant.get("/persons").await.expect_error(404, None);
}

#[tokio::test]
async fn an_empty_group_shows_that_it_has_no_members() {
    let (tenant, user) = with_ada().await;
    let crew = tenant.post("/Groups", &json!({"displayName": "Crew"})).await.expect(201);
    assert_eq!(crew["members"], json!([]));
    let path = format!("/Groups/{}", crew["id"].as_str().unwrap());
    let show = async |query: &str| {
        let group = tenant.get(&format!("{path}?{query}")).await.expect(200);
        group.get("members").cloned()
    };
    assert_eq!(show("").await, Some(json!([])));
    assert_eq!(show("attributes=members").await, Some(json!([])));
    assert_eq!(show("excludedAttributes=members").await, None);
    assert_eq!(show("attributes=displayName").await, None);
    assert_eq!(tenant.get("/Groups").await.expect(200)["Resources"], json!([crew]));
    assert_eq!(tenant.put(&path, &crew).await.expect(200), crew, "sent back as it is");
    let ada = user.strip_prefix("/Users/").unwrap();
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    let full = tenant.patch(&path, &add).await.expect(200);
    assert_eq!(full["members"].as_array().unwrap().len(), 1);
    let clear = json!([{"op": "replace", "path": "members", "value": []}]);
    assert_eq!(tenant.patch(&path, &clear).await.expect(200)["members"], json!([]));
    assert_eq!(tenant.get(&user).await.expect(200).get("groups"), None);
}

#[tokio::test]
async fn an_empty_query_parameter_is_as_good_as_absent() {
    let (tenant, _) = with_ada().await;
    let all = tenant.get("/Users").await.expect(200);
    for query in [
        "startIndex=",
        "count=&startIndex=",
        "sortBy=&sortOrder=",
        "attributes=&excludedAttributes=",
        "count",
    ] {
        assert_eq!(tenant.get(&format!("/Users?{query}")).await.expect(200), all, "{query}");
    }
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "startIndex": "", "count": "", "sortBy": "",
    });
    assert_eq!(tenant.post("/Users/.search", &search).await.expect(200), all);
    for query in ["filter=", "filter", "filter=+"] {
        let answer = tenant.get(&format!("/Users?{query}")).await;
        answer.expect_error(400, Some("invalidFilter"));
    }
}

#[tokio::test]
async fn the_service_says_where_it_is_described() {
    let tenant = acme().await;
    let config = tenant.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config["documentationUri"], format!("{ORIGIN}/tenants/acme/"));
}

#[tokio::test]
async fn a_photo_that_is_too_long_is_left_out_and_named() {
    let tenant = acme().await;
    let photo = format!("data:image/png;base64,{}", "A".repeat(100_000));
    let small = json!({"value": "https://example.com/a.png", "type": "thumbnail"});
    let photos = json!([{"value": photo, "type": "photo", "primary": true}, small]);
    let body = json!({"userName": "ada", "photos": photos});
    let ada = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(ada["photos"], json!([small]));
    let path = format!("/Users/{}", ada["id"].as_str().unwrap());
    assert_eq!(tenant.put(&path, &body).await.expect(200), ada);
    let operations = json!([
        {"op": "Replace", "path": "photos[type eq \"thumbnail\"].value", "value": photo},
        {"op": "Add", "path": "photos[type eq \"photo\"].value", "value": photo},
        {"op": "Add", "path": "photos", "value": [{"value": photo}]},
        {"op": "Replace", "path": "photos[type eq \"thumbnail\"].value", "value": [photo]},
        {"op": "Replace", "path": "photos", "value": [{"value": photo, "type": "photo"}]},
        {"op": "Replace", "path": "active", "value": false},
    ]);
    let user = tenant.patch(&path, &operations).await.expect(200);
    assert_eq!((&user["photos"], &user["active"]), (&json!([small]), &json!(false)));
    let sync = Request::get("/tenants/acme/api/sync")
        .header("authorization", format!("Bearer {}", tenant.admin_token))
        .body(Body::empty())
        .unwrap();
    let sync: Value = tenant.app.send(sync).await.expect(200);
    assert_eq!(
        sync["unknownAttributes"][0]["attribute"],
        "photos.value (longer than 4096 characters)"
    );
}

#[tokio::test]
async fn a_date_alone_is_midnight() {
    let tenant = acme().await;
    declare(&tenant, ACME, "since", json!({"type": "dateTime"})).await.expect(201);
    declare(&tenant, ACME, "days", json!({"type": "dateTime", "multiValued": true}))
        .await
        .expect(201);
    let body = json!({"userName": "ada", ACME: {"since": "2026-01-02", "days": ["2026-03-04"]}});
    let ada = tenant.post("/Users", &body).await.expect(201);
    let midnight = json!({"since": "2026-01-02T00:00:00Z", "days": ["2026-03-04T00:00:00Z"]});
    assert_eq!(ada[ACME], midnight);
    let path = format!("/Users/{}", ada["id"].as_str().unwrap());
    assert_eq!(tenant.put(&path, &body).await.expect(200), ada, "the same once more is no change");
    for filter in ["since eq \"2026-01-02\"", "since lt \"2026-01-03\"", "days eq \"2026-03-04\""] {
        assert_eq!(tenant.found(&format!("{ACME}:{filter}")).await, ["ada"], "{filter}");
    }
    let remove = json!([{"op": "remove", "path": format!("{ACME}:days"), "value": ["2026-03-04"]}]);
    let user = tenant.patch(&path, &remove).await.expect(200);
    assert_eq!(user[ACME], json!({"since": "2026-01-02T00:00:00Z"}));
    let wrong = json!({"userName": "bob", ACME: {"since": "2026-02-30"}});
    tenant.post("/Users", &wrong).await.expect_error(400, Some("invalidValue"));
}

//! `attributes` and `excludedAttributes` select the attributes of an answer.

use super::users::{ada, with_ada};
use crate::support::urns::{CORE, ENTERPRISE};
use crate::support::{TestTenant, acme, counting_id};
use serde_json::{Value, json};

#[tokio::test]
async fn answers_hold_the_attributes_that_are_asked_for() {
    let cases = [
        ("userName", json!({"userName": "ada@example.com"})),
        ("USERNAME,Nothing", json!({"userName": "ada@example.com"})),
        ("name.givenName", json!({"name": {"givenName": "Ada"}})),
        (
            "emails.value",
            json!({"emails": [{"value": "ada@example.com"}, {"value": "ada@home.example"}]}),
        ),
        ("urn:ietf:params:scim:schemas:core:2.0:User:active", json!({"active": true})),
        (&*format!("{ENTERPRISE}:department"), json!({ENTERPRISE: {"department": "Engines"}})),
        ("manager", json!({ENTERPRISE: {"manager": {"value": "boss@example.com"}}})),
        (ENTERPRISE, json!({ENTERPRISE: ada()[ENTERPRISE]})),
        ("password", json!({})),
        ("nonsense", json!({})),
    ];
    for (attributes, expected) in cases {
        let tenant = acme().await;
        let query = format!("attributes={attributes}");
        let mut expected = expected;
        expected["id"] = counting_id(1).to_string().into();
        expected["schemas"] = json!([CORE, ENTERPRISE]);
        check_everywhere(&tenant, &query, &expected).await;
    }
}

#[tokio::test]
async fn answers_leave_out_the_attributes_that_are_not_wanted() {
    let everything = {
        let (tenant, path) = with_ada().await;
        tenant.get(&path).await.expect(200)
    };
    let cases: [(&str, &[&str]); 4] = [
        ("emails,name,meta", &["/emails", "/name", "/meta"]),
        ("EMAILS,Name.GivenName", &["/emails", "/name/givenName"]),
        ("id,schemas", &[]),
        (
            &format!("{ENTERPRISE}:manager,nonsense"),
            &["/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager"],
        ),
    ];
    for (excluded, pointers) in cases {
        let mut expected = everything.clone();
        for pointer in pointers {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            expected.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        }
        check_everywhere(&acme().await, &format!("excludedAttributes={excluded}"), &expected).await;
    }
}

/// Checks that the answer to each method has the same attributes. No request after the POST changes the user.
async fn check_everywhere(tenant: &TestTenant, query: &str, expected: &Value) {
    let created = tenant.post(&format!("/Users?{query}"), &ada()).await;
    assert_eq!(created.expect(201), *expected, "POST {query}");
    assert!(created.header("location").ends_with(&counting_id(1).to_string()));
    assert_eq!(created.header("etag"), "W/\"1\"");
    let path = format!("/Users/{}?{query}", counting_id(1));
    assert_eq!(tenant.get(&path).await.expect(200), *expected, "GET {query}");
    assert_eq!(tenant.put(&path, &ada()).await.expect(200), *expected, "PUT {query}");
    let on = json!([{"op": "replace", "value": {"active": true}}]);
    assert_eq!(tenant.patch(&path, &on).await.expect(200), *expected, "PATCH {query}");
    let listed = tenant.get(&format!("/Users?{query}")).await.expect(200);
    assert_eq!(listed["Resources"], json!([expected]), "list {query}");
    let filter = "filter=userName%20eq%20%22ada%40example.com%22";
    let found = tenant.get(&format!("/Users?{filter}&{query}")).await.expect(200);
    assert_eq!(found["Resources"], json!([expected]), "filter {query}");
}

#[tokio::test]
async fn attributes_and_excluded_attributes_together_are_refused() {
    let (tenant, path) = with_ada().await;
    let query = "attributes=userName&excludedAttributes=emails";
    let before = tenant.get(&path).await.expect(200);
    let body = json!({"userName": "grace"});
    let answers = [
        tenant.get(&format!("{path}?{query}")).await,
        tenant.get(&format!("/Users?{query}")).await,
        tenant.post(&format!("/Users?{query}"), &body).await,
        tenant.put(&format!("{path}?{query}"), &body).await,
        tenant.patch(&format!("{path}?{query}"), &json!([{"op": "remove", "path": "name"}])).await,
    ];
    for answer in answers {
        assert_eq!(
            answer.expect_error(400, Some("invalidValue")),
            "attributes and excludedAttributes cannot be used together; send one of them"
        );
    }
    let listed = tenant.get("/Users").await.expect(200);
    assert_eq!(listed["Resources"], json!([before]));
}

#[tokio::test]
async fn a_single_user_is_shown_whatever_a_query_says() {
    let (tenant, path) = with_ada().await;
    let whole = tenant.get(&path).await.expect(200);
    for query in [
        "filter=userName%20eq%20%22nobody%22",
        "filter=nonsense",
        "sortBy=nothing",
        "startIndex=2&count=0",
    ] {
        assert_eq!(tenant.get(&format!("{path}?{query}")).await.expect(200), whole, "{query}");
    }
}

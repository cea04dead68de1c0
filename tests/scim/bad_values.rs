//! Values and schemas that do not fit. The error names the attribute and the expected form.

use super::refusals::{Bench, PATCH_OP, patch_body};
use crate::support::TestApp;
use crate::support::urns::{CORE, ENTERPRISE};
use serde_json::{Value, json};

#[tokio::test]
async fn values_of_the_wrong_type_are_refused_with_their_name() {
    let bench = Bench::new().await;
    let department = format!("{ENTERPRISE}:department must be text, found a boolean");
    let manager = format!(
        "{ENTERPRISE}:manager must be text or an object such as {{\"value\": …}}, found a number"
    );
    let manager_value = format!("{ENTERPRISE}:manager.value must be text, found an object");
    let extension = format!("{ENTERPRISE} must be an object, found text");
    let cases = [
        (json!({"userName": 5.5}), "userName must be text, found a number"),
        (json!({"userName": ["x", "y"]}), "userName must be text, found a list"),
        (json!({"userName": true}), "userName must be text, found a boolean"),
        (json!({"name": "Ada"}), "name must be an object, found text"),
        (json!({"name": [{}, {}]}), "name must be an object, found a list"),
        (json!({"name": {"givenName": {}}}), "name.givenName must be text, found an object"),
        (json!({"active": 3}), "active must be true or false, found 3"),
        (json!({"active": "yes"}), "active must be true or false, found \"yes\""),
        (json!({"active": ""}), "active must be true or false, found empty text"),
        (json!({"active": []}), "active must be true or false, found a list"),
        (json!({"active": {"value": true}}), "active must be true or false, found an object"),
        (json!({"ims": "ada@example.com"}), "ims must be a list, found text"),
        (
            json!({"emails": [5]}),
            "emails[1] must be text or an object such as {\"value\": …}, found a number",
        ),
        (
            json!({"ims": [{"value": "a"}, "b"]}),
            "ims[2] must be an object such as {\"value\": …}, found text",
        ),
        (json!({"addresses": [[]]}), "addresses[1] must be an object, found a list"),
        (
            json!({"emails": [{"value": "a"}, {"value": "b", "type": true}]}),
            "emails[2].type must be text, found a boolean",
        ),
        (
            json!({"emails": [{"value": "x", "primary": 1}]}),
            "emails[1].primary must be true or false, found 1",
        ),
        (json!({"externalId": 1.7}), "externalId must be text, found a number"),
        (
            json!({"x509Certificates": [{"value": "not base64!"}]}),
            "x509Certificates[1].value must be base64 text",
        ),
        (json!({ENTERPRISE: "x"}), &*extension),
        (json!({ENTERPRISE: {"department": true}}), &*department),
        (json!({ENTERPRISE: {"manager": 5}}), &*manager),
        (json!({ENTERPRISE: {"manager": {"value": {}}}}), &*manager_value),
        (
            json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}),
            "emails has 2 primary values; mark at most one value as primary",
        ),
    ];
    for (mut body, detail) in cases {
        if body.get("userName").is_none() {
            body["userName"] = "somebody".into();
        }
        bench.refuses(&body.to_string(), "invalidValue", detail).await;
    }
}

#[tokio::test]
async fn a_user_needs_a_user_name() {
    let bench = Bench::new().await;
    for name in [json!(null), json!(""), json!(" \t\n")] {
        let body = json!({"schemas": [CORE], "userName": name, "active": true}).to_string();
        bench.refuses(&body, "invalidValue", "userName is required and must not be empty").await;
    }
    let body = json!({"schemas": [CORE], "displayName": "Ada"}).to_string();
    bench.refuses(&body, "invalidValue", "userName is required and must not be empty").await;
}

#[tokio::test]
async fn a_wrong_message_schema_is_refused() {
    let bench = Bench::new().await;
    let detail = format!("schemas must be a list that contains {CORE}");
    for schemas in [
        json!(CORE),
        json!({}),
        json!([5]),
        json!([CORE, 5]),
        json!([ENTERPRISE]),
        json!([PATCH_OP]),
        json!(["urn:ietf:params:scim:schemas:core:2.0:Group"]),
        json!(["urn:scim:schemas:core:3.0"]),
        json!(["urn:scim:schemas:core:2.0:User"]),
        json!(["urn:scim:schemas:extension:enterprise:2.0"]),
    ] {
        let body = json!({"schemas": schemas, "userName": "grace"}).to_string();
        bench.refuses(&body, "invalidSyntax", &detail).await;
    }
    let detail = format!("schemas must be a list that contains {PATCH_OP}");
    let operations = json!([{"op": "add", "path": "title", "value": "x"}]);
    for schemas in [json!(PATCH_OP), json!([CORE]), json!({}), json!([5])] {
        let body = json!({"schemas": schemas, "Operations": operations}).to_string();
        let answer = bench.send("PATCH", body).await;
        assert_eq!(bench.refused(answer, 400, Some("invalidSyntax")).await, detail, "{schemas}");
    }
}

#[tokio::test]
async fn what_is_too_long_is_refused_with_the_limit() {
    let bench = Bench::new().await;
    let location = format!("{ENTERPRISE}:location has 4097 characters; at most 4096 are accepted");
    let emails: Vec<Value> =
        (0..41).map(|n| json!({"value": format!("{n}@example.com")})).collect();
    let roles: Vec<Value> = (0..101).map(|n| json!({"value": format!("{n}")})).collect();
    let cases = [
        (
            json!({"userName": "x".repeat(513)}),
            "userName has 513 characters; at most 512 are accepted",
        ),
        (
            json!({"userName": "🦀".repeat(513)}),
            "userName has 513 characters; at most 512 are accepted",
        ),
        (
            json!({"externalId": "x".repeat(513)}),
            "externalId has 513 characters; at most 512 are accepted",
        ),
        (
            json!({"title": "x".repeat(4_097)}),
            "title has 4097 characters; at most 4096 are accepted",
        ),
        (
            json!({"name": {"givenName": "x".repeat(4_097)}}),
            "name.givenName has 4097 characters; at most 4096 are accepted",
        ),
        (
            json!({"emails": [{"value": "x".repeat(513)}]}),
            "emails[1].value has 513 characters; at most 512 are accepted",
        ),
        (json!({ENTERPRISE: {"location": "x".repeat(4_097)}}), &*location),
        (json!({"emails": emails}), "emails has 41 values; at most 40 are accepted"),
        (json!({"roles": roles}), "roles has 101 values; at most 100 are accepted"),
    ];
    for (mut body, detail) in cases {
        if body.get("userName").is_none() {
            body["userName"] = "somebody".into();
        }
        bench.refuses(&body.to_string(), "invalidValue", detail).await;
    }
    let roles: Vec<Value> = (0..40).map(|n| json!({"value": format!("{n:04096}")})).collect();
    let body = json!({"userName": "somebody", "roles": roles}).to_string();
    let detail = bench.refused(bench.send("POST", body).await, 400, Some("invalidValue")).await;
    assert!(
        detail.starts_with("The User would have 16")
            && detail.ends_with(" bytes of JSON; at most 131072 are stored"),
        "{detail}"
    );
    let operations = json!([{"op": "add", "path": "roles", "value": roles}]);
    let detail = bench
        .refused(bench.send("PATCH", patch_body(&operations)).await, 400, Some("invalidValue"))
        .await;
    assert!(detail.ends_with(" bytes of JSON; at most 131072 are stored"), "{detail}");
}

#[tokio::test]
async fn the_longest_values_in_the_widest_letters_are_kept_and_found() {
    for letter in ["x", "é", "🦀", "\u{390}", "ﬃ", "\""] {
        let tenant = TestApp::new().await.tenant("acme").await;
        let long = letter.repeat(512);
        let body = json!({
            "userName": long,
            "externalId": long,
            "emails": [{"value": long, "primary": true}, {"value": long, "type": "home"}],
        });
        let id = tenant.create(&body).await;
        let path = format!("/Users/{id}");
        assert_eq!(tenant.get(&path).await.expect(200)["userName"], long);
        tenant.post("/Users", &body).await.expect_error(409, Some("uniqueness"));
        // A filter has at most 4,096 bytes. Wider letters make these filters longer.
        for attribute in ["userName", "externalId", "emails"] {
            let filter = format!("{attribute} eq {}", Value::from(long.as_str()));
            if filter.len() <= 4_096 {
                assert_eq!(
                    tenant.found(&filter).await,
                    std::slice::from_ref(&long),
                    "{attribute} {letter}"
                );
            }
        }
        tenant
            .put(&path, &json!({"userName": format!("{}y", letter.repeat(511))}))
            .await
            .expect(200);
        tenant.delete(&path).await.expect(204);
        tenant.create(&body).await;
    }
}

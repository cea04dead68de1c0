//! The OpenAPI description of the JSON API.

use crate::support::acme;
use crate::support::admin::get;
use axum::body::Body;
use http::Request;

#[tokio::test]
async fn the_description_is_open_and_says_the_same_of_every_tenant() {
    let tenant = acme().await;
    let open = async |id: &str| {
        let uri = format!("/tenants/{id}/api/openapi.json");
        let answer = tenant.app.send(Request::get(uri).body(Body::empty()).unwrap()).await;
        let mut document = answer.expect(200);
        assert_eq!(document["openapi"], "3.1.0");
        let server = document["servers"][0]["url"].take();
        assert_eq!(server, format!("https://rollcall.example/tenants/{id}/api"));
        document
    };
    assert_eq!(open("acme").await, open("nobody").await);
}

#[tokio::test]
async fn every_reference_in_the_description_leads_somewhere() {
    let document = get(&acme().await, "/openapi.json").await;
    let text = document.to_string();
    let mut found = 0;
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().expect("a pointer");
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        found += 1;
    }
    assert!(found > 10, "{found}");
}

/// Validators in .ci/run check the rest of the specification.
#[tokio::test]
async fn names_in_the_description_are_valid() {
    let document = get(&acme().await, "/openapi.json").await;
    let is_valid = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    for components in document["components"].as_object().expect("components").values() {
        for name in components.as_object().expect("named components").keys() {
            assert!(is_valid(name), "{name:?}");
        }
    }
    let schemes = &document["components"]["securitySchemes"];
    let required = document["security"][0].as_object().expect("a requirement");
    assert!(required.keys().all(|name| schemes.get(name).is_some()), "{schemes}");
    assert!(schemes.get("adminToken").is_some());
    let licence = &document["info"]["license"];
    assert_eq!(licence["identifier"], "MIT OR Apache-2.0");
}

#[tokio::test]
async fn every_operation_names_its_problems_and_has_an_example() {
    let document = get(&acme().await, "/openapi.json").await;
    let wrong = &document["components"]["responses"]["WrongRequest"];
    let example = &wrong["content"]["application/problem+json"]["example"];
    assert_eq!(example["cause"], "invalid-body");
    let mut operations = 0;
    for methods in document["paths"].as_object().expect("paths").values() {
        for operation in methods.as_object().expect("methods").values() {
            operations += 1;
            let name = &operation["operationId"];
            let responses = operation["responses"].as_object().expect("responses");
            let reference = "#/components/responses/WrongRequest";
            assert_eq!(operation["responses"]["4XX"]["$ref"], reference, "{name}");
            let bodies = responses.values().chain(operation.get("requestBody"));
            for content in bodies.filter_map(|body| body["content"].as_object()).flatten() {
                assert!(content.1.get("example").is_some(), "{name}: {content:?}");
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(!parameter["schema"].to_string().contains("null"), "{name}: {parameter}");
            }
        }
    }
    assert!(operations > 35, "{operations}");
}

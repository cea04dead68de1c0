//! Discovery (RFC 7644 §4): the content of its documents, access to them, and whether the service does what they say.

use crate::support::urns::{CORE, ENTERPRISE, GROUP};
use crate::support::{ORIGIN, acme};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

pub const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
pub const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const ALL: [&str; 6] = [
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/Schemas",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    "/Schemas/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
];

pub fn base() -> String {
    format!("{ORIGIN}/tenants/acme/scim/v2")
}

#[tokio::test]
async fn the_service_provider_config_says_what_is_supported() {
    let answer = acme().await.get("/ServiceProviderConfig").await;
    assert_eq!(answer.header("content-type"), "application/scim+json");
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://rollcall.example/tenants/acme/",
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": 500, "maxPayloadSize": 1_048_576},
        "filter": {"supported": true, "maxResults": 200},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": 100,
            "maxPageSize": 200,
            "cursorTimeout": 3600,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Secret Token",
            "description": "The tenant's Secret Token as a bearer token (RFC 6750)",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", base()),
        },
    });
    assert_eq!(answer.expect(200), expected);
}

#[tokio::test]
async fn there_are_users_with_the_enterprise_extension_and_groups() {
    let tenant = acme().await;
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "description": "User Account",
        "schema": CORE,
        "schemaExtensions": [{"schema": ENTERPRISE, "required": false}],
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{}/ResourceTypes/User", base()),
        },
    });
    assert_eq!(tenant.get("/ResourceTypes/User").await.expect(200), user);
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "Group",
        "name": "Group",
        "endpoint": "/Groups",
        "description": "Group",
        "schema": GROUP,
        "schemaExtensions": [],
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{}/ResourceTypes/Group", base()),
        },
    });
    assert_eq!(tenant.get("/ResourceTypes/Group").await.expect(200), group);
    let list = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 2,
        "startIndex": 1,
        "itemsPerPage": 2,
        "Resources": [user, group],
    });
    assert_eq!(tenant.get("/ResourceTypes").await.expect(200), list);
}

#[tokio::test]
async fn unknown_documents_are_404() {
    let tenant = acme().await;
    for (path, detail) in [
        (
            "/Schemas/urn:nonsense",
            "There is no schema with this URN. GET /Schemas lists the schemas",
        ),
        (
            "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Role",
            "There is no schema with this URN. GET /Schemas lists the schemas",
        ),
        ("/Schemas/User", "There is no schema with this URN. GET /Schemas lists the schemas"),
        (
            "/Schemas/urn:ietf:params:scim:api:messages:2.0:ListResponse",
            "There is no schema with this URN. GET /Schemas lists the schemas",
        ),
        (
            "/Schemas/urn:ietf:params:scim:api:messages:2.0:Error",
            "There is no schema with this URN. GET /Schemas lists the schemas",
        ),
        (
            "/Schemas/urn:ietf:params:scim:api:messages:2.0:PatchOp",
            "There is no schema with this URN. GET /Schemas lists the schemas",
        ),
        (
            "/ResourceTypes/Role",
            "There is no resource type with this name. GET /ResourceTypes lists the names",
        ),
        (
            "/ResourceTypes/user",
            "There is no resource type with this name. GET /ResourceTypes lists the names",
        ),
    ] {
        assert_eq!(tenant.get(path).await.expect_error(404, None), detail, "{path}");
    }
    for path in ["/Schemas/%FF", "/ResourceTypes/%FF", "/Schemas/a%2Fb", "/Schemas/a/b"] {
        tenant.get(path).await.expect_error(404, None);
    }
}

#[tokio::test]
async fn discovery_cannot_be_filtered_and_ignores_paging_and_sorting() {
    let tenant = acme().await;
    for path in ALL {
        let detail = tenant
            .get(&format!("{path}?filter=name%20eq%20%22User%22"))
            .await
            .expect_error(403, None);
        assert_eq!(
            detail,
            "Discovery documents cannot be filtered (RFC 7644 section 4). Leave out the \
             parameter filter"
        );
        let whole = tenant.get(path).await.expect(200);
        for query in [
            "startIndex=2&count=0",
            "startIndex=x",
            "sortBy=name&sortOrder=descending",
            "attributes=id",
            "excludedAttributes=meta",
            "cursor=x",
        ] {
            assert_eq!(tenant.get(&format!("{path}?{query}")).await.expect(200), whole, "{query}");
        }
        for query in ["count=1&count=2", "sortBy=%FF"] {
            let answer = tenant.get(&format!("{path}?{query}")).await;
            answer.expect_error(400, Some("invalidValue"));
        }
    }
}

#[tokio::test]
async fn discovery_can_only_be_read() {
    let tenant = acme().await;
    for path in ALL {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let answer = tenant.request(method, path, &[], Body::empty()).await;
            answer.expect_error(405, None);
            assert_eq!(answer.header("allow"), "GET,HEAD", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn discovery_is_open_and_the_same_for_everybody_but_for_the_urls() {
    let tenant = acme().await;
    tenant.app.tenant("globex").await;
    let get = |id: &'static str, path: &'static str, token: Option<String>| {
        let app = tenant.app.clone();
        async move {
            let mut request = Request::builder().uri(format!("/tenants/{id}/scim/v2{path}"));
            if let Some(token) = token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            let answer = app.send(request.body(Body::empty()).unwrap()).await;
            answer.expect(200).to_string().replace(&format!("/tenants/{id}/"), "/tenants/*/")
        }
    };
    for path in ALL {
        let with_token = get("acme", path, Some(tenant.scim_token.clone())).await;
        assert_eq!(get("acme", path, None).await, with_token, "{path}");
        assert_eq!(get("acme", path, Some("wrong".to_owned())).await, with_token, "{path}");
        assert_eq!(get("globex", path, None).await, with_token, "{path}");
        assert_eq!(get("nobody-at-all", path, None).await, with_token, "{path}");
    }
}

#[tokio::test]
async fn discovery_holds_no_null_values() {
    fn has_null(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Array(elements) => elements.iter().any(has_null),
            Value::Object(members) => members.values().any(has_null),
            _ => false,
        }
    }
    let tenant = acme().await;
    for path in ALL {
        assert!(!has_null(&tenant.get(path).await.expect(200)), "{path}");
    }
}

#[tokio::test]
async fn what_is_advertised_as_unsupported_is_refused_and_not_half_done() {
    let tenant = acme().await;
    for path in ["/Me"] {
        let answer = tenant.post(path, &json!({"schemas": []})).await;
        let status = answer.status.as_u16();
        assert!([404, 405, 501].contains(&status), "{path}: {status}");
        answer.expect_error(status, None);
    }
}

#[tokio::test]
async fn a_location_leads_to_its_document() {
    let tenant = acme().await;
    for path in ["/Schemas", "/ResourceTypes"] {
        let list = tenant.get(path).await.expect(200);
        for document in list["Resources"].as_array().unwrap() {
            let location = document["meta"]["location"].as_str().unwrap();
            let below = location.strip_prefix(&base()).unwrap();
            assert_eq!(tenant.get(below).await.expect(200), *document);
        }
    }
}

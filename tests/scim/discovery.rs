//! Discovery (RFC 7644 §4): what it says, to whom, and that it is true.

use crate::support::{ORIGIN, TestApp, TestTenant};
use axum::body::Body;
use http::Request;
use serde_json::{Map, Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const ALL: [&str; 6] = [
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/Schemas",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    "/Schemas/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
];

async fn acme() -> TestTenant {
    TestApp::new().await.tenant("acme").await
}

fn base() -> String {
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
async fn schemas_are_listed_and_found_by_their_urn() {
    let tenant = acme().await;
    let list = tenant.get("/Schemas").await.expect(200);
    assert_eq!(list["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    assert_eq!((&list["totalResults"], &list["itemsPerPage"]), (&json!(6), &json!(6)));
    let schemas = [
        (CORE, "User"),
        (ENTERPRISE, "EnterpriseUser"),
        (GROUP, "Group"),
        (CONFIG, "Service Provider Configuration"),
        (RESOURCE_TYPE, "ResourceType"),
        (SCHEMA, "Schema"),
    ];
    for (row, (urn, name)) in schemas.iter().enumerate() {
        let schema = tenant.get(&format!("/Schemas/{urn}")).await.expect(200);
        assert_eq!(schema, list["Resources"][row]);
        assert_eq!(schema["schemas"], json!([SCHEMA]));
        assert_eq!((&schema["id"], &schema["name"]), (&json!(urn), &json!(name)));
        let meta =
            json!({"resourceType": "Schema", "location": format!("{}/Schemas/{urn}", base())});
        assert_eq!(schema["meta"], meta);
        let encoded = urn.replace(':', "%3A");
        assert_eq!(tenant.get(&format!("/Schemas/{encoded}")).await.expect(200), schema);
        assert_eq!(
            tenant.get(&format!("/Schemas/{}", urn.to_uppercase())).await.expect(200),
            schema
        );
    }
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
async fn every_attribute_has_all_its_characteristics() {
    let tenant = acme().await;
    let list = tenant.get("/Schemas").await.expect(200);
    let mut seen = 0;
    for schema in list["Resources"].as_array().unwrap() {
        assert!(schema["description"].as_str().is_some_and(|text| !text.is_empty()), "{schema}");
        check_attributes(schema["attributes"].as_array().unwrap(), &mut seen);
    }
    assert!(seen > 70, "{seen}");
}

/// RFC 7643 §7.
fn check_attributes(attributes: &[Value], seen: &mut usize) {
    for attribute in attributes {
        *seen += 1;
        let one_of = |name: &str, words: &[&str]| {
            let word = attribute[name].as_str().unwrap_or_else(|| panic!("{name}: {attribute}"));
            assert!(words.contains(&word), "{attribute}");
        };
        for name in ["name", "description"] {
            assert!(attribute[name].as_str().is_some_and(|text| !text.is_empty()), "{attribute}");
        }
        // RFC 7643 §2.1; $ref is the exception of §2.4.
        let name = attribute["name"].as_str().unwrap();
        let is_in_names = |byte: u8| byte.is_ascii_alphanumeric() || b"$-_".contains(&byte);
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(is_in_names);
        assert!(is_name || name == "$ref", "{attribute}");
        for name in ["multiValued", "required", "caseExact"] {
            assert!(attribute[name].is_boolean(), "{name}: {attribute}");
        }
        let types = [
            "string",
            "boolean",
            "decimal",
            "integer",
            "dateTime",
            "binary",
            "reference",
            "complex",
        ];
        one_of("type", &types);
        one_of("mutability", &["readOnly", "readWrite", "immutable", "writeOnly"]);
        one_of("returned", &["always", "never", "default", "request"]);
        one_of("uniqueness", &["none", "server", "global"]);
        assert_eq!(
            attribute["type"] == "reference",
            attribute.get("referenceTypes").is_some(),
            "{attribute}"
        );
        assert_eq!(
            attribute["type"] == "complex",
            attribute.get("subAttributes").is_some(),
            "{attribute}"
        );
        if let Some(sub_attributes) = attribute.get("subAttributes") {
            // RFC 7643 §2.3.8, from which §8.7.2 makes one exception.
            let mut parts = sub_attributes.as_array().unwrap().iter();
            let is_simple = |part: &Value| part["type"] != "complex";
            assert!(
                parts.all(|part| is_simple(part) || part["name"] == "subAttributes"),
                "{attribute}"
            );
            check_attributes(sub_attributes.as_array().unwrap(), seen);
        }
    }
}

#[tokio::test]
async fn the_characteristics_that_clients_rely_on_are_those_of_rfc_7643() {
    let tenant = acme().await;
    let core = tenant.get(&format!("/Schemas/{CORE}")).await.expect(200);
    let attribute = |name: &str| {
        let attributes = core["attributes"].as_array().unwrap();
        attributes.iter().find(|attribute| attribute["name"] == name).expect(name).clone()
    };
    let user_name = attribute("userName");
    assert_eq!(
        (&user_name["required"], &user_name["caseExact"], &user_name["uniqueness"]),
        (&json!(true), &json!(false), &json!("server"))
    );
    let password = attribute("password");
    assert_eq!(
        (&password["mutability"], &password["returned"]),
        (&json!("writeOnly"), &json!("never"))
    );
    assert_eq!(attribute("groups")["mutability"], "readOnly");
    assert_eq!(attribute("emails")["multiValued"], true);
    assert_eq!(attribute("active")["type"], "boolean");
    for urn in [CORE, ENTERPRISE, GROUP] {
        let schema = tenant.get(&format!("/Schemas/{urn}")).await.expect(200);
        let attributes = schema["attributes"].as_array().unwrap().iter();
        let names: Vec<&str> = attributes.map(|one| one["name"].as_str().unwrap()).collect();
        for common in ["id", "externalId", "meta", "schemas"] {
            assert!(!names.contains(&common), "{common} is part of no schema document");
        }
    }
}

#[tokio::test]
async fn the_enterprise_schema_has_the_location_attribute_of_the_set_up_guide() {
    let schema = acme().await.get(&format!("/Schemas/{ENTERPRISE}")).await.expect(200);
    let attributes = schema["attributes"].as_array().unwrap();
    let names: Vec<&str> = attributes.iter().map(|a| a["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "employeeNumber",
            "costCenter",
            "organization",
            "division",
            "department",
            "location",
            "manager"
        ]
    );
    let location = json!({
        "name": "location",
        "type": "string",
        "multiValued": false,
        "description": "Where the person works",
        "required": false,
        "caseExact": false,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    });
    assert_eq!(attributes[5], location);
    let parts = attributes[6]["subAttributes"].as_array().unwrap();
    let parts: Vec<&str> = parts.iter().map(|part| part["name"].as_str().unwrap()).collect();
    assert_eq!(parts, ["value", "$ref", "displayName"]);
}

/// RFC 7643 §8.7.2: every document of discovery is as its schema says, with all that is required and nothing else.
#[tokio::test]
async fn the_documents_of_discovery_follow_their_own_schemas() {
    let tenant = acme().await;
    let mut documents = vec![tenant.get("/ServiceProviderConfig").await.expect(200)];
    for list in ["/ResourceTypes", "/Schemas"] {
        let list = tenant.get(list).await.expect(200);
        documents.extend(list["Resources"].as_array().unwrap().iter().cloned());
    }
    for document in &documents {
        let urn = document["schemas"][0].as_str().unwrap();
        let schema = tenant.get(&format!("/Schemas/{urn}")).await.expect(200);
        let mut members = document.as_object().unwrap().clone();
        for common in ["schemas", "meta"] {
            assert!(members.remove(common).is_some(), "{document}");
        }
        check_members(&schema["attributes"], &members);
    }
}

fn check_members(attributes: &Value, members: &Map<String, Value>) {
    let attributes = attributes.as_array().unwrap();
    for attribute in attributes.iter().filter(|attribute| attribute["required"] == true) {
        assert!(members.contains_key(attribute["name"].as_str().unwrap()), "{attribute}");
    }
    for (name, value) in members {
        let mut attribute = attributes.iter().find(|attribute| attribute["name"] == **name);
        // The schema of schemas has two levels, as the RFC's, and its own document has three: the last is as the second.
        let third_level = json!({
            "type": "complex",
            "multiValued": true,
            "subAttributes": attributes,
        });
        if name == "subAttributes" {
            attribute = attribute.or(Some(&third_level));
        }
        let attribute = attribute.unwrap_or_else(|| panic!("{name} is declared nowhere"));
        let values = match attribute["multiValued"] == true {
            true => value.as_array().expect("a list").clone(),
            false => vec![value.clone()],
        };
        for value in &values {
            match attribute["type"].as_str().unwrap() {
                "string" | "reference" => assert!(value.is_string(), "{name}: {value}"),
                "boolean" => assert!(value.is_boolean(), "{name}: {value}"),
                "integer" => assert!(value.is_u64(), "{name}: {value}"),
                "complex" => {
                    check_members(&attribute["subAttributes"], value.as_object().expect(name));
                }
                other => panic!("{name} has the type {other}"),
            }
            let words = attribute["canonicalValues"].as_array();
            assert!(words.is_none_or(|words| words.contains(value)), "{name}: {value}");
        }
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

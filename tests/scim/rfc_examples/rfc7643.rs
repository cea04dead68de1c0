//! RFC 7643 §8: the representations.

use super::{BABS, ENTERPRISE, GROUP, GUIDES, MANDY, USER, acme, here, id, settled};
use crate::support::TestTenant;
use serde_json::{Value, json};

const EMPLOYEES: &str = "fc348aa8-3835-40eb-a20b-c726e15c55b5";
const US_EMPLOYEES: &str = "71ddacd2-a8e7-49b8-a5db-ae50d0a5bfd7";
const MANAGER: &str = "26118915-6090-4610-87e4-49d8ca9f808d";

#[tokio::test]
async fn section_8_1_minimal_user() {
    let tenant = acme().await;
    let example = json!({
        "schemas": [USER],
        "id": BABS,
        "userName": "bjensen@example.com",
        "meta": {
            "resourceType": "User",
            "created": "2010-01-23T04:56:22Z",
            "lastModified": "2011-05-13T04:42:34Z",
            "version": "W/\"3694e05e9dff590\"",
            "location": format!("https://example.com/v2/Users/{BABS}"),
        },
    });
    let created = tenant.post("/Users", &example).await.expect(201);
    let mut expected = here(&example, &[(BABS, id(&created))]);
    expected["active"] = json!(true); // The default of `active` is true.
    assert_eq!(settled(created), settled(expected));
}

/// RFC 7643 §8.2, figure 4.
fn full_user() -> Value {
    serde_json::from_str(include_str!("full-user.json")).expect("JSON")
}

/// Creates the user of an example and the user's groups. Compares the user with the example.
async fn check_full_user(tenant: &TestTenant, mut example: Value) {
    let created = tenant.post("/Users", &example).await.expect(201);
    let babs = id(&created);
    let mut groups = Vec::new();
    for group in example["groups"].as_array().unwrap() {
        let members = json!([{"value": babs}]);
        let body = json!({"displayName": group["display"], "members": members});
        groups.push(tenant.post("/Groups", &body).await.expect(201));
    }
    // The service accepts a password and does not store it. It adds the type of each membership.
    example.as_object_mut().unwrap().remove("password");
    for group in example["groups"].as_array_mut().unwrap() {
        group["type"] = json!("direct");
    }
    let ids = [
        (BABS, babs),
        (GUIDES, id(&groups[0])),
        (EMPLOYEES, id(&groups[1])),
        (US_EMPLOYEES, id(&groups[2])),
    ];
    let read = tenant.get(&format!("/Users/{babs}")).await.expect(200);
    assert_eq!(settled(read), settled(here(&example, &ids)));
}

#[tokio::test]
async fn section_8_2_full_user() {
    check_full_user(&acme().await, full_user()).await;
}

#[tokio::test]
async fn section_8_3_enterprise_user() {
    let mut example = full_user();
    example["schemas"] = json!([USER, ENTERPRISE]);
    example[ENTERPRISE] = json!({
        "employeeNumber": "701984",
        "costCenter": "4130",
        "organization": "Universal Studios",
        "division": "Theme Park",
        "department": "Tour Operations",
        "manager": {
            "value": MANAGER,
            "$ref": format!("../Users/{MANAGER}"),
            "displayName": "John Smith",
        },
    });
    // The RFC's example also has relative URLs for the groups. The service returns absolute URLs, as in §8.2.
    check_full_user(&acme().await, example).await;
}

#[tokio::test]
async fn section_8_4_group() {
    let tenant = acme().await;
    let babs = tenant.create(&json!({"userName": "bjensen"})).await;
    let mandy = tenant.create(&json!({"userName": "mandy"})).await;
    let example = json!({
        "schemas": [GROUP],
        "id": GUIDES,
        "displayName": "Tour Guides",
        "members": [
            {
                "value": BABS,
                "$ref": format!("https://example.com/v2/Users/{BABS}"),
                "display": "Babs Jensen",
            },
            {
                "value": MANDY,
                "$ref": format!("https://example.com/v2/Users/{MANDY}"),
                "display": "Mandy Pepperidge",
            },
        ],
        "meta": {
            "resourceType": "Group",
            "created": "2010-01-23T04:56:22Z",
            "lastModified": "2011-05-13T04:42:34Z",
            "version": "W/\"3694e05e9dff592\"",
            "location": format!("https://example.com/v2/Groups/{GUIDES}"),
        },
    });
    let ids = [(BABS, &*babs), (MANDY, &*mandy)];
    let created = tenant.post("/Groups", &here(&example, &ids)).await.expect(201);
    let mut expected = here(&here(&example, &ids), &[(GUIDES, id(&created))]);
    for member in expected["members"].as_array_mut().unwrap() {
        member["type"] = json!("User"); // The example omits the type.
    }
    assert_eq!(settled(created), settled(expected));
}

/// The example announces features that a service may have, so only the form of the document can be the same. This test
/// omits the scheme's `documentationUri` and the scheme HTTP Basic, because this service has neither. It also omits
/// `created`, `lastModified` and `version` of `meta`. The document is the same for every client, and the service builds
/// it for each answer.
#[tokio::test]
async fn section_8_5_service_provider_configuration() {
    let example = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "http://example.com/help/scim.html",
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": 1000, "maxPayloadSize": 1_048_576},
        "filter": {"supported": true, "maxResults": 200},
        "changePassword": {"supported": true},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "name": "OAuth Bearer Token",
            "description": "Authentication scheme using the OAuth Bearer Token Standard",
            "specUri": "http://www.rfc-editor.org/info/rfc6750",
            "type": "oauthbearertoken",
            "primary": true,
        }],
        "meta": {
            "location": "https://example.com/v2/ServiceProviderConfig",
            "resourceType": "ServiceProviderConfig",
        },
    });
    let mut expected = here(&example, &[]);
    expected["documentationUri"] = json!("https://rollcall.example/tenants/acme/");
    expected["bulk"]["maxOperations"] = json!(500);
    expected["changePassword"]["supported"] = json!(false);
    let scheme = &mut expected["authenticationSchemes"][0];
    scheme["name"] = json!("Secret Token");
    scheme["description"] = json!("The tenant's Secret Token as a bearer token (RFC 6750)");
    scheme["specUri"] = json!("https://www.rfc-editor.org/info/rfc6750");
    let mut found = acme().await.get("/ServiceProviderConfig").await.expect(200);
    found.as_object_mut().unwrap().remove("pagination"); // RFC 9865 added `pagination`.
    assert_eq!(found, expected);
}

#[tokio::test]
async fn section_8_6_resource_types() {
    let tenant = acme().await;
    let example = json!([
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "description": "User Account",
            "schema": USER,
            "schemaExtensions": [{"schema": ENTERPRISE, "required": true}],
            "meta": {
                "location": "https://example.com/v2/ResourceTypes/User",
                "resourceType": "ResourceType",
            },
        },
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": "Group",
            "name": "Group",
            "endpoint": "/Groups",
            "description": "Group",
            "schema": GROUP,
            "meta": {
                "location": "https://example.com/v2/ResourceTypes/Group",
                "resourceType": "ResourceType",
            },
        },
    ]);
    let mut expected = here(&example, &[]);
    // The extension is optional. A type without extensions has an empty `schemaExtensions`.
    expected[0]["schemaExtensions"][0]["required"] = json!(false);
    expected[1]["schemaExtensions"] = json!([]);
    assert_eq!(tenant.get("/ResourceTypes").await.expect(200)["Resources"], expected);
}

//! RFC 7644 §3.7: bulk operations.

use super::{BABS, BASE, BULK, BULK_ANSWER, ENTERPRISE, GROUP, LIST, PATCH, USER, acme, here};
use crate::support::TestTenant;
use serde_json::{Value, json};

const ALICE: &str = "92b725cd-9465-4e7d-8c16-01f8e146b87a";
const BOB: &str = "b7c14771-226c-4d05-8860-134711653041";
const DAVE: &str = "5d8d29d3-342c-4b5f-8683-a3cb6763ffcc";
const GONE: &str = "e9025315-6bea-44e1-899c-1e07454e468b";

async fn bulk(tenant: &TestTenant, body: &Value) -> Value {
    let answer = tenant.post("/Bulk", body).await.expect(200);
    assert_eq!(answer["schemas"], json!([BULK_ANSWER]));
    answer["Operations"].clone()
}

/// The id at the end of an operation's location.
fn located(operation: &Value) -> &str {
    operation["location"].as_str().unwrap().rsplit('/').next().unwrap()
}

#[tokio::test]
async fn section_3_7_1_groups_that_are_members_of_each_other() {
    let tenant = acme().await;
    let group = |bulk_id: &str, name: &str, member: &str| {
        json!({
            "method": "POST",
            "path": "/Groups",
            "bulkId": bulk_id,
            "data": {
                "schemas": [GROUP],
                "displayName": name,
                "members": [{"type": "Group", "value": format!("bulkId:{member}")}],
            },
        })
    };
    let operations = [group("qwerty", "Group A", "ytrewq"), group("ytrewq", "Group B", "qwerty")];
    let results = bulk(&tenant, &json!({"schemas": [BULK], "Operations": operations})).await;
    let (a, b) = (located(&results[0]), located(&results[1]));
    // The RFC's example has 'Group'. Its grammar requires double quotation marks.
    let found = tenant.get("/Groups?filter=displayName%20sw%20%22Group%22").await.expect(200);
    assert_eq!((&found["schemas"], &found["totalResults"]), (&json!([LIST]), &json!(2)));
    for (row, own, name, other, other_name) in
        [(0, a, "Group A", b, "Group B"), (1, b, "Group B", a, "Group A")]
    {
        let mut group = found["Resources"][row].clone();
        let meta = group.as_object_mut().unwrap().remove("meta").unwrap();
        assert_eq!(meta["location"], format!("{BASE}/Groups/{own}"));
        let expected = json!({
            "id": own,
            "schemas": [GROUP],
            "displayName": name,
            "members": [{
                "value": other,
                "$ref": format!("{BASE}/Groups/{other}"),
                "type": "Group",
                "display": other_name, // The example omits the name.
            }],
        });
        assert_eq!(group, expected);
    }
}

fn alice() -> Value {
    json!({
        "method": "POST",
        "path": "/Users",
        "bulkId": "qwerty",
        "data": {"schemas": [USER], "userName": "Alice"},
    })
}

#[tokio::test]
async fn section_3_7_2_a_user_and_the_group_it_is_in() {
    let tenant = acme().await;
    let guides = json!({
        "method": "POST",
        "path": "/Groups",
        "bulkId": "ytrewq",
        "data": {
            "schemas": [GROUP],
            "displayName": "Tour Guides",
            "members": [{"type": "User", "value": "bulkId:qwerty"}],
        },
    });
    let request = json!({"schemas": [BULK], "Operations": [alice(), guides]});
    let results = bulk(&tenant, &request).await;
    let result = |bulk_id: &str, location: &Value, version: &Value| {
        // This example has the status {"code": "201"}. The examples of §3.7.3 have the status as text.
        json!({
            "location": location,
            "method": "POST",
            "bulkId": bulk_id,
            "version": version,
            "status": "201",
        })
    };
    for (row, bulk_id, kind) in [(0, "qwerty", "Users"), (1, "ytrewq", "Groups")] {
        let (location, version) = (&results[row]["location"], &results[row]["version"]);
        assert_eq!(location, &format!("{BASE}/{kind}/{}", located(&results[row])));
        assert_eq!(results[row], result(bulk_id, location, version));
    }
    let alice = located(&results[0]);
    let answer = tenant.get(&format!("/Groups/{}", located(&results[1]))).await;
    let group = answer.expect(200);
    assert_eq!(answer.header("etag"), results[1]["version"]);
    assert_eq!(group["meta"]["version"], results[1]["version"]);
    let member = json!({
        "value": alice,
        "$ref": format!("{BASE}/Users/{alice}"),
        "type": "User",
        "display": "Alice", // The example omits the name.
    });
    assert_eq!(group["members"], json!([member]));
}

#[tokio::test]
async fn section_3_7_2_a_user_and_the_manager() {
    let tenant = acme().await;
    let bob = json!({
        "method": "POST",
        "path": "/Users",
        "bulkId": "ytrewq",
        "data": {
            "schemas": [USER, ENTERPRISE],
            "userName": "Bob",
            ENTERPRISE: {"employeeNumber": "11250", "manager": {"value": "bulkId:qwerty"}},
        },
    });
    let request = json!({"schemas": [BULK], "Operations": [alice(), bob]});
    let results = bulk(&tenant, &request).await;
    let bob = tenant.get(&format!("/Users/{}", located(&results[1]))).await.expect(200);
    let manager = json!({"value": located(&results[0])});
    assert_eq!(bob[ENTERPRISE], json!({"employeeNumber": "11250", "manager": manager}));
}

/// Three users for the PUT, the PATCH and the DELETE of the example's request.
struct Several {
    tenant: TestTenant,
    ids: [(&'static str, String); 3],
}

impl Several {
    async fn new() -> Self {
        let tenant = acme().await;
        let user = |name: &str| json!({"userName": name, "nickName": "D"});
        let ids = [
            (BOB, tenant.create(&user("old bob")).await),
            (DAVE, tenant.create(&user("old dave")).await),
            (GONE, tenant.create(&user("gone")).await),
        ];
        Self { tenant, ids }
    }

    fn here(&self, example: &Value) -> Value {
        here(example, &self.ids.each_ref().map(|(theirs, ours)| (*theirs, &**ours)))
    }

    /// The example's request, with two changes. The PATCH has the form of §3.5.2, not the bare list of §3.7.3. The
    /// first operation has the schema of a User.
    fn request(&self, version: &str) -> Value {
        let patch = json!([
            {"op": "remove", "path": "nickName"},
            {"op": "add", "path": "userName", "value": "Dave"},
        ]);
        let (bob, dave, gone) =
            (format!("/Users/{BOB}"), format!("/Users/{DAVE}"), format!("/Users/{GONE}"));
        self.here(&json!({
            "schemas": [BULK],
            "failOnErrors": 1,
            "Operations": [
                alice(),
                {
                    "method": "PUT",
                    "path": bob,
                    "version": version,
                    "data": {"schemas": [USER], "id": BOB, "userName": "Bob"},
                },
                {
                    "method": "PATCH",
                    "path": dave,
                    "version": version,
                    "data": {"schemas": [PATCH], "Operations": patch},
                },
                {"method": "DELETE", "path": gone, "version": version},
            ],
        }))
    }
}

#[tokio::test]
async fn section_3_7_3_users_are_added_changed_and_removed() {
    let several = Several::new().await;
    let results = bulk(&several.tenant, &several.request("W/\"1\"")).await;
    let expected = json!([
        {
            "location": format!("https://example.com/v2/Users/{ALICE}"),
            "method": "POST",
            "bulkId": "qwerty",
            "version": "W/\"1\"",
            "status": "201",
        },
        {
            "location": format!("https://example.com/v2/Users/{BOB}"),
            "method": "PUT",
            "version": "W/\"2\"",
            "status": "200",
        },
        {
            "location": format!("https://example.com/v2/Users/{DAVE}"),
            "method": "PATCH",
            "version": "W/\"2\"",
            "status": "200",
        },
        {
            "location": format!("https://example.com/v2/Users/{GONE}"),
            "method": "DELETE",
            "status": "204",
        },
    ]);
    let alice = located(&results[0]).to_owned();
    assert_eq!(results, here(&several.here(&expected), &[(ALICE, &alice)]));
    let found = several.tenant.found("userName pr").await;
    assert_eq!(found, ["Bob", "Dave", "Alice"]);
}

/// The error of a failed operation. Its `detail` is the service's own text.
fn failed(status: &str, scim_type: Option<&str>, result: &Value) -> Value {
    let detail = &result["response"]["detail"];
    assert!(detail.as_str().is_some_and(|text| !text.is_empty()), "{result}");
    let mut response = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "detail": detail,
        "status": status,
    });
    if let Some(scim_type) = scim_type {
        response["scimType"] = json!(scim_type);
    }
    response
}

#[tokio::test]
async fn section_3_7_3_the_first_error_ends_it() {
    let several = Several::new().await;
    let mut request = several.request("W/\"1\"");
    request["Operations"][0]["data"] = json!("Alice");
    let results = bulk(&several.tenant, &request).await;
    let expected = json!([{
        "method": "POST",
        "bulkId": "qwerty",
        "status": "400",
        "response": failed("400", Some("invalidSyntax"), &results[0]),
    }]);
    assert_eq!(results, expected);
    assert_eq!(several.tenant.found("userName pr").await, ["old bob", "old dave", "gone"]);
}

#[tokio::test]
async fn section_3_7_3_all_operations_fail() {
    let several = Several::new().await;
    let mut request = several.request("W/\"7\"");
    request.as_object_mut().unwrap().remove("failOnErrors");
    request["Operations"][0]["data"] = json!("Alice");
    request["Operations"][3]["path"] = json!(format!("/Users/{BABS}"));
    let results = bulk(&several.tenant, &request).await;
    let expected = json!([
        {
            "method": "POST",
            "bulkId": "qwerty",
            "status": "400",
            "response": failed("400", Some("invalidSyntax"), &results[0]),
        },
        {
            "location": format!("https://example.com/v2/Users/{BOB}"),
            "method": "PUT",
            "status": "412",
            "response": failed("412", None, &results[1]),
        },
        {
            "location": format!("https://example.com/v2/Users/{DAVE}"),
            "method": "PATCH",
            "status": "412",
            "response": failed("412", None, &results[2]),
        },
        {
            "location": format!("https://example.com/v2/Users/{BABS}"),
            "method": "DELETE",
            "status": "404",
            "response": failed("404", None, &results[3]),
        },
    ]);
    assert_eq!(results, several.here(&expected));
}

#[tokio::test]
async fn section_3_7_4_a_request_beyond_the_limit() {
    let tenant = acme().await;
    let long = json!({"schemas": [BULK], "Operations": [alice()], "x": "x".repeat(1_048_576)});
    let detail = tenant.post("/Bulk", &long).await.expect_error(413, None);
    assert!(detail.contains("1048576"), "{detail}");
    assert!(tenant.found("userName pr").await.is_empty(), "nothing of it was done");
}

//! PATCH over HTTP: the answer, the stored user, filters and versions agree with the operations. The tests in
//! `crates/scim/src/patch/tests` check the effect of each operation on attributes.

use crate::support::log::Log;
use crate::support::urns::{CORE, ENTERPRISE};
use crate::support::{TestApp, TestTenant};
use serde_json::{Value, json};
use time::Duration;

async fn with_ada() -> (TestTenant, String) {
    let tenant = TestApp::new().await.tenant("acme").await;
    let body = json!({
        "userName": "ada@example.com",
        "externalId": "00u1",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [
            {"value": "ada@example.com", "type": "work", "primary": true},
            {"value": "ada@home.example", "type": "home"},
        ],
    });
    let id = tenant.create(&body).await;
    (tenant, format!("/Users/{id}"))
}

/// Applies `operations`. Checks that the answer equals the stored user, and that its version is one higher.
async fn patched(operations: Value) -> Value {
    let (tenant, path) = with_ada().await;
    tenant.app.advance(Duration::seconds(1));
    let answer = tenant.patch(&path, &operations).await;
    let body = answer.expect(200);
    assert_eq!(answer.header("etag"), "W/\"2\"", "{operations}");
    assert_eq!(body["meta"]["version"], "W/\"2\"");
    assert_eq!(body["meta"]["lastModified"], "2026-11-23T09:30:01.000Z");
    assert_eq!(tenant.get(&path).await.expect(200), body);
    assert_eq!(tenant.get("/Users").await.expect(200)["Resources"], json!([body]));
    body
}

/// Checks that the service refuses `operations` with this error and changes nothing. Returns the detail.
async fn refused(operations: Value, scim_type: &str) -> String {
    let (tenant, path) = with_ada().await;
    let before = tenant.get(&path).await.expect(200);
    let status = if scim_type == "uniqueness" { 409 } else { 400 };
    let detail = tenant.patch(&path, &operations).await.expect_error(status, Some(scim_type));
    assert_eq!(tenant.get(&path).await.expect(200), before, "{operations}");
    detail
}

#[tokio::test]
async fn operations_apply_in_order_each_to_the_result_of_the_one_before() {
    let user = patched(json!([
        {"op": "add", "path": "emails", "value": [{"value": "third@example.com", "type": "other"}]},
        {"op": "replace", "path": "emails[type eq \"other\"].value", "value": "3@example.com"},
        {"op": "remove", "path": "emails[type eq \"home\"]"},
        {"op": "add", "path": "emails[type eq \"other\"].primary", "value": true},
    ]))
    .await;
    assert_eq!(
        user["emails"],
        json!([
            {"value": "ada@example.com", "type": "work", "primary": false},
            {"value": "3@example.com", "type": "other", "primary": true},
        ])
    );
}

#[tokio::test]
async fn all_operations_apply_or_none_does() {
    let detail = refused(
        json!([
            {"op": "replace", "path": "title", "value": "Countess"},
            {"op": "replace", "path": "active", "value": false},
            {"op": "replace", "path": "groups", "value": "x"},
        ]),
        "mutability",
    )
    .await;
    assert_eq!(detail, "Operation 3: groups is readOnly: only this service sets it");
}

#[tokio::test]
async fn a_patch_need_not_name_its_schema() {
    let (tenant, path) = with_ada().await;
    let operations = json!([{"op": "replace", "path": "active", "value": false}]);
    for (n, body) in [
        json!({"Operations": operations}),
        json!({"schemas": [], "Operations": [{"op": "replace", "path": "active", "value": true}]}),
        json!({"schemas": null, "Operations": operations}),
    ]
    .into_iter()
    .enumerate()
    {
        let headers = [("content-type", "application/scim+json")];
        let user = tenant.request("PATCH", &path, &headers, body.to_string()).await.expect(200);
        assert_eq!(user["active"], n == 1);
    }
}

#[tokio::test]
async fn a_patch_without_operations_changes_nothing() {
    let (tenant, user) = with_ada().await;
    let ada = user.strip_prefix("/Users/").unwrap();
    let crew = json!({"displayName": "Crew", "members": [{"value": ada}]});
    let crew = tenant.post("/Groups", &crew).await.expect(201);
    let group = format!("/Groups/{}", crew["id"].as_str().unwrap());
    let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]);
    for path in [&user, &group] {
        let before = tenant.get(path).await.expect(200);
        for body in [
            json!({"schemas": schemas}),
            json!({"schemas": schemas, "Operations": []}),
            json!({"schemas": schemas, "Operations": null}),
            json!({}),
        ] {
            let headers = [("content-type", "application/scim+json")];
            let answer = tenant.request("PATCH", path, &headers, body.to_string()).await;
            assert_eq!(answer.expect(200), before, "{body}");
            assert_eq!(answer.header("etag"), "W/\"1\"");
        }
    }
    let unknown = "/Groups/00000000-0000-4000-8000-000000000099";
    tenant.patch(unknown, &json!([])).await.expect_error(404, None);
}

#[tokio::test]
async fn an_operation_on_what_is_not_known_is_skipped_and_logged() {
    let (tenant, path) = with_ada().await;
    let log = Log::default();
    let guard = log.start();
    let operations = json!([
        {"op": "Replace", "path": "nonsense", "value": "x"},
        {"op": "Add", "path": "urn:x:y:badge", "value": "7"},
        {"op": "Replace", "path": "active", "value": "False"},
    ]);
    let user = tenant.patch(&path, &operations).await.expect(200);
    drop(guard);
    assert_eq!(user["active"], false);
    let lines = log.lines();
    let unknown: Vec<&Value> =
        lines.iter().filter(|line| line["fields"].get("unknown").is_some()).collect();
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        unknown[0]["fields"],
        json!({"message": "a request has unknown attributes", "tenant": "acme", "unknown": 2})
    );
    let crew = tenant.post("/Groups", &json!({"displayName": "Crew"})).await.expect(201);
    let group = format!("/Groups/{}", crew["id"].as_str().unwrap());
    let described = json!([{"op": "replace", "path": "description", "value": "All of us"}]);
    assert_eq!(tenant.patch(&group, &described).await.expect(200), crew, "nothing is to be done");
}

#[tokio::test]
async fn an_extension_comes_and_goes_with_its_data() {
    let user =
        patched(json!([{"op": "add", "path": format!("{ENTERPRISE}:location"), "value": "GB"}]))
            .await;
    assert_eq!(user["schemas"], json!([CORE, ENTERPRISE]));
    assert_eq!(user[ENTERPRISE], json!({"location": "GB"}));
    let user = patched(json!([
        {"op": "add", "value": {ENTERPRISE: {"department": "Engines"}, "title": "x"}},
        {"op": "remove", "path": format!("{ENTERPRISE}:department")},
    ]))
    .await;
    assert_eq!((&user["schemas"], user.get(ENTERPRISE)), (&json!([CORE]), None));
    // The PATCH first adds the schema, and then an attribute without its URN (RFC 7644 §3.5.2).
    let user = patched(json!([
        {"op": "add", "path": "schemas", "value": [ENTERPRISE]},
        {"op": "add", "path": "department", "value": "Engines"},
    ]))
    .await;
    assert_eq!(user["schemas"], json!([CORE, ENTERPRISE]));
    assert_eq!(user[ENTERPRISE], json!({"department": "Engines"}));
}

#[tokio::test]
async fn names_operators_and_members_are_the_same_in_any_case() {
    let (tenant, path) = with_ada().await;
    let body = json!({
        "SCHEMAS": ["URN:IETF:params:scim:api:messages:2.0:PATCHOP"],
        "operations": [
            {"OP": "REPLACE", "Path": "NAME.GIVENNAME", "Value": "Augusta"},
            {"op": "aDD", "path": "urn:IETF:params:scim:schemas:core:2.0:user:title", "value": "Countess"},
            {"op": "Replace", "path": "EMAILS[TYPE EQ \"WORK\"].VALUE", "value": "a@example.com"},
        ],
    });
    let headers = [("content-type", "application/json")];
    let user = tenant.request("PATCH", &path, &headers, body.to_string()).await.expect(200);
    assert_eq!(user["name"]["givenName"], "Augusta");
    assert_eq!(user["title"], "Countess");
    assert_eq!(user["emails"][0]["value"], "a@example.com");
}

#[tokio::test]
async fn keys_follow_a_patch_at_once() {
    let (tenant, path) = with_ada().await;
    let operations = json!([
        {"op": "replace", "path": "userName", "value": "augusta@example.com"},
        {"op": "replace", "path": "externalId", "value": "00u2"},
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "augusta@example.com"},
        {"op": "replace", "path": "emails[type eq \"home\"].value", "value": "augusta@home.example"},
    ]);
    tenant.patch(&path, &operations).await.expect(200);
    for (gone, found) in [
        ("userName eq \"ada@example.com\"", "userName eq \"Augusta@example.com\""),
        ("externalId eq \"00u1\"", "externalId eq \"00u2\""),
        ("emails eq \"ada@example.com\"", "emails.value eq \"AUGUSTA@example.com\""),
        ("emails eq \"ada@home.example\"", "emails[value eq \"augusta@home.example\"]"),
    ] {
        assert!(tenant.found(gone).await.is_empty(), "{gone}");
        assert_eq!(tenant.found(found).await, ["augusta@example.com"], "{found}");
    }
    tenant.patch(&path, &json!([{"op": "remove", "path": "emails"}])).await.expect(200);
    assert!(tenant.found("emails eq \"augusta@example.com\"").await.is_empty());
    assert!(tenant.found("emails pr").await.is_empty());
    tenant.patch(&path, &json!([{"op": "remove", "path": "externalId"}])).await.expect(200);
    assert!(tenant.found("externalId eq \"00u2\"").await.is_empty());
}

#[tokio::test]
async fn only_some_attributes_of_the_answer_can_be_asked_for() {
    let (tenant, path) = with_ada().await;
    let off = json!([{"op": "replace", "value": {"active": false}}]);
    let user = tenant.patch(&format!("{path}?attributes=active"), &off).await.expect(200);
    let id = path.trim_start_matches("/Users/");
    assert_eq!(user, json!({"schemas": [CORE], "id": id, "active": false}));
}

#[tokio::test]
async fn what_a_patch_may_not_do_is_refused_with_the_operation_and_the_place() {
    let cases = [
        (
            json!([{"op": "remove"}]),
            "noTarget",
            "Operation 1: path is missing; remove requires a path",
        ),
        (
            json!([{"op": "remove", "path": "userName"}]),
            "mutability",
            "Operation 1: userName is required and cannot be removed",
        ),
        (
            json!([{"op": "replace", "path": "userName", "value": ""}]),
            "invalidValue",
            "Operation 1: userName is required and must not be empty",
        ),
        (
            json!([{"op": "replace", "path": "id", "value": "x"}]),
            "mutability",
            "Operation 1: id is readOnly: only this service sets it",
        ),
        (
            json!([{"op": "replace", "path": "meta.created", "value": "x"}]),
            "mutability",
            "Operation 1: meta.created is readOnly: only this service sets it",
        ),
        (
            json!([{"op": "add", "path": "groups", "value": [{"value": "admins"}]}]),
            "mutability",
            "Operation 1: groups is readOnly: only this service sets it",
        ),
        (
            json!([{"op": "replace", "path": "active", "value": ""}]),
            "invalidValue",
            "Operation 1: active must be true or false, found empty text",
        ),
        (
            json!([{"op": "replace", "path": "name.familyName", "value": 3.5}]),
            "invalidValue",
            "Operation 1: name.familyName must be text, found a number",
        ),
        (
            json!([{"op": "replace", "path": "emails[type co \"x\"].value", "value": "x"}]),
            "noTarget",
            "Operation 1: the filter matches none of the emails; a value is created only for a filter of eq terms joined by and",
        ),
        (
            json!([{"op": "replace", "value": "active"}]),
            "invalidValue",
            "Operation 1: value must be an object of attributes when there is no path, found text",
        ),
        (
            json!([{"op": "add", "path": "title"}]),
            "invalidValue",
            "Operation 1: value is missing; add and replace require a value",
        ),
        (
            json!([{"op": "move", "path": "title", "value": "x"}]),
            "invalidSyntax",
            "Operation 1: op must be add, remove or replace, found \"move\"",
        ),
    ];
    for (operations, scim_type, detail) in cases {
        assert_eq!(refused(operations.clone(), scim_type).await, detail, "{operations}");
    }
}

#[tokio::test]
async fn a_boolean_is_set_and_not_removed() {
    let detail = refused(json!([{"op": "remove", "path": "active"}]), "mutability").await;
    assert_eq!(detail, "Operation 1: active cannot be removed; replace active by false");
}

#[tokio::test]
async fn one_destination_under_two_spellings_is_refused() {
    for value in [
        json!({"title": "a", format!("{CORE}:title"): "b"}),
        json!({ENTERPRISE: {"department": "a"}, format!("{ENTERPRISE}:department"): "b"}),
        json!({CORE: {"active": true}, "ACTIVE": false}),
    ] {
        let operations = json!([{"op": "replace", "value": value}]);
        let detail = refused(operations, "invalidSyntax").await;
        assert!(
            detail
                .ends_with(" occurs more than once; names are equal in any case, so send it once")
        );
    }
}

#[tokio::test]
async fn a_broken_value_path_among_the_keys_of_a_value_is_refused() {
    let operations =
        json!([{"op": "replace", "value": {"title": "x", "emails[type eq \"work\".value": "y"}}]);
    let detail = refused(operations, "invalidFilter").await;
    assert_eq!(
        detail,
        "Operation 1: the key \"emails[type eq \\\"work\\\".value\" in value: Path: expected \"and\", \"or\" or \
         \"]\" after \"work\" at character 22, found \".value\""
    );
}

#[tokio::test]
async fn a_manager_is_gone_with_all_that_described_him() {
    let (tenant, path) = with_ada().await;
    let manager = format!("{ENTERPRISE}:manager");
    let set = json!([{"op": "add", "path": manager, "value": {
        "value": "boss", "displayName": "Boss", "$ref": "../Users/boss"
    }}]);
    let before = tenant.get(&path).await.expect(200);
    tenant.patch(&path, &set).await.expect(200);
    let other = json!([{"op": "Replace", "path": manager, "value": "new"}]);
    let user = tenant.patch(&path, &other).await.expect(200);
    assert_eq!(user[ENTERPRISE], json!({"manager": {"value": "new"}}));
    tenant.patch(&path, &set).await.expect(200);
    let gone = json!([{"op": "Replace", "path": format!("{manager}.value"), "value": ""}]);
    let user = tenant.patch(&path, &gone).await.expect(200);
    assert_eq!(user.get(ENTERPRISE), None);
    assert_eq!(user["schemas"], before["schemas"]);
}

#[tokio::test]
async fn an_element_that_says_nothing_leaves_the_user_as_it_is() {
    let (tenant, path) = with_ada().await;
    let before = tenant.get(&path).await.expect(200);
    let operations = json!([
        {"op": "Add", "path": "emails[type eq \"other\"].primary", "value": "True"},
        {"op": "Add", "path": "ims[type eq \"x\"].display", "value": "X"},
    ]);
    assert_eq!(tenant.patch(&path, &operations).await.expect(200), before);
}

#[tokio::test]
async fn uniqueness_is_decided_after_the_last_operation() {
    let (tenant, path) = with_ada().await;
    tenant.create(&json!({"userName": "grace@example.com"})).await;
    let there_and_back = json!([
        {"op": "replace", "path": "userName", "value": "grace@example.com"},
        {"op": "replace", "path": "userName", "value": "ada@example.com"},
    ]);
    let user = tenant.patch(&path, &there_and_back).await.expect(200);
    assert_eq!(user["meta"]["version"], "W/\"1\"");
    let there = json!([
        {"op": "replace", "path": "title", "value": "x"},
        {"op": "replace", "path": "userName", "value": "GRACE@example.com"},
    ]);
    tenant.patch(&path, &there).await.expect_error(409, Some("uniqueness"));
    assert_eq!(tenant.get(&path).await.expect(200), user);
}

#[tokio::test]
async fn repeated_removals_and_additions_succeed() {
    let (tenant, path) = with_ada().await;
    let before = tenant.get(&path).await.expect(200);
    for operation in [
        json!({"op": "remove", "path": "emails[value eq \"nobody@example.com\"]"}),
        json!({"op": "Remove", "path": "emails", "value": [{"value": "nobody@example.com"}]}),
        json!({"op": "remove", "path": "nickName"}),
        json!({"op": "add", "path": "emails", "value": {"value": "ADA@example.com", "type": "work"}}),
    ] {
        let after = tenant.patch(&path, &json!([operation])).await.expect(200);
        let mut expected = before.clone();
        // The service stores the latest spelling of the address, and adds no second address.
        expected["emails"][0]["value"] = after["emails"][0]["value"].clone();
        expected["meta"] = after["meta"].clone();
        assert_eq!(after, expected, "{operation}");
    }
    let removal =
        json!([{"op": "Remove", "path": "emails", "value": [{"value": "ada@home.example"}]}]);
    let after = tenant.patch(&path, &removal).await.expect(200);
    assert_eq!(after["emails"].as_array().unwrap().len(), 1);
}

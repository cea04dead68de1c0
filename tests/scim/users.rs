//! `/Users`: created, read, replaced, deleted; versions, parts of an answer, addresses, and the spellings clients use.

use crate::support::request::Answer;
use crate::support::{Ids, ORIGIN, TestApp, TestTenant, counting_id};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use time::Duration;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

async fn acme() -> TestTenant {
    TestApp::new().await.tenant("acme").await
}

/// A tenant with one user, and the user's path.
async fn with_ada() -> (TestTenant, String) {
    let tenant = acme().await;
    let id = tenant.create(&ada()).await;
    (tenant, format!("/Users/{id}"))
}

fn ada() -> Value {
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

async fn with_header(
    tenant: &TestTenant,
    method: &str,
    path: &str,
    header: (&str, &str),
) -> Answer {
    let body = match method {
        "PUT" => json!({"userName": "ada@example.com", "title": "New"}).to_string(),
        "PATCH" => json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "add", "path": "title", "value": "New"}],
        })
        .to_string(),
        _ => String::new(),
    };
    tenant.request(method, path, &[header, ("content-type", "application/json")], body).await
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
async fn what_changes_nothing_bumps_nothing() {
    let (tenant, path) = with_ada().await;
    let before = tenant.get(&path).await.expect(200);
    let writes = [
        ("PUT", before.clone()),
        ("PUT", ada()),
        ("PATCH", json!([{"op": "replace", "value": {"active": true}}])),
        ("PATCH", json!([{"op": "Add", "path": "active", "value": "True"}])),
        ("PATCH", json!([{"op": "add", "path": "emails", "value": ada()["emails"]}])),
        ("PATCH", json!([{"op": "replace", "path": "name", "value": {"givenName": "Ada"}}])),
        ("PATCH", json!([{"op": "remove", "path": "title"}])),
        ("PATCH", json!([{"op": "replace", "path": "password", "value": "secret"}])),
        (
            "PATCH",
            json!([{"op": "add", "path": "title", "value": "x"}, {"op": "remove", "path": "title"}]),
        ),
    ];
    for (method, body) in writes {
        tenant.app.advance(Duration::seconds(60));
        let answer = match method {
            "PUT" => tenant.put(&path, &body).await,
            _ => tenant.patch(&path, &body).await,
        };
        assert_eq!(answer.expect(200), before, "{method} {body}");
        assert_eq!(answer.header("etag"), "W/\"1\"");
    }
}

#[tokio::test]
async fn if_none_match_keeps_a_write_from_the_versions_it_names() {
    for method in ["PUT", "PATCH", "DELETE"] {
        let (tenant, path) = with_ada().await;
        for named in ["*", "W/\"1\"", "\"3\", \"1\""] {
            let answer = with_header(&tenant, method, &path, ("if-none-match", named)).await;
            answer.expect_error(412, None);
        }
        let done = if method == "DELETE" { 204 } else { 200 };
        with_header(&tenant, method, &path, ("if-none-match", "W/\"2\"")).await.expect(done);
    }
}

#[tokio::test]
async fn if_match_lets_the_named_versions_through_only() {
    for method in ["PUT", "PATCH", "DELETE"] {
        let (tenant, path) = with_ada().await;
        let before = tenant.get(&path).await.expect(200);
        for stale in ["W/\"2\"", "\"0\"", "W/\"11\", \"7\"", "nonsense"] {
            let answer = with_header(&tenant, method, &path, ("if-match", stale)).await;
            let detail = answer.expect_error(412, None);
            assert_eq!(
                detail,
                "The resource has the version W/\"1\", and If-Match or If-None-Match excludes this \
                 version. Read the resource again and repeat the change"
            );
            assert_eq!(tenant.get(&path).await.expect(200), before, "{method} {stale}");
        }
        let done = if method == "DELETE" { 204 } else { 200 };
        for current in ["W/\"1\"", "\"1\"", "\"9\", W/\"1\"", "*", "1"] {
            let (tenant, path) = with_ada().await;
            with_header(&tenant, method, &path, ("if-match", current)).await.expect(done);
        }
        let unknown = format!("/Users/{}", counting_id(5));
        with_header(&tenant, method, &unknown, ("if-match", "*")).await.expect_error(404, None);
    }
}

#[tokio::test]
async fn if_none_match_saves_the_body_of_a_version_the_client_has() {
    let (tenant, path) = with_ada().await;
    for known in ["W/\"1\"", "\"1\"", "\"9\" , W/\"1\"", "*"] {
        let answer = with_header(&tenant, "GET", &path, ("if-none-match", known)).await;
        answer.expect(304);
        assert!(answer.bytes.is_empty(), "{known}");
        assert_eq!(answer.header("etag"), "W/\"1\"");
    }
    for other in ["W/\"2\"", "\"12\", \"3\"", ""] {
        let answer = with_header(&tenant, "GET", &path, ("if-none-match", other)).await;
        assert_eq!(answer.expect(200)["userName"], "ada@example.com");
    }
    tenant.patch(&path, &json!([{"op": "add", "path": "title", "value": "x"}])).await.expect(200);
    with_header(&tenant, "GET", &path, ("if-none-match", "W/\"1\"")).await.expect(200);
}

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

/// The same parts in the answer to each method; nothing it does changes the user after the create.
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
async fn locations_come_from_the_configured_origin_whatever_the_client_says_its_host_is() {
    let tenant = acme().await;
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
        ("content-type", "application/json"),
    ];
    let body = json!({"userName": "ada"}).to_string();
    let created = tenant.request("POST", "/Users", &headers, body).await;
    let expected = format!("{ORIGIN}/tenants/acme/scim/v2/Users/{}", counting_id(1));
    assert_eq!(created.expect(201)["meta"]["location"], expected);
    assert_eq!(created.header("location"), expected);
    for path in ["/Users", "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        let answer = tenant.request("GET", path, &headers, Body::empty()).await;
        let text = String::from_utf8(answer.bytes).unwrap();
        assert!(text.contains("https://rollcall.example/") && !text.contains("evil"), "{text}");
    }
    let absolute = Request::builder()
        .uri(format!("http://evil.example{}", tenant.path("/Users")))
        .header("authorization", format!("Bearer {}", tenant.scim_token))
        .body(Body::empty())
        .unwrap();
    let listed = tenant.app.send(absolute).await.expect(200);
    assert_eq!(listed["Resources"][0]["meta"]["location"], expected);
}

#[tokio::test]
async fn trailing_and_doubled_slashes_are_folded() {
    let (tenant, path) = with_ada().await;
    let one = tenant.get(&path).await.expect(200);
    for spelling in ["/Users/", "//Users", "///Users//", "//Users?count=5", "/Users/?count=5"] {
        assert_eq!(tenant.get(spelling).await.expect(200)["Resources"], json!([one]), "{spelling}");
    }
    for spelling in [format!("/{path}"), format!("{path}/"), path.replace("Users/", "Users//")] {
        assert_eq!(tenant.get(&spelling).await.expect(200), one, "{spelling}");
    }
    let root = format!("//tenants//acme/scim/v2//Users/{}", counting_id(1));
    let request = Request::builder()
        .uri(root)
        .header("authorization", format!("Bearer {}", tenant.scim_token))
        .body(Body::empty())
        .unwrap();
    assert_eq!(tenant.app.send(request).await.expect(200), one);
    tenant.post("//Users/", &json!({"userName": "grace"})).await.expect(201);
}

#[tokio::test]
async fn nothing_is_no_value_in_any_form() {
    let tenant = acme().await;
    for (n, nothing) in [json!(null), json!([]), json!("")].into_iter().enumerate() {
        let body = json!({
            "userName": format!("u{n}"),
            "title": nothing,
            "name": nothing,
            "emails": [{"value": "a@example.com", "primary": nothing}],
            ENTERPRISE: nothing,
        });
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created["emails"], json!([{"value": "a@example.com"}]));
        assert_eq!(created["schemas"], json!([CORE]));
        assert_eq!((created.get("title"), created.get("name")), (None, None));
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &body).await.expect(200), created);
    }
}

#[tokio::test]
async fn a_body_need_not_name_its_schemas() {
    let tenant = acme().await;
    for (n, schemas) in [json!([]), json!(null)].into_iter().enumerate() {
        let body = json!({"schemas": schemas, "userName": format!("u{n}"), "title": "x"});
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created["schemas"], json!([CORE]));
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &body).await.expect(200), created);
        let body = json!({"schemas": schemas, "displayName": format!("g{n}")});
        tenant.post("/Groups", &body).await.expect(201);
    }
}

#[tokio::test]
async fn attribute_names_and_schema_urns_are_the_same_in_any_case() {
    let tenant = acme().await;
    let body = json!({
        "SCHEMAS": [CORE.to_uppercase()],
        "USERNAME": "ada",
        "Name": {"GIVENNAME": "Ada"},
        "eMails": [{"VALUE": "ada@example.com", "Type": "work", "PRIMARY": true}],
        ENTERPRISE.to_lowercase(): {"Department": "Engines", "MANAGER": {"Value": "boss"}},
    });
    let created = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(created["userName"], "ada");
    assert_eq!(created["name"], json!({"givenName": "Ada"}));
    let email = json!({"value": "ada@example.com", "type": "work", "primary": true});
    assert_eq!(created["emails"], json!([email]));
    assert_eq!(created[ENTERPRISE], json!({"department": "Engines", "manager": {"value": "boss"}}));
}

#[tokio::test]
async fn schemas_have_other_names_in_requests_and_one_in_answers() {
    let tenant = acme().await;
    let core = ["urn:scim:schemas:core:1.0", "URN:SCIM:schemas:core:2.0"];
    let enterprise = [
        "urn:scim:schemas:extension:enterprise:1.0",
        "urn:scim:schemas:extension:enterprise:2.0",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
    ];
    for (n, extension) in enterprise.into_iter().enumerate() {
        let core = core[n % 2];
        let name = format!("u{n}");
        let body = json!({
            "schemas": [core, extension],
            "userName": name,
            extension: {"department": "Engines", "manager": "boss"},
        });
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created["schemas"], json!([CORE, ENTERPRISE]));
        let kept = json!({"department": "Engines", "manager": {"value": "boss"}});
        assert_eq!(created[ENTERPRISE], kept);
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &body).await.expect(200), created);

        let operations = json!([
            {"op": "replace", "path": format!("{extension}:department"), "value": "Looms"},
            {"op": "add", "value": {
                extension: {"costCenter": "C1"},
                format!("{core}:title"): "Countess",
                format!("{core}:name.givenName"): "Ada",
            }},
            {"op": "remove", "path": format!("{extension}:manager.value")},
        ]);
        let patched = tenant.patch(&path, &operations).await.expect(200);
        assert_eq!(patched[ENTERPRISE], json!({"department": "Looms", "costCenter": "C1"}));
        assert_eq!(
            (&patched["title"], &patched["name"]),
            (&json!("Countess"), &json!({"givenName": "Ada"}))
        );
        let query = format!(
            "/Users?filter={core}:userName+eq+%22{name}%22+and+{extension}:department+eq+%22looms%22\
             &attributes={extension}:costCenter"
        );
        let found = tenant.get(&query).await.expect(200);
        assert_eq!(found["totalResults"], 1, "{query}");
        assert_eq!(found["Resources"][0][ENTERPRISE], json!({"costCenter": "C1"}));
        let whole = json!([{"op": "remove", "path": extension}]);
        assert_eq!(tenant.patch(&path, &whole).await.expect(200)["schemas"], json!([CORE]));

        let twice = json!({"userName": "x", extension: {}, ENTERPRISE: {"department": "Engines"}});
        tenant.post("/Users", &twice).await.expect_error(400, Some("invalidSyntax"));
    }
    for other in core.into_iter().chain(enterprise) {
        tenant.get(&format!("/Schemas/{other}")).await.expect_error(404, None);
    }
}

#[tokio::test]
async fn booleans_may_be_text() {
    let tenant = acme().await;
    let words = [("True", true), ("False", false), ("true", true), ("FALSE", false)];
    for (n, (word, expected)) in words.into_iter().enumerate() {
        let body = json!({
            "userName": format!("user-{n}"),
            "active": word,
            "emails": [{"value": "a@example.com", "primary": word}],
        });
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(
            (&created["active"], &created["emails"][0]["primary"]),
            (&json!(expected), &json!(expected))
        );
    }
    for word in ["yes", "1", " true"] {
        let body = json!({"userName": "x", "active": word});
        let detail = tenant.post("/Users", &body).await.expect_error(400, Some("invalidValue"));
        assert_eq!(detail, format!("active must be true or false, found {word:?}"));
    }
}

#[tokio::test]
async fn a_manager_has_four_shapes_in_and_one_out() {
    let tenant = acme().await;
    let shapes = [
        json!("boss"),
        json!({"value": "boss"}),
        json!([{"value": "boss"}]),
        json!(["boss"]),
        json!({"value": "boss", "displayName": "", "$ref": null}),
    ];
    for (n, shape) in shapes.iter().enumerate() {
        let body = json!({"userName": format!("u{n}"), ENTERPRISE: {"manager": shape}});
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created[ENTERPRISE]["manager"], json!({"value": "boss"}), "{shape}");
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &body).await.expect(200), created, "{shape}");
        let operation =
            json!([{"op": "Replace", "path": format!("{ENTERPRISE}:manager"), "value": shape}]);
        assert_eq!(tenant.patch(&path, &operation).await.expect(200), created, "{shape}");
    }
    for nobody in [json!(""), json!(null), json!([]), json!({}), json!({"value": ""})] {
        let body = json!({"userName": format!("n{nobody}"), ENTERPRISE: {"manager": nobody}});
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created.get(ENTERPRISE), None, "{nobody}");
        assert_eq!(created["schemas"], json!([CORE]));
    }
}

#[tokio::test]
async fn a_single_object_may_stand_for_a_list() {
    let tenant = acme().await;
    let body =
        json!({"userName": "ada", "emails": {"value": "a@example.com"}, "roles": {"value": "r"}});
    let created = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(created["emails"], json!([{"value": "a@example.com"}]));
    assert_eq!(created["roles"], json!([{"value": "r"}]));
}

#[tokio::test]
async fn a_list_is_kept_without_repeats_and_without_what_says_nothing() {
    let tenant = acme().await;
    let body = json!({
        "userName": "ada",
        "emails": [
            {"type": "home", "primary": true},
            {"value": "a@example.com", "type": "work"},
            {"value": "A@Example.com", "type": "Work", "primary": true},
        ],
        "roles": ["Admin", {"value": "admin"}],
        "entitlements": "Keys",
    });
    let created = tenant.post("/Users", &body).await.expect(201);
    let email = json!({"value": "a@example.com", "type": "work", "primary": true});
    assert_eq!(created["emails"], json!([email]));
    assert_eq!(created["roles"], json!([{"value": "Admin"}]));
    assert_eq!(created["entitlements"], json!([{"value": "Keys"}]));
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    assert_eq!(tenant.put(&path, &body).await.expect(200), created);
}

#[tokio::test]
async fn a_list_is_not_emptied_by_values_under_another_name() {
    let (tenant, path) = with_ada().await;
    let before = tenant.get(&path).await.expect(200);
    for (list, unreadable) in [
        ("emails", json!([{"address": "a@example.com"}])),
        (
            "emails",
            json!([{"value": "a@example.com"}, {"address": "b@example.com", "type": "home"}]),
        ),
        ("emails", json!({"address": "a@example.com"})),
    ] {
        let body = json!({"userName": "ada@example.com", list: unreadable});
        let operations =
            ["add", "replace"].map(|op| json!([{"op": op, "path": list, "value": unreadable}]));
        let mut answers = vec![tenant.put(&path, &body).await];
        for operation in operations {
            answers.push(tenant.patch(&path, &operation).await);
        }
        for answer in answers {
            let detail = answer.expect_error(400, Some("invalidValue"));
            assert!(detail.contains(list) && detail.contains(" has no"), "{detail}");
            assert_eq!(tenant.get(&path).await.expect(200), before, "{unreadable}");
        }
    }
    // An empty email is none, whatever else it has.
    let empty = json!([{"value": "", "type": "other", "verified": false}]);
    tenant
        .patch(&path, &json!([{"op": "add", "path": "emails", "value": empty}]))
        .await
        .expect(200);
    // No other list identifies a person, so the rest of the request counts: it may be that somebody leaves.
    let kept = json!({
        "phoneNumbers": [{"value": "1"}], "addresses": [{"locality": "London"}], "roles": [{"value": "Auditor"}],
        "photos": [{"value": "https://x.example/p.png", "type": "photo"}],
    });
    tenant.patch(&path, &json!([{"op": "add", "value": kept}])).await.expect(200);
    for (list, unreadable) in [
        ("phoneNumbers", json!([{"number": "2", "type": "work"}])),
        ("addresses", json!([{"street": "1 Road"}])),
        ("addresses", json!([{"street": "1 Road", "type": "work", "primary": true}])),
        ("roles", json!([{"name": "Keeper"}])),
        ("roles", json!([{"name": "Keeper", "type": "x"}])),
        ("photos[type eq \"photo\"]", json!({"url": "https://x.example/q.png", "type": "photo"})),
        ("photos", json!({"url": "https://x.example/q.png", "type": "photo"})),
    ] {
        for op in ["add", "replace", "remove"] {
            let operations = json!([
                {"op": op, "path": list, "value": unreadable},
                {"op": "replace", "path": "active", "value": op == "remove"},
            ]);
            // A filter alone says what to remove.
            if op == "remove" && list.contains('[') {
                continue;
            }
            let user = tenant.patch(&path, &operations).await.expect(200);
            assert_eq!(user["active"], op == "remove");
            for (name, value) in kept.as_object().unwrap() {
                assert_eq!(user[name], *value, "{op} {list}");
            }
        }
    }
    let deep = json!([{"op": "replace", "path": "emails", "value": {"emails": [{"value": "a@example.com"}]}}]);
    let emails = tenant.patch(&path, &deep).await.expect(200)["emails"].clone();
    assert_eq!(emails, json!([{"value": "a@example.com"}]));
}

/// RFC 7643 §8.7.1 requires no sub-attribute of a role or an entitlement.
#[tokio::test]
async fn roles_and_entitlements_need_no_value() {
    for list in ["roles", "entitlements"] {
        let tenant = acme().await;
        let auditor = json!({"display": "Auditor", "type": "X", "primary": true});
        let typed = json!({"type": "Y"});
        let body = json!({"userName": "ada", list: [auditor, typed, {"primary": true}, {}]});
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created[list], json!([auditor, typed]));
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &created).await.expect(200), created, "sent back as it is");

        let clerk = json!({"value": "clerk"});
        let replace = json!([{"op": "replace", "path": list, "value": [clerk, auditor]}]);
        assert_eq!(tenant.patch(&path, &replace).await.expect(200)[list], json!([clerk, auditor]));
        let again = json!([{"op": "add", "path": list, "value": [auditor]}]);
        assert_eq!(tenant.patch(&path, &again).await.expect(200)[list], json!([clerk, auditor]));
        assert_eq!(tenant.found(&format!("{list}.display eq \"auditor\"")).await, ["ada"]);
        let remove = json!([{"op": "remove", "path": list, "value": [{"display": "auditor"}]}]);
        assert_eq!(tenant.patch(&path, &remove).await.expect(200)[list], json!([clerk]));

        let parts = json!([
            {"op": "Add", "path": format!("{list}[primary eq \"True\"].display"), "value": "Boss"},
            {"op": "Add", "path": format!("{list}[primary eq \"True\"].type"), "value": "Z"},
        ]);
        let boss = json!({"primary": true, "display": "Boss", "type": "Z"});
        assert_eq!(tenant.patch(&path, &parts).await.expect(200)[list], json!([clerk, boss]));
        let rest = json!([
            {"op": "Remove", "path": format!("{list}[primary eq \"True\"].display")},
            {"op": "Replace", "path": format!("{list}[primary eq \"True\"].type"), "value": ""},
        ]);
        assert_eq!(tenant.patch(&path, &rest).await.expect(200)[list], json!([clerk]));
    }
}

/// A mapping without a namespace is kept by a POST and a PUT as by a PATCH.
#[tokio::test]
async fn a_key_of_a_body_may_be_a_path() {
    let tenant = acme().await;
    let kept = |user: &Value| (user[ENTERPRISE].clone(), user["name"].clone());
    let body = json!({"userName": "ada", "location": "GB", "name.givenName": "Ada"});
    let created = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(kept(&created), (json!({"location": "GB"}), json!({"givenName": "Ada"})));
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    let body = json!({"userName": "ada", (format!("{ENTERPRISE}:location")): "DE"});
    let replaced = tenant.put(&path, &body).await.expect(200);
    assert_eq!(kept(&replaced), (json!({"location": "DE"}), Value::Null));
    let detail = tenant.put(&path, &json!({"userName": "ada", "location": true})).await;
    let detail = detail.expect_error(400, Some("invalidValue"));
    assert!(detail.starts_with(&format!("{ENTERPRISE}:location must be text")), "{detail}");
}

#[tokio::test]
async fn a_byte_order_mark_before_a_body_is_skipped() {
    let tenant = acme().await;
    let headers = [("content-type", "application/scim+json")];
    let body = "\u{feff}{\"userName\": \"ada\"}";
    let created = tenant.request("POST", "/Users", &headers, body).await.expect(201);
    assert_eq!(created["userName"], "ada");
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
async fn the_content_location_is_where_the_resource_says_it_is() {
    let (tenant, path) = with_ada().await;
    let body = json!({"userName": "ada", "title": "Countess"});
    let patch = json!([{"op": "replace", "path": "title", "value": "Engineer"}]);
    for answer in [
        tenant.post("/Users", &json!({"userName": "bob"})).await,
        tenant.post("/Groups", &json!({"displayName": "Crew"})).await,
        tenant.get(&path).await,
        tenant.put(&path, &body).await,
        tenant.patch(&path, &patch).await,
    ] {
        let location = answer.json()["meta"]["location"].clone();
        assert_eq!(answer.header("content-location"), location);
    }
    let whole = tenant.get(&path).await;
    let short = tenant.get(&format!("{path}?attributes=userName")).await;
    let without_groups = format!("{path}?excludedAttributes=groups");
    let tag = [("if-none-match", whole.header("etag"))];
    let same = tenant.request("GET", &without_groups, &tag, "").await;
    same.expect(304);
    for answer in [short, same] {
        assert_eq!(answer.header("content-location"), whole.header("content-location"));
    }
    assert_eq!(tenant.get("/Users").await.header("content-location"), "");
    assert_eq!(tenant.delete(&path).await.header("content-location"), "");
}

#[tokio::test]
async fn a_location_leads_to_its_resource_until_that_is_gone() {
    let (tenant, path) = with_ada().await;
    let body = tenant.get(&path).await.expect(200);
    let location = body["meta"]["location"].as_str().unwrap();
    let below = location.strip_prefix(&format!("{ORIGIN}{}", tenant.path(""))).unwrap();
    assert_eq!(tenant.get(below).await.expect(200), body);
    tenant.delete(below).await.expect(204);
    tenant.get(below).await.expect_error(404, None);
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

/// The same value with the members of every object in the opposite order.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            Value::Object(members.map(|(name, value)| (name.clone(), reversed(value))).collect())
        }
        Value::Array(elements) => elements.iter().map(reversed).collect(),
        simple => simple.clone(),
    }
}

#[tokio::test]
async fn the_order_of_attributes_says_nothing() {
    let (tenant, path) = with_ada().await;
    let before = tenant.get(&path).await.expect(200);
    let replaced = tenant.put(&path, &reversed(&ada())).await.expect(200);
    assert_eq!(replaced, before, "no change, also of the version");
    let mut bob = ada();
    bob["userName"] = "bob".into();
    let created = tenant.post("/Users", &reversed(&bob)).await.expect(201);
    for name in ["schemas", "name", "emails", "active", ENTERPRISE] {
        assert_eq!(created[name], before[name], "{name}");
    }
}

#[tokio::test]
async fn schemas_are_named_once_and_their_order_says_nothing() {
    let tenant = acme().await;
    let schemas = |schemas: Value| {
        let mut body = ada();
        body["schemas"] = schemas;
        body
    };
    let created = tenant.post("/Users", &schemas(json!([ENTERPRISE, CORE]))).await.expect(201);
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    assert_eq!(created["schemas"], json!([CORE, ENTERPRISE]));
    for repeated in
        [json!([CORE, ENTERPRISE]), json!([CORE, CORE, ENTERPRISE, ENTERPRISE.to_lowercase()])]
    {
        let replaced = tenant.put(&path, &schemas(repeated)).await.expect(200);
        assert_eq!(replaced, created, "the order makes no difference, and nothing has changed");
    }
    let mut other = schemas(json!([ENTERPRISE, ENTERPRISE, CORE]));
    other["userName"] = "bob".into();
    let other = tenant.post("/Users", &other).await.expect(201);
    assert_eq!(other["schemas"], created["schemas"]);
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

#[tokio::test]
async fn plain_json_may_be_asked_for() {
    let (tenant, path) = with_ada().await;
    for accept in ["application/json", "*/*", "application/scim+json"] {
        let headers = [("accept", accept), ("content-type", "application/json")];
        let send = async |method: &str, path: &str, body: Value| {
            let answer = tenant.request(method, path, &headers, body.to_string()).await;
            assert_eq!(answer.header("content-type"), "application/scim+json", "{method}");
            answer
        };
        send("GET", &path, Value::Null).await.expect(200);
        send("PUT", &path, ada()).await.expect(200);
        let patch = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "add", "path": "title", "value": "New"}],
        });
        send("PATCH", &path, patch).await.expect(200);
        send("POST", "/Users", json!({"userName": accept})).await.expect(201);
        send("POST", "/Users", ada()).await.expect_error(409, Some("uniqueness"));
    }
}

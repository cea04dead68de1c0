//! Whatever is sent, the answer is a SCIM error that says where the mistake is and what was expected, and nothing has
//! changed.

use crate::support::request::Answer;
use crate::support::{TestApp, TestTenant, counting_id};
use axum::body::{Body, Bytes};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const JSON: [(&str, &str); 1] = [("content-type", "application/scim+json")];

/// A tenant with one user; every refusal is checked to have left it as it is.
struct Bench {
    tenant: TestTenant,
    path: String,
    before: Value,
}

impl Bench {
    async fn new() -> Self {
        let tenant = TestApp::new().await.tenant("acme").await;
        let body = json!({
            "userName": "ada@example.com",
            "emails": [{"value": "ada@example.com", "type": "work"}],
            ENTERPRISE: {"department": "Engines"},
        });
        let id = tenant.create(&body).await;
        let before = tenant.get("/Users").await.expect(200);
        Self { tenant, path: format!("/Users/{id}"), before }
    }

    async fn send(&self, method: &str, body: impl Into<Body>) -> Answer {
        let path = if method == "POST" { "/Users" } else { &self.path };
        self.tenant.request(method, path, &JSON, body).await
    }

    /// Checks the error, and that nothing has changed. Gives the detail.
    async fn refused(&self, answer: Answer, status: u16, scim_type: Option<&str>) -> String {
        let detail = answer.expect_error(status, scim_type);
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(self.tenant.get("/Users").await.expect(200), self.before, "{detail}");
        detail
    }

    /// A body that POST and PUT refuse in the same words.
    async fn refuses(&self, body: &str, scim_type: &str, detail: &str) {
        for method in ["POST", "PUT"] {
            let answer = self.send(method, body.to_owned()).await;
            assert_eq!(
                self.refused(answer, 400, Some(scim_type)).await,
                detail,
                "{method} {body:.200}"
            );
        }
    }
}

fn patch_body(operations: &Value) -> String {
    json!({"schemas": [PATCH_OP], "Operations": operations}).to_string()
}

#[tokio::test]
async fn what_is_not_one_json_object_is_refused_with_the_place() {
    let bench = Bench::new().await;
    let broken = "The body is not valid JSON: ";
    let cases = [
        ("", "The body is empty; a JSON object was expected".to_owned()),
        ("\u{feff} \r\n", "The body is empty; a JSON object was expected".to_owned()),
        ("{", format!("{broken}EOF while parsing an object at line 1 column 1")),
        (
            "{\"userName\": \"x\",\n \"active\" true}",
            format!("{broken}expected `:` at line 2 column 11"),
        ),
        ("{\"userName\": 'x'}", format!("{broken}expected value at line 1 column 14")),
        ("{\"userName\": \"x\"} {}", format!("{broken}trailing characters at line 1 column 19")),
        ("{\"userName\": \"x\",}", format!("{broken}trailing comma at line 1 column 18")),
        ("userName=x", format!("{broken}expected value at line 1 column 1")),
        ("<User/>", format!("{broken}expected value at line 1 column 1")),
        ("[]", "The body must be a JSON object".to_owned()),
        ("null", "The body must be a JSON object".to_owned()),
        ("\"{}\"", "The body must be a JSON object".to_owned()),
        ("[{\"userName\":\"x\"}]", "The body must be a JSON object".to_owned()),
    ];
    for (body, detail) in cases {
        bench.refuses(body, "invalidSyntax", &detail).await;
        let answer = bench.send("PATCH", body).await;
        assert_eq!(bench.refused(answer, 400, Some("invalidSyntax")).await, detail, "PATCH {body}");
    }
    bench.refuses("{}", "invalidValue", "userName is required and must not be empty").await;
}

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
            "emails marks 2 values as primary; one at most can be",
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
    let detail = format!("schemas must be a list that holds {CORE}");
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
    let detail = format!("schemas must be a list that holds {PATCH_OP}");
    let operations = json!([{"op": "add", "path": "title", "value": "x"}]);
    for schemas in [json!(PATCH_OP), json!([CORE]), json!({}), json!([5])] {
        let body = json!({"schemas": schemas, "Operations": operations}).to_string();
        let answer = bench.send("PATCH", body).await;
        assert_eq!(bench.refused(answer, 400, Some("invalidSyntax")).await, detail, "{schemas}");
    }
}

#[tokio::test]
async fn a_patch_without_proper_operations_is_refused() {
    let bench = Bench::new().await;
    let none = "Operations must be a list of operations";
    let shape = "Operation 1: an operation must be an object with op, path and value";
    let many = json!(vec![json!({"op": "add", "path": "title", "value": "x"}); 2_001]);
    let cases = [
        (json!({}), none),
        (json!("add"), none),
        (json!([5]), shape),
        (json!([[]]), shape),
        (json!([null]), shape),
        (json!([{}]), "Operation 1: op must be add, remove or replace, found none"),
        (
            json!([{"op": 5}]),
            "Operation 1: op must be add, remove or replace, found a value that is not text",
        ),
        (
            json!([{"op": "delete", "path": "title"}]),
            "Operation 1: op must be add, remove or replace, found \"delete\"",
        ),
        (
            json!([{"op": "add", "path": "title", "value": "x"}, {"op": "add", "path": 5, "value": "x"}]),
            "Operation 2: path must be text, such as name.familyName",
        ),
        (
            json!([{"op": "add", "OP": "remove", "path": "title", "value": "x"}]),
            "Operation 1: op is there more than once; attribute names are the same in any case",
        ),
        (
            many,
            "Operations holds 2001 operations; at most 2000 are accepted, and each member of a value without a path counts as one",
        ),
    ];
    for (operations, detail) in cases {
        let answer = bench.send("PATCH", patch_body(&operations)).await;
        assert_eq!(bench.refused(answer, 400, Some("invalidSyntax")).await, detail);
    }
    let attributes = json!({"active": false}).to_string();
    let answer = bench.send("PATCH", attributes).await;
    let missing = "Operations is missing or empty, and attributes stand beside it; put them into an operation";
    assert_eq!(bench.refused(answer, 400, Some("invalidSyntax")).await, missing);
    let twice = json!({"schemas": [PATCH_OP], "Operations": [], "operations": []}).to_string();
    let detail = bench.refused(bench.send("PATCH", twice).await, 400, Some("invalidSyntax")).await;
    assert_eq!(
        detail,
        "Operations is there more than once; attribute names are the same in any case"
    );
}

#[tokio::test]
async fn malformed_paths_are_refused_with_the_path() {
    let bench = Bench::new().await;
    let cases = [
        (
            "..",
            "invalidPath",
            "\"..\" is not a path; expected an attribute such as name.familyName or emails[type eq \"work\"].value",
        ),
        (
            "name..familyName",
            "invalidPath",
            "\"name..familyName\" is not a path; expected an attribute such as name.familyName or emails[type eq \"work\"].value",
        ),
        (
            "\0",
            "invalidPath",
            "\"\\0\" is not a path; expected an attribute such as name.familyName or emails[type eq \"work\"].value",
        ),
        (
            "/title",
            "invalidPath",
            "\"/title\" is not a path; expected an attribute such as name.familyName or emails[type eq \"work\"].value",
        ),
        (
            "title[value eq \"x\"]",
            "invalidPath",
            "\"title[value eq \\\"x\\\"]\" filters what is not a list of objects; a filter in [ ] can follow an attribute such as emails",
        ),
        (
            "emails[type eq \"work\"",
            "invalidFilter",
            "Path: expected \"and\", \"or\" or \"]\" after \"work\" at character 22, found the end",
        ),
        (
            "emails[]",
            "invalidFilter",
            "Path: expected an attribute name, \"not (\" or \"(\" after \"[\" at character 8, found \"]\"",
        ),
    ];
    for (path, scim_type, detail) in cases {
        for op in ["add", "replace", "remove"] {
            let operations = json!([{"op": op, "path": path, "value": "x"}]);
            let answer = bench.send("PATCH", patch_body(&operations)).await;
            let found = bench.refused(answer, 400, Some(scim_type)).await;
            assert_eq!(found, format!("Operation 1: {detail}"), "{op} {path}");
        }
    }
    let long = format!("emails[{}]", vec!["type pr"; 10_000].join(" or "));
    let answer = bench.send("PATCH", patch_body(&json!([{"op": "remove", "path": long}]))).await;
    let detail = bench.refused(answer, 400, Some("invalidFilter")).await;
    assert_eq!(detail, "Operation 1: Path: 110004 bytes long; at most 4096 are accepted");
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
        detail.starts_with("The User would take 16")
            && detail.ends_with(" bytes; at most 131072 are kept"),
        "{detail}"
    );
    let operations = json!([{"op": "add", "path": "roles", "value": roles}]);
    let detail = bench
        .refused(bench.send("PATCH", patch_body(&operations)).await, 400, Some("invalidValue"))
        .await;
    assert!(detail.ends_with(" bytes; at most 131072 are kept"), "{detail}");
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
        // Filters are 4,096 bytes at most: shorter than these for the wider letters.
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

#[tokio::test]
async fn a_body_may_have_a_mebibyte_and_not_a_byte_more() {
    let bench = Bench::new().await;
    let padded = |length: usize| {
        let body = "{\"userName\":\"grace\"}";
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    let limit = 1024 * 1024;
    let detail =
        "The request body has more than 1048576 bytes, the maximum. Send less in one request";
    for method in ["POST", "PUT", "PATCH"] {
        let answer = bench.send(method, padded(limit + 1)).await;
        assert_eq!(bench.refused(answer, 413, None).await, detail, "{method}");
        let pieces = (0..40).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 65_536])));
        let endless = Body::from_stream(futures_util::stream::iter(pieces));
        assert_eq!(bench.refused(bench.send(method, endless).await, 413, None).await, detail);
    }
    bench.send("POST", padded(limit)).await.expect(201);
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let bench = Bench::new().await;
    for method in ["POST", "PUT", "PATCH"] {
        let pieces =
            [Ok(Bytes::from_static(b"{\"userName\":\"gra")), Err(std::io::Error::other("cut"))];
        let cut = Body::from_stream(futures_util::stream::iter(pieces));
        let detail = bench.refused(bench.send(method, cut).await, 400, Some("invalidSyntax")).await;
        assert_eq!(detail, "The request body ended before it was complete. Send the request again");
    }
}

#[tokio::test]
async fn deep_nesting_uses_up_no_stack() {
    let bench = Bench::new().await;
    for depth in [128, 1_000, 50_000] {
        for (open, close) in [("{\"name\":", "}"), ("{\"nonsense\":[", "]}"), ("[", "]")] {
            let body = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let answer = bench.send("POST", body).await;
            let detail = bench.refused(answer, 400, Some("invalidSyntax")).await;
            assert!(detail.contains("recursion limit exceeded at line 1 column "), "{detail}");
        }
    }
    for operations in [
        format!("{}{}", "[".repeat(100), "]".repeat(100)),
        format!("{}1{}", "{\"value\":".repeat(100), "}".repeat(100)),
    ] {
        let operations = json!([{"op": "add", "path": "emails", "value": serde_json::from_str::<Value>(&operations).unwrap()}]);
        let answer = bench.send("PATCH", patch_body(&operations)).await;
        bench.refused(answer, 400, Some("invalidValue")).await;
    }
}

#[tokio::test]
async fn text_that_is_not_utf_8_or_holds_nul_is_refused() {
    let bench = Bench::new().await;
    for method in ["POST", "PUT", "PATCH"] {
        let body = Bytes::from_static(b"{\"userName\":\"\xff\"}");
        let detail =
            bench.refused(bench.send(method, body).await, 400, Some("invalidSyntax")).await;
        assert_eq!(detail, "The body is not UTF-8 text: byte 14 is not part of a character");
        let utf_16: Vec<u8> =
            "{\"userName\":\"x\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        bench.refused(bench.send(method, utf_16).await, 400, Some("invalidSyntax")).await;
        let raw = Bytes::from_static(b"{\"userName\":\"a\0b\"}");
        let detail = bench.refused(bench.send(method, raw).await, 400, Some("invalidSyntax")).await;
        assert!(detail.contains("control character"), "{detail}");
        let lone = "{\"userName\":\"\\ud800\"}";
        bench.refused(bench.send(method, lone).await, 400, Some("invalidSyntax")).await;
    }
    let location = format!("{ENTERPRISE}:location holds a NUL character");
    let cases = [
        (json!({"userName": "a\0b"}), "userName holds a NUL character"),
        (json!({"userName": "x", "externalId": "\0"}), "externalId holds a NUL character"),
        (
            json!({"userName": "x", "emails": [{"value": "a\0"}]}),
            "emails[1].value holds a NUL character",
        ),
        (json!({"userName": "x", ENTERPRISE: {"location": "\0"}}), &*location),
    ];
    for (body, detail) in cases {
        bench.refuses(&body.to_string(), "invalidValue", detail).await;
    }
    let operations = json!([{"op": "replace", "path": "displayName", "value": "a\0"}]);
    let answer = bench.send("PATCH", patch_body(&operations)).await;
    let detail = bench.refused(answer, 400, Some("invalidValue")).await;
    assert_eq!(detail, "Operation 1: displayName holds a NUL character");
}

#[tokio::test]
async fn a_key_that_is_there_twice_is_refused_also_in_another_case() {
    let bench = Bench::new().await;
    let cases = [
        (
            "{\"userName\":\"a\",\"userName\":\"b\"}",
            "The body is not valid JSON: the key \"userName\" is there more than once at line 1 column 31",
        ),
        (
            "{\"userName\":\"a\",\"name\":{\"givenName\":\"a\",\"givenName\":\"b\"}}",
            "The body is not valid JSON: the key \"givenName\" is there more than once at line 1 column 56",
        ),
        (
            "{\"userName\":\"a\",\"USERNAME\":\"b\"}",
            "userName is there more than once; attribute names are the same in any case",
        ),
        (
            "{\"userName\":\"a\",\"active\":true,\"Active\":false}",
            "active is there more than once; attribute names are the same in any case",
        ),
        (
            "{\"userName\":\"a\",\"name\":{\"givenName\":\"a\",\"GivenName\":\"b\"}}",
            "name.givenName is there more than once; attribute names are the same in any case",
        ),
        (
            "{\"userName\":\"a\",\"emails\":[{\"value\":\"a\",\"Value\":\"b\"}]}",
            "emails[1].value is there more than once; attribute names are the same in any case",
        ),
        (
            "{\"userName\":\"a\",\"active\":false,\"Active\":null}",
            "active is there more than once; attribute names are the same in any case",
        ),
        (
            "{\"userName\":\"a\",\"Title\":\"\",\"title\":\"x\"}",
            "title is there more than once; attribute names are the same in any case",
        ),
    ];
    for (body, detail) in cases {
        bench.refuses(body, "invalidSyntax", detail).await;
    }
    let upper = ENTERPRISE.to_uppercase();
    let twice = json!({"userName": "a", ENTERPRISE: {"location": "x"}, &*upper: {"location": "y"}});
    let detail =
        format!("{ENTERPRISE} is there more than once; attribute names are the same in any case");
    bench.refuses(&twice.to_string(), "invalidSyntax", &detail).await;
    let operations = json!([{"op": "replace", "value": {"active": true, "ACTIVE": false}}]);
    let answer = bench.send("PATCH", patch_body(&operations)).await;
    let detail = bench.refused(answer, 400, Some("invalidSyntax")).await;
    assert_eq!(
        detail,
        "Operation 1: active is there more than once; attribute names are the same in any case"
    );
}

#[tokio::test]
async fn other_content_types_than_json_are_refused() {
    let bench = Bench::new().await;
    let body = json!({"userName": "grace"}).to_string();
    for media_type in [
        "text/plain",
        "text/xml",
        "application/xml; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "application/jsonx",
        "application/scim+xml",
        "json",
        "x; y=application/json",
    ] {
        for (method, path) in [("POST", "/Users"), ("PUT", &bench.path), ("PATCH", &bench.path)] {
            let headers = [("content-type", media_type)];
            let answer = bench.tenant.request(method, path, &headers, body.clone()).await;
            let detail = bench.refused(answer, 415, None).await;
            assert_eq!(
                detail,
                "The Content-Type must be application/scim+json or application/json"
            );
        }
    }
    let accepted = [
        "application/json",
        "application/scim+json;charset=UTF-8",
        "APPLICATION/JSON",
        "text/json",
        "application/vnd.x+json; charset=utf-16",
        "",
    ];
    for (n, media_type) in accepted.into_iter().enumerate() {
        let body = json!({"userName": format!("u{n}")}).to_string();
        let headers = [("content-type", media_type)];
        bench.tenant.request("POST", "/Users", &headers, body).await.expect(201);
    }
    let body = json!({"userName": "without"}).to_string();
    bench.tenant.request("POST", "/Users", &[], body).await.expect(201);
    let odd = [("content-type", "text/xml"), ("accept", "text/html")];
    let got = bench.tenant.request("GET", &bench.path, &odd, Body::empty()).await;
    got.expect(200);
    assert_eq!(got.header("content-type"), "application/scim+json");
    bench.tenant.request("DELETE", &bench.path, &odd, "<x/>").await.expect(204);
}

/// A proxy in front may read another one of two than the service.
#[tokio::test]
async fn headers_that_say_who_and_where_must_be_there_once() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let token = format!("Bearer {}", tenant.scim_token);
    for more in [
        [("authorization", "Bearer x"), ("accept", "*/*")],
        [("authorization", &*token), ("accept", "*/*")],
        [("host", "a.example"), ("host", "b.example")],
        [("host", "a.example"), ("host", "a.example")],
    ] {
        for path in ["/Users", "/Schemas"] {
            let answer = tenant.request("GET", path, &more, Body::empty()).await;
            let detail = answer.expect_error(400, None);
            assert!(detail.contains("exactly one"), "{detail}");
        }
    }
    let one = [("host", "a.example"), ("accept", "a"), ("accept", "b")];
    tenant.request("GET", "/Users", &one, Body::empty()).await.expect(200);
}

#[tokio::test]
async fn wrong_methods_are_refused_with_those_that_are_taken() {
    let bench = Bench::new().await;
    let cases: [(&str, &[&str], &[&str]); 2] = [
        ("/Users", &["PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"], &["GET", "HEAD", "POST"]),
        (&bench.path, &["POST", "OPTIONS", "LOCK"], &["GET", "HEAD", "PUT", "PATCH", "DELETE"]),
    ];
    for (path, wrong, right) in cases {
        for method in wrong {
            let answer = bench.tenant.request(method, path, &JSON, "{}").await;
            let allowed: BTreeSet<String> =
                answer.header("allow").split(',').map(|word| word.trim().to_owned()).collect();
            assert_eq!(
                allowed,
                right.iter().map(|word| (*word).to_owned()).collect(),
                "{method} {path}"
            );
            let detail = bench.refused(answer, 405, None).await;
            assert_eq!(
                detail,
                "The endpoint does not support this method. The Allow header lists the methods that \
                 it supports"
            );
        }
    }
}

#[tokio::test]
async fn unknown_routes_are_refused_with_those_that_exist() {
    let bench = Bench::new().await;
    let id = bench.path.clone();
    for path in [
        "/nonsense",
        "/user",
        "/User",
        "/Users/a/b",
        &format!("{id}/emails"),
        "/Bulks",
        "/.Search",
        "/%55sers/x/y",
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = bench.tenant.request(method, path, &JSON, "{}").await;
            let detail = bench.refused(answer, 404, None).await;
            assert!(
                detail.starts_with("There is no endpoint at this path. /Users"),
                "{method} {path}: {detail}"
            );
        }
    }
}

#[tokio::test]
async fn ids_that_cannot_be_are_nobodys() {
    let bench = Bench::new().await;
    let id = bench.path.trim_start_matches("/Users/").to_owned();
    let ids = [
        "x".to_owned(),
        "1".to_owned(),
        "a%2Fb".to_owned(),
        format!("{id}%2F"),
        format!("..%2F{id}"),
        "..".to_owned(),
        ".".to_owned(),
        "%2E%2E".to_owned(),
        "%2e%2e%2f%2e%2e%2fetc".to_owned(),
        "%00".to_owned(),
        format!("{id}%00"),
        "%FF".to_owned(),
        "%".to_owned(),
        "%zz".to_owned(),
        "%20".to_owned(),
        format!("%20{id}"),
        format!("%7B{id}%7D"),
        id.replace('-', ""),
        id.replace("8000", "8000-"),
        "x".repeat(300),
        "%F0%9F%A6%80".repeat(300),
        "x".repeat(30_000),
        "TENANT%23acme%23EMPLOYEE".to_owned(),
        counting_id(2).to_string(),
        uuid::Uuid::nil().to_string(),
    ];
    for id in ids {
        let path = format!("/Users/{id}");
        let body = json!({"userName": "stolen"}).to_string();
        let patch = patch_body(&json!([{"op": "replace", "value": {"active": false}}]));
        for (method, body) in [("GET", ""), ("PUT", &body), ("PATCH", &patch), ("DELETE", "")] {
            let answer = bench.tenant.request(method, &path, &JSON, body.to_owned()).await;
            let detail = bench.refused(answer, 404, None).await;
            assert_eq!(
                detail,
                "There is no user with this id; it may have been deleted. Look it up by userName",
                "{method} {id:.80}"
            );
        }
    }
}

#[tokio::test]
async fn queries_that_make_no_sense_are_refused_with_the_parameter() {
    let bench = Bench::new().await;
    let utf_8 = "The query string is not percent-encoded UTF-8 text";
    let cases = [
        ("startIndex=x", "invalidValue", "startIndex must be a whole number"),
        ("startIndex=1.5", "invalidValue", "startIndex must be a whole number"),
        ("startIndex=1e3", "invalidValue", "startIndex must be a whole number"),
        ("count=ten", "invalidValue", "count must be a whole number"),
        ("count=0x10", "invalidValue", "count must be a whole number"),
        ("count=%EF%BC%91", "invalidValue", "count must be a whole number"),
        ("count=1&count=2", "invalidValue", "The query parameter count is there more than once"),
        (
            "filter=userName+pr&filter=title+pr",
            "invalidValue",
            "The query parameter filter is there more than once",
        ),
        ("filter=%FF", "invalidValue", utf_8),
        ("filter=userName+eq+%22%C3%28%22", "invalidValue", utf_8),
        ("attributes=%ED%A0%80", "invalidValue", utf_8),
        ("%FF=x", "invalidValue", utf_8),
        (
            "filter",
            "invalidFilter",
            "Filter: empty; expected a comparison such as userName eq \"ada@example.com\"",
        ),
        (
            "filter=nonsense+eq+%22x%22",
            "invalidFilter",
            "Filter: the resource type User has no attribute \"nonsense\"",
        ),
        (
            "filter=userName+eq+%22a%00%22",
            "invalidFilter",
            "Filter: the text at character 13 is not a JSON string: \"a\0\"; a backslash is written \\\\ and a quote \\\"",
        ),
        (
            "filter=%zz",
            "invalidFilter",
            "Filter: expected an attribute name, \"not (\" or \"(\" at character 1, found \"%zz\"",
        ),
    ];
    for (query, scim_type, detail) in cases {
        let answer = bench.tenant.get(&format!("/Users?{query}")).await;
        assert_eq!(bench.refused(answer, 400, Some(scim_type)).await, detail, "{query}");
    }
}

#[tokio::test]
async fn page_numbers_of_any_size_are_numbers() {
    let bench = Bench::new().await;
    let huge = "9".repeat(500);
    for (query, rows) in [
        ("count=-1".to_owned(), 0),
        (format!("count=-{huge}"), 0),
        (format!("count={huge}"), 1),
        ("startIndex=0".to_owned(), 1),
        (format!("startIndex=-{huge}"), 1),
        ("startIndex=9223372036854775808".to_owned(), 0),
        (format!("startIndex={huge}&count={huge}"), 0),
        (format!("startIndex={huge}&filter=userName+pr"), 0),
        (format!("startIndex={huge}&filter=userName+eq+%22ada@example.com%22"), 0),
        ("nonsense=1&STARTINDEX=7".to_owned(), 0),
    ] {
        let body = bench.tenant.get(&format!("/Users?{query}")).await.expect(200);
        assert_eq!(body["totalResults"], 1, "{query}");
        assert_eq!(body["itemsPerPage"], rows, "{query}");
        assert_eq!(body["Resources"].as_array().unwrap().len(), rows, "{query}");
        assert!(body["startIndex"].as_u64().is_some_and(|index| index >= 1), "{query}");
    }
}

#[tokio::test]
async fn filters_of_any_size_are_refused_or_answered() {
    let bench = Bench::new().await;
    // As many terms as a URI holds.
    let terms = vec!["id+pr"; 7_000].join("+or+");
    let answer = bench.tenant.get(&format!("/Users?filter={terms}")).await;
    let detail = bench.refused(answer, 400, Some("invalidFilter")).await;
    assert_eq!(detail, "Filter: 62996 bytes long; at most 4096 are accepted");
    for (open, close) in [("(", ")"), ("not+(", ")")] {
        let nested = |depth: usize| {
            format!("/Users?filter={}userName+pr{}", open.repeat(depth), close.repeat(depth))
        };
        bench.tenant.get(&nested(32)).await.expect(200);
        let answer = bench.tenant.get(&nested(33)).await;
        let detail = bench.refused(answer, 400, Some("invalidFilter")).await;
        assert!(detail.starts_with("Filter: nested too deep at character "), "{detail}");
        bench.refused(bench.tenant.get(&nested(5_000)).await, 400, Some("invalidFilter")).await;
    }
    let widest = vec!["id+pr"; 455].join("+or+");
    assert_eq!(
        bench.tenant.get(&format!("/Users?filter={widest}")).await.expect(200)["totalResults"],
        1
    );
}

#[tokio::test]
async fn a_body_changed_anywhere_never_breaks_the_service() {
    let mut sweep = Sweep::new().await;
    let user = json!({
        "schemas": [CORE, ENTERPRISE],
        "id": "x",
        "externalId": "00u1",
        "userName": "grace",
        "name": {"givenName": "Grace"},
        "active": true,
        "emails": [{"value": "g@example.com", "type": "work", "primary": true}],
        "addresses": [{"country": "US"}],
        "groups": [],
        "x509Certificates": [{"value": "AAAA"}],
        ENTERPRISE: {"location": "US", "manager": {"value": "boss", "$ref": "x"}},
        "meta": {"created": "x"},
    });
    let operations = json!([
        {"op": "add", "path": "emails", "value": [{"value": "g@example.com", "type": "work"}]},
        {"op": "replace", "value": {"name.givenName": "Grace", ENTERPRISE: {"manager": "boss"}}},
        {"op": "remove", "path": "emails[type eq \"work\"]", "value": null},
    ]);
    let patch = json!({"schemas": [PATCH_OP], "Operations": operations});
    for (methods, base) in [(&["POST", "PUT"][..], &user), (&["PATCH"][..], &patch)] {
        let mut pointers = Vec::new();
        collect_pointers(base, String::new(), &mut pointers);
        for pointer in &pointers {
            for value in odd_values() {
                let mut body = base.clone();
                *body.pointer_mut(pointer).unwrap() = value;
                for method in methods {
                    sweep.survives(method, body.to_string().into_bytes()).await;
                }
            }
        }
        let bytes = base.to_string().into_bytes();
        for position in (0..bytes.len()).step_by(17) {
            for method in methods {
                sweep.survives(method, bytes[..position].to_vec()).await;
                for byte in [b'"', b'{', 0xff] {
                    let mut changed = bytes.clone();
                    changed[position] = byte;
                    sweep.survives(method, changed).await;
                }
            }
        }
    }
    assert!(sweep.sent > 1_000, "{}", sweep.sent);
}

#[tokio::test]
async fn any_operation_on_any_path_with_any_value_never_breaks_the_service() {
    let mut sweep = Sweep::new().await;
    let enterprise = [
        ENTERPRISE.to_owned(),
        format!("{ENTERPRISE}:manager"),
        format!("{ENTERPRISE}:manager.value"),
        format!("{CORE}:userName"),
        CORE.to_owned(),
    ];
    let paths = [
        "userName",
        "active",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        "emails.primary",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[primary eq true].primary",
        "emails[not (value pr)].display",
        "addresses",
        "x509Certificates",
        "roles[primary eq \"True\"].value",
        "password",
        "schemas",
        "id",
        "meta",
        "groups",
        "",
        "externalId",
    ];
    for path in paths.into_iter().chain(enterprise.iter().map(String::as_str)) {
        for op in ["add", "replace", "remove"] {
            for value in odd_values() {
                let operations = json!([{"op": op, "path": path, "value": value}]);
                sweep.survives("PATCH", patch_body(&operations).into_bytes()).await;
            }
        }
    }
}

/// The user as it was last seen, while bodies of all kinds are sent.
struct Sweep {
    bench: Bench,
    last: Vec<u8>,
    sent: usize,
}

impl Sweep {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let last = bench.tenant.get(&bench.path).await.bytes;
        Self { bench, last, sent: 0 }
    }

    /// Sends a body; when it is refused, the user must be as before.
    async fn survives(&mut self, method: &str, body: Vec<u8>) {
        self.sent += 1;
        let answer = self.bench.send(method, body.clone()).await;
        let status = answer.status.as_u16();
        let user = self.bench.tenant.get(&self.bench.path).await.bytes;
        if status < 400 {
            self.last = user;
            return;
        }
        let (shown, error) = (String::from_utf8_lossy(&body), answer.json());
        assert!(status < 500, "{method} {shown:.2000}: {error}");
        answer.expect_error(status, error["scimType"].as_str());
        assert!(error["detail"].as_str().expect("a detail").len() > 15, "{error}");
        assert_eq!(user, self.last, "{method} {shown:.2000}");
    }
}

fn collect_pointers(value: &Value, at: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect_pointers(member, format!("{at}/{key}"), pointers);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect_pointers(element, format!("{at}/{index}"), pointers);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        pointers.push(at);
    }
}

fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(false),
        json!(0),
        json!(-1.5e300),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("x"),
        json!("\0"),
        json!("İ\u{307}🦀\u{202e}\u{fffd}"),
        json!("y".repeat(5_000)),
        json!([]),
        json!([null, "", 1, {}]),
        json!([[["x"]]]),
        json!({}),
        json!({"value": "x"}),
        json!({"value": {"value": []}}),
        json!([{"value": "x", "primary": true}, {"value": "X", "primary": true}]),
        json!([{"value": "x"}, {"value": "X", "type": "work"}, {"value": ""}]),
    ]
}

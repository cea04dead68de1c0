//! Bodies that are not a JSON object, or are too large, too deep, cut off or not UTF-8.

use super::refusals::{Bench, patch_body};
use crate::support::urns::ENTERPRISE;
use axum::body::{Body, Bytes};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_not_one_json_object_is_refused_with_the_place() {
    let bench = Bench::new().await;
    let broken = "The body is not valid JSON: ";
    let cases = [
        ("", "The body is empty; expected a JSON object".to_owned()),
        ("\u{feff} \r\n", "The body is empty; expected a JSON object".to_owned()),
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
    let location = format!("{ENTERPRISE}:location contains a NUL character; remove the character");
    let cases = [
        (json!({"userName": "a\0b"}), "userName contains a NUL character; remove the character"),
        (
            json!({"userName": "x", "externalId": "\0"}),
            "externalId contains a NUL character; remove the character",
        ),
        (
            json!({"userName": "x", "emails": [{"value": "a\0"}]}),
            "emails[1].value contains a NUL character; remove the character",
        ),
        (json!({"userName": "x", ENTERPRISE: {"location": "\0"}}), &*location),
    ];
    for (body, detail) in cases {
        bench.refuses(&body.to_string(), "invalidValue", detail).await;
    }
    let operations = json!([{"op": "replace", "path": "displayName", "value": "a\0"}]);
    let answer = bench.send("PATCH", patch_body(&operations)).await;
    let detail = bench.refused(answer, 400, Some("invalidValue")).await;
    assert_eq!(detail, "Operation 1: displayName contains a NUL character; remove the character");
}

#[tokio::test]
async fn a_key_that_is_there_twice_is_refused_also_in_another_case() {
    let bench = Bench::new().await;
    let cases = [
        (
            "{\"userName\":\"a\",\"userName\":\"b\"}",
            "The body is not valid JSON: the key \"userName\" occurs more than once at line 1 column 31",
        ),
        (
            "{\"userName\":\"a\",\"name\":{\"givenName\":\"a\",\"givenName\":\"b\"}}",
            "The body is not valid JSON: the key \"givenName\" occurs more than once at line 1 column 56",
        ),
        (
            "{\"userName\":\"a\",\"USERNAME\":\"b\"}",
            "userName occurs more than once; names are equal in any case, so send it once",
        ),
        (
            "{\"userName\":\"a\",\"active\":true,\"Active\":false}",
            "active occurs more than once; names are equal in any case, so send it once",
        ),
        (
            "{\"userName\":\"a\",\"name\":{\"givenName\":\"a\",\"GivenName\":\"b\"}}",
            "name.givenName occurs more than once; names are equal in any case, so send it once",
        ),
        (
            "{\"userName\":\"a\",\"emails\":[{\"value\":\"a\",\"Value\":\"b\"}]}",
            "emails[1].value occurs more than once; names are equal in any case, so send it once",
        ),
        (
            "{\"userName\":\"a\",\"active\":false,\"Active\":null}",
            "active occurs more than once; names are equal in any case, so send it once",
        ),
        (
            "{\"userName\":\"a\",\"Title\":\"\",\"title\":\"x\"}",
            "title occurs more than once; names are equal in any case, so send it once",
        ),
    ];
    for (body, detail) in cases {
        bench.refuses(body, "invalidSyntax", detail).await;
    }
    let upper = ENTERPRISE.to_uppercase();
    let twice = json!({"userName": "a", ENTERPRISE: {"location": "x"}, &*upper: {"location": "y"}});
    let detail =
        format!("{ENTERPRISE} occurs more than once; names are equal in any case, so send it once");
    bench.refuses(&twice.to_string(), "invalidSyntax", &detail).await;
    let operations = json!([{"op": "replace", "value": {"active": true, "ACTIVE": false}}]);
    let answer = bench.send("PATCH", patch_body(&operations)).await;
    let detail = bench.refused(answer, 400, Some("invalidSyntax")).await;
    assert_eq!(
        detail,
        "Operation 1: active occurs more than once; names are equal in any case, so send it once"
    );
}

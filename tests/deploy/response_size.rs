//! The largest response that Lambda accepts, and the compression of responses.

use super::gateway::{event, invoke};
use crate::support::TestApp;
use crate::support::request::decompress;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::{ProptestConfig, proptest};
use serde_json::{Value, json};

/// The maximum length of a Lambda response, in bytes (AWS Lambda Developer Guide, *Quotas*).
const MOST_BYTES: usize = 6_291_556;

/// Returns the length of a text in JSON, in bytes.
fn length_in_json(text: &str) -> usize {
    serde_json::to_string(text).expect("JSON").len()
}

/// Requests a page of users through an HTTP API. Returns the response with its status, and its whole length in bytes.
async fn page(app: &TestApp, rows: usize) -> (Value, usize) {
    let mut event: Value = serde_json::from_str(&event("13-list-users")).expect("JSON");
    event["rawQueryString"] = json!(format!("count={rows}"));
    let answer = invoke(app, &event).await;
    let length = serde_json::to_string(&answer).expect("JSON").len();
    (answer, length)
}

/// Returns a text with high entropy for each byte of its length in JSON. gzip shortens the text by less than a quarter.
/// base64 then makes the result longer than the text.
fn noise(seed: u64, bytes: usize) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut text = String::new();
    while text.len() < bytes {
        match random.u8(..100) {
            0..15 => text.push(random.char('\u{a1}'..'\u{7ff}')),
            15..20 => text.push(random.char('\u{800}'..'\u{d7ff}')),
            _ => text.push(char::from(random.u8(0x23..0x5b))),
        }
    }
    text
}

/// The gateway replaces a page over the limit with an error of its own. The limit counts the response as sent.
#[tokio::test]
async fn a_page_near_the_limit_is_sent_and_a_larger_one_is_refused() {
    /// The number of users, too many for one page.
    const MOST: usize = 75;
    let app = TestApp::new().await;
    let tenant = app.sample().await;
    let (mut sent, mut refused, mut largest) = (45, MOST, 0);
    for n in 0..MOST as u64 {
        let roles: Vec<Value> =
            (0..100_u64).map(|role| json!({"value": noise(n * 100 + role, 1_000)})).collect();
        tenant.create(&json!({"userName": format!("u{n}"), "roles": roles})).await;
    }
    while refused - sent > 1 {
        let rows = usize::midpoint(sent, refused);
        let (answer, length) = page(&app, rows).await;
        match answer["statusCode"].as_u64() {
            Some(200) => {
                assert!(length <= MOST_BYTES, "{rows}: {length}");
                (sent, largest) = (rows, length);
            }
            other => {
                assert_eq!(other, Some(400), "{rows}");
                refused = rows;
            }
        }
    }
    assert!(largest > 5_000_000, "{sent}: {largest}");
    assert!(refused < MOST, "no page was too large: {largest}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// The limit counts the text, so the sent form must not be longer than the text.
    #[test]
    fn an_answer_is_never_longer_than_its_text(
        seed: u64,
        users in 1_u64..4,
        bytes in 1_usize..1_000,
        text in ".{0,200}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let app = TestApp::new().await;
            let tenant = app.sample().await;
            for n in 0..users {
                let roles: Vec<Value> = (0..80_u64)
                    .map(|role| noise(seed.wrapping_add(80 * n + role), bytes))
                    .map(|role| json!({"value": role}))
                    .collect();
                let user = json!({"userName": format!("u{n}"), "title": text, "roles": roles});
                // The service refuses some texts, such as a text with NUL.
                let _ = tenant.post("/Users", &user).await;
            }
            let list = tenant.get("/Users?count=200").await;
            let text = String::from_utf8(list.decoded().into_owned()).unwrap();
            let (answer, length) = page(&app, 200).await;
            let without_body = json!({"headers": answer["headers"]}).to_string().len() + 500;
            assert!(length <= length_in_json(&text) + without_body, "{length}");
        });
    }
}

/// An HTTP API and a function URL decode base64. A REST API sends the base64 text to its client, unless its
/// `binaryMediaTypes` have the media type.
#[tokio::test]
async fn a_body_is_compressed_only_where_the_gateway_decodes_base64() {
    let app = TestApp::new().await;
    app.sample().await;
    for (name, compressed) in [
        ("13-list-users", true),
        ("20-find-on-a-named-stage", true),
        ("23-find-through-a-function-url", true),
        ("21-find-through-a-rest-api", false),
    ] {
        // Every event requests the same list. The query of the sample is removed.
        let mut event: Value = serde_json::from_str(&event(name)).expect("JSON");
        event["rawQueryString"] = json!("");
        event["queryStringParameters"] = json!({});
        event["multiValueQueryStringParameters"] = json!({});
        let answer = invoke(&app, &event).await;
        let headers = if compressed { &answer["headers"] } else { &answer["multiValueHeaders"] };
        let body = answer["body"].as_str().expect("a body");
        assert_eq!(
            (&answer["statusCode"], &answer["isBase64Encoded"]),
            (&json!(200), &json!(compressed))
        );
        let body = match compressed {
            true => {
                assert_eq!(headers["content-encoding"], "gzip", "{name}");
                let bytes = BASE64_STANDARD.decode(body).expect("base64");
                assert_eq!(headers["content-length"], bytes.len().to_string());
                String::from_utf8(decompress(&bytes)).expect("text")
            }
            false => {
                assert_eq!(headers.get("content-encoding"), None, "{name}");
                body.to_owned()
            }
        };
        assert!(body.len() > 1_024, "{name}: {body}");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["totalResults"], 2, "{name}");
    }
}

//! The files in `events/`, as API Gateway hands them over: payload 2.0 and 1.0, with and without a stage in the path.

use crate::support::{TestApp, TestTenant, counting_id};
use rollcall::gateway::plain_request;
use serde_json::{Value, json};

const GATEWAY: &str = "https://abc123.execute-api.eu-west-1.amazonaws.com";
/// What stands in the files for a valid token.
const SAMPLE_TOKEN: &str = "rc_demo_sample-token-for-events-replace-before-use0";

struct Conversation(TestTenant);

impl Conversation {
    async fn start() -> Self {
        Self(TestApp::new().await.tenant("demo").await)
    }

    /// Sends an event as the Lambda runtime would read it.
    async fn send(&self, name: &str) -> (u16, Value) {
        let path = format!("{}/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect(&path);
        let event = text.replace(SAMPLE_TOKEN, &self.0.scim_token);
        let event = lambda_http::request::from_str(&event).expect("an event");
        let answer = self.0.app.send(plain_request(event, false)).await;
        assert_eq!(answer.header("x-request-id"), format!("event-{name}"));
        (answer.status.as_u16(), answer.json())
    }
}

#[tokio::test]
async fn every_sample_event_is_answered_as_over_http() {
    let conversation = Conversation::start().await;
    let send = |name| conversation.send(name);

    let (status, body) = send("01-test-credentials").await;
    assert_eq!((status, &body["totalResults"]), (200, &json!(0)));
    let (status, _) = send("02-wrong-token").await;
    assert_eq!(status, 401);

    let (status, created) = send("03-create-user").await;
    assert_eq!((status, &created["userName"]), (201, &json!("ada+sync@example.com")));
    let location = format!("{GATEWAY}/tenants/demo/scim/v2/Users/{}", counting_id(1));
    assert_eq!(created["meta"]["location"], location);

    let (status, found) = send("04-find-by-user-name").await;
    assert_eq!((status, &found["Resources"]), (200, &json!([created])));

    // The same user, seen through a stage: only the location's base differs.
    for (event, stage) in
        [("05-find-on-a-named-stage", "prod"), ("06-find-through-a-rest-api", "Prod")]
    {
        let (status, found) = send(event).await;
        assert_eq!((status, &found["totalResults"]), (200, &json!(1)), "{event}");
        let location = format!("{GATEWAY}/{stage}/tenants/demo/scim/v2/Users/{}", counting_id(1));
        assert_eq!(found["Resources"][0]["meta"]["location"], location);
    }

    let (status, created) = send("07-create-through-a-rest-api").await;
    assert_eq!((status, &created["externalId"]), (201, &json!("00u2")));
    let (status, refused) = send("08-duplicate").await;
    assert_eq!((status, &refused["scimType"]), (409, &json!("uniqueness")));
    let (status, config) = send("09-discovery-without-a-token").await;
    assert_eq!((status, &config["patch"]["supported"]), (200, &json!(true)));
}

#[tokio::test]
async fn no_sample_event_is_left_out() {
    let folder = format!("{}/events", env!("CARGO_MANIFEST_DIR"));
    let source = include_str!("gateway.rs");
    for entry in std::fs::read_dir(folder).expect("events") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        if let Some(event) = name.strip_suffix(".json") {
            assert!(source.contains(&format!("\"{event}\"")), "{event} is not sent by any test");
        }
    }
}

#[tokio::test]
async fn a_configured_public_url_wins_over_the_gateways_own() {
    let conversation = Conversation::start().await;
    let path = format!("{}/events/03-create-user.json", env!("CARGO_MANIFEST_DIR"));
    let event = std::fs::read_to_string(path).expect("the event");
    let event = event.replace(SAMPLE_TOKEN, &conversation.0.scim_token);
    let event = lambda_http::request::from_str(&event).expect("an event");
    let created = conversation.0.app.send(plain_request(event, true)).await.expect(201);
    let location = created["meta"]["location"].as_str().expect("a location");
    assert!(location.starts_with("https://rollcall.example/tenants/demo/scim/v2/Users/"));
}

#[tokio::test]
async fn odd_but_valid_events_are_answered() {
    let conversation = Conversation::start().await;
    let path = format!("{}/events/06-find-through-a-rest-api.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the event");
    let mut event: Value = serde_json::from_str(&text).expect("JSON");
    // A REST API without query parameters sends nulls; header names come in the client's case.
    event["queryStringParameters"] = Value::Null;
    event["multiValueQueryStringParameters"] = Value::Null;
    event["headers"] = json!({"AUTHORIZATION": format!("bearer {}", conversation.0.scim_token)});
    event["multiValueHeaders"] = json!({});
    let event = lambda_http::request::from_str(&event.to_string()).expect("an event");
    let body = conversation.0.app.send(plain_request(event, false)).await.expect(200);
    assert_eq!(body["totalResults"], 0);
}

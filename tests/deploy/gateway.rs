//! Sends the files in `events/`, which are events of API Gateway. The events have payload 2.0 and 1.0, with and without
//! a stage in the path.
//!
//! The expected response to each event is in `tests/events/`. `ROLLCALL_UPDATE_FILES=1` writes the expected responses
//! again.

use crate::support::log::Log;
use crate::support::request::Answer;
use crate::support::{ORIGIN, TestApp, sorted};
use lambda_http::request::LambdaRequest;
use lambda_http::{Context, LambdaEvent};
use rollcall::lambda::gateway::{Gateway, HANGS_AFTER, plain_request};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

pub fn event(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("events/{name}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reads an event as the Lambda runtime does, and sends its request to the service.
async fn send(app: &TestApp, event: &str, fixed_origin: bool) -> Answer {
    let event: LambdaRequest = serde_json::from_str(event).expect("an event");
    app.send(plain_request(event, fixed_origin)).await
}

/// Returns a response as a file records it: the status, the headers that a client reads, and the decoded body.
fn recorded(answer: &Answer) -> Value {
    const HEADERS: [&str; 9] = [
        "content-type",
        "content-encoding",
        "vary",
        "location",
        "etag",
        "allow",
        "www-authenticate",
        "retry-after",
        "x-request-id",
    ];
    let headers = HEADERS.iter().filter(|name| answer.headers.contains_key(**name));
    let headers = headers.map(|name| ((*name).to_owned(), answer.header(name).into())).collect();
    let body = match answer.header("content-type") {
        media_type if media_type.ends_with("json") => answer.json(),
        _ => String::from_utf8(answer.decoded().into_owned()).expect("text").into(),
    };
    let mut file = json!({"status": answer.status.as_u16(), "headers": Value::Object(headers)});
    if !answer.bytes.is_empty() {
        file["body"] = body;
    }
    file
}

#[tokio::test]
async fn every_sample_event_is_answered_as_its_file_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let app = TestApp::new().await;
    app.sample().await;
    for name in &names(&root.join("events")) {
        let answer = recorded(&send(&app, &event(name), false).await);
        let file = root.join(format!("tests/events/{name}.json"));
        if std::env::var_os("ROLLCALL_UPDATE_FILES").is_some() {
            std::fs::write(&file, format!("{answer:#}\n")).expect("the file");
        }
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(answer, expected, "{name}");
        assert_eq!(answer["headers"]["x-request-id"], format!("event-{name}"));
    }
    assert_eq!(
        names(&root.join("tests/events")),
        names(&root.join("events")),
        "events and answers"
    );
}

/// Returns the names of the JSON files in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let mut files = sorted(folder);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files
        .iter()
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect()
}

#[tokio::test]
async fn a_configured_public_url_wins_over_the_gateways_own() {
    let app = TestApp::new().await;
    app.sample().await;
    let created = send(&app, &event("03-create-user"), true).await.expect(201);
    let location = created["meta"]["location"].as_str().expect("a location");
    assert!(location.starts_with(&format!("{ORIGIN}/tenants/demo/scim/v2/Users/")), "{location}");
}

#[tokio::test]
async fn a_clients_headers_never_become_the_location() {
    let app = TestApp::new().await;
    app.sample().await;
    let mut event: Value = serde_json::from_str(&event("06-get-user")).expect("JSON");
    for name in ["host", "x-forwarded-host", "forwarded", "x-original-host"] {
        event["headers"][name] = json!("host=evil.example");
    }
    let text = event.to_string();
    let user = send(&app, &text, false).await.expect(200);
    let location = user["meta"]["location"].as_str().expect("a location");
    assert!(
        location.starts_with("https://abc123.execute-api.eu-west-1.amazonaws.com/tenants/"),
        "{location}"
    );
    let user = send(&app, &text, true).await.expect(200);
    let location = user["meta"]["location"].as_str().expect("a location");
    assert!(location.starts_with(&format!("{ORIGIN}/tenants/")), "{location}");
}

#[tokio::test]
async fn doubled_slashes_do_not_get_into_addresses() {
    let app = TestApp::new().await;
    app.sample().await;
    let mut event: Value = serde_json::from_str(&event("06-get-user")).expect("JSON");
    let path = format!("//{}", event["rawPath"].as_str().expect("a path"));
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["path"] = json!(path);
    let user = send(&app, &event.to_string(), false).await.expect(200);
    let location = user["meta"]["location"].as_str().expect("a location");
    assert!(
        location.starts_with("https://abc123.execute-api.eu-west-1.amazonaws.com/tenants/"),
        "{location}"
    );
}

/// A client may send any bytes in its query and in `Host`. A panic would become the gateway's own error 500.
#[tokio::test]
async fn an_event_that_makes_no_uri_is_a_scim_error() {
    let app = TestApp::new().await;
    app.sample().await;
    let sample: Value = serde_json::from_str(&event("04-find-by-user-name")).expect("JSON");
    for query in ["filter=a\"b", "a<b", "a>b", "a b", "a\u{1}", "count=1&x=\""] {
        let mut event = sample.clone();
        event["rawQueryString"] = json!(query);
        let answer = invoke(&app, &event).await;
        assert_eq!(answer["statusCode"], 400, "{query}: {answer}");
        let body: Value = serde_json::from_str(answer["body"].as_str().expect("a body")).unwrap();
        assert_eq!(body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
        assert!(body["detail"].as_str().unwrap().contains("%22"), "{body}");
    }
    for (header, value) in [("host", "a b"), ("host", "["), ("x-forwarded-proto", "\"")] {
        let mut event = sample.clone();
        event["headers"][header] = json!(value);
        assert_eq!(invoke(&app, &event).await["statusCode"], 200, "{header}: {value}");
    }
    let mut event: Value =
        serde_json::from_str(&event("21-find-through-a-rest-api")).expect("JSON");
    event["multiValueQueryStringParameters"] = Value::Null;
    event["queryStringParameters"] = json!({"filter": "<\">"});
    assert_eq!(invoke(&app, &event).await["statusCode"], 400);
}

/// The path prefix that the gateway removes is part of the service's URL. A client can invent any other prefix.
#[tokio::test]
async fn the_base_path_is_what_the_gateway_took_off() {
    const USERS: &str = "/tenants/demo/scim/v2/Users";
    let app = TestApp::new().await;
    app.sample().await;
    let location = async |raw_path: &str, path: &str, stage: &str| {
        let mut create: Value = serde_json::from_str(&event("03-create-user")).expect("JSON");
        create["rawPath"] = json!(raw_path);
        create["requestContext"]["http"]["path"] = json!(path);
        create["requestContext"]["stage"] = json!(stage);
        let answer = send(&app, &create.to_string(), false).await;
        match answer.status.as_u16() {
            201 => {
                let user = answer.json();
                let location = user["meta"]["location"].as_str().expect("a location").to_owned();
                let path = format!("{USERS}/{}", user["id"].as_str().expect("an id"));
                let mut gone: Value = serde_json::from_str(&event("11-delete-user")).expect("JSON");
                gone["rawPath"] = json!(path);
                gone["requestContext"]["http"]["path"] = json!(path);
                send(&app, &gone.to_string(), false).await.expect(204);
                location.strip_suffix(&path).expect("the path").to_owned()
            }
            status => status.to_string(),
        }
    };
    let own = "https://abc123.execute-api.eu-west-1.amazonaws.com";
    let users = |base: &str| format!("{base}{USERS}");
    assert_eq!(location(USERS, USERS, "$default").await, own);
    assert_eq!(location(&users("/prod"), &users("/prod"), "prod").await, format!("{own}/prod"));
    assert_eq!(location(USERS, &users("/base"), "$default").await, format!("{own}/base"));
    // A path that differs from the routed path does not show the base path.
    assert_eq!(location(USERS, "/evil/tenants/demo/other", "$default").await, own);
    assert_eq!(location(&users("/evil"), &users("/evil"), "$default").await, "404");
}

#[tokio::test]
async fn odd_but_valid_events_are_answered() {
    let app = TestApp::new().await;
    let tenant = app.sample().await;
    let mut event: Value =
        serde_json::from_str(&event("21-find-through-a-rest-api")).expect("JSON");
    // A REST API sends `null` when a request has no query parameters. Header names keep the client's case.
    event["queryStringParameters"] = Value::Null;
    event["multiValueQueryStringParameters"] = Value::Null;
    event["headers"] = json!({"AUTHORIZATION": format!("bearer {}", tenant.scim_token)});
    event["multiValueHeaders"] = json!({});
    let body = send(&app, &event.to_string(), false).await.expect(200);
    assert_eq!(body["totalResults"], 2);
}

/// Returns the function's response to an event, as the Lambda runtime sends it to the gateway.
pub async fn invoke(app: &TestApp, event: &Value) -> Value {
    let gateway = Gateway::new(app.service.clone(), false, HANGS_AFTER);
    invoke_with(&gateway, event, Context::default()).await
}

async fn invoke_with(gateway: &Gateway, event: &Value, context: Context) -> Value {
    let event: LambdaRequest = serde_json::from_value(event.clone()).expect("an event");
    let event = LambdaEvent::new(event, context);
    let answer = gateway.clone().answer(event).await.expect("an answer");
    serde_json::to_value(answer).expect("JSON")
}

/// Returns the context that Lambda passes with an event.
fn invocation(id: &str) -> Context {
    let mut context = Context::default();
    context.request_id = id.to_owned();
    context.xray_trace_id = Some(format!("Root=1-5759e988-{id};Parent=53995c3f42cd8ad8;Sampled=0"));
    context
}

#[tokio::test]
async fn the_line_of_a_request_names_the_invocation_and_the_trace() {
    let app = TestApp::new().await;
    app.sample().await;
    let log = Log::default();
    let guard = log.start_lambda(&app, "off");
    let gateway = Gateway::new(app.service.clone(), false, HANGS_AFTER);
    let event: Value = serde_json::from_str(&event("06-get-user")).expect("JSON");
    for id in ["first", "second"] {
        assert_eq!(invoke_with(&gateway, &event, invocation(id)).await["statusCode"], 200);
    }
    drop(guard);
    let lines = log.lines();
    let [first, second] = &lines[..] else { panic!("two lines: {lines:?}") };
    assert_eq!(
        (&first["lambda_request_id"], &first["cold_start"]),
        (&json!("first"), &json!(true))
    );
    assert_eq!(first["trace_id"], "1-5759e988-first");
    assert_eq!(first["request_id"], "event-06-get-user");
    assert_eq!((&second["lambda_request_id"], second.get("cold_start")), (&json!("second"), None));
    assert!(log.text().lines().all(|line| line.len() <= 800), "{}", log.text());
}

/// A blocked process runs no timer. Only another thread can log the request before Lambda ends the process.
#[tokio::test]
async fn a_request_that_blocks_the_process_is_logged_with_its_tenant() {
    let log = Log::default();
    let guard = log.start();
    let blocks = lambda_http::tower::service_fn({
        let log = log.clone();
        move |_| {
            let log = log.clone();
            async move {
                log.block_until("the request hangs");
                Ok::<_, std::convert::Infallible>(axum::response::Response::default())
            }
        }
    });
    let service = lambda_http::tower::util::BoxCloneSyncService::new(blocks);
    let gateway = Gateway::new(service, false, Duration::from_millis(1));
    let event: Value = serde_json::from_str(&event("06-get-user")).expect("JSON");
    invoke_with(&gateway, &event, invocation("blocked")).await;
    drop(guard);
    let lines = log.lines();
    let line = lines.iter().find(|line| line["fields"]["message"] == "the request hangs");
    let fields = &line.unwrap_or_else(|| panic!("no line: {}", log.text()))["fields"];
    assert_eq!((&fields["tenant"], &fields["method"]), (&json!("demo"), &json!("GET")));
    assert_eq!(fields["lambda_request_id"], "blocked");
    assert_eq!(fields["request_id"], "event-06-get-user");
}

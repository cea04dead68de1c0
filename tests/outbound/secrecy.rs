//! No log line and no debug output contains a URL's path, a header or a body.

use super::receiver::{AMPLE, Forbidden, Receiver, client, post};
use crate::support::log::Log;
use rollcall::outbound::{Failure, Request};

/// Parts of the path, the query, the headers and the bodies.
const SECRETS: [&str; 6] = ["kestrel", "osprey", "goshawk", "harrier", "merlin", "services"];

#[tokio::test]
async fn the_log_of_calls_has_no_secret() {
    let log = Log::default();
    let guard = log.start();
    let client = client();
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nx-merlin: merlin\r\n\r\nmerlin",
        "HTTP/1.1 302 Found\r\nlocation: https://merlin.example/\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 600\r\n\r\nmerlin",
        "merlin merlin merlin\r\n\r\n",
        "HTTP/1.1 200 OK\r\nmerlin\r\n\r\n",
        "",
    ] {
        let receiver = Receiver::answering(answer).await;
        let _ = post(&client, &receiver.url(), AMPLE).await;
    }
    let closed = format!("http://127.0.0.1:{}/kestrel?osprey", Forbidden::new().port());
    let failure = post(&client, &closed, AMPLE).await.expect_err("a closed port");
    tracing::warn!(failure = failure.as_str(), cause = rollcall::error_chain(&failure), "logged");
    drop(guard);
    let text = log.text();
    assert!(text.contains("logged"), "{text}");
    for secret in SECRETS {
        assert!(!text.contains(secret), "the log has {secret}: {text}");
    }
}

#[tokio::test]
async fn debug_output_has_no_secret() {
    let receiver =
        Receiver::answering("HTTP/1.1 200 OK\r\nx-a: merlin\r\ncontent-length: 6\r\n\r\nmerlin")
            .await;
    let response = post(&client(), &receiver.url(), AMPLE).await.expect("an answer");
    assert_eq!(format!("{response:?}"), "Response { status: 200, .. }");
    let header = (http::header::AUTHORIZATION, http::HeaderValue::from_static("Bearer goshawk"));
    let request =
        Request { method: http::Method::POST, headers: vec![header], body: b"harrier".to_vec() };
    assert_eq!(format!("{request:?}"), "Request { method: POST, .. }");
    assert_eq!(format!("{:?} {}", Failure::Broken, Failure::Broken.as_str()), "Broken broken");
}

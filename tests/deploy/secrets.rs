//! The pepper in AWS Secrets Manager: the requests for the pepper, and the result of each response.

use crate::support::START;
use crate::support::http::answering;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use rollcall::directory::access::pepper::{LoadError, PepperSource, Peppers, SAMPLE_PEPPER};
use rollcall::secrets::{from_document, from_file, from_secrets_manager};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const CURRENT: &str = "a current pepper, at least 32 characters";
const PREVIOUS: &str = "a previous pepper, at least 32 characters";

/// The response of Secrets Manager for a stage: a secret string, or the name of an error.
type Answer = Result<String, &'static str>;

fn document(pepper: &str) -> Answer {
    Ok(json!({ "pepper": pepper }).to_string())
}

/// Loads the peppers from a Secrets Manager with these responses for `AWSCURRENT` and `AWSPREVIOUS`. Returns the result
/// and the requests.
async fn load(
    current: Answer,
    previous: Answer,
) -> (Result<Arc<Peppers>, LoadError>, Vec<(String, Value)>) {
    let asked = Arc::<Mutex<Vec<(String, Value)>>>::default();
    let asks = Arc::clone(&asked);
    let manager = answering(move |request| {
        let target = request.headers().get("x-amz-target").expect("a target").to_owned();
        let body = request.body().bytes().expect("a body");
        let body: Value = serde_json::from_slice(body).expect("JSON");
        let answer = match body["VersionStage"].as_str() {
            Some("AWSCURRENT") => &current,
            Some("AWSPREVIOUS") => &previous,
            other => panic!("stage {other:?}"),
        };
        asks.lock().unwrap().push((target, body));
        match answer {
            Ok(text) => (200, json!({"SecretString": text}).to_string()),
            Err(name) => (400, json!({"__type": name, "message": "no"}).to_string()),
        }
    });
    let credentials = Credentials::new("test", "test", None, None, "test");
    let shared = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(manager)
        .build();
    let loaded = from_secrets_manager(&shared, "arn:secret").get(START).await;
    let asked = asked.lock().unwrap().clone();
    (loaded, asked)
}

const NOT_FOUND: Answer = Err("ResourceNotFoundException");

#[tokio::test]
async fn both_versions_are_read_and_nothing_else_is_asked() {
    let (loaded, mut asked) = load(document(CURRENT), document(PREVIOUS)).await;
    let peppers = loaded.expect("peppers");
    assert_eq!(peppers.current.expose_secret(), CURRENT);
    assert_eq!(peppers.previous.as_ref().map(ExposeSecret::expose_secret), Some(PREVIOUS));
    asked.sort_by_key(|(_, body)| body.to_string());
    let expected = ["AWSCURRENT", "AWSPREVIOUS"].map(|stage| {
        let body = json!({"SecretId": "arn:secret", "VersionStage": stage});
        ("secretsmanager.GetSecretValue".to_owned(), body)
    });
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_secret_that_was_never_rotated_has_no_previous_version() {
    let (loaded, _) = load(document(CURRENT), NOT_FOUND).await;
    assert!(loaded.expect("peppers").previous.is_none());
}

#[tokio::test]
async fn what_is_wrong_is_told_apart() {
    let check = async |current: Answer, previous: Answer, expected: fn(&LoadError) -> bool| {
        let (loaded, _) = load(current.clone(), previous).await;
        let error = loaded.expect_err("no peppers");
        assert!(expected(&error), "{current:?}: {error:?}");
    };
    check(NOT_FOUND, NOT_FOUND, |error| matches!(error, LoadError::Missing(_))).await;
    let denied = Err("AccessDeniedException");
    check(denied.clone(), denied, |error| matches!(error, LoadError::Denied(_))).await;
    let deleted = Err("InvalidRequestException");
    check(deleted.clone(), deleted, |error| matches!(error, LoadError::Missing(_))).await;
    check(document(CURRENT), Err("AccessDeniedException"), |error| {
        matches!(error, LoadError::Denied(_))
    })
    .await;
    let locked = Err("DecryptionFailure");
    check(locked.clone(), locked, |error| matches!(error, LoadError::Denied(_))).await;
    let broken = Err("InternalServiceError");
    check(broken.clone(), broken, |error| matches!(error, LoadError::Read(_))).await;
    for shape in ["", "{}", "pepper", r#"{"pepper": "short"}"#] {
        check(Ok(shape.to_owned()), NOT_FOUND, |error| matches!(error, LoadError::Shape)).await;
    }
}

#[tokio::test]
async fn the_sample_pepper_is_for_a_developers_machine_only() {
    for (current, previous) in
        [(document(SAMPLE_PEPPER), NOT_FOUND), (document(CURRENT), document(SAMPLE_PEPPER))]
    {
        let (loaded, _) = load(current, previous).await;
        assert!(matches!(loaded, Err(LoadError::Sample)), "everybody knows it");
    }
    let text = json!({"AWSCURRENT": json!({"pepper": SAMPLE_PEPPER}).to_string()}).to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("secret.json");
    std::fs::write(&file, &text).expect("a file");
    assert!(matches!(from_file(&file).get(START).await, Err(LoadError::Sample)));
    let given: PepperSource = from_document(SecretString::from(text));
    assert_eq!(given.get(START).await.expect("a pepper").current.expose_secret(), SAMPLE_PEPPER);
}

//! The pepper in AWS Secrets Manager: what is asked of it, and what each of its answers comes to.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use rollcall::directory::pepper::{LoadError, Peppers};
use rollcall::directory::sample;
use rollcall::secrets::from_secrets_manager;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const CURRENT: &str = "a current pepper, at least 32 characters";
const PREVIOUS: &str = "a previous pepper, at least 32 characters";

/// A Secrets Manager that answers with these for `AWSCURRENT` and `AWSPREVIOUS`: a secret string, or an error's name.
#[derive(Debug, Clone)]
struct Manager {
    current: Result<String, &'static str>,
    previous: Result<String, &'static str>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl HttpClient for Manager {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Manager {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").expect("a target").to_owned();
        let body: Value =
            serde_json::from_slice(request.body().bytes().expect("a body")).expect("JSON");
        let answer = match body["VersionStage"].as_str() {
            Some("AWSCURRENT") => &self.current,
            Some("AWSPREVIOUS") => &self.previous,
            other => panic!("stage {other:?}"),
        };
        self.asked.lock().unwrap().push((target, body));
        let (status, body) = match answer {
            Ok(text) => (200, json!({"SecretString": text})),
            Err(name) => (400, json!({"__type": name, "message": "no"})),
        };
        let status = status.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body.to_string()))))
    }
}

fn document(pepper: &str) -> Result<String, &'static str> {
    Ok(json!({ "pepper": pepper }).to_string())
}

type Answer = Result<String, &'static str>;

async fn load(
    current: Answer,
    previous: Answer,
) -> (Result<Arc<Peppers>, LoadError>, Vec<(String, Value)>) {
    let manager = Manager { current, previous, asked: Arc::default() };
    let credentials = Credentials::new("test", "test", None, None, "test");
    let shared = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(manager.clone())
        .build();
    let source = from_secrets_manager(&shared, "arn:secret");
    let loaded = source.get(crate::support::START).await;
    let asked = manager.asked.lock().unwrap().clone();
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
    let broken = Err("InternalServiceError");
    check(broken.clone(), broken, |error| matches!(error, LoadError::Read(_))).await;
    for shape in ["", "{}", "pepper", r#"{"pepper": "short"}"#] {
        check(Ok(shape.to_owned()), NOT_FOUND, |error| matches!(error, LoadError::Shape)).await;
    }
}

#[tokio::test]
async fn the_sample_pepper_is_refused() {
    for (current, previous) in
        [(document(sample::PEPPER), NOT_FOUND), (document(CURRENT), document(sample::PEPPER))]
    {
        let (loaded, _) = load(current, previous).await;
        assert!(matches!(loaded, Err(LoadError::Sample)), "everybody knows it");
    }
}

//! The table under a test as the AWS SDK reaches it. An HTTP client records and disturbs the SDK's own requests. The
//! client passes them on to an engine in process, or to the endpoint in `ROLLCALL_TEST_DYNAMODB_ENDPOINT`.

use super::faults::{Fault, Faults, Recorder};
use super::http::answering;
use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use rollcall::store::dynamodb::client::patience;
use rollcall::store::dynamodb::embedded::Engine;
use serde_json::Value;

/// The environment variable that names a DynamoDB API on which all tests run.
const ENDPOINT: &str = "ROLLCALL_TEST_DYNAMODB_ENDPOINT";

/// Whether all tests run on a DynamoDB API behind a socket.
pub fn is_on_an_endpoint() -> bool {
    std::env::var_os(ENDPOINT).is_some()
}

/// An HTTP client for the SDK. It wraps another HTTP client and watches its requests.
#[derive(Debug, Clone)]
pub struct Watched {
    client: SharedHttpClient,
    recorder: Recorder,
}

impl Watched {
    /// An SDK client, and the means to watch it. The client uses the endpoint in the environment, or else an empty
    /// engine in memory.
    pub fn client() -> (aws_sdk_dynamodb::Client, Faults) {
        Self::client_of(std::env::var(ENDPOINT).ok())
    }

    /// An SDK client, and the means to watch it. The client uses the DynamoDB API at the URL `endpoint`, or else an
    /// empty engine in memory.
    pub fn client_of(endpoint: Option<String>) -> (aws_sdk_dynamodb::Client, Faults) {
        let recorder = Recorder::default();
        let faults = Faults::of(recorder.clone());
        let own_retries = RetryPartition::custom(uuid::Uuid::new_v4().to_string())
            .token_bucket(TokenBucket::default())
            .build();
        let client = match endpoint {
            None => in_process(),
            Some(_) => aws_smithy_http_client::Builder::new().build_http(),
        };
        let mut config = patience(aws_sdk_dynamodb::Config::builder())
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new("local", "local", None, None, "test"))
            // By default, all SDK clients of a process share one retry budget. Each test gets its own budget.
            .retry_partition(own_retries)
            .http_client(Watched { client, recorder });
        config.set_endpoint_url(endpoint);
        (aws_sdk_dynamodb::Client::from_conf(config.build()), faults)
    }
}

impl HttpClient for Watched {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(WatchedConnector { connector, recorder: self.recorder.clone() })
    }
}

#[derive(Debug, Clone)]
struct WatchedConnector {
    connector: SharedHttpConnector,
    recorder: Recorder,
}

impl HttpConnector for WatchedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().unwrap_or_default().to_vec();
        let cut = || ConnectorError::io("the connection was cut".into());
        let fault = self.recorder.next(&operation);
        let begun = self.recorder.tick();
        match fault {
            Some(Fault::Error { status, body }) => {
                let status = status.try_into().expect("a status");
                let answer = HttpResponse::new(status, SdkBody::from(body));
                return HttpConnectorFuture::ready(Ok(answer));
            }
            Some(Fault::Cut) => return HttpConnectorFuture::ready(Err(cut())),
            Some(Fault::Silence) => return HttpConnectorFuture::new(std::future::pending()),
            Some(Fault::CutAfter | Fault::Spared | Fault::Held(_) | Fault::Late(_)) | None => {}
        }
        let (connector, recorder) = (self.connector.clone(), self.recorder.clone());
        HttpConnectorFuture::new(async move {
            if let Some(Fault::Held(let_go)) = &fault {
                let_go.notified().await;
            }
            let mut response = connector.call(request).await?;
            let body_bytes = std::mem::replace(response.body_mut(), SdkBody::empty());
            let bytes = body_bytes
                .collect()
                .await
                .map_err(|error| ConnectorError::other(error, None))?
                .to_bytes();
            let succeeded = response.status().as_u16() == 200;
            let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let units = capacity(&answer["ConsumedCapacity"]);
            let request = move || serde_json::from_slice(&body).unwrap_or_default();
            recorder.record(&operation, request, (succeeded, units), begun);
            *response.body_mut() = SdkBody::from(bytes);
            match fault {
                Some(Fault::CutAfter) => Err(cut()),
                Some(Fault::Late(let_go)) => {
                    let_go.notified().await;
                    Ok(response)
                }
                _ => Ok(response),
            }
        })
    }
}

/// An HTTP client whose requests the embedded engine answers.
fn in_process() -> SharedHttpClient {
    let engine = Engine::in_memory().expect("an engine");
    answering(move |request| {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        engine.answer(target, request.body().bytes().unwrap_or_default())
    })
}

/// The capacity units of one table, or the sum over all tables of a batch or transaction.
fn capacity(consumed: &Value) -> f64 {
    match consumed {
        Value::Array(tables) => tables.iter().map(capacity).sum(),
        table => table["CapacityUnits"].as_f64().unwrap_or_default(),
    }
}

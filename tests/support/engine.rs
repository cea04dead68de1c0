//! The engine under a test, watched: every call is recorded with its consumed capacity, and a test can make calls fail
//! the way DynamoDB does when it is throttled, slow or contended.

use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use rollcall::store::dynamodb::embedded::{self, Engine};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// What a call is answered with instead of the engine's answer.
#[derive(Debug, Clone)]
pub enum Fault {
    /// An error answer; the engine never sees the call.
    Error { status: u16, body: String },
    /// No answer: the connection breaks before the engine sees the call.
    Cut,
    /// No answer, although the engine did what it was asked: the connection breaks after.
    CutAfter,
    /// No answer, ever: the connection stays open, and the engine never sees the call.
    Silence,
    /// The engine's own answer: the fault planned after it is for a later call.
    Spared,
    /// The engine's own answer, but it does not see the call before it is let go.
    Held(Arc<Notify>),
}

impl Fault {
    /// `ProvisionedThroughputExceededException`.
    pub fn throttled() -> Self {
        let name = "ProvisionedThroughputExceededException";
        Self::Error { status: 400, body: error_body(name, "slow down", "") }
    }

    /// `InternalServerError`.
    pub fn internal() -> Self {
        Self::Error { status: 500, body: error_body("InternalServerError", "sorry", "") }
    }

    /// A transaction cancelled because of another one on the first of `items` items.
    pub fn conflict(items: usize) -> Self {
        let reasons: Vec<&str> = (0..items)
            .map(
                |n| if n == 0 { r#"{"Code":"TransactionConflict"}"# } else { r#"{"Code":"None"}"# },
            )
            .collect();
        let reasons = format!(",\"CancellationReasons\":[{}]", reasons.join(","));
        let name = "TransactionCanceledException";
        Self::Error { status: 400, body: error_body(name, "Transaction cancelled", &reasons) }
    }
}

fn error_body(name: &str, message: &str, more: &str) -> String {
    format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{name}","message":"{message}"{more}}}"#)
}

/// One call the service made.
#[derive(Debug, Clone)]
pub struct Call {
    /// `GetItem`, `TransactWriteItems`, …
    pub operation: String,
    /// The request, as JSON.
    pub request: Value,
    /// The status of the answer.
    pub status: u16,
    /// Capacity units in all, as DynamoDB reports them; it reports none with an error.
    pub capacity_units: f64,
}

/// The calls of a test's engine, and the faults it is to answer with.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    planned: Arc<Mutex<VecDeque<(String, Fault)>>>,
    calls: Arc<Mutex<Vec<Recorded>>>,
}

/// A call as it was seen: most are never looked at, so they are not read before that.
#[derive(Debug)]
struct Recorded {
    operation: String,
    request: Vec<u8>,
    status: u16,
    answer: Bytes,
}

impl Recorded {
    fn read(self) -> Call {
        let answer: Value = serde_json::from_slice(&self.answer).unwrap_or_default();
        Call {
            operation: self.operation,
            request: serde_json::from_slice(&self.request).unwrap_or_default(),
            status: self.status,
            capacity_units: capacity(&answer["ConsumedCapacity"]),
        }
    }
}

impl Faults {
    /// Answers the next call of `operation` with `fault`; several plans are used up in order.
    pub fn plan(&self, operation: &str, fault: Fault) {
        self.planned.lock().unwrap().push_back((operation.to_owned(), fault));
    }

    /// Lets some transactions pass, and breaks the one after them for good.
    pub fn end_writes_after(&self, passed: usize) {
        for _ in 0..passed {
            self.plan("TransactWriteItems", Fault::Spared);
        }
        let body = error_body("ValidationException", "", "");
        self.plan("TransactWriteItems", Fault::Error { status: 400, body });
    }

    /// Forgets the faults that were not used.
    pub fn clear(&self) {
        self.planned.lock().unwrap().clear();
    }

    /// How many planned faults were not used yet.
    pub fn left(&self) -> usize {
        self.planned.lock().unwrap().len()
    }

    /// The calls since this was last asked.
    pub fn take_calls(&self) -> Vec<Call> {
        let recorded = std::mem::take(&mut *self.calls.lock().unwrap());
        recorded.into_iter().map(Recorded::read).collect()
    }

    fn next(&self, operation: &str) -> Option<Fault> {
        let mut planned = self.planned.lock().unwrap();
        let position = planned.iter().position(|(name, _)| name == operation)?;
        planned.remove(position).map(|(_, fault)| fault)
    }
}

/// An HTTP client for the SDK that watches another one.
#[derive(Debug, Clone)]
pub struct Watched {
    client: SharedHttpClient,
    faults: Faults,
}

impl Watched {
    /// An SDK client on an empty engine in memory, or on the endpoint in the environment, and the means to watch it.
    pub fn client() -> (aws_sdk_dynamodb::Client, Faults) {
        let faults = Faults::default();
        let own_retries = RetryPartition::custom(uuid::Uuid::new_v4().to_string())
            .token_bucket(TokenBucket::default())
            .build();
        let client = match std::env::var("ROLLCALL_TEST_DYNAMODB_ENDPOINT") {
            Err(_) => {
                let engine = Engine::in_memory().expect("an engine");
                let client = SharedHttpClient::new(engine);
                embedded::client(Watched { client, faults: faults.clone() })
            }
            Ok(endpoint) => {
                let client = aws_smithy_http_client::Builder::new().build_http();
                let client = embedded::client(Watched { client, faults: faults.clone() });
                let config = client.config().to_builder().endpoint_url(endpoint).build();
                aws_sdk_dynamodb::Client::from_conf(config)
            }
        };
        // The SDK's budget of retries is the process's: one test must not use up another one's.
        let config = client.config().to_builder().retry_partition(own_retries).build();
        (aws_sdk_dynamodb::Client::from_conf(config), faults)
    }
}

impl HttpClient for Watched {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(WatchedConnector { connector, faults: self.faults.clone() })
    }
}

#[derive(Debug, Clone)]
struct WatchedConnector {
    connector: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for WatchedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().unwrap_or_default().to_vec();
        let cut = || ConnectorError::io("the connection was cut".into());
        let fault = self.faults.next(&operation);
        match fault {
            Some(Fault::Error { status, body }) => {
                let status = status.try_into().expect("a status");
                let answer = HttpResponse::new(status, SdkBody::from(body));
                return HttpConnectorFuture::ready(Ok(answer));
            }
            Some(Fault::Cut) => return HttpConnectorFuture::ready(Err(cut())),
            Some(Fault::Silence) => return HttpConnectorFuture::new(std::future::pending()),
            Some(Fault::CutAfter | Fault::Spared | Fault::Held(_)) | None => {}
        }
        let (connector, faults) = (self.connector.clone(), self.faults.clone());
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
            let status = response.status().as_u16();
            let call = Recorded { operation, request: body, status, answer: bytes.clone() };
            faults.calls.lock().unwrap().push(call);
            *response.body_mut() = SdkBody::from(bytes);
            match fault {
                Some(Fault::CutAfter) => Err(cut()),
                _ => Ok(response),
            }
        })
    }
}

/// Of one table, or of each table of a batch or transaction.
fn capacity(consumed: &Value) -> f64 {
    match consumed {
        Value::Array(tables) => tables.iter().map(capacity).sum(),
        table => table["CapacityUnits"].as_f64().unwrap_or_default(),
    }
}

//! The embedded DynamoDB engine, in process behind the SDK client: no socket, one SQLite file in the data folder.
//!
//! The SDK builds and reads the same requests as on AWS; only the HTTP client under it hands them to the engine.

use super::client::patience;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use dynoxide::Database;
use dynoxide::errors::DynoxideError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// The file in the data folder.
const FILE: &str = "rollcall.db";

/// An HTTP client for the SDK that is the engine.
#[derive(Clone)]
pub struct Engine(Database);

impl Engine {
    /// Opens the engine on a data folder, which must exist. Several processes may have it open.
    ///
    /// # Errors
    /// The engine's own message when the file cannot be opened or is not one of its files.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let file = folder.join(FILE);
        let path = file.to_str().ok_or("the path of the data folder is not UTF-8 text")?;
        make_private(&file).map_err(|error| error.to_string())?;
        Database::new(path).map(Self).map_err(|error| error.to_string())
    }

    /// An engine that keeps everything in memory.
    ///
    /// # Errors
    /// The engine's own message.
    pub fn in_memory() -> Result<Self, String> {
        Database::memory().map(Self).map_err(|error| error.to_string())
    }

    /// Answers one call of the DynamoDB API with a status and a JSON body. `target` is its `x-amz-target` header, such
    /// as `DynamoDB_20120810.GetItem`. Blocks: the engine waits for its lock and for the disk.
    pub fn answer(&self, target: &str, body: &[u8]) -> (u16, String) {
        let operation = target.rsplit('.').next().unwrap_or_default();
        match dispatch(&self.0, operation, body) {
            Ok(body) => (200, body),
            Err(error) => (error.status_code(), error.to_json()),
        }
    }
}

/// Makes the file, if it is not there, and takes it away from everyone but its owner: it holds personal data. The
/// engine's other files take over its permissions.
fn make_private(file: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file)?;
    #[cfg(unix)]
    opened.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(opened);
    Ok(())
}

/// An SDK client whose requests go to `http_client`: an [`Engine`], or one wrapped in something that watches it.
pub fn client(http_client: impl HttpClient + 'static) -> Client {
    let config = patience(aws_sdk_dynamodb::Config::builder())
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "embedded"))
        .http_client(http_client)
        .build();
    Client::from_conf(config)
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Engine")
    }
}

impl HttpClient for Engine {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Engine {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let engine = self.clone();
        HttpConnectorFuture::new(async move {
            let answered = tokio::task::spawn_blocking(move || {
                let target = request.headers().get("x-amz-target").unwrap_or_default();
                engine.answer(target, request.body().bytes().unwrap_or_default())
            });
            let (status, body) =
                answered.await.map_err(|error| ConnectorError::other(error.into(), None))?;
            let status =
                status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}

fn dispatch(database: &Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    match operation {
        "GetItem" => run(body, |request| database.get_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "UpdateTable" => run(body, |request| database.update_table(request)),
        "CreateTable" => run(body, |request| database.create_table(request)),
        other => Err(DynoxideError::UnsupportedCapability(other.to_owned())),
    }
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    call: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<String, DynoxideError> {
    let request = serde_json::from_slice(body)
        .map_err(|error| DynoxideError::SerializationException(error.to_string()))?;
    let answer = call(request)?;
    serde_json::to_string(&answer)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

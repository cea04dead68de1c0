//! From arguments to the app: which engine, which secret document, which public URL.

use super::arguments::Place;
use super::exit::{NoCredentials, NoRegion, NotFound, Refused};
use anyhow::{Context, anyhow};
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, ProvideCredentials};
use rollcall::app::App;
use rollcall::directory::pepper::PepperSource;
use rollcall::directory::sources::Sources;
use rollcall::directory::{Directory, Tenant, TenantId};
use rollcall::secrets;
use rollcall::store::Store;
use rollcall::store::dynamodb::aws::AwsTable;
use rollcall::store::dynamodb::client::patience;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// The file in the data folder that is locked while the engine makes its own.
const LOCK_FILE: &str = "rollcall.lock";
/// The table's name where nobody gives one.
const DEFAULT_TABLE: &str = "rollcall";
/// Where the local server is reached when nobody says otherwise.
pub const DEFAULT_ORIGIN: &str = "http://127.0.0.1:8080";

/// The app on the place that the arguments name. A folder of the embedded engine must have data.
pub async fn open(place: &Place) -> anyhow::Result<App> {
    let is_embedded = place.table.is_none() && place.dynamodb_endpoint.is_none();
    if is_embedded && !Engine::has_data(&place.data) {
        let text = format!(
            "there is no data in {}: name another folder with --data, or make a tenant first",
            describe(place)
        );
        return Err(NotFound(text).into());
    }
    open_or_make(place).await
}

/// The app on the place that the arguments name. Makes the data folder if it is not there.
pub async fn open_or_make(place: &Place) -> anyhow::Result<App> {
    if is_on_aws(place) && place.secret_arn.is_none() {
        let text = "a table on AWS goes with a pepper on AWS: --secret-arn is missing, and tokens \
                    made without it would never work";
        return Err(Refused(text.to_owned()).into());
    }
    let aws = match is_on_aws(place) || place.secret_arn.is_some() {
        true => Some(log_in_to_aws().await?),
        false => None,
    };
    let peppers = open_peppers(place, aws.as_ref())?;
    let store = open_store(place, aws.as_ref().filter(|_| is_on_aws(place))).await?;
    let public_url = place.public_url.as_deref().unwrap_or(DEFAULT_ORIGIN);
    Ok(App::new(store, peppers, Sources::system(), public_url))
}

/// Commands that print Tenant URLs need the public URL: on AWS nobody can guess where the service is reached.
pub fn check_public_url(place: &Place) -> anyhow::Result<()> {
    if is_on_aws(place) && place.public_url.is_none() {
        let text = "a table on AWS goes with a public URL: --public-url is missing, the output Endpoint \
                    of the stack, and without it the Tenant URL would be wrong";
        return Err(Refused(text.to_owned()).into());
    }
    Ok(())
}

/// A tenant's directory, once it is certain that there is such a tenant.
pub async fn enter(app: &App, id: &TenantId) -> anyhow::Result<(Tenant, Directory)> {
    let tenant = app.tenants.get(id).await?;
    let directory = app.tenants.directory_of(&tenant);
    Ok((tenant, directory))
}

/// What the place is, for people.
pub fn describe(place: &Place) -> String {
    match (&place.dynamodb_endpoint, &place.table) {
        (Some(endpoint), table) => {
            let table = table.as_deref().unwrap_or(DEFAULT_TABLE);
            format!("table {table} at {endpoint}")
        }
        (None, Some(table)) => format!("table {table} on AWS"),
        (None, None) => {
            let folder = std::path::absolute(&place.data).unwrap_or_else(|_| place.data.clone());
            folder.display().to_string()
        }
    }
}

/// Whether the place is a table on AWS, by the usual address or by one that is given.
pub fn is_on_aws(place: &Place) -> bool {
    match &place.dynamodb_endpoint {
        None => place.table.is_some(),
        Some(endpoint) => {
            let host = endpoint.split_once("://").map_or(&**endpoint, |(_, rest)| rest);
            let host = host.split(['/', ':']).next().unwrap_or_default();
            [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"]
                .iter()
                .any(|domain| host.to_ascii_lowercase().ends_with(domain))
        }
    }
}

/// The AWS settings of this machine, once they have a region and credentials. The clients would find out too, but only
/// after their retries, and as a failed call.
async fn log_in_to_aws() -> anyhow::Result<SdkConfig> {
    let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
    if shared.region().is_none() {
        return Err(NoRegion.into());
    }
    let provider = shared.credentials_provider().context("the AWS settings have no credentials")?;
    provider.provide_credentials().await.map_err(|error| NoCredentials(error.into()))?;
    Ok(shared)
}

/// `aws`: the settings for a table on AWS.
async fn open_store(place: &Place, aws: Option<&SdkConfig>) -> anyhow::Result<Store> {
    let table = place.table.as_deref().unwrap_or(DEFAULT_TABLE);
    if let Some(shared) = aws {
        let mut config = patience(shared.into());
        // Without an endpoint here, AWS_ENDPOINT_URL and the profile decide.
        if let Some(endpoint) = &place.dynamodb_endpoint {
            config = config.endpoint_url(endpoint);
        }
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        let store = Store::new(Arc::new(AwsTable::new(client, table)));
        store.check_table().await.with_context(|| format!("cannot use the table {table}"))?;
        return Ok(store);
    }
    if let Some(endpoint) = &place.dynamodb_endpoint {
        let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
        let mut config = patience((&shared).into()).endpoint_url(endpoint);
        // Local engines take any region and credentials, but want some.
        if shared.region().is_none() {
            config = config.region(Region::from_static("local"));
        }
        if EnvironmentVariableCredentialsProvider::new().provide_credentials().await.is_err() {
            config = config
                .credentials_provider(Credentials::new("local", "local", None, None, "endpoint"));
        }
        let config = config.build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        let store = Store::new(Arc::new(AwsTable::new(client, table)));
        let context = || format!("cannot use the DynamoDB API at {endpoint}");
        store.create_table_unless_exists().await.with_context(context)?;
        return Ok(store);
    }
    let (engine, _lock) = open_locked(&place.data)?;
    let store = Store::new(Arc::new(EmbeddedTable::new(engine, table)));
    store.create_table_unless_exists().await.with_context(|| unusable(&place.data))?;
    Ok(store)
}

/// The embedded engine on a data folder, which is made if it is not there.
pub fn open_engine(folder: &Path) -> anyhow::Result<Engine> {
    open_locked(folder).map(|(engine, _)| engine)
}

/// The engine, and the lock of its folder. The engine makes its file and the table in several steps, and fails on a
/// half-made one.
fn open_locked(folder: &Path) -> anyhow::Result<(Engine, File)> {
    let context = || unusable(folder);
    make_folder(folder).with_context(context)?;
    let lock = lock_folder(folder).with_context(context)?;
    let engine = Engine::open(folder).map_err(|error| anyhow!(error)).with_context(context)?;
    Ok((engine, lock))
}

fn unusable(folder: &Path) -> String {
    format!("cannot use the data folder {}", folder.display())
}

/// Locks the data folder until the file is dropped, and waits for another process that has locked it.
fn lock_folder(folder: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(folder.join(LOCK_FILE))?;
    file.lock()?;
    Ok(file)
}

fn open_peppers(place: &Place, aws: Option<&SdkConfig>) -> anyhow::Result<PepperSource> {
    if let (Some(arn), Some(shared)) = (&place.secret_arn, aws) {
        return Ok(secrets::from_secrets_manager(shared, arn));
    }
    make_folder(&place.data).with_context(|| unusable(&place.data))?;
    let file = secrets::file_in(&place.data);
    secrets::create_file_unless_exists(&file)
        .with_context(|| format!("cannot make the secret document {}", file.display()))?;
    Ok(secrets::from_file(&file))
}

/// Makes the folder for its owner only: it holds personal data and the pepper.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::is_on_aws;
    use crate::cli::arguments::Arguments;
    use clap::Parser;

    #[test]
    fn a_table_on_aws_is_known_by_its_address() {
        let check = |arguments: &[&str], expected: bool| {
            let arguments = ["rollcall"].iter().chain(arguments);
            assert_eq!(is_on_aws(&Arguments::parse_from(arguments).place), expected);
        };
        check(&[], false);
        check(&["--table", "t"], true);
        check(&["--table", "t", "--dynamodb-endpoint", "http://127.0.0.1:8000"], false);
        for host in [
            "https://dynamodb.eu-west-1.amazonaws.com",
            "https://Dynamodb.cn-north-1.amazonaws.com.cn:443/",
        ] {
            check(&["--dynamodb-endpoint", host], true);
        }
        check(&["--dynamodb-endpoint", "http://amazonaws.com.example"], false);
    }
}

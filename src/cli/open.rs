//! From arguments to the app: which engine, which secret document, which public URL.

use super::arguments::Place;
use super::exit::{NoCredentials, NoRegion, NotFound, Refused};
use anyhow::{Context, anyhow};
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::credential_fn::provide_credentials_fn;
use aws_sdk_dynamodb::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};
use rollcall::app::App;
use rollcall::directory::sources::Sources;
use rollcall::directory::{Directory, Tenant, TenantId};
use rollcall::secrets;
use rollcall::store::Store;
use rollcall::store::dynamodb::aws::AwsTable;
use rollcall::store::dynamodb::client::patience;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The file in the data folder that is locked while the engine makes its own.
const LOCK_FILE: &str = "rollcall.lock";
/// The table's name where nobody gives one.
const DEFAULT_TABLE: &str = "rollcall";
/// Where the local server is reached when nobody says otherwise.
pub const DEFAULT_ORIGIN: &str = "http://127.0.0.1:8080";

/// What a command does with the data of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It reads or changes data that is there, and makes no token.
    Use,
    /// It makes a token for a tenant that is there.
    MakeToken,
    /// It makes the data where there is none, and tokens.
    MakeData,
}

/// The app on the place that the arguments name. Without data it fails, unless the purpose is to make it.
pub async fn open(place: &Place, purpose: Purpose) -> anyhow::Result<App> {
    let host = place.host();
    if let Host::Aws { .. } = host
        && place.secret_arn.is_none()
    {
        let text = "a table on AWS goes with a pepper on AWS: --secret-arn is missing, and tokens \
                    made without it would never work";
        return Err(Refused(text.to_owned()).into());
    }
    if let Host::Folder(folder) = host
        && purpose != Purpose::MakeData
        && !Engine::has_data(folder).with_context(|| unusable(folder))?
    {
        return Err(no_data(place));
    }
    let aws = match matches!(host, Host::Aws { .. }) || place.secret_arn.is_some() {
        true => Some(log_in_to_aws().await?),
        false => None,
    };
    let (store, _lock) = open_store(place, aws.as_ref()).await?;
    let context = || match host {
        Host::Folder(folder) => unusable(folder),
        Host::Endpoint(endpoint) => format!("cannot use the DynamoDB API at {endpoint}"),
        Host::Aws { .. } => format!("cannot use the table {}", table_name(place)),
    };
    // On AWS the template makes the table and the pepper.
    if let Host::Aws { .. } = host {
        store.check_table().await.with_context(context)?;
    } else {
        let is_used = store.is_used().await.with_context(context)?;
        if !is_used && purpose != Purpose::MakeData {
            return Err(no_data(place));
        }
        if place.secret_arn.is_none() && purpose != Purpose::Use {
            make_pepper(place, is_used)?;
        }
        store.create_table_unless_exists().await.with_context(context)?;
    }
    let peppers = match (&place.secret_arn, &aws) {
        (Some(arn), Some(shared)) => secrets::from_secrets_manager(shared, arn),
        _ => secrets::from_file(&secrets::file_in(&place.data)),
    };
    let public_url = place.public_url.as_deref().unwrap_or(DEFAULT_ORIGIN);
    Ok(App::new(store, peppers, Sources::system(), public_url))
}

fn no_data(place: &Place) -> anyhow::Error {
    let text = format!(
        "there is no data in {}: name another place with --data, --table or --dynamodb-endpoint, \
         or make a tenant first",
        describe(place)
    );
    NotFound(text).into()
}

/// Commands that print Tenant URLs need the public URL: on AWS nobody can guess where the service is reached.
pub fn check_public_url(place: &Place) -> anyhow::Result<()> {
    if matches!(place.host(), Host::Aws { .. }) && place.public_url.is_none() {
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

/// Where the table of a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host<'p> {
    /// The embedded engine in a data folder.
    Folder(&'p Path),
    /// The DynamoDB API at a URL.
    Endpoint(&'p str),
    /// AWS, by the usual address or by one that is given.
    Aws { endpoint: Option<&'p str> },
}

impl Place {
    /// Where the table is.
    pub fn host(&self) -> Host<'_> {
        match (self.dynamodb_endpoint.as_deref(), &self.table) {
            (Some(endpoint), _) if is_of_aws(endpoint) => Host::Aws { endpoint: Some(endpoint) },
            (Some(endpoint), _) => Host::Endpoint(endpoint),
            (None, Some(_)) => Host::Aws { endpoint: None },
            (None, None) => Host::Folder(&self.data),
        }
    }
}

fn is_of_aws(endpoint: &str) -> bool {
    let host = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"]
        .iter()
        .any(|domain| host.to_ascii_lowercase().ends_with(domain))
}

fn table_name(place: &Place) -> &str {
    place.table.as_deref().unwrap_or(DEFAULT_TABLE)
}

/// What the place is, for people.
pub fn describe(place: &Place) -> String {
    let table = table_name(place);
    match place.host() {
        Host::Folder(folder) => absolute(folder),
        Host::Endpoint(endpoint) | Host::Aws { endpoint: Some(endpoint) } => {
            format!("table {table} at {endpoint}")
        }
        Host::Aws { endpoint: None } => format!("table {table} on AWS"),
    }
}

fn absolute(folder: &Path) -> String {
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()).display().to_string()
}

/// The AWS settings of this machine, once they have a region and credentials. The clients would find out too, but as a
/// failed call, and within its timeout: too short for a code that a person types.
async fn log_in_to_aws() -> anyhow::Result<SdkConfig> {
    let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
    if shared.region().is_none() {
        return Err(NoRegion.into());
    }
    let provider = shared.credentials_provider().context("the AWS settings have no credentials")?;
    let first = provider.provide_credentials().await;
    let first = first.map_err(|error| NoCredentials(error.into()))?;
    // The first call uses these: the code for another log-in would be a second one.
    let first = Mutex::new(Some(first));
    let provider = provide_credentials_fn(move || {
        let (first, provider) = (first.lock().ok().and_then(|mut it| it.take()), provider.clone());
        async move {
            match first {
                Some(credentials) => Ok(credentials),
                None => provider.provide_credentials().await,
            }
        }
    });
    let provider = SharedCredentialsProvider::new(provider);
    Ok(shared.into_builder().credentials_provider(provider).build())
}

/// The store of a place, not checked, and the lock of its folder. `aws`: the settings for a table on AWS.
async fn open_store(
    place: &Place,
    aws: Option<&SdkConfig>,
) -> anyhow::Result<(Store, Option<File>)> {
    let table = table_name(place);
    let config = match (place.host(), aws) {
        (Host::Folder(folder), _) => {
            let (engine, lock) = open_locked(folder)?;
            return Ok((Store::new(Arc::new(EmbeddedTable::new(engine, table))), Some(lock)));
        }
        (Host::Endpoint(endpoint), _) => {
            let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
            let mut config = patience((&shared).into()).endpoint_url(endpoint);
            // Local engines take any region and credentials, but want some.
            if shared.region().is_none() {
                config = config.region(Region::from_static("local"));
            }
            if EnvironmentVariableCredentialsProvider::new().provide_credentials().await.is_err() {
                let local = Credentials::new("local", "local", None, None, "endpoint");
                config = config.credentials_provider(local);
            }
            config
        }
        (Host::Aws { endpoint }, aws) => {
            let config = patience(aws.context("the AWS settings are not read")?.into());
            // Without an endpoint here, AWS_ENDPOINT_URL and the profile decide.
            match endpoint {
                Some(endpoint) => config.endpoint_url(endpoint),
                None => config,
            }
        }
    };
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    Ok((Store::new(Arc::new(AwsTable::new(client, table))), None))
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

/// Makes the pepper in the data folder, unless it is there. The tokens of a table that another process has used work
/// under the pepper of that process's folder.
fn make_pepper(place: &Place, is_used: bool) -> anyhow::Result<()> {
    let file = secrets::file_in(&place.data);
    let is_there = file.try_exists().with_context(|| unusable(&place.data))?;
    if !is_there && is_used && matches!(place.host(), Host::Endpoint(_)) {
        let text = format!(
            "there is no pepper in {}, and tokens under a new one would not work at the server of \
             {}: name the data folder of that server with --data",
            absolute(&place.data),
            describe(place)
        );
        return Err(Refused(text).into());
    }
    make_folder(&place.data).with_context(|| unusable(&place.data))?;
    secrets::create_file_unless_exists(&file)
        .with_context(|| format!("cannot make the secret document {}", file.display()))
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
    use super::Host;
    use crate::cli::arguments::Arguments;
    use clap::Parser;

    #[test]
    fn a_table_on_aws_is_known_by_its_address() {
        let check = |arguments: &[&str], expected: bool| {
            let arguments = ["rollcall"].iter().chain(arguments);
            let place = Arguments::parse_from(arguments).place;
            assert_eq!(matches!(place.host(), Host::Aws { .. }), expected);
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

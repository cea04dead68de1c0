//! Opens the app from the arguments: the engine, the secret document and the public URL.

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

/// The lock file in the data folder. A process locks it while the engine creates its file.
const LOCK_FILE: &str = "rollcall.lock";
/// The name of the table, unless an argument names another.
const DEFAULT_TABLE: &str = "rollcall";
/// The URL of the local server, unless an argument gives another.
pub const DEFAULT_ORIGIN: &str = "http://127.0.0.1:8080";

/// The way in which a command uses the data of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reads or changes existing data, and makes no token.
    Use,
    /// Makes a token for an existing tenant.
    MakeToken,
    /// Creates missing data, and makes tokens.
    MakeData,
}

/// Opens the app on the place in the arguments. Fails if there is no data, unless the purpose is to create it.
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
    // On AWS, the template creates the table and the pepper.
    if let Host::Aws { .. } = host {
        store.table().check().await.with_context(context)?;
    } else {
        let is_used = store.table().is_used().await.with_context(context)?;
        if !is_used && purpose != Purpose::MakeData {
            return Err(no_data(place));
        }
        if place.secret_arn.is_none() && purpose != Purpose::Use {
            make_pepper(place, is_used)?;
        }
        store.table().create_unless_exists().await.with_context(context)?;
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

/// Checks that a command on AWS has the public URL, which its Tenant URLs start with. On AWS, the command cannot derive
/// the URL.
pub fn check_public_url(place: &Place) -> anyhow::Result<()> {
    if matches!(place.host(), Host::Aws { .. }) && place.public_url.is_none() {
        let text = "a table on AWS goes with a public URL: --public-url is missing, the output Endpoint \
                    of the stack, and without it the Tenant URL would be wrong";
        return Err(Refused(text.to_owned()).into());
    }
    Ok(())
}

/// Returns a tenant and its directory. Fails if the tenant does not exist.
pub async fn enter(app: &App, id: &TenantId) -> anyhow::Result<(Tenant, Directory)> {
    let tenant = app.tenants.get(id).await?;
    let directory = app.tenants.directory_of(&tenant);
    Ok((tenant, directory))
}

/// The location of a place's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host<'p> {
    /// The embedded engine, in a data folder.
    Folder(&'p Path),
    /// A DynamoDB API, at a URL.
    Endpoint(&'p str),
    /// AWS, at the default address or at a given address.
    Aws { endpoint: Option<&'p str> },
}

impl Place {
    /// Returns the location of the table.
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

/// Describes the place, for people.
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

/// Loads the AWS settings of this machine, and checks that they have a region and credentials. The clients would notice
/// missing credentials too, but as a failed call. The timeout of a call is too short for a code that a person types.
async fn log_in_to_aws() -> anyhow::Result<SdkConfig> {
    let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
    if shared.region().is_none() {
        return Err(NoRegion.into());
    }
    let provider = shared.credentials_provider().context("the AWS settings have no credentials")?;
    let first = provider.provide_credentials().await;
    let first = first.map_err(|error| NoCredentials(error.into()))?;
    // The first call uses these credentials: another log-in would ask for a second code.
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

/// Opens the store of a place without checking it, and returns the lock of its folder. `aws` has the settings for a
/// table on AWS.
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
            // Local engines accept any region and credentials, but require some.
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
            // Without an endpoint here, `AWS_ENDPOINT_URL` and the profile decide.
            match endpoint {
                Some(endpoint) => config.endpoint_url(endpoint),
                None => config,
            }
        }
    };
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    Ok((Store::new(Arc::new(AwsTable::new(client, table))), None))
}

/// Opens the embedded engine on a data folder. Creates the folder if it is missing.
pub fn open_engine(folder: &Path) -> anyhow::Result<Engine> {
    open_locked(folder).map(|(engine, _)| engine)
}

/// Opens the engine, and returns it with the lock of its folder. The engine creates its file and the table in several
/// steps, and fails on an unfinished file.
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

/// Locks the data folder until the file is dropped. Waits while another process holds the lock.
fn lock_folder(folder: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(folder.join(LOCK_FILE))?;
    file.lock()?;
    Ok(file)
}

/// Creates the pepper in the data folder, unless it exists. If another process used the table before, its tokens need
/// the pepper of that process's folder.
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

/// Creates the folder. Only its owner has access, because it holds personal data and the pepper.
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

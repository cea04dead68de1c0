//! Opens the app that the arguments name: the table, the pepper and the public URL.

use super::arguments::Deployment;
use super::aws_login::log_in_to_aws;
use super::data_folder::{make_folder, open_locked, unusable};
use super::exit::{NotFound, Refused};
use super::table_location::{TableLocation, absolute, describe, table_name};
use anyhow::Context;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, ProvideCredentials};
use rollcall::app::App;
use rollcall::directory::sources::Sources;
use rollcall::directory::{Directory, Tenant, TenantId};
use rollcall::secrets;
use rollcall::store::Store;
use rollcall::store::dynamodb::aws::AwsTable;
use rollcall::store::dynamodb::client::patience;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use std::fs::File;
use std::sync::Arc;

/// The URL of the local server, unless an argument gives another.
pub const DEFAULT_ORIGIN: &str = "http://127.0.0.1:8080";

/// The way in which a command uses the data of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reads or changes existing data, and makes no token.
    Use,
    /// Makes a token for an existing tenant.
    MakeToken,
    /// Creates missing data, and makes tokens.
    MakeData,
}

/// Opens the app on a deployment. Fails if there is no data, unless the purpose is to create it.
pub async fn open(deployment: &Deployment, purpose: Purpose) -> anyhow::Result<App> {
    let host = deployment.table_location();
    if let TableLocation::Aws { .. } = host
        && deployment.secret_arn.is_none()
    {
        let text = "--secret-arn is missing: a table on AWS needs the pepper in AWS Secrets Manager; \
                    give its ARN, the output SecretArn of the stack";
        return Err(Refused(text.to_owned()).into());
    }
    if let TableLocation::Folder(folder) = host
        && purpose != Purpose::MakeData
        && !Engine::has_data(folder).with_context(|| unusable(folder))?
    {
        return Err(no_data(deployment));
    }
    let aws = match matches!(host, TableLocation::Aws { .. }) || deployment.secret_arn.is_some() {
        true => Some(log_in_to_aws().await?),
        false => None,
    };
    let (store, _lock) = open_store(deployment, aws.as_ref()).await?;
    let context = || match host {
        TableLocation::Folder(folder) => unusable(folder),
        TableLocation::Endpoint(endpoint) => format!("cannot use the DynamoDB API at {endpoint}"),
        TableLocation::Aws { .. } => format!("cannot use the table {}", table_name(deployment)),
    };
    // On AWS, the template creates the table and the pepper.
    if let TableLocation::Aws { .. } = host {
        store.table().check().await.with_context(context)?;
    } else {
        let is_used = store.table().is_used().await.with_context(context)?;
        if !is_used && purpose != Purpose::MakeData {
            return Err(no_data(deployment));
        }
        if deployment.secret_arn.is_none() && purpose != Purpose::Use {
            make_pepper(deployment, is_used)?;
        }
        store.table().create_unless_exists().await.with_context(context)?;
    }
    let peppers = match (&deployment.secret_arn, &aws) {
        (Some(arn), Some(shared)) => secrets::from_secrets_manager(shared, arn),
        _ => secrets::from_file(&secrets::file_in(&deployment.data)),
    };
    let public_url = deployment.public_url.as_deref().unwrap_or(DEFAULT_ORIGIN);
    Ok(App::new(store, peppers, Sources::system(), public_url))
}

fn no_data(deployment: &Deployment) -> anyhow::Error {
    let text = format!(
        "there is no data in {}: create a tenant first (rollcall tenant create), or say where the \
         data is with --data, --table or --dynamodb-endpoint",
        describe(deployment)
    );
    NotFound(text).into()
}

/// Checks that a command on AWS has the public URL, which its Tenant URLs start with. On AWS, the command cannot derive
/// the URL.
pub fn check_public_url(deployment: &Deployment) -> anyhow::Result<()> {
    if matches!(deployment.table_location(), TableLocation::Aws { .. })
        && deployment.public_url.is_none()
    {
        let text = "--public-url is missing: Tenant URLs of a table on AWS begin with it; give the \
                    output Endpoint of the stack";
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

/// Opens the store of a deployment without checking it, and returns the lock of its folder. `aws` has the settings for a
/// table on AWS.
async fn open_store(
    deployment: &Deployment,
    aws: Option<&SdkConfig>,
) -> anyhow::Result<(Store, Option<File>)> {
    let table = table_name(deployment);
    let config = match (deployment.table_location(), aws) {
        (TableLocation::Folder(folder), _) => {
            let (engine, lock) = open_locked(folder)?;
            return Ok((Store::new(Arc::new(EmbeddedTable::new(engine, table))), Some(lock)));
        }
        (TableLocation::Endpoint(endpoint), _) => {
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
        (TableLocation::Aws { endpoint }, aws) => {
            let config = patience(aws.context("the AWS settings are not loaded")?.into());
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

/// Creates the pepper in the data folder, unless it exists. If another process used the table before, its tokens need
/// the pepper of that process's folder.
fn make_pepper(deployment: &Deployment, is_used: bool) -> anyhow::Result<()> {
    let file = secrets::file_in(&deployment.data);
    let is_there = file.try_exists().with_context(|| unusable(&deployment.data))?;
    if !is_there && is_used && matches!(deployment.table_location(), TableLocation::Endpoint(_)) {
        let text = format!(
            "there is no pepper in {}, and the server of {} refuses tokens that were made under \
             another pepper: name the data folder of that server with --data",
            absolute(&deployment.data),
            describe(deployment)
        );
        return Err(Refused(text).into());
    }
    make_folder(&deployment.data).with_context(|| unusable(&deployment.data))?;
    secrets::create_file_unless_exists(&file)
        .with_context(|| format!("cannot create the secret document {}", file.display()))
}

//! Loads the AWS settings of the machine, with its region and credentials.

use super::exit::{NoCredentials, NoRegion};
use anyhow::Context;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::credential_fn::provide_credentials_fn;
use aws_sdk_dynamodb::config::{ProvideCredentials, SharedCredentialsProvider};
use std::sync::Mutex;

/// Loads the AWS settings of this machine, and checks that they have a region and credentials. The clients would notice
/// missing credentials too, but as a failed call. The timeout of a call is too short for a code that a person types.
pub async fn log_in_to_aws() -> anyhow::Result<SdkConfig> {
    let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
    if shared.region().is_none() {
        return Err(NoRegion.into());
    }
    let provider = shared
        .credentials_provider()
        .context("the AWS settings have no source of credentials: set AWS_PROFILE")?;
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

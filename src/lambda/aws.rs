//! The settings of the AWS SDK in a Lambda. Lambda puts credentials and region into the environment. So the function
//! needs no profiles, no role to assume and no metadata service, and the binary leaves their code out.

use crate::config::sdk_setting;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{SharedCredentialsProvider, SharedHttpClient};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

/// Returns the settings of all clients of the SDK. They share the HTTP client.
pub fn settings(client: SharedHttpClient) -> SdkConfig {
    let credentials = EnvironmentVariableCredentialsProvider::new();
    let is_on = |name| sdk_setting(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(sdk_setting("AWS_REGION").map(Region::new))
        .use_fips(is_on("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(is_on("AWS_USE_DUALSTACK_ENDPOINT"))
        .service_config(EnvironmentSettings)
        .http_client(client)
        .build()
}

/// Reads the settings of a service: `AWS_ENDPOINT_URL_DYNAMODB`, or else `AWS_ENDPOINT_URL`.
#[derive(Debug)]
struct EnvironmentSettings;

impl LoadServiceConfig for EnvironmentSettings {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        sdk_setting(&format!("{}_{service}", key.env())).or_else(|| sdk_setting(key.env()))
    }
}

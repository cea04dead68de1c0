//! The HTTP client of the AWS SDK. It builds its connector from the same code as [`Client`](super::Client), so that
//! the binary has this code once.

use super::resolver::{Lookup, Resolver};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::sync::OnceLock;

/// Returns a client for all services. The first service decides the time limit of connections for all. They
/// share the connections and the root certificates, which are read once.
pub fn sdk_client() -> SharedHttpClient {
    SharedHttpClient::new(SdkClient::default())
}

#[derive(Debug, Default)]
struct SdkClient(OnceLock<SharedHttpConnector>);

impl HttpClient for SdkClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.0.get_or_init(|| {
            let mut builder = Connector::builder()
                .connector_settings(settings.clone())
                .proxy_config(ProxyConfig::from_env())
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc));
            builder.set_sleep_impl(components.sleep_impl());
            let resolver = Resolver { policy: None, lookup: Lookup::system() };
            SharedHttpConnector::new(builder.build_with_resolver(resolver))
        });
        connector.clone()
    }
}

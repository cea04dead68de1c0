//! An HTTP client for the SDK. A function answers the client's requests.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use std::fmt;
use std::sync::Arc;

/// A function that returns status and body for a request.
type Answer = dyn Fn(&HttpRequest) -> (u16, String) + Send + Sync;

#[derive(Clone)]
struct Answering(Arc<Answer>);

/// An HTTP client. The function `answer` returns the status and body for each request.
pub fn answering(
    answer: impl Fn(&HttpRequest) -> (u16, String) + Send + Sync + 'static,
) -> SharedHttpClient {
    SharedHttpClient::new(Answering(Arc::new(answer)))
}

impl HttpClient for Answering {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Answering {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = (self.0)(&request);
        let status = status.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

impl fmt::Debug for Answering {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Answering")
    }
}

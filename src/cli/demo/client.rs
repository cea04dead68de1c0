//! Sends requests to the demo's own service, in the same process.

use super::clock::DemoClock;
use anyhow::{Context, bail};
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use rollcall::directory::TenantId;
use rollcall::server::router::Service;
use rollcall::server::tenant_urls::{api_url, tenant_url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use time::Duration;
use tower::ServiceExt;

/// The name of Okta's client.
const OKTA: &str = "Okta SCIM Client 1.0.0";
/// The time that a request takes on the demo's clock.
const REQUEST_TAKES: Duration = Duration::milliseconds(350);

/// The identity provider and the administrator of the demo.
#[derive(Debug, Clone)]
pub struct DemoClient {
    pub service: Service,
    pub tenant: TenantId,
    pub scim_token: SecretString,
    pub admin_token: SecretString,
    pub clock: DemoClock,
}

/// The answer to a request.
#[derive(Debug)]
pub struct DemoAnswer {
    request: String,
    status: StatusCode,
    body: Value,
}

impl DemoAnswer {
    /// Checks the status, and returns the body.
    pub fn expect(self, status: u16) -> anyhow::Result<Value> {
        if self.status.as_u16() != status {
            bail!("the demo cannot be made: {} gives {}: {}", self.request, self.status, self.body);
        }
        Ok(self.body)
    }
}

impl DemoClient {
    /// Sends a SCIM request, as Okta does.
    pub async fn scim(
        &self,
        method: Method,
        path: &str,
        body: Value,
    ) -> anyhow::Result<DemoAnswer> {
        self.scim_with(&self.scim_token, method, path, body).await
    }

    /// Sends a SCIM request with another token.
    pub async fn scim_with(
        &self,
        token: &SecretString,
        method: Method,
        path: &str,
        body: Value,
    ) -> anyhow::Result<DemoAnswer> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", tenant_url("", &self.tenant)))
            .header(USER_AGENT, OKTA)
            .header(CONTENT_TYPE, "application/scim+json; charset=utf-8")
            .header(AUTHORIZATION, format!("Bearer {}", token.expose_secret()));
        self.send(request, body).await
    }

    /// Sends a request to the JSON API, as the administrator.
    pub async fn admin(
        &self,
        method: Method,
        path: &str,
        body: Value,
    ) -> anyhow::Result<DemoAnswer> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", api_url("", &self.tenant)))
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", self.admin_token.expose_secret()));
        self.send(request, body).await
    }

    async fn send(
        &self,
        request: http::request::Builder,
        body: Value,
    ) -> anyhow::Result<DemoAnswer> {
        self.clock.advance(REQUEST_TAKES);
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = request.body(body).context("a request of the demo is not valid")?;
        let name = format!("{} {}", request.method(), request.uri());
        let response = self.service.clone().oneshot(request).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes)? };
        Ok(DemoAnswer { request: name, status, body })
    }
}

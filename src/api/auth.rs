//! Credentials, before routing: a wrong token learns nothing about which paths exist (RFC 7644 §2, RFC 6750).

use super::context::{Caller, Origin, Services, TenantPath, tenant_in, tenant_url};
use super::error::ApiError;
use crate::directory::{Scope, TenantId};
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, AUTHORIZATION};
use http::{HeaderMap, Method, StatusCode};
use std::sync::Arc;

/// Discovery is open (RFC 7644 §4): it says the same to everybody, whether the tenant exists or not.
const OPEN: [&str; 3] = ["ServiceProviderConfig", "ResourceTypes", "Schemas"];

/// Lets a request through with a [`TenantPath`], and a [`Caller`] unless it is for a discovery document.
pub(super) async fn authenticate(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(tenant) = tenant_in(uri.path()) else {
        return ApiError::unauthorized().into_response();
    };
    let endpoint = uri.path().split('/').nth(5).unwrap_or_default();
    let origin = request.extensions().get::<Origin>().map(|Origin(origin)| Arc::clone(origin));
    let base_url = tenant_url(origin.as_ref().unwrap_or(&services.public_url), &tenant);
    request.extensions_mut().insert(TenantPath { base_url: Arc::from(base_url) });
    let reading = *request.method() == Method::GET || *request.method() == Method::HEAD;
    if !(reading && OPEN.contains(&endpoint)) {
        match caller(&services, &tenant, request.headers()).await {
            Ok(caller) => {
                request.extensions_mut().insert(caller);
            }
            Err(error) => return error.into_response(),
        }
    }
    next.run(request).await
}

/// Takes `Allow` off a 401: the router adds it to whatever answers a wrong method, and it tells which paths exist.
pub(super) fn hide_methods(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().remove(ALLOW);
    }
    response
}

async fn caller(
    services: &Services,
    tenant: &TenantId,
    headers: &HeaderMap,
) -> Result<Caller, ApiError> {
    let token = bearer_token(headers).ok_or_else(ApiError::unauthorized)?;
    let session = services.access.open(tenant, Scope::Scim, token).await?;
    let session = session.ok_or_else(ApiError::unauthorized)?;
    Ok(Caller { directory: services.tenants.directory(&session.tenant), label: session.label })
}

/// The token of `Authorization: Bearer <token>`; the scheme in any case (RFC 9110 §11.1).
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

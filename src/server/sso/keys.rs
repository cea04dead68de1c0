//! The public keys of a tenant, and the issuer document that leads to them.

use super::addresses::SsoAddresses;
use crate::directory::TenantId;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::observe::OfStranger;
use crate::server::page_urls::service_url;
use crate::server::response::plain_json;
use crate::server::tenant_urls::{tenant_in, tenant_root};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{Extensions, HeaderValue, StatusCode, Uri};
use serde::Serialize;
use serde_json::json;

/// How long identity providers may keep an answer. Some providers fetch the keys again only after this time, also for
/// the assertion of an unknown key.
const ONE_MINUTE: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// Returns the public keys (RFC 7517 §5). A tenant without keys has an empty list, and so has an unknown one.
pub(super) async fn key_set(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
) -> Answer {
    let tenant = tenant_of(&uri)?;
    let keys = services.sso.public_keys(&tenant).await?;
    document(&json!({"keys": *keys}))
}

/// Returns the issuer document (OpenID Connect Discovery 1.0 §3). Entra ID reads it for a federated credential. It is the
/// same for every tenant, and reads nothing.
pub(super) async fn issuer_document(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    extensions: Extensions,
) -> Answer {
    let tenant = tenant_of(&uri)?;
    let addresses = SsoAddresses::of(&tenant_root(&service_url(&services, &extensions), &tenant));
    document(&json!({
        "issuer": addresses.key_issuer,
        "jwks_uri": addresses.jwks_uri,
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

fn tenant_of(uri: &Uri) -> Result<TenantId, ApiError> {
    tenant_in(uri.path()).ok_or_else(|| ApiError::not_found("There is no such tenant"))
}

fn document(body: &impl Serialize) -> Result<Response, ApiError> {
    let mut response = plain_json(StatusCode::OK, body)?;
    response.headers_mut().insert(CACHE_CONTROL, ONE_MINUTE);
    response.extensions_mut().insert(OfStranger);
    Ok(response)
}

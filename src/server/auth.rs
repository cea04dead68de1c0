//! Checks credentials before routing: a wrong token does not reveal which paths exist (RFC 7644 §2, RFC 6750).

use super::context::{Caller, PublicUrl, Services, TenantPath, UnknownNames};
use super::error::ApiError;
use super::error::render::refusal;
use super::observe::operation;
use super::tenant_urls::{ADMIN_ROOT, SCIM_ROOT, TENANTS_ROOT, tenant_in, tenant_root};
use crate::directory::access::Session;
use crate::directory::tenants::pending_notes::Observed;
use crate::directory::{Scope, TenantId, Unfinished};
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, AUTHORIZATION};
use http::{HeaderMap, Method, StatusCode};
use std::sync::Arc;

/// The token rules of one part of a tenant's API.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    /// The scope of the area's main token.
    scope: Scope,
    /// The scopes whose tokens are valid in the area.
    scopes: &'static [Scope],
    /// The path of the area below a tenant.
    root: &'static str,
    /// The endpoints that need no token. Without a token, their responses are the same for every tenant id, even for
    /// the id of no tenant.
    open: &'static [&'static str],
    /// The open endpoints that show more to a valid token.
    opener: &'static [&'static str],
    /// The endpoints that never wait for the tenant's share. An administrator can therefore always revoke a token that
    /// uses up the share.
    unlimited: &'static [&'static str],
}

/// SCIM. Discovery needs no token (RFC 7644 §4).
pub(super) const SCIM: Area = Area {
    scope: Scope::Scim,
    scopes: &[Scope::Scim],
    root: SCIM_ROOT,
    open: &["ServiceProviderConfig", "ResourceTypes", "Schemas"],
    opener: &["ResourceTypes", "Schemas"],
    unlimited: &[],
};

/// The administration. `admin/read_access.rs` decides what a read token opens.
pub(super) const ADMIN: Area = Area {
    scope: Scope::Admin,
    scopes: &[Scope::Admin, Scope::Read],
    root: ADMIN_ROOT,
    open: &["openapi.json"],
    opener: &[],
    unlimited: &["tokens"],
};

/// Lets a request through with a [`TenantPath`] and a [`Caller`]. A request to an open endpoint without a valid token
/// has no caller.
pub(super) async fn authenticate(
    State((services, area)): State<(Services, Area)>,
    OriginalUri(uri): OriginalUri,
    mut request: Request,
    next: Next,
) -> Response {
    let refused = || ApiError::unauthorized(area.scope).into_response();
    let Some(tenant) = tenant_in(uri.path()) else { return refused() };
    let endpoint = endpoint_in(uri.path(), &tenant, area.root);
    let origin = request.extensions().get::<PublicUrl>().map(|PublicUrl(url)| Arc::clone(url));
    let origin = origin.unwrap_or_else(|| Arc::clone(&services.public_url));
    let root = tenant_root(&origin, &tenant);
    let base_url = Arc::from(format!("{root}{}", area.root));
    request.extensions_mut().insert(TenantPath { root: Arc::from(root), base_url });
    let reading = *request.method() == Method::GET || *request.method() == Method::HEAD;
    if !(reading && area.open.contains(&endpoint)) {
        match caller(&services, &tenant, area, request.headers()).await {
            Ok((caller, unfinished)) => {
                request.extensions_mut().insert(caller.clone());
                let is_unlimited = area.unlimited.contains(&endpoint);
                let next = async |request| match services
                    .shares
                    .wait(&caller.tenant)
                    .filter(|_| !is_unlimited)
                {
                    Some(wait) => ApiError::over_its_share(wait).into_response(),
                    None => next.run(request).await,
                };
                let answer = noticed(&services, area, &caller, request, next);
                return tokio::join!(
                    answer,
                    caller.directory.unfinished().finish_left_over(&unfinished)
                )
                .0;
            }
            Err(error) => return error.into_response(),
        }
    }
    if area.opener.contains(&endpoint) && request.headers().contains_key(AUTHORIZATION) {
        // An open endpoint ignores a wrong token, and a token that cannot be checked now.
        if let Ok((caller, unfinished)) = caller(&services, &tenant, area, request.headers()).await
        {
            let directory = caller.directory.clone();
            request.extensions_mut().insert(caller);
            return tokio::join!(
                next.run(request),
                directory.unfinished().finish_left_over(&unfinished)
            )
            .0;
        }
    }
    next.run(request).await
}

/// Returns the first segment below an area's root.
fn endpoint_in<'p>(path: &'p str, tenant: &TenantId, root: &str) -> &'p str {
    path.strip_prefix(TENANTS_ROOT)
        .and_then(|path| path.strip_prefix(tenant.as_str())?.strip_prefix(root)?.strip_prefix('/'))
        .and_then(|below| below.split('/').next())
        .unwrap_or_default()
}

/// Answers a request, and notes the contact with the identity provider, for the tenant's administrator. Refusals and
/// unknown attributes are noted too. The log has only the number of unknown attributes: their names are for the
/// administrator alone. In the administration, only the use of the token is noted.
async fn noticed(
    services: &Services,
    area: Area,
    caller: &Caller,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    if area.scope != Scope::Scim {
        let used = services.sync.used(&caller.tenant, &caller.token);
        return tokio::join!(next(request), used).0;
    }
    let (method, route) = (request.method().clone(), request.extensions().get().cloned());
    let asked = services.sync.asked(&caller.tenant, &caller.token);
    let (response, ()) = tokio::join!(next(request), asked);
    let refused = refusal(&response).map(|(status, detail)| {
        let operation = operation(&method, route.as_ref(), response.status());
        (operation, status, detail)
    });
    let unknown = caller.unknown.take();
    if !unknown.is_empty() {
        let tenant = caller.tenant.as_str();
        tracing::info!(tenant, unknown = unknown.len(), "a request has unknown attributes");
    }
    if refused.is_some() || !unknown.is_empty() {
        services.sync.answered(&caller.tenant, Observed { refused, unknown }).await;
    }
    response
}

/// Removes `Allow` from a 401. The router adds `Allow` to every response to a wrong method, and the header reveals
/// which paths exist.
pub(super) fn hide_methods(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().remove(ALLOW);
    }
    response
}

/// Identifies the caller by the request's token. Also returns the tenant's unfinished work that this request must
/// finish.
async fn caller(
    services: &Services,
    tenant: &TenantId,
    area: Area,
    headers: &HeaderMap,
) -> Result<(Caller, Vec<Unfinished>), ApiError> {
    let refused = || ApiError::unauthorized(area.scope);
    let token = bearer_token(headers).ok_or_else(refused)?;
    let session = services.access.open(tenant, area.scopes, token).await?;
    let session = session.ok_or_else(refused)?;
    let Session { tenant, scope, directory, actor, token, unfinished } = session;
    let unknown = UnknownNames::default();
    Ok((Caller { tenant, scope, directory, actor, token, unknown }, unfinished))
}

/// Returns the token of `Authorization: Bearer <token>`. The scheme is not case sensitive (RFC 9110 §11.1).
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

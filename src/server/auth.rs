//! Checks credentials before routing: a wrong token does not reveal which paths exist (RFC 7644 §2, RFC 6750).

use super::context::{Caller, Services, TenantPath, UnknownNames};
use super::error::ApiError;
use super::page_urls::service_url;
use super::request_notes::answer_and_note;
use super::request_trace::RequestTrace;
use super::tenant_urls::{ADMIN_ROOT, SCIM_ROOT, TENANTS_ROOT, tenant_in, tenant_root};
use crate::directory::access::Access;
use crate::directory::access::token_lookup::WrongToken;
use crate::directory::{Scope, TenantId, UnauthorizedReason, Unfinished};
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
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
    let origin = service_url(&services, request.extensions());
    let root = tenant_root(&origin, &tenant);
    let base_url = Arc::from(format!("{root}{}", area.root));
    request.extensions_mut().insert(TenantPath { root: Arc::from(root), base_url });
    let reading = *request.method() == Method::GET || *request.method() == Method::HEAD;
    if !(reading && area.open.contains(&endpoint)) {
        let delay = Access::start_delay();
        match caller(&services, &tenant, area, request.headers()).await {
            Ok(Err(wrong)) => {
                if area.scope == Scope::Scim {
                    let token = request.headers().get(AUTHORIZATION).cloned();
                    note_wrong_token(&services, &tenant, WrongHeader { wrong, token }, delay).await;
                }
                return refused();
            }
            Ok(Ok((caller, unfinished))) => {
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
        if let Ok(Ok((caller, unfinished))) =
            caller(&services, &tenant, area, request.headers()).await
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

/// Answers a request, and notes it for the tenant's administrator. In the administration, only the use of the token is
/// noted.
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
    answer_and_note(services, caller, request, next).await
}

/// A request without a valid token.
struct WrongHeader {
    wrong: WrongToken,
    /// The header with the token.
    token: Option<HeaderValue>,
}

/// Notes a wrong token for the administrator of an existing tenant. The note is written only inside the delay of an
/// answer, so that the time of an answer does not tell whether the tenant exists.
async fn note_wrong_token(
    services: &Services,
    tenant: &TenantId,
    WrongHeader { wrong, token }: WrongHeader,
    delay: tokio::time::Sleep,
) {
    let reason = Some(wrong.reason).filter(|_| wrong.tenant_exists);
    if services.access.delays_refusal(tenant, token.as_ref().map_or(&[], HeaderValue::as_bytes)) {
        let note = async {
            if let Some(reason) = reason {
                services.sync.unauthorized(tenant, reason).await;
            }
        };
        Access::wait_with(delay, note).await;
    } else if let Some(reason) = reason {
        services.sync.count_unauthorized(tenant, reason);
    }
}

/// Removes `Allow` from a 401. The router adds `Allow` to every response to a wrong method, and the header reveals
/// which paths exist.
pub(super) fn hide_methods(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().remove(ALLOW);
    }
    response
}

/// Identifies the caller by the request's token, or finds the reason for a wrong token. Also returns the tenant's
/// unfinished work that this request must finish.
async fn caller(
    services: &Services,
    tenant: &TenantId,
    area: Area,
    headers: &HeaderMap,
) -> Result<Result<(Caller, Vec<Unfinished>), WrongToken>, ApiError> {
    let session = services.access.open(tenant, area.scopes, bearer_token(headers)).await?;
    Ok(session.map(|session| {
        let caller = Caller {
            tenant: session.tenant,
            scope: session.scope,
            settings: session.settings,
            directory: session.directory,
            actor: session.actor,
            token: session.token,
            token_created: session.token_created,
            unknown: UnknownNames::default(),
            trace: RequestTrace::default(),
        };
        (caller, session.unfinished)
    }))
}

/// Returns the token of `Authorization: Bearer <token>`, or the reason for which there is none. The scheme is not case
/// sensitive (RFC 9110 §11.1).
fn bearer_token(headers: &HeaderMap) -> Result<&str, UnauthorizedReason> {
    let header = headers.get(AUTHORIZATION).ok_or(UnauthorizedReason::NoToken)?;
    let header = header.to_str().map_err(|_| UnauthorizedReason::NoBearerToken)?.trim();
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    match (scheme.eq_ignore_ascii_case("bearer"), token.trim()) {
        (true, "") => Err(UnauthorizedReason::NoToken),
        (true, token) => Ok(token),
        (false, "") if scheme.is_empty() => Err(UnauthorizedReason::NoToken),
        (false, _) => Err(UnauthorizedReason::NoBearerToken),
    }
}

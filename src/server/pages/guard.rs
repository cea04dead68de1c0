//! Admits requests that have a session in the cookie. A posted form needs proof that a page of the session sent it.

use crate::directory::access::sessions::has_form;
use crate::directory::access::sessions::{FormKey, Resumed, SessionId};
use crate::directory::{ActorRecord, Directory, TenantId, Unfinished};
use crate::server::body::{media_type, read_at_most};
use crate::server::context::Services;
use crate::server::error::ApiError;
use crate::server::page_urls::Site;
use crate::server::query::Pairs;
use crate::server::response::redirect;
use crate::server::tenant_urls::tenant_in;
use axum::Extension;
use axum::body::Body;
use axum::extract::{FromRequestParts, OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::COOKIE;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use std::sync::Arc;

/// The cookie's name.
pub(super) const COOKIE_NAME: &str = "rollcall_session";
/// The form field with a key that only the session's own pages know.
pub(super) const FORM_KEY: &str = "csrf";
/// The maximum length of a form, in bytes: three local values of the maximum length, percent-encoded.
const MAX_FORM_BYTES: usize = 256 * 1024;
/// The text for a request of a tenant that used its share of the table.
const OVER_ITS_SHARE: &str =
    "This tenant used its share of the capacity. Wait a minute and load the page again";

/// An administrator with a session.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) tenant: TenantId,
    pub(super) directory: Directory,
    /// The actor of the session's changes.
    pub(super) actor: Arc<ActorRecord>,
    /// The token of the sign-in, by a short name that reveals nothing else about it.
    pub(super) token: Arc<str>,
    pub(super) session: SessionId,
    pub(super) form_key: FormKey,
    pub(super) site: Site,
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(signed_out)
    }
}

/// The fields of a posted form.
#[derive(Debug, Clone)]
pub(super) struct Form(Arc<Pairs>);

impl Form {
    /// Returns the text of a field; empty if the field is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_default()
    }

    /// Returns the texts of all fields with this name.
    pub(super) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.all(name)
    }

    /// Whether a box is ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    /// Reads a form from the body of a request.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, ApiError> {
        if !media_type(headers).eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let text = "The page accepts only its own forms. Open the page and use the form there";
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
        let bytes = read_at_most(body, MAX_FORM_BYTES).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| ApiError::broken_body())?;
        let pairs = Pairs::read(text).map_err(|_| {
            ApiError::bad_request(
                "The form is not UTF-8 text. Open the page and send the form again",
            )
        })?;
        Ok(Self(Arc::new(pairs)))
    }
}

impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(signed_out)
    }
}

/// Lets a request through with a [`Visitor`], and a change with a [`Form`] too. Without a session, a request for a page
/// is redirected to the sign-in.
pub(super) async fn guard(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    Extension(site): Extension<Site>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = match visitor(&services, uri.path(), &site, &parts.headers).await {
        Ok(visitor) => visitor,
        Err(error) => return error.into_response(),
    };
    let reading = parts.method == Method::GET || parts.method == Method::HEAD;
    let (visitor, unfinished) = match visitor {
        Some(found) => found,
        None if reading => return redirect(&site.root()),
        None => return signed_out().into_response(),
    };
    let (directory, token) = (visitor.directory.clone(), Arc::clone(&visitor.token));
    let tenant = visitor.tenant.clone();
    let request = if reading {
        parts.extensions.insert(visitor);
        Request::from_parts(parts, body)
    } else {
        match posted(&visitor, &parts.headers, body).await {
            Ok(form) => parts.extensions.insert(form),
            Err(error) => return error.into_response(),
        };
        parts.extensions.insert(visitor);
        Request::from_parts(parts, Body::empty())
    };
    let used = services.sync.used(&tenant, &token);
    tokio::join!(next.run(request), directory.unfinished().finish_left_over(&unfinished), used).0
}

/// Refuses a request while the tenant must wait for its share of the table.
pub(super) async fn share(
    State(services): State<Services>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    match services.shares.wait(&visitor.tenant) {
        Some(wait) => ApiError::over_its_share(wait).with_detail(OVER_ITS_SHARE).into_response(),
        None => next.run(request).await,
    }
}

/// Returns the visitor by the session in the cookie, and the unfinished work that the request is to finish.
pub(super) async fn visitor(
    services: &Services,
    path: &str,
    site: &Site,
    headers: &HeaderMap,
) -> Result<Option<(Visitor, Vec<Unfinished>)>, ApiError> {
    let Some(tenant) = tenant_in(path) else { return Ok(None) };
    let passes: Vec<&str> = passes(headers).collect();
    let Some(resumed) = services.access.resume(&tenant, &passes).await? else { return Ok(None) };
    let Resumed { session, directory, actor, token, form_key, unfinished } = resumed;
    let site = site.clone();
    let visitor = Visitor { tenant, directory, actor, token, session, form_key, site };
    Ok(Some((visitor, unfinished)))
}

/// Reads a form, and checks that a page of the session sent it.
async fn posted(visitor: &Visitor, headers: &HeaderMap, body: Body) -> Result<Form, ApiError> {
    if !visitor.site.may_have_sent(headers) {
        return Err(from_elsewhere());
    }
    let form = Form::read(headers, body).await?;
    match visitor.form_key.fits(form.get(FORM_KEY)) {
        true => Ok(form),
        false => Err(from_elsewhere()),
    }
}

/// Returns the passes in the cookies of our name. Another site of the domain can also set such cookies, in any number.
/// The size of a request's headers limits the number.
fn passes(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let cookies = cookies.flat_map(|cookies| cookies.split(';'));
    let named = cookies.filter_map(|cookie| cookie.trim().split_once('='));
    named
        .filter(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, pass)| pass)
        .filter(|pass| has_form(pass))
}

fn signed_out() -> ApiError {
    let text = "You are signed out, and nothing was changed. Sign in and repeat the change";
    ApiError::new(StatusCode::FORBIDDEN, text)
}

/// 403 for a form that none of our pages sent.
pub(super) fn from_elsewhere() -> ApiError {
    let text = "The form came from another site, or from a page that was opened before you last signed \
                in, and nothing was changed. Open the page at its own address and repeat the change";
    ApiError::new(StatusCode::FORBIDDEN, text)
}

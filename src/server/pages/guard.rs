//! Admits requests that have a session in the cookie. A posted form needs proof that a page of the session sent it.

use super::cookies::Cookie;
use super::fragment::wants_fragment;
use super::next_page::NextPage;
use crate::directory::access::sessions::{FormKey, Resumed, SessionId};
use crate::directory::error::Error;
use crate::directory::tenants::sync_state::{SyncFacts, SyncState};
use crate::directory::{ActorRecord, Directory, Provider, Tenant, TenantId, Unfinished};
use crate::model::sync::SyncRecord;
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
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use std::sync::Arc;

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
    /// The name of the tenant, for people.
    pub(super) tenant_name: Arc<str>,
    pub(super) directory: Directory,
    /// The name of the identity provider for people, within a sentence.
    pub(super) idp: &'static str,
    /// The tenant's record. It may be a minute old.
    pub(super) record: Arc<Tenant>,
    /// The state of the sync. Only requests for whole pages read it.
    pub(super) state: Option<SyncState>,
    /// The notes on the sync behind the state. Only requests that change nothing have them.
    pub(super) sync: Option<Arc<SyncRecord>>,
    /// The actor of the session's changes.
    pub(super) actor: Arc<ActorRecord>,
    /// The token of the sign-in, by a short name that reveals nothing else about it; `None` for a sign-in link.
    pub(super) token: Option<Arc<str>>,
    pub(super) session: SessionId,
    pub(super) form_key: FormKey,
    pub(super) site: Site,
}

impl Visitor {
    /// Returns the identity provider whose screens the texts describe.
    pub(super) fn provider(&self) -> Provider {
        self.record.settings.provider_or_other()
    }

    /// Returns the notes on the sync of the last seven days, from the read of the request if it has one.
    pub(super) async fn known_record(
        &self,
        services: &Services,
        tenant: &Tenant,
    ) -> Result<SyncRecord, Error> {
        match &self.sync {
            Some(record) => Ok(services.sync.known(tenant, SyncRecord::clone(record))),
            None => services.sync.known_record(tenant).await,
        }
    }
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
    let (parts, body) = request.into_parts();
    let visitor = match visitor(&services, uri.path(), &site, &parts.headers).await {
        Ok(visitor) => visitor,
        Err(error) => return error.into_response(),
    };
    let reading = is_read(&parts.method);
    let (mut visitor, unfinished) = match visitor {
        Some(found) => found,
        None if reading && tenant_in(uri.path()).is_none() => {
            return no_such_page().into_response();
        }
        None if reading => return redirect(&NextPage::of(&uri).sign_in(&site)),
        None => return signed_out().into_response(),
    };
    read_state(&services, &mut visitor, &parts).await;
    let admitted = Admitted {
        tenant: visitor.tenant.clone(),
        directory: visitor.directory.clone(),
        site: visitor.site.clone(),
        form_key: visitor.form_key.clone(),
        unfinished,
        administrator: Some(visitor.clone()),
    };
    run(&services, admitted, visitor, (parts, body), next).await
}

/// The facts about an admitted user that the run of the request needs.
pub(super) struct Admitted {
    pub(super) tenant: TenantId,
    pub(super) directory: Directory,
    pub(super) site: Site,
    pub(super) form_key: FormKey,
    /// The unfinished work that the request is to finish.
    pub(super) unfinished: Vec<Unfinished>,
    /// The administrator; `None` for a guest.
    pub(super) administrator: Option<Visitor>,
}

/// Reads the state of the sync for the rail. A part of a page has no rail.
pub(super) async fn read_state(services: &Services, visitor: &mut Visitor, parts: &Parts) {
    if wants_fragment(&parts.headers) {
        return;
    }
    // A page without this badge is better than no page.
    if let Ok(record) = services.sync.latest_record(&visitor.tenant).await {
        let facts = SyncFacts::of(&visitor.record, &record, services.tenants.now());
        visitor.state = Some(facts.state());
        // A change may write these notes, and its page then reads them again.
        visitor.sync = is_read(&parts.method).then(|| Arc::new(record));
    }
}

/// Whether a request changes nothing.
pub(super) fn is_read(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

/// Runs the request of an admitted user, with the user and the form of a change among its extensions. Beside the
/// request, the unfinished work is finished and the use of the token is noted.
pub(super) async fn run<U: Clone + Send + Sync + 'static>(
    services: &Services,
    admitted: Admitted,
    user: U,
    (mut parts, body): (Parts, Body),
    next: Next,
) -> Response {
    let Admitted { tenant, directory, site, form_key, unfinished, administrator } = admitted;
    parts.extensions.insert(user);
    let body = match is_read(&parts.method) {
        true => body,
        false => match posted(&site, &form_key, &parts.headers, body).await {
            Ok(form) => {
                parts.extensions.insert(form);
                Body::empty()
            }
            Err(error) => return error.into_response(),
        },
    };
    let token = administrator.as_ref().and_then(|visitor| visitor.token.clone());
    let used = async {
        if let Some(token) = &token {
            services.sync.used(&tenant, token).await;
        }
    };
    let answer = next.run(Request::from_parts(parts, body));
    let mut response =
        tokio::join!(answer, directory.unfinished().finish_left_over(&unfinished), used).0;
    if let Some(visitor) = administrator.filter(|_| !response.status().is_success()) {
        // The page of a failure keeps the navigation.
        response.extensions_mut().insert(visitor);
    }
    response
}

/// Refuses a request while the tenant must wait for its share of the table.
pub(super) async fn share(
    State(services): State<Services>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    match share_of(&services, &visitor.tenant) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

/// Returns the refusal while the tenant must wait for its share of the table.
pub(super) fn share_of(services: &Services, tenant: &TenantId) -> Option<ApiError> {
    let wait = services.shares.wait(tenant)?;
    Some(ApiError::over_its_share(wait).with_detail(OVER_ITS_SHARE))
}

/// Returns the visitor by the session in the cookie, and the unfinished work that the request is to finish.
pub(super) async fn visitor(
    services: &Services,
    path: &str,
    site: &Site,
    headers: &HeaderMap,
) -> Result<Option<(Visitor, Vec<Unfinished>)>, ApiError> {
    let Some(tenant) = tenant_in(path) else { return Ok(None) };
    let passes: Vec<&str> = Cookie::Session.passes(headers).collect();
    let Some(resumed) = services.access.resume(&tenant, &passes).await? else { return Ok(None) };
    let Resumed {
        session,
        directory,
        tenant_name,
        idp,
        record,
        actor,
        token,
        form_key,
        unfinished,
    } = resumed;
    let site = site.clone();
    let (state, sync) = (None, None);
    let visitor = Visitor {
        tenant,
        tenant_name,
        directory,
        idp,
        record,
        state,
        sync,
        actor,
        token,
        session,
        form_key,
        site,
    };
    Ok(Some((visitor, unfinished)))
}

/// Reads a form, and checks that a page of the session sent it.
pub(super) async fn posted(
    site: &Site,
    form_key: &FormKey,
    headers: &HeaderMap,
    body: Body,
) -> Result<Form, ApiError> {
    if !site.may_have_sent(headers) {
        return Err(from_elsewhere());
    }
    let form = Form::read(headers, body).await?;
    match form_key.fits(form.get(FORM_KEY)) {
        true => Ok(form),
        false => Err(from_elsewhere()),
    }
}

pub(super) fn signed_out() -> ApiError {
    let text = "You were signed out. Nothing changed. Sign in and try again";
    ApiError::new(StatusCode::FORBIDDEN, text)
}

/// 404 for an address that names no tenant.
pub(super) fn no_such_page() -> ApiError {
    let text = "This page does not exist. The address of the pages ends with /tenants/, the tenant's id \
                and /";
    ApiError::new(StatusCode::NOT_FOUND, text)
}

/// 403 for a form that none of our pages sent.
pub(super) fn from_elsewhere() -> ApiError {
    let text = "This form is out of date. Nothing changed. Reload the page";
    ApiError::new(StatusCode::FORBIDDEN, text)
}

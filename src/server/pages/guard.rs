//! Admits requests that have a session in the cookie. A posted form needs proof that a page of the session sent it.

pub(super) use super::find_visitor::{FoundVisitor, find_visitor, visitor};
use super::fragment::wants_fragment;
use super::next_page::NextPage;
pub(super) use super::posted_form::Form;
use super::sso::refusal;
use crate::directory::access::sessions::{FormKey, SessionId};
use crate::directory::error::Error;
use crate::directory::tenants::sync_state::{SyncFacts, SyncState};
use crate::directory::{ActorRecord, Directory, Provider, Tenant, TenantId, Unfinished};
use crate::model::sync::SyncRecord;
use crate::server::context::Services;
use crate::server::error::ApiError;
use crate::server::page_urls::Site;
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
    let found = match find_visitor(&services, uri.path(), &site, &parts.headers).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let reading = is_read(&parts.method);
    let (mut visitor, unfinished) = match found {
        FoundVisitor::Open(found) => *found,
        FoundVisitor::NotAdmitted(reason) => {
            return refusal::of_session(&site, &reason).into_response();
        }
        FoundVisitor::None if reading && tenant_in(uri.path()).is_none() => {
            return no_such_page().into_response();
        }
        FoundVisitor::None if reading => return redirect(&NextPage::of(&uri).sign_in(&site)),
        FoundVisitor::None => return signed_out().into_response(),
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

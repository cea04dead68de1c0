//! Admits administrators with a session, and guests: holders of a set-up link.

use crate::directory::access::sessions::FormKey;
use crate::directory::{ActorRecord, Directory, Link, LinkScope, TenantId, Unfinished};
use crate::server::context::Services;
use crate::server::error::ApiError;
use crate::server::page_urls::Site;
use crate::server::pages::cookies::Cookie;
use crate::server::pages::fragment::wants_fragment;
use crate::server::pages::frame::{Frame, Section};
use crate::server::pages::guard::{
    self as pages_guard, Admitted, FoundVisitor, Visitor, is_read, share_of,
};
use crate::server::pages::link;
use crate::server::pages::next_page::NextPage;
use crate::server::pages::sso::refusal::{self, NotAdmitted};
use crate::server::response::redirect;
use axum::Extension;
use axum::extract::{FromRequestParts, OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::request::Parts;
use std::sync::Arc;

/// The live part of a page when its link has ended. It asks for nothing more.
const LINK_ENDED: &str = "<div data-part=\"connect-live\"><div class=\"callout callout-bad\" role=\"status\">\
     <p>This link does not work any more. Ask for a new one.</p></div></div>";

/// A user of Connect.
#[derive(Clone)]
pub(super) struct ConnectUser {
    pub(super) tenant: TenantId,
    pub(super) directory: Directory,
    /// The actor of the user's changes.
    pub(super) actor: Arc<ActorRecord>,
    pub(super) site: Site,
    pub(super) form_key: FormKey,
    tenant_name: Arc<str>,
    idp: &'static str,
    role: Role,
}

#[derive(Clone)]
enum Role {
    Administrator(Box<Visitor>),
    Guest(Box<Link>),
}

impl ConnectUser {
    /// Returns the administrator; `None` for a guest.
    pub(super) fn administrator(&self) -> Option<&Visitor> {
        match &self.role {
            Role::Administrator(visitor) => Some(visitor),
            Role::Guest(_) => None,
        }
    }

    /// Returns the set-up link of a guest; `None` for an administrator.
    pub(super) fn link(&self) -> Option<&Link> {
        match &self.role {
            Role::Administrator(_) => None,
            Role::Guest(link) => Some(link),
        }
    }

    /// Returns the frame of the pages. A guest gets no navigation.
    pub(super) fn frame(&self) -> Frame {
        match &self.role {
            Role::Administrator(visitor) => Frame::of(visitor, Section::Connect),
            Role::Guest(_) => Frame {
                tenant_name: Arc::clone(&self.tenant_name),
                idp: self.idp,
                ..Frame::signed_out(&self.site)
            },
        }
    }
}

impl<S: Sync> FromRequestParts<S> for ConnectUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(pages_guard::signed_out)
    }
}

/// Lets a request through with a [`ConnectUser`], and a change with a form too.
pub(super) async fn guard(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    Extension(site): Extension<Site>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let found = match find_user(&services, uri.path(), &site, &parts).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let reading = is_read(&parts.method);
    let (user, unfinished) = match found {
        Ok(Some(found)) => found,
        Err(reason) => return refusal::of_session(&site, &reason).into_response(),
        Ok(None) if !reading => return pages_guard::signed_out().into_response(),
        Ok(None) if site.tenant().is_none() => return pages_guard::no_such_page().into_response(),
        // The link of this browser has ended. A sign-in would ask its holder for a token.
        Ok(None)
            if Cookie::Connect.passes(&parts.headers).next().is_some()
                && wants_fragment(&parts.headers) =>
        {
            return Html(LINK_ENDED).into_response();
        }
        Ok(None) if Cookie::Connect.passes(&parts.headers).next().is_some() => {
            return link::unknown(&site, LinkScope::Connect).into_response();
        }
        Ok(None) => return redirect(&NextPage::of(&uri).sign_in(&site)),
    };
    if let Some(refused) = share_of(&services, &user.tenant) {
        return refused.into_response();
    }
    let admitted = Admitted {
        tenant: user.tenant.clone(),
        directory: user.directory.clone(),
        site: user.site.clone(),
        form_key: user.form_key.clone(),
        unfinished,
        administrator: user.administrator().cloned(),
    };
    pages_guard::run(&services, admitted, user, (parts, body), next).await
}

/// A user, and the unfinished work that the request is to finish; `None` without a session. The error is the reason for
/// which a session is not admitted.
type FoundUser = Result<Option<(ConnectUser, Vec<Unfinished>)>, NotAdmitted>;

/// Finds the user by the session in a cookie. An administrator's session comes first: it opens more.
async fn find_user(
    services: &Services,
    path: &str,
    site: &Site,
    parts: &Parts,
) -> Result<FoundUser, ApiError> {
    let headers = &parts.headers;
    let without = match pages_guard::find_visitor(services, path, site, headers).await? {
        FoundVisitor::Open(found) => {
            return Ok(Ok(Some(administrator(services, *found, parts).await)));
        }
        FoundVisitor::NotAdmitted(reason) => Err(reason),
        FoundVisitor::None => Ok(None),
    };
    let Some(tenant) = site.tenant() else { return Ok(without) };
    let passes: Vec<&str> = Cookie::Connect.passes(headers).collect();
    let Some(guest) = services.access.resume_guest(tenant, &passes).await? else {
        return Ok(without);
    };
    let user = ConnectUser {
        tenant: tenant.clone(),
        directory: guest.directory,
        actor: guest.actor,
        site: site.clone(),
        form_key: guest.form_key,
        tenant_name: guest.tenant_name,
        idp: guest.idp,
        role: Role::Guest(Box::new(guest.link)),
    };
    Ok(Ok(Some((user, guest.unfinished))))
}

/// Makes the user of an administrator.
async fn administrator(
    services: &Services,
    (mut visitor, unfinished): (Visitor, Vec<Unfinished>),
    parts: &Parts,
) -> (ConnectUser, Vec<Unfinished>) {
    pages_guard::read_state(services, &mut visitor, parts).await;
    let user = ConnectUser {
        tenant: visitor.tenant.clone(),
        directory: visitor.directory.clone(),
        actor: Arc::clone(&visitor.actor),
        site: visitor.site.clone(),
        form_key: visitor.form_key.clone(),
        tenant_name: Arc::clone(&visitor.tenant_name),
        idp: visitor.idp,
        role: Role::Administrator(Box::new(visitor)),
    };
    (user, unfinished)
}

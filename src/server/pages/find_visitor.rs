//! Finds the administrator of a request by the session in its cookie.

use super::cookies::Cookie;
use super::guard::Visitor;
use super::sso::refusal::NotAdmitted;
use crate::directory::Unfinished;
use crate::directory::access::Resumption;
use crate::directory::access::sessions::Resumed;
use crate::server::context::Services;
use crate::server::error::ApiError;
use crate::server::page_urls::Site;
use crate::server::tenant_urls::tenant_in;
use http::HeaderMap;

/// The visitor of a request.
pub(super) enum FoundVisitor {
    /// An administrator, and the unfinished work that the request is to finish.
    Open(Box<(Visitor, Vec<Unfinished>)>),
    /// The employee of the session may not administer.
    NotAdmitted(NotAdmitted),
    /// The request has no session.
    None,
}

/// Returns the administrator by the session in the cookie, and the unfinished work that the request is to finish.
pub(super) async fn visitor(
    services: &Services,
    path: &str,
    site: &Site,
    headers: &HeaderMap,
) -> Result<Option<(Visitor, Vec<Unfinished>)>, ApiError> {
    Ok(match find_visitor(services, path, site, headers).await? {
        FoundVisitor::Open(found) => Some(*found),
        FoundVisitor::NotAdmitted(_) | FoundVisitor::None => None,
    })
}

/// Finds the visitor by the session in the cookie.
pub(super) async fn find_visitor(
    services: &Services,
    path: &str,
    site: &Site,
    headers: &HeaderMap,
) -> Result<FoundVisitor, ApiError> {
    let Some(tenant) = tenant_in(path) else { return Ok(FoundVisitor::None) };
    let passes: Vec<&str> = Cookie::Session.passes(headers).collect();
    let resumed = match services.access.resume(&tenant, &passes).await? {
        Resumption::Open(resumed) => *resumed,
        Resumption::Refused { refusal, reference } => {
            return Ok(FoundVisitor::NotAdmitted(NotAdmitted { refusal, reference }));
        }
        Resumption::None => return Ok(FoundVisitor::None),
    };
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
    Ok(FoundVisitor::Open(Box::new((visitor, unfinished))))
}

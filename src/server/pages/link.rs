//! The pages of links. A GET shows one button and never uses the link up, because scanners of mail open links. The POST of
//! the button opens the link once.

use super::browser_name::{browser_family, browser_name};
use super::cookies::Cookie;
use super::frame::{Frame, When, show_as};
use super::guard;
use super::messages::explain;
use crate::directory::access::links::Opened;
use crate::directory::{Link, LinkScope, OPEN_COMMAND, SignInMethod, TenantId};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::observe::OfStranger;
use crate::server::page_urls::Site;
use crate::server::path::PathParts;
use crate::server::response::redirect;
use crate::server::tenant_urls::link_path;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use secrecy::ExposeSecret;
use time::OffsetDateTime;

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage {
    frame: Frame,
    is_setup: bool,
    state: LinkState,
}

/// The state of a link, as its page shows it.
enum LinkState {
    /// The link can be opened. `action` is the path of the form.
    Ready { action: String },
    /// Another browser opened the link.
    Opened { at: When },
    /// The link is unknown, expired or ended. The page does not tell which.
    Unknown,
}

/// Shows a set-up link.
pub(super) async fn show_setup(
    State(services): State<Services>,
    Extension(site): Extension<Site>,
    PathParts([text]): PathParts<1>,
    headers: HeaderMap,
) -> Answer {
    show(&services, &site, LinkScope::Connect, text.as_deref(), &headers).await
}

/// Opens a set-up link.
pub(super) async fn open_setup(
    State(services): State<Services>,
    Extension(site): Extension<Site>,
    PathParts([text]): PathParts<1>,
    headers: HeaderMap,
) -> Answer {
    open(&services, &site, LinkScope::Connect, text.as_deref(), &headers).await
}

/// Shows a sign-in link.
pub(super) async fn show_sign_in(
    State(services): State<Services>,
    Extension(site): Extension<Site>,
    PathParts([text]): PathParts<1>,
    headers: HeaderMap,
) -> Answer {
    show(&services, &site, LinkScope::Admin, text.as_deref(), &headers).await
}

/// Opens a sign-in link.
pub(super) async fn open_sign_in(
    State(services): State<Services>,
    Extension(site): Extension<Site>,
    PathParts([text]): PathParts<1>,
    headers: HeaderMap,
) -> Answer {
    open(&services, &site, LinkScope::Admin, text.as_deref(), &headers).await
}

async fn show(
    services: &Services,
    site: &Site,
    scope: LinkScope,
    text: Option<&str>,
    headers: &HeaderMap,
) -> Answer {
    let (Some(tenant), Some(text)) = (site.tenant(), text) else { return unknown(site, scope) };
    let link = services.access.find_link(tenant, scope, text).await.map_err(explain)?;
    let Some(link) = link else { return unknown(site, scope) };
    if let Some(opening) = link.opened {
        let own = guest_link(services, tenant, headers).await?;
        return match own.is_some_and(|own| own.id == link.id) {
            true => Ok(redirect(&site.path("connect"))),
            false => opened_before(site, scope, opening.at),
        };
    }
    let record = services.tenants.get(tenant).await.map_err(explain)?;
    let frame = Frame { tenant_name: record.name.into(), ..Frame::signed_out(site) };
    let action = site.path(&format!("{}{text}", link_path(scope)));
    page(StatusCode::OK, frame, scope, LinkState::Ready { action })
}

/// Returns the set-up link whose session the browser has.
pub(super) async fn guest_link(
    services: &Services,
    tenant: &TenantId,
    headers: &HeaderMap,
) -> Result<Option<Link>, ApiError> {
    let passes: Vec<&str> = Cookie::Connect.passes(headers).collect();
    let guest = services.access.resume_guest(tenant, &passes).await.map_err(explain)?;
    Ok(guest.map(|guest| guest.link))
}

async fn open(
    services: &Services,
    site: &Site,
    scope: LinkScope,
    text: Option<&str>,
    headers: &HeaderMap,
) -> Answer {
    if !site.may_have_sent(headers) {
        return Err(guard::from_elsewhere());
    }
    let (Some(tenant), Some(text)) = (site.tenant(), text) else { return unknown(site, scope) };
    let browser = browser_name(headers);
    match services.access.open_link(tenant, scope, text, &browser).await.map_err(explain)? {
        Opened::Done { pass, expires } => {
            if scope == LinkScope::Admin {
                let (label, family) = (OPEN_COMMAND.to_owned(), browser_family(headers));
                let how = SignInMethod::Link;
                services.access.record_sign_in(tenant, how, label, family).await;
            }
            let (cookie, next) = match scope {
                LinkScope::Connect => (Cookie::Connect, site.path("connect")),
                LinkScope::Admin => (Cookie::Session, site.root()),
            };
            let mut response = redirect(&next);
            let seconds = (expires - services.tenants.now()).whole_seconds();
            cookie.set(&mut response, site, pass.text.expose_secret(), seconds);
            Ok(response)
        }
        Opened::Before(at) => opened_before(site, scope, at),
        Opened::Unknown => unknown(site, scope),
    }
}

/// Returns the page of a link that does not work.
pub(super) fn unknown(site: &Site, scope: LinkScope) -> Answer {
    page(StatusCode::NOT_FOUND, Frame::signed_out(site), scope, LinkState::Unknown)
}

fn opened_before(site: &Site, scope: LinkScope, at: OffsetDateTime) -> Answer {
    let state = LinkState::Opened { at: When::new(at) };
    page(StatusCode::GONE, Frame::signed_out(site), scope, state)
}

fn page(status: StatusCode, frame: Frame, scope: LinkScope, state: LinkState) -> Answer {
    let mut response =
        show_as(status, &LinkPage { frame, is_setup: scope == LinkScope::Connect, state })?;
    if status != StatusCode::OK {
        response.extensions_mut().insert(OfStranger);
    }
    Ok(response)
}

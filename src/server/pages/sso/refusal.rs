//! The page of a sign-in or a session that single sign-on does not admit. It shows fixed texts only.

use crate::directory::access::reference::LENGTH;
use crate::directory::sso::refusal::Refusal;
use crate::server::error::Answer;
use crate::server::observe::OfStranger;
use crate::server::page_urls::Site;
use crate::server::pages::cookies::Cookie;
use crate::server::pages::frame::{Frame, show_as};
use crate::server::pages::guard;
use crate::server::query::Pairs;
use askama::Template;
use axum::Extension;
use http::StatusCode;

/// The sentence for a start by another identity provider.
const FOREIGN_ISSUER: &str =
    "Another identity provider started this sign-in. Go back to sign-in and start there.";

#[derive(Template)]
#[template(path = "sso_refusal.html")]
struct RefusalPage {
    frame: Frame,
    sentence: &'static str,
    /// The reference for the administrator; `None` if the address has none.
    reference: Option<String>,
}

/// The reason for which a session is not admitted.
#[derive(Debug, Clone)]
pub(in crate::server::pages) struct NotAdmitted {
    pub(in crate::server::pages) refusal: Refusal,
    pub(in crate::server::pages) reference: String,
}

/// Shows the page after a sign-in. An unknown reason has the general sentence.
pub(in crate::server::pages) async fn show(
    Extension(site): Extension<Site>,
    query: Pairs,
) -> Answer {
    if site.tenant().is_none() {
        return Err(guard::no_such_page());
    }
    let refusal = query.get("reason").and_then(Refusal::parse);
    let reference = query.get("ref").unwrap_or_default();
    let mut response = page(&site, refusal.unwrap_or(Refusal::Failed), reference)?;
    response.extensions_mut().insert(OfStranger);
    Ok(response)
}

/// Shows the page to a person that another identity provider sent. There is nothing to look up, so there is no reference.
pub(super) fn of_foreign_issuer(site: &Site) -> Answer {
    let mut response = show_page(site, StatusCode::BAD_REQUEST, FOREIGN_ISSUER, None)?;
    response.extensions_mut().insert(OfStranger);
    Ok(response)
}

/// Shows the page in the place of a page that a session asks for. The session's cookie ends. The request uses up the
/// tenant's share: the session is genuine, and each of its requests reads the employee again.
pub(in crate::server::pages) fn of_session(site: &Site, reason: &NotAdmitted) -> Answer {
    let mut response = page(site, reason.refusal, &reason.reference)?;
    Cookie::Session.remove(&mut response, site);
    Ok(response)
}

/// Returns the path of the page.
pub(super) fn path(site: &Site, refusal: Refusal, reference: &str) -> String {
    site.path(&format!("sso/refused?reason={}&ref={reference}", refusal.as_str()))
}

fn page(site: &Site, refusal: Refusal, reference: &str) -> Answer {
    let is_reference =
        reference.len() == LENGTH && reference.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let reference = is_reference.then(|| reference.to_owned());
    show_page(site, StatusCode::FORBIDDEN, refusal.sentence(), reference)
}

fn show_page(
    site: &Site,
    status: StatusCode,
    sentence: &'static str,
    reference: Option<String>,
) -> Answer {
    show_as(status, &RefusalPage { frame: Frame::signed_out(site), sentence, reference })
}

//! Starts a sign-in: a redirect to the identity provider, and the cookie of the attempt.

use super::attempt_cookies;
use super::refusal;
use crate::directory::sso::start::{Start, Started};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::observe::OfStranger;
use crate::server::page_urls::Site;
use crate::server::pages::browser_name::browser_family;
use crate::server::pages::guard::{self, FoundVisitor};
use crate::server::pages::messages::explain;
use crate::server::pages::next_page::NextPage;
use crate::server::pages::posted_form::Form;
use crate::server::query::Pairs;
use crate::server::response::{empty, redirect};
use axum::Extension;
use axum::extract::{OriginalUri, Request, State};
use http::{HeaderMap, Method, StatusCode};
use secrecy::ExposeSecret;

/// The page with the link to a test.
const CARD: &str = "access/sso";

/// The parameters of a start.
struct StartRequest<'a> {
    next: NextPage,
    is_try: bool,
    issuer: Option<&'a str>,
    login_hint: Option<&'a str>,
}

/// Starts a sign-in by a link: of the sign-in page, of the identity provider (OpenID Connect Core 1.0 §4), or of the card
/// for a test. The link of the card has the form key of the session in `try`.
///
/// A HEAD starts nothing: a program that looks ahead gets no cookie.
pub(in crate::server::pages) async fn start(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    Extension(site): Extension<Site>,
    method: Method,
    query: Pairs,
    headers: HeaderMap,
) -> Answer {
    if method == Method::HEAD {
        return Ok(empty(StatusCode::OK));
    }
    let key = query.get("try");
    if let Some(key) = key {
        let visitor = match guard::find_visitor(&services, uri.path(), &site, &headers).await? {
            FoundVisitor::Open(found) => found.0,
            FoundVisitor::NotAdmitted(reason) => return refusal::of_session(&site, &reason),
            FoundVisitor::None => return Ok(redirect(&NextPage::read(CARD).sign_in(&site))),
        };
        // A test changes the state of the configuration, so only the card can start it.
        if !site.may_have_sent(&headers) || !visitor.form_key.fits(key) {
            return Ok(redirect(&site.path(CARD)));
        }
    }
    let wanted = StartRequest::of(&site, &query, key.is_some());
    answer(&services, &site, wanted, &headers).await
}

/// Starts a sign-in by a form of the identity provider (OpenID Connect Core 1.0 §4). The form may come from another site:
/// it changes nothing.
pub(in crate::server::pages) async fn start_by_form(
    State(services): State<Services>,
    Extension(site): Extension<Site>,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let form = Form::read(&parts.headers, body).await?;
    let wanted = StartRequest::of(&site, form.pairs(), false);
    answer(&services, &site, wanted, &parts.headers).await
}

impl<'a> StartRequest<'a> {
    fn of(site: &Site, pairs: &'a Pairs, is_try: bool) -> Self {
        let next = match pairs.get("target_link_uri") {
            Some(url) => NextPage::of_url(site, url),
            None => NextPage::read(pairs.get("next").unwrap_or_default()),
        };
        Self { next, is_try, issuer: pairs.get("iss"), login_hint: pairs.get("login_hint") }
    }
}

async fn answer(
    services: &Services,
    site: &Site,
    wanted: StartRequest<'_>,
    headers: &HeaderMap,
) -> Answer {
    let Some(tenant) = site.tenant() else { return Err(guard::no_such_page()) };
    let addresses = site.sso_addresses();
    let start = Start {
        redirect_uri: &addresses.redirect_uri,
        next: wanted.next.as_str(),
        is_try: wanted.is_try,
        login_hint: wanted.login_hint,
        issuer: wanted.issuer,
        browser: browser_family(headers),
    };
    let mut response = match services.sso.start(tenant, start).await.map_err(explain)? {
        Started::Redirect { url, attempt } => {
            let mut response = redirect(&url);
            let cookie = (&*attempt.cookie_name, attempt.cookie_value.expose_secret());
            let earlier = attempt_cookies::attempts(headers);
            attempt_cookies::add(&mut response, site, cookie, &earlier);
            response
        }
        Started::NotConfigured => redirect(&wanted.next.sign_in(site)),
        Started::ForeignIssuer => return refusal::of_foreign_issuer(site),
        Started::Refused { refusal, reference } => {
            redirect(&refusal::path(site, refusal, &reference))
        }
    };
    if !wanted.is_try {
        response.extensions_mut().insert(OfStranger);
    }
    Ok(response)
}

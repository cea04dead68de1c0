//! Signs administrators in and out.

use super::browser_name::browser_family;
use super::cookies::Cookie;
use super::frame::{Frame, show_as};
use super::guard::{self, Form, Visitor};
use super::link;
use super::messages::explain;
use super::next_page::NextPage;
use super::sso::words::{provider_name, sign_in_name};
use crate::directory::TenantId;
use crate::directory::access::SignIn;
use crate::directory::access::sessions::SESSION_LENGTH;
use crate::directory::sso::offer::SignInOffer;
use crate::server::context::Services;
use crate::server::error;
use crate::server::error::{Answer, ApiError};
use crate::server::page_urls::Site;
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::Extension;
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};
use secrecy::ExposeSecret;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    /// The tenant of the address; empty when the address names none.
    tenant: String,
    /// The page that follows the sign-in.
    next: NextPage,
    /// The error of the last attempt.
    problem: Option<String>,
    /// Whether the browser has the session of a set-up link.
    is_guest: bool,
    /// The link to single sign-on.
    link: Option<SsoLink>,
    /// Whether the page has the form for a token.
    has_form: bool,
    /// The sign-out at the identity provider, after a sign-out here.
    provider_sign_out: Option<SsoLink>,
}

/// A link to the identity provider.
struct SsoLink {
    /// The name of the provider.
    name: &'static str,
    url: String,
}

/// The parts of the page that a request decides.
#[derive(Default)]
struct SignInParts {
    problem: Option<String>,
    is_guest: bool,
    provider_sign_out: Option<SsoLink>,
}

/// The name of the notice after a sign-out.
const SIGNED_OUT: &str = "signed-out";
/// The value of `from` after the sign-out of a session of single sign-on.
const SSO: &str = "sso";

/// The text for a sign-out that is not recorded.
const SIGN_OUT_FAILED: &str = "You are signed out in this browser, but the service could not record the sign-out. A copy of \
             the cookie works until the session ends, 8 hours after you signed in. To end the session \
             now, replace the admin token without an overlap";
/// The same text for a session of single sign-on.
const SSO_SIGN_OUT_FAILED: &str = "You are signed out in this browser, but the service could not record the sign-out. A copy of \
             the cookie works until the session ends. To end the session now, ask an administrator to \
             sign you out on your employee page";

/// The text for a token that opens no session.
const WRONG_TOKEN: &str =
    "This Admin token does not work here. Check that it is not the Secret Token.";
/// The text for a token while only single sign-on opens the console.
const TOKEN_FORM_IS_OFF: &str =
    "Only single sign-on opens this console. The API and the command line accept the Admin token.";

/// Shows the sign-in. With a session, it leads to the page. The form is the same whether the tenant exists or not.
pub(super) async fn show(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    Extension(site): Extension<Site>,
    query: Pairs,
    headers: HeaderMap,
) -> Answer {
    let Some(tenant) = site.tenant() else { return Err(guard::no_such_page()) };
    let next = NextPage::read(query.get("next").unwrap_or_default());
    if guard::visitor(&services, uri.path(), &site, &headers).await?.is_some() {
        return Ok(redirect(&next.path(&site)));
    }
    let frame = Frame::signed_out(&site).with_notice(&query);
    let is_guest = link::guest_link(&services, tenant, &headers).await?.is_some();
    let is_signed_out = query.get("done") == Some(SIGNED_OUT) && query.get("from") == Some(SSO);
    let provider_sign_out = match is_signed_out {
        true => provider_sign_out(&services, &site, tenant).await?,
        false => None,
    };
    let offer = services.sso.offer(tenant).await.map_err(explain)?;
    let parts = SignInParts { problem: None, is_guest, provider_sign_out };
    form(StatusCode::OK, frame, &site, (next, offer), parts)
}

/// Returns the link that also ends the session at the identity provider.
async fn provider_sign_out(
    services: &Services,
    site: &Site,
    tenant: &TenantId,
) -> Result<Option<SsoLink>, ApiError> {
    let back = site.sso_addresses().sign_out_uri;
    let found = services.sso.provider_sign_out(tenant, &back).await.map_err(explain)?;
    Ok(found.map(|found| SsoLink { name: provider_name(found.provider), url: found.url }))
}

/// Exchanges an admin token for a session.
pub(super) async fn sign_in(
    State(services): State<Services>,
    Extension(site): Extension<Site>,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    if !site.may_have_sent(&parts.headers) {
        return Err(guard::from_elsewhere());
    }
    let fields = Form::read(&parts.headers, body).await?;
    let next = NextPage::read(fields.get("next"));
    let offer = match site.tenant() {
        Some(tenant) => services.sso.offer(tenant).await.map_err(explain)?,
        None => SignInOffer::default(),
    };
    let again = |status, problem: String| {
        let parts = SignInParts { problem: Some(problem), ..SignInParts::default() };
        form(status, Frame::signed_out(&site), &site, (next.clone(), offer), parts)
    };
    let refused = || again(StatusCode::UNAUTHORIZED, WRONG_TOKEN.to_owned());
    let Some(tenant) = site.tenant() else { return refused() };
    if !offer.token_form {
        return again(StatusCode::FORBIDDEN, TOKEN_FORM_IS_OFF.to_owned());
    }
    let browser = browser_family(&parts.headers);
    let token = fields.get("token").trim();
    match services.access.sign_in(tenant, token, browser).await.map_err(explain)? {
        SignIn::Done(pass) => {
            let mut response = redirect(&next.path(&site));
            let seconds = SESSION_LENGTH.whole_seconds();
            Cookie::Session.set(&mut response, &site, pass.text.expose_secret(), seconds);
            Ok(response)
        }
        SignIn::Refused => refused(),
        SignIn::LockedOut { retry_after } => {
            let seconds = retry_after.whole_seconds().max(1);
            let minutes = (seconds + 59).div_euclid(60);
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            let text = format!(
                "Too many wrong tokens. Try again in {minutes} {unit}. The right token still works."
            );
            let page = again(StatusCode::TOO_MANY_REQUESTS, text);
            page.map(|mut response| {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
                response
            })
        }
    }
}

/// Ends the session. Copies of its cookie end too.
pub(super) async fn sign_out(State(services): State<Services>, visitor: Visitor) -> Answer {
    services.access.sign_out(&visitor.tenant, &visitor.session).await.map_err(explain)?;
    let mut below = format!("sign-in?done={SIGNED_OUT}");
    if visitor.actor.employee_id.is_some() {
        below.push_str("&from=");
        below.push_str(SSO);
    }
    let mut response = redirect(&visitor.site.path(&below));
    Cookie::Session.remove(&mut response, &visitor.site);
    Ok(response)
}

/// Removes the cookie even if the service fails during a sign-out. Otherwise the next user of the browser would have
/// the session.
pub(super) async fn always_sign_out(
    Extension(site): Extension<Site>,
    request: Request,
    next: Next,
) -> Response {
    let is_own = site.may_have_sent(request.headers());
    let mut response = next.run(request).await;
    if is_own && is_failure_of_the_service(response.status()) {
        let visitor = response.extensions().get::<Visitor>();
        let is_sso = visitor.is_some_and(|visitor| visitor.actor.employee_id.is_some());
        error::reword(&mut response, if is_sso { SSO_SIGN_OUT_FAILED } else { SIGN_OUT_FAILED });
        Cookie::Session.remove(&mut response, &site);
    }
    response
}

fn is_failure_of_the_service(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

fn form(
    status: StatusCode,
    frame: Frame,
    site: &Site,
    (next, offer): (NextPage, SignInOffer),
    parts: SignInParts,
) -> Answer {
    let tenant = site.tenant().map_or_else(String::new, ToString::to_string);
    let link = offer.link.map(|provider| SsoLink {
        name: sign_in_name(provider),
        url: next.with_next(site, "sso/start"),
    });
    let SignInParts { problem, is_guest, provider_sign_out } = parts;
    let has_form = offer.token_form;
    let page =
        SignInPage { frame, tenant, next, problem, is_guest, link, has_form, provider_sign_out };
    show_as(status, &page)
}

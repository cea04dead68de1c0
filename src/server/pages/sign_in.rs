//! Signs administrators in and out.

use super::browser_name::browser_family;
use super::cookies::Cookie;
use super::frame::{Frame, show_as};
use super::guard::{self, Form, Visitor};
use super::link;
use super::messages::explain;
use super::next_page::NextPage;
use crate::directory::access::SignIn;
use crate::directory::access::sessions::SESSION_LENGTH;
use crate::server::context::Services;
use crate::server::error;
use crate::server::error::Answer;
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
}

/// The text for a token that opens no session.
const WRONG_TOKEN: &str =
    "This Admin token does not work here. Check that it is not the Secret Token.";

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
    form(StatusCode::OK, frame, &site, next, None, is_guest)
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
    let again = |status, problem: String| {
        form(status, Frame::signed_out(&site), &site, next.clone(), Some(problem), false)
    };
    let refused = || again(StatusCode::UNAUTHORIZED, WRONG_TOKEN.to_owned());
    let Some(tenant) = site.tenant() else { return refused() };
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
    let mut response = redirect(&visitor.site.path("sign-in?done=signed-out"));
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
        error::reword(
            &mut response,
            "You are signed out in this browser, but the service could not record the sign-out. A copy of \
             the cookie works until the session ends, 8 hours after you signed in. To end the session \
             now, replace the admin token without an overlap",
        );
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
    next: NextPage,
    problem: Option<String>,
    is_guest: bool,
) -> Answer {
    let tenant = site.tenant().map_or_else(String::new, ToString::to_string);
    show_as(status, &SignInPage { frame, tenant, next, problem, is_guest })
}

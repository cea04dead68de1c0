//! Signs administrators in and out.

use super::frame::{Frame, show_as};
use super::guard::{self, COOKIE_NAME, Form, Visitor};
use super::messages::explain;
use super::settings;
use crate::directory::access::SignIn;
use crate::directory::access::sessions::SESSION_LENGTH;
use crate::server::context::Services;
use crate::server::error;
use crate::server::error::{Answer, ApiError};
use crate::server::page_urls::Site;
use crate::server::path::FinalSlash;
use crate::server::query::Pairs;
use crate::server::response::redirect;
use crate::server::tenant_urls::tenant_in;
use askama::Template;
use axum::Extension;
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use secrecy::ExposeSecret;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    /// The error of the last attempt.
    problem: Option<String>,
}

/// Shows the settings, or the sign-in form without a session. The form is the same whether the tenant exists or not.
pub(super) async fn index(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    Extension(site): Extension<Site>,
    slash: Option<Extension<FinalSlash>>,
    query: Pairs,
    headers: HeaderMap,
) -> Answer {
    if tenant_in(uri.path()).is_none() {
        let text = "There is no page at this address. The address of the account settings ends with \
                    /tenants/, the tenant's id and /";
        return Err(ApiError::new(StatusCode::NOT_FOUND, text));
    }
    if slash.is_none() {
        // The cookie is valid only below the final slash.
        return Ok(redirect(&site.root()));
    }
    match guard::visitor(&services, uri.path(), &site, &headers).await? {
        Some((visitor, unfinished)) => {
            let page = settings::show(&services, &visitor, &query);
            let used = services.sync.used(&visitor.tenant, &visitor.token);
            tokio::join!(page, visitor.directory.unfinished().finish_left_over(&unfinished), used).0
        }
        None => form(StatusCode::OK, Frame::signed_out(&site).with_notice(&query), None),
    }
}

/// Exchanges an admin token for a session.
pub(super) async fn sign_in(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    Extension(site): Extension<Site>,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let tenant = tenant_in(uri.path());
    if !site.may_have_sent(&parts.headers) {
        return Err(guard::from_elsewhere());
    }
    let fields = Form::read(&parts.headers, body).await?;
    let refused = || {
        let text = "This is not a valid admin token of this tenant. An admin token starts with rc_, and \
                    is not the Secret Token of the identity provider. If the token is lost, the \
                    operator of this service can make a new one.";
        form(StatusCode::UNAUTHORIZED, Frame::signed_out(&site), Some(text.to_owned()))
    };
    let Some(tenant) = tenant else { return refused() };
    match services.access.sign_in(&tenant, fields.get("token").trim()).await.map_err(explain)? {
        SignIn::Done(pass) => {
            let mut response = redirect(&site.root());
            let seconds = SESSION_LENGTH.whole_seconds();
            set_cookie(&mut response, &site, pass.text.expose_secret(), seconds);
            Ok(response)
        }
        SignIn::Refused => refused(),
        SignIn::LockedOut { retry_after } => {
            let seconds = retry_after.whole_seconds().max(1);
            let minutes = (seconds + 59).div_euclid(60);
            let text = format!(
                "This token is not valid, and too many wrong tokens were sent to this tenant. Wait up \
                 to {minutes} minutes before you try another token. A valid token is always accepted."
            );
            let page = form(StatusCode::TOO_MANY_REQUESTS, Frame::signed_out(&site), Some(text));
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
    let mut response = redirect(&visitor.site.path("?done=signed-out"));
    set_cookie(&mut response, &visitor.site, "", 0);
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
             now, rotate the admin token without an overlap",
        );
        set_cookie(&mut response, &site, "", 0);
    }
    response
}

fn is_failure_of_the_service(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

fn form(status: StatusCode, frame: Frame, problem: Option<String>) -> Answer {
    show_as(status, &SignInPage { frame, problem })
}

/// Sets the cookie for this tenant's pages only. Scripts cannot read it, and requests from other sites do not carry it.
fn set_cookie(response: &mut Response, site: &Site, pass: &str, seconds: i64) {
    let secure = if site.is_secure() { "; Secure" } else { "" };
    let text = format!(
        "{COOKIE_NAME}={pass}; Path={}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}",
        site.root()
    );
    if let Ok(mut value) = HeaderValue::from_str(&text) {
        value.set_sensitive(true);
        response.headers_mut().insert(SET_COOKIE, value);
    }
}

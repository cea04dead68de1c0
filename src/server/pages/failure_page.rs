//! Writes failures as pages: the error, and the next step.

use super::frame::{Frame, write as write_page};
use super::headers;
use crate::directory::{Error, Kind};
use crate::server::error::ApiError;
use crate::server::page_urls::Site;
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use scim::date_time;

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    title: &'a str,
    detail: &'a str,
}

/// Writes the page of a failed response.
pub(crate) fn write(response: &mut Response, site: &Site, detail: &str) {
    let title = match response.status() {
        StatusCode::FORBIDDEN => "This was refused",
        StatusCode::NOT_FOUND => "This is not here",
        StatusCode::CONFLICT => "This cannot be done now",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        status if status.is_server_error() => "This did not work",
        _ => "This could not be understood",
    };
    let page = FailurePage { frame: Frame::signed_out(site), title, detail };
    // A page does not accept bearer tokens, so it has no challenge for one.
    response.headers_mut().remove(WWW_AUTHENTICATE);
    write_page(response, &page);
    headers::add(response, site);
}

/// Turns a failure into a text of the page. Other failures have the same text as for SCIM.
pub(super) fn explain(error: Error) -> ApiError {
    let conflict = |detail: String| ApiError::new(StatusCode::CONFLICT, detail);
    match error {
        Error::NoEmployee(_) => no_such_record(Kind::Employee),
        Error::NoGroup(_) => no_such_record(Kind::Group),
        Error::NoTenant => ApiError::new(
            StatusCode::FORBIDDEN,
            "The tenant is not there any more; ask whoever runs this service",
        ),
        Error::UserNameTaken { holder } => conflict(format!(
            "The userName is that of another employee by now, {holder}: change it there first, in \
             the identity provider"
        )),
        Error::NotArchived(_) => {
            conflict("Only an archived employee can be erased: archive this one first".to_owned())
        }
        Error::PreviousTokenValid { expires, is_used } => {
            let way = match is_used {
                true => "",
                false => {
                    ". If the current token was lost (no use of it is known), choose to end the current token"
                }
            };
            conflict(format!(
                "The token before the current one is still valid until {}; wait, or rotate again \
                 and choose to end it now{way}",
                date_time::format(expires)
            ))
        }
        Error::TokenEnded => ApiError::new(
            StatusCode::FORBIDDEN,
            "The admin token that you signed in with has ended, and nothing was changed; sign in with \
             the new one",
        ),
        Error::TokenReplaced => ApiError::new(
            StatusCode::FORBIDDEN,
            "The admin token of this session was replaced, and nothing was changed. The session can \
             only read, and revoke that token; sign in with the new token",
        ),
        // The usual cause is a reload. The page with the new token must not make another token.
        Error::AlreadyRotated => conflict(
            "The token was rotated since the page was opened, and nothing was changed now. A token \
             is shown once: if it is lost, go to the settings and rotate again"
                .to_owned(),
        ),
        Error::LastAdminToken => conflict(
            "It is the last admin token, and without it nobody could administer the tenant: rotate \
             it instead, with an overlap of none"
                .to_owned(),
        ),
        Error::Contention => ApiError::retry_later(
            StatusCode::TOO_MANY_REQUESTS,
            1,
            "Too many others are changing this at once, and nothing was changed; do it again",
        ),
        other => other.into(),
    }
}

/// 404 for an employee or a group.
pub(super) fn no_such_record(kind: Kind) -> ApiError {
    let text = match kind {
        Kind::Employee => {
            "There is no employee with this id; look the person up in the list of employees"
        }
        Kind::Group => {
            "There is no group with this id; the identity provider may have deleted it. Look it up in \
             the list of groups"
        }
    };
    ApiError::new(StatusCode::NOT_FOUND, text)
}

/// 400.
pub(super) fn bad_request(detail: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, detail)
}

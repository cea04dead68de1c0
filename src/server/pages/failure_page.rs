//! Writes failures as pages: the error, and the next step.

use super::frame::{Frame, write as write_page};
use super::headers;
use crate::server::page_urls::Site;
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;

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
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::CONFLICT => "This cannot be done now",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        status if status.is_server_error() => "The service failed",
        _ => "Invalid request",
    };
    let page = FailurePage { frame: Frame::signed_out(site), title, detail };
    // A page does not accept bearer tokens, so it has no challenge for one.
    response.headers_mut().remove(WWW_AUTHENTICATE);
    write_page(response, &page);
    headers::add(response, site);
}

//! Writes failures as pages: the error, and the next step. The navigation stays while the session is valid.

use super::frame::{Frame, Section, write as write_page};
use super::guard::{Visitor, visitor};
use super::{headers, link};
use crate::server::context::Services;
use crate::server::page_urls::{PageFailure, PageVisit};
use askama::Template;
use axum::response::Response;
use futures_util::future::BoxFuture;
use http::StatusCode;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use std::time::Duration;

/// A failed page waits at most this long for the session of its navigation.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    /// The link that leads on: to the list of the section, else to the first page.
    next: NextLink,
    title: &'a str,
    detail: &'a str,
    /// The seconds after which the request may succeed.
    seconds: Option<&'a str>,
    /// The request id, for the operator. Only a failure of the service has it.
    request_id: Option<&'a str>,
}

/// A link to a page.
struct NextLink {
    title: &'static str,
    /// The path below the root.
    path: &'static str,
}

impl NextLink {
    fn of(frame: &Frame, section: Option<Section>, is_guest: bool) -> Self {
        if frame.signed_in.is_none() {
            // A set-up link opens no other page.
            if is_guest {
                return Self { title: "Back to Connect", path: "connect" };
            }
            return Self { title: "Open the first page", path: "" };
        }
        let Some(section) = section else { return Self { title: "Open Overview", path: "" } };
        let link = section.link(section);
        Self { title: link.title, path: link.path }
    }
}

/// Writes the page of a failed response.
pub(crate) fn write<'a>(
    services: &'a Services,
    visit: &'a PageVisit,
    failure: &'a PageFailure,
    mut response: Response,
) -> BoxFuture<'a, Response> {
    Box::pin(async move {
        let section = Section::of_path(&visit.path);
        let frame = frame_of(services, visit, section, &mut response).await;
        let is_guest = frame.signed_in.is_none() && is_guest(services, visit).await;
        let seconds = response.headers().get(RETRY_AFTER).cloned();
        let page = FailurePage {
            next: NextLink::of(&frame, section, is_guest),
            frame,
            title: title(response.status()),
            detail: failure.detail.trim_end_matches('.'),
            seconds: seconds.as_ref().and_then(|seconds| seconds.to_str().ok()),
            request_id: failure.request_id.as_deref(),
        };
        // A page does not accept bearer tokens, so it has no challenge for one.
        response.headers_mut().remove(WWW_AUTHENTICATE);
        write_page(&mut response, &page);
        headers::add(&mut response, &visit.site);
        response
    })
}

/// Whether the browser has the session of a set-up link.
async fn is_guest(services: &Services, visit: &PageVisit) -> bool {
    let Some(tenant) = visit.site.tenant() else { return false };
    let found = link::guest_link(services, tenant, &visit.cookies);
    matches!(tokio::time::timeout(PATIENCE, found).await, Ok(Ok(Some(_))))
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Page not found",
        StatusCode::CONFLICT => "Not possible right now",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        status if status.is_server_error() => "The service failed",
        _ => "Check the form",
    }
}

/// Returns the frame of the visitor. The guard leaves the visitor in the response; other failures look up the session.
/// A session that cannot be looked up has no navigation.
async fn frame_of(
    services: &Services,
    visit: &PageVisit,
    section: Option<Section>,
    response: &mut Response,
) -> Frame {
    let section = section.unwrap_or(Section::Menu);
    if let Some(visitor) = response.extensions_mut().remove::<Visitor>() {
        return Frame::of(&visitor, section);
    }
    let found = visitor(services, &visit.path, &visit.site, &visit.cookies);
    match tokio::time::timeout(PATIENCE, found).await {
        // A later request finishes the unfinished work: the page of a failure must not wait for it.
        Ok(Ok(Some((visitor, _unfinished)))) => Frame::of(&visitor, section),
        _ => Frame::signed_out(&visit.site),
    }
}

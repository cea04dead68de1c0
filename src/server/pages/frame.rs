//! The frame around every page, and the times and links on it.

use super::assets::{ICON, SCRIPT, STYLE};
use super::guard::Visitor;
use crate::server::error::{Answer, ApiError};
use crate::server::page_urls::Site;
use crate::server::query::Pairs;
use askama::Template;
use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scim::date_time;
use strum::IntoStaticStr;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// The frame around a page.
pub(super) struct Frame {
    /// The path of the tenant's pages, with its final slash.
    pub(super) root: String,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
    pub(super) icon: &'static str,
    /// The part of the frame for a signed-in administrator.
    pub(super) signed_in: Option<SignedIn>,
    /// A notice about the action just completed.
    pub(super) notice: Option<&'static str>,
}

/// The part of a frame for a signed-in administrator.
pub(super) struct SignedIn {
    pub(super) tenant: String,
    /// The form key, for every form.
    pub(super) csrf: String,
    pub(super) section: Section,
}

/// The section of the pages that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Section {
    Settings,
    Employees,
    Groups,
    Notifications,
    Activity,
}

impl Frame {
    /// Returns the frame for a visitor without a session.
    pub(super) fn signed_out(site: &Site) -> Self {
        Self {
            root: site.root(),
            style: &STYLE.name,
            script: &SCRIPT.name,
            icon: &ICON.name,
            signed_in: None,
            notice: None,
        }
    }

    /// Returns the frame for an administrator.
    pub(super) fn of(visitor: &Visitor, section: Section) -> Self {
        let signed_in = SignedIn {
            tenant: visitor.tenant.to_string(),
            csrf: visitor.form_key.expose().to_owned(),
            section,
        };
        Self { signed_in: Some(signed_in), ..Self::signed_out(&visitor.site) }
    }

    /// Adds the notice about the completed action. Only the fixed texts below can appear on the page, never text from
    /// the query.
    pub(super) fn with_notice(mut self, query: &Pairs) -> Self {
        self.notice = match query.get("done").unwrap_or_default() {
            "saved" => Some("The settings are saved and take effect at once."),
            "declared" => Some("The attribute is added. Every server knows it within a minute."),
            "undeclared" => {
                Some("The attribute is removed. Every server knows it within a minute.")
            }
            "revoked" => Some("The token is revoked. Every server knows it within a minute."),
            "signed-out" => Some("You are signed out."),
            "local" => Some("The values are saved."),
            "archived" => Some("The employee is archived."),
            "restored" => Some("The employee is active again."),
            "erased" => Some("The employee and the whole history are erased."),
            "destination-added" => {
                Some("The destination is added. It starts with the next change.")
            }
            "destination-saved" => Some("The destination is saved."),
            "destination-paused" => Some("The destination is paused."),
            "destination-resumed" => Some("The destination is resumed."),
            "destination-removed" => Some("The destination is removed."),
            _ => None,
        };
        self
    }

    /// Returns the form key, for the forms.
    pub(super) fn csrf(&self) -> &str {
        self.signed_in.as_ref().map_or("", |signed_in| &signed_in.csrf)
    }

    /// Whether the page belongs to this section.
    pub(super) fn is_in(&self, section: &str) -> bool {
        let current = self.signed_in.as_ref().map(|signed_in| signed_in.section);
        current.map(<&str>::from) == Some(section)
    }
}

/// A time: to the millisecond for programs, to the minute for people.
pub(super) struct When {
    pub(super) exact: String,
    pub(super) text: String,
}

const MINUTES_UTC: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute] UTC");

impl When {
    pub(super) fn new(at: OffsetDateTime) -> Self {
        let exact = date_time::format(at);
        let text = at.to_offset(time::UtcOffset::UTC).format(MINUTES_UTC);
        Self { text: text.unwrap_or_else(|_| exact.clone()), exact }
    }
}

/// Encodes a text as part of a query.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Returns 200 with a page.
pub(super) fn show(page: &impl Template) -> Answer {
    show_as(StatusCode::OK, page)
}

/// Returns a status with a page.
pub(super) fn show_as(status: StatusCode, page: &impl Template) -> Answer {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    match write(&mut response, page) {
        true => Ok(response),
        false => Err(ApiError::unwritable()),
    }
}

/// Writes a page into a response. Returns whether the page could be written.
pub(super) fn write(response: &mut Response, page: &impl Template) -> bool {
    let Ok(text) = page.render() else { return false };
    *response.body_mut() = Body::from(text);
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    true
}

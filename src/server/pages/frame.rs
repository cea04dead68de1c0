//! The frame around every page, and the times and links on it.

use super::assets::{ICON, SCRIPT, STYLE};
use super::guard::Visitor;
pub(super) use super::navigation::Section;
use super::navigation::{MAIN, NavLink, SETUP};
use super::state_words;
use super::toast::Toast;
use super::words::capitalised;
use crate::directory::tenants::sync_state::{SyncState, Urgency};
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
use std::sync::Arc;
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
    /// The tenant's name; empty without a session.
    pub(super) tenant_name: Arc<str>,
    /// The name of the identity provider, as texts use it inside a sentence.
    pub(super) idp: &'static str,
    /// The state of the sync.
    pub(super) state: Option<StateBadge>,
    /// The notice about the action just completed.
    pub(super) toast: Option<Toast>,
}

/// The part of a frame for a signed-in administrator.
pub(super) struct SignedIn {
    pub(super) tenant: String,
    /// The form key, for every form.
    pub(super) csrf: String,
    pub(super) section: Section,
}

/// The state of the sync, as a word in a colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct StateBadge {
    pub(super) word: &'static str,
    /// The class of the colour: `badge-good`, `badge-warn`, `badge-bad` or empty.
    pub(super) class: &'static str,
}

impl StateBadge {
    /// Returns the badge of a state.
    pub(super) fn of(state: &SyncState) -> Self {
        let class = match state.urgency() {
            Urgency::Good => "badge-good",
            Urgency::Neutral => "",
            Urgency::Warning => "badge-warn",
            Urgency::Bad => "badge-bad",
        };
        Self { word: state_words::word(state), class }
    }
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
            tenant_name: Arc::from(""),
            idp: "your identity provider",
            state: None,
            toast: None,
        }
    }

    /// Returns the frame for an administrator.
    pub(super) fn of(visitor: &Visitor, section: Section) -> Self {
        let signed_in = SignedIn {
            tenant: visitor.tenant.to_string(),
            csrf: visitor.form_key.expose().to_owned(),
            section,
        };
        Self {
            signed_in: Some(signed_in),
            tenant_name: Arc::clone(&visitor.tenant_name),
            idp: visitor.idp,
            state: visitor.state.as_ref().map(StateBadge::of),
            ..Self::signed_out(&visitor.site)
        }
    }

    /// Adds the notice about the completed action that the query names.
    pub(super) fn with_notice(mut self, query: &Pairs) -> Self {
        self.toast = query.get("done").and_then(Toast::of_action);
        self
    }

    /// Adds a notice about a completed action.
    pub(super) fn with_toast(mut self, toast: Toast) -> Self {
        self.toast = Some(toast);
        self
    }

    /// Returns the form key, for the forms.
    pub(super) fn csrf(&self) -> &str {
        self.signed_in.as_ref().map_or("", |signed_in| &signed_in.csrf)
    }

    /// Returns the name of the identity provider at the start of a sentence.
    pub(super) fn idp_title(&self) -> String {
        capitalised(self.idp)
    }

    fn section(&self) -> Section {
        self.signed_in.as_ref().map_or(Section::Overview, |signed_in| signed_in.section)
    }

    /// Returns the links to the sections for the daily work.
    pub(super) fn main_links(&self) -> [NavLink; 5] {
        MAIN.map(|section| section.link(self.section()))
    }

    /// Returns the links to the sections for the set-up.
    pub(super) fn setup_links(&self) -> [NavLink; 4] {
        SETUP.map(|section| section.link(self.section()))
    }

    /// Returns the links of the bottom bar.
    pub(super) fn bottom_links(&self) -> [NavLink; 5] {
        self.section().bottom_links()
    }

    /// Returns the links that the bottom bar does not show.
    pub(super) fn menu_links(&self) -> Vec<NavLink> {
        self.section().menu_links()
    }

    /// Returns the links that have a keyboard shortcut.
    pub(super) fn key_links(&self) -> impl Iterator<Item = NavLink> {
        self.main_links().into_iter().chain(self.setup_links())
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

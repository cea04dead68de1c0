//! The cookies of the pages. Each is valid for one tenant, and carries a pass.

use crate::directory::access::sessions::has_form;
use crate::server::page_urls::Site;
use axum::response::Response;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

/// A cookie of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// The session of an administrator, for all pages.
    Session,
    /// The session of a set-up link. Only the pages of Connect accept it; the others lead back to Connect.
    Connect,
}

impl Cookie {
    fn name(self) -> &'static str {
        match self {
            Self::Session => "rollcall_session",
            Self::Connect => "rollcall_connect",
        }
    }

    /// Sets the cookie. Scripts cannot read it.
    ///
    /// A link from another site carries it (`SameSite=Lax`), so a deep link opens its page. Each change is a form with
    /// proof of its page, and each GET only reads. The answer to a sign-in at an identity provider needs `Lax` too.
    pub(super) fn set(self, response: &mut Response, site: &Site, pass: &str, seconds: i64) {
        set(response, site, (self.name(), pass), &site.root(), seconds);
    }

    /// Removes the cookie.
    pub(super) fn remove(self, response: &mut Response, site: &Site) {
        self.set(response, site, "", 0);
    }

    /// Returns the passes in the cookies of this name. Another site of the domain can also set such cookies, in any
    /// number. The size of a request's headers limits the number.
    pub(super) fn passes(self, headers: &HeaderMap) -> impl Iterator<Item = &str> {
        pairs(headers)
            .filter(move |(name, _)| *name == self.name())
            .map(|(_, pass)| pass)
            .filter(|pass| has_form(pass))
    }
}

/// Returns the names and values of all cookies of a request, in the order of the browser.
pub(super) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let cookies = cookies.flat_map(|cookies| cookies.split(';'));
    cookies.filter_map(|cookie| cookie.trim().split_once('='))
}

/// Sets a cookie for a path. Scripts cannot read it, and a link from another site carries it (`SameSite=Lax`).
pub(super) fn set(
    response: &mut Response,
    site: &Site,
    (name, value): (&str, &str),
    path: &str,
    seconds: i64,
) {
    let secure = if site.is_secure() { "; Secure" } else { "" };
    let text =
        format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(mut value) = HeaderValue::from_str(&text) {
        value.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, value);
    }
}

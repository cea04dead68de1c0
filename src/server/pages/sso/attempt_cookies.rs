//! The cookies of attempts to sign in: one for each tab, at most four in a browser.

use crate::directory::sso::attempt::{ATTEMPT_LENGTH, COOKIE_PREFIX, MOST_ATTEMPTS, NAME_CHARS};
use crate::server::page_urls::Site;
use crate::server::pages::cookies;
use axum::response::Response;
use http::HeaderMap;

/// The longest cookie that is looked at, in bytes.
const MAX_VALUE_BYTES: usize = 1_024;

/// Returns the names and values of the attempts in a request, in the order of the browser: the oldest first (RFC 6265
/// §5.4).
pub(super) fn attempts(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let pairs = cookies::pairs(headers);
    pairs.filter(|(name, value)| is_name(name) && value.len() <= MAX_VALUE_BYTES).collect()
}

/// Sets the cookie of a new attempt, and removes the oldest ones of the browser. The cookie is valid for the routes of
/// single sign-on only. The identity provider's answer is a navigation from another site, so the cookie is `Lax`.
pub(super) fn add(
    response: &mut Response,
    site: &Site,
    (name, value): (&str, &str),
    earlier: &[(&str, &str)],
) {
    let mut names: Vec<&str> = Vec::new();
    for (earlier, _) in earlier {
        if !names.contains(earlier) {
            names.push(earlier);
        }
    }
    let most_earlier = MOST_ATTEMPTS.saturating_sub(1);
    let surplus = names.len().saturating_sub(most_earlier);
    for name in names.into_iter().take(surplus) {
        remove(response, site, name);
    }
    set(response, site, name, value, ATTEMPT_LENGTH.whole_seconds());
}

/// Removes the cookie of an attempt.
pub(super) fn remove(response: &mut Response, site: &Site, name: &str) {
    set(response, site, name, "", 0);
}

fn set(response: &mut Response, site: &Site, name: &str, value: &str, seconds: i64) {
    cookies::set(response, site, (name, value), &site.path("sso/"), seconds);
}

/// Whether a text is the name of an attempt's cookie. Another site of the domain can set cookies of any name.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let rest = name.strip_prefix(COOKIE_PREFIX);
    rest.is_some_and(|rest| rest.len() == NAME_CHARS && rest.bytes().all(is_plain))
}

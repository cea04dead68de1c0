//! The page that a visitor asked for before the sign-in, so that a deep link survives it.
//!
//! The text in `next` comes from any site. It is never judged as a URL: its parts are checked one by one, and the path
//! is built anew below the root of the tenant's pages.

use super::frame::encoded;
use crate::directory::sso::attempt::MAX_NEXT_BYTES;
use crate::server::page_urls::Site;
use crate::server::tenant_urls::TENANTS_ROOT;
use http::Uri;

/// A page below the root: a path without its first slash, and a query. Empty for the first page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct NextPage(String);

impl NextPage {
    /// The page that a request asks for.
    pub(super) fn of(uri: &Uri) -> Self {
        let below = uri.path().strip_prefix(TENANTS_ROOT).and_then(|rest| rest.split_once('/'));
        let path = below.map_or("", |(_, path)| path);
        match uri.query() {
            Some(query) => Self::read(&format!("{path}?{query}")),
            None => Self::read(path),
        }
    }

    /// Reads `next`. Every text that names no page of the tenant leads to the first page.
    pub(super) fn read(text: &str) -> Self {
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (text, None),
        };
        let is_page = path.is_empty() || path.split('/').all(is_segment);
        // A sign-in that leads to a sign-in would never end.
        let is_page = is_page && path.split('/').next() != Some("sso");
        let is_valid = text.len() <= MAX_NEXT_BYTES && is_page && query.is_none_or(is_query);
        if is_valid { Self(text.to_owned()) } else { Self::default() }
    }

    /// Reads a URL that an identity provider names (`target_link_uri`). Its origin must be our own or absent, and its path
    /// must be below the root. Every other text leads to the first page.
    pub(super) fn of_url(site: &Site, text: &str) -> Self {
        site.below_root(text).map(Self::read).unwrap_or_default()
    }

    /// The text for `next`, in a form or a query.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of the page.
    pub(super) fn path(&self, site: &Site) -> String {
        site.path(&self.0)
    }

    /// The path of the sign-in that leads to the page.
    pub(super) fn sign_in(&self, site: &Site) -> String {
        self.with_next(site, "sign-in")
    }

    /// The path of a page with this page as its `next`.
    pub(super) fn with_next(&self, site: &Site, page: &str) -> String {
        match self.0.is_empty() {
            true => site.path(page),
            false => site.path(&format!("{page}?next={}", encoded(&self.0))),
        }
    }
}

/// Whether a text is one segment of a path. `.` and `..` are none, because browsers resolve them.
fn is_segment(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    !text.is_empty() && text != "." && text != ".." && text.bytes().all(is_plain)
}

/// Whether a text is a query (RFC 3986 §3.4).
fn is_query(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::NextPage;

    #[test]
    fn a_page_below_the_root_is_kept() {
        for text in [
            "",
            "employees",
            "employees/00000000-0000-4000-8000-000000000001/history",
            "employees?status=archived&q=gar%C3%ADa",
            "?done=saved",
            "connect/3",
            "activity?cursor=a:b/c?d",
        ] {
            assert_eq!(NextPage::read(text).as_str(), text);
        }
    }

    #[test]
    fn every_other_text_leads_to_the_first_page() {
        let long = "a".repeat(513);
        for text in [
            "//evil",
            "/evil",
            "\\evil",
            "/\\evil",
            "https://evil.example",
            "https:/evil",
            "javascript:alert(1)",
            "data:text/html,x",
            "..",
            "../other/",
            "a/../../other",
            "a/./b",
            "%2e%2e/other",
            "a//b",
            "a/",
            "a b",
            "a\r\nset-cookie: x",
            "a?b\r\nx",
            "a#b",
            "a?b#c",
            "sso/start",
            "sso/start?next=employees",
            "a?\"><script>",
            "é",
            "@evil",
            &long,
        ] {
            assert_eq!(NextPage::read(text), NextPage::default(), "{text}");
        }
    }
}

//! What the lists that can be searched have in common: the text that is searched for, and the way from page to page.

use super::failure::bad_request;
use super::page::encoded;
use crate::directory::lists::admin_list::MOST_SEARCH_CHARS;
use crate::server::error::ApiError;
use crate::server::params::Pairs;

/// How many rows stand on a page.
pub(super) const ROWS: usize = 50;

/// The other pages of a list (`templates/pages.html`).
pub(super) struct Pages {
    /// The path of the first page of this search.
    pub(super) first: String,
    /// The path of the next page.
    pub(super) next: Option<String>,
    pub(super) is_first: bool,
}

impl Pages {
    /// Those around the page that was asked for so; `first` has a query already.
    pub(super) fn new(first: String, next: Option<String>, asked: &Pairs) -> Self {
        let next = next.map(|cursor| format!("{first}&cursor={}", encoded(&cursor)));
        Self { first, next, is_first: asked.cursor().is_none() }
    }
}

/// The text that is searched for; empty for everything.
///
/// # Errors
/// 400 for one that is too long.
pub(super) fn text_in(asked: &Pairs) -> Result<&str, ApiError> {
    let text = asked.get("search").unwrap_or_default().trim();
    if text.chars().count() > MOST_SEARCH_CHARS {
        return Err(bad_request(format!(
            "A search can have {MOST_SEARCH_CHARS} characters at most; use the start of a name"
        )));
    }
    Ok(text)
}

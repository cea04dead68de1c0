//! The common parts of searchable lists: the search text, and the links from page to page.

use super::frame::encoded;
use crate::directory::lists::admin_list::MOST_SEARCH_CHARS;
use crate::server::error::ApiError;
use crate::server::query::Pairs;

/// The number of rows on a page.
pub(super) const ROWS: usize = 50;

/// The other pages of a list (`templates/pages.html`).
pub(super) struct PageLinks {
    /// The path of the first page of this search.
    pub(super) first: String,
    /// The path of the next page.
    pub(super) next: Option<String>,
    pub(super) is_first: bool,
}

impl PageLinks {
    /// Builds the links around the requested page. `first` already has a query.
    pub(super) fn new(first: String, next: Option<String>, asked: &Pairs) -> Self {
        let next = next.map(|cursor| format!("{first}&cursor={}", encoded(&cursor)));
        Self { first, next, is_first: asked.cursor().is_none() }
    }
}

/// Returns the search text; an empty text finds everything.
///
/// # Errors
/// 400 if the text is too long.
pub(super) fn text_in(asked: &Pairs) -> Result<&str, ApiError> {
    let text = asked.get("search").unwrap_or_default().trim();
    if text.chars().count() > MOST_SEARCH_CHARS {
        return Err(ApiError::bad_request(format!(
            "A search can have {MOST_SEARCH_CHARS} characters at most; use the start of a name"
        )));
    }
    Ok(text)
}

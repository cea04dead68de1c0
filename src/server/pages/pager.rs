//! The links to the pages of a list, and the place in it: `1–50 of 454`.

use super::frame::encoded;
use super::words::grouped;

/// The links around a page of a list (macro `pager` of `templates/parts.html`).
#[derive(Debug, Clone, Default)]
pub(super) struct Pager {
    /// The place in the list; empty if it is not known.
    pub(super) place: String,
    /// The path of the first page, on a page that is not the first.
    pub(super) first: Option<String>,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    /// The text of the link to the next page.
    pub(super) next_label: &'static str,
}

impl Pager {
    /// Builds the links around a page. `list` is the path of the list with a query, such as `employees?status=active`.
    /// `place` is the ordinal of the first row, the number of rows and the total; a part that is not known is `None`.
    pub(super) fn new(list: &str, previous: Option<&str>, next: Option<&str>) -> Self {
        let joint = if list.contains('?') { '&' } else { '?' };
        let link = |cursor: &str| format!("{list}{joint}cursor={}", encoded(cursor));
        Self {
            previous: previous.map(link),
            next: next.map(link),
            next_label: "Next",
            ..Self::default()
        }
    }

    /// Adds a link to the first page.
    pub(super) fn with_first(mut self, list: &str) -> Self {
        self.first = Some(list.to_owned());
        self
    }

    /// Adds the place in the list: the ordinal of the first row (from 1), the number of rows, and the total.
    pub(super) fn with_place(mut self, first: u64, rows: usize, total: Option<u64>) -> Self {
        let last = first.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX)).saturating_sub(1);
        self.place = match (rows, total) {
            (0, _) => String::new(),
            (_, Some(total)) => {
                format!("{}–{} of {}", grouped(first), grouped(last), grouped(total))
            }
            (_, None) => format!("{}–{}", grouped(first), grouped(last)),
        };
        self
    }

    /// Whether there is something to show.
    pub(super) fn is_shown(&self) -> bool {
        let links = [&self.first, &self.previous, &self.next];
        !self.place.is_empty() || links.into_iter().any(Option::is_some)
    }
}

#[cfg(test)]
mod tests {
    use super::Pager;

    #[test]
    fn a_place_separates_thousands() {
        let place = |first, rows, total| Pager::default().with_place(first, rows, total).place;
        assert_eq!(place(1_151, 50, Some(1_204)), "1,151–1,200 of 1,204");
        assert_eq!(place(951, 50, None), "951–1,000");
        assert_eq!(place(1, 0, Some(0)), "");
    }
}

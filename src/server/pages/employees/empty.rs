//! The page without a row: the reason, and the next step.

use super::links::ListLink;
use crate::directory::people::{PeopleCounts, PeoplePage};
use crate::directory::users::administration::Status;
use crate::server::pages::words::grouped;

/// The reason for a page without a row.
pub(super) enum Empty {
    /// The tenant has no employees.
    Nobody,
    /// All employees are archived.
    NobodyActive {
        /// The list of archived employees.
        archived: String,
    },
    /// No employee is archived.
    NobodyArchived,
    /// No employee matches the search, or has the values of the filters.
    NoMatch {
        /// The sentence.
        text: String,
        /// The text of the link.
        label: &'static str,
        /// The list to go to; `None` if the list already has all employees.
        url: Option<String>,
    },
    /// The search stopped before its end.
    Stopped {
        /// The sentence.
        text: String,
    },
    /// The cursor is at the end of the list.
    NoMore,
}

impl Empty {
    /// Finds the reason; `None` for a page with rows.
    pub(super) fn of(
        page: &PeoplePage,
        link: &ListLink<'_>,
        counts: PeopleCounts,
        is_first: bool,
    ) -> Option<Self> {
        if !page.rows.is_empty() {
            return None;
        }
        if let Some(compared) = page.stopped_after {
            let text = format!("No match in the first {} employees.", grouped(compared));
            return Some(Self::Stopped { text });
        }
        if !is_first {
            return Some(Self::NoMore);
        }
        let cleared = Some(link.whole().url());
        if let Some(manager) = link.filters.manager.filter(|_| page.managers.is_empty()) {
            return Some(Self::NoMatch {
                text: format!("No colleague has the name or email “{manager}”."),
                label: "Clear filters",
                url: cleared,
            });
        }
        let status = link.status_word();
        let elsewhere = link.with_status(Status::All);
        let elsewhere = (link.status != Status::All).then(|| elsewhere.url());
        Some(match (link.search, link.has_filters()) {
            ("", false) => match (link.status, counts.active, counts.archived) {
                (Status::Archived, _, _) => Self::NobodyArchived,
                (_, _, 0) => Self::Nobody,
                _ => Self::NobodyActive { archived: link.with_status(Status::Archived).url() },
            },
            ("", true) => Self::NoMatch {
                text: format!("No {status}employee has these values."),
                label: "Clear filters",
                url: cleared,
            },
            (search, _) => Self::NoMatch {
                text: format!("No {status}employee matches “{search}”."),
                label: "Search all employees",
                url: elsewhere,
            },
        })
    }
}

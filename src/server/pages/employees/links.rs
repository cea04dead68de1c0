//! The links of the list: tabs, filter chips, and the values in rows.

use crate::directory::people::managers::NamedColleague;
use crate::directory::people::{PeopleCounts, PeopleFilters};
use crate::directory::users::administration::Status;
use crate::server::pages::frame::encoded;
use crate::server::pages::words::grouped;

/// The link to a list, by its status, search and filters.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListLink<'a> {
    pub(super) path: &'a str,
    pub(super) status: Status,
    pub(super) search: &'a str,
    pub(super) filters: PeopleFilters<'a>,
}

/// A tab for a status.
pub(super) struct Tab {
    pub(super) title: &'static str,
    pub(super) url: String,
    pub(super) count: String,
    pub(super) is_current: bool,
}

/// A filter, with the link that removes it.
pub(super) struct Chip {
    /// The name of the attribute; empty when the value says all.
    pub(super) attribute: &'static str,
    pub(super) value: String,
    pub(super) url: String,
}

impl ListLink<'_> {
    /// The URL of the first page.
    pub(super) fn url(&self) -> String {
        let PeopleFilters { department, location, manager, is_unlinked } = self.filters;
        let search = Some(self.search).filter(|search| !search.is_empty());
        let terms = [
            ("q", search),
            ("department", department),
            ("location", location),
            ("manager", manager),
            ("linked", is_unlinked.then_some("no")),
        ];
        let mut url = format!("{}?status={}", self.path, self.status_name());
        for (name, value) in terms {
            if let Some(value) = value {
                url.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        url
    }

    /// The URL of the export of the status.
    pub(super) fn export_url(&self) -> String {
        format!("{}/export?status={}", self.path, self.status_name())
    }

    /// The status in URLs.
    pub(super) fn status_name(&self) -> &'static str {
        match self.status {
            Status::Active => "active",
            Status::Archived => "archived",
            Status::All => "all",
        }
    }

    /// The status in a sentence, with a space after it; empty for all employees.
    pub(super) fn status_word(&self) -> &'static str {
        match self.status {
            Status::Active => "active ",
            Status::Archived => "archived ",
            Status::All => "",
        }
    }

    /// Whether the list shows only archived employees.
    pub(super) fn is_archived(&self) -> bool {
        self.status == Status::Archived
    }

    /// Whether there is a filter.
    pub(super) fn has_filters(&self) -> bool {
        self.has_values() || self.filters.is_unlinked
    }

    /// Whether there is a filter in the form.
    pub(super) fn has_values(&self) -> bool {
        let PeopleFilters { department, location, manager, .. } = self.filters;
        [department, location, manager].iter().any(Option::is_some)
    }

    /// The filters as texts, for the form: name, label, hint and value.
    pub(super) fn filter_texts(&self) -> [(&'static str, &'static str, &'static str, &str); 3] {
        let PeopleFilters { department, location, manager, .. } = self.filters;
        [
            ("department", "Department", "", department.unwrap_or_default()),
            ("location", "Location", "", location.unwrap_or_default()),
            ("manager", "Manager", "Name or email", manager.unwrap_or_default()),
        ]
    }

    /// The same list with another status.
    pub(super) fn with_status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// The same list without a search and filters.
    pub(super) fn whole(self) -> Self {
        Self { search: "", filters: PeopleFilters::default(), ..self }
    }

    /// The tabs. Each keeps the search and the filters.
    pub(super) fn tabs(&self, counts: PeopleCounts) -> [Tab; 3] {
        let all = counts.active.saturating_add(counts.archived);
        [
            (Status::Active, "Active", counts.active),
            (Status::Archived, "Archived", counts.archived),
            (Status::All, "All", all),
        ]
        .map(|(status, title, count)| Tab {
            title,
            url: self.with_status(status).url(),
            count: grouped(count),
            is_current: status == self.status,
        })
    }

    /// The chips of the filters. `managers` are the colleagues that the filter on the manager names, and `idp` is the
    /// name of the identity provider within a sentence.
    pub(super) fn chips(&self, managers: &[NamedColleague], idp: &str) -> Vec<Chip> {
        let PeopleFilters { department, location, manager, .. } = self.filters;
        let without = |filters| Self { filters, ..*self }.url();
        let mut chips = Vec::new();
        if let Some(value) = department {
            let url = without(PeopleFilters { department: None, ..self.filters });
            chips.push(Chip { attribute: "department", value: value.to_owned(), url });
        }
        if let Some(value) = location {
            let url = without(PeopleFilters { location: None, ..self.filters });
            chips.push(Chip { attribute: "location", value: value.to_owned(), url });
        }
        if let Some(manager) = manager {
            let url = without(PeopleFilters { manager: None, ..self.filters });
            let value = match managers {
                [only] => only.name.clone(),
                _ => manager.to_owned(),
            };
            chips.push(Chip { attribute: "manager", value, url });
        }
        if self.filters.is_unlinked {
            let url = without(PeopleFilters { is_unlinked: false, ..self.filters });
            chips.push(Chip { attribute: "", value: format!("Not in {idp} yet"), url });
        }
        chips
    }
}

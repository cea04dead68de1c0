//! The list of employees: by status, by search and by the values in use, and its export.

mod empty;
mod export;
mod links;
mod rows;

use super::frame::{Frame, Section, show};
use super::guard::Visitor;
use super::messages::explain;
use super::pager::Pager;
use super::words::search_text;
use crate::directory::people::{PeopleFilters, PeoplePage, PeopleQuery};
use crate::directory::users::administration::Status;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;
use empty::Empty;
pub(super) use export::export;
use links::{Chip, ListLink, Tab};
use rows::{ListedManager, ListedPerson};

/// The number of rows on a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "employees.html")]
struct EmployeesPage<'a> {
    frame: Frame,
    link: &'a ListLink<'a>,
    tabs: [Tab; 3],
    chips: Vec<Chip>,
    rows: Vec<ListedPerson>,
    empty: Option<Empty>,
    pager: Pager,
}

/// Shows a page of the list.
pub(super) async fn list(
    State(services): State<Services>,
    visitor: Visitor,
    query: Pairs,
) -> Answer {
    let path = visitor.site.path("employees");
    let link = ListLink::of(&path, &query)?;
    let settings = services.tenants.get(&visitor.tenant).await.map_err(explain)?.settings;
    let asked = PeopleQuery {
        status: link.status,
        search: link.search,
        filters: link.filters,
        settings,
        cursor: query.cursor(),
        limit: ROWS,
    };
    let people = visitor.directory.people();
    // A whole list reads the counts for its total.
    let counts = async {
        let is_limited = !link.search.is_empty() || link.has_filters();
        if is_limited { people.counts().await.map(Some) } else { Ok(None) }
    };
    let (page, counts) = tokio::try_join!(people.page(&asked), counts).map_err(explain)?;
    let counts = page.counts.or(counts).unwrap_or_default();
    let frame = Frame::of(&visitor, Section::Employees).with_notice(&query);
    let idp = frame.idp_title();
    let is_first = query.cursor().is_none();
    show(&EmployeesPage {
        tabs: link.tabs(counts),
        chips: link.chips(&page.managers, frame.idp),
        rows: page.rows.iter().map(|row| ListedPerson::new(row, &link, &idp)).collect(),
        empty: Empty::of(&page, &link, counts, is_first),
        pager: pager(&page, &link, is_first),
        link: &link,
        frame,
    })
}

fn pager(page: &PeoplePage, link: &ListLink<'_>, is_first: bool) -> Pager {
    let list = link.url();
    let mut pager = Pager::new(&list, page.previous.as_deref(), page.next.as_deref()).with_place(
        page.first_ordinal,
        page.rows.len(),
        page.total,
    );
    if !is_first {
        pager = pager.with_first(&list);
    }
    if page.stopped_after.is_some() {
        pager.next_label = "Keep searching";
    }
    pager
}

impl<'a> ListLink<'a> {
    /// Reads the list that a query names.
    ///
    /// # Errors
    /// 400 for an unknown status, and for a text that is too long.
    fn of(path: &'a str, query: &'a Pairs) -> Result<Self, ApiError> {
        let status = match query.get("status").unwrap_or_default() {
            "" | "active" => Status::Active,
            "archived" => Status::Archived,
            "all" => Status::All,
            _ => return Err(ApiError::bad_request("The status must be active, archived or all")),
        };
        let text = |name: &str| search_text(query, name);
        let filters = PeopleFilters {
            department: text("department")?,
            location: text("location")?,
            manager: text("manager")?,
            is_unlinked: match query.get("linked").unwrap_or_default() {
                "" => false,
                "no" => true,
                _ => return Err(ApiError::bad_request("The only value of linked is no")),
            },
        };
        Ok(Self { path, status, search: text("q")?.unwrap_or_default(), filters })
    }
}

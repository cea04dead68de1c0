//! Lists groups by name.

use super::super::frame::{Frame, Section, When, encoded, show};
use super::super::guard::Visitor;
use super::super::messages::explain;
use super::super::pager::Pager;
use super::{ROWS, search_in};
use crate::directory::Group;
use crate::directory::groups::by_name::MOST_SORTED;
use crate::server::error::Answer;
use crate::server::query::Pairs;
use askama::Template;

#[derive(Template)]
#[template(path = "groups.html")]
struct GroupsPage<'a> {
    frame: Frame,
    search: &'a str,
    rows: Vec<ListedGroup>,
    pager: Pager,
    is_first: bool,
    /// Whether the list is in the order of names.
    is_by_name: bool,
    most_sorted: u64,
}

/// A group in the list.
struct ListedGroup {
    id: String,
    name: String,
    members: u64,
    changed: When,
}

/// Shows a page of the list.
pub(in crate::server::pages) async fn list(visitor: Visitor, query: Pairs) -> Answer {
    let search = search_in(&query)?;
    let groups = visitor.directory.groups();
    let page = groups.page_by_name(search, query.cursor(), ROWS).await.map_err(explain)?;
    let list = match search {
        "" => visitor.site.path("groups"),
        search => visitor.site.path(&format!("groups?q={}", encoded(search))),
    };
    let pager = Pager::new(&list, page.previous.as_deref(), page.next.as_deref());
    let mut pager = match page.first_ordinal {
        Some(first) => pager.with_place(first, page.rows.len(), page.total),
        None if query.cursor().is_some() => pager.with_first(&list),
        None => pager,
    };
    if page.rows.is_empty() {
        pager.next_label = "Keep searching";
    }
    show(&GroupsPage {
        frame: Frame::of(&visitor, Section::Groups),
        search,
        rows: page.rows.iter().map(ListedGroup::from).collect(),
        pager,
        is_first: query.cursor().is_none(),
        is_by_name: page.is_by_name,
        most_sorted: MOST_SORTED,
    })
}

impl From<&Group> for ListedGroup {
    fn from(group: &Group) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.display_name().to_owned(),
            members: group.member_count,
            changed: When::new(group.last_modified),
        }
    }
}

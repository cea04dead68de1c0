//! The list of groups, by the start of a name.

use super::employees::MOST_SEARCH_CHARS;
use super::failure::{bad_request, explain};
use super::guard::Visitor;
use super::page::{Answer, Frame, Section, When, encoded, show};
use crate::api::params::Pairs;
use crate::directory::Group;
use crate::directory::group_view::GroupSearch;
use askama::Template;

const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "groups.html")]
struct GroupsPage<'a> {
    frame: Frame,
    search: &'a str,
    rows: Vec<Row>,
    /// The path of the first page of this search.
    first: String,
    /// The path of the next page.
    next: Option<String>,
    is_first: bool,
}

/// A group in the list.
struct Row {
    id: String,
    name: String,
    members: u64,
    external_id: Option<String>,
    changed: When,
}

/// A page of the list.
pub(super) async fn list(visitor: Visitor, query: Pairs) -> Answer {
    let text = query.get("search").unwrap_or_default().trim();
    if text.chars().count() > MOST_SEARCH_CHARS {
        return Err(bad_request(
            "A search can have 200 characters at most; use the start of a name",
        ));
    }
    let search = GroupSearch { name: "", text, cursor: query.cursor(), limit: ROWS };
    let page = visitor.directory.search_groups(search).await.map_err(explain)?;
    let first = visitor.site.path(&format!("groups?search={}", encoded(text)));
    let next = page.next.map(|cursor| format!("{first}&cursor={}", encoded(&cursor)));
    show(&GroupsPage {
        frame: Frame::of(&visitor, Section::Groups),
        search: text,
        rows: page.rows.iter().map(Row::from).collect(),
        first,
        next,
        is_first: query.cursor().is_none(),
    })
}

impl From<&Group> for Row {
    fn from(group: &Group) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.display_name().to_owned(),
            members: group.member_count,
            external_id: group.external_id().map(ToOwned::to_owned),
            changed: When::new(group.last_modified),
        }
    }
}

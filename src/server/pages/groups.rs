//! Lists groups, by the start of a name.

use super::frame::{Frame, Section, When, encoded, show};
use super::guard::Visitor;
use super::messages::explain;
use super::searchable_list::{PageLinks, ROWS, text_in};
use crate::directory::Group;
use crate::directory::groups::view::GroupSearch;
use crate::server::error::Answer;
use crate::server::query::Pairs;
use askama::Template;

#[derive(Template)]
#[template(path = "groups.html")]
struct GroupsPage<'a> {
    frame: Frame,
    search: &'a str,
    rows: Vec<ListedGroup>,
    pages: PageLinks,
}

/// A group in the list.
struct ListedGroup {
    id: String,
    name: String,
    members: u64,
    external_id: Option<String>,
    changed: When,
}

/// Shows a page of the list.
pub(super) async fn list(visitor: Visitor, query: Pairs) -> Answer {
    let text = text_in(&query)?;
    let search = GroupSearch { name: "", text, cursor: query.cursor(), limit: ROWS };
    let page = visitor.directory.groups().search(search).await.map_err(explain)?;
    let first = visitor.site.path(&format!("groups?search={}", encoded(text)));
    show(&GroupsPage {
        frame: Frame::of(&visitor, Section::Groups),
        search: text,
        rows: page.rows.iter().map(ListedGroup::from).collect(),
        pages: PageLinks::new(first, page.next, &query),
    })
}

impl From<&Group> for ListedGroup {
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

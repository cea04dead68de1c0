//! Shows a group with its members.

use super::super::frame::{Frame, Section, encoded, show as show_page};
use super::super::guard::Visitor;
use super::super::messages::explain;
use super::super::pager::Pager;
use super::{GroupHead, ROWS, search_in};
use crate::directory::Kind;
use crate::directory::groups::by_name::MOST_SORTED;
use crate::directory::groups::view::MemberView;
use crate::server::error::Answer;
use crate::server::path::GroupId;
use crate::server::query::Pairs;
use askama::Template;

#[derive(Template)]
#[template(path = "group_members.html")]
struct MembersPage<'a> {
    frame: Frame,
    group: GroupHead,
    tab: &'static str,
    search: &'a str,
    members: Vec<ListedMember>,
    pager: Pager,
    is_first: bool,
    /// Whether the list is in the order of names, and has a search.
    is_by_name: bool,
    most_sorted: u64,
}

/// A member of the group.
struct ListedMember {
    id: String,
    name: String,
    title: Option<String>,
    is_group: bool,
    archived: Option<bool>,
}

/// Shows a page of the members.
pub(in crate::server::pages) async fn show(
    visitor: Visitor,
    GroupId(id): GroupId,
    query: Pairs,
) -> Answer {
    let search = search_in(&query)?;
    let groups = visitor.directory.groups();
    let group = groups.get(id).await.map_err(explain)?;
    let cursor = query.cursor();
    let page = groups.members_by_name(&group, search, cursor, ROWS).await.map_err(explain)?;
    let list = match search {
        "" => visitor.site.path(&format!("groups/{id}")),
        search => visitor.site.path(&format!("groups/{id}?q={}", encoded(search))),
    };
    let pager = Pager::new(&list, page.previous.as_deref(), page.next.as_deref());
    let pager = match page.first_ordinal {
        Some(first) => pager.with_place(first, page.rows.len(), page.total),
        None if cursor.is_some() => pager.with_first(&list),
        None => pager,
    };
    show_page(&MembersPage {
        frame: Frame::of(&visitor, Section::Groups),
        group: GroupHead::of(&group),
        tab: "members",
        search,
        members: page.rows.into_iter().map(ListedMember::from).collect(),
        pager,
        is_first: cursor.is_none(),
        is_by_name: page.is_by_name,
        most_sorted: MOST_SORTED,
    })
}

impl From<MemberView> for ListedMember {
    fn from(MemberView { member, name, title, archived }: MemberView) -> Self {
        let id = member.id.to_string();
        Self {
            // The name in the employee's record is current. The name that the group has for the member may be older.
            name: name.or(member.display).unwrap_or_else(|| id.clone()),
            id,
            title,
            is_group: member.kind == Kind::Group,
            archived,
        }
    }
}

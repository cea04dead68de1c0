//! Shows one group, with its members and its history. The identity provider owns the group, so the page cannot change
//! it.

use super::frame::{Frame, Section, When, encoded, show as show_page};
use super::guard::Visitor;
use super::history::Timeline;
use super::messages::explain;
use crate::directory::Kind;
use crate::directory::groups::view::MemberView;
use crate::server::error::Answer;
use crate::server::path::GroupId;
use crate::server::query::Pairs;
use askama::Template;

/// The number of members on a page.
const MEMBERS: usize = 50;

#[derive(Template)]
#[template(path = "group.html")]
struct GroupPage {
    frame: Frame,
    id: String,
    name: String,
    external_id: Option<String>,
    created: When,
    changed: When,
    member_count: u64,
    members: Vec<ListedMember>,
    /// The path of the first page of members, unless this page is the first.
    first_members: Option<String>,
    /// The path of the next page of members.
    next_members: Option<String>,
    timeline: Timeline,
}

/// A member of the group.
struct ListedMember {
    id: String,
    name: String,
    is_group: bool,
    archived: Option<bool>,
}

/// Shows a group. Its members and its history are paged separately.
pub(super) async fn show(visitor: Visitor, GroupId(id): GroupId, query: Pairs) -> Answer {
    let directory = &visitor.directory;
    let group = directory.groups().get(id).await.map_err(explain)?;
    let cursor = query.get("members").filter(|cursor| !cursor.is_empty());
    let members =
        directory.groups().members_page(&group, cursor, MEMBERS).await.map_err(explain)?;
    let before = query.cursor();
    let history = directory.history().page((Kind::Group, id), before, 20).await.map_err(explain)?;
    let here = visitor.site.path(&format!("groups/{id}"));
    let next = members.next.map(|next| format!("{here}?members={}#members", encoded(&next)));
    show_page(&GroupPage {
        frame: Frame::of(&visitor, Section::Groups),
        id: id.to_string(),
        name: group.display_name().to_owned(),
        external_id: group.external_id().map(ToOwned::to_owned),
        created: When::new(group.created),
        changed: When::new(group.last_modified),
        member_count: group.member_count,
        members: members.rows.into_iter().map(ListedMember::from).collect(),
        first_members: cursor.map(|_| format!("{here}#members")),
        next_members: next,
        timeline: Timeline::new(history, &here, before.is_none()),
    })
}

impl From<MemberView> for ListedMember {
    fn from(MemberView { member, name, archived }: MemberView) -> Self {
        let id = member.id.to_string();
        Self {
            // The name in the employee's record is current. The name that the group has for the member may be older.
            name: name.or(member.display).unwrap_or_else(|| id.clone()),
            id,
            is_group: member.kind == Kind::Group,
            archived,
        }
    }
}

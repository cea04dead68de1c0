//! `/groups`: the groups that the identity provider pushed, with their members. Read only.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, QueryParams};
use crate::directory::groups::view::{GroupSearch, MemberView};
use crate::directory::lists::admin_list::MOST_SEARCH_CHARS;
use crate::directory::{Group, Kind};
use crate::limits::LIMITS;
use crate::server::error::Answer;
use crate::server::path::GroupId;
use crate::server::response::{plain_json, with_entity_tag};
use http::StatusCode;
use scim::date_time;
use scim::version::entity_tag;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct GroupBody {
    id: Uuid,
    display_name: String,
    /// The identity provider's own id of the group.
    external_id: Option<String>,
    #[schema(format = DateTime)]
    created: String,
    /// When the group or its members last changed.
    #[schema(format = DateTime)]
    last_modified: String,
    /// The number of members.
    member_count: u64,
}

/// A page of groups.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct GroupsBody {
    groups: Vec<GroupBody>,
    /// The `cursor` of the next page; null on the last page. A page of a search can have no rows and a cursor, before
    /// the search has read all groups.
    next_cursor: Option<String>,
}

/// The type of a member.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
enum MemberTypeBody {
    User,
    Group,
}

/// A member of a group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MemberBody {
    /// The id of the employee or the group.
    id: Uuid,
    #[serde(rename = "type")]
    kind: MemberTypeBody,
    /// The name that the identity provider sent with the member, or the member's name when it joined.
    display: Option<String>,
    /// Whether the employee is archived; null for a group.
    archived: Option<bool>,
}

/// A page of the members of a group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MembersBody {
    members: Vec<MemberBody>,
    /// The `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

/// List or search groups
///
/// Groups are in the order of their ids. The members are not read.
#[utoipa::path(
    get,
    path = "/groups",
    tag = "groups",
    params(
        ("name" = Option<String>, Query, max_length = 512,
            description = "The whole name of a group. Case is ignored. At most one group has the name"),
        ("search" = Option<String>, Query, max_length = 200, description = "The start of a word of the name. Case is ignored"),
        ("cursor" = Option<String>, Query, pattern = "^$|^v([0-9a-f]{32})?$", description = "The nextCursor of the previous page"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of rows. The default is 50")
    ),
    responses(
        (status = 200, description = "A page", body = GroupsBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_groups(call: Call, query: QueryParams) -> Answer {
    query.check(&["name", "search", "cursor", "limit"])?;
    let directory = &call.caller.directory;
    let search = GroupSearch {
        name: query.text("name", LIMITS.identifier_chars)?,
        text: query.text("search", MOST_SEARCH_CHARS)?,
        cursor: query.cursor(),
        limit: query.limit()?,
    };
    let page = directory.groups().search(search).await.map_err(explain)?;
    let groups = page.rows.iter().map(GroupBody::from).collect();
    plain_json(StatusCode::OK, &GroupsBody { groups, next_cursor: page.next })
}

/// Show a group
#[utoipa::path(
    get,
    path = "/groups/{id}",
    tag = "groups",
    params(("id" = Uuid, Path, description = "The group's id")),
    responses(
        (status = 200, description = "The group", body = GroupBody, headers(("ETag" = String, description = "The version. It changes with the group and with its members"))),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get_group(call: Call, GroupId(id): GroupId) -> Answer {
    let group = call.caller.directory.groups().get(id).await.map_err(explain)?;
    let answer = plain_json(StatusCode::OK, &GroupBody::from(&group))?;
    Ok(with_entity_tag(answer, &entity_tag(group.version)))
}

/// List the members of a group
///
/// Members are in the order of their ids. A page can have too few rows while a large change of members is being
/// applied.
#[utoipa::path(
    get,
    path = "/groups/{id}/members",
    tag = "groups",
    params(
        ("id" = Uuid, Path, description = "The group's id"),
        ("cursor" = Option<String>, Query, pattern = "^$|^[0-9a-f]{32}$", description = "The nextCursor of the previous page"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of rows. The default is 50")
    ),
    responses(
        (status = 200, description = "A page", body = MembersBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_group_members(
    call: Call,
    GroupId(id): GroupId,
    query: QueryParams,
) -> Answer {
    query.check(&["cursor", "limit"])?;
    let (cursor, limit, directory) = (query.cursor(), query.limit()?, &call.caller.directory);
    let group = directory.groups().get(id).await.map_err(explain)?;
    let page = directory.groups().members_page(&group, cursor, limit).await.map_err(explain)?;
    let members = page.rows.into_iter().map(MemberBody::from).collect();
    plain_json(StatusCode::OK, &MembersBody { members, next_cursor: page.next })
}

impl From<&Group> for GroupBody {
    fn from(group: &Group) -> Self {
        Self {
            id: group.id,
            display_name: group.display_name().to_owned(),
            external_id: group.external_id().map(ToOwned::to_owned),
            created: date_time::format(group.created),
            last_modified: date_time::format(group.last_modified),
            member_count: group.member_count,
        }
    }
}

impl From<MemberView> for MemberBody {
    fn from(MemberView { member, archived, .. }: MemberView) -> Self {
        let kind = match member.kind {
            Kind::Employee => MemberTypeBody::User,
            Kind::Group => MemberTypeBody::Group,
        };
        Self { id: member.id, kind, display: member.display, archived }
    }
}

//! Pure decisions about a change of a group: the group after it, and the history entry.

use crate::directory::occasion::Occasion;
use crate::directory::users::change::differences;
use crate::model::group::Group;
use crate::model::history::{AttributeChange, EventKind, HistoryEntry};
use crate::model::member::{Member, MemberChanges};
use crate::store::groups::change::GroupChange;
use crate::store::members::redo_log::redo_log_for;
use scim::document::Document;
use scim::schema::ResourceType;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The attribute that is stored as items of its own.
pub const MEMBERS: &str = "members";
/// A history entry names at most this many member ids. For more members it gives their number.
const MOST_NAMED: usize = 100;

/// A member that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedMember {
    /// The member's id.
    pub id: Uuid,
    /// The member's display name, if the request has one.
    pub display: Option<String>,
}

/// Members by id, each with its first position in the list and its name.
type IndexedMembers = BTreeMap<Uuid, (usize, Option<String>)>;

/// The members that a request asks for.
#[derive(Debug, Default)]
pub struct WantedMembers {
    /// The members whose `value` is an id of this service, each once.
    pub members: Vec<WantedMember>,
    /// The number of members with another `value`, or without one. Such a member is ignored.
    pub nobodies: usize,
}

/// Splits a group's canonical attributes into the members and the rest.
pub fn split_members(mut attributes: Document) -> (Document, WantedMembers) {
    let members = attributes.take(MEMBERS);
    let members = members.as_ref().and_then(Value::as_array).into_iter().flatten();
    let mut wanted: IndexedMembers = BTreeMap::new();
    let mut nobodies = 0;
    for (member, position) in members.zip(0..) {
        let id = member.get("value").and_then(Value::as_str).and_then(crate::model::id::parse_id);
        let Some(id) = id else {
            nobodies += 1;
            continue;
        };
        let display = member.get("display").and_then(Value::as_str).map(str::to_owned);
        // Two values with the same id and different `type` are one member, because the type follows from the id.
        let (_, known) = wanted.entry(id).or_insert((position, None));
        *known = known.take().or(display);
    }
    let mut wanted: Vec<_> = wanted.into_iter().collect();
    wanted.sort_unstable_by_key(|(_, (position, _))| *position);
    let members = wanted.into_iter().map(|(id, (_, display))| WantedMember { id, display });
    (attributes, WantedMembers { members: members.collect(), nobodies })
}

/// Builds the `members` value to which a PATCH applies.
pub fn member_values(members: &[Member]) -> Value {
    let values = members.iter().map(|member| {
        let mut value = json!({"value": member.id.to_string(), "type": member.kind.as_str()});
        if let (Some(display), Some(value)) = (&member.display, value.as_object_mut()) {
            value.insert("display".to_owned(), display.as_str().into());
        }
        value
    });
    values.collect()
}

/// Creates a group.
pub fn created(
    groups: &ResourceType,
    id: Uuid,
    attributes: Document,
    members: &MemberChanges,
    occasion: Occasion<'_>,
) -> (Group, HistoryEntry) {
    let mut changes = differences(groups, &Document::default(), &attributes);
    changes.extend(member_change(members));
    let group = Group {
        id,
        revision: 1,
        version: 1,
        created: occasion.at,
        last_modified: occasion.at,
        attributes,
        member_count: count(0, members),
        redo_log: redo_log_for(members, 1),
        applied: None,
    };
    (group, entry(EventKind::Created, changes, occasion))
}

/// Changes a group's attributes or members. Returns `None` when both stay the same.
pub fn changed(
    groups: &ResourceType,
    before: &Group,
    attributes: Document,
    members: &MemberChanges,
    occasion: Occasion<'_>,
) -> Option<GroupChange> {
    if attributes == before.attributes && members.is_empty() {
        return None;
    }
    let mut changes = differences(groups, &before.attributes, &attributes);
    changes.extend(member_change(members));
    let revision = before.revision + 1;
    let after = Group {
        revision,
        version: revision,
        last_modified: occasion.at,
        attributes,
        member_count: count(before.member_count, members),
        redo_log: redo_log_for(members, revision),
        ..before.clone()
    };
    let history = entry(EventKind::Updated, changes, occasion);
    Some(GroupChange { before: before.clone(), after, history })
}

/// Builds the history entry of a deleted group, with its last attributes.
pub fn deleted(groups: &ResourceType, group: &Group, occasion: Occasion<'_>) -> HistoryEntry {
    let changes = differences(groups, &group.attributes, &Document::default());
    entry(EventKind::Deleted, changes, occasion)
}

fn count(before: u64, members: &MemberChanges) -> u64 {
    let size = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    before.saturating_add(size(members.joined.len())).saturating_sub(size(members.left.len()))
}

fn member_change(members: &MemberChanges) -> Option<AttributeChange> {
    let joined: Vec<Uuid> = members.joined.iter().map(|member| member.id).collect();
    let named = |ids: &[Uuid]| match ids.len() {
        0 => None,
        1..=MOST_NAMED => Some(ids.iter().map(Uuid::to_string).collect()),
        number => Some(json!(format!("{number} members"))),
    };
    let (old, new) = (named(&members.left), named(&joined));
    (old.is_some() || new.is_some()).then(|| AttributeChange {
        attribute: MEMBERS.to_owned(),
        old,
        new,
    })
}

fn entry(kind: EventKind, changes: Vec<AttributeChange>, occasion: Occasion<'_>) -> HistoryEntry {
    HistoryEntry { at: occasion.at, actor: occasion.actor.clone(), kind, changes }
}

//! A group, and its item. Members have their own items: see [`super::members`].

pub mod write;

use super::dynamodb::transact::size;
use super::items::attributes::{ItemReader, ItemWriter};
use super::keys::{self, Key, Kind};
use super::record::{Record, id_in_key};
use super::tenants::TenantId;
use super::{Error, Item};
use scim::document::Document;
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// A group as the store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The id. No other group ever gets it. It is also the SCIM `id`.
    pub id: Uuid,
    /// The revision. It grows by one with each change of the record or its members. Every write expects a revision.
    pub revision: u64,
    /// The revision of the last change that SCIM shows. The entity tag contains it.
    pub version: u64,
    /// The time when the record was made.
    pub created: OffsetDateTime,
    /// The time of the last change that SCIM shows.
    pub last_modified: OffsetDateTime,
    /// The identity provider's attributes, canonical, without `members`.
    pub attributes: Document,
    /// The number of members.
    pub member_count: u64,
    /// The committed change of members that is not applied to their items yet.
    pub redo_log: Option<RedoLog>,
    /// The revision of the latest change whose redo log is applied.
    pub applied: Option<u64>,
}

/// A change of more members than one transaction can write. It is committed with the group and applied afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedoLog {
    /// The revision of the group that made the change.
    pub revision: u64,
    /// The number of items that hold the change.
    pub parts: usize,
    /// The number of members for which the change is applied.
    pub done: usize,
}

impl Group {
    /// The name in the spelling that was sent.
    pub fn display_name(&self) -> &str {
        self.attributes.text("displayName").unwrap_or_default()
    }

    /// The identity provider's own id of the group.
    pub fn external_id(&self) -> Option<&str> {
        self.attributes.text("externalId")
    }
}

// The names of a group's attributes. `displayName` and `externalId` hold values that the document leaves out, so that
// each value is stored once.
const REVISION: &str = "revision";
const VERSION: &str = "version";
const CREATED: &str = "created";
const LAST_MODIFIED: &str = "lastModified";
const DISPLAY_NAME: &str = "displayName";
const EXTERNAL_ID: &str = "externalId";
const DOCUMENT: &str = "document";
const MEMBER_COUNT: &str = "memberCount";
const CHANGE_REVISION: &str = "changeRevision";
const CHANGE_PARTS: &str = "changeParts";
const CHANGE_DONE: &str = "changeDone";
const APPLIED_REVISION: &str = "appliedRevision";

/// The pointers that lead to a group.
pub(super) fn pointers(tenant: &TenantId, group: &Group) -> BTreeSet<Key> {
    let external_id = group.external_id();
    external_id
        .map(|value| keys::external_id(tenant, Kind::Group, value, group.id))
        .into_iter()
        .collect()
}

pub(super) fn to_item(tenant: &TenantId, group: &Group) -> Result<Item, Error> {
    let mut item = ItemWriter::new(&keys::record(tenant, Kind::Group, group.id))
        .number(REVISION, group.revision)
        .number(VERSION, group.version)
        .time(CREATED, group.created)?
        .time(LAST_MODIFIED, group.last_modified)?
        .text(DISPLAY_NAME, group.display_name())
        .optional_text(EXTERNAL_ID, group.external_id())
        .json(DOCUMENT, &group.attributes.without(&[DISPLAY_NAME, EXTERNAL_ID]))?
        .number(MEMBER_COUNT, group.member_count);
    if let Some(revision) = group.applied {
        item = item.number(APPLIED_REVISION, revision);
    }
    if let Some(log) = group.redo_log {
        item = item
            .number(CHANGE_REVISION, log.revision)
            .value(CHANGE_PARTS, size(log.parts))
            .value(CHANGE_DONE, size(log.done));
    }
    Ok(item.into_item())
}

fn read_size(item: &mut ItemReader, name: &str) -> Result<usize, Error> {
    usize::try_from(item.number(name)?).map_err(Error::bad_item)
}

impl Record for Group {
    const KIND: Kind = Kind::Group;

    fn id(&self) -> Uuid {
        self.id
    }

    fn from_item(_tenant: &TenantId, item: Item) -> Result<Self, Error> {
        let id = id_in_key(&item)?;
        let mut item = ItemReader(item);
        let mut attributes = Document::from_text(&item.text(DOCUMENT)?).map_err(Error::bad_item)?;
        attributes.set(DISPLAY_NAME, item.text(DISPLAY_NAME)?.into());
        if let Some(external_id) = item.optional_text(EXTERNAL_ID)? {
            attributes.set(EXTERNAL_ID, external_id.into());
        }
        let redo_log = match item.optional_number(CHANGE_REVISION)? {
            None => None,
            Some(revision) => Some(RedoLog {
                revision,
                parts: read_size(&mut item, CHANGE_PARTS)?,
                done: read_size(&mut item, CHANGE_DONE)?,
            }),
        };
        Ok(Group {
            id,
            revision: item.number(REVISION)?,
            version: item.number(VERSION)?,
            created: item.time(CREATED)?,
            last_modified: item.time(LAST_MODIFIED)?,
            attributes,
            member_count: item.number(MEMBER_COUNT)?,
            redo_log,
            applied: item.optional_number(APPLIED_REVISION)?,
        })
    }
}

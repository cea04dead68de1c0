//! Converts groups from and to DynamoDB items, and makes the pointers that lead to them. Members have items of their
//! own.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::group::{Group, RedoLog};
use crate::model::kind::Kind;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::size;
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::record::{Record, id_in_key};
use scim::document::Document;
use std::collections::BTreeSet;
use uuid::Uuid;

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
pub(in crate::store) fn pointers(tenant: &TenantId, group: &Group) -> BTreeSet<Key> {
    let external_id = group.external_id();
    external_id
        .map(|value| keys::external_id(tenant, Kind::Group, value, group.id))
        .into_iter()
        .collect()
}

pub(in crate::store) fn to_item(tenant: &TenantId, group: &Group) -> Result<Item, Error> {
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

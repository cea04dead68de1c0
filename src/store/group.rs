//! A group, and its item. The members are items of their own: see [`super::member`].

use super::keys::{self, Key, Kind};
use super::record::{Record, id_in_key};
use super::tenant::TenantId;
use super::{Error, Item};
use crate::scim::document::Document;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// A group as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Given once, never used again. Also the SCIM `id`.
    pub id: Uuid,
    /// Grows by one with each change of the record or its members; every write names the one it expects.
    pub revision: u64,
    /// The revision at which what SCIM shows last changed. Makes the entity tag.
    pub version: u64,
    /// When the record was made.
    pub created: OffsetDateTime,
    /// When what SCIM shows last changed.
    pub last_modified: OffsetDateTime,
    /// The identity provider's attributes, canonical, but for `members`.
    pub attributes: Document,
    /// How many members there are.
    pub member_count: u64,
    /// The change of members that is committed, and not applied to their items yet.
    pub journal: Option<Journal>,
}

/// A change of more members than one transaction can write: committed with the group, applied after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Journal {
    /// The revision of the group that made the change.
    pub revision: u64,
    /// In how many items the change is written down.
    pub parts: usize,
    /// How many of its members are applied.
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

/// The item's attributes beside its keys. Those with names of their own stand for what is taken out of the document, so
/// that each value is there once.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupFields {
    revision: u64,
    version: u64,
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    last_modified: OffsetDateTime,
    display_name: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<Value>,
    document: Map<String, Value>,
    member_count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    journal_revision: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    journal_parts: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    journal_done: Option<usize>,
}

/// The pointers that lead to a group.
pub(super) fn pointers(tenant: &TenantId, group: &Group) -> BTreeSet<Key> {
    let external_id = group.external_id();
    external_id
        .map(|value| keys::external_id(tenant, Kind::Group, value, group.id))
        .into_iter()
        .collect()
}

pub(super) fn to_item(tenant: &TenantId, group: &Group) -> Result<Item, Error> {
    let mut document = group.attributes.clone().into_object();
    let fields = GroupFields {
        revision: group.revision,
        version: group.version,
        created: group.created,
        last_modified: group.last_modified,
        display_name: document.remove("displayName").unwrap_or_default(),
        external_id: document.remove("externalId"),
        document,
        member_count: group.member_count,
        journal_revision: group.journal.map(|journal| journal.revision),
        journal_parts: group.journal.map(|journal| journal.parts),
        journal_done: group.journal.map(|journal| journal.done),
    };
    let mut item: Item =
        serde_dynamo::aws_sdk_dynamodb_1::to_item(fields).map_err(Error::bad_item)?;
    item.extend(keys::record(tenant, Kind::Group, group.id).to_item());
    Ok(item)
}

impl Record for Group {
    const KIND: Kind = Kind::Group;

    fn id(&self) -> Uuid {
        self.id
    }

    fn from_item(_tenant: &TenantId, item: Item) -> Result<Self, Error> {
        let id = id_in_key(&item)?;
        let fields: GroupFields =
            serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(Error::bad_item)?;
        let mut attributes = fields.document;
        attributes.insert("displayName".to_owned(), fields.display_name);
        if let Some(external_id) = fields.external_id {
            attributes.insert("externalId".to_owned(), external_id);
        }
        let journal = fields.journal_revision.map(|revision| Journal {
            revision,
            parts: fields.journal_parts.unwrap_or_default(),
            done: fields.journal_done.unwrap_or_default(),
        });
        Ok(Group {
            id,
            revision: fields.revision,
            version: fields.version,
            created: fields.created,
            last_modified: fields.last_modified,
            attributes: Document::from_stored(attributes),
            member_count: fields.member_count,
            journal,
        })
    }
}

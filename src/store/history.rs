//! History: one entry for each change of an employee, of a group, or of the tenant's settings and tokens.

use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::transact::text;
use super::keys::{self, History, Key, Kind};
use super::tenant::TenantId;
use super::{Error, Item, TenantStore};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EventKind {
    /// The record was made.
    Created,
    /// Attributes changed.
    Updated,
    /// The person left: `active` became false.
    Archived,
    /// The person left and the identity provider deleted the user: archived, and hidden from it.
    Deleted,
    /// The person came back.
    Restored,
    /// The identity provider created the deleted user again, but not as active: visible to it, and still archived.
    Recreated,
    /// The tenant's settings changed.
    SettingsChanged,
    /// The attributes that the tenant declared changed.
    AttributesChanged,
    /// A new token took the place of the current one.
    TokenRotated,
    /// Tokens stopped being valid.
    TokenRevoked,
    /// An employee and the history were erased; stands in the tenant's history.
    Erased,
}

/// One attribute's change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeChange {
    /// The attribute, in attribute notation (RFC 7644 §3.10); the tenant's own values stand under `local.`.
    pub attribute: String,
    /// The value before; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// The value after; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

/// One change: when, who, what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who: the label of the token that was used, or the administrator.
    pub by: String,
    /// What.
    pub kind: EventKind,
    /// Which attributes, with the values before and after.
    #[serde(default)]
    pub changes: Vec<AttributeChange>,
}

/// A [`HistoryEntry`] with its place in the record's history.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedEntry {
    /// The revision of the record that the change made.
    pub revision: u64,
    /// The change.
    pub entry: HistoryEntry,
}

impl HistoryEntry {
    /// An item of its own, in no index.
    pub(super) fn to_plain_item(&self, key: &Key) -> Result<Item, Error> {
        let mut item: Item =
            serde_dynamo::aws_sdk_dynamodb_1::to_item(self).map_err(Error::bad_item)?;
        item.extend(key.to_item());
        Ok(item)
    }

    pub(super) fn to_item(&self, tenant: &TenantId, key: &Key) -> Result<Item, Error> {
        let mut item = self.to_plain_item(key)?;
        let kind = item.get("kind").and_then(|kind| kind.as_s().ok()).cloned();
        let at = keys::change_at(self.at, &kind.unwrap_or_default());
        item.insert(keys::CHANGE_AT.to_owned(), text(at));
        let day = keys::changes_on(tenant, self.at.to_offset(UtcOffset::UTC).date());
        item.insert(keys::CHANGE_DAY.to_owned(), text(day));
        Ok(item)
    }
}

impl TenantStore {
    /// The history of a record, oldest first.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_history(&self, kind: Kind, id: Uuid) -> Result<Vec<RecordedEntry>, Error> {
        self.list_entries(keys::history(&self.tenant, kind, id)).await
    }

    /// The newest entries of a record's history before a revision, newest first, and whether there are older ones.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_history_before(
        &self,
        (kind, id): (Kind, Uuid),
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        self.list_entries_before(keys::history(&self.tenant, kind, id), before, limit).await
    }

    /// The history of the tenant's settings and tokens, oldest first.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_tenant_history(&self) -> Result<Vec<RecordedEntry>, Error> {
        self.list_entries(keys::tenant_history(&self.tenant)).await
    }

    /// The newest entries of the tenant's own history before a revision, newest first, and whether there are older
    /// ones.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_tenant_history_before(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        self.list_entries_before(keys::tenant_history(&self.tenant), before, limit).await
    }

    async fn list_entries(&self, history: History) -> Result<Vec<RecordedEntry>, Error> {
        let range = entries_of(&history);
        let items = self.store.query_all(&range, None).await?;
        items.into_iter().map(read_entry).collect()
    }

    async fn list_entries_before(
        &self,
        history: History,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        let start = before.map(|revision| history.entry(revision).to_item());
        let range = entries_of(&history).backwards();
        let page = self.store.query_page(&range, Some(limit), start).await?;
        let entries = page.items.into_iter().map(read_entry);
        Ok((entries.collect::<Result<_, _>>()?, page.next.is_some()))
    }
}

fn entries_of(history: &History) -> Range {
    let sort = match history.prefix.as_str() {
        "" => SortRange::All,
        prefix => SortRange::Prefix(prefix.to_owned()),
    };
    Range::new(&history.partition, sort)
}

fn read_entry(item: Item) -> Result<RecordedEntry, Error> {
    let revision = keys::sort_key(&item).and_then(keys::revision);
    let revision = revision.ok_or_else(|| Error::bad_item("no revision"))?;
    let entry = serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(Error::bad_item)?;
    Ok(RecordedEntry { revision, entry })
}

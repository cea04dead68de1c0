//! History: one entry for each change of an employee, of a group, or of the tenant's settings and tokens.

use super::dynamodb::read::{Range, SortRange};
use super::keys;
use super::keys::HistoryKeys;
use crate::model::history::RecordedEntry;
use crate::model::kind::Kind;
use crate::store::dynamodb::error::Error;
use crate::store::items::history::read_entry;
use crate::store::tenant_part::TenantPart;
use uuid::Uuid;

/// The histories of a tenant, and of its records.
#[derive(Debug, Clone, Copy)]
pub struct HistoryItems<'a>(pub(in crate::store) &'a TenantPart);

impl HistoryItems<'_> {
    /// Lists the history of a record, oldest entry first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self, kind: Kind, id: Uuid) -> Result<Vec<RecordedEntry>, Error> {
        self.list_entries(keys::history(&self.0.tenant, kind, id)).await
    }

    /// Lists the newest entries of a record's history before a revision, newest first. The flag says whether there are
    /// older entries.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_before(
        self,
        (kind, id): (Kind, Uuid),
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        self.list_entries_before(keys::history(&self.0.tenant, kind, id), before, limit).await
    }

    /// Lists the history of the tenant's settings and tokens, oldest entry first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_of_tenant(self) -> Result<Vec<RecordedEntry>, Error> {
        self.list_entries(keys::tenant_history(&self.0.tenant)).await
    }

    /// Lists the newest entries of the tenant's own history before a revision, newest first. The flag says whether
    /// there are older entries.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_of_tenant_before(
        self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        self.list_entries_before(keys::tenant_history(&self.0.tenant), before, limit).await
    }

    async fn list_entries(self, history: HistoryKeys) -> Result<Vec<RecordedEntry>, Error> {
        let range = entries_of(&history);
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(read_entry).collect()
    }

    async fn list_entries_before(
        self,
        history: HistoryKeys,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        let start = before.map(|revision| history.entry(revision).to_item());
        let range = entries_of(&history).backwards();
        let page = self.0.table.query_page(&range, Some(limit), start).await?;
        let entries = page.items.into_iter().map(read_entry);
        Ok((entries.collect::<Result<_, _>>()?, page.next.is_some()))
    }
}

fn entries_of(history: &HistoryKeys) -> Range {
    let sort = match history.prefix.as_str() {
        "" => SortRange::All,
        prefix => SortRange::Prefix(prefix.to_owned()),
    };
    Range::new(&history.partition, sort)
}

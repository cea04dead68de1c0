//! Reads employees by standing: from the index in order, and their records by the keys of the index.

use super::EmployeeItems;
use crate::model::employee::Employee;
use crate::model::people_counts::PeopleCounts;
use crate::store::counts::CountItems;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::items::attributes::ItemReader;
use crate::store::keys::{self, Key, Standing};
use crate::store::record::RecordItems;
use crate::store::record::id_in_key;
use uuid::Uuid;

/// An employee in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The employee's id.
    pub id: Uuid,
    /// The place of the employee among the employees of this standing.
    pub position: String,
    /// The words of the employee, for searches.
    pub words: String,
    /// The key of the record.
    key: Key,
}

/// A range of the index.
#[derive(Debug, Clone, Copy)]
pub struct IndexRange<'p> {
    /// The standing of the employees.
    pub standing: Standing,
    /// Whether the positions ascend.
    pub is_ascending: bool,
    /// The position after which the range starts; `None` for its first position.
    pub after: Option<&'p str>,
    /// The most entries. A page also ends at 1 MB.
    pub limit: Option<usize>,
}

impl EmployeeItems<'_> {
    /// Counts the employees.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn count_people(self) -> Result<PeopleCounts, Error> {
        CountItems(self.0).people().await
    }

    /// Lists one page of a range of the index. The index follows the table with a short delay. The flag says whether
    /// there may be more.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_by_standing(
        self,
        range: IndexRange<'_>,
    ) -> Result<(Vec<IndexEntry>, bool), Error> {
        let partition = keys::standing(&self.0.tenant, range.standing);
        let page = self
            .0
            .table
            .query_standing_index(&partition, range.is_ascending, range.after, range.limit)
            .await?;
        let entries = page.items.into_iter().map(entry).collect::<Result<_, _>>()?;
        Ok((entries, page.next.is_some()))
    }

    /// Gets the records of entries of the index, in their order. The result leaves out entries without a record.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_listed(self, entries: &[IndexEntry]) -> Result<Vec<Employee>, Error> {
        let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
        let keys: Vec<Key> = entries.iter().map(|entry| entry.key.clone()).collect();
        RecordItems(self.0).get_at(&ids, &keys).await
    }
}

fn entry(item: Item) -> Result<IndexEntry, Error> {
    let id = id_in_key(&item)?;
    let key = keys::key(&item).ok_or_else(|| Error::bad_item("no key"))?;
    let mut item = ItemReader(item);
    let position = item.text(keys::STANDING_KEY)?;
    Ok(IndexEntry {
        id,
        position,
        words: item.optional_text(keys::WORDS)?.unwrap_or_default(),
        key,
    })
}

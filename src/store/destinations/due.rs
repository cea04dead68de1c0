//! The work that is due, of all tenants. The worker reads it each minute.

use crate::model::due_item::DueItem;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::read::{Range, SortRange};
use crate::store::dynamodb::table::Table;
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::keys;
use std::collections::BTreeSet;
use time::OffsetDateTime;

/// The most pages that one list reads.
const MOST_PAGES: usize = 10;
/// The most pieces of work that one transaction removes.
const MOST_REMOVED: usize = 90;

/// The work that is due, of all tenants.
#[derive(Debug, Clone, Copy)]
pub struct DueItems<'a>(pub(in crate::store) &'a Table);

impl DueItems<'_> {
    /// Adds work that is due at a time. A repeated call changes nothing.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn put(self, due: &DueItem) -> Result<(), Error> {
        let mut transaction = Transaction::new(self.0);
        transaction.put(Step::Companion, due.to_item(), Condition::none());
        transaction.commit().await.map(drop)
    }

    /// Lists the work that is due at this time, the oldest first. An unreadable item is logged and left out.
    ///
    /// The list reads pages of `most` items, until it has work of `most` destinations. So many items of one destination
    /// hide no other destination. One call reads at most 10 pages.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_until(self, at: OffsetDateTime, most: usize) -> Result<Vec<DueItem>, Error> {
        let sort = SortRange::Between("0".to_owned(), keys::due_until(at));
        let range = Range::new(&keys::due(), sort).for_items(most);
        let (mut found, mut start) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let page = self.0.query_page(&range, Some(most), start).await?;
            let read = |item: &Item| {
                let due = DueItem::from_item(item);
                due.inspect_err(|_| tracing::error!("due work cannot be read")).ok()
            };
            found.extend(page.items.iter().filter_map(read));
            start = page.next;
            if start.is_none() || destinations_of(&found) >= most {
                break;
            }
        }
        Ok(found)
    }

    /// Removes work that is done. A repeated call changes nothing.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn delete(self, done: &[DueItem]) -> Result<(), Error> {
        for chunk in done.chunks(MOST_REMOVED) {
            let mut transaction = Transaction::new(self.0);
            for due in chunk {
                let key = keys::due_item(due.at, &due.tenant, due.id);
                transaction.delete(Step::Companion, &key, Condition::none());
            }
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Removes the due work of a tenant, and gives its number.
    pub(in crate::store) async fn purge(self, tenant: &TenantId) -> Result<usize, Error> {
        let items = self.0.query_all(&Range::all(&keys::due()).long(), None).await?;
        let is_own =
            |item: &Item| DueItem::from_item(item).is_ok_and(|found| found.tenant == *tenant);
        let own: Vec<Item> = items.into_iter().filter(is_own).collect();
        self.0.batch_delete(&own).await?;
        Ok(own.len())
    }
}

/// The number of different destinations of due work.
fn destinations_of(due: &[DueItem]) -> usize {
    due.iter().map(|item| (&item.tenant, item.id)).collect::<BTreeSet<_>>().len()
}

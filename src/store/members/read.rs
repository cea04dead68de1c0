//! Reads the rows of members as they are stored. The directory finishes unfinished work before it reads rows.

use super::MemberItems;
use crate::model::member::Member;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::read::Range;
use crate::store::items::member::MemberRow;
use crate::store::keys;
use crate::store::keys::Key;
use std::collections::BTreeSet;
use uuid::Uuid;

impl MemberItems<'_> {
    /// Lists all rows of a group, in id order.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_rows(self, group: Uuid) -> Result<Vec<MemberRow>, Error> {
        let partition = keys::members(&self.0.tenant, group);
        let items = self.0.table.query_all(&Range::all(&partition).long(), None).await?;
        items.iter().map(MemberRow::from_item).collect()
    }

    /// Lists all members of a group for people, in id order. The read is eventually consistent.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_for_people(self, group: Uuid) -> Result<Vec<Member>, Error> {
        let partition = keys::members(&self.0.tenant, group);
        let range = Range::all(&partition).eventual().long();
        let items = self.0.table.query_all(&range, None).await?;
        items.iter().map(|item| Ok(MemberRow::from_item(item)?.member)).collect()
    }

    /// Gets the rows of some members of a group, in id order.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_rows(
        self,
        group: Uuid,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Vec<MemberRow>, Error> {
        let keys: Vec<Key> =
            ids.iter().map(|id| keys::member(&self.0.tenant, group, *id)).collect();
        let items = self.0.table.batch_get(&keys).await?;
        let mut rows: Vec<_> = items.iter().map(MemberRow::from_item).collect::<Result<_, _>>()?;
        rows.sort_unstable_by_key(|row| row.member.id);
        Ok(rows)
    }

    /// Lists one page of the members of a group in id order, after a member or from the start. The page has at most
    /// `limit` members. The flag says whether there may be more.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_page(
        self,
        group: Uuid,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<(Vec<Member>, bool), Error> {
        let partition = keys::members(&self.0.tenant, group);
        let start = after.map(|id| keys::member(&self.0.tenant, group, id).to_item());
        let page = self.0.table.query_page(&Range::all(&partition), Some(limit), start).await?;
        let rows = page.items.iter().map(|item| Ok(MemberRow::from_item(item)?.member));
        Ok((rows.collect::<Result<_, Error>>()?, page.next.is_some()))
    }
}

//! Reads of members. Whoever looks sees what is committed, whether it is in their items already or not. Whoever changes a
//! group without a journal starts from the items: they are what the group counts.

use super::dynamodb::read::Range;
use super::group::Group;
use super::keys::{self, Key};
use super::member::{Member, MemberRow, read_members};
use super::record::id_in_key;
use super::{Error, Item, TenantStore};
use std::collections::BTreeSet;
use uuid::Uuid;

impl TenantStore {
    /// All members of a group, in id order, as everybody is to see them.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_members(&self, group: &Group) -> Result<Vec<Member>, Error> {
        // What is not in the items first: when it is by now, the members are read with it.
        let overlay = self.read_overlay(group).await?;
        if group.member_count == 0 && overlay.is_empty() {
            return Ok(Vec::new());
        }
        overlay.over(&self.query_members(group.id).await?, |_| true)
    }

    /// All rows of a group, in id order.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_member_rows(&self, group: Uuid) -> Result<Vec<MemberRow>, Error> {
        self.query_members(group).await?.iter().map(MemberRow::from_item).collect()
    }

    /// The rows that some members of a group have, in id order.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_member_rows(
        &self,
        group: Uuid,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Vec<MemberRow>, Error> {
        let keys: Vec<Key> = ids.iter().map(|id| keys::member(&self.tenant, group, *id)).collect();
        let items = self.store.batch_get(&keys).await?;
        let mut rows: Vec<_> = items.iter().map(MemberRow::from_item).collect::<Result<_, _>>()?;
        rows.sort_unstable_by_key(|row| row.member.id);
        Ok(rows)
    }

    /// All members of a group by their items, in id order, for a change of them.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_stored_members(&self, group: &Group) -> Result<Vec<Member>, Error> {
        match group.member_count {
            0 => Ok(Vec::new()),
            _ => read_members(&self.query_members(group.id).await?),
        }
    }

    async fn query_members(&self, group: Uuid) -> Result<Vec<Item>, Error> {
        let partition = keys::members(&self.tenant, group);
        self.store.query_all(&Range::all(&partition).long(), None).await
    }

    /// One page of the members of a group in id order, after one of them or from the start: at most `limit`, fewer while a
    /// change of members is being applied. Says after whom the next page starts; `None` at the end.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_members_page(
        &self,
        group: &Group,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<(Vec<Member>, Option<Uuid>), Error> {
        // What is not in the items first, as for all members.
        let overlay = self.read_overlay(group).await?;
        let partition = keys::members(&self.tenant, group.id);
        let start = after.map(|id| keys::member(&self.tenant, group.id, id).to_item());
        let page = self.store.query_page(&Range::all(&partition), Some(limit), start).await?;
        let last = page.items.last().filter(|_| page.next.is_some()).map(id_in_key).transpose()?;
        // Who is in no item yet belongs to the page with the ids around.
        let is_here =
            |id: Uuid| after.is_none_or(|after| id > after) && last.is_none_or(|last| id <= last);
        let mut members = overlay.over(&page.items, is_here)?;
        if members.len() > limit {
            members.truncate(limit);
            let next = members.last().map(|member| member.id);
            return Ok((members, next));
        }
        Ok((members, last))
    }

    /// Those of `ids` that are members of a group by their items, in id order, for a change of them.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_stored_members(
        &self,
        group: &Group,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Vec<Member>, Error> {
        if ids.is_empty() || group.member_count == 0 {
            return Ok(Vec::new());
        }
        let rows = self.get_member_rows(group.id, ids).await?;
        Ok(rows.into_iter().map(|row| row.member).collect())
    }

    /// The absent employees who may return to a group, in id order. Their memberships decide whether they do:
    /// [`TenantStore::get_memberships`].
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_away(&self, group: Uuid) -> Result<Vec<Uuid>, Error> {
        self.list_ids_in(&keys::all_away(&self.tenant, group)).await
    }
}

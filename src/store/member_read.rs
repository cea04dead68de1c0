//! Reads of members. What is committed counts, whether it is in their items already or not: what a journal says for
//! everybody, who comes or goes for whoever looks. Who changes a group starts from the items: they are what it counts.

use super::group::Group;
use super::journal::Overlay;
use super::keys::{self, Key};
use super::member::Member;
use super::read::SortRange;
use super::record::id_in_key;
use super::{Error, TenantStore};
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
        self.list_over(group, overlay).await
    }

    /// All members of a group, in id order, for a change of them.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_kept_members(&self, group: &Group) -> Result<Vec<Member>, Error> {
        let overlay = self.read_journal_overlay(group).await?;
        self.list_over(group, overlay).await
    }

    async fn list_over(&self, group: &Group, overlay: Overlay) -> Result<Vec<Member>, Error> {
        if group.member_count == 0 && overlay.is_empty() {
            return Ok(Vec::new());
        }
        let partition = keys::members(&self.tenant, group.id);
        let items = self.store.query_all(&partition, &SortRange::All, None).await?;
        overlay.over(&items, |_| true)
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
        let page = self.store.query_page(&partition, &SortRange::All, Some(limit), start).await?;
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

    /// Those of `ids` that are members of a group, in id order, for a change of them.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_kept_members(
        &self,
        group: &Group,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Vec<Member>, Error> {
        if ids.is_empty() || group.member_count == 0 {
            return Ok(Vec::new());
        }
        let overlay = self.read_journal_overlay(group).await?;
        let keys: Vec<Key> =
            ids.iter().map(|id| keys::member(&self.tenant, group.id, *id)).collect();
        let items = self.store.batch_get(&keys).await?;
        overlay.over(&items, |id| ids.contains(&id))
    }

    /// Those who are away, and come back as members of a group, in id order.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_away(&self, group: Uuid) -> Result<Vec<Uuid>, Error> {
        self.list_ids_in(&keys::all_away(&self.tenant, group)).await
    }

    /// Those of `ids` who are away, and come back as members of a group.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_away(&self, group: Uuid, ids: &BTreeSet<Uuid>) -> Result<Vec<Uuid>, Error> {
        let keys: Vec<Key> = ids.iter().map(|id| keys::away(&self.tenant, group, *id)).collect();
        self.store.batch_get(&keys).await?.iter().map(id_in_key).collect()
    }
}

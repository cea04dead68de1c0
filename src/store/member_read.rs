//! Reads of members, and of where somebody is a member. What a journal says counts, whether it is applied or not.

use super::group::Group;
use super::keys::{self, Key};
use super::member::{Member, Memberships};
use super::read::SortRange;
use super::record::id_in_key;
use super::{Error, TenantStore};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

impl TenantStore {
    /// All members of a group, in id order.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_members(&self, group: &Group) -> Result<Vec<Member>, Error> {
        // The journal first: when it is applied and gone by now, the members are read as it left them.
        let overlay = self.read_overlay(group).await?;
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
        // The journal first, as for all members.
        let overlay = self.read_overlay(group).await?;
        let partition = keys::members(&self.tenant, group.id);
        let start = after.map(|id| keys::member(&self.tenant, group.id, id).to_item());
        let page = self.store.query_page(&partition, &SortRange::All, Some(limit), start).await?;
        let last = page.items.last().filter(|_| page.next.is_some()).map(id_in_key).transpose()?;
        // Who only stands in the journal belongs to the page with the ids around.
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

    /// Those of `ids` that are members of a group, in id order.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_members(
        &self,
        group: &Group,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Vec<Member>, Error> {
        let overlay = self.read_overlay(group).await?;
        let keys: Vec<Key> =
            ids.iter().map(|id| keys::member(&self.tenant, group.id, *id)).collect();
        let items = self.store.batch_get(&keys).await?;
        overlay.over(&items, |id| ids.contains(&id))
    }

    /// Where each of `ids` is a member; those who are nowhere are left out.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_memberships(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Memberships>, Error> {
        let items = match ids {
            [id] => {
                let key = keys::membership(&self.tenant, *id);
                self.store.get(&key).await?.into_iter().collect()
            }
            ids => {
                let keys: Vec<Key> =
                    ids.iter().map(|id| keys::membership(&self.tenant, *id)).collect();
                self.store.batch_get(&keys).await?
            }
        };
        items.iter().map(|item| Ok((id_in_key(item)?, Memberships::from_item(item)?))).collect()
    }
}

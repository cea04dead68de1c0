//! What is to be seen of the members of a group and is not in their items yet.

use super::member::{Member, read_members};
use super::{Error, Item};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is to be seen beside the items of members.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    /// Who is a member as this says, or none, whatever the items say.
    decided: BTreeMap<Uuid, Option<Member>>,
    /// Who is a member also when no item says so.
    added: BTreeMap<Uuid, Member>,
}

impl Overlay {
    /// Whether the items say it all.
    pub(super) fn is_empty(&self) -> bool {
        self.decided.is_empty() && self.added.is_empty()
    }

    /// Decides whether somebody is a member, and as what.
    pub(super) fn decide(&mut self, id: Uuid, member: Option<Member>) {
        self.decided.insert(id, member);
    }

    /// Makes somebody a member, unless that is decided or they are one.
    pub(super) fn add(&mut self, member: Member) {
        self.added.insert(member.id, member);
    }

    /// The members that `items` stand for, with what is to be seen beside them; of those without an item the ones that are
    /// `wanted`.
    pub(super) fn over(
        mut self,
        items: &[Item],
        wanted: impl Fn(Uuid) -> bool,
    ) -> Result<Vec<Member>, Error> {
        let mut members = Vec::with_capacity(items.len());
        for member in read_members(items)? {
            self.added.remove(&member.id);
            members.extend(self.decided.remove(&member.id).unwrap_or(Some(member)));
        }
        self.added.retain(|id, _| !self.decided.contains_key(id));
        let beside = self.decided.into_values().flatten().chain(self.added.into_values());
        members.extend(beside.filter(|member| wanted(member.id)));
        members.sort_unstable_by_key(|member| member.id);
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::keys::{self, Kind};
    use crate::store::tenant::TenantId;

    fn member(n: u128, name: &str) -> Member {
        let (id, display) = (Uuid::from_u128(n), Some(name.to_owned()));
        Member { id, kind: Kind::Employee, display }
    }

    fn item(member: &Member) -> Item {
        let tenant = TenantId::parse("acme").unwrap();
        let mut item = keys::member(&tenant, Uuid::nil(), member.id).to_item();
        item.extend(member.attributes());
        item.insert("revision".to_owned(), crate::store::dynamodb::transact::number(1));
        item
    }

    #[test]
    fn what_is_decided_counts_before_the_items_and_these_before_what_is_added() {
        let items: Vec<Item> = (1..=4).map(|n| item(&member(n, "item"))).collect();
        let mut overlay = Overlay::default();
        assert!(overlay.is_empty());
        overlay.decide(Uuid::from_u128(1), None);
        overlay.decide(Uuid::from_u128(2), Some(member(2, "decided")));
        for n in [1, 2, 3, 5] {
            overlay.add(member(n, "added"));
        }
        overlay.decide(Uuid::from_u128(6), Some(member(6, "decided")));
        overlay.decide(Uuid::from_u128(7), Some(member(7, "decided")));
        let members = overlay.over(&items, |id| id != Uuid::from_u128(7)).unwrap();
        let expected = [
            member(2, "decided"),
            member(3, "item"),
            member(4, "item"),
            member(5, "added"),
            member(6, "decided"),
        ];
        assert_eq!(members, expected);
    }
}

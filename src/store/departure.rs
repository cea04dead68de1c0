//! Somebody goes, or comes back. One transaction decides it: the record, where they are a member, and as many groups as it
//! takes. Where there are more, the others follow in transactions of their own, and until they have, an item says so:
//! whoever reads the members of a group meanwhile sees them as they are to be.

use super::dynamodb::read::Range;
use super::dynamodb::transact::{Condition, Step, Transaction};
use super::group::Group;
use super::group_write::GroupChange;
use super::item::{ItemReader, ItemWriter};
use super::keys;
use super::member::{GroupAt, Member};
use super::membership::{Memberships, Presence};
use super::overlay::Overlay;
use super::record::id_in_key;
use super::written::{Written, finish};
use super::{Error, Item, TenantStore};
use time::OffsetDateTime;
use uuid::Uuid;

/// Somebody who comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mover {
    /// As the member that they are to be, or were.
    pub member: Member,
    /// Who makes them come or go, for the history of the groups.
    pub by: String,
    /// Since when.
    pub since: OffsetDateTime,
    /// What they are to be. Somebody who is something else by now has come or gone again, and that is another's.
    pub presence: Presence,
}

/// A step of somebody's coming or going.
#[derive(Debug, Clone)]
pub struct Move {
    /// Whose.
    pub mover: Mover,
    /// Where they are a member, as it was read.
    pub before: Memberships,
    /// Where they are a member afterwards.
    pub after: Memberships,
    /// The groups that they leave or join with it.
    pub groups: Vec<GroupChange>,
}

// The names of the attributes beside those of the member.
const BY: &str = "by";
const SINCE: &str = "since";
const PRESENCE: &str = "presence";

impl TenantStore {
    /// Writes a step that follows the one which was decided with the record.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn write_step(&self, step: &Move) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        self.write_move(&mut transaction, step)?;
        if step.before.is_settled() {
            // The last groups were deleted: only the note is left.
            let key = keys::mover(&self.tenant, step.mover.member.id);
            transaction.delete(Step::Companion, &key, Condition::none());
        }
        finish(transaction).await
    }

    /// Those whose groups have not all followed, in id order.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_movers(&self) -> Result<Vec<Mover>, Error> {
        let partition = keys::movers(&self.tenant);
        let items = self.store.query_all(&Range::all(&partition), None).await?;
        items.into_iter().map(read_mover).collect()
    }

    /// Writes a step into the transaction that it belongs to.
    pub(super) fn write_move(
        &self,
        transaction: &mut Transaction<'_>,
        step: &Move,
    ) -> Result<(), Error> {
        let (before, after, member) = (&step.before, &step.after, &step.mover.member);
        for change in &step.groups {
            self.write_group_change(transaction, Step::Move, change)?;
        }
        // Also of groups that are deleted, and not cleared away yet: nothing leads to these items afterwards.
        for group in before.groups.difference(&after.groups) {
            let key = keys::member(&self.tenant, *group, member.id);
            transaction.delete(Step::Companion, &key, Condition::none());
        }
        let joined = step.groups.iter().filter(|change| !before.groups.contains(&change.after.id));
        for GroupChange { after: group, .. } in
            joined.filter(|one| after.groups.contains(&one.after.id))
        {
            let at = GroupAt { id: group.id, revision: group.revision };
            self.write_member(transaction, at, member, Condition::none());
        }
        for group in before.former.difference(&after.former) {
            let key = keys::away(&self.tenant, *group, member.id);
            transaction.delete(Step::Companion, &key, Condition::none());
        }
        for group in after.former.difference(&before.former) {
            let key = keys::away(&self.tenant, *group, member.id);
            transaction.put(Step::Companion, key.to_item(), Condition::none());
        }
        self.write_mover(transaction, step)?;
        self.replace_memberships(transaction, member.id, before, after);
        Ok(())
    }

    /// Notes that groups are to follow, or that all have.
    fn write_mover(&self, transaction: &mut Transaction<'_>, step: &Move) -> Result<(), Error> {
        let Move { mover: Mover { member, by, since, presence }, before, after, .. } = step;
        let key = keys::mover(&self.tenant, member.id);
        match (before.is_settled(), after.is_settled()) {
            (true, true) => {}
            (false, true) => transaction.delete(Step::Companion, &key, Condition::none()),
            (_, false) => {
                let item = ItemWriter::new(&key).text(BY, &**by).time(SINCE, *since)?;
                let mut item = item.json(PRESENCE, presence)?.into_item();
                item.extend(member.attributes());
                transaction.put(Step::Companion, item, Condition::none());
            }
        }
        Ok(())
    }

    /// What everybody is to see of a group's members beside their items: its journal, and who comes or goes.
    pub(super) async fn read_overlay(&self, group: &Group) -> Result<Overlay, Error> {
        let (mut overlay, movers) =
            tokio::try_join!(self.read_journal_overlay(group), self.list_movers())?;
        let ids: Vec<Uuid> = movers.iter().map(|mover| mover.member.id).collect();
        let memberships = self.get_memberships(&ids).await?;
        for Mover { member, .. } in movers {
            match memberships.get(&member.id) {
                Some(found) if found.presence != Presence::Here => overlay.decide(member.id, None),
                Some(found) if found.former.contains(&group.id) => overlay.add(member),
                Some(_) | None => {}
            }
        }
        Ok(overlay)
    }
}

/// Reads the item of a mover.
pub(super) fn read_mover(item: Item) -> Result<Mover, Error> {
    let member = Member::from_attributes(id_in_key(&item)?, &item)?;
    let mut item = ItemReader(item);
    let (by, since) = (item.text(BY)?, item.time(SINCE)?);
    Ok(Mover { member, by, since, presence: item.json(PRESENCE)? })
}

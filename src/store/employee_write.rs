//! Writes of employees: each one transaction of the record on its expected revision, the userName claim, the counts,
//! the pointers and the history entry.

use super::claim::Claim;
use super::count::Change;
use super::employee::Employee;
use super::employee_item::{key_of, pointers, to_item};
use super::group_write::{Departure, Return};
use super::history::HistoryEntry;
use super::keys::{self, Key, Kind};
use super::tenant::Tenant;
use super::transact::{Condition, Outcome, Step, Transaction};
use super::{Error, TenantStore};
use std::collections::BTreeSet;

/// How a write of an employee ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// It is there.
    Done,
    /// Nothing was written: the record is not at the expected revision any more, or another claim changed meanwhile.
    Stale,
    /// Nothing was written: the claim on the userName is not as expected, but like this.
    ClaimDiffers(Claim),
}

/// A change of userName: the two claims as they were read.
#[derive(Debug, Clone)]
pub struct Rename {
    /// The claim on the old userName.
    pub old_claim: Claim,
    /// The claim on the new userName; nobody holds it.
    pub new_claim: Claim,
}

impl TenantStore {
    /// Adds an employee. `claim` is what is known of the claim on the userName: nobody holds it.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn create_employee(
        &self,
        employee: &Employee,
        claim: &Claim,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        let item = to_item(&self.tenant, employee)?;
        transaction.put(Step::Record, item, Condition::absent())?;
        self.take_claim(&mut transaction, employee, claim)?;
        self.add_to_count(&mut transaction, (Kind::Employee, employee.id), Change::OneMore)?;
        self.write_companions(&mut transaction, None, employee, history)?;
        finish(transaction).await
    }

    /// Writes a changed employee over the one it was made from; both visible, or both hidden.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn replace_employee(
        &self,
        before: &Employee,
        after: &Employee,
        rename: Option<&Rename>,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        let item = to_item(&self.tenant, after)?;
        transaction.put(Step::Record, item, Condition::revision(before.revision))?;
        if let Some(Rename { old_claim, new_claim }) = rename {
            self.take_claim(&mut transaction, after, new_claim)?;
            let left = Claim { holder: None, former: old_claim.former.clone() };
            let name = (Kind::Employee, before.user_name());
            self.replace_claim(&mut transaction, Step::FormerClaim, name, old_claim, &left)?;
        }
        self.write_companions(&mut transaction, Some(before), after, history)?;
        finish(transaction).await
    }

    /// Hides an employee: the userName becomes free, and remembers who had it; groups have one member less.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn hide_employee(
        &self,
        before: &Employee,
        after: &Employee,
        claim: &Claim,
        departure: &Departure,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        self.move_record(&mut transaction, before, after)?;
        let left = claim.given_up_by(before.id);
        let name = (Kind::Employee, before.user_name());
        self.replace_claim(&mut transaction, Step::FormerClaim, name, claim, &left)?;
        self.add_to_count(&mut transaction, (Kind::Employee, before.id), Change::OneLess)?;
        self.write_departure(&mut transaction, before.id, departure)?;
        self.write_companions(&mut transaction, Some(before), after, history)?;
        finish(transaction).await
    }

    /// Makes a hidden employee visible again, as holder of its userName, and as a member of groups.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn unhide_employee(
        &self,
        before: &Employee,
        after: &Employee,
        claim: &Claim,
        back: &Return,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        self.move_record(&mut transaction, before, after)?;
        self.take_claim(&mut transaction, after, claim)?;
        self.add_to_count(&mut transaction, (Kind::Employee, after.id), Change::OneMore)?;
        self.write_return(&mut transaction, after.id, back)?;
        self.write_companions(&mut transaction, Some(before), after, history)?;
        finish(transaction).await
    }

    /// Removes an employee's record and all that leads to it, and notes that in the tenant's history: `tenant` is the
    /// tenant's next revision. The employee's own history stays, for [`Self::purge_history`].
    ///
    /// # Errors
    /// [`Error`], as for every call.
    ///
    /// [`Self::purge_history`]: TenantStore::purge_history
    pub async fn delete_employee(
        &self,
        employee: &Employee,
        claim: &Claim,
        departure: &Departure,
        (tenant, note): (&Tenant, &HistoryEntry),
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        self.put_tenant(&mut transaction, tenant, note)?;
        let key = key_of(&self.tenant, employee);
        transaction.delete(Step::Record, &key, Condition::revision(employee.revision))?;
        let left = claim.without(employee.id);
        if left != *claim {
            let name = (Kind::Employee, employee.user_name());
            self.replace_claim(&mut transaction, Step::FormerClaim, name, claim, &left)?;
        }
        if !employee.hidden {
            self.add_to_count(&mut transaction, (Kind::Employee, employee.id), Change::OneLess)?;
        }
        self.write_departure(&mut transaction, employee.id, departure)?;
        self.write_pointers(&mut transaction, &pointers(&self.tenant, employee), &BTreeSet::new())?;
        finish(transaction).await
    }

    fn take_claim(
        &self,
        transaction: &mut Transaction<'_>,
        employee: &Employee,
        claim: &Claim,
    ) -> Result<(), Error> {
        let former = claim.without(employee.id).former;
        let taken = Claim { holder: Some(employee.id), former };
        let name = (Kind::Employee, employee.user_name());
        self.replace_claim(transaction, Step::Claim, name, claim, &taken)
    }

    fn move_record(
        &self,
        transaction: &mut Transaction<'_>,
        before: &Employee,
        after: &Employee,
    ) -> Result<(), Error> {
        let expected = Condition::revision(before.revision);
        transaction.delete(Step::Record, &key_of(&self.tenant, before), expected)?;
        transaction.put(Step::Record, to_item(&self.tenant, after)?, Condition::absent())
    }

    /// The history entry, and the pointers that come or go.
    fn write_companions(
        &self,
        transaction: &mut Transaction<'_>,
        before: Option<&Employee>,
        after: &Employee,
        history: &HistoryEntry,
    ) -> Result<(), Error> {
        let key =
            keys::history_entry(keys::employee_history(&self.tenant, after.id), after.revision);
        transaction.put(
            Step::Companion,
            history.to_item(&self.tenant, &key)?,
            Condition::none(),
        )?;
        let old = before.map(|before| pointers(&self.tenant, before)).unwrap_or_default();
        self.write_pointers(transaction, &old, &pointers(&self.tenant, after))
    }

    /// The pointers that come or go.
    pub(super) fn write_pointers(
        &self,
        transaction: &mut Transaction<'_>,
        old: &BTreeSet<Key>,
        new: &BTreeSet<Key>,
    ) -> Result<(), Error> {
        for gone in old.difference(new) {
            transaction.delete(Step::Companion, gone, Condition::none())?;
        }
        for come in new.difference(old) {
            transaction.put(Step::Companion, come.to_item(), Condition::none())?;
        }
        Ok(())
    }
}

pub(super) async fn finish(transaction: Transaction<'_>) -> Result<Written, Error> {
    let refused = match transaction.commit().await? {
        Outcome::Committed => return Ok(Written::Done),
        Outcome::Refused(refused) => refused,
    };
    if refused.iter().any(|(step, _)| *step == Step::Record) {
        return Ok(Written::Stale);
    }
    let claim = refused.into_iter().find(|(step, _)| *step == Step::Claim);
    let Some((_, item)) = claim else { return Ok(Written::Stale) };
    let claim = item.as_ref().map_or_else(|| Ok(Claim::default()), Claim::from_item)?;
    Ok(Written::ClaimDiffers(claim))
}

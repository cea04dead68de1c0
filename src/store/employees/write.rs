//! Writes employees. Each write is one transaction. It has the record on its expected revision, the userName claim, the
//! counts, the pointers and the history entry. A departure also changes memberships and groups.

use crate::model::employee::Employee;
use crate::model::history::HistoryEntry;
use crate::model::kind::Kind;
use crate::model::tenant::Tenant;
use crate::store::counts::Change;
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::items::employee::{key_of, pointers, to_item};
use crate::store::keys;
use crate::store::members::departure::Departure;
use crate::store::names::{Claim, Rename};
use crate::store::written::{Written, finish};
use crate::store::{Error, TenantStore};
use std::collections::BTreeSet;

impl TenantStore {
    /// Creates an employee. `claim` is the claim on the userName as it was read, without a holder.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn create_employee(
        &self,
        employee: &Employee,
        claim: &Claim,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        let item = to_item(&self.tenant, employee)?;
        transaction.put(Step::Record, item, Condition::absent());
        let name = (Kind::Employee, employee.user_name());
        self.take_claim(&mut transaction, name, employee.id, claim);
        self.add_to_count(&mut transaction, (Kind::Employee, employee.id), Change::OneMore);
        self.write_companions(&mut transaction, None, employee, history)?;
        finish(transaction).await
    }

    /// Replaces an employee by its changed version. Both are visible, or both are hidden.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace_employee(
        &self,
        before: &Employee,
        after: &Employee,
        rename: Option<&Rename>,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        let item = to_item(&self.tenant, after)?;
        transaction.put(Step::Record, item, Condition::revision(before.revision));
        if let Some(rename) = rename {
            self.move_claim(&mut transaction, before.id, (Kind::Employee, rename));
        }
        self.write_companions(&mut transaction, Some(before), after, history)?;
        finish(transaction).await
    }

    /// Hides an employee. The userName becomes free, its claim names the employee as a former holder, and the employee
    /// leaves groups.
    ///
    /// # Errors
    /// Fails as every call of the store does.
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
        self.replace_claim(&mut transaction, Step::FormerClaim, name, claim, &left);
        self.add_to_count(&mut transaction, (Kind::Employee, before.id), Change::OneLess);
        self.write_departure(&mut transaction, departure)?;
        self.write_companions(&mut transaction, Some(before), after, history)?;
        finish(transaction).await
    }

    /// Makes a hidden employee visible again, as holder of the userName and as a member of no group. The result is
    /// [`Written::Stale`] also while the employee's departure is unfinished.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn unhide_employee(
        &self,
        before: &Employee,
        after: &Employee,
        claim: &Claim,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        self.move_record(&mut transaction, before, after)?;
        let name = (Kind::Employee, after.user_name());
        self.take_claim(&mut transaction, name, after.id, claim);
        self.add_to_count(&mut transaction, (Kind::Employee, after.id), Change::OneMore);
        self.open_memberships(&mut transaction, after.id);
        self.write_companions(&mut transaction, Some(before), after, history)?;
        finish(transaction).await
    }

    /// Removes an employee's record and the items that lead to it, and adds an entry to the tenant's history. `tenant`
    /// is the tenant's next revision. The employee's own history stays, for [`Self::purge_history`].
    ///
    /// # Errors
    /// Fails as every call of the store does.
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
        transaction.delete(Step::Record, &key, Condition::revision(employee.revision));
        let left = claim.without(employee.id);
        if left != *claim {
            let name = (Kind::Employee, employee.user_name());
            self.replace_claim(&mut transaction, Step::FormerClaim, name, claim, &left);
        }
        if !employee.hidden {
            self.add_to_count(&mut transaction, (Kind::Employee, employee.id), Change::OneLess);
        }
        self.write_departure(&mut transaction, departure)?;
        self.write_pointers(&mut transaction, &pointers(&self.tenant, employee), &BTreeSet::new());
        finish(transaction).await
    }

    fn move_record(
        &self,
        transaction: &mut Transaction<'_>,
        before: &Employee,
        after: &Employee,
    ) -> Result<(), Error> {
        let expected = Condition::revision(before.revision);
        transaction.delete(Step::Record, &key_of(&self.tenant, before), expected);
        transaction.put(Step::Record, to_item(&self.tenant, after)?, Condition::absent());
        Ok(())
    }

    /// Writes the history entry and the new pointers, and removes the old pointers.
    fn write_companions(
        &self,
        transaction: &mut Transaction<'_>,
        before: Option<&Employee>,
        after: &Employee,
        history: &HistoryEntry,
    ) -> Result<(), Error> {
        let key = keys::history(&self.tenant, Kind::Employee, after.id).entry(after.revision);
        transaction.put(Step::Companion, history.to_item(&self.tenant, &key)?, Condition::none());
        let old = before.map(|before| pointers(&self.tenant, before)).unwrap_or_default();
        self.write_pointers(transaction, &old, &pointers(&self.tenant, after));
        Ok(())
    }
}

//! Writes employees. Each write is one transaction. It has the record on its expected revision, the userName claim, the
//! counts, the pointers and the history entry. A departure also changes memberships and groups.

use super::Employees;
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
use crate::store::Error;
use std::collections::BTreeSet;

impl Employees<'_> {
    /// Creates an employee. `claim` is the claim on the userName as it was read, without a holder.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn create(
        self,
        employee: &Employee,
        claim: &Claim,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.at.store);
        let item = to_item(&self.at.tenant, employee)?;
        transaction.put(Step::Record, item, Condition::absent());
        let name = (Kind::Employee, employee.user_name());
        self.at.names().take(&mut transaction, name, employee.id, claim);
        self.at.counts().add(&mut transaction, (Kind::Employee, employee.id), Change::OneMore);
        self.write_companions(&mut transaction, None, employee, history)?;
        finish(transaction).await
    }

    /// Replaces an employee by its changed version. Both are visible, or both are hidden.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace(
        self,
        before: &Employee,
        after: &Employee,
        rename: Option<&Rename>,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.at.store);
        let item = to_item(&self.at.tenant, after)?;
        transaction.put(Step::Record, item, Condition::revision(before.revision));
        if let Some(rename) = rename {
            self.at.names().rename(&mut transaction, before.id, (Kind::Employee, rename));
        }
        self.write_companions(&mut transaction, Some(before), after, history)?;
        finish(transaction).await
    }

    /// Hides an employee. The userName becomes free, its claim names the employee as a former holder, and the employee
    /// leaves groups.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn hide(
        self,
        before: &Employee,
        after: &Employee,
        claim: &Claim,
        departure: &Departure,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.at.store);
        self.move_record(&mut transaction, before, after)?;
        let left = claim.given_up_by(before.id);
        let name = (Kind::Employee, before.user_name());
        self.at.names().replace(&mut transaction, Step::FormerClaim, name, claim, &left);
        self.at.counts().add(&mut transaction, (Kind::Employee, before.id), Change::OneLess);
        self.at.departures().write(&mut transaction, departure)?;
        self.write_companions(&mut transaction, Some(before), after, history)?;
        finish(transaction).await
    }

    /// Makes a hidden employee visible again, as holder of the userName and as a member of no group. The result is
    /// [`Written::Stale`] also while the employee's departure is unfinished.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn unhide(
        self,
        before: &Employee,
        after: &Employee,
        claim: &Claim,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.at.store);
        self.move_record(&mut transaction, before, after)?;
        let name = (Kind::Employee, after.user_name());
        self.at.names().take(&mut transaction, name, after.id, claim);
        self.at.counts().add(&mut transaction, (Kind::Employee, after.id), Change::OneMore);
        self.at.members().open_memberships(&mut transaction, after.id);
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
    pub async fn delete(
        self,
        employee: &Employee,
        claim: &Claim,
        departure: &Departure,
        (tenant, note): (&Tenant, &HistoryEntry),
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.at.store);
        self.at.record().put(&mut transaction, tenant, note)?;
        let key = key_of(&self.at.tenant, employee);
        transaction.delete(Step::Record, &key, Condition::revision(employee.revision));
        let left = claim.without(employee.id);
        if left != *claim {
            let name = (Kind::Employee, employee.user_name());
            self.at.names().replace(&mut transaction, Step::FormerClaim, name, claim, &left);
        }
        if !employee.hidden {
            self.at.counts().add(&mut transaction, (Kind::Employee, employee.id), Change::OneLess);
        }
        self.at.departures().write(&mut transaction, departure)?;
        self.at.pointers().write(&mut transaction, &pointers(&self.at.tenant, employee), &BTreeSet::new());
        finish(transaction).await
    }

    fn move_record(
        self,
        transaction: &mut Transaction<'_>,
        before: &Employee,
        after: &Employee,
    ) -> Result<(), Error> {
        let expected = Condition::revision(before.revision);
        transaction.delete(Step::Record, &key_of(&self.at.tenant, before), expected);
        transaction.put(Step::Record, to_item(&self.at.tenant, after)?, Condition::absent());
        Ok(())
    }

    /// Writes the history entry and the new pointers, and removes the old pointers.
    fn write_companions(
        self,
        transaction: &mut Transaction<'_>,
        before: Option<&Employee>,
        after: &Employee,
        history: &HistoryEntry,
    ) -> Result<(), Error> {
        let key = keys::history(&self.at.tenant, Kind::Employee, after.id).entry(after.revision);
        transaction.put(Step::Companion, history.to_item(&self.at.tenant, &key)?, Condition::none());
        let old = before.map(|before| pointers(&self.at.tenant, before)).unwrap_or_default();
        self.at.pointers().write(transaction, &old, &pointers(&self.at.tenant, after));
        Ok(())
    }
}

//! Writes employees. Each write is one transaction. It has the record on its expected revision, the userName claim, the
//! counts, the pointers and the history entry. A departure also changes memberships and groups.

use super::EmployeeItems;
use crate::model::claim::Claim;
use crate::model::employee::Employee;
use crate::model::event::Subject;
use crate::model::history::HistoryEntry;
use crate::model::kind::Kind;
use crate::model::tenant::Tenant;
use crate::store::claims::ClaimItems;
use crate::store::claims::Rename;
use crate::store::counts::CountItems;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::history::HistoryItems;
use crate::store::items::employee::{key_of, pointers, to_item};
use crate::store::members::departure::Departure;
use crate::store::members::departure::DepartureItems;
use crate::store::members::memberships::MembershipItems;
use crate::store::tenants::TenantItems;
use crate::store::write_outcome::write_pointers;
use crate::store::write_outcome::{Written, finish};
use std::collections::BTreeSet;

impl EmployeeItems<'_> {
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
        let mut transaction = Transaction::new(&self.0.table);
        let item = to_item(&self.0.tenant, employee)?;
        transaction.put(Step::Record, item, Condition::absent());
        let name = (Kind::Employee, employee.user_name());
        ClaimItems(self.0).take(&mut transaction, name, employee.id, claim);
        CountItems(self.0).change_employee(&mut transaction, None, Some(employee));
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
        let mut transaction = Transaction::new(&self.0.table);
        let item = to_item(&self.0.tenant, after)?;
        transaction.put(Step::Record, item, Condition::revision(before.revision));
        CountItems(self.0).change_employee(&mut transaction, Some(before), Some(after));
        if let Some(rename) = rename {
            ClaimItems(self.0).rename(&mut transaction, before.id, (Kind::Employee, rename));
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
        let mut transaction = Transaction::new(&self.0.table);
        self.move_record(&mut transaction, before, after)?;
        let left = claim.given_up_by(before.id);
        let name = (Kind::Employee, before.user_name());
        ClaimItems(self.0).replace(&mut transaction, Step::FormerClaim, name, claim, &left);
        CountItems(self.0).change_employee(&mut transaction, Some(before), Some(after));
        DepartureItems(self.0).write(&mut transaction, departure)?;
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
        let mut transaction = Transaction::new(&self.0.table);
        self.move_record(&mut transaction, before, after)?;
        let name = (Kind::Employee, after.user_name());
        ClaimItems(self.0).take(&mut transaction, name, after.id, claim);
        CountItems(self.0).change_employee(&mut transaction, Some(before), Some(after));
        MembershipItems(self.0).open(&mut transaction, after.id);
        self.write_companions(&mut transaction, Some(before), after, history)?;
        finish(transaction).await
    }

    /// Removes an employee's record and the items that lead to it, and adds an entry to the tenant's history. `tenant`
    /// is the tenant's next revision. The employee's own history stays, for [`Purge::history`].
    ///
    /// # Errors
    /// Fails as every call of the store does.
    ///
    /// [`Purge::history`]: crate::store::purge::Purge::history
    pub async fn delete(
        self,
        employee: &Employee,
        claim: &Claim,
        departure: &Departure,
        (tenant, note): (&Tenant, &HistoryEntry),
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        let last = (employee.id, employee.revision);
        TenantItems(self.0).put_erasure(&mut transaction, tenant, note, last)?;
        let key = key_of(&self.0.tenant, employee);
        transaction.delete(Step::Record, &key, Condition::revision(employee.revision));
        let left = claim.without(employee.id);
        if left != *claim {
            let name = (Kind::Employee, employee.user_name());
            ClaimItems(self.0).replace(&mut transaction, Step::FormerClaim, name, claim, &left);
        }
        CountItems(self.0).change_employee(&mut transaction, Some(employee), None);
        DepartureItems(self.0).write(&mut transaction, departure)?;
        write_pointers(&mut transaction, &pointers(&self.0.tenant, employee), &BTreeSet::new());
        finish(transaction).await
    }

    fn move_record(
        self,
        transaction: &mut Transaction<'_>,
        before: &Employee,
        after: &Employee,
    ) -> Result<(), Error> {
        let expected = Condition::revision(before.revision);
        transaction.delete(Step::Record, &key_of(&self.0.tenant, before), expected);
        transaction.put(Step::Record, to_item(&self.0.tenant, after)?, Condition::absent());
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
        let change = (Subject::Employee(after.id), after.revision);
        HistoryItems(self.0).put(transaction, change, history)?;
        let old = before.map(|before| pointers(&self.0.tenant, before)).unwrap_or_default();
        write_pointers(transaction, &old, &pointers(&self.0.tenant, after));
        Ok(())
    }
}

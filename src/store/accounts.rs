//! The accounts of the identity provider that are linked to employees. An account and the claim on its subject change in
//! one transaction, so a subject belongs to at most one employee. Each change of an account has a condition on its
//! revision.

use super::dynamodb::transact::{Condition, Step, Transaction, number, text};
use super::keys;
use super::update::ItemUpdate;
use crate::model::account::Account;
use crate::model::employee::Employee;
use crate::model::history::HistoryEntry;
use crate::model::tenant::Tenant;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::{Item, Updated};
use crate::store::items::account;
use crate::store::items::employee::key_of;
use crate::store::tenant_part::TenantPart;
use crate::store::tenants::TenantItems;
use uuid::Uuid;

/// The linked accounts of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct AccountItems<'a>(pub(in crate::store) &'a TenantPart);

/// A link to write.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// The employee, as it was read.
    pub employee: Employee,
    /// The account.
    pub account: Account,
    /// The accounts that end: an earlier one of the employee, and the one of the holder.
    pub replaced: Vec<Account>,
    /// The employee who held the subject.
    pub holder: Option<Uuid>,
}

impl AccountItems<'_> {
    /// Gets the account of an employee; `None` without one. The read is consistent.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, employee: Uuid) -> Result<Option<Account>, Error> {
        let item = self.0.table.get(&keys::account(&self.0.tenant, employee)).await?;
        item.map(account::read).transpose()
    }

    /// Gets the employee whose account has a subject, by its hash; `None` without one. The read is consistent.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_holder(self, subject: &str) -> Result<Option<Uuid>, Error> {
        let item = self.0.table.get(&keys::subject(&self.0.tenant, subject)).await?;
        item.map(account::read_claim).transpose()
    }

    /// Links an account. The tenant's record stays as it was read, so its configuration of single sign-on counts still.
    /// `false` when an item is not as it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn link(self, new: &NewLink, tenant: &Tenant) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        transaction.expect_revision(&keys::settings(&self.0.tenant), tenant.revision);
        self.put_link(&mut transaction, new)?;
        transaction.commit_if_unchanged().await
    }

    /// Links an account in the place of other links, with the tenant's record at its next revision and an entry in its
    /// history. `false` when an item is not as it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace(
        self,
        new: &NewLink,
        (tenant, entry): (&Tenant, &HistoryEntry),
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        TenantItems(self.0).put(&mut transaction, tenant, entry)?;
        self.put_link(&mut transaction, new)?;
        transaction.commit_if_unchanged().await
    }

    /// Removes the link of an employee, with the tenant's record at its next revision and an entry in its history.
    /// `false` when an item is not as it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn unlink(
        self,
        before: &Account,
        (tenant, entry): (&Tenant, &HistoryEntry),
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        TenantItems(self.0).put(&mut transaction, tenant, entry)?;
        self.delete(&mut transaction, before);
        transaction.commit_if_unchanged().await
    }

    /// Removes the link of an erased employee, without an entry. A repeated call finds nothing.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub(in crate::store) async fn forget(self, employee: Uuid) -> Result<(), Error> {
        let Some(before) = self.get(employee).await? else { return Ok(()) };
        let mut transaction = Transaction::new(&self.0.table);
        self.delete(&mut transaction, &before);
        if transaction.commit_if_unchanged().await? {
            return Ok(());
        }
        // The claim is not the account's own, as after a damage. The account still goes.
        let mut transaction = Transaction::new(&self.0.table);
        let key = keys::account(&self.0.tenant, employee);
        transaction.delete(Step::Record, &key, Condition::none());
        transaction.commit().await.map(drop)
    }

    /// Saves a change of an account, if there is one. `before` is the account as it was read. `false` when the account
    /// has another revision or is gone.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn save(self, before: &Account, after: Account) -> Result<bool, Error> {
        if *before == after {
            return Ok(true);
        }
        let key = keys::account(&self.0.tenant, before.employee);
        let mut update = ItemUpdate::default();
        update.expect(account::REVISION, Some(number(before.revision)));
        update.set_all(self.next_item(before, after)?);
        let updated = self.0.table.update(update.into_call(&key)).await?;
        Ok(updated == Updated::Done)
    }

    /// Saves a change of an account, with the tenant's record at its next revision and an entry in its history. `false`
    /// when an item is not as it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn save_noted(
        self,
        before: &Account,
        after: Account,
        (tenant, entry): (&Tenant, &HistoryEntry),
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        TenantItems(self.0).put(&mut transaction, tenant, entry)?;
        transaction.put(Step::Record, self.next_item(before, after)?, as_read(before));
        transaction.commit_if_unchanged().await
    }

    /// Makes the item of a changed account at its next revision.
    fn next_item(self, before: &Account, after: Account) -> Result<Item, Error> {
        let after = Account { revision: before.revision + 1, ..after };
        account::to_item(&self.0.tenant, &after)
    }

    /// Writes a link and its claim, and removes the replaced ones. The employee must be as it was read: an erasure must
    /// leave no account.
    fn put_link(self, transaction: &mut Transaction<'_>, new: &NewLink) -> Result<(), Error> {
        let NewLink { employee, account, replaced, holder } = new;
        transaction.expect_revision(&key_of(&self.0.tenant, employee), employee.revision);
        let claim = account::claim_item(&self.0.tenant, &account.subject, account.employee);
        transaction.put(Step::Record, claim, holder.map_or_else(Condition::absent, held_by));
        let mut condition = Condition::absent();
        for before in replaced {
            match before.employee == account.employee {
                true => condition = as_read(before),
                false => {
                    let key = keys::account(&self.0.tenant, before.employee);
                    transaction.delete(Step::Record, &key, as_read(before));
                }
            }
            if before.subject != account.subject {
                let claim = keys::subject(&self.0.tenant, &before.subject);
                transaction.delete(Step::Record, &claim, held_by(before.employee));
            }
        }
        let item = account::to_item(&self.0.tenant, account)?;
        transaction.put(Step::Record, item, condition);
        Ok(())
    }

    /// Removes an account and its claim.
    fn delete(self, transaction: &mut Transaction<'_>, before: &Account) {
        let key = keys::account(&self.0.tenant, before.employee);
        transaction.delete(Step::Record, &key, as_read(before));
        let claim = keys::subject(&self.0.tenant, &before.subject);
        transaction.delete(Step::Record, &claim, held_by(before.employee));
    }
}

/// The condition that an employee holds a subject.
pub(super) fn held_by(employee: Uuid) -> Condition {
    Condition::expression("holder = :holder").with(":holder", text(employee.to_string()))
}

/// The condition that an account has the revision that was read.
fn as_read(before: &Account) -> Condition {
    Condition::revision(before.revision)
}

//! The accounts of the identity provider that are linked to employees. An account and the claim on its subject change in
//! one transaction, so a subject belongs to at most one employee.

use super::dynamodb::transact::{Condition, Step, Transaction, text};
use super::keys;
use super::update::ItemUpdate;
use crate::model::account::{Account, MOST_ENDED_SIDS, end_without_sid, ended_without_sid};
use crate::model::employee::Employee;
use crate::model::history::HistoryEntry;
use crate::model::tenant::Tenant;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Updated;
use crate::store::items::account;
use crate::store::items::attributes::{as_json, format_time};
use crate::store::items::employee::key_of;
use crate::store::tenant_part::TenantPart;
use crate::store::tenants::TenantItems;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The linked accounts of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct AccountItems<'a>(pub(in crate::store) &'a TenantPart);

/// The links that a new link replaces.
#[derive(Debug, Clone, Copy, Default)]
pub struct Replaced<'a> {
    /// The account that the employee of the new link had.
    pub account: Option<&'a Account>,
    /// The employee who held the subject of the new link. This link ends.
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

    /// Links an account. `false` when the employee has an account, the subject has a holder, or the employee has another
    /// revision or is gone.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn link(self, employee: &Employee, new: &Account) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        self.guard(&mut transaction, employee);
        let claim = account::claim_item(&self.0.tenant, &new.subject, new.employee);
        transaction.put(Step::Record, claim, Condition::absent());
        let item = account::to_item(&self.0.tenant, new)?;
        transaction.put(Step::Record, item, Condition::absent());
        transaction.commit_if_unchanged().await
    }

    /// Links an account in the place of other links, with the tenant's record at its next revision and an entry in its
    /// history. `false` when an item is not as it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace(
        self,
        employee: &Employee,
        new: &Account,
        replaced: Replaced<'_>,
        (tenant, entry): (&Tenant, &HistoryEntry),
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        TenantItems(self.0).put(&mut transaction, tenant, entry)?;
        self.guard(&mut transaction, employee);
        let held = replaced.holder.map_or_else(Condition::absent, held_by);
        let claim = account::claim_item(&self.0.tenant, &new.subject, new.employee);
        transaction.put(Step::Record, claim, held);
        let before =
            replaced.account.map_or_else(Condition::absent, |before| has_subject(&before.subject));
        let item = account::to_item(&self.0.tenant, new)?;
        transaction.put(Step::Record, item, before);
        if let Some(before) = replaced.account.filter(|before| before.subject != new.subject) {
            let claim = keys::subject(&self.0.tenant, &before.subject);
            transaction.delete(Step::Record, &claim, held_by(employee.id));
        }
        if let Some(holder) = replaced.holder.filter(|holder| *holder != employee.id) {
            let account = keys::account(&self.0.tenant, holder);
            transaction.delete(Step::Record, &account, has_subject(&new.subject));
        }
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

    /// Notes a sign-in: the day, and the claim that people can read. `false` when the account has another subject or is
    /// gone.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn note_sign_in(
        self,
        before: &Account,
        day: Date,
        shown: &str,
    ) -> Result<bool, Error> {
        if before.last_sign_in == day && before.shown == shown {
            return Ok(true);
        }
        let mut update = ItemUpdate::default();
        update.expect(account::SUBJECT, Some(text(&*before.subject)));
        update.set(account::LAST_SIGN_IN, text(account::format_day(day)?));
        update.set(account::SHOWN, text(shown));
        self.update(before.employee, update).await
    }

    /// Ends all sessions of an account that were issued until a time, also in the same second. A later end stays.
    /// `false` when the account is not as it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn end(self, before: &Account, at: OffsetDateTime) -> Result<bool, Error> {
        if before.ended_at.is_some_and(|ended| ended >= at) {
            return Ok(true);
        }
        let known = before.ended_at.map(format_time).transpose()?;
        let mut update = ItemUpdate::default();
        update.expect(account::SUBJECT, Some(text(&*before.subject)));
        update.replace(account::ENDED_AT, known.map(text), Some(text(format_time(at)?)));
        self.update(before.employee, update).await
    }

    /// Ends all sessions of an account as [`Self::end`] does, with the tenant's record at its next revision and an entry
    /// in its history. `false` when an item is not as it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn end_noted(
        self,
        before: &Account,
        at: OffsetDateTime,
        (tenant, entry): (&Tenant, &HistoryEntry),
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        TenantItems(self.0).put(&mut transaction, tenant, entry)?;
        let ended_at = Some(before.ended_at.map_or(at, |ended| ended.max(at)));
        let item = account::to_item(&self.0.tenant, &Account { ended_at, ..before.clone() })?;
        transaction.put(Step::Record, item, unchanged(before)?);
        transaction.commit_if_unchanged().await
    }

    /// Ends one session of an account: a hash of the provider's `sid`, or an id of our own. `false` when the account is
    /// not as it was read. `without_sid` also ends the sessions without a `sid` that were issued until then.
    ///
    /// When the account names [`MOST_ENDED_SIDS`] sessions already, all its sessions end at `now`. A session that was
    /// signed out must not open again because the list forgets it.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn end_sid(
        self,
        before: &Account,
        sid: &str,
        without_sid: Option<OffsetDateTime>,
        now: OffsetDateTime,
    ) -> Result<bool, Error> {
        let known = before.ended_sids.iter().find_map(|entry| ended_without_sid(entry));
        let later = without_sid.filter(|at| known.is_none_or(|known| known < at.unix_timestamp()));
        let is_new = !before.ended_sids.iter().any(|known| known == sid);
        if !is_new && later.is_none() {
            return Ok(true);
        }
        let mut update = ItemUpdate::default();
        update.expect(account::SUBJECT, Some(text(&*before.subject)));
        let mut sids = before.ended_sids.clone();
        if let Some(at) = later {
            sids.retain(|entry| ended_without_sid(entry).is_none());
            sids.insert(0, end_without_sid(at));
        }
        if is_new && sids.len() >= MOST_ENDED_SIDS {
            sids.clear();
            let known = before.ended_at.map(format_time).transpose()?;
            let ended = before.ended_at.map_or(now, |ended| ended.max(now));
            update.replace(account::ENDED_AT, known.map(text), Some(text(format_time(ended)?)));
        }
        if is_new {
            sids.push(sid.to_owned());
        }
        let known = match before.ended_sids.is_empty() {
            true => None,
            false => Some(text(as_json(&before.ended_sids)?)),
        };
        update.replace(account::ENDED_SIDS, known, Some(text(as_json(&sids)?)));
        self.update(before.employee, update).await
    }

    async fn update(self, employee: Uuid, update: ItemUpdate) -> Result<bool, Error> {
        let key = keys::account(&self.0.tenant, employee);
        let updated = self.0.table.update(update.into_call(&key)).await?;
        Ok(updated == Updated::Done)
    }

    /// Removes an account and its claim.
    fn delete(self, transaction: &mut Transaction<'_>, before: &Account) {
        let key = keys::account(&self.0.tenant, before.employee);
        transaction.delete(Step::Record, &key, has_subject(&before.subject));
        let claim = keys::subject(&self.0.tenant, &before.subject);
        transaction.delete(Step::Record, &claim, held_by(before.employee));
    }

    /// Makes a transaction fail when the employee has another revision, or is gone: an erasure must leave no account.
    fn guard(self, transaction: &mut Transaction<'_>, employee: &Employee) {
        transaction.expect_revision(&key_of(&self.0.tenant, employee), employee.revision);
    }
}

/// The condition that an employee holds a subject.
pub(super) fn held_by(employee: Uuid) -> Condition {
    Condition::expression("holder = :holder").with(":holder", text(employee.to_string()))
}

/// The condition that subject and ends of sessions are as they were read. Another end must not be lost.
fn unchanged(before: &Account) -> Result<Condition, Error> {
    let ended_at = before.ended_at.map(format_time).transpose()?;
    let is_ended = match &ended_at {
        Some(_) => "endedAt = :endedAt",
        None => "attribute_not_exists(endedAt)",
    };
    let has_sids = match before.ended_sids.is_empty() {
        true => "attribute_not_exists(endedSids)",
        false => "endedSids = :endedSids",
    };
    let expression = format!("subject = :subject AND {is_ended} AND {has_sids}");
    let mut condition = Condition::expression(&expression).with(":subject", text(&*before.subject));
    if let Some(ended_at) = ended_at {
        condition = condition.with(":endedAt", text(ended_at));
    }
    if !before.ended_sids.is_empty() {
        condition = condition.with(":endedSids", text(as_json(&before.ended_sids)?));
    }
    Ok(condition)
}

fn has_subject(subject: &str) -> Condition {
    Condition::expression("subject = :subject").with(":subject", text(subject))
}

//! The sign-in log of a tenant's administrators.

use super::dynamodb::transact::text;
use super::keys;
use super::update::ItemUpdate;
use crate::model::sign_in::SignInRecord;
use crate::store::dynamodb::error::Error;
use crate::store::items::sign_ins;
use crate::store::tenant_part::TenantPart;
use time::OffsetDateTime;
use uuid::Uuid;

/// The sign-in log of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct SignInItems<'a>(pub(in crate::store) &'a TenantPart);

impl SignInItems<'_> {
    /// Reads the log, newest line first, without expired refusals.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self, now: OffsetDateTime) -> Result<Vec<SignInRecord>, Error> {
        let item = self.0.table.get(&keys::sign_ins(&self.0.tenant)).await?;
        sign_ins::read(&item.unwrap_or_default(), now)
    }

    /// Adds a line. `random` makes two lines of the same time different. Each line has its own attribute, so simultaneous
    /// sign-ins keep each other. A line whose reference is there already is not added again.
    ///
    /// Also removes expired refusals, a repeated refusal, and the oldest lines beyond 50 or beyond 20 refusals. Writes
    /// nothing for a tenant that was removed.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn add(self, random: &str, line: &SignInRecord) -> Result<(), Error> {
        let (key, tenant) = (keys::sign_ins(&self.0.tenant), keys::settings(&self.0.tenant));
        let mut found = self.0.table.batch_get(&[key.clone(), tenant.clone()]).await?;
        if !found.iter().any(|item| keys::sort_key(item) == Some(&*tenant.sort)) {
            return Ok(());
        }
        found.retain(|item| keys::sort_key(item) == Some(&*key.sort));
        let stored = found.pop().unwrap_or_default();
        let Some(removed) = sign_ins::superfluous(&stored, line) else { return Ok(()) };
        let mut update = ItemUpdate::default();
        let new = sign_ins::attribute_name(line.at, random);
        update.set(&new, text(sign_ins::to_json(line)?));
        for old in removed {
            update.remove(old);
        }
        self.0.table.update(update.into_call(&key)).await.map(drop)
    }

    /// Removes the lines of an erased employee, and all claims of unknown persons: one of them may be the employee.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub(in crate::store) async fn forget(self, employee: Uuid) -> Result<(), Error> {
        let key = keys::sign_ins(&self.0.tenant);
        let stored = self.0.table.get(&key).await?.unwrap_or_default();
        let removed = sign_ins::of_erased(&stored, employee);
        if removed.is_empty() {
            return Ok(());
        }
        let mut update = ItemUpdate::default();
        for name in removed {
            update.remove(name);
        }
        self.0.table.update(update.into_call(&key)).await.map(drop)
    }
}

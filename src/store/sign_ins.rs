//! The recent sign-ins of a tenant's administrators.

use super::dynamodb::transact::text;
use super::keys;
use super::update::ItemUpdate;
use crate::model::sign_in::SignInRecord;
use crate::store::dynamodb::error::Error;
use crate::store::items::sign_ins::{self, SIGN_IN};
use crate::store::tenant_part::TenantPart;
use scim::date_time;

/// The recent sign-ins of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct SignInItems<'a>(pub(in crate::store) &'a TenantPart);

impl SignInItems<'_> {
    /// Reads the recent sign-ins, newest first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self) -> Result<Vec<SignInRecord>, Error> {
        let item = self.0.table.get(&keys::sign_ins(&self.0.tenant)).await?;
        sign_ins::read(item.unwrap_or_default())
    }

    /// Adds a sign-in. `session` makes two sign-ins at the same time different. Also removes the oldest sign-ins beyond
    /// `MOST_SIGN_INS`. Each sign-in has its own attribute, so simultaneous sign-ins keep each other.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn add(self, session: &str, sign_in: &SignInRecord) -> Result<(), Error> {
        let key = keys::sign_ins(&self.0.tenant);
        let stored = self.0.table.get(&key).await?.unwrap_or_default();
        let new = format!("{SIGN_IN}{}#{session}", date_time::format(sign_in.at));
        let mut update = ItemUpdate::default();
        update.set(&new, text(sign_ins::to_json(sign_in)?));
        for old in sign_ins::superfluous(&stored) {
            update.remove(old);
        }
        self.0.table.update(update.into_call(&key)).await.map(drop)
    }
}

//! Signed-out sessions. The item names each session until the session would have expired.

use super::keys;
use super::update::ItemUpdate;
use crate::store::dynamodb::error::Error;
use crate::store::items::signed_out::SESSION;
use crate::store::items::signed_out::superfluous;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;

/// The sessions of a tenant that were signed out.
#[derive(Debug, Clone, Copy)]
pub struct SignedOutItems<'a>(pub(in crate::store) &'a TenantPart);

impl SignedOutItems<'_> {
    /// Notes that a session was signed out. Also removes expired sessions, and beyond 1,000 the sessions that end
    /// soonest. Times are seconds since 1970.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn add(self, session: &str, expires: i64, now: i64) -> Result<(), Error> {
        let key = keys::signed_out(&self.0.tenant);
        let stored = self.0.table.get(&key).await?.unwrap_or_default();
        let mut update = ItemUpdate::default();
        update.set(&format!("{SESSION}{session}"), AttributeValue::N(expires.to_string()));
        for other in superfluous(&stored, session, now) {
            update.remove(&format!("{SESSION}{other}"));
        }
        self.0.table.update(update.into_call(&key)).await.map(drop)
    }
}

//! Signed-out sessions. The item names each session until the session would have expired.

use super::dynamodb::port::UpdateCall;
use super::keys;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::items::signed_out::SESSION;
use crate::store::items::signed_out::superfluous;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

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
        let mut names = HashMap::from([("#new".to_owned(), format!("{SESSION}{session}"))]);
        let mut removed = Vec::new();
        for (number, other) in superfluous(&stored, session, now).into_iter().enumerate() {
            let name = format!("#n{number}");
            names.insert(name.clone(), format!("{SESSION}{other}"));
            removed.push(name);
        }
        let removal = match removed.as_slice() {
            [] => String::new(),
            names => format!(" REMOVE {}", names.join(", ")),
        };
        let call = UpdateCall {
            key: key.to_item(),
            expression: format!("SET #new = :expires{removal}"),
            names,
            values: Item::from([(":expires".to_owned(), AttributeValue::N(expires.to_string()))]),
            condition: None,
        };
        self.0.table.update(call).await.map(drop)
    }
}

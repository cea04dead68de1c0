//! Who changes something: a name for the history, and for whoever came with a token, the token.

use super::tokens::{is_replaced_admin, works};
use crate::directory::Error;
use crate::store::tenants::{Tenant, TokenRecord};
use time::OffsetDateTime;

/// Who changes something.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// The name in the history.
    pub label: &'a str,
    /// The token, by its short name, when there is one.
    pub token: Option<&'a str>,
}

impl<'a> From<&'a str> for Actor<'a> {
    fn from(label: &'a str) -> Self {
        Self { label, token: None }
    }
}

impl Actor<'_> {
    /// Checks the token once more, against the tenant as it is now: what a server remembers of a token may be a minute
    /// old. A previous admin token must not change anything: the owner of a leaked token rotates it.
    ///
    /// # Errors
    /// [`Error::TokenEnded`], [`Error::TokenReplaced`].
    pub(in crate::directory) fn check(
        &self,
        tenant: &Tenant,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        self.check_validity(tenant, now)?;
        match self.record(tenant) {
            Some(record) if is_replaced_admin(record) => Err(Error::TokenReplaced),
            _ => Ok(()),
        }
    }

    /// The same, for a change that a previous admin token may make: its own revocation.
    ///
    /// # Errors
    /// [`Error::TokenEnded`].
    pub(in crate::directory) fn check_validity(
        &self,
        tenant: &Tenant,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        match (self.token, self.record(tenant)) {
            (None, _) => Ok(()),
            (Some(_), Some(record)) if works(record, now) => Ok(()),
            (Some(_), _) => Err(Error::TokenEnded),
        }
    }

    fn record<'t>(&self, tenant: &'t Tenant) -> Option<&'t TokenRecord> {
        let token = self.token?;
        tenant.tokens.iter().find(|record| record.short_name() == token)
    }
}

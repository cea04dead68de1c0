//! The actor of a change: a name for the history, and the token of the request.

use super::tokens::{is_replaced_admin, works};
use crate::directory::error::Error;
use crate::model::tenant::{Tenant, TokenRecord};
use time::OffsetDateTime;

/// The actor of a change.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// The name in the history.
    pub label: &'a str,
    /// The short name of the token; `None` for an actor without a token.
    pub token: Option<&'a str>,
}

impl<'a> From<&'a str> for Actor<'a> {
    fn from(label: &'a str) -> Self {
        Self { label, token: None }
    }
}

impl Actor<'_> {
    /// Checks the token again, against the tenant as it is now: the cached token may be a minute old.
    ///
    /// A previous admin token must not change anything, because the owner of a leaked token rotates it.
    ///
    /// # Errors
    /// Fails with [`Error::TokenEnded`] or [`Error::TokenReplaced`].
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

    /// Checks only that the token is valid. A previous admin token passes, because it may revoke itself.
    ///
    /// # Errors
    /// Fails with [`Error::TokenEnded`].
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

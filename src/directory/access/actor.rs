//! Checks the token or the session of an actor.

use super::tokens::{is_replaced_admin, works};
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::tenant::{Tenant, TokenRecord};
use time::OffsetDateTime;

impl ActorRecord {
    /// Whether the actor has a token or a session that can end before its change.
    pub(in crate::directory) fn can_end(&self) -> bool {
        self.token_id.is_some() || self.employee_id.is_some()
    }

    /// Checks the token or the session again, against the tenant as it is now: the cached tenant may be a minute old.
    ///
    /// A previous admin token must not change anything, because the owner of a leaked token replaces it.
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

    /// Checks only that the token or the session is valid. A previous admin token passes, because it may revoke itself.
    ///
    /// # Errors
    /// Fails with [`Error::TokenEnded`].
    pub(in crate::directory) fn check_validity(
        &self,
        tenant: &Tenant,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        if self.employee_id.is_some() {
            // Single sign-on was switched off, or *Sign out all administrators* ended the session.
            let epoch = tenant.sso.as_ref().map(|settings| settings.epoch);
            let is_open = epoch.is_some() && epoch == self.epoch;
            return if is_open { Ok(()) } else { Err(Error::TokenEnded) };
        }
        match (&self.token_id, self.record(tenant)) {
            (None, _) => Ok(()),
            (Some(_), Some(record)) if works(record, now) => Ok(()),
            (Some(_), _) => Err(Error::TokenEnded),
        }
    }

    fn record<'t>(&self, tenant: &'t Tenant) -> Option<&'t TokenRecord> {
        let token = self.token_id.as_deref()?;
        tenant.tokens.iter().find(|record| record.short_name() == token)
    }
}

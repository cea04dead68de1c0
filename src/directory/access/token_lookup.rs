//! Looks up the token of a request in the cached record of its tenant, and names the reason for a wrong one.

use super::Access;
use super::pepper::Peppers;
use super::tenant_cache::{CacheLookup, CachedTenant};
use super::{token_check, tokens};
use crate::directory::error::Error;
use crate::model::tenant::{Scope, TenantId, TokenRecord};
use crate::model::unauthorized::UnauthorizedReason;
use std::sync::Arc;
use time::OffsetDateTime;

/// A token that opens nothing. Clients get the same answer for every reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongToken {
    /// The reason, for the tenant's administrator.
    pub reason: UnauthorizedReason,
    /// Whether the tenant is known to exist. Only an existing tenant has a place for notes.
    pub tenant_exists: bool,
}

impl Access {
    /// Calls `read` with the record of a valid token, and returns its result. Most requests need little of the record.
    pub(super) async fn find_token<T>(
        &self,
        tenant: &TenantId,
        scopes: &[Scope],
        token: Result<&str, UnauthorizedReason>,
        now: OffsetDateTime,
        read: impl Fn(&CachedTenant, &TokenRecord) -> T,
    ) -> Result<Result<T, WrongToken>, Error> {
        let token = match token {
            Ok(token) if tokens::tenant_of(token).as_ref() == Some(tenant) => token,
            token => return Ok(Err(self.explain_foreign(tenant, scopes, token, now).await)),
        };
        let check = |known: Option<&CachedTenant>, peppers: &Peppers| {
            let record = known.map(|known| &*known.record);
            let found = token_check::check(tenant, record, scopes, token, peppers, now)?;
            known.map(|known| read(known, found)).ok_or(UnauthorizedReason::UnknownToken)
        };
        let peppers = self.tenants.peppers.get(now).await.map_err(Error::NoPepper)?;
        let look_up = |known: &Arc<CachedTenant>| check(Some(known), &peppers).ok();
        let (known, peppers) = match self.cache.find(tenant, now, look_up).await? {
            CacheLookup::Found(found) => return Ok(Ok(found)),
            CacheLookup::JustRead(known) => (known, peppers),
            CacheLookup::NotFound(known) => {
                let newer = self.tenants.peppers.get_newer(now).await.map_err(Error::NoPepper)?;
                (known, newer)
            }
        };
        let tenant_exists = known.is_some();
        let found = check(known.as_deref(), &peppers);
        Ok(found.map_err(|reason| WrongToken { reason, tenant_exists }))
    }

    /// Names the reason for a request without a token of this tenant. The validity of another tenant's token is never
    /// looked up: its prefix tells enough. A failure of the store or of the pepper does not change the answer.
    async fn explain_foreign(
        &self,
        tenant: &TenantId,
        scopes: &[Scope],
        token: Result<&str, UnauthorizedReason>,
        now: OffsetDateTime,
    ) -> WrongToken {
        let known = self.cache.known(tenant, now).await.ok().flatten();
        let tenant_exists = known.is_some();
        let token = match token {
            Ok(token) => token,
            Err(reason) => return WrongToken { reason, tenant_exists },
        };
        let Ok(peppers) = self.tenants.peppers.get(now).await else {
            return WrongToken { reason: UnauthorizedReason::UnknownToken, tenant_exists };
        };
        let record = known.as_ref().map(|known| &*known.record);
        let found = token_check::check(tenant, record, scopes, token, &peppers, now);
        let reason = found.err().unwrap_or(UnauthorizedReason::UnknownToken);
        WrongToken { reason, tenant_exists }
    }
}

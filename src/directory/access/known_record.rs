//! Look-ups in the cached record of a tenant, for requests without a session.

use super::Access;
use super::tenant_cache::CacheLookup;
use crate::directory::error::Error;
use crate::model::tenant::{Tenant, TenantId};

impl Access {
    /// Looks for a match in the cached record of a tenant, then in the store. Many requests without a match cause one
    /// read in two seconds. `None` without a match, or without the tenant.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub(in crate::directory) async fn find_known<T>(
        &self,
        tenant: &TenantId,
        check: impl Fn(&Tenant) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let now = self.tenants.sources.now();
        match self.cache.find(tenant, now, |known| check(&known.record)).await? {
            CacheLookup::Found(found) => Ok(Some(found)),
            CacheLookup::JustRead(_) | CacheLookup::NotFound(_) => Ok(None),
        }
    }
}

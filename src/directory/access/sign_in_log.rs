//! Writes the sign-in log of a tenant's administrators, and lists it.

use super::Access;
use crate::directory::error::Error;
use crate::model::sign_in::{BrowserFamily, SignInMethod, SignInOutcome, SignInRecord};
use crate::model::tenant::{Tenant, TenantId};
use std::sync::Arc;
use std::time::Duration;

/// A sign-in waits at most this long for its line.
const PATIENCE: Duration = Duration::from_secs(1);

impl Access {
    /// Records a sign-in with a token or a link, with its label. A failure is logged, and does not prevent the sign-in.
    pub async fn record_sign_in(
        &self,
        tenant: &TenantId,
        how: SignInMethod,
        label: String,
        browser: BrowserFamily,
    ) {
        let line = SignInRecord {
            at: self.tenants.sources.now(),
            how,
            outcome: SignInOutcome::SignedIn,
            employee_id: None,
            shown: None,
            label: Some(label),
            browser,
            reference: None,
        };
        self.record_line(tenant, &line).await;
    }

    /// Adds a line to the log. A failure is logged, and does not prevent the sign-in.
    pub(in crate::directory) async fn record_line(&self, tenant: &TenantId, line: &SignInRecord) {
        let mut random = [0_u8; 6];
        let cause = match getrandom::fill(&mut random) {
            Err(error) => crate::error_chain(&error),
            Ok(()) => {
                let store = self.tenants.store.tenant(tenant);
                let (items, random) = (store.sign_ins(), hex::encode(random));
                match tokio::time::timeout(PATIENCE, items.add(&random, line)).await {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => crate::error_chain(&error),
                    Err(_) => "it took too long".to_owned(),
                }
            }
        };
        tracing::warn!(tenant = tenant.as_str(), cause, "a sign-in is not recorded");
    }

    /// Lists the sign-in log of a tenant, newest line first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn recent_sign_ins(&self, tenant: &TenantId) -> Result<Vec<SignInRecord>, Error> {
        let now = self.tenants.sources.now();
        Ok(self.tenants.store.tenant(tenant).sign_ins().list(now).await?)
    }

    /// Returns the record of a tenant, at most a minute old; `None` when there is no such tenant. Requests of strangers
    /// may call this, because guessed tenant ids are cached too.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub(in crate::directory) async fn known_record(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<Arc<Tenant>>, Error> {
        let known = self.cache.known(tenant, self.tenants.sources.now()).await?;
        Ok(known.map(|known| Arc::clone(&known.record)))
    }

    /// Forgets the cached record of a tenant, after a change of its record elsewhere. A failed write counts too: it may be
    /// committed all the same.
    pub(in crate::directory) fn forget_cached(&self, tenant: &TenantId) {
        self.cache.invalidate(tenant);
    }
}

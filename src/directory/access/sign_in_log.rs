//! Records the sign-ins of administrators, and lists the recent ones.

use super::Access;
use crate::directory::error::Error;
use crate::model::sign_in::{BrowserFamily, SignInRecord};
use crate::model::tenant::TenantId;
use std::time::Duration;

/// A sign-in waits at most this long for its record.
const PATIENCE: Duration = Duration::from_secs(1);

impl Access {
    /// Records a sign-in, with the label of the token or the link that opened the session. A failure is logged, and does
    /// not prevent the sign-in.
    pub async fn record_sign_in(&self, tenant: &TenantId, label: String, browser: BrowserFamily) {
        let at = self.tenants.sources.now();
        let mut random = [0_u8; 6];
        let cause = match getrandom::fill(&mut random) {
            Err(error) => crate::error_chain(&error),
            Ok(()) => {
                let record = SignInRecord { at, label, browser };
                let store = self.tenants.store.tenant(tenant);
                let (items, session) = (store.sign_ins(), hex::encode(random));
                match tokio::time::timeout(PATIENCE, items.add(&session, &record)).await {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => crate::error_chain(&error),
                    Err(_) => "it took too long".to_owned(),
                }
            }
        };
        tracing::warn!(tenant = tenant.as_str(), cause, "a sign-in is not recorded");
    }

    /// Lists the recent sign-ins of a tenant's administrators, newest first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn recent_sign_ins(&self, tenant: &TenantId) -> Result<Vec<SignInRecord>, Error> {
        Ok(self.tenants.store.tenant(tenant).sign_ins().list().await?)
    }
}

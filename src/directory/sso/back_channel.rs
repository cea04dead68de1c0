//! The end of sessions by a logout token of the identity provider.

use super::Sso;
use crate::directory::error::Error;
use crate::model::tenant::TenantId;

impl Sso {
    /// Checks a logout token and ends the sessions that it names. Returns whether the token is valid: a token of a tenant
    /// without single sign-on is not, and a token without a subject leads to no account.
    ///
    /// Strangers call this, so the tenant comes from the cache, and the provider's keys too.
    ///
    /// # Errors
    /// Fails with [`Error::Contention`], or as every call of the store does.
    pub async fn end_by_logout_token(&self, tenant: &TenantId, token: &str) -> Result<bool, Error> {
        let record = self.known(tenant).await?;
        let settings = record.as_ref().and_then(|record| record.sso.as_ref());
        // A configuration that is not tested has no sessions, and must not make strangers call its issuer.
        let Some(settings) = settings.filter(|settings| settings.proven_at.is_some()) else {
            return Ok(false);
        };
        let claims =
            self.providers.logout_claims(&settings.issuer, &settings.client_id, token).await;
        match claims {
            Ok(claims) => self.back_channel(tenant, settings, &claims).await,
            Err(problem) => {
                let cause = problem.log_name();
                tracing::info!(tenant = tenant.as_str(), cause, "a logout token is not valid");
                Ok(false)
            }
        }
    }
}

//! The ways to sign in that the sign-in page offers, and the sign-out at the identity provider. Strangers ask for both,
//! so the tenant comes from the cache.

use super::Sso;
use super::form_encoding::with_query;
use crate::directory::error::Error;
use crate::model::sso::{Preset, SsoSettings};
use crate::model::tenant::TenantId;

/// The ways to sign in to a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInOffer {
    /// The provider of the link to single sign-on; `None` before a test proved the configuration.
    pub link: Option<Preset>,
    /// Whether the page accepts an admin token.
    pub token_form: bool,
}

/// The sign-out at the identity provider (OpenID Connect RP-Initiated Logout 1.0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSignOut {
    /// The provider.
    pub provider: Preset,
    /// The URL for the browser.
    pub url: String,
}

impl Default for SignInOffer {
    /// The way of a tenant without single sign-on: a token.
    fn default() -> Self {
        Self { link: None, token_form: true }
    }
}

impl Sso {
    /// Returns the ways to sign in. An unknown tenant has the same as a tenant without single sign-on. The tenant's
    /// record may be a minute old.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn offer(&self, tenant: &TenantId) -> Result<SignInOffer, Error> {
        let record = self.known(tenant).await?;
        let settings = record.as_ref().and_then(|record| record.sso.as_ref());
        Ok(match settings {
            None => SignInOffer::default(),
            Some(settings) => SignInOffer {
                link: settings.proven_at.map(|_| settings.provider),
                token_form: settings.token_sign_in,
            },
        })
    }

    /// Returns the sign-out at the identity provider, which then leads the browser to `back`. `None` if the provider has
    /// none, or if its discovery document is not in memory: the page calls no provider.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn provider_sign_out(
        &self,
        tenant: &TenantId,
        back: &str,
    ) -> Result<Option<ProviderSignOut>, Error> {
        let record = self.known(tenant).await?;
        let is_proven = |settings: &&SsoSettings| settings.proven_at.is_some();
        let settings = record.as_ref().and_then(|record| record.sso.as_ref()).filter(is_proven);
        let Some(settings) = settings else { return Ok(None) };
        let discovery = self.providers.cached_discovery(&settings.issuer);
        let Some(discovery) = discovery else { return Ok(None) };
        Ok(discovery.end_session_endpoint.as_ref().map(|endpoint| {
            let parameters =
                [("client_id", &*settings.client_id), ("post_logout_redirect_uri", back)];
            let url = with_query(endpoint, parameters);
            ProviderSignOut { provider: settings.provider, url }
        }))
    }
}

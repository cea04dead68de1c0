//! The exchange of a callback's code for the claims of the ID token.

use super::Sso;
use super::attempt::OpenAttempt;
use super::code_exchange::CodeExchange;
use super::exchange_limit::ExchangeStart;
use super::finish::Callback;
use super::provider_problem::{OAuthError, ProviderProblem};
use crate::directory::error::Error;
use crate::model::sso::SsoSettings;
use crate::model::tenant::TenantId;
use oidc::IdClaims;
use secrecy::ExposeSecret;

/// The longest code that is exchanged, in bytes.
const MAX_CODE_BYTES: usize = 4_096;

impl Sso {
    /// Exchanges the code of a callback for the claims of the ID token.
    pub(super) async fn redeem(
        &self,
        tenant: &TenantId,
        settings: &SsoSettings,
        attempt: &OpenAttempt,
        callback: Callback<'_>,
    ) -> Result<Result<IdClaims, ProviderProblem>, Error> {
        if let Some(error) = callback.error {
            return Ok(Err(ProviderProblem::SignInRefused(OAuthError::parse(error))));
        }
        let code = callback.code.filter(|code| !code.is_empty() && code.len() <= MAX_CODE_BYTES);
        let Some(code) = code else {
            return Ok(Err(ProviderProblem::SignInRefused(OAuthError::InvalidRequest)));
        };
        match self.exchanges.begin(tenant, callback.state, &self.tenants.sources) {
            ExchangeStart::Allowed => {}
            ExchangeStart::Spent => {
                return Ok(Err(ProviderProblem::CodeRefused(OAuthError::InvalidGrant)));
            }
            ExchangeStart::TooMany => {
                return Ok(Err(ProviderProblem::SignInRefused(OAuthError::TemporarilyUnavailable)));
            }
        }
        let credential = match self.credential(tenant, settings).await {
            Ok(credential) => credential,
            Err(Error::Sso(_)) => return Ok(Err(ProviderProblem::CredentialUnusable)),
            Err(error) => return Err(error),
        };
        let exchange = CodeExchange {
            tenant,
            issuer: &settings.issuer,
            client_id: &settings.client_id,
            preset: settings.provider,
            credential: &credential,
            redirect_uri: callback.redirect_uri,
            iss: callback.iss,
            code,
            verifier: attempt.verifier.expose_secret(),
            nonce: &attempt.nonce,
            wanted: settings.match_by,
            key_issuer: callback.key_issuer,
        };
        let redeemed = match self.providers.redeem(exchange).await {
            Ok(redeemed) => redeemed,
            Err(problem) => return Ok(Err(problem)),
        };
        self.exchanges.succeeded(tenant);
        // Only a new link needs the claim of the rule.
        if redeemed.is_incomplete() && self.is_linked(tenant, settings, &redeemed.claims).await? {
            return Ok(Ok(redeemed.claims));
        }
        Ok(self.providers.complete(&settings.issuer, redeemed).await)
    }
}

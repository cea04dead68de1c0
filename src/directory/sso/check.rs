//! The check of an identity provider that an administrator starts and waits for. It writes nothing but its count.

use super::Sso;
use super::provider_problem::ProviderProblem;
use crate::directory::destinations::calls::count_call;
use crate::directory::error::Error;
use crate::model::sso::{ClientAuth, SsoSettings};
use crate::model::tenant::TenantId;
use oidc::Discovery;
use std::sync::Arc;

/// The result of a check.
#[derive(Debug, Clone)]
pub enum Check {
    /// The tenant started too many calls in this minute: [`MOST_CALLS_A_MINUTE`](crate::directory::destinations::calls::MOST_CALLS_A_MINUTE) of checks and of calls to destinations
    /// together. Nobody can use Rollcall to scan hosts.
    TooMany,
    /// The check ended.
    Done(CheckReport),
}

/// The report of a check.
#[derive(Debug, Clone)]
pub struct CheckReport {
    /// The configured issuer.
    pub issuer: String,
    /// The discovery document, and the number of keys that can check a signature.
    pub found: Result<(Arc<Discovery>, usize), ProviderProblem>,
    /// Sentences about the configuration that may not work.
    pub warnings: Vec<&'static str>,
}

impl Sso {
    /// Fetches discovery and keys of the configured issuer now.
    ///
    /// # Errors
    /// Fails as every call of the store does. A problem of the provider is in the report.
    pub async fn check(&self, tenant: &TenantId, settings: &SsoSettings) -> Result<Check, Error> {
        if !count_call(&self.tenants, tenant).await? {
            return Ok(Check::TooMany);
        }
        let found = self.providers.check(&settings.issuer).await;
        let warnings = match &found {
            Ok((discovery, keys)) => warnings(discovery, *keys, settings.client_auth),
            Err(_) => Vec::new(),
        };
        Ok(Check::Done(CheckReport { issuer: settings.issuer.clone(), found, warnings }))
    }
}

/// Returns the ways in which a client may prove itself.
pub fn client_auth_of(discovery: &Discovery) -> Vec<ClientAuth> {
    let methods = &discovery.token_auth_methods;
    let offers = |names: &[&str]| methods.iter().any(|method| names.contains(&&**method));
    let mut found = Vec::new();
    if offers(&["client_secret_basic", "client_secret_post"]) {
        found.push(ClientAuth::Secret);
    }
    if offers(&["private_key_jwt"]) {
        found.push(ClientAuth::Key);
    }
    if offers(&["none"]) {
        found.push(ClientAuth::None);
    }
    found
}

fn warnings(discovery: &Discovery, keys: usize, chosen: ClientAuth) -> Vec<&'static str> {
    let mut warnings = Vec::new();
    if keys == 0 {
        warnings.push("The identity provider publishes no key that can check an ID token.");
    }
    if !client_auth_of(discovery).contains(&chosen) {
        warnings.push(match chosen {
            ClientAuth::Secret => "The identity provider does not announce client secrets.",
            ClientAuth::Key => "The identity provider does not announce keys (private_key_jwt).",
            ClientAuth::None => "The identity provider does not announce clients without a proof.",
        });
    }
    if !discovery.supports_pkce_s256 {
        warnings.push(
            "The identity provider does not announce PKCE (S256). Many providers support it without saying so.",
        );
    }
    warnings
}

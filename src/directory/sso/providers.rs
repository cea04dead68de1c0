//! The OpenID Connect providers: discovery, keys and tokens.
//!
//! Discovery and keys are cached in memory, for all tenants with the same issuer. Nothing is fetched before the first
//! sign-in.

use super::code_exchange::CodeExchange;
use super::provider_cache::{FetchTime, IssuerDocuments, KnownIssuers};
use super::provider_calls::{Caller, fetch_discovery, fetch_keys, fetch_tokens, fetch_user_info};
use super::provider_problem::{ProviderProblem, Unreachable};
use crate::directory::sources::Sources;
use crate::model::sso::MatchRule;
use crate::outbound::Client;
use crate::store::dynamodb::usage::clock;
use http::Uri;
use oidc::{
    Discovery, Expected, ExpectedLogout, IdClaims, KeySet, LogoutClaims, TokenProblem,
    verify_id_token, verify_logout_token,
};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;

/// The time for all calls of one start or callback.
const DEADLINE: Duration = Duration::from_secs(8);

/// Calls the providers of all tenants. A clone is cheap, and shares the cache.
#[derive(Clone)]
pub struct Providers {
    client: Client,
    sources: Sources,
    issuers: KnownIssuers,
}

/// One provider during a request.
struct Provider<'p> {
    issuer: &'p str,
    caller: Caller,
    now: OffsetDateTime,
    /// The end of all calls.
    deadline: Instant,
    /// The problem of a request that takes too long.
    late: ProviderProblem,
}

/// The claims of a valid ID token.
#[derive(Debug)]
pub struct Redeemed {
    /// The claims of the token.
    pub claims: IdClaims,
    /// The access to further claims, if the token does not have the wanted claim.
    user_info: Option<UserInfoAccess>,
    deadline: Instant,
}

impl Redeemed {
    /// Whether the UserInfo endpoint may have the wanted claim, which the token does not have.
    pub fn is_incomplete(&self) -> bool {
        self.user_info.is_some()
    }
}

/// The UserInfo endpoint, and the token that it takes.
#[derive(Debug)]
struct UserInfoAccess {
    url: String,
    access_token: SecretString,
}

impl Providers {
    /// Creates an empty cache. `client` calls the providers.
    pub fn new(client: Client, sources: Sources) -> Self {
        Self { client, sources, issuers: KnownIssuers::default() }
    }

    /// Returns the discovery document of an issuer, at most an hour old. It takes at most 8 seconds. While the provider
    /// does not answer, an older document serves for 24 hours. A failure is remembered for 30 seconds.
    ///
    /// # Errors
    /// Fails with [`ProviderProblem`].
    pub async fn discovery(&self, issuer: &str) -> Result<Arc<Discovery>, ProviderProblem> {
        let provider = self.provider(issuer);
        provider.within_deadline(provider.discovery()).await
    }

    /// Returns the discovery document of an issuer without a call; `None` if it is not in memory, or older than a day.
    pub fn cached_discovery(&self, issuer: &str) -> Option<Arc<Discovery>> {
        self.issuers.find(issuer)?.discovery.known(self.sources.now())
    }

    /// Fetches the discovery document and the keys of an issuer now, within 8 seconds. Returns the document and the
    /// number of keys that can check a signature.
    ///
    /// # Errors
    /// Fails with [`ProviderProblem`].
    pub async fn check(&self, issuer: &str) -> Result<(Arc<Discovery>, usize), ProviderProblem> {
        let provider = self.provider(issuer);
        let (caller, documents) = (&provider.caller, &provider.caller.documents);
        let check = async {
            let fetch = || fetch_discovery(caller, issuer);
            let discovery = documents.discovery.fetch(provider.time(), fetch).await?;
            let fetch = || fetch_keys(caller, &discovery);
            let keys = documents.keys.fetch(provider.time(), fetch).await?;
            Ok((discovery, keys.usable()))
        };
        provider.within_deadline(check).await
    }

    /// Exchanges a code for an ID token, and returns its claims. The caller checks the directory, the domain and the
    /// email of the account. The calls take at most 8 seconds, together with those of [`Self::complete`].
    ///
    /// # Errors
    /// Fails with [`ProviderProblem`].
    pub async fn redeem(&self, exchange: CodeExchange<'_>) -> Result<Redeemed, ProviderProblem> {
        let provider = self.provider(exchange.issuer);
        provider.within_deadline(self.exchange(&provider, &exchange)).await
    }

    /// Completes the claims of an ID token without the wanted claim: asks the UserInfo endpoint once, if the provider
    /// has one. The claim may still be missing.
    ///
    /// # Errors
    /// Fails with [`ProviderProblem`].
    pub async fn complete(
        &self,
        issuer: &str,
        redeemed: Redeemed,
    ) -> Result<IdClaims, ProviderProblem> {
        let Redeemed { mut claims, user_info, deadline } = redeemed;
        let Some(UserInfoAccess { url, access_token }) = user_info else { return Ok(claims) };
        let provider = Provider { deadline, ..self.provider(issuer) };
        let fetch = fetch_user_info(&provider.caller, &url, access_token.expose_secret());
        let info = provider.within_deadline(fetch).await?;
        if info.sub != claims.sub {
            return Err(ProviderProblem::UserInfoOfAnother);
        }
        claims.complete(info);
        Ok(claims)
    }

    async fn exchange(
        &self,
        provider: &Provider<'_>,
        exchange: &CodeExchange<'_>,
    ) -> Result<Redeemed, ProviderProblem> {
        // A provider that answers for another one wants the code of the other.
        if exchange.iss.is_some_and(|iss| iss != exchange.issuer) {
            return Err(ProviderProblem::ResponseOfAnother);
        }
        let discovery = provider.discovery().await?;
        if exchange.iss.is_none() && discovery.iss_parameter {
            return Err(ProviderProblem::ResponseOfAnother);
        }
        let tokens = fetch_tokens(&provider.caller, &discovery, exchange, &self.sources).await?;
        let expected = Expected {
            issuer: exchange.issuer,
            client_id: exchange.client_id,
            nonce: exchange.nonce,
            algorithms: &discovery.id_token_signing_algs,
            // The calls took time.
            now: self.sources.now(),
            access_token: tokens.access_token.as_ref().map(ExposeSecret::expose_secret),
        };
        let verify =
            |keys: &KeySet| verify_id_token(tokens.id_token.expose_secret(), keys, &expected);
        let claims = provider.verify(&discovery, verify).await?;
        let access = discovery.userinfo_endpoint.clone().zip(tokens.access_token);
        let user_info = access
            .filter(|_| !has_claim(exchange.wanted, &claims))
            .map(|(url, access_token)| UserInfoAccess { url, access_token });
        Ok(Redeemed { claims, user_info, deadline: provider.deadline })
    }

    /// Checks a logout token, and returns its claims. It takes at most 8 seconds.
    ///
    /// # Errors
    /// Fails with [`ProviderProblem`].
    pub async fn logout_claims(
        &self,
        issuer: &str,
        client_id: &str,
        token: &str,
    ) -> Result<LogoutClaims, ProviderProblem> {
        let provider = self.provider(issuer);
        let claims = async {
            let discovery = provider.discovery().await?;
            let algorithms = &discovery.id_token_signing_algs;
            let expected =
                ExpectedLogout { issuer, client_id, algorithms, now: self.sources.now() };
            let verify = |keys: &KeySet| verify_logout_token(token, keys, &expected);
            provider.verify(&discovery, verify).await
        };
        provider.within_deadline(claims).await
    }

    fn provider<'p>(&self, issuer: &'p str) -> Provider<'p> {
        let now = self.sources.now();
        let documents: Arc<IssuerDocuments> = self.issuers.of(issuer, now);
        let uri = issuer.parse::<Uri>().ok();
        let host = uri.as_ref().and_then(Uri::host).unwrap_or_default().to_owned();
        Provider {
            issuer,
            caller: Caller { client: self.client.for_issuer(issuer), documents },
            now,
            deadline: clock() + DEADLINE,
            late: ProviderProblem::Unreachable { host, why: Unreachable::Deadline },
        }
    }
}

impl Provider<'_> {
    fn time(&self) -> FetchTime<'_> {
        FetchTime { now: self.now, late: &self.late }
    }

    async fn discovery(&self) -> Result<Arc<Discovery>, ProviderProblem> {
        let fetch = || fetch_discovery(&self.caller, self.issuer);
        self.caller.documents.discovery.get(self.time(), fetch).await
    }

    /// Checks a token with the known keys. A token of an unknown key causes one fetch of newer keys.
    async fn verify<C>(
        &self,
        discovery: &Discovery,
        verify: impl Fn(&KeySet) -> Result<C, TokenProblem>,
    ) -> Result<C, ProviderProblem> {
        let known = &self.caller.documents.keys;
        let fetch = || fetch_keys(&self.caller, discovery);
        let keys = known.get(self.time(), fetch).await?;
        let mut result = verify(&keys);
        if matches!(result, Err(TokenProblem::UnknownKey))
            && let Some(newer) = known.newer_than(&keys, self.time(), fetch).await?
        {
            result = verify(&newer);
        }
        result.map_err(ProviderProblem::TokenRefused)
    }

    /// Ends a request 8 seconds after its start.
    async fn within_deadline<T>(
        &self,
        call: impl Future<Output = Result<T, ProviderProblem>>,
    ) -> Result<T, ProviderProblem> {
        let late = |_| Err(self.late.clone());
        tokio::time::timeout_at(self.deadline, call).await.unwrap_or_else(late)
    }
}

/// Whether the claim of a rule is there.
fn has_claim(rule: MatchRule, claims: &IdClaims) -> bool {
    match rule {
        // `oid` comes from the signed token only.
        MatchRule::SubExternalId | MatchRule::OidExternalId => true,
        MatchRule::PreferredUsernameUserName => claims.preferred_username.is_some(),
        MatchRule::EmailEmail => claims.email.is_some(),
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Providers")
    }
}

#[cfg(test)]
mod tests;

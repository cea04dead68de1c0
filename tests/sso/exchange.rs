//! A provider, and the exchange of codes with it. No tenant and no console take part.

use crate::support::START;
use crate::support::identity_provider::{Authorized, CLIENT_ID, CLIENT_SECRET, IdentityProvider};
use oidc::{IdClaims, code_challenge};
use rollcall::directory::sources::Sources;
use rollcall::directory::sso::code_exchange::{ClientCredential, CodeExchange};
use rollcall::directory::sso::provider_problem::ProviderProblem;
use rollcall::directory::sso::providers::Providers;
use rollcall::model::sso::{MatchRule, Preset};
use rollcall::model::tenant::TenantId;
use rollcall::outbound::{AddressPolicy, Client};
use secrecy::SecretString;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub const REDIRECT_URI: &str = "https://rollcall.example/tenants/acme/sso/callback";
pub const VERIFIER: &str = "a-verifier-of-forty-three-characters-at-least";
pub const NONCE: &str = "the-nonce";
pub const KEY_ISSUER: &str = "https://rollcall.example/tenants/acme/sso";

/// A provider, a client of it, and their clock.
pub struct Exchanges {
    pub provider: IdentityProvider,
    pub providers: Providers,
    now: Arc<Mutex<OffsetDateTime>>,
    tenant: TenantId,
}

/// A client whose own origin is a loopback address, as on a developer's machine. So it calls loopback issuers by HTTP.
pub fn local_client() -> Client {
    Client::new(AddressPolicy::public_only(Some("http://127.0.0.1:8080")))
}

/// A clock that stands still, and random ids.
pub fn clock() -> (Sources, Arc<Mutex<OffsetDateTime>>) {
    let now = Arc::new(Mutex::new(START));
    let clock = Arc::clone(&now);
    (Sources::new(move || *clock.lock().unwrap(), Uuid::new_v4), now)
}

impl Exchanges {
    pub async fn start() -> Self {
        let (sources, now) = clock();
        Self {
            provider: IdentityProvider::start(sources.clone()).await,
            providers: Providers::new(local_client(), sources),
            now,
            tenant: TenantId::parse("acme").expect("an id"),
        }
    }

    /// Advances the clock.
    pub fn advance(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
    }

    /// Logs a person in at the provider.
    pub fn log_in(&self, claims: Value) -> Authorized {
        let challenge = code_challenge(VERIFIER);
        let url = format!(
            "{}/authorize?response_type=code&client_id={CLIENT_ID}&redirect_uri={REDIRECT_URI}&state=s&nonce={NONCE}&\
             code_challenge={challenge}&code_challenge_method=S256",
            self.provider.issuer()
        );
        let path = self.provider.issuer();
        let origin = path.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        self.provider.authorize(&url.replace(&path, &origin), claims)
    }

    /// Logs a person with these claims in, and exchanges the code.
    pub async fn redeem(&self, claims: Value) -> Result<IdClaims, ProviderProblem> {
        self.redeem_with(claims, |_| ()).await
    }

    /// Logs a person with these claims in, and exchanges the code with these changes.
    pub async fn redeem_with(
        &self,
        claims: Value,
        change: impl FnOnce(&mut CodeExchange<'_>),
    ) -> Result<IdClaims, ProviderProblem> {
        let code = self.log_in(claims).code;
        let credential = ClientCredential::Secret(SecretString::from(CLIENT_SECRET));
        self.redeem_code(&code, &credential, change).await
    }

    /// Exchanges a code with these changes.
    pub async fn redeem_code(
        &self,
        code: &str,
        credential: &ClientCredential,
        change: impl FnOnce(&mut CodeExchange<'_>),
    ) -> Result<IdClaims, ProviderProblem> {
        let issuer = self.provider.issuer();
        let mut exchange = self.exchange(&issuer, code, credential);
        change(&mut exchange);
        self.claims(exchange).await
    }

    /// Exchanges a code that came with this `iss`.
    pub async fn redeem_of(
        &self,
        iss: Option<&str>,
        code: &str,
    ) -> Result<IdClaims, ProviderProblem> {
        let issuer = self.provider.issuer();
        let credential = ClientCredential::Secret(SecretString::from(CLIENT_SECRET));
        let exchange = CodeExchange { iss, ..self.exchange(&issuer, code, &credential) };
        self.claims(exchange).await
    }

    async fn claims(&self, exchange: CodeExchange<'_>) -> Result<IdClaims, ProviderProblem> {
        let redeemed = self.providers.redeem(exchange).await?;
        self.providers.complete(exchange.issuer, redeemed).await
    }

    fn exchange<'e>(
        &'e self,
        issuer: &'e str,
        code: &'e str,
        credential: &'e ClientCredential,
    ) -> CodeExchange<'e> {
        CodeExchange {
            tenant: &self.tenant,
            issuer,
            client_id: CLIENT_ID,
            preset: Preset::Other,
            credential,
            redirect_uri: REDIRECT_URI,
            iss: Some(issuer),
            code,
            verifier: VERIFIER,
            nonce: NONCE,
            wanted: MatchRule::SubExternalId,
            key_issuer: KEY_ISSUER,
        }
    }
}

//! The start of a sign-in: the URL at the identity provider, and the attempt that the browser keeps. It writes nothing.

use super::Sso;
use super::attempt::{self, NewAttempt};
use super::form_encoding::with_query;
use super::provider_problem::ProviderProblem;
use super::refusal::Refusal;
use crate::directory::destinations::calls::count_call;
use crate::directory::error::Error;
use crate::model::sign_in::BrowserFamily;
use crate::model::sso::SsoSettings;
use crate::model::tenant::{Tenant, TenantId};
use std::sync::Arc;

/// The scopes of every sign-in.
const SCOPE: &str = "openid profile email";
/// The longest `login_hint` that is passed on, in bytes.
const MAX_HINT_BYTES: usize = 255;

/// The request of a browser to start a sign-in.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// The redirect URI of the tenant.
    pub redirect_uri: &'a str,
    /// The path and query below the tenant's root after the sign-in. It is checked already.
    pub next: &'a str,
    /// Whether an administrator tries the configuration.
    pub is_try: bool,
    /// The name that the identity provider proposes at its form (`login_hint`).
    pub login_hint: Option<&'a str>,
    /// The issuer that started the sign-in (`iss`), if one did.
    pub issuer: Option<&'a str>,
    /// The browser, for the log of a test.
    pub browser: BrowserFamily,
}

/// The result of a start.
#[derive(Debug)]
pub enum Started {
    /// The browser goes to the identity provider.
    Redirect {
        /// The URL of the authorization endpoint, with all parameters.
        url: String,
        /// The attempt for the browser's cookie.
        attempt: NewAttempt,
    },
    /// The tenant has no single sign-on, or there is no such tenant.
    NotConfigured,
    /// Another issuer than the configured one started the sign-in.
    ForeignIssuer,
    /// The sign-in cannot start.
    Refused {
        /// The reason.
        refusal: Refusal,
        /// 8 letters and digits for the page.
        reference: String,
    },
}

impl Sso {
    /// Starts a sign-in. It reads the tenant from the cache, and writes only the log line of a refused test.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], [`Error::NoRandomness`], or as every call of the store does.
    pub async fn start(&self, tenant: &TenantId, start: Start<'_>) -> Result<Started, Error> {
        let record = self.settings_to_start(tenant, start.is_try).await?;
        let settings = record.as_ref().and_then(|record| record.sso.as_ref());
        let is_own = |settings: &SsoSettings| start.issuer.is_none_or(|iss| iss == settings.issuer);
        let settings = match settings {
            Some(settings) if is_own(settings) => settings,
            None if start.issuer.is_none() => return Ok(Started::NotConfigured),
            _ => return Ok(Started::ForeignIssuer),
        };
        if settings.proven_at.is_none() && !start.is_try {
            return self.refuse_start(tenant, start, Refusal::NotTried).await;
        }
        // An issuer that is not tested may be any host.
        if start.is_try && !count_call(&self.tenants, tenant).await? {
            return self.refuse_start(tenant, start, Refusal::Unavailable).await;
        }
        let discovery = match self.providers.discovery(&settings.issuer).await {
            Ok(discovery) => discovery,
            Err(problem) => {
                let refused = self.refuse_start(tenant, start, problem.reason()).await?;
                log_problem(tenant, &refused, &problem);
                return Ok(refused);
            }
        };
        let now = self.tenants.sources.now();
        let peppers = self.tenants.peppers().await?;
        let attempt =
            attempt::begin(tenant, settings.epoch, start.next, start.is_try, &peppers, now)
                .map_err(Error::NoRandomness)?;
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &*settings.client_id),
            ("redirect_uri", start.redirect_uri),
            ("scope", SCOPE),
            ("state", &*attempt.state),
            ("nonce", &*attempt.nonce),
            ("code_challenge", &*attempt.challenge),
            ("code_challenge_method", "S256"),
        ];
        let hint = start.login_hint.filter(|hint| hint.len() <= MAX_HINT_BYTES);
        parameters.extend(hint.map(|hint| ("login_hint", hint)));
        let url = with_query(&discovery.authorization_endpoint, parameters);
        Ok(Started::Redirect { url, attempt })
    }

    /// Returns the tenant's record. A test of a configuration that was saved a moment ago needs the newest record, and
    /// an administrator starts it. All others get the cached one.
    async fn settings_to_start(
        &self,
        tenant: &TenantId,
        is_try: bool,
    ) -> Result<Option<Arc<Tenant>>, Error> {
        match is_try {
            true => self.tenants.get(tenant).await.map(|record| Some(Arc::new(record))),
            false => self.known(tenant).await,
        }
    }

    async fn refuse_start(
        &self,
        tenant: &TenantId,
        start: Start<'_>,
        refusal: Refusal,
    ) -> Result<Started, Error> {
        let reference = self.refuse(tenant, refusal, start.is_try, start.browser).await?;
        Ok(Started::Refused { refusal, reference })
    }
}

/// Logs the problem behind a refusal under its reference. The problem has no secret and no text of a person.
fn log_problem(tenant: &TenantId, refused: &Started, problem: &ProviderProblem) {
    if let Started::Refused { reference, .. } = refused {
        let cause = problem.log_name();
        tracing::info!(
            tenant = tenant.as_str(),
            reference,
            cause,
            "the provider did not start a sign-in"
        );
    }
}

//! The end of a sign-in: the callback from the identity provider. Nothing is written before the ID token is valid.

use super::Sso;
use super::attempt::{self, OpenAttempt};
use super::refusal::Refusal;
use super::sign_in::FinishResult;
use super::test_problem::TestProblem;
use crate::directory::access::pepper::Peppers;
use crate::directory::error::Error;
use crate::model::sign_in::BrowserFamily;
use crate::model::sso::SsoSettings;
use crate::model::tenant::{Tenant, TenantId};
use std::fmt;

/// The answer of the identity provider, as the browser brings it.
#[derive(Clone, Copy)]
pub struct Callback<'a> {
    /// The redirect URI of the tenant, as at the start.
    pub redirect_uri: &'a str,
    /// The issuer of the tenant's keys, `{root}sso`.
    pub key_issuer: &'a str,
    /// The parameter `state`; empty without one.
    pub state: &'a str,
    /// The parameter `code`.
    pub code: Option<&'a str>,
    /// The parameter `iss` (RFC 9207).
    pub iss: Option<&'a str>,
    /// The parameter `error`.
    pub error: Option<&'a str>,
    /// The cookies of the request: name and value.
    pub cookies: &'a [(&'a str, &'a str)],
    /// The browser, for the log.
    pub browser: BrowserFamily,
}

/// The end of a sign-in.
#[derive(Debug)]
pub struct Finished {
    /// The name of the attempt's cookie, which the answer removes; `None` if the browser has no such attempt.
    pub cookie_name: Option<String>,
    /// The path and query below the tenant's root that the start named.
    pub next: String,
    /// The result.
    pub result: FinishResult,
}

/// An attempt, and the configuration that it was started with.
type AttemptAndSettings = (OpenAttempt, SsoSettings);

impl Sso {
    /// Finishes a sign-in.
    ///
    /// Without an attempt of this browser it calls no provider. It then reads the tenant at most once in two seconds.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], [`Error::NoRandomness`], [`Error::Contention`], or as every call of the store
    /// does.
    pub async fn finish(
        &self,
        tenant: &TenantId,
        callback: Callback<'_>,
    ) -> Result<Finished, Error> {
        let browser = callback.browser;
        let Some((attempt, settings)) = self.resume_attempt(tenant, callback).await? else {
            let result = self.refused(tenant, Refusal::Failed, None, browser).await?;
            return Ok(Finished { cookie_name: None, next: String::new(), result });
        };
        let is_try = attempt.is_try;
        let result = match self.redeem(tenant, &settings, &attempt, callback).await? {
            Ok(claims) => self.admit(tenant, &settings, &claims, is_try, browser).await?,
            Err(problem) => {
                let cause = problem.log_name();
                tracing::info!(tenant = tenant.as_str(), cause, "a sign-in is not proven");
                let test = is_try.then(|| TestProblem::of(&problem));
                self.refused(tenant, problem.reason(), test, browser).await?
            }
        };
        Ok(Finished { cookie_name: Some(attempt.cookie_name), next: attempt.next, result })
    }

    /// Refuses a sign-in that proves no identity. `test` is the problem of a test.
    async fn refused(
        &self,
        tenant: &TenantId,
        refusal: Refusal,
        test: Option<Option<TestProblem>>,
        browser: BrowserFamily,
    ) -> Result<FinishResult, Error> {
        let reference = self.refuse(tenant, refusal, test.is_some(), browser).await?;
        Ok(match test {
            Some(problem) => FinishResult::Tried { problem },
            None => FinishResult::Refused { refusal, reference },
        })
    }

    /// Returns the attempt of the browser, with the configuration that started it.
    async fn resume_attempt(
        &self,
        tenant: &TenantId,
        callback: Callback<'_>,
    ) -> Result<Option<AttemptAndSettings>, Error> {
        if !callback.cookies.iter().any(|(name, _)| name.starts_with(attempt::COOKIE_PREFIX)) {
            return Ok(None);
        }
        let now = self.tenants.sources.now();
        let resume = |record: &Tenant, peppers: &Peppers| -> Option<AttemptAndSettings> {
            let settings = record.sso.as_ref()?;
            let (state, cookies) = (callback.state, callback.cookies);
            let attempt = attempt::resume(tenant, settings.epoch, state, cookies, peppers, now)?;
            Some((attempt, settings.clone()))
        };
        let peppers = self.tenants.peppers().await?;
        // Another server may have a newer configuration or a newer pepper. Both are read again only now and then.
        if let Some(found) =
            self.access.find_known(tenant, |record| resume(record, &peppers)).await?
        {
            return Ok(Some(found));
        }
        let newer = self.tenants.peppers.get_newer(now).await.map_err(Error::NoPepper)?;
        let record = self.known(tenant).await?;
        Ok(record.and_then(|record| resume(&record, &newer)))
    }
}

impl fmt::Debug for Callback<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // State, code and cookies are credentials.
        formatter.debug_struct("Callback").finish_non_exhaustive()
    }
}

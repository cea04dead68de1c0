//! The end of a sign-in: admits the employee of a proven identity, or refuses. Each refusal has a reference.

use super::Sso;
use super::account_link::Proven;
use super::identity::{shown, sid_hash};
use super::matching::NoMatch;
use super::refusal::Refusal;
use super::test_problem::TestProblem;
use crate::directory::access::reference;
use crate::directory::access::sessions::{self, AccountSession, Opener, Pass, millis};
use crate::directory::access::sso_entries::{Action, entry_changes};
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::history::EventKind;
use crate::model::sign_in::{BrowserFamily, SignInMethod, SignInOutcome, SignInRecord};
use crate::model::sso::SsoSettings;
use crate::model::tenant::TenantId;
use oidc::IdClaims;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The result of a sign-in or of a test.
#[derive(Debug)]
pub enum FinishResult {
    /// The employee is an administrator and has a new session.
    SignedIn {
        /// The pass of the session.
        pass: Pass,
        /// The length of the session in hours, 1 to 24.
        hours: u8,
    },
    /// A test of single sign-on ended. It opens no session, and its line in the log has the result.
    Tried {
        /// The problem of a test that did not complete, if the reason of the refusal does not tell it.
        problem: Option<TestProblem>,
    },
    /// The sign-in ends without a session.
    Refused {
        /// The reason.
        refusal: Refusal,
        /// 8 letters and digits, which the page and the list of sign-ins show.
        reference: String,
    },
}

impl Sso {
    /// Admits the employee of a proven identity: finds or makes the link, and issues a new session. `settings` is the
    /// configuration that proved the identity.
    ///
    /// A test writes neither a link nor a session. The first successful test makes the configuration count.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], [`Error::NoRandomness`], [`Error::Contention`], or as every call of the store
    /// does.
    pub async fn admit(
        &self,
        tenant: &TenantId,
        settings: &SsoSettings,
        claims: &IdClaims,
        is_try: bool,
        browser: BrowserFamily,
    ) -> Result<FinishResult, Error> {
        // The time comes before all reads: an end of the sessions during the sign-in also ends the new one.
        let now = self.tenants.sources.now();
        let found = match settings.proven_at {
            None if !is_try => Err(Refusal::NotTried.into()),
            Some(_) | None => self.prove(tenant, settings, claims, (is_try, now)).await?,
        };
        let how = if is_try { SignInMethod::Try } else { SignInMethod::Sso };
        let proven = match found {
            Ok(proven) => proven,
            Err(NoMatch { refusal, employee }) => {
                let by = (employee, Some(shown(claims)));
                let reference = self.refuse_person(tenant, refusal, how, by, browser).await?;
                return Ok(match is_try {
                    true => FinishResult::Tried { problem: None },
                    false => FinishResult::Refused { refusal, reference },
                });
            }
        };
        let line = line((how, SignInOutcome::SignedIn), Some(proven.employee), browser, now);
        if is_try {
            self.note_proof(tenant, settings, proven.employee, now).await?;
            self.access.record_line(tenant, &line).await;
            return Ok(FinishResult::Tried { problem: None });
        }
        let pass = self.issue(tenant, settings, claims, &proven, now).await?;
        let noted = self.note_sign_in(tenant, claims, &proven, now);
        tokio::join!(noted, self.access.record_line(tenant, &line));
        Ok(FinishResult::SignedIn { pass, hours: settings.hours })
    }

    /// Refuses a sign-in before the identity is proven, and returns the reference for the page. Only a test, which an
    /// administrator starts, has a line in the log: strangers cause no writes.
    ///
    /// # Errors
    /// Fails with [`Error::NoRandomness`].
    pub async fn refuse(
        &self,
        tenant: &TenantId,
        refusal: Refusal,
        is_try: bool,
        browser: BrowserFamily,
    ) -> Result<String, Error> {
        let how = if is_try { SignInMethod::Try } else { SignInMethod::Sso };
        self.refuse_person(tenant, refusal, how, (None, None), browser).await
    }

    async fn refuse_person(
        &self,
        tenant: &TenantId,
        refusal: Refusal,
        how: SignInMethod,
        (employee, shown): (Option<Uuid>, Option<String>),
        browser: BrowserFamily,
    ) -> Result<String, Error> {
        let reference = reference::random().map_err(Error::NoRandomness)?;
        tracing::info!(
            tenant = tenant.as_str(),
            reason = refusal.as_str(),
            reference,
            "a sign-in is refused"
        );
        if how == SignInMethod::Try || employee.is_some() {
            let outcome = (how, SignInOutcome::Refused(refusal));
            let line = line(outcome, employee, browser, self.tenants.sources.now());
            let reference = Some(reference.clone());
            self.access.record_line(tenant, &SignInRecord { shown, reference, ..line }).await;
        }
        Ok(reference)
    }

    /// Returns the newest test of single sign-on; `None` without one in the log.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn last_try(&self, tenant: &TenantId) -> Result<Option<SignInRecord>, Error> {
        let lines = self.access.recent_sign_ins(tenant).await?;
        Ok(lines.into_iter().find(|line| line.how == SignInMethod::Try))
    }

    async fn issue(
        &self,
        tenant: &TenantId,
        settings: &SsoSettings,
        claims: &IdClaims,
        proven: &Proven,
        now: OffsetDateTime,
    ) -> Result<Pass, Error> {
        let session = AccountSession {
            employee: proven.employee,
            subject: proven.account.subject.clone(),
            epoch: settings.epoch,
            issued: millis(now),
            proven: claims.issued_at.unix_timestamp(),
            sid: claims.sid.as_deref().map(|sid| sid_hash(settings, sid)),
        };
        let peppers = self.tenants.peppers().await?;
        let until = now + Duration::hours(i64::from(settings.hours));
        let (pass, _) = sessions::issue_until(tenant, Opener::Account(session), &peppers, until)
            .map_err(Error::NoRandomness)?;
        Ok(pass)
    }

    /// Notes the day of a sign-in. A failure is logged, and does not prevent the sign-in.
    async fn note_sign_in(
        &self,
        tenant: &TenantId,
        claims: &IdClaims,
        proven: &Proven,
        now: OffsetDateTime,
    ) {
        if proven.is_new {
            return;
        }
        let store = self.tenants.store.tenant(tenant);
        let mut after = proven.account.clone();
        after.last_sign_in = now.date();
        let shown = shown(claims);
        if !shown.is_empty() {
            after.shown = shown;
        }
        if let Err(error) = store.accounts().save(&proven.account, after).await {
            let cause = crate::error_chain(&error);
            tracing::warn!(tenant = tenant.as_str(), cause, "the day of a sign-in is not noted");
        }
    }

    /// Notes the first successful test of a configuration, unless the configuration changed meanwhile.
    async fn note_proof(
        &self,
        tenant: &TenantId,
        settings: &SsoSettings,
        employee: Uuid,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        let actor = ActorRecord::of_employee(employee, settings.epoch);
        let noted = self.tenants.update(tenant, &actor, |record| {
            let next = record.revision + 1;
            let Some(sso) = record.sso.as_mut().filter(|sso| sso.proven_at.is_none()) else {
                return Ok(None);
            };
            sso.proven_at = Some(now);
            sso.revision = next;
            let changes = entry_changes(Action::Proven, &[]);
            Ok(self.tenants.entry_of(EventKind::SsoChanged, changes, &actor))
        });
        match noted.await {
            // The configuration was changed or removed during the test. The test proves nothing about the next one.
            Err(Error::TokenEnded) => {}
            noted => drop(noted?),
        }
        self.access.forget_cached(tenant);
        Ok(())
    }
}

fn line(
    (how, outcome): (SignInMethod, SignInOutcome),
    employee_id: Option<Uuid>,
    browser: BrowserFamily,
    at: OffsetDateTime,
) -> SignInRecord {
    let (shown, label, reference) = (None, None, None);
    SignInRecord { at, how, outcome, employee_id, shown, label, browser, reference }
}

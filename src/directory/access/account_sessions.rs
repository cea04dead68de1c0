//! Sessions of single sign-on. Each request reads the employee, the account and the administrators' group again, so an
//! archived or removed administrator is out at the next request.

use super::Access;
use super::Resumption;
use super::admission::Admission;
use super::reference;
use super::sessions::{AccountSession, Claims, Opener, millis};
use super::tenant_cache::{CacheLookup, CachedTenant};
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::refusal::Refusal;
use crate::model::sign_in::{BrowserFamily, SignInMethod, SignInOutcome, SignInRecord};
use crate::model::tenant::TenantId;
use crate::store::dynamodb::retry::{Attempt, retry};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;
use uuid::Uuid;

/// The most sessions of a request that are looked up. Copies of a cookie count once.
const MOST_SESSIONS: usize = 4;

impl AccountSession {
    /// Whether the session still belongs to the employee and the account that were read. `id` is the id of the session.
    ///
    /// A session ends with *Sign out*, with a logout of the identity provider, with a new link, and with the return of
    /// a deleted employee. A session that was issued in the second of a logout is void too, because the identity
    /// provider gives the time of a logout in whole seconds.
    fn is_valid(&self, id: &str, found: &Admission) -> bool {
        let Some(account) = &found.account else { return false };
        let is_own = bool::from(self.subject.as_bytes().ct_eq(account.subject.as_bytes()));
        let returned_at = found.employee.as_ref().and_then(|employee| employee.returned_at);
        // Neither clock may save a session: the time of a logout comes from the identity provider.
        let first = self.issued.div_euclid(1_000).min(self.proven);
        let without_sid = account.ended_without_sid.filter(|_| self.sid.is_none());
        let mut ends = account.ended_at.into_iter().chain(without_sid);
        let is_ended = |ended: &String| *ended == id || Some(ended) == self.sid.as_ref();
        is_own
            && self.issued >= millis(account.linked)
            && returned_at.is_none_or(|returned| self.issued > millis(returned))
            && ends.all(|ended| first > ended.unix_timestamp())
            && !account.ended_sids.iter().any(is_ended)
    }
}

impl Access {
    /// Resumes the session of an employee.
    pub(super) async fn resume_account(
        &self,
        tenant: &TenantId,
        claims: &[Claims],
        now: OffsetDateTime,
    ) -> Result<Resumption, Error> {
        let mut refused = Resumption::None;
        let mut sessions: Vec<(&Claims, &AccountSession)> = Vec::new();
        for claims in claims {
            let Opener::Account(session) = &claims.opener else { continue };
            let is_copy = sessions.iter().any(|(known, _)| known.session == claims.session);
            if !is_copy && sessions.len() < MOST_SESSIONS {
                sessions.push((claims, session));
            }
        }
        for (claims, session) in sessions {
            match self.resume_one(tenant, claims, session, now).await? {
                Resumption::None => {}
                Resumption::Open(resumed) => return Ok(Resumption::Open(resumed)),
                refusal @ Resumption::Refused { .. } => refused = refusal,
            }
        }
        Ok(refused)
    }

    async fn resume_one(
        &self,
        tenant: &TenantId,
        claims: &Claims,
        session: &AccountSession,
        now: OffsetDateTime,
    ) -> Result<Resumption, Error> {
        let of_session = |known: &Arc<CachedTenant>| {
            let settings = known.record.sso.as_ref();
            let is_open = settings.is_some_and(|settings| settings.epoch == session.epoch);
            is_open.then(|| Arc::clone(known))
        };
        let CacheLookup::Found(known) = self.cache.find(tenant, now, of_session).await? else {
            return Ok(Resumption::None);
        };
        let Some(settings) = &known.record.sso else { return Ok(Resumption::None) };
        let context = &known.directory.context;
        let is_valid = |found: &Admission| session.is_valid(&claims.session.id, found);
        let found = Admission::read(context, settings, session.employee, is_valid).await?;
        let Some(admission) = found else { return Ok(Resumption::None) };
        match admission.verdict() {
            Ok(()) => {
                let actor = ActorRecord::of_employee(session.employee, session.epoch);
                Ok(Resumption::Open(Box::new(known.resume(claims, actor, None))))
            }
            Err(refusal) => {
                let reference = reference::of_session(&claims.session.id, refusal);
                let refused = (refusal, &*reference);
                self.record_refusal(tenant, session.employee, refused, now).await;
                Ok(Resumption::Refused { refusal, reference })
            }
        }
    }

    /// Records that a session was refused: one line a session and reason, however many requests follow.
    async fn record_refusal(
        &self,
        tenant: &TenantId,
        employee: Uuid,
        (refusal, reference): (Refusal, &str),
        now: OffsetDateTime,
    ) {
        let is_known = match self.recent_sign_ins(tenant).await {
            Ok(lines) => lines.iter().any(|line| line.reference.as_deref() == Some(reference)),
            // The list cannot be read, so a line cannot be added either.
            Err(_) => true,
        };
        if is_known {
            return;
        }
        let line = SignInRecord {
            at: now,
            how: SignInMethod::Sso,
            outcome: SignInOutcome::Refused(refusal),
            employee_id: Some(employee),
            shown: None,
            label: None,
            browser: BrowserFamily::default(),
            reference: Some(reference.to_owned()),
        };
        self.record_line(tenant, &line).await;
    }

    /// Ends one session of an employee. It takes effect at the next request of every server.
    pub(super) async fn sign_out_account(
        &self,
        tenant: &TenantId,
        employee: Uuid,
        session: &str,
    ) -> Result<(), Error> {
        let (store, now) = (self.tenants.store.tenant(tenant), self.tenants.sources.now());
        retry!({
            let Some(account) = store.accounts().get(employee).await? else {
                return Ok(Attempt::Done(()));
            };
            let mut after = account.clone();
            after.end_session(session, now);
            Ok::<_, Error>(Attempt::done_if(store.accounts().save(&account, after).await?))
        })
    }
}

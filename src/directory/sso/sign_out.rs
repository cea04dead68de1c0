//! Ends sessions of administrators: all, those of one employee, and those that the identity provider names.

use super::Sso;
use super::configuration_change::next_epoch;
use super::entries;
use super::identity::{logout_subject, sid_hash};
use crate::directory::access::sso_entries::{Action, entry_changes};
use crate::directory::error::Error;
use crate::directory::sso::error::SsoError;
use crate::model::actor::ActorRecord;
use crate::model::history::EventKind;
use crate::model::sso::SsoSettings;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::retry::{Attempt, retry};
use oidc::LogoutClaims;
use uuid::Uuid;

impl Sso {
    /// Ends all sessions of single sign-on of a tenant, the actor's own included. Open attempts to sign in end too.
    ///
    /// Other processes refuse the sessions within 60 seconds.
    ///
    /// # Errors
    /// Fails with [`SsoError::NotConfigured`], [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::NoTenant`],
    /// [`Error::Contention`], or as every call of the store does.
    pub async fn sign_out_all(&self, tenant: &TenantId, actor: &ActorRecord) -> Result<(), Error> {
        let now = self.tenants.now();
        let raised = self.tenants.update(tenant, actor, |record| {
            let (next, epoch) = (record.revision + 1, next_epoch(record, now));
            let sso = record.sso.as_mut().ok_or(SsoError::NotConfigured)?;
            sso.epoch = epoch;
            sso.revision = next;
            let changes = entry_changes(Action::SignedOutAll, &[]);
            Ok(self.tenants.entry_of(EventKind::SsoChanged, changes, actor))
        });
        let raised = raised.await;
        self.access.forget_cached(tenant);
        raised.map(drop)
    }

    /// Ends all sessions of one employee, at the next request of every process. An employee without an account has no
    /// session.
    ///
    /// # Errors
    /// Fails with [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::NoTenant`], [`Error::Contention`], or as
    /// every call of the store does.
    pub async fn sign_out_employee(
        &self,
        tenant: &TenantId,
        id: Uuid,
        actor: &ActorRecord,
    ) -> Result<(), Error> {
        let now = self.tenants.sources.now();
        let store = self.tenants.store.tenant(tenant);
        let mut changes = entry_changes(Action::SignedOut, &[]);
        changes.push(entries::employee(None, Some(id)));
        let entry = self.tenants.entry(EventKind::SsoChanged, changes, actor);
        let ended = retry!({
            let mut record = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&record, now)?;
            let Some(account) = store.accounts().get(id).await? else {
                return Ok(Attempt::Done(()));
            };
            record.revision += 1;
            let mut after = account.clone();
            after.end_all(now);
            let is_done = store.accounts().save_noted(&account, after, (&record, &entry)).await?;
            Ok::<_, Error>(Attempt::done_if(is_done))
        });
        self.access.forget_cached(tenant);
        ended
    }

    /// Ends the sessions that a checked logout token names (OpenID Connect Back-Channel Logout 1.0). With a `sid` it ends
    /// this session, and the sessions of the subject that have none. Without a `sid` it ends all sessions of the subject
    /// until the time of the token. A replayed token changes nothing. `settings` is the configuration that checked it.
    ///
    /// Returns whether the token names a subject. A token with a `sid` only leads to no account, and ends nothing.
    ///
    /// # Errors
    /// Fails with [`Error::Contention`], or as every call of the store does.
    pub async fn back_channel(
        &self,
        tenant: &TenantId,
        settings: &SsoSettings,
        claims: &LogoutClaims,
    ) -> Result<bool, Error> {
        let now = self.tenants.sources.now();
        let store = self.tenants.store.tenant(tenant);
        let sid = claims.sid.as_deref().map(|sid| sid_hash(settings, sid));
        let Some(subject) = logout_subject(settings, claims) else { return Ok(false) };
        let Some(employee) = store.accounts().get_holder(&subject).await? else { return Ok(true) };
        let at = claims.issued_at;
        retry!({
            let account = store.accounts().get(employee).await?;
            let Some(account) = account.filter(|account| account.subject == subject) else {
                return Ok(Attempt::Done(true));
            };
            let mut after = account.clone();
            match &sid {
                Some(sid) => {
                    after.end_session(sid, now);
                    after.end_without_sid(at);
                }
                None => after.end_all(at),
            }
            let is_done = store.accounts().save(&account, after).await?;
            Ok::<_, Error>(Attempt::done_if(is_done).map(|()| true))
        })
    }
}

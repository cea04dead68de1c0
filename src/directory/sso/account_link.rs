//! The link between an account of the provider and an employee. The first sign-in makes it, and then only the link
//! decides: no claim that may change or pass to another person counts any more.

use super::Sso;
use super::entries;
use super::identity::{Identity, shown};
use super::matching::{self, NoMatch};
use super::refusal::Refusal;
use crate::directory::access::admission::Admission;
use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::sso::error::SsoError;
use crate::model::account::Account;
use crate::model::actor::ActorRecord;
use crate::model::history::EventKind;
use crate::model::sso::SsoSettings;
use crate::model::tenant::{Tenant, TenantId};
use crate::store::accounts::NewLink;
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use oidc::IdClaims;
use time::OffsetDateTime;
use uuid::Uuid;

/// An administrator whose identity is proven.
#[derive(Debug, Clone)]
pub(super) struct Proven {
    pub(super) employee: Uuid,
    /// The account. A test of single sign-on does not write it.
    pub(super) account: Account,
    /// Whether this sign-in made the link.
    pub(super) is_new: bool,
}

/// The account of an identity, and whether it is linked already.
enum AccountOfIdentity {
    /// The account is linked.
    Linked(Proven),
    /// The link is to be written.
    Unlinked(Box<NewLink>),
}

impl Sso {
    /// Finds the administrator of an identity. The first success writes the link, except for a test.
    ///
    /// # Errors
    /// The outer result fails with [`Error::Contention`], or as every call of the store does.
    pub(super) async fn prove(
        &self,
        tenant: &TenantId,
        settings: &SsoSettings,
        claims: &IdClaims,
        (is_try, now): (bool, OffsetDateTime),
    ) -> Result<Result<Proven, NoMatch>, Error> {
        let identity = match Identity::of(settings, claims) {
            Ok(identity) => identity,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        let directory = self.tenants.directory(tenant);
        retry!({
            let new = match find(&directory.context, settings, identity, now).await? {
                Err(refused) => return Ok(Attempt::Done(Err(refused))),
                Ok(AccountOfIdentity::Linked(proven)) => return Ok(Attempt::Done(Ok(proven))),
                Ok(AccountOfIdentity::Unlinked(new)) => *new,
            };
            if !is_try {
                let record = self.tenants.get(tenant).await?;
                if record.sso.as_ref().is_none_or(|sso| sso.epoch != settings.epoch) {
                    // The configuration changed during the sign-in. It must not write a link of the earlier one.
                    return Ok(Attempt::Done(Err(Refusal::Failed.into())));
                }
                if !self.link(record, settings.epoch, &new).await? {
                    return Ok(Attempt::Again(NextAttempt::AfterPause));
                }
            }
            let (employee, account) = (new.employee.id, new.account);
            Ok::<_, Error>(Attempt::Done(Ok(Proven { employee, account, is_new: true })))
        })
    }

    /// Whether the account of an identity is linked to an employee. Then a sign-in needs no claim of the tenant's rule.
    pub(super) async fn is_linked(
        &self,
        tenant: &TenantId,
        settings: &SsoSettings,
        claims: &IdClaims,
    ) -> Result<bool, Error> {
        let Ok(identity) = Identity::of(settings, claims) else { return Ok(false) };
        let context = self.tenants.directory(tenant).context;
        let (_, linked) = read_holder(&context, settings, &identity.subject_hash(settings)).await?;
        Ok(linked.is_some())
    }

    /// Writes a link. `record` is the tenant as it is now. `false` when an item is not as it was read.
    async fn link(&self, mut record: Tenant, epoch: u64, new: &NewLink) -> Result<bool, Error> {
        let tenant = record.id.clone();
        let store = self.tenants.store.tenant(&tenant);
        if new.replaced.is_empty() && new.holder.is_none() {
            return Ok(store.accounts().link(new, &record).await?);
        }
        record.revision += 1;
        let actor = ActorRecord::of_employee(new.employee.id, epoch);
        let change = entries::employee(new.holder, Some(new.employee.id));
        let entry = self.tenants.entry(EventKind::AccountReplaced, vec![change], &actor);
        let is_done = store.accounts().replace(new, (&record, &entry)).await;
        self.access.forget_cached(&tenant);
        Ok(is_done?)
    }

    /// Returns the account that is linked to an employee; `None` without one.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn account(&self, tenant: &TenantId, id: Uuid) -> Result<Option<Account>, Error> {
        Ok(self.tenants.store.tenant(tenant).accounts().get(id).await?)
    }

    /// Removes the link of an employee, and ends the employee's sessions at the next request. The next sign-in matches
    /// the employee again.
    ///
    /// # Errors
    /// Fails with [`SsoError::NoAccount`], [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::NoTenant`],
    /// [`Error::Contention`], or as every call of the store does.
    pub async fn unlink(
        &self,
        tenant: &TenantId,
        id: Uuid,
        actor: &ActorRecord,
    ) -> Result<(), Error> {
        let store = self.tenants.store.tenant(tenant);
        let change = entries::employee(None, Some(id));
        retry!({
            let mut record = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&record, self.tenants.sources.now())?;
            let account = store.accounts().get(id).await?.ok_or(SsoError::NoAccount)?;
            record.revision += 1;
            let changes = vec![change.clone()];
            let entry = self.tenants.entry(EventKind::AccountUnlinked, changes, actor);
            let is_done = store.accounts().unlink(&account, (&record, &entry)).await?;
            Ok::<_, Error>(Attempt::done_if(is_done))
        })?;
        self.access.forget_cached(tenant);
        Ok(())
    }
}

/// Finds the employee of an identity: by the link, or else by the tenant's rule.
async fn find(
    context: &Context,
    settings: &SsoSettings,
    identity: Identity<'_>,
    now: OffsetDateTime,
) -> Result<Result<AccountOfIdentity, NoMatch>, Error> {
    let subject = identity.subject_hash(settings);
    let refused = |refusal, employee| Err(NoMatch { refusal, employee: Some(employee) });
    let (holder, linked) = read_holder(context, settings, &subject).await?;
    if let (Some(employee), Some((found, account))) = (holder, linked) {
        return Ok(match found.verdict() {
            Ok(()) => Ok(AccountOfIdentity::Linked(Proven { employee, account, is_new: false })),
            Err(refusal) => refused(refusal, employee),
        });
    }
    // A link to a deleted or erased employee is replaced.
    let mut replaced = match holder {
        Some(holder) => Vec::from_iter(context.store.accounts().get(holder).await?),
        None => Vec::new(),
    };
    replaced.retain(|account| account.subject == subject);
    let matched = match matching::find(context, settings, identity).await? {
        Ok(matched) => matched,
        Err(refused) => return Ok(Err(refused)),
    };
    let is_free = |found: &Admission| {
        let is_other =
            |account: &Account| account.issuer == settings.issuer && account.subject != subject;
        !found.account.as_ref().is_some_and(is_other)
    };
    let Some(found) = Admission::read(context, settings, matched.id, is_free).await? else {
        return Ok(refused(Refusal::LinkedElsewhere, matched.id));
    };
    if let Err(refusal) = found.verdict() {
        return Ok(refused(refusal, matched.id));
    }
    let account = Account::new(matched.id, &settings.issuer, subject, shown(identity.claims), now);
    replaced.retain(|before: &Account| before.employee != matched.id);
    replaced.extend(found.account);
    let employee = found.employee.unwrap_or(matched);
    let new = NewLink { employee, account, replaced, holder };
    Ok(Ok(AccountOfIdentity::Unlinked(Box::new(new))))
}

/// Reads the employee who holds a subject, and the items of the link, if the employee and the account exist.
async fn read_holder(
    context: &Context,
    settings: &SsoSettings,
    subject: &str,
) -> Result<(Option<Uuid>, Option<(Admission, Account)>), Error> {
    let Some(holder) = context.store.accounts().get_holder(subject).await? else {
        return Ok((None, None));
    };
    let is_linked = |found: &Admission| {
        let account = found.account.as_ref();
        found.employee.is_some() && account.is_some_and(|account| account.subject == subject)
    };
    let found = Admission::read(context, settings, holder, is_linked).await?;
    let linked = found.and_then(|found| found.account.clone().map(|account| (found, account)));
    Ok((Some(holder), linked))
}

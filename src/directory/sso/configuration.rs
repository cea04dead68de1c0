//! The configuration of single sign-on: shown, saved and removed.

use super::Sso;
use super::configuration_change::plan;
use super::configuration_fields::{Checked, check};
use super::configuration_view::build_view;
use super::error::SsoError;
use crate::directory::access::sso_entries::{Action, entry_changes};
use crate::directory::error::Error;
use crate::directory::precondition::Precondition;
use crate::model::actor::ActorRecord;
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::history::EventKind;
use crate::model::sso::{ClientAuth, MatchRule, NamedAdmin, Preset, SsoSettings};
use crate::model::tenant::{Tenant, TenantId};
use crate::store::credentials::Credentials;
use crate::store::dynamodb::retry::{Attempt, retry};
use secrecy::SecretString;
use std::collections::BTreeSet;
use std::sync::Arc;
use time::Date;
use uuid::Uuid;

pub use super::configuration_view::{KeyNote, KeyState, SecretNote, SsoView};

/// A configuration to save.
#[derive(Debug, Clone)]
pub struct NewSso {
    /// The issuer, byte for byte as the provider names it, at most 255 bytes.
    pub issuer: String,
    /// The client id, at most 255 characters.
    pub client_id: String,
    /// How Rollcall proves itself at the token endpoint.
    pub client_auth: ClientAuth,
    /// The client secret; `None` keeps the stored one.
    pub client_secret: Option<SecretString>,
    /// The last day of the client secret.
    pub secret_ends_on: Option<Date>,
    /// The match; `None` for the one that fits the provider.
    pub match_by: Option<MatchRule>,
    /// The kind of provider; `None` for the one of the issuer.
    pub provider: Option<Preset>,
    /// The domain of Google's claim `hd`.
    pub hd: Option<String>,
    /// The group of the administrators.
    pub group: Option<Uuid>,
    /// The named administrators, at most 50.
    pub admins: Vec<Uuid>,
    /// The administrators that this change names by itself. The naming of an employee who came back from a deletion
    /// starts again. All others keep the naming that they have.
    pub named_now: Vec<Uuid>,
    /// The length of a session in hours, 1 to 24.
    pub hours: u8,
    /// Whether the sign-in page accepts the admin token.
    pub token_sign_in: bool,
}

impl NewSso {
    /// Builds the configuration that changes nothing. The stored secret stays, and nobody is named again.
    pub fn keeping(view: &SsoView) -> Self {
        let settings = view.settings.clone();
        Self {
            issuer: settings.issuer,
            client_id: settings.client_id,
            client_auth: settings.client_auth,
            client_secret: None,
            secret_ends_on: view.secret.as_ref().and_then(|secret| secret.ends_on),
            match_by: Some(settings.match_by),
            provider: Some(settings.provider),
            hd: settings.hd,
            group: settings.group,
            admins: settings.admins.into_iter().map(|admin| admin.id).collect(),
            named_now: Vec::new(),
            hours: settings.hours,
            token_sign_in: settings.token_sign_in,
        }
    }
}

impl Sso {
    /// Returns the configuration; `None` when there is none. The read is consistent.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::NoPepper`], or as every call of the store does.
    pub async fn get(&self, tenant: &TenantId) -> Result<Option<SsoView>, Error> {
        let Some(settings) = self.tenants.get(tenant).await?.sso else { return Ok(None) };
        let stored = self.tenants.store.tenant(tenant).credentials().get().await?;
        self.view(tenant, settings, &stored).await.map(Some)
    }

    /// Returns the record of a tenant, at most a minute old; `None` when there is no such tenant. Requests of strangers
    /// may call this.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn known(&self, tenant: &TenantId) -> Result<Option<Arc<Tenant>>, Error> {
        self.access.known_record(tenant).await
    }

    /// Saves the configuration as [`Self::put`] does, and makes the first key of a configuration that needs one.
    ///
    /// # Errors
    /// Fails as [`Self::put`] and [`Self::make_key`] do. The configuration is saved when only the key is not made.
    pub async fn save(
        &self,
        tenant: &TenantId,
        new: NewSso,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<SsoView, Error> {
        let view = self.put(tenant, new, precondition, actor).await?;
        match view.settings.client_auth == ClientAuth::Key && view.keys.is_empty() {
            true => self.make_key(tenant, actor).await,
            false => Ok(view),
        }
    }

    /// Saves the configuration. Calls no other host, and makes no key.
    ///
    /// A change of issuer, client, match, domain or kind of provider ends all sessions of single sign-on, needs another
    /// test, and turns token sign-in on.
    ///
    /// # Errors
    /// Fails with [`Error::Sso`] for an invalid field and a broken rule, and with [`Error::VersionDiffers`]. Other
    /// failures are [`Error::NoTenant`], [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::NoPepper`],
    /// [`Error::NotSealed`], [`Error::Contention`], and the errors of the store.
    pub async fn put(
        &self,
        tenant: &TenantId,
        new: NewSso,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<SsoView, Error> {
        let (store, now) = (self.tenants.store.tenant(tenant), self.tenants.now());
        let sealing = self.newer_sealing(tenant).await?;
        let saved = retry!({
            let mut record = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&record, now)?;
            check_version(precondition, record.sso.as_ref())?;
            let new = check(&new, record.sso.as_ref(), &self.client)?;
            let before = store.credentials().get().await?;
            let returned = self.check_references(tenant, &new, record.sso.as_ref()).await?;
            let change = plan((&record, &before), (&new, &returned), &sealing, actor, now)?;
            if change.fields.is_empty() {
                return Ok(Attempt::Done((change.settings, before)));
            }
            let action = if record.sso.is_some() { Action::Changed } else { Action::Configured };
            record.revision = change.settings.revision;
            record.sso = Some(change.settings.clone());
            let changes = entry_changes(action, &change.fields);
            let entry = self.tenants.entry(EventKind::SsoChanged, changes, actor);
            let after = change.credentials;
            let is_written =
                store.credentials().replace(&before, &after, (&record, &entry)).await?;
            Ok::<_, Error>(Attempt::done_if(is_written).map(|()| (change.settings, after)))
        });
        self.access.forget_cached(tenant);
        let (settings, credentials) = saved?;
        self.view(tenant, settings, &credentials).await
    }

    /// Removes the configuration with its credentials. The links of employees stay. All sessions of single sign-on end,
    /// and the sign-in page accepts the admin token.
    ///
    /// # Errors
    /// Fails with [`SsoError::NotConfigured`]. Other failures are as for [`Self::put`].
    pub async fn remove(
        &self,
        tenant: &TenantId,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<(), Error> {
        let store = self.tenants.store.tenant(tenant);
        let removed = retry!({
            let mut record = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&record, self.tenants.now())?;
            if record.sso.is_none() {
                return Err(SsoError::NotConfigured.into());
            }
            check_version(precondition, record.sso.as_ref())?;
            let before = store.credentials().get().await?;
            record.revision += 1;
            record.sso = None;
            let changes = entry_changes(Action::Removed, &[]);
            let entry = self.tenants.entry(EventKind::SsoChanged, changes, actor);
            let after = Credentials::default();
            let is_written =
                store.credentials().replace(&before, &after, (&record, &entry)).await?;
            Ok::<_, Error>(Attempt::done_if(is_written))
        });
        self.access.forget_cached(tenant);
        removed
    }

    /// Builds the view of a configuration.
    pub(super) async fn view(
        &self,
        tenant: &TenantId,
        settings: SsoSettings,
        stored: &Credentials,
    ) -> Result<SsoView, Error> {
        let now = self.tenants.now();
        let named: Vec<Uuid> = settings.admins.iter().map(|admin| admin.id).collect();
        let store = self.tenants.store.tenant(tenant);
        let found = store.records().get_many::<Employee>(&named).await?;
        let returned = returned(&settings.admins, &found);
        let view = build_view(&self.sealing(tenant).await?, (settings, returned), stored, now);
        let is_readable = view.secret.is_none_or(|secret| secret.is_readable)
            && view.keys.iter().all(|key| key.is_readable);
        if is_readable {
            return Ok(view);
        }
        let newer = self.newer_sealing(tenant).await?;
        Ok(build_view(&newer, (view.settings, view.returned), stored, now))
    }

    /// Checks that the group and the named employees exist. A stored group and an employee who is named already need no
    /// check: both may be gone meanwhile. Returns the named employees whose naming starts again.
    async fn check_references(
        &self,
        tenant: &TenantId,
        new: &Checked,
        before: Option<&SsoSettings>,
    ) -> Result<Vec<Uuid>, Error> {
        let store = self.tenants.store.tenant(tenant);
        let new = &new.new;
        if let Some(group) = new.group
            && before.is_none_or(|before| before.group != Some(group))
            && store.records().get::<Group>(group).await?.is_none()
        {
            let problem = "There is no group with this id. Look it up in the list of groups";
            return Err(SsoError::field("group", problem).into());
        }
        let named = before.map_or(&[][..], |sso| &sso.admins);
        let is_new = |id: &Uuid| !named.iter().any(|admin| admin.id == *id);
        let asked = new.admins.iter().filter(|id| is_new(id) || new.named_now.contains(id));
        let asked: Vec<Uuid> = asked.copied().collect();
        let visible = store.records().get_many::<Employee>(&asked).await?;
        let returned = returned(named, &visible);
        let visible: BTreeSet<Uuid> = visible.iter().map(|employee| employee.id).collect();
        let unknown = asked.iter().find(|id| is_new(id) && !visible.contains(id));
        if let Some(unknown) = unknown {
            let problem = format!(
                "There is no employee with the id {unknown}. Look the person up in the list of employees"
            );
            return Err(SsoError::field("admins", problem).into());
        }
        Ok(returned)
    }
}

/// Returns the employees who came back from a deletion after their naming.
fn returned(named: &[NamedAdmin], employees: &[Employee]) -> Vec<Uuid> {
    let has_ended = |employee: &&Employee| {
        named.iter().any(|admin| admin.id == employee.id && !admin.counts(employee))
    };
    employees.iter().filter(has_ended).map(|employee| employee.id).collect()
}

/// Checks the version of the configuration. Without a configuration, `If-Match` fails.
fn check_version(precondition: &Precondition, settings: Option<&SsoSettings>) -> Result<(), Error> {
    match settings {
        Some(settings) => precondition.check(settings.revision),
        None if precondition.if_match.is_some() => Err(Error::VersionDiffers { current: 0 }),
        None => Ok(()),
    }
}

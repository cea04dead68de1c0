//! Tenants: made, listed, configured, given tokens, removed.

use super::pepper::PepperSource;
use super::sources::Sources;
use super::token;
use super::{Directory, Error};
use crate::scim::schema::ResourceType;
use crate::store::Store;
use crate::store::history::{AttributeChange, EventKind, HistoryEntry};
use crate::store::retry::Pauses;
use crate::store::tenant::{Scope, Settings, Stage, Tenant, TenantId, TokenRecord};
use secrecy::SecretString;
use std::sync::Arc;
use time::Duration;

/// How long a token that was rotated out stays valid when nobody says otherwise.
pub const DEFAULT_OVERLAP: Duration = Duration::hours(24);

/// All tenants of a deployment. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tenants {
    pub(super) store: Store,
    pub(super) peppers: PepperSource,
    pub(super) sources: Sources,
    users: Arc<ResourceType>,
}

/// The tokens of a new tenant. They can be shown now and never again.
#[derive(Debug)]
pub struct NewTenant {
    /// The tenant.
    pub tenant: Tenant,
    /// For the identity provider.
    pub scim_token: SecretString,
    /// For the tenant's own administration.
    pub admin_token: SecretString,
}

impl Tenants {
    /// The tenants kept in `store`, with User resources as `users` defines them.
    pub fn new(
        store: Store,
        peppers: PepperSource,
        sources: Sources,
        users: Arc<ResourceType>,
    ) -> Self {
        Self { store, peppers, sources, users }
    }

    /// A tenant's employee list. Whether there is such a tenant is not looked at.
    pub fn directory(&self, tenant: &TenantId) -> Directory {
        Directory::new(self.store.tenant(tenant), Arc::clone(&self.users), self.sources.clone())
    }

    /// The definition of User resources.
    pub fn users(&self) -> &ResourceType {
        &self.users
    }

    /// The ids of all tenants, in order.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn list(&self) -> Result<Vec<TenantId>, Error> {
        Ok(self.store.list_tenant_ids().await?)
    }

    /// A tenant.
    ///
    /// # Errors
    /// [`Error::NoTenant`], [`Error::Store`].
    pub async fn get(&self, id: &TenantId) -> Result<Tenant, Error> {
        self.store.tenant(id).get_tenant().await?.ok_or(Error::NoTenant)
    }

    /// The history of a tenant's settings and tokens, oldest change first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn history(
        &self,
        id: &TenantId,
    ) -> Result<Vec<crate::store::history::RecordedEntry>, Error> {
        Ok(self.store.tenant(id).list_tenant_history().await?)
    }

    /// Makes a tenant with all settings off and one token of each scope.
    ///
    /// # Errors
    /// [`Error::TenantTaken`], [`Error::NoPepper`], [`Error::NoRandomness`], [`Error::Store`].
    pub async fn create(&self, id: &TenantId, name: &str, by: &str) -> Result<NewTenant, Error> {
        let (scim_token, scim_record) =
            self.new_token(id, Scope::Scim, "Identity Provider").await?;
        let (admin_token, admin_record) = self.new_token(id, Scope::Admin, "Administrator").await?;
        let tenant = Tenant {
            id: id.clone(),
            name: name.to_owned(),
            created: self.sources.now(),
            revision: 1,
            settings: Settings::default(),
            tokens: vec![scim_record, admin_record],
        };
        let entry = self.entry(EventKind::Created, Vec::new(), by);
        if !self.store.tenant(id).create_tenant(&tenant, &entry).await? {
            return Err(Error::TenantTaken);
        }
        Ok(NewTenant { tenant, scim_token, admin_token })
    }

    /// Changes a tenant's settings.
    ///
    /// # Errors
    /// [`Error::NoTenant`], [`Error::Contention`], [`Error::Store`].
    pub async fn set_settings(
        &self,
        id: &TenantId,
        change: impl Fn(Settings) -> Settings,
        by: &str,
    ) -> Result<Tenant, Error> {
        self.update(id, |tenant| {
            let before = tenant.settings;
            tenant.settings = change(before);
            let changes = setting_changes(before, tenant.settings);
            (!changes.is_empty()).then(|| self.entry(EventKind::SettingsChanged, changes, by))
        })
        .await
    }

    /// Makes a new current token of a scope. The one before stays valid for `overlap`.
    ///
    /// # Errors
    /// [`Error::NoTenant`], [`Error::NoPepper`], [`Error::NoRandomness`], [`Error::Contention`], [`Error::Store`].
    pub async fn rotate_token(
        &self,
        id: &TenantId,
        scope: Scope,
        label: Option<&str>,
        overlap: Duration,
        by: &str,
    ) -> Result<SecretString, Error> {
        let default = match scope {
            Scope::Scim => "Identity Provider",
            Scope::Admin => "Administrator",
        };
        let (secret, record) = self.new_token(id, scope, label.unwrap_or(default)).await?;
        let expires = self.sources.now() + overlap;
        self.update(id, |tenant| {
            tenant.tokens = token::rotated(&tenant.tokens, record.clone(), expires);
            let changes = vec![token_change(scope, None, Some(&record.label))];
            Some(self.entry(EventKind::TokenRotated, changes, by))
        })
        .await?;
        Ok(secret)
    }

    /// Ends the validity of a scope's tokens: of one stage, or of both. Says how many there were.
    ///
    /// # Errors
    /// [`Error::NoTenant`], [`Error::Contention`], [`Error::Store`].
    pub async fn revoke_tokens(
        &self,
        id: &TenantId,
        scope: Scope,
        stage: Option<Stage>,
        by: &str,
    ) -> Result<usize, Error> {
        let revoked = std::sync::atomic::AtomicUsize::new(0);
        self.update(id, |tenant| {
            let (gone, kept): (Vec<_>, Vec<_>) = tenant.tokens.drain(..).partition(|token| {
                token.scope == scope && stage.is_none_or(|stage| token.stage == stage)
            });
            tenant.tokens = kept;
            revoked.store(gone.len(), std::sync::atomic::Ordering::Relaxed);
            let changes: Vec<AttributeChange> =
                gone.iter().map(|token| token_change(scope, Some(&token.label), None)).collect();
            (!changes.is_empty()).then(|| self.entry(EventKind::TokenRevoked, changes, by))
        })
        .await?;
        Ok(revoked.into_inner())
    }

    /// Removes a tenant with everything it has. Repeating it finishes what was interrupted. Says how many items went.
    ///
    /// The caller first revokes the tokens and waits for them to be forgotten everywhere
    /// ([`super::access::SESSION_TTL_SECS`]), so that no late call writes behind the removal.
    ///
    /// # Errors
    /// [`Error::NoTenant`], [`Error::Store`].
    pub async fn delete(&self, id: &TenantId) -> Result<usize, Error> {
        if !self.list().await?.contains(id) {
            return Err(Error::NoTenant);
        }
        Ok(self.store.tenant(id).purge_tenant().await?)
    }

    async fn new_token(
        &self,
        id: &TenantId,
        scope: Scope,
        label: &str,
    ) -> Result<(SecretString, TokenRecord), Error> {
        let now = self.sources.now();
        let peppers = self.peppers.get(now).await.map_err(Error::NoPepper)?;
        let secret = token::generate(id).map_err(Error::NoRandomness)?;
        let record = TokenRecord {
            scope,
            stage: Stage::Current,
            label: label.to_owned(),
            digest: token::digest(&secret, &peppers),
            created: now,
            expires: None,
        };
        Ok((secret, record))
    }

    /// Reads, changes and writes a tenant; again when the write lost a race. Writes nothing without an entry.
    async fn update(
        &self,
        id: &TenantId,
        change: impl Fn(&mut Tenant) -> Option<HistoryEntry>,
    ) -> Result<Tenant, Error> {
        let store = self.store.tenant(id);
        let mut pauses = Pauses::new();
        loop {
            let mut tenant = store.get_tenant().await?.ok_or(Error::NoTenant)?;
            let Some(entry) = change(&mut tenant) else { return Ok(tenant) };
            tenant.revision += 1;
            if store.replace_tenant(&tenant, &entry).await? {
                return Ok(tenant);
            }
            if !pauses.pause().await {
                return Err(Error::Contention);
            }
        }
    }

    fn entry(&self, kind: EventKind, changes: Vec<AttributeChange>, by: &str) -> HistoryEntry {
        HistoryEntry { at: self.sources.now(), by: by.to_owned(), kind, changes }
    }
}

fn setting_changes(before: Settings, after: Settings) -> Vec<AttributeChange> {
    [
        ("locationFromIdp", before.location_from_idp, after.location_from_idp),
        ("departmentFromIdp", before.department_from_idp, after.department_from_idp),
        ("managerFromIdp", before.manager_from_idp, after.manager_from_idp),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(name, before, after)| AttributeChange {
        attribute: name.to_owned(),
        old: Some(before.into()),
        new: Some(after.into()),
    })
    .collect()
}

fn token_change(scope: Scope, old: Option<&str>, new: Option<&str>) -> AttributeChange {
    let scope = match scope {
        Scope::Scim => "scim",
        Scope::Admin => "admin",
    };
    AttributeChange {
        attribute: format!("tokens.{scope}"),
        old: old.map(Into::into),
        new: new.map(Into::into),
    }
}

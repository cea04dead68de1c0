//! Tenants: made, listed, configured, given tokens, removed.

pub mod check;
pub mod custom_attributes;
pub mod display_name;
pub mod sync;
pub mod share;

use super::access::SESSION_TTL_SECS;
use super::access::actor::Actor;
use super::access::pepper::{PepperSource, Peppers};
use super::groups::memory::GroupMemory;
use super::users::Precondition;

use super::access::token_set::{Which, default_label};
use super::access::tokens;
use super::sources::Sources;
use super::{Directory, Error};
use crate::store::Store;
use crate::store::dynamodb::retry::Pauses;
use crate::store::history::{AttributeChange, EventKind, HistoryEntry};
use crate::store::tenants::{Scope, Settings, Tenant, TenantId};
use scim::schema::ResourceTypes;
use secrecy::SecretString;
use std::sync::Arc;
use time::Duration;

/// Until no server writes for a tenant without tokens: what a session is remembered, and the longest request.
const RETIREMENT: Duration = Duration::seconds(SESSION_TTL_SECS + 30);

/// All tenants of a deployment. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tenants {
    pub(super) store: Store,
    pub(super) peppers: PepperSource,
    pub(super) sources: Sources,
    pub(super) types: Arc<ResourceTypes>,
    pub(super) memory: GroupMemory,
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
    /// The tenants kept in `store`, with resources as `types` defines them.
    pub fn new(
        store: Store,
        peppers: PepperSource,
        sources: Sources,
        types: Arc<ResourceTypes>,
    ) -> Self {
        Self { store, peppers, sources, types, memory: GroupMemory::default() }
    }

    /// A tenant's employee list, with the attributes that every tenant has; [`Self::directory_of`] also has those that the
    /// tenant declared. Whether there is such a tenant is not looked at.
    pub fn directory(&self, tenant: &TenantId) -> Directory {
        let (types, sources) = (Arc::clone(&self.types), self.sources.clone());
        Directory::new(self.store.tenant(tenant), types, sources, self.memory.clone())
    }

    /// The clock and the ids of this deployment.
    pub fn sources(&self) -> Sources {
        self.sources.clone()
    }

    /// Now, by this deployment's clock.
    pub fn now(&self) -> time::OffsetDateTime {
        self.sources.now()
    }

    /// The types of resources that every tenant has.
    pub fn types(&self) -> Arc<ResourceTypes> {
        Arc::clone(&self.types)
    }

    /// The ids of all tenants, in order.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn list(&self) -> Result<Vec<TenantId>, Error> {
        Ok(self.store.list_tenant_ids().await?)
    }

    /// A tenant.
    ///
    /// # Errors
    /// [`Error::NoTenant`], and as for every call of the store.
    pub async fn get(&self, id: &TenantId) -> Result<Tenant, Error> {
        self.store.tenant(id).get_tenant().await?.ok_or(Error::NoTenant)
    }

    /// The history of a tenant's settings and tokens, oldest change first.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn history(
        &self,
        id: &TenantId,
    ) -> Result<Vec<crate::store::history::RecordedEntry>, Error> {
        Ok(self.store.tenant(id).list_tenant_history().await?)
    }

    /// Makes a tenant with all settings off and one token of each scope.
    ///
    /// # Errors
    /// [`Error::TenantTaken`], also when something of a deleted tenant of that id is left: it must not be inherited.
    /// It goes when the tenant is deleted once more.
    /// [`Error::Protocol`] for a name that is none, [`Error::NoPepper`], [`Error::NoRandomness`], and as for every call of the store.
    pub async fn create(&self, id: &TenantId, name: &str, by: &str) -> Result<NewTenant, Error> {
        let name =
            if name.is_empty() { name } else { display_name::check("A tenant's name", name)? };
        let peppers = self.peppers().await?;
        let scim_token = tokens::generate(id).map_err(Error::NoRandomness)?;
        let admin_token = tokens::generate(id).map_err(Error::NoRandomness)?;
        self.create_with_tokens(id, name, [scim_token, admin_token], &peppers, by).await
    }

    /// Makes a tenant with a SCIM token and an admin token, digested under these peppers.
    pub(super) async fn create_with_tokens(
        &self,
        id: &TenantId,
        name: &str,
        [scim_token, admin_token]: [SecretString; 2],
        peppers: &Peppers,
        by: &str,
    ) -> Result<NewTenant, Error> {
        let records = [(Scope::Scim, &scim_token), (Scope::Admin, &admin_token)]
            .map(|(scope, token)| self.token_record(scope, default_label(scope), token, peppers));
        let tenant = Tenant {
            id: id.clone(),
            name: name.to_owned(),
            created: self.sources.now(),
            revision: 1,
            settings: Settings::default(),
            tokens: records.into(),
            attributes: Vec::new(),
        };
        let entry = self.entry(EventKind::Created, Vec::new(), by);
        if self.store.tenant(id).holds_anything().await? {
            return Err(Error::TenantTaken);
        }
        if !self.store.tenant(id).create_tenant(&tenant, &entry).await? {
            return Err(Error::TenantTaken);
        }
        Ok(NewTenant { tenant, scim_token, admin_token })
    }

    /// Changes a tenant's settings.
    ///
    /// # Errors
    /// [`Error::NoTenant`], [`Error::VersionDiffers`], [`Error::Contention`], and as for every call of the store.
    pub async fn set_settings(
        &self,
        id: &TenantId,
        mut change: impl FnMut(Settings) -> Settings,
        precondition: &Precondition,
        by: impl Into<Actor<'_>>,
    ) -> Result<Tenant, Error> {
        let by = by.into();
        self.update(id, by, |tenant| {
            precondition.check(tenant.revision)?;
            let before = tenant.settings;
            tenant.settings = change(before);
            let changes = setting_changes(before, tenant.settings);
            Ok(self.entry_of(EventKind::SettingsChanged, changes, by.label))
        })
        .await
    }

    /// Ends the validity of all tokens of a tenant that is to be deleted. Says how long to wait until no server writes
    /// for it any more, whenever its tokens were revoked.
    ///
    /// # Errors
    /// [`Error::NoTenant`], [`Error::Contention`], and as for every call of the store.
    pub async fn retire(&self, id: &TenantId, by: &str) -> Result<Duration, Error> {
        self.revoke_tokens(id, Scope::Scim, Which::All, by).await?;
        self.revoke_tokens(id, Scope::Admin, Which::All, by).await?;
        Ok(RETIREMENT)
    }

    /// Removes a tenant with everything it has. Repeating it finishes what was interrupted. Says how many items went
    /// beside the tenant's own.
    ///
    /// The caller first retires the tenant and waits, so that no late call writes behind the removal.
    ///
    /// # Errors
    /// [`Error::NoTenant`], and as for every call of the store.
    pub async fn delete(&self, id: &TenantId) -> Result<usize, Error> {
        let store = self.store.tenant(id);
        if store.get_tenant().await?.is_none() && !store.holds_anything().await? {
            return Err(Error::NoTenant);
        }
        Ok(store.purge_tenant().await?)
    }

    pub(super) async fn peppers(&self) -> Result<Arc<Peppers>, Error> {
        self.peppers.get(self.sources.now()).await.map_err(Error::NoPepper)
    }

    /// Reads, changes and writes a tenant; again when the write lost a race. Writes nothing without an entry, and nothing
    /// when `change` refuses. Refuses a previous admin token.
    pub(super) async fn update(
        &self,
        id: &TenantId,
        by: Actor<'_>,
        mut change: impl FnMut(&mut Tenant) -> Result<Option<HistoryEntry>, Error>,
    ) -> Result<Tenant, Error> {
        let now = self.sources.now();
        let change = |tenant: &mut Tenant| {
            by.check(tenant, now)?;
            change(tenant)
        };
        self.update_with_any_token(id, by, change).await
    }

    /// The same, with every valid token.
    pub(super) async fn update_with_any_token(
        &self,
        id: &TenantId,
        by: Actor<'_>,
        mut change: impl FnMut(&mut Tenant) -> Result<Option<HistoryEntry>, Error>,
    ) -> Result<Tenant, Error> {
        let store = self.store.tenant(id);
        let mut pauses = Pauses::new();
        loop {
            let mut tenant = store.get_tenant().await?.ok_or(Error::NoTenant)?;
            by.check_validity(&tenant, self.sources.now())?;
            let Some(entry) = change(&mut tenant)? else { return Ok(tenant) };
            tenant.revision += 1;
            if store.replace_tenant(&tenant, &entry).await? {
                return Ok(tenant);
            }
            pauses.pause().await?;
        }
    }

    /// The entry for these changes; `None` when there are none.
    pub(super) fn entry_of(
        &self,
        kind: EventKind,
        changes: Vec<AttributeChange>,
        by: &str,
    ) -> Option<HistoryEntry> {
        (!changes.is_empty()).then(|| self.entry(kind, changes, by))
    }

    pub(super) fn entry(
        &self,
        kind: EventKind,
        changes: Vec<AttributeChange>,
        by: &str,
    ) -> HistoryEntry {
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

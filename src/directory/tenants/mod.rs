//! Tenants: created, listed, configured and deleted.

pub mod check;
pub mod custom_attributes;
pub mod display_name;
pub mod dismissals;
pub mod ignored;
mod setting_changes;
pub mod silence;
pub mod sources;
pub mod sync;
pub mod sync_state;
pub mod to_do;
pub mod requests;
pub mod answered;
pub mod pending_notes;
mod pending_unknown;
mod unauthorized_writes;
pub mod share;

use super::access::pepper::{PepperSource, Peppers};
use super::groups::presence::GroupPresence;
use crate::directory::Directory;

use super::access::tokens;
use super::events::cursor;
use super::people::managers::ColleagueCache;
use crate::directory::error::Error;
use crate::directory::sources::Sources;
use crate::model::actor::ActorRecord;
use crate::model::history::{AttributeChange, EventKind, HistoryEntry};
use crate::model::tenant::{Scope, Settings, Tenant, TenantId};
use crate::store::Store;
use crate::store::dynamodb::retry::{Attempt, retry};
use crate::store::events::announcements::Announcements;
use scim::schema::ResourceTypes;
use secrecy::SecretString;
use std::sync::Arc;

/// All tenants of a deployment. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tenants {
    pub(super) store: Store,
    pub(super) peppers: PepperSource,
    pub(super) sources: Sources,
    pub(super) types: Arc<ResourceTypes>,
    pub(super) group_presence: GroupPresence,
    pub(super) colleagues: ColleagueCache,
}

/// A new tenant and its tokens. The tokens can only be shown now.
#[derive(Debug)]
pub struct NewTenant {
    /// The tenant.
    pub tenant: Tenant,
    /// The token for the identity provider.
    pub scim_token: SecretString,
    /// The token for the tenant's administrator.
    pub admin_token: SecretString,
}

impl Tenants {
    /// Creates access to the tenants in `store`, with resources as `types` defines them.
    pub fn new(
        store: Store,
        peppers: PepperSource,
        sources: Sources,
        types: Arc<ResourceTypes>,
    ) -> Self {
        let (group_presence, colleagues) = (GroupPresence::default(), ColleagueCache::default());
        Self { store, peppers, sources, types, group_presence, colleagues }
    }

    /// Returns the directory of a tenant, with the attributes that every tenant has. Does not check that the tenant
    /// exists.
    ///
    /// [`Self::directory_of`] also has the attributes that the tenant declared.
    pub fn directory(&self, tenant: &TenantId) -> Directory {
        self.directory_with(tenant, Arc::clone(&self.types))
    }

    pub(super) fn directory_with(&self, tenant: &TenantId, types: Arc<ResourceTypes>) -> Directory {
        let (store, sources) = (self.store.tenant(tenant), self.sources.clone());
        Directory::new(store, types, sources, self.group_presence.clone())
            .sharing(self.colleagues.clone())
    }

    /// Returns the clock and the source of ids of this deployment.
    pub fn sources(&self) -> Sources {
        self.sources.clone()
    }

    /// Returns the announcements of committed events in this process.
    pub fn announcements(&self) -> Announcements {
        self.store.announcements().clone()
    }

    /// Returns the present time, by this deployment's clock.
    pub fn now(&self) -> time::OffsetDateTime {
        self.sources.now()
    }

    /// Returns the resource types that every tenant has.
    pub fn types(&self) -> Arc<ResourceTypes> {
        Arc::clone(&self.types)
    }

    /// Lists the ids of all tenants, in order.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(&self) -> Result<Vec<TenantId>, Error> {
        Ok(self.store.list_tenant_ids().await?)
    }

    /// Returns a tenant.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], or as every call of the store does.
    pub async fn get(&self, id: &TenantId) -> Result<Tenant, Error> {
        self.store.tenant(id).tenant_record().get().await?.ok_or(Error::NoTenant)
    }

    /// Lists the history of a tenant's settings and tokens, oldest change first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn history(
        &self,
        id: &TenantId,
    ) -> Result<Vec<crate::model::history::RecordedEntry>, Error> {
        Ok(self.store.tenant(id).history().list_of_tenant().await?)
    }

    /// Creates a tenant, with all settings off and one token of each scope.
    ///
    /// # Errors
    /// Fails with [`Error::TenantTaken`], even when only items of a deleted tenant with this id are left. A new tenant
    /// must not inherit them, so delete the old tenant once more. Other failures are [`Error::Protocol`] for an invalid
    /// name, [`Error::NoPepper`], [`Error::NoRandomness`], and the errors of the store.
    pub async fn create(
        &self,
        id: &TenantId,
        name: &str,
        actor: &ActorRecord,
    ) -> Result<NewTenant, Error> {
        let name =
            if name.is_empty() { name } else { display_name::check("A tenant's name", name)? };
        let peppers = self.peppers().await?;
        let scim_token = tokens::generate(id).map_err(Error::NoRandomness)?;
        let admin_token = tokens::generate(id).map_err(Error::NoRandomness)?;
        self.create_with_tokens(id, name, [scim_token, admin_token], &peppers, actor).await
    }

    /// Creates a tenant with a SCIM token and an admin token, digested under these peppers.
    pub(super) async fn create_with_tokens(
        &self,
        id: &TenantId,
        name: &str,
        [scim_token, admin_token]: [SecretString; 2],
        peppers: &Peppers,
        actor: &ActorRecord,
    ) -> Result<NewTenant, Error> {
        let now = self.sources.now();
        let records =
            [(Scope::Scim, &scim_token), (Scope::Admin, &admin_token)].map(|(scope, token)| {
                tokens::current(scope, tokens::default_label(scope), token, peppers, now)
            });
        let tenant = Tenant {
            id: id.clone(),
            name: name.to_owned(),
            created: now,
            revision: 1,
            settings: Settings::default(),
            tokens: records.into(),
            ended_tokens: Vec::new(),
            attributes: Vec::new(),
            sso: None,
            feed_epoch: cursor::new_epoch().map_err(Error::NoRandomness)?,
        };
        let entry = self.entry(EventKind::Created, Vec::new(), actor);
        if self.store.tenant(id).purge().holds_anything().await? {
            return Err(Error::TenantTaken);
        }
        if !self.store.tenant(id).tenant_record().create(&tenant, &entry).await? {
            return Err(Error::TenantTaken);
        }
        Ok(NewTenant { tenant, scim_token, admin_token })
    }

    /// Gives a tenant's feed a new epoch. Cursors of the old epoch then fail.
    ///
    /// After a restore from a backup, numbers of the feed repeat with other events. A reader with an old cursor would
    /// miss events.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::Contention`], or as every call of the store does.
    pub async fn restart_feed(&self, id: &TenantId, actor: &ActorRecord) -> Result<Tenant, Error> {
        let epoch = cursor::new_epoch().map_err(Error::NoRandomness)?;
        self.update(id, actor, |tenant| {
            let change = AttributeChange {
                attribute: "feedEpoch".to_owned(),
                old: Some(tenant.feed_epoch.clone().into()),
                new: Some(epoch.clone().into()),
            };
            tenant.feed_epoch.clone_from(&epoch);
            Ok(self.entry_of(EventKind::SettingsChanged, vec![change], actor))
        })
        .await
    }

    /// Deletes a tenant with all its items. Returns the number of deleted items beside the tenant's own. A repeated
    /// call finishes an interrupted deletion.
    ///
    /// The caller first retires the tenant and waits, so that no late request writes after the deletion.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], or as every call of the store does.
    pub async fn delete(&self, id: &TenantId) -> Result<usize, Error> {
        let store = self.store.tenant(id);
        if store.tenant_record().get().await?.is_none() && !store.purge().holds_anything().await? {
            return Err(Error::NoTenant);
        }
        Ok(store.purge().tenant().await?)
    }

    pub(super) async fn peppers(&self) -> Result<Arc<Peppers>, Error> {
        self.peppers.get(self.sources.now()).await.map_err(Error::NoPepper)
    }

    /// Reads, changes and writes a tenant. Retries from the read when the write is stale.
    ///
    /// Writes nothing when `change` fails or returns no history entry. Refuses a previous admin token.
    pub(super) async fn update(
        &self,
        id: &TenantId,
        actor: &ActorRecord,
        mut change: impl FnMut(&mut Tenant) -> Result<Option<HistoryEntry>, Error>,
    ) -> Result<Tenant, Error> {
        let store = self.store.tenant(id);
        retry!({
            let mut tenant = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&tenant, self.sources.now())?;
            let Some(entry) = change(&mut tenant)? else { return Ok(Attempt::Done(tenant)) };
            tenant.revision += 1;
            let is_replaced = store.tenant_record().replace(&tenant, &entry).await?;
            Ok(Attempt::done_if(is_replaced).map(|()| tenant))
        })
    }

    /// Builds the history entry for these changes; `None` when there are none.
    pub(super) fn entry_of(
        &self,
        kind: EventKind,
        changes: Vec<AttributeChange>,
        actor: &ActorRecord,
    ) -> Option<HistoryEntry> {
        (!changes.is_empty()).then(|| self.entry(kind, changes, actor))
    }

    pub(super) fn entry(
        &self,
        kind: EventKind,
        changes: Vec<AttributeChange>,
        actor: &ActorRecord,
    ) -> HistoryEntry {
        HistoryEntry { at: self.sources.now(), actor: actor.clone(), kind, changes }
    }
}

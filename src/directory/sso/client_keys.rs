//! The keys with which Rollcall signs client assertions (`private_key_jwt`). The next key is published for a day before
//! it signs, because the identity provider may remember the key set.

use super::Sso;
use super::configuration::SsoView;
use super::error::SsoError;
use super::sealing::Sealing;
use crate::directory::access::sso_entries::{Action, entry_changes};
use crate::directory::destinations::calls::count_call;
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::credential::{Credential, CredentialStage, PublicKey};
use crate::model::history::EventKind;
use crate::model::sso::{ClientAuth, SsoSettings};
use crate::model::tenant::TenantId;
use crate::outbound::Opened;
use crate::store::credentials::Credentials;
use crate::store::dynamodb::retry::{Attempt, retry};
use oidc::PrivateKey;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// How long the next key is published before it signs.
pub const NEXT_KEY_WAITS: Duration = Duration::hours(24);

/// Finds the key that signs now, with the stage of its item: the next key once it has waited, otherwise the current key.
/// A key that does not open signs nothing.
pub(super) fn signing_key<'k>(
    sealing: &Sealing,
    issuer: &str,
    stored: &'k Credentials,
    now: OffsetDateTime,
) -> Option<(CredentialStage, &'k Credential, Opened)> {
    let next = stored.next.as_ref().filter(|next| next.created + NEXT_KEY_WAITS <= now);
    let stages =
        [(CredentialStage::Next, next), (CredentialStage::Current, stored.current.as_ref())];
    stages.into_iter().find_map(|(stage, key)| {
        let key = key.filter(|key| key.key.is_some())?;
        Some((stage, key, sealing.open(stage, issuer, key)?))
    })
}

impl Sso {
    /// Makes a key, or the next key beside the current one. While a next key waits for its day, nothing changes. A key
    /// that does not open is replaced.
    ///
    /// # Errors
    /// Fails with [`SsoError::NotConfigured`], [`SsoError::NotAKeyConfiguration`], [`SsoError::TooManyKeys`] and
    /// [`SsoError::KeyNotMade`]. Other failures are as for [`Self::put`].
    pub async fn make_key(&self, tenant: &TenantId, actor: &ActorRecord) -> Result<SsoView, Error> {
        let sealing = self.newer_sealing(tenant).await?;
        let now = self.tenants.now();
        // The decision comes first, because making a key takes up to a second of processor time.
        let record = self.tenants.get(tenant).await?;
        actor.check(&record, now)?;
        let settings = key_settings(record.sso.as_ref())?;
        let before = self.tenants.store.tenant(tenant).credentials().get().await?;
        if plan(&sealing, settings, &before, now)?.is_none() {
            return self.view(tenant, settings.clone(), &before).await;
        }
        if !count_call(&self.tenants, tenant).await? {
            return Err(SsoError::TooManyKeys.into());
        }
        let made = tokio::task::spawn_blocking(PrivateKey::generate).await;
        let made = made.ok().and_then(Result::ok).ok_or(SsoError::KeyNotMade)?;
        self.change_keys(tenant, actor, Action::KeyMade, |settings, before| {
            let planned = plan(&sealing, settings, before, now)?;
            planned.map(|planned| planned.with(&sealing, settings, before, &made, now)).transpose()
        })
        .await
    }

    /// Signs with the next key from now on. The key before it is forgotten.
    ///
    /// # Errors
    /// Fails with [`SsoError::NotConfigured`], [`SsoError::NotAKeyConfiguration`], [`SsoError::NoNextKey`] and
    /// [`SsoError::UnreadableKey`]. Other failures are as for [`Self::put`].
    pub async fn use_next_key(
        &self,
        tenant: &TenantId,
        actor: &ActorRecord,
    ) -> Result<SsoView, Error> {
        let sealing = self.newer_sealing(tenant).await?;
        self.change_keys(tenant, actor, Action::KeyUsed, |settings, before| {
            let next = before.next.as_ref().ok_or(SsoError::NoNextKey)?;
            let current = promoted(&sealing, settings, before, next)?;
            Ok(Some(Credentials { current: Some(current), next: None }))
        })
        .await
    }

    /// Returns the public keys of a tenant as JSON Web Keys, at most a minute old. Without keys, the list is empty. A
    /// stranger's request reads the store at most once a minute.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn public_keys(&self, tenant: &TenantId) -> Result<Arc<Vec<Value>>, Error> {
        let known = self.known(tenant).await?;
        let settings = known.as_ref().and_then(|record| record.sso.as_ref());
        let by_key = settings.filter(|settings| settings.client_auth == ClientAuth::Key);
        let Some(&SsoSettings { revision, .. }) = by_key else { return Ok(Arc::default()) };
        if let Some((of, keys)) = self.keys.lock().get(tenant)
            && *of == revision
        {
            return Ok(Arc::clone(keys));
        }
        let stored = self.tenants.store.tenant(tenant).credentials().get().await?;
        let keys = [stored.current, stored.next].into_iter().flatten();
        let keys: Arc<Vec<Value>> = Arc::new(keys.filter_map(|key| Some(key.key?.jwk)).collect());
        let mut known = self.keys.lock();
        known.entry(tenant, |_| ()).insert_entry((revision, Arc::clone(&keys)));
        Ok(keys)
    }

    /// Replaces the keys of a configuration with client authentication by key. Writes nothing when `change` returns
    /// `None`.
    async fn change_keys(
        &self,
        tenant: &TenantId,
        actor: &ActorRecord,
        action: Action,
        change: impl Fn(&SsoSettings, &Credentials) -> Result<Option<Credentials>, Error>,
    ) -> Result<SsoView, Error> {
        let store = self.tenants.store.tenant(tenant);
        let changed = retry!({
            let mut record = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&record, self.tenants.now())?;
            let mut settings = key_settings(record.sso.as_ref())?.clone();
            let before = store.credentials().get().await?;
            let Some(after) = change(&settings, &before)? else {
                return Ok(Attempt::Done((settings, before)));
            };
            record.revision += 1;
            settings.revision = record.revision;
            record.sso = Some(settings.clone());
            let changes = entry_changes(action, &[]);
            let entry = self.tenants.entry(EventKind::SsoChanged, changes, actor);
            let is_written =
                store.credentials().replace(&before, &after, (&record, &entry)).await?;
            Ok::<_, Error>(Attempt::done_if(is_written).map(|()| (settings, after)))
        });
        self.access.forget_cached(tenant);
        let (settings, credentials) = changed?;
        self.view(tenant, settings, &credentials).await
    }
}

/// Returns the settings of a configuration with client authentication by key.
fn key_settings(settings: Option<&SsoSettings>) -> Result<&SsoSettings, SsoError> {
    match settings {
        None => Err(SsoError::NotConfigured),
        Some(settings) if settings.client_auth == ClientAuth::Key => Ok(settings),
        Some(_) => Err(SsoError::NotAKeyConfiguration),
    }
}

/// The place of a new key.
enum NewKey {
    /// No key opens, so the new key signs at once.
    Current,
    /// The new key is the next one, beside this key.
    Next(Credential),
}

/// Decides about a new key. `None` while a next key waits for its day.
fn plan(
    sealing: &Sealing,
    settings: &SsoSettings,
    before: &Credentials,
    now: OffsetDateTime,
) -> Result<Option<NewKey>, Error> {
    let issuer = &*settings.issuer;
    let Some((stage, key, _)) = signing_key(sealing, issuer, before, now) else {
        return Ok(Some(NewKey::Current));
    };
    if stage == CredentialStage::Next {
        return Ok(Some(NewKey::Next(promoted(sealing, settings, before, key)?)));
    }
    let next = before.next.as_ref();
    let waits =
        next.is_some_and(|next| sealing.open(CredentialStage::Next, issuer, next).is_some());
    Ok((!waits).then(|| NewKey::Next(key.clone())))
}

impl NewKey {
    /// Returns the credentials with the new key.
    fn with(
        self,
        sealing: &Sealing,
        settings: &SsoSettings,
        before: &Credentials,
        made: &PrivateKey,
        now: OffsetDateTime,
    ) -> Result<Credentials, Error> {
        let seal = |stage| {
            let revision = before.get(stage).map_or(0, |before| before.revision);
            sealed(sealing, stage, &settings.issuer, made, revision, now).map(Some)
        };
        Ok(match self {
            Self::Current => Credentials { current: seal(CredentialStage::Current)?, next: None },
            Self::Next(current) => {
                Credentials { current: Some(current), next: seal(CredentialStage::Next)? }
            }
        })
    }
}

/// Returns the next key, sealed for the item of the current one.
fn promoted(
    sealing: &Sealing,
    settings: &SsoSettings,
    before: &Credentials,
    next: &Credential,
) -> Result<Credential, Error> {
    let issuer = &*settings.issuer;
    let opened = sealing.open(CredentialStage::Next, issuer, next);
    let opened = opened.ok_or(SsoError::UnreadableKey)?;
    let secret = opened.secret.expose_secret();
    let sealed = sealing.seal(CredentialStage::Current, issuer, secret)?;
    let revision = before.current.as_ref().map_or(0, |before| before.revision) + 1;
    Ok(Credential { revision, sealed, ..next.clone() })
}

/// Seals a new key for the item of a stage. `revision` is the one before.
fn sealed(
    sealing: &Sealing,
    stage: CredentialStage,
    issuer: &str,
    made: &PrivateKey,
    revision: u64,
    now: OffsetDateTime,
) -> Result<Credential, Error> {
    let secret = made.pkcs8().map_err(|_| SsoError::KeyNotMade)?;
    Ok(Credential {
        revision: revision + 1,
        sealed: sealing.seal(stage, issuer, &secret)?,
        bound_to: issuer.to_owned(),
        key: Some(PublicKey { kid: made.kid().to_owned(), jwk: made.public_jwk() }),
        created: now,
        expires: None,
    })
}

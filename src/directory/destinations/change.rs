//! The changes of destinations: created, changed, paused, resumed, replaced, removed, and disabled by the service.

use super::Destinations;
use super::draft::{DestinationChanges, NewDestination, check_name, check_url};
use super::error::{DestinationError, MOST_DESTINATIONS};
use super::filter::{check_attributes, check_types};
use super::history::{self, Action};
use super::secrets::{hint, new_signing_key};
use super::update::{Change, Start};
use crate::directory::error::Error;
use crate::directory::precondition::Precondition;
use crate::model::actor::ActorRecord;
use crate::model::destination::{Destination, DestinationKind, Form, Position};
use crate::model::history::EventKind;
use crate::model::tenant::{Stage, TenantId};
use crate::store::destinations::destinations::Recorded;
use crate::store::dynamodb::retry::{Attempt, retry};
use secrecy::SecretString;
use time::Duration;
use uuid::Uuid;

/// The longest time for which a previous signing secret also signs.
pub const MOST_SECRET_OVERLAP: Duration = Duration::days(7);

/// A new destination.
#[derive(Debug)]
pub struct Created {
    /// The destination.
    pub destination: Destination,
    /// The signing secret of a webhook. It can only be shown now.
    pub signing_secret: Option<SecretString>,
}

/// The event at which deliveries resume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResumeFrom {
    /// The event after the last delivery: the destination gets everything that it missed.
    Here,
    /// The next event: the destination gets nothing that it missed.
    End,
}

impl Destinations {
    /// Creates a destination. It gets the events after this moment.
    ///
    /// # Errors
    /// Fails with [`Error::Destination`] for an invalid field and for the eleventh destination. Other failures are
    /// [`Error::NoTenant`], [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::NoPepper`],
    /// [`Error::NoRandomness`], [`Error::Contention`], and the errors of the store.
    pub async fn create(
        &self,
        tenant: &TenantId,
        new: &NewDestination,
        actor: &ActorRecord,
    ) -> Result<Created, Error> {
        let url = check_url(&new.url, &self.policy)?;
        let (id, now) = (self.tenants.sources.new_id(), self.tenants.now());
        let secrets = self.secrets(tenant).await?;
        let (mut signing, mut signing_secret) = (Vec::new(), None);
        if new.kind == DestinationKind::Webhook {
            let key = new_signing_key()?;
            signing.push(secrets.seal_new(id, &key, now)?);
            signing_secret = Some(key.to_text());
        }
        let destination = Destination {
            id,
            revision: 1,
            name: check_name(&new.name)?,
            sealed_url: secrets.seal_url(id, &url)?,
            hint: hint(&url),
            form: new.options.form(new.kind, signing)?,
            types: check_types(&new.types)?,
            attributes: check_attributes(&new.attributes)?,
            enabled: new.enabled,
            disabled_why: None,
        };
        let store = self.tenants.store.tenant(tenant);
        let newest = self.tenants.directory(tenant).events().newest().await?;
        let position = Position::new(id, newest);
        let changes = history::changes(Action::Created, None, Some(&destination));
        retry!({
            let mut record = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&record, now)?;
            // The write is conditional on the tenant's revision, so no other destination is created after this read.
            if store.destinations().list().await?.len() >= MOST_DESTINATIONS {
                return Err(DestinationError::TooMany.into());
            }
            record.revision += 1;
            let kind = EventKind::DestinationChanged;
            let entry = self.tenants.entry(kind, changes.clone(), actor);
            let recorded = Recorded { tenant: &record, entry: &entry };
            let is_created = store.destinations().create(&destination, &position, recorded).await?;
            Ok::<_, Error>(Attempt::done_if(is_created))
        })?;
        Ok(Created { destination, signing_secret })
    }

    /// Changes a destination. A new URL keeps the signing secrets.
    ///
    /// # Errors
    /// Fails with [`Error::Destination`] for an invalid field, for a missing destination, and when `enabled` becomes true
    /// but a secret does not open. Other failures are as for [`Self::pause`], and [`Error::NoPepper`].
    pub async fn change(
        &self,
        tenant: &TenantId,
        id: Uuid,
        changes: &DestinationChanges,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Destination, Error> {
        let checked = changes.check(&self.policy)?;
        let secrets = match changes.enabled {
            Some(true) => self.secrets_to_enable(tenant, id).await?,
            _ => self.secrets(tenant).await?,
        };
        let now = self.tenants.now();
        self.update(tenant, id, precondition, actor, |before| {
            let mut after = checked.apply(before)?;
            if let Some(url) = &checked.url {
                after.sealed_url = secrets.seal_url(id, url)?;
                after.hint = hint(url);
            }
            let has_changed = after != *before;
            let switched = changes.enabled.filter(|enabled| *enabled != before.enabled);
            let mut change = Change::of(after, Action::Changed);
            if let Some(enabled) = switched {
                change.switch(enabled, &secrets, now)?;
            }
            if has_changed {
                change.action = Action::Changed;
            }
            Ok((has_changed || switched.is_some()).then_some(change))
        })
        .await
    }

    /// Pauses a destination. Its position stays, so no event is lost.
    ///
    /// # Errors
    /// Fails with [`Error::Destination`] for a missing destination. Other failures are [`Error::VersionDiffers`],
    /// [`Error::NoTenant`], [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::Contention`], and the errors of the
    /// store.
    pub async fn pause(
        &self,
        tenant: &TenantId,
        id: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Destination, Error> {
        self.update(tenant, id, precondition, actor, |before| {
            let after = Destination { enabled: false, ..before.clone() };
            Ok(before.enabled.then(|| Change::of(after, Action::Paused)))
        })
        .await
    }

    /// Resumes a destination. From the end, it also moves a destination that delivers.
    ///
    /// # Errors
    /// Fails with [`Error::Destination`] when a secret does not open. Other failures are as for [`Self::pause`], and
    /// [`Error::NoPepper`].
    pub async fn resume(
        &self,
        tenant: &TenantId,
        id: Uuid,
        from: ResumeFrom,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Destination, Error> {
        let secrets = self.secrets_to_enable(tenant, id).await?;
        let end = match from {
            ResumeFrom::Here => None,
            ResumeFrom::End => Some(self.tenants.directory(tenant).events().newest().await?),
        };
        let now = self.tenants.now();
        let resumed = self.update(tenant, id, precondition, actor, |before| {
            if before.enabled && end.is_none() {
                return Ok(None);
            }
            let mut change = Change::of(before.clone(), Action::Resumed);
            change.switch(true, &secrets, now)?;
            change.start = end.map(Start::After).or(change.start);
            Ok(Some(change))
        });
        let resumed = resumed.await?;
        if let Some(end) = end {
            self.forget_waiting(tenant, id, end).await?;
        }
        Ok(resumed)
    }

    /// Gives a webhook a new signing secret. The secret before it also signs, for the overlap. The new secret is in the
    /// result once. An overlap of 0 ends all older secrets at once.
    ///
    /// # Errors
    /// Fails with [`Error::Destination`] for an overlap above 7 days, and for a chat channel. While the secret of an
    /// earlier replacement still signs, it also fails for an overlap above 0. Other failures are as for [`Self::pause`],
    /// [`Error::NoPepper`] and [`Error::NoRandomness`].
    pub async fn replace_secret(
        &self,
        tenant: &TenantId,
        id: Uuid,
        overlap: Duration,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Created, Error> {
        if !(Duration::ZERO..=MOST_SECRET_OVERLAP).contains(&overlap) {
            let problem = format!(
                "The overlap is at most {} days. Send 0 to {} seconds",
                MOST_SECRET_OVERLAP.whole_days(),
                MOST_SECRET_OVERLAP.whole_seconds()
            );
            return Err(DestinationError::field("overlapSeconds", problem).into());
        }
        let (secrets, now) = (self.secrets(tenant).await?, self.tenants.now());
        let new = new_signing_key()?;
        let replaced = self.update(tenant, id, precondition, actor, |before| {
            let mut after = before.clone();
            let Form::Webhook { secrets: signing, .. } = &mut after.form else {
                return Err(DestinationError::NotAWebhook.into());
            };
            let promised = signing.iter().filter_map(|secret| secret.expires).max();
            // A replacement without an overlap keeps no promise: a secret that leaked must end.
            if let Some(expires) = promised.filter(|expires| *expires > now && !overlap.is_zero()) {
                return Err(DestinationError::PreviousSecretSigns(expires).into());
            }
            signing.retain(|secret| secret.stage == Stage::Current && !overlap.is_zero());
            for secret in signing.iter_mut() {
                secret.stage = Stage::Previous;
                secret.expires = Some(now.checked_add(overlap).unwrap_or(now));
            }
            signing.insert(0, secrets.seal_new(id, &new, now)?);
            Ok(Some(Change::of(after, Action::SecretReplaced)))
        });
        Ok(Created { destination: replaced.await?, signing_secret: Some(new.to_text()) })
    }

    /// Removes a destination with its state. A repeated call finishes an interrupted removal.
    ///
    /// # Errors
    /// Fails as [`Self::pause`] does.
    pub async fn remove(
        &self,
        tenant: &TenantId,
        id: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<(), Error> {
        let store = self.tenants.store.tenant(tenant);
        let is_found = retry!({
            let mut record = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&record, self.tenants.now())?;
            let Some(before) = store.destinations().get(id).await? else {
                return Ok(Attempt::Done(false));
            };
            precondition.check(before.revision)?;
            record.revision += 1;
            let changes = history::changes(Action::Removed, Some(&before), None);
            let entry = self.tenants.entry(EventKind::DestinationChanged, changes, actor);
            let recorded = Recorded { tenant: &record, entry: &entry };
            let is_removed = store.destinations().remove(&before, recorded).await?;
            Ok::<_, Error>(Attempt::done_if(is_removed).map(|()| true))
        })?;
        let has_state = store.destinations().remove_state(id).await?;
        match is_found || has_state {
            true => Ok(()),
            false => Err(DestinationError::NoDestination(id).into()),
        }
    }
}

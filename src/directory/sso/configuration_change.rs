//! Decides about a change of the configuration: what ends, what stays, and which fields the history names.

use super::configuration::NewSso;
use super::configuration_fields::Checked;
use super::error::SsoError;
use super::sealing::Sealing;
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::credential::{Credential, CredentialStage};
use crate::model::sso::{ClientAuth, NamedAdmin, SsoSettings};
use crate::model::tenant::Tenant;
use crate::store::credentials::Credentials;
use secrecy::ExposeSecret;
use time::OffsetDateTime;
use uuid::Uuid;

/// A configuration after a change.
#[derive(Debug)]
pub(super) struct ConfigurationChange {
    pub(super) settings: SsoSettings,
    pub(super) credentials: Credentials,
    /// The fields that changed; empty when nothing changed.
    pub(super) fields: Vec<&'static str>,
}

/// Returns the epoch after the present one, for the record at its next revision.
///
/// It grows with the clock and with the revision. So it never repeats: not after a removal of the configuration, and not
/// after a restore of the table from a backup.
pub(super) fn next_epoch(record: &Tenant, now: OffsetDateTime) -> u64 {
    let seconds = u64::try_from(now.unix_timestamp()).unwrap_or_default();
    let by_clock = seconds.saturating_mul(MOST_REVISIONS).saturating_add(record.revision + 1);
    let after = record.sso.as_ref().map_or(0, |sso| sso.epoch.saturating_add(1));
    by_clock.max(after)
}

/// The distance between the epochs of two seconds.
const MOST_REVISIONS: u64 = 1_000_000;

/// Decides about a change. `record` and `before` are as they were read. The naming of `returned` employees starts again.
pub(super) fn plan(
    (record, before): (&Tenant, &Credentials),
    (checked, returned): (&Checked, &[Uuid]),
    sealing: &Sealing,
    actor: &ActorRecord,
    now: OffsetDateTime,
) -> Result<ConfigurationChange, Error> {
    let Checked { new, match_by, provider } = checked;
    let old = record.sso.as_ref();
    let was_on = old.is_none_or(|old| old.token_sign_in);
    // Only a session of single sign-on proves that an administrator can sign in without the token.
    if was_on && !new.token_sign_in && actor.employee_id.is_none() {
        return Err(SsoError::TokenSignInRequired.into());
    }
    let credentials = plan_credentials(old, before, new, sealing, now)?;
    let is_same = old.is_some_and(|old| is_same_identity(old, checked));
    let revision = record.revision + 1;
    let since = |id| {
        let mut named = old.into_iter().flat_map(|old| &old.admins);
        let known = named.find(|admin| admin.id == id && !returned.contains(&id));
        known.map_or(now, |admin| admin.since)
    };
    let mut settings = SsoSettings {
        issuer: new.issuer.clone(),
        client_id: new.client_id.clone(),
        client_auth: new.client_auth,
        match_by: *match_by,
        hd: new.hd.clone(),
        group: new.group,
        admins: new.admins.iter().map(|id| NamedAdmin { id: *id, since: since(*id) }).collect(),
        // A changed configuration is not tested, and must lock out no tenant.
        token_sign_in: new.token_sign_in || !is_same,
        hours: new.hours,
        provider: *provider,
        epoch: old.filter(|_| is_same).map_or_else(|| next_epoch(record, now), |old| old.epoch),
        revision: old.map_or(revision, |old| old.revision),
        proven_at: old.filter(|_| is_same).and_then(|old| old.proven_at),
    };
    let fields = changed_fields((old, before), (&settings, &credentials), new);
    if !fields.is_empty() {
        settings.revision = revision;
    }
    Ok(ConfigurationChange { settings, credentials, fields })
}

/// Whether the same accounts mean the same employees as before. Sessions and the test stay valid then.
fn is_same_identity(old: &SsoSettings, checked: &Checked) -> bool {
    let Checked { new, match_by, provider } = checked;
    old.issuer == new.issuer
        && old.client_id == new.client_id
        && old.match_by == *match_by
        && old.hd == new.hd
        && old.provider == *provider
}

/// Decides about the credentials. A secret and a key never follow a changed issuer.
fn plan_credentials(
    old: Option<&SsoSettings>,
    before: &Credentials,
    new: &NewSso,
    sealing: &Sealing,
    now: OffsetDateTime,
) -> Result<Credentials, Error> {
    let stays = |old: &&SsoSettings| old.issuer == new.issuer && old.client_auth == new.client_auth;
    let kept = old.filter(stays).is_some();
    match (new.client_auth, &new.client_secret) {
        (ClientAuth::None, _) => Ok(Credentials::default()),
        (ClientAuth::Key, _) if kept => Ok(Credentials {
            current: refreshed(sealing, CredentialStage::Current, before)?,
            next: refreshed(sealing, CredentialStage::Next, before)?,
        }),
        (ClientAuth::Key, _) => Ok(Credentials::default()),
        (ClientAuth::Secret, Some(secret)) => {
            let stage = CredentialStage::Current;
            let secret = secret.expose_secret().as_bytes();
            let current = Credential {
                revision: before.current.as_ref().map_or(0, |before| before.revision) + 1,
                sealed: sealing.seal(stage, &new.issuer, secret)?,
                bound_to: new.issuer.clone(),
                key: None,
                created: now,
                expires: new.secret_ends_on,
            };
            Ok(Credentials { current: Some(current), next: None })
        }
        (ClientAuth::Secret, None) => {
            let current = refreshed(sealing, CredentialStage::Current, before)?;
            let Some(mut current) = current.filter(|one| kept && one.key.is_none()) else {
                return Err(missing_secret(old, new).into());
            };
            if current.expires != new.secret_ends_on {
                current.expires = new.secret_ends_on;
                current.revision = before.current.as_ref().map_or(0, |one| one.revision) + 1;
            }
            Ok(Credentials { current: Some(current), next: None })
        }
    }
}

/// Returns the refusal of a configuration without a secret.
fn missing_secret(old: Option<&SsoSettings>, new: &NewSso) -> SsoError {
    match old.is_some_and(|old| old.issuer != new.issuer) {
        true => SsoError::SecretRequired,
        false => SsoError::SecretMissing,
    }
}

/// Returns a credential that stays. It is sealed anew if it is under the previous pepper.
fn refreshed(
    sealing: &Sealing,
    stage: CredentialStage,
    before: &Credentials,
) -> Result<Option<Credential>, Error> {
    let Some(credential) = before.get(stage) else { return Ok(None) };
    let resealed = sealing.resealed(stage, credential)?;
    Ok(Some(resealed.unwrap_or_else(|| credential.clone())))
}

/// Names the fields that differ. A secret that was entered counts as changed.
fn changed_fields(
    (old, before): (Option<&SsoSettings>, &Credentials),
    (settings, after): (&SsoSettings, &Credentials),
    new: &NewSso,
) -> Vec<&'static str> {
    let mut fields = Vec::new();
    let mut add = |name: &'static str, is_changed: bool| {
        if is_changed {
            fields.push(name);
        }
    };
    let differs = |differ: fn(&SsoSettings, &SsoSettings) -> bool| {
        old.is_none_or(|old| differ(old, settings))
    };
    let expires = |one: &Credentials| one.current.as_ref().and_then(|secret| secret.expires);
    add("issuer", differs(|old, new| old.issuer != new.issuer));
    add("clientId", differs(|old, new| old.client_id != new.client_id));
    add("clientAuth", differs(|old, new| old.client_auth != new.client_auth));
    add("clientSecret", new.client_secret.is_some());
    add("secretEndsOn", expires(before) != expires(after));
    add("match", differs(|old, new| old.match_by != new.match_by));
    add("provider", differs(|old, new| old.provider != new.provider));
    add("hd", old.and_then(|old| old.hd.as_ref()) != settings.hd.as_ref());
    add("group", old.and_then(|old| old.group) != settings.group);
    let named = old.map_or(&[][..], |old| &old.admins);
    add("admins", named != settings.admins);
    add("hours", differs(|old, new| old.hours != new.hours));
    add("tokenSignIn", old.is_none_or(|old| old.token_sign_in) != settings.token_sign_in);
    fields
}

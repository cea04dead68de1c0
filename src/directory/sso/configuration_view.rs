//! The view of a configuration: the settings, and the facts about its secret and its keys.

use super::client_keys::signing_key;
use super::sealing::Sealing;
use crate::model::credential::CredentialStage;
use crate::model::sso::SsoSettings;
use crate::store::credentials::Credentials;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The configuration, as administrators see it. It has no secret.
#[derive(Debug, Clone)]
pub struct SsoView {
    /// The configuration. Its revision is the version of the API.
    pub settings: SsoSettings,
    /// The client secret, if there is one.
    pub secret: Option<SecretNote>,
    /// The keys: the key that signs, then the next one.
    pub keys: Vec<KeyNote>,
    /// The named employees who came back from a deletion after their naming. They are no administrators by name until
    /// they are named again.
    pub returned: Vec<Uuid>,
}

/// The facts about a client secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretNote {
    /// The time at which the secret was entered.
    pub set_at: OffsetDateTime,
    /// The last day of the secret, as it was entered.
    pub ends_on: Option<Date>,
    /// Whether the secret opens. Otherwise an administrator must paste it again.
    pub is_readable: bool,
}

/// The facts about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyNote {
    /// The id of the key.
    pub kid: String,
    /// The time at which the key was made.
    pub created: OffsetDateTime,
    /// The state of the key.
    pub state: KeyState,
    /// Whether the key opens. Otherwise an administrator must make a new one.
    pub is_readable: bool,
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum KeyState {
    /// The key signs.
    Current,
    /// The key signs once it has been published for a day.
    Next,
    /// The key no longer signs. It is published until another key is made.
    Former,
}

impl KeyState {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Builds the view of a configuration.
pub(super) fn build_view(
    sealing: &Sealing,
    (settings, returned): (SsoSettings, Vec<Uuid>),
    stored: &Credentials,
    now: OffsetDateTime,
) -> SsoView {
    let is_readable = |stage| {
        let credential = stored.get(stage);
        credential.is_some_and(|one| sealing.open(stage, &settings.issuer, one).is_some())
    };
    let secret = stored.current.as_ref().filter(|current| current.key.is_none());
    let secret = secret.map(|secret| SecretNote {
        set_at: secret.created,
        ends_on: secret.expires,
        is_readable: is_readable(CredentialStage::Current),
    });
    let signs = signing_key(sealing, &settings.issuer, stored, now).map(|(stage, _, _)| stage);
    let key = |stage| {
        let credential = stored.get(stage)?;
        let state = match (stage, signs) {
            (stage, Some(signs)) if stage == signs => KeyState::Current,
            (CredentialStage::Next, _) => KeyState::Next,
            (CredentialStage::Current, Some(_)) => KeyState::Former,
            // No key opens. An administrator must make a new one.
            (CredentialStage::Current, None) => KeyState::Current,
        };
        let kid = credential.key.as_ref()?.kid.clone();
        let (created, is_readable) = (credential.created, is_readable(stage));
        Some(KeyNote { kid, created, state, is_readable })
    };
    let keys = [CredentialStage::Current, CredentialStage::Next].into_iter().filter_map(key);
    let mut keys: Vec<KeyNote> = keys.collect();
    keys.sort_by_key(|key| key.state != KeyState::Current);
    SsoView { secret, keys, settings, returned }
}

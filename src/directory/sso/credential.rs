//! The credential with which Rollcall proves itself at the token endpoint.

use super::Sso;
use super::client_keys::signing_key;
use super::code_exchange::ClientCredential;
use super::error::SsoError;
use super::sealing::Sealing;
use crate::directory::error::Error;
use crate::model::credential::CredentialStage;
use crate::model::sso::{ClientAuth, SsoSettings};
use crate::model::tenant::TenantId;
use crate::store::credentials::Credentials;
use oidc::PrivateKey;
use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

impl Sso {
    /// Opens the credential for the issuer of a configuration. A credential for another issuer does not open, so no
    /// issuer gets the secret of another one.
    ///
    /// # Errors
    /// Fails with [`SsoError::UnreadableSecret`], [`SsoError::UnreadableKey`] or [`SsoError::NoKey`]. Other failures are
    /// [`Error::NoPepper`] and the errors of the store.
    pub async fn credential(
        &self,
        tenant: &TenantId,
        settings: &SsoSettings,
    ) -> Result<ClientCredential, Error> {
        if settings.client_auth == ClientAuth::None {
            return Ok(ClientCredential::None);
        }
        let stored = self.tenants.store.tenant(tenant).credentials().get().await?;
        let now = self.tenants.now();
        match open(&self.sealing(tenant).await?, settings, &stored, now) {
            Ok(opened) => Ok(opened),
            Err(SsoError::UnreadableSecret | SsoError::UnreadableKey) => {
                let newer = self.newer_sealing(tenant).await?;
                Ok(open(&newer, settings, &stored, now)?)
            }
            Err(other) => Err(other.into()),
        }
    }
}

fn open(
    sealing: &Sealing,
    settings: &SsoSettings,
    stored: &Credentials,
    now: OffsetDateTime,
) -> Result<ClientCredential, SsoError> {
    let issuer = &*settings.issuer;
    match settings.client_auth {
        ClientAuth::None => Ok(ClientCredential::None),
        ClientAuth::Secret => {
            let stage = CredentialStage::Current;
            let secret = stored.current.as_ref().filter(|secret| secret.key.is_none());
            let opened = secret.and_then(|secret| sealing.open(stage, issuer, secret));
            let opened = opened.ok_or(SsoError::UnreadableSecret)?;
            let text = std::str::from_utf8(opened.secret.expose_secret());
            let text = text.map_err(|_| SsoError::UnreadableSecret)?;
            Ok(ClientCredential::Secret(SecretString::from(text)))
        }
        ClientAuth::Key => {
            let has_key = stored.current.as_ref().is_some_and(|current| current.key.is_some());
            let none = if has_key { SsoError::UnreadableKey } else { SsoError::NoKey };
            let (_, _, opened) = signing_key(sealing, issuer, stored, now).ok_or(none)?;
            let key = PrivateKey::from_pkcs8(opened.secret.expose_secret());
            Ok(ClientCredential::Key(key.map_err(|_| SsoError::UnreadableKey)?))
        }
    }
}

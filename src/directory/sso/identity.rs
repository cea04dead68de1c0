//! The identity that a provider proved, as a tenant's configuration reads it.

use super::refusal::Refusal;
use crate::model::account::subject_hash;
use crate::model::sso::{Preset, SsoSettings};
use oidc::{IdClaims, LogoutClaims};

/// The longest subject, in characters (OpenID Connect Core 1.0 §2).
const MAX_SUBJECT_CHARS: usize = 255;
/// The longest claim that the list of sign-ins shows, in characters.
const MAX_SHOWN_CHARS: usize = 255;

/// An identity of the configured provider.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity<'c> {
    pub(super) claims: &'c IdClaims,
    /// The subject of the account link: it never passes to another person.
    subject: &'c str,
}

impl<'c> Identity<'c> {
    /// Reads the identity, and checks the claims that count at every sign-in.
    ///
    /// # Errors
    /// Fails with [`Refusal::MissingClaim`] without Entra ID's `oid`. Fails with [`Refusal::WrongDomain`] for an account
    /// of another directory (`tid`) or of another domain (`hd`).
    pub(super) fn of(settings: &SsoSettings, claims: &'c IdClaims) -> Result<Self, Refusal> {
        let subject = match settings.provider {
            // Entra ID's `sub` changes with the client id.
            Preset::Entra => claims.oid.as_deref().ok_or(Refusal::MissingClaim)?,
            Preset::Okta | Preset::Google | Preset::Other => &claims.sub,
        };
        if settings.provider == Preset::Entra {
            let tid = claims.tid.as_deref().ok_or(Refusal::MissingClaim)?;
            let is_own = directory_of(&settings.issuer).is_some_and(|own| own == tid);
            if !is_own {
                return Err(Refusal::WrongDomain);
            }
        }
        if let Some(wanted) = &settings.hd {
            // The whole domain must be equal. A suffix proves nothing.
            let is_own = claims.hd.as_ref().is_some_and(|hd| hd.eq_ignore_ascii_case(wanted));
            if !is_own {
                return Err(Refusal::WrongDomain);
            }
        }
        if subject.is_empty() || subject.chars().count() > MAX_SUBJECT_CHARS {
            return Err(Refusal::MissingClaim);
        }
        Ok(Self { claims, subject })
    }

    /// Returns the hash of issuer and subject.
    pub(super) fn subject_hash(self, settings: &SsoSettings) -> String {
        subject_hash(&settings.issuer, self.subject)
    }
}

/// Returns the claim that people read in the list of sign-ins; empty without one.
pub(super) fn shown(claims: &IdClaims) -> String {
    let claims = [&claims.preferred_username, &claims.email, &claims.name];
    let text = claims.into_iter().flatten().find(|text| !text.trim().is_empty());
    let visible = text.into_iter().flat_map(|text| text.chars()).filter(|one| !one.is_control());
    visible.take(MAX_SHOWN_CHARS).collect()
}

/// Returns the hash of the subject that a logout token names; `None` when it names none.
pub(super) fn logout_subject(settings: &SsoSettings, claims: &LogoutClaims) -> Option<String> {
    let subject = match settings.provider {
        Preset::Entra => claims.oid.as_deref(),
        Preset::Okta | Preset::Google | Preset::Other => claims.sub.as_deref(),
    };
    subject.map(|subject| subject_hash(&settings.issuer, subject))
}

/// Returns the hash of a session at the provider.
pub(super) fn sid_hash(settings: &SsoSettings, sid: &str) -> String {
    subject_hash(&settings.issuer, &format!("session {sid}"))
}

/// Reads the id of the Entra directory in an issuer, such as `https://login.microsoftonline.com/{id}/v2.0`.
fn directory_of(issuer: &str) -> Option<&str> {
    issuer.strip_prefix("https://")?.split('/').nth(1).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::directory_of;

    #[test]
    fn the_issuer_names_the_directory() {
        let id = "9188040d-6c67-4c5b-b112-36a304b66dad";
        for issuer in ["https://login.microsoftonline.com/{}/v2.0", "https://sts.windows.net/{}/"] {
            assert_eq!(directory_of(&issuer.replace("{}", id)), Some(id), "{issuer}");
        }
        for issuer in ["https://idp.example.com", "https://idp.example.com/", "http://a/b/"] {
            assert_eq!(directory_of(issuer), None, "{issuer}");
        }
    }
}

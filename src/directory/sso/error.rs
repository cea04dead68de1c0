//! The refusals of the configuration of single sign-on. Each text is a sentence for the administrator.

use strum::IntoStaticStr;

/// The stable code of a refusal, in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum SsoCode {
    /// [`SsoError::MultiTenantIssuer`].
    MultiTenantIssuer,
    /// [`SsoError::SecretRequired`] or [`SsoError::SecretMissing`].
    SecretRequired,
    /// [`SsoError::TokenSignInRequired`].
    TokenSignInRequired,
    /// [`SsoError::NoAdministrators`].
    NoAdministrators,
    /// [`SsoError::NotAKeyConfiguration`].
    NotAKeyConfiguration,
    /// [`SsoError::NoNextKey`].
    NoNextKey,
    /// [`SsoError::NoKey`].
    NoKey,
    /// [`SsoError::UnreadableSecret`].
    UnreadableSecret,
    /// [`SsoError::UnreadableKey`].
    UnreadableKey,
}

impl SsoCode {
    /// The code as text, such as `secretRequired`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A refused request about single sign-on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SsoError {
    /// The tenant has no single sign-on.
    #[error("Single sign-on is not configured. Configure it first")]
    NotConfigured,
    /// The issuer serves every directory of Entra ID.
    #[error(
        "This issuer serves every Entra directory. Use https://login.microsoftonline.com/{{directory id}}/v2.0."
    )]
    MultiTenantIssuer,
    /// The issuer changed, and the client secret must not follow.
    #[error("The issuer changed. Enter the client secret again.")]
    SecretRequired,
    /// There is no client secret to keep.
    #[error("Enter the client secret that your identity provider shows")]
    SecretMissing,
    /// Only a session of single sign-on proves that token sign-in is not needed.
    #[error("Sign in with single sign-on first. Then turn token sign-in off.")]
    TokenSignInRequired,
    /// The configuration names no administrators.
    #[error("Choose a group, or name at least one employee.")]
    NoAdministrators,
    /// A field has an invalid value.
    #[error("{field}: {problem}")]
    Field {
        /// The field, as the API names it.
        field: &'static str,
        /// The problem, in sentences.
        problem: String,
    },
    /// Keys need the client authentication `key`.
    #[error("Keys need the client authentication \"key\". Choose it first")]
    NotAKeyConfiguration,
    /// There is no next key.
    #[error("There is no next key. Make it first")]
    NoNextKey,
    /// There is no key to sign with.
    #[error("Rollcall has no key for this issuer. Make the key first")]
    NoKey,
    /// The client secret is sealed under neither pepper, or for another issuer.
    #[error("Rollcall cannot read the client secret. Enter it again")]
    UnreadableSecret,
    /// The private key is sealed under neither pepper, or for another issuer.
    #[error("The key cannot be read. Make a new key")]
    UnreadableKey,
    /// The tenant made too many keys in this minute.
    #[error("Too many keys and checks in this minute. Wait a minute")]
    TooManyKeys,
    /// The key could not be made.
    #[error("The key could not be made. Try again")]
    KeyNotMade,
    /// The employee has no linked account.
    #[error("This employee has no linked account")]
    NoAccount,
}

impl SsoError {
    /// The stable code of the API; `None` for a refusal that has only its status.
    pub fn code(&self) -> Option<SsoCode> {
        match self {
            Self::MultiTenantIssuer => Some(SsoCode::MultiTenantIssuer),
            Self::SecretRequired | Self::SecretMissing => Some(SsoCode::SecretRequired),
            Self::TokenSignInRequired => Some(SsoCode::TokenSignInRequired),
            Self::NoAdministrators => Some(SsoCode::NoAdministrators),
            Self::NotAKeyConfiguration => Some(SsoCode::NotAKeyConfiguration),
            Self::NoNextKey => Some(SsoCode::NoNextKey),
            Self::NoKey => Some(SsoCode::NoKey),
            Self::UnreadableSecret => Some(SsoCode::UnreadableSecret),
            Self::UnreadableKey => Some(SsoCode::UnreadableKey),
            Self::NotConfigured
            | Self::Field { .. }
            | Self::TooManyKeys
            | Self::KeyNotMade
            | Self::NoAccount => None,
        }
    }

    /// Makes the refusal of a field.
    pub(in crate::directory) fn field(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Field { field, problem: problem.into() }
    }
}

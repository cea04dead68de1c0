//! Tenants: their id, settings and tokens.

use super::ended_token::EndedToken;
use super::provider::Provider;
use super::silence::SilentAfter;
use super::sso::SsoSettings;
use scim::schema::custom::CustomAttribute;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use time::OffsetDateTime;

/// A tenant's id: 2 to 32 lower-case letters, digits and inner hyphens. The id is part of URLs and keys. Underscores
/// are not allowed, because Okta refuses a URL with an underscore.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(Arc<str>);

impl TenantId {
    /// Reads an id; `None` when `text` is not a valid id.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = (2..=32).contains(&text.len())
            && !text.starts_with('-')
            && !text.ends_with('-')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        valid.then(|| Self(Arc::from(text)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The settings of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// *Set employee location info from Identity Provider*.
    pub location_from_idp: bool,
    /// *Set employee department info from Identity Provider*.
    pub department_from_idp: bool,
    /// *Set employee manager info from Identity Provider*.
    pub manager_from_idp: bool,
    /// The hours without a request after which the identity provider is silent; `None` when silence is no event.
    pub silent_after_hours: Option<SilentAfter>,
    /// The identity provider; `None` until the tenant chooses one. It changes words in the console, and no rule.
    pub provider: Option<Provider>,
}

impl Settings {
    /// The identity provider whose words the console uses.
    pub fn provider_or_other(self) -> Provider {
        self.provider.unwrap_or(Provider::Other)
    }

    /// The name of the identity provider for people, within a sentence.
    pub fn idp(self) -> &'static str {
        self.provider_or_other().label()
    }
}

/// The name of [`Settings::silent_after_hours`] in the history.
pub const SILENT_AFTER_HOURS: &str = "silentAfterHours";

/// The purpose of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The identity provider's SCIM calls.
    Scim,
    /// The tenant's own administration.
    Admin,
    /// Reads of the administration, for another product that follows changes.
    Read,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 3] = [Self::Scim, Self::Admin, Self::Read];

    /// Reads a scope's name; `None` when `text` is not the name of a scope.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }

    /// The scope's name, in URLs and in the history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scim => "scim",
            Self::Admin => "admin",
            Self::Read => "read",
        }
    }
}

/// The stage of a token: a scope has at most two tokens. Secrets Manager has the same names for the versions of a
/// secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The newest token.
    Current,
    /// The token before the newest, valid for the overlap that was chosen at replacement.
    Previous,
}

/// The stored record of a token. It never contains the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRecord {
    /// The scope of the token.
    pub scope: Scope,
    /// The stage of the token.
    pub stage: Stage,
    /// A name for people. Histories show it beside each change that was made with the token.
    pub label: String,
    /// HMAC-SHA-256 of the token under the pepper, in base64url.
    pub digest: String,
    /// The time when the token was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// The time when the token expires; `None` for a current token.
    #[serde(with = "time::serde::rfc3339::option", default)]
    pub expires: Option<OffsetDateTime>,
    /// The number of the form that made the token; `None` for a token from elsewhere. A reload sends the form again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
}

impl TokenRecord {
    /// The short name of the token. It tells a tenant's tokens apart, and is useless to an attacker.
    pub fn short_name(&self) -> &str {
        short_name(&self.digest)
    }
}

/// Returns the short name of the token with a digest: its first 12 characters.
pub(super) fn short_name(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The tenant's id.
    pub id: TenantId,
    /// The tenant's name, for people.
    pub name: String,
    /// The time when the tenant was made.
    pub created: OffsetDateTime,
    /// The revision of the record. It grows by one with each change.
    pub revision: u64,
    /// The tenant's settings.
    pub settings: Settings,
    /// The tenant's tokens, at most one for each scope and stage.
    pub tokens: Vec<TokenRecord>,
    /// The last tokens that ended, newest first.
    pub ended_tokens: Vec<EndedToken>,
    /// The attributes that the tenant declared for its employees, the oldest first.
    pub attributes: Vec<CustomAttribute>,
    /// The single sign-on of the tenant's administrators; `None` until it is configured.
    pub sso: Option<SsoSettings>,
    /// Four random characters that name the tenant's feed. Numbers of another feed mean other events.
    pub feed_epoch: String,
}

impl Tenant {
    /// The current token of a scope.
    pub fn current_token(&self, scope: Scope) -> Option<&TokenRecord> {
        self.tokens.iter().find(|token| token.scope == scope && token.stage == Stage::Current)
    }
}

#[cfg(test)]
mod tests {
    use super::TenantId;

    #[test]
    fn a_tenant_id_is_lower_case_letters_digits_and_inner_hyphens() {
        for good in ["ab", "acme", "acme-2", "0x", &"a".repeat(32)] {
            assert!(TenantId::parse(good).is_some(), "{good}");
        }
        for bad in ["", "a", "Acme", "a_b", "-a", "a-", "a b", "a#b", "ä1", &"a".repeat(33)] {
            assert!(TenantId::parse(bad).is_none(), "{bad}");
        }
    }
}

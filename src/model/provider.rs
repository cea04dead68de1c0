//! The identity provider that a tenant uses. It changes words in the console, and no rule.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// The identity provider of a tenant.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Provider {
    /// Okta.
    Okta,
    /// Microsoft Entra ID.
    Entra,
    /// Another SCIM 2.0 client.
    Other,
}

/// The name of the setting in the history.
pub const PROVIDER: &str = "provider";

/// The text for a name that is not valid.
pub const PROVIDER_RULE: &str = "the provider must be okta, entra or other";

impl Provider {
    /// All identity providers, in the order of the pages.
    pub const ALL: [Self; 3] = [Self::Okta, Self::Entra, Self::Other];

    /// Reads a name; `None` when `text` is not the name of an identity provider.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// The name in URLs, forms, the API and the history.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The name for people, within a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Entra => "Entra ID",
            Self::Other => "your identity provider",
        }
    }
}

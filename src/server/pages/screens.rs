//! The names on the screens of an identity provider, for the values that an administrator pastes there.

use crate::directory::Provider;

/// The names on the screens of an identity provider.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screens {
    /// The path to the screen with both values.
    pub(super) place: &'static str,
    /// The field for the Tenant URL.
    pub(super) url: &'static str,
    /// The field for the Secret Token.
    pub(super) token: &'static str,
    /// The button that tests the connection.
    pub(super) test: &'static str,
    /// The field for the Secret Token, as the end of *Paste the token into*.
    pub(super) token_place: &'static str,
}

impl Screens {
    /// Returns the names on the screens of a provider.
    pub(super) fn of(provider: Provider) -> Self {
        match provider {
            Provider::Okta => Self {
                place: "Provisioning › Integration › Configure API Integration",
                url: "SCIM 2.0 Base Url",
                token: "OAuth Bearer Token",
                test: "Test API Credentials",
                token_place: "OAuth Bearer Token in Okta",
            },
            Provider::Entra => Self {
                place: "Provisioning › New configuration",
                url: "Tenant URL",
                token: "Secret Token",
                test: "Test Connection",
                token_place: "Secret Token in Entra ID",
            },
            Provider::Other => Self {
                place: "the SCIM settings of your client",
                url: "Base URL",
                token: "Bearer token",
                test: "the connection test",
                token_place: "your identity provider",
            },
        }
    }
}

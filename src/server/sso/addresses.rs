//! The addresses of a tenant's single sign-on, which an administrator gives to the identity provider.

use serde::Serialize;
use utoipa::ToSchema;

/// The addresses. All are absolute URLs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SsoAddresses {
    /// The redirect URI: the identity provider sends the browser back to it.
    pub redirect_uri: String,
    /// The initiate login URI: the identity provider starts a sign-in with it.
    pub initiate_login_uri: String,
    /// The sign-out URI: the browser comes back to it after a sign-out at the identity provider.
    pub sign_out_uri: String,
    /// The back-channel logout URI, for logout tokens.
    pub back_channel_logout_uri: String,
    /// The URL of the public keys.
    pub jwks_uri: String,
    /// The issuer of the keys, for the federated credentials of Entra ID.
    pub key_issuer: String,
}

impl SsoAddresses {
    /// Returns the addresses of a tenant. `root` is the start of all URLs of the tenant, without a final slash.
    pub fn of(root: &str) -> Self {
        Self {
            redirect_uri: format!("{root}/sso/callback"),
            initiate_login_uri: format!("{root}/sso/start"),
            sign_out_uri: format!("{root}/sign-in"),
            back_channel_logout_uri: format!("{root}/sso/logout"),
            jwks_uri: format!("{root}/sso/jwks.json"),
            key_issuer: format!("{root}/sso"),
        }
    }
}

//! The single sign-on of a tenant's administrators, as the tenant's record keeps it. It has no secret.

use super::employee::Employee;
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};
use time::OffsetDateTime;
use uuid::Uuid;

/// The most employees that a tenant names as administrators.
pub const MOST_NAMED: usize = 50;
/// The longest issuer, in bytes. The same holds for a subject (`sub`).
pub const MAX_ISSUER_BYTES: usize = 255;
/// The hours of a session, if the tenant chooses none.
pub const DEFAULT_HOURS: u8 = 8;

/// The configuration of single sign-on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SsoSettings {
    /// The issuer, byte for byte as its discovery document and its tokens name it.
    pub issuer: String,
    /// The client id that the identity provider gave Rollcall.
    pub client_id: String,
    /// How Rollcall proves itself at the token endpoint.
    pub client_auth: ClientAuth,
    /// The claim and the attribute that find an employee at the first sign-in.
    #[serde(rename = "match")]
    pub match_by: MatchRule,
    /// The domain that the claim `hd` of Google must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hd: Option<String>,
    /// The group whose direct, active members are administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Uuid>,
    /// The named administrators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub admins: Vec<NamedAdmin>,
    /// Whether the sign-in page accepts the admin token.
    pub token_sign_in: bool,
    /// The length of a session in hours, 1 to 24.
    pub hours: u8,
    /// The kind of identity provider, from the issuer.
    pub provider: Preset,
    /// Grows when open sessions and attempts must end: another issuer, client, match or domain, and *Sign out all
    /// administrators*.
    pub epoch: u64,
    /// Grows with each change of the configuration, of its secret and of its keys. It is the version of the API.
    pub revision: u64,
    /// The time of the first successful test of this configuration; `None` until then. It offers the sign-in link.
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub proven_at: Option<OffsetDateTime>,
}

/// An employee who is an administrator by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedAdmin {
    /// The employee.
    pub id: Uuid,
    /// The time of the naming. A later return of the employee ends it.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

impl NamedAdmin {
    /// Whether the naming still counts: the employee did not come back after a deletion since then.
    pub fn counts(&self, employee: &Employee) -> bool {
        employee.returned_at.is_none_or(|returned| self.since > returned)
    }
}

/// How a client proves itself at the token endpoint.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumIter, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum ClientAuth {
    /// A client secret (`client_secret_basic` or `client_secret_post`).
    Secret,
    /// A signed assertion (`private_key_jwt`), with a key that Rollcall makes.
    Key,
    /// Nothing but PKCE.
    None,
}

/// The claim of the ID token and the attribute of the employee that must be equal at the first sign-in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumIter, EnumString, IntoStaticStr,
)]
pub enum MatchRule {
    /// Okta and Google send their user id as `sub`, and as SCIM's externalId.
    #[serde(rename = "sub=externalId")]
    #[strum(serialize = "sub=externalId")]
    SubExternalId,
    /// Entra ID's object id, if the SCIM app maps objectId to externalId.
    #[serde(rename = "oid=externalId")]
    #[strum(serialize = "oid=externalId")]
    OidExternalId,
    /// Entra ID's default mapping. It counts for the first sign-in only.
    #[serde(rename = "preferred_username=userName")]
    #[strum(serialize = "preferred_username=userName")]
    PreferredUsernameUserName,
    /// A verified email, and the employee's primary address. It is the last choice.
    #[serde(rename = "email=email")]
    #[strum(serialize = "email=email")]
    EmailEmail,
}

/// The kind of an OpenID Connect provider. It decides words and the claims that are checked.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumIter, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum Preset {
    /// Okta.
    Okta,
    /// Microsoft Entra ID: the subject of a link is `oid`, and `tid` is checked at every sign-in.
    Entra,
    /// Google: `hd` is checked at every sign-in.
    Google,
    /// Any other provider.
    Other,
}

impl Preset {
    /// The kind of provider that an issuer belongs to, by its host.
    pub fn of_issuer(issuer: &str) -> Self {
        let host = issuer.split_once("://").map_or("", |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase();
        let is_below =
            |domain: &&str| host.strip_suffix(*domain).is_some_and(|rest| rest.ends_with('.'));
        match &*host {
            "accounts.google.com" => Self::Google,
            host if ENTRA_HOSTS.contains(&host) => Self::Entra,
            _ if OKTA_DOMAINS.iter().any(is_below) => Self::Okta,
            _ => Self::Other,
        }
    }

    /// The match that fits the provider in most tenants.
    pub fn default_match(self) -> MatchRule {
        match self {
            Self::Entra => MatchRule::OidExternalId,
            Self::Okta | Self::Google | Self::Other => MatchRule::SubExternalId,
        }
    }
}

/// The hosts of Entra ID's issuers, in all its clouds.
const ENTRA_HOSTS: [&str; 5] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "sts.windows.net",
];
/// The domains below which Okta's tenants have their hosts.
const OKTA_DOMAINS: [&str; 4] = ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com"];

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl $type {
            /// Its name in items, in the API and in the history.
            pub fn as_str(self) -> &'static str {
                self.into()
            }

            /// Reads a name; `None` for another text.
            pub fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}
texts!(ClientAuth, MatchRule, Preset);

#[cfg(test)]
mod tests {
    use super::Preset;

    #[test]
    fn the_host_of_the_issuer_tells_the_provider() {
        for (issuer, preset) in [
            ("https://acme.okta.com", Preset::Okta),
            ("https://acme.oktapreview.com/oauth2/default", Preset::Okta),
            ("https://login.microsoftonline.com/0b1c/v2.0", Preset::Entra),
            ("https://accounts.google.com", Preset::Google),
            ("https://evilokta.com", Preset::Other),
            ("https://accounts.google.com.evil.example", Preset::Other),
            ("https://idp.example.com/okta.com", Preset::Other),
            ("okta.com", Preset::Other),
        ] {
            assert_eq!(Preset::of_issuer(issuer), preset, "{issuer}");
        }
    }
}

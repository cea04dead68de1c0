//! The bodies of `/sso`.

use crate::directory::sso::configuration::{KeyNote, KeyState, NewSso, SsoView};
use crate::model::sso::{ClientAuth, DEFAULT_HOURS, MatchRule, NamedAdmin, Preset, SsoSettings};
use crate::server::sso::addresses::SsoAddresses;
use scim::date_time;
use secrecy::SecretString;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use time::Date;
use time::macros::format_description;
use utoipa::ToSchema;
use uuid::Uuid;

/// How Rollcall proves itself to the identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SsoClientAuth)]
pub(super) enum ClientAuthBody {
    /// A client secret.
    Secret,
    /// A key that Rollcall makes (`private_key_jwt`).
    Key,
    /// PKCE only.
    None,
}

/// The claim of the ID token and the attribute of the employee that must be equal at the first sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SsoMatch)]
enum MatchBody {
    #[serde(rename = "sub=externalId")]
    SubExternalId,
    #[serde(rename = "oid=externalId")]
    OidExternalId,
    #[serde(rename = "preferred_username=userName")]
    PreferredUsernameUserName,
    #[serde(rename = "email=email")]
    EmailEmail,
}

/// The kind of identity provider. It decides words and the claims that are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SsoProvider)]
enum ProviderBody {
    Okta,
    Entra,
    Google,
    Other,
}

/// Single sign-on of the tenant's administrators.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SsoBody {
    issuer: String,
    client_id: String,
    client_auth: ClientAuthBody,
    #[serde(rename = "match")]
    match_by: MatchBody,
    provider: ProviderBody,
    /// For Google: the domain that manages the accounts; null for any.
    hd: Option<String>,
    /// The pushed group whose direct, active members are administrators.
    group: Option<Uuid>,
    /// The named administrators.
    admins: Vec<AdminBody>,
    /// The length of a session in hours.
    hours: u8,
    /// Whether the sign-in page accepts the admin token.
    token_sign_in: bool,
    /// The time of the first successful test of this configuration. Until then, the sign-in page has no link.
    #[schema(format = DateTime)]
    proven_at: Option<String>,
    /// The client secret, without the secret itself; null when there is none.
    secret: Option<SsoSecretBody>,
    /// The keys of Rollcall.
    keys: Vec<KeyBody>,
    addresses: SsoAddresses,
}

/// An administrator by name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SsoAdmin)]
struct AdminBody {
    /// The employee's id.
    #[schema(value_type = Uuid)]
    id: Uuid,
    /// The time of the naming. An employee who comes back later is no administrator by this name.
    #[schema(format = DateTime)]
    since: String,
    /// Whether the employee came back from a deletion since the naming, and is no administrator by name until a PUT
    /// names the employee again.
    returned: bool,
}

/// A client secret, without the secret itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SsoSecretBody {
    #[schema(format = DateTime)]
    set_at: String,
    /// The last day of the secret, as somebody entered it.
    #[schema(format = Date)]
    ends_on: Option<String>,
    /// Whether Rollcall can read the secret. If not, send it again.
    readable: bool,
}

/// A key of Rollcall, without its private half.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SsoKey)]
struct KeyBody {
    /// The id of the key, as in the published keys.
    kid: String,
    #[schema(format = DateTime)]
    created: String,
    state: KeyStateBody,
    /// Whether Rollcall can read the private half. If not, make another key.
    readable: bool,
}

/// The state of a key.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SsoKeyState)]
enum KeyStateBody {
    /// It signs.
    Current,
    /// It is published, and signs 24 hours after its creation.
    Next,
    /// It signs no longer, and is published until another key is made.
    Former,
}

/// A configuration of single sign-on. It replaces the one before.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewSsoBody {
    /// The issuer, letter by letter as its discovery document names it. It must begin with `https://`.
    #[schema(min_length = 9, max_length = 255, example = "https://example.okta.com")]
    issuer: String,
    #[schema(min_length = 1, max_length = 255, example = "0oa1b2c3")]
    client_id: String,
    client_auth: ClientAuthBody,
    /// Only with `secret`. Without it, the secret stays while the issuer is the same.
    #[schema(value_type = Option<String>, max_length = 1024)]
    client_secret: Option<SecretString>,
    /// The last day of the client secret.
    #[serde(default, deserialize_with = "day")]
    #[schema(value_type = Option<String>, format = Date)]
    secret_ends_on: Option<Date>,
    /// The default depends on the provider.
    #[serde(rename = "match")]
    match_by: Option<MatchBody>,
    /// The default depends on the issuer.
    provider: Option<ProviderBody>,
    /// For Google: the domain that manages the accounts.
    #[schema(max_length = 253, example = "example.com")]
    hd: Option<String>,
    /// The pushed group whose direct, active members are administrators. Without it, name at least one employee.
    group: Option<Uuid>,
    /// The ids of employees who are administrators by name. An employee who came back from a deletion is named again.
    #[serde(default)]
    #[schema(max_items = 50)]
    admins: Vec<Uuid>,
    /// The length of a session in hours. The default is 8.
    #[schema(minimum = 1, maximum = 24)]
    hours: Option<u8>,
    /// Whether the sign-in page accepts the admin token. The default is true. A token cannot turn it off: only a session
    /// of single sign-on can.
    token_sign_in: Option<bool>,
}

impl SsoBody {
    /// Makes the body. `root` is the URL of the tenant, without a final slash.
    pub fn new(view: SsoView, root: &str) -> Self {
        let SsoView { settings, secret, keys, returned } = view;
        let SsoSettings { issuer, client_id, client_auth, match_by, provider, hd, .. } = settings;
        Self {
            issuer,
            client_id,
            client_auth: client_auth.into(),
            match_by: match_by.into(),
            provider: provider.into(),
            hd,
            group: settings.group,
            admins: settings.admins.iter().map(|admin| AdminBody::new(admin, &returned)).collect(),
            hours: settings.hours,
            token_sign_in: settings.token_sign_in,
            proven_at: settings.proven_at.map(date_time::format),
            secret: secret.map(|secret| SsoSecretBody {
                set_at: date_time::format(secret.set_at),
                ends_on: secret.ends_on.map(|day| day.to_string()),
                readable: secret.is_readable,
            }),
            keys: keys.into_iter().map(KeyBody::from).collect(),
            addresses: SsoAddresses::of(root),
        }
    }
}

impl From<NewSsoBody> for NewSso {
    fn from(body: NewSsoBody) -> Self {
        Self {
            issuer: body.issuer,
            client_id: body.client_id,
            client_auth: body.client_auth.into(),
            client_secret: body.client_secret,
            secret_ends_on: body.secret_ends_on,
            match_by: body.match_by.map(MatchRule::from),
            provider: body.provider.map(Preset::from),
            hd: body.hd,
            group: body.group,
            named_now: body.admins.clone(),
            admins: body.admins,
            hours: body.hours.unwrap_or(DEFAULT_HOURS),
            token_sign_in: body.token_sign_in.unwrap_or(true),
        }
    }
}

impl From<KeyNote> for KeyBody {
    fn from(key: KeyNote) -> Self {
        Self {
            kid: key.kid,
            created: date_time::format(key.created),
            state: match key.state {
                KeyState::Current => KeyStateBody::Current,
                KeyState::Next => KeyStateBody::Next,
                KeyState::Former => KeyStateBody::Former,
            },
            readable: key.is_readable,
        }
    }
}

impl AdminBody {
    fn new(admin: &NamedAdmin, returned: &[Uuid]) -> Self {
        let since = date_time::format(admin.since);
        Self { id: admin.id, since, returned: returned.contains(&admin.id) }
    }
}

/// Reads a day. An absent or null day is none.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let day = Date::parse(&text, format_description!("[year]-[month]-[day]"));
    day.map(Some).map_err(|_| D::Error::custom("expected a day such as 2027-11-30"))
}

/// Converts between an enum of the API and the same enum of the model.
macro_rules! same_names {
    ($body:ident, $model:ident, [$($name:ident),+]) => {
        impl From<$body> for $model {
            fn from(body: $body) -> Self {
                match body {
                    $($body::$name => Self::$name,)+
                }
            }
        }

        impl From<$model> for $body {
            fn from(model: $model) -> Self {
                match model {
                    $($model::$name => Self::$name,)+
                }
            }
        }
    };
}

same_names!(ClientAuthBody, ClientAuth, [Secret, Key, None]);
same_names!(
    MatchBody,
    MatchRule,
    [SubExternalId, OidExternalId, PreferredUsernameUserName, EmailEmail]
);
same_names!(ProviderBody, Preset, [Okta, Entra, Google, Other]);

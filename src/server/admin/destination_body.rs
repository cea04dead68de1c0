//! The bodies of `/destinations`.

use crate::directory::Stage;
use crate::directory::destinations::{
    DestinationChanges, DestinationKind, DestinationState, DestinationView, Every, NewDestination,
    Options, Payload, Status,
};
use scim::date_time;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The kind of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DestinationKind)]
enum KindBody {
    /// Signed HTTP requests, one for each event.
    Webhook,
    /// Messages in a channel in Slack.
    Slack,
    /// Messages in a channel in Microsoft Teams.
    Teams,
}

/// The content of `data` in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PayloadBody {
    /// The changes, and the current record.
    Full,
    /// Ids and the names of attributes.
    Ids,
}

/// The time that one message covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum EveryBody {
    Minute,
    /// 15 minutes.
    Quarter,
    Hour,
    Day,
}

/// A destination.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DestinationBody {
    id: Uuid,
    revision: u64,
    kind: KindBody,
    name: String,
    /// The host and the last 4 characters of the URL. No answer contains the URL itself.
    hint: String,
    types: Vec<String>,
    attributes: Vec<String>,
    /// Of a webhook: the content of `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<PayloadBody>,
    /// Of Slack and Teams: the time that one message covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<EveryBody>,
    /// Of Slack and Teams: the hour (UTC) of a daily message.
    #[serde(skip_serializing_if = "Option::is_none")]
    hour: Option<u8>,
    /// Of Slack and Teams: whether messages name people. Otherwise they have counts only.
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<bool>,
    enabled: bool,
    /// The signing secret of a webhook. Only the answers to its creation and its replacement show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_secret: Option<String>,
    /// Of a webhook: the signing secrets that are set.
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_secrets: Option<Vec<SecretBody>>,
    state: StateBody,
}

/// A signing secret, without the secret itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SecretBody {
    /// Whether this is the current secret. The other one signs too, until it expires.
    current: bool,
    #[schema(format = DateTime)]
    created: String,
    /// The time at which the secret stops signing; null for the current secret.
    #[schema(format = DateTime)]
    expires: Option<String>,
}

/// The state of a destination.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct StateBody {
    status: StatusBody,
    /// The cursor of the last event that is done.
    position: String,
    /// The number of events that wait. Above 500, it also counts events that the destination does not get.
    waiting: u64,
    /// The time since which all deliveries fail.
    #[schema(format = DateTime)]
    failing_since: Option<String>,
    /// The time of the next try, after a failure.
    #[schema(format = DateTime)]
    next_try: Option<String>,
    /// The time of the last successful delivery.
    #[schema(format = DateTime)]
    last_success: Option<String>,
    /// The reason for which the service disabled the destination.
    disabled_because: Option<String>,
}

/// The state of a destination in one word.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DestinationStatus)]
enum StatusBody {
    Delivers,
    Behind,
    Failing,
    Paused,
    Disabled,
}

/// The destinations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DestinationsBody {
    /// The destinations, by name.
    pub(super) destinations: Vec<DestinationBody>,
}

/// A new destination.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewDestinationBody {
    kind: KindBody,
    /// A name for people, without invisible characters.
    #[schema(min_length = 1, max_length = 64, pattern = "\\S")]
    name: String,
    /// The URL. It must begin with `https://` and name a public host.
    #[schema(value_type = String, max_length = 2048)]
    url: SecretString,
    /// The types of events: exact types, or a kind such as `employee.*`.
    #[schema(min_items = 1, max_items = 40)]
    types: Vec<String>,
    /// For `employee.updated`: only changes of one of these attributes. The default is any attribute.
    #[serde(default)]
    #[schema(max_items = 40)]
    attributes: Vec<String>,
    /// Only for a webhook. The default is `full`.
    payload: Option<PayloadBody>,
    /// Only for Slack and Teams. The default is `minute`.
    every: Option<EveryBody>,
    /// Only for Slack and Teams: the hour (UTC) of a daily message. The default is 8.
    #[schema(minimum = 0, maximum = 23)]
    hour: Option<u8>,
    /// Only for Slack and Teams. The default is true.
    names: Option<bool>,
    /// Whether the deliveries begin at once. The default is true.
    enabled: Option<bool>,
}

/// New values of a destination. An absent or null value stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DestinationPatch {
    #[schema(min_length = 1, max_length = 64, pattern = "\\S")]
    name: Option<String>,
    #[schema(value_type = Option<String>, max_length = 2048)]
    url: Option<SecretString>,
    #[schema(min_items = 1, max_items = 40)]
    types: Option<Vec<String>>,
    /// An empty list stands for any attribute.
    #[schema(max_items = 40)]
    attributes: Option<Vec<String>>,
    payload: Option<PayloadBody>,
    every: Option<EveryBody>,
    #[schema(minimum = 0, maximum = 23)]
    hour: Option<u8>,
    names: Option<bool>,
    /// With true, the deliveries resume where they stopped.
    enabled: Option<bool>,
}

impl DestinationBody {
    /// Makes the body, with the signing secret of a creation or a replacement.
    pub(super) fn with_secret(view: DestinationView, secret: Option<&SecretString>) -> Self {
        let signing_secret = secret.map(|secret| secret.expose_secret().to_owned());
        Self { signing_secret, ..Self::from(view) }
    }
}

impl From<DestinationView> for DestinationBody {
    fn from(DestinationView { destination, state }: DestinationView) -> Self {
        let (digest, payload) = (destination.digest(), destination.payload());
        let secrets = destination.secrets().iter().map(|secret| SecretBody {
            current: secret.stage == Stage::Current,
            created: date_time::format(secret.created),
            expires: secret.expires.map(date_time::format),
        });
        let signing_secrets = payload.map(|_| secrets.collect());
        Self {
            id: destination.id,
            revision: destination.revision,
            kind: destination.kind().into(),
            payload: payload.map(PayloadBody::from),
            every: digest.map(|digest| digest.every.into()),
            hour: digest.map(|digest| digest.hour),
            names: digest.map(|digest| digest.names),
            enabled: destination.enabled,
            signing_secret: None,
            signing_secrets,
            state: state.into(),
            name: destination.name,
            hint: destination.hint,
            types: destination.types,
            attributes: destination.attributes,
        }
    }
}

impl From<DestinationState> for StateBody {
    fn from(state: DestinationState) -> Self {
        Self {
            status: state.status.into(),
            position: state.position.to_string(),
            waiting: state.waiting,
            failing_since: state.failing_since.map(date_time::format),
            next_try: state.next_try.map(date_time::format),
            last_success: state.last_success.map(date_time::format),
            disabled_because: state.disabled_because,
        }
    }
}

impl From<NewDestinationBody> for NewDestination {
    fn from(body: NewDestinationBody) -> Self {
        let NewDestinationBody { kind, name, url, types, attributes, .. } = body;
        let options = options(body.payload, body.every, body.hour, body.names);
        let enabled = body.enabled.unwrap_or(true);
        Self { kind: kind.into(), name, url, types, attributes, options, enabled }
    }
}

impl From<DestinationPatch> for DestinationChanges {
    fn from(body: DestinationPatch) -> Self {
        let options = options(body.payload, body.every, body.hour, body.names);
        let DestinationPatch { name, url, types, attributes, enabled, .. } = body;
        Self { name, url, types, attributes, options, enabled }
    }
}

fn options(
    payload: Option<PayloadBody>,
    every: Option<EveryBody>,
    hour: Option<u8>,
    names: Option<bool>,
) -> Options {
    Options { payload: payload.map(Into::into), every: every.map(Into::into), hour, names }
}

/// Converts between an enum of a body and an enum of the directory with the same variants.
macro_rules! same_variants {
    ($body:ident, $own:ident, $($variant:ident),+) => {
        impl From<$own> for $body {
            fn from(own: $own) -> Self {
                match own { $($own::$variant => Self::$variant),+ }
            }
        }

        impl From<$body> for $own {
            fn from(body: $body) -> Self {
                match body { $($body::$variant => Self::$variant),+ }
            }
        }
    };
}

same_variants!(KindBody, DestinationKind, Webhook, Slack, Teams);
same_variants!(PayloadBody, Payload, Full, Ids);
same_variants!(EveryBody, Every, Minute, Quarter, Hour, Day);
same_variants!(StatusBody, Status, Delivers, Behind, Failing, Paused, Disabled);

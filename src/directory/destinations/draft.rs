//! The fields of a destination as a client sends them, and their checks.

use super::error::DestinationError;
use super::filter::{check_attributes, check_types};
use crate::model::destination::{
    Destination, DestinationKind, Digest, Every, Form, Payload, SigningSecret,
};
use crate::outbound::{AddressPolicy, Target};
use scim::invisible_characters::is_invisible;
use secrecy::{ExposeSecret, SecretString};

/// The longest name, in characters.
pub const MOST_NAME_CHARS: usize = 64;
/// The hour (UTC) of a daily message by default.
pub const DEFAULT_HOUR: u8 = 8;

/// A new destination.
#[derive(Debug, Clone)]
pub struct NewDestination {
    /// The kind.
    pub kind: DestinationKind,
    /// The name, for people.
    pub name: String,
    /// The URL.
    pub url: SecretString,
    /// The types of events.
    pub types: Vec<String>,
    /// The attributes that an update must change; empty for any.
    pub attributes: Vec<String>,
    /// The options of the kind.
    pub options: Options,
    /// Whether the deliveries begin at once.
    pub enabled: bool,
}

/// Changes of a destination. `None` keeps a value.
#[derive(Debug, Clone, Default)]
pub struct DestinationChanges {
    /// The name, for people.
    pub name: Option<String>,
    /// The URL.
    pub url: Option<SecretString>,
    /// The types of events.
    pub types: Option<Vec<String>>,
    /// The attributes that an update must change; empty for any.
    pub attributes: Option<Vec<String>>,
    /// The options of the kind.
    pub options: Options,
    /// Whether events are delivered. A change to `true` resumes where the deliveries stopped.
    pub enabled: Option<bool>,
}

/// The options of one kind of destination. `None` keeps a value, or takes the default of a new destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The content of an event's `data`. Only a webhook has it.
    pub payload: Option<Payload>,
    /// The length of a window. Only a chat channel has it.
    pub every: Option<Every>,
    /// The hour (UTC) of a daily message. Only a chat channel has it.
    pub hour: Option<u8>,
    /// Whether a message names people. Only a chat channel has it.
    pub names: Option<bool>,
}

/// The checked fields of a change. `None` keeps a value.
#[derive(Debug, Clone)]
pub(super) struct CheckedChanges {
    name: Option<String>,
    pub(super) url: Option<Target>,
    types: Option<Vec<String>>,
    attributes: Option<Vec<String>>,
    options: Options,
}

impl DestinationChanges {
    /// Checks the values. `enabled` needs no check.
    pub(super) fn check(&self, policy: &AddressPolicy) -> Result<CheckedChanges, DestinationError> {
        let attributes = self.attributes.as_deref();
        Ok(CheckedChanges {
            name: self.name.as_deref().map(check_name).transpose()?,
            url: self.url.as_ref().map(|url| check_url(url, policy)).transpose()?,
            types: self.types.as_deref().map(check_types).transpose()?,
            attributes: attributes.map(check_attributes).transpose()?,
            options: self.options,
        })
    }
}

impl CheckedChanges {
    /// Returns the destination with the changes, apart from the URL.
    pub(super) fn apply(&self, before: &Destination) -> Result<Destination, DestinationError> {
        let mut after = before.clone();
        after.form = self.options.apply(&before.form)?;
        after.name = self.name.clone().unwrap_or(after.name);
        after.types = self.types.clone().unwrap_or(after.types);
        after.attributes = self.attributes.clone().unwrap_or(after.attributes);
        Ok(after)
    }
}

impl Options {
    /// Returns the form of a new destination.
    pub(super) fn form(
        self,
        kind: DestinationKind,
        secrets: Vec<SigningSecret>,
    ) -> Result<Form, DestinationError> {
        let digest = Digest { every: Every::default(), hour: DEFAULT_HOUR, names: true };
        self.apply(&match kind {
            DestinationKind::Webhook => Form::Webhook { secrets, payload: Payload::default() },
            DestinationKind::Slack => Form::Slack(digest),
            DestinationKind::Teams => Form::Teams(digest),
        })
    }

    fn apply(self, form: &Form) -> Result<Form, DestinationError> {
        Ok(match form {
            Form::Webhook { secrets, payload } => {
                self.check_webhook()?;
                let payload = self.payload.unwrap_or(*payload);
                Form::Webhook { secrets: secrets.clone(), payload }
            }
            Form::Slack(digest) => Form::Slack(self.digest(*digest)?),
            Form::Teams(digest) => Form::Teams(self.digest(*digest)?),
        })
    }

    fn check_webhook(self) -> Result<(), DestinationError> {
        let sent = [
            ("every", self.every.is_some()),
            ("hour", self.hour.is_some()),
            ("names", self.names.is_some()),
        ];
        match sent.into_iter().find(|(_, is_sent)| *is_sent) {
            None => Ok(()),
            Some((field, _)) => {
                let problem = "A webhook sends each event at once. Only slack and teams have this";
                Err(DestinationError::field(field, problem))
            }
        }
    }

    fn digest(self, before: Digest) -> Result<Digest, DestinationError> {
        if self.payload.is_some() {
            let problem = "Slack and Teams get messages. Only a webhook has this";
            return Err(DestinationError::field("payload", problem));
        }
        let hour = self.hour.unwrap_or(before.hour);
        if hour > 23 {
            return Err(DestinationError::field("hour", "Send an hour (UTC) from 0 to 23"));
        }
        let every = self.every.unwrap_or(before.every);
        Ok(Digest { every, hour, names: self.names.unwrap_or(before.names) })
    }
}

/// Checks a name, and returns it without surrounding spaces.
pub(super) fn check_name(name: &str) -> Result<String, DestinationError> {
    let name = name.trim();
    // U+FE0F shows the character before it as an emoji.
    let is_refused = |letter: char| letter != '\u{fe0f}' && is_invisible(letter);
    if name.is_empty() || name.chars().count() > MOST_NAME_CHARS || name.contains(is_refused) {
        let problem =
            format!("Send a name of 1 to {MOST_NAME_CHARS} characters, none of them invisible");
        return Err(DestinationError::field("name", problem));
    }
    Ok(name.to_owned())
}

/// Checks a URL against the address rules.
pub(super) fn check_url(
    url: &SecretString,
    policy: &AddressPolicy,
) -> Result<Target, DestinationError> {
    let url = Target::parse(url.expose_secret().trim(), policy)?;
    let host = url.host();
    if host == "webhook.office.com" || host.ends_with(".webhook.office.com") {
        let problem = "Microsoft switched off the connectors of Office 365 in May 2026. Make a workflow \
                       in Teams, and paste its URL";
        return Err(DestinationError::field("url", problem));
    }
    Ok(url)
}

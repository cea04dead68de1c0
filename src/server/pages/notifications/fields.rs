//! The fields of a destination's form: as the page shows them, and as a browser sends them.

use super::event_boxes::{EventGroup, groups, ticked};
use super::problem;
use crate::directory::destinations::{
    DEFAULT_HOUR, Destination, DestinationChanges, DestinationKind, Every, Form as Delivery,
    NewDestination, Options, Payload,
};
use crate::server::pages::form::Problems;
use crate::server::pages::guard::Form;
use secrecy::SecretString;

/// The values of a form.
pub(super) struct Fields {
    pub(super) kind: DestinationKind,
    pub(super) name: String,
    /// The URL that the administrator entered. A saved URL is never here.
    pub(super) url: String,
    /// The host and the last 4 characters of the saved URL; `None` for a new destination.
    pub(super) hint: Option<String>,
    pub(super) attributes: String,
    pub(super) payload: String,
    pub(super) every: String,
    pub(super) hour: String,
    pub(super) names: bool,
    types: Vec<String>,
}

/// A choice of a list.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_selected: bool,
}

impl Fields {
    /// Returns the form of a new destination.
    pub(super) fn new(kind: DestinationKind) -> Self {
        Self {
            kind,
            name: String::new(),
            url: String::new(),
            hint: None,
            attributes: String::new(),
            payload: Payload::default().as_str().to_owned(),
            every: Every::default().as_str().to_owned(),
            hour: DEFAULT_HOUR.to_string(),
            names: true,
            types: Vec::new(),
        }
    }

    /// Returns the form of a destination.
    pub(super) fn of(destination: &Destination) -> Self {
        let mut fields = Self {
            name: destination.name.clone(),
            hint: Some(destination.hint.clone()),
            attributes: destination.attributes.join(", "),
            types: destination.types.clone(),
            ..Self::new(destination.kind())
        };
        match &destination.form {
            Delivery::Webhook { payload, .. } => payload.as_str().clone_into(&mut fields.payload),
            Delivery::Slack(digest) | Delivery::Teams(digest) => {
                digest.every.as_str().clone_into(&mut fields.every);
                fields.hour = digest.hour.to_string();
                fields.names = digest.names;
            }
        }
        fields
    }

    /// Returns the form as the administrator sent it.
    pub(super) fn entered(kind: DestinationKind, hint: Option<String>, form: &Form) -> Self {
        let text = |name: &str| form.get(name).to_owned();
        Self {
            kind,
            name: text("name"),
            url: text("url"),
            hint,
            attributes: text("attributes"),
            payload: text("payload"),
            every: text("every"),
            hour: text("hour"),
            names: form.has("names"),
            types: ticked(form.all("types")),
        }
    }

    /// Returns the new destination that the form asks for.
    ///
    /// # Errors
    /// Fails for a missing choice. The directory checks the values.
    pub(super) fn new_destination(&self) -> Result<NewDestination, Problems> {
        if self.url.trim().is_empty() {
            return Err(problem::at("url", "Paste the URL"));
        }
        Ok(NewDestination {
            kind: self.kind,
            name: self.name.clone(),
            url: SecretString::from(self.url.clone()),
            types: self.checked_types()?,
            attributes: self.attribute_names(),
            options: self.options()?,
            enabled: true,
        })
    }

    /// Returns the changes that the form asks for. An empty URL keeps the saved one.
    ///
    /// # Errors
    /// Fails as [`Self::new_destination`] does.
    pub(super) fn changes(&self) -> Result<DestinationChanges, Problems> {
        let url = Some(self.url.trim()).filter(|url| !url.is_empty());
        Ok(DestinationChanges {
            name: Some(self.name.clone()),
            url: url.map(SecretString::from),
            types: Some(self.checked_types()?),
            attributes: Some(self.attribute_names()),
            options: self.options()?,
            enabled: None,
        })
    }

    fn checked_types(&self) -> Result<Vec<String>, Problems> {
        match self.types.is_empty() {
            true => Err(problem::at("types", "Select the events that the destination gets")),
            false => Ok(self.types.clone()),
        }
    }

    fn attribute_names(&self) -> Vec<String> {
        let names = self.attributes.split(|letter: char| letter == ',' || letter.is_whitespace());
        names.filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect()
    }

    fn options(&self) -> Result<Options, Problems> {
        if self.is_webhook() {
            let payload = self.payload.parse();
            let payload =
                payload.map_err(|_| problem::at("payload", "Choose what an event contains"))?;
            return Ok(Options { payload: Some(payload), ..Options::default() });
        }
        let every = self.every.parse();
        let every =
            every.map_err(|_| problem::at("every", "Choose how often a message is sent"))?;
        let hour = self.hour.parse();
        let hour = hour.map_err(|_| problem::at("hour", "Choose an hour from 0 to 23"))?;
        let names = Some(self.names);
        Ok(Options { payload: None, every: Some(every), hour: Some(hour), names })
    }

    /// Whether the destination is a webhook.
    pub(super) fn is_webhook(&self) -> bool {
        self.kind == DestinationKind::Webhook
    }

    /// Returns the name of the kind, for people.
    pub(super) fn kind_title(&self) -> &'static str {
        kind_title(self.kind)
    }

    /// Returns the boxes for the types of events.
    pub(super) fn events(&self) -> Vec<EventGroup> {
        groups(&self.types)
    }

    /// Returns the choices of `payload`.
    pub(super) fn payloads(&self) -> [Choice; 2] {
        [
            (Payload::Full, "the changes, and the current record"),
            (Payload::Ids, "ids and the names of changed attributes only"),
        ]
        .map(|(payload, label)| Choice::new(payload.as_str(), label, &self.payload))
    }

    /// Returns the choices of `every`.
    pub(super) fn windows(&self) -> [Choice; 4] {
        [
            (Every::Minute, "a minute after a first change"),
            (Every::Quarter, "15 minutes after a first change"),
            (Every::Hour, "an hour after a first change"),
            (Every::Day, "once a day"),
        ]
        .map(|(every, label)| Choice::new(every.as_str(), label, &self.every))
    }

    /// Returns the choices of `hour`.
    pub(super) fn hours(&self) -> Vec<Choice> {
        let choice =
            |hour: u8| Choice::new(&hour.to_string(), &format!("{hour:02}:00 UTC"), &self.hour);
        (0..24).map(choice).collect()
    }
}

impl Choice {
    fn new(value: &str, label: &str, selected: &str) -> Self {
        let is_selected = value == selected;
        Self { value: value.to_owned(), label: label.to_owned(), is_selected }
    }
}

/// Returns the name of a kind, for people.
pub(super) fn kind_title(kind: DestinationKind) -> &'static str {
    match kind {
        DestinationKind::Webhook => "Webhook",
        DestinationKind::Slack => "Slack",
        DestinationKind::Teams => "Teams",
    }
}

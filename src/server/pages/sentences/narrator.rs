//! The narrator: makes the sentence of an entry or an event.

use super::attributes::label;
use super::names::{is_manager, manager_text};
use super::{Diff, Name, Sentence, capitalised, values};
use crate::directory::access::tokens::default_label;
use crate::directory::events::resolve::{Details, Event};
use crate::directory::record_names::{NameOf, RecordNames, group_name_in};
use crate::directory::related::relation;
use crate::directory::{ActorKind, ActorRecord, AttributeChange, Employee, Kind, Scope};
use crate::model::event::{ChangeRef, EventRef, Subject, SyncFinding};
use crate::model::governed::GovernedAttribute;
use crate::model::history::HistoryEntry;
use crate::model::id::parse_id;
use scim::urn;
use serde_json::Value;

/// The words after an attribute whose value from the identity provider is not in use.
pub(super) const NOT_IN_USE: &str = " (not in use)";

/// Makes sentences for the pages of one tenant.
#[derive(Debug)]
pub(in crate::server::pages) struct Narrator<'a> {
    /// The path of the tenant's pages, with its final slash.
    pub(in crate::server::pages) root: &'a str,
    /// The name of the identity provider within a sentence, such as *Okta* or *your identity provider*.
    pub(in crate::server::pages) idp: &'a str,
    /// The names of the people and groups that the entries mention.
    pub(in crate::server::pages) names: RecordNames,
    /// The attributes whose values from the identity provider are not in use.
    pub(in crate::server::pages) not_in_use: Vec<GovernedAttribute>,
}

/// The record that an entry is about. Without a name, the sentence is for the page of the record itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server::pages) enum About {
    /// An employee.
    Employee(Option<Name>),
    /// A group.
    Group(Option<Name>),
    /// The tenant: its settings, attributes, tokens and destinations, and erasures.
    Tenant,
}

impl Narrator<'_> {
    /// Makes the sentence of a history entry.
    pub(in crate::server::pages) fn entry(&self, about: &About, entry: &HistoryEntry) -> Sentence {
        let sentence = match about {
            About::Employee(name) => self.of_employee(name.as_ref(), entry),
            About::Group(name) => self.of_group(name.as_ref(), entry),
            About::Tenant => self.of_tenant(entry),
        };
        sentence.capitalised()
    }

    /// Makes the sentence of an event.
    pub(in crate::server::pages) fn event(&self, event: &Event) -> Sentence {
        let sentence = match (&event.reference, event.details.entry()) {
            (EventRef::Change(change), Some(entry)) => {
                return self.entry(&self.about(&event.details, change, Some(entry)), entry);
            }
            (EventRef::Change(change), None) => {
                self.without_entry(change, &self.about(&event.details, change, None))
            }
            (EventRef::Sync(sync), _) => self.finding(&sync.finding),
        };
        sentence.capitalised()
    }

    /// Returns the name of an actor at the start of a sentence: *Okta*, *Administrator*, *Operator* or *Rollcall*. An
    /// administrator with single sign-on is named as an employee.
    pub(in crate::server::pages) fn actor(&self, actor: &ActorRecord) -> String {
        match actor.employee_id.map(|id| self.names.get(id)) {
            Some(NameOf::Known(record)) => record.with_user_name(),
            Some(NameOf::Erased) => Name::erased().text,
            Some(NameOf::NotRead) | None => self.actor_of_kind(actor.kind),
        }
    }

    /// Returns the name of the actors of a kind.
    pub(in crate::server::pages) fn actor_of_kind(&self, kind: ActorKind) -> String {
        match kind {
            ActorKind::IdentityProvider => capitalised(self.idp),
            other => other.name().to_owned(),
        }
    }

    /// Returns the name of an employee.
    pub(in crate::server::pages) fn name_of(&self, employee: &Employee) -> String {
        Name::of_employee(self.root, employee).text
    }

    /// Returns the record of an event.
    fn about(&self, details: &Details, change: &ChangeRef, entry: Option<&HistoryEntry>) -> About {
        match details {
            Details::Employee { employee, .. } => {
                About::Employee(Some(Name::of_employee(self.root, employee)))
            }
            Details::Group { group: Some(group), .. } => {
                About::Group(Some(Name::of_group(self.root, group)))
            }
            Details::Group { group: None, .. } => {
                let id = match change.subject {
                    Subject::Group(id) => id.to_string(),
                    _ => String::new(),
                };
                let name = entry.and_then(group_name_in).map_or(id, str::to_owned);
                About::Group(Some(Name::plain(name)))
            }
            Details::Erased => About::Employee(Some(Name::erased())),
            Details::Tenant { .. } | Details::Sync => About::Tenant,
        }
    }

    /// Makes the sentence of a change whose entry was erased, or is missing after a restore from a backup.
    fn without_entry(&self, change: &ChangeRef, about: &About) -> Sentence {
        let kind = words_of(change.kind.as_str());
        match about {
            About::Employee(Some(name)) => {
                Sentence::new().say(capitalised(&name.text)).say(format!(" was {kind}"))
            }
            About::Group(Some(name)) => {
                Sentence::new().say("Group ").name(name.clone()).say(format!(" was {kind}"))
            }
            _ => Sentence::new().say(kind),
        }
    }

    fn finding(&self, finding: &SyncFinding) -> Sentence {
        let idp = self.idp;
        let requests = Name {
            text: "Requests".to_owned(),
            link: Some(format!("{}requests?show=failed", self.root)),
        };
        match finding {
            SyncFinding::Refused { count: 1, status, operation } => Sentence::new()
                .say(format!("A request from {idp} failed: {operation}, status {status}. See "))
                .name(requests),
            SyncFinding::Refused { count, status, operation } => Sentence::new()
                .say(format!(
                    "{count} requests from {idp} failed. The last one: {operation}, status {status}. See "
                ))
                .name(requests),
            SyncFinding::Silent => {
                Sentence::new().say(format!("{idp} has sent no request for longer than usual"))
            }
            SyncFinding::Resumed => Sentence::new().say(format!("{idp} sends requests again")),
        }
    }

    /// Returns the values of a change. A manager who is a colleague has a name instead of an id.
    pub(super) fn diff(&self, change: &AttributeChange) -> Diff {
        let [mut old, mut new] = values::both(change.old.as_ref(), change.new.as_ref());
        if is_manager(&change.attribute) {
            for (text, value) in [(&mut old, &change.old), (&mut new, &change.new)] {
                let id = value.as_ref().and_then(manager_text).and_then(parse_id);
                if let Some(NameOf::Known(record)) = id.map(|id| self.names.get(id)) {
                    *text = Some(record.name.clone());
                }
            }
        }
        if change.attribute == relation(Kind::Employee) {
            (old, new) = (change.old.as_ref().map(groups), change.new.as_ref().map(groups));
        }
        if change.attribute == "active" {
            let status = |text: String| match &*text {
                "true" => "active".to_owned(),
                _ => "archived".to_owned(),
            };
            (old, new) = (old.map(status), new.map(status));
        }
        let mut attribute = label(&change.attribute);
        if self.is_not_in_use(&change.attribute) {
            attribute.push_str(NOT_IN_USE);
        }
        Diff { attribute, old, new }
    }

    /// Whether a changed value of the identity provider is not in use.
    pub(super) fn is_not_in_use(&self, attribute: &str) -> bool {
        let name = attribute.strip_prefix(urn::ENTERPRISE_USER).unwrap_or_default();
        let name =
            name.trim_start_matches(':').split('.').next().and_then(GovernedAttribute::parse);
        name.is_some_and(|name| self.not_in_use.contains(&name))
    }
}

/// Returns the number of groups in a value. The entry of a deletion names the groups that the employee left.
fn groups(value: &Value) -> String {
    match value.as_array().map(Vec::len) {
        Some(1) => "1 group".to_owned(),
        Some(number) => format!("{number} groups"),
        None => values::text(value),
    }
}

/// Returns the name of a kind in words: `settingsChanged` is *settings changed*.
pub(super) fn words_of(name: &str) -> String {
    let mut words = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_uppercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// Returns the label of an administrator's token, unless it is the default label.
///
/// The identity provider has one token, so its label on every row says nothing. An operator has no token, and neither
/// has an administrator with single sign-on.
pub(in crate::server::pages) fn token_label(actor: &ActorRecord) -> Option<String> {
    let has_token = actor.kind == ActorKind::Administrator && actor.employee_id.is_none();
    let label = actor.label.clone().filter(|_| has_token);
    label.filter(|label| label != default_label(Scope::Admin))
}

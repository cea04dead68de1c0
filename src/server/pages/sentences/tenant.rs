//! Sentences about the tenant: its settings, custom attributes and tokens, and erasures.

use super::links::of_link;
use super::narrator::{Narrator, words_of};
use super::{Diff, Sentence, quoted, values};
use crate::directory::{AttributeChange, EventKind};
use crate::model::governed::{PEOPLE_CHANGED, PEOPLE_LOSING};
use crate::model::history::HistoryEntry;
use crate::model::sync::RECORD_UNTIL;
use crate::server::pages::words::{custom_type, joined};
use scim::schema::custom::CustomType;
use serde_json::Value;

/// The start of the attributes of tokens: `tokens.scim`, `tokens.admin` and `tokens.read`.
const TOKENS: &str = "tokens.";

impl Narrator<'_> {
    /// Makes the sentence of an entry of the tenant's history.
    pub(super) fn of_tenant(&self, entry: &HistoryEntry) -> Sentence {
        let actor = self.actor(&entry.actor);
        match entry.kind {
            EventKind::Created => Sentence::new().say(format!("{actor} created the tenant")),
            EventKind::Erased => erased(&actor, entry),
            EventKind::AttributesChanged => custom_attributes(&actor, entry),
            EventKind::LinkChanged => of_link(&actor, entry),
            EventKind::SsoChanged | EventKind::AccountReplaced | EventKind::AccountUnlinked => {
                self.of_sso(&actor, entry)
            }
            EventKind::DestinationChanged
            | EventKind::DestinationFailing
            | EventKind::DestinationDisabled => self.of_destination(&actor, entry),
            _ if entry.changes.iter().all(|change| change.attribute.starts_with(TOKENS)) => {
                let tokens: Vec<String> = entry.changes.iter().map(token).collect();
                match tokens.is_empty() {
                    true => self.other(&actor, entry),
                    false => Sentence::new().say(format!("{actor} {}", joined(&tokens))),
                }
            }
            EventKind::SettingsChanged => self.settings(&actor, entry),
            _ => self.other(&actor, entry),
        }
    }

    /// Makes the sentence of changed settings.
    fn settings(&self, actor: &str, entry: &HistoryEntry) -> Sentence {
        let (mut clauses, mut diffs, mut people) = (Vec::new(), Vec::new(), String::new());
        for change in &entry.changes {
            let is_on = change.new == Some(Value::Bool(true));
            let source = if is_on { self.idp } else { "your values" };
            let new = change.new.as_ref().map(values::text).unwrap_or_default();
            match &*change.attribute {
                "locationFromIdp" => {
                    clauses.push(format!("set the source of Location to {source}"))
                }
                "departmentFromIdp" => {
                    clauses.push(format!("set the source of Department to {source}"));
                }
                "managerFromIdp" => clauses.push(format!("set the source of Manager to {source}")),
                "provider" => {
                    clauses.push(format!("set the identity provider to {}", provider(&new)));
                }
                RECORD_UNTIL => {
                    let verb = if change.new.is_some() { "started" } else { "stopped" };
                    clauses.push(format!("{verb} a recording of all requests"));
                }
                "feedEpoch" => clauses.push("restarted the feed of events".to_owned()),
                PEOPLE_CHANGED => {
                    let noun = if new == "1" { "person" } else { "people" };
                    people = format!(" · {new} {noun} changed");
                }
                PEOPLE_LOSING => people.push_str(&format!(", {new} without a value now")),
                _ => {
                    let diff = self.diff(change);
                    clauses.push(format!("changed {}", words_of(&diff.attribute)));
                    diffs.push(diff);
                }
            }
        }
        let mut sentence = Sentence::new().say(format!("{actor} {}{people}", joined(&clauses)));
        match <[Diff; 1]>::try_from(diffs) {
            Ok([one]) if clauses.len() == 1 => sentence.change = Some(one),
            Ok(one) => sentence.diffs = one.into(),
            Err(several) => sentence.diffs = several,
        }
        sentence
    }

    /// Makes the sentence of another kind of change, with all values.
    fn other(&self, actor: &str, entry: &HistoryEntry) -> Sentence {
        let mut sentence =
            Sentence::new().say(format!("{actor}: {}", words_of(entry.kind.as_str())));
        sentence.diffs = entry.changes.iter().map(|change| self.diff(change)).collect();
        sentence
    }
}

fn erased(actor: &str, entry: &HistoryEntry) -> Sentence {
    let ids = entry.changes.iter().filter_map(|change| change.old.as_ref()?.as_str());
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    Sentence::new().say(format!("{actor} erased an employee permanently, id {}", joined(&ids)))
}

/// Says what happened to a token: created, replaced or revoked.
fn token(change: &AttributeChange) -> String {
    let scope = change.attribute.strip_prefix(TOKENS).unwrap_or_default();
    let noun = match scope {
        "scim" => "Secret Token",
        "admin" => "Admin token",
        "read" => "Read token",
        other => other,
    };
    let label = |value: &Option<Value>| value.as_ref().map(|value| quoted(&values::text(value)));
    match (label(&change.old), label(&change.new)) {
        (Some(old), Some(new)) if old != new => format!("replaced {noun} {old} with {new}"),
        (Some(label), Some(_)) => format!("replaced {noun} {label}"),
        (None, Some(new)) => format!("created {noun} {new}"),
        (Some(old), None) => format!("revoked {noun} {old}"),
        (None, None) => format!("changed {noun}"),
    }
}

fn custom_attributes(actor: &str, entry: &HistoryEntry) -> Sentence {
    let Some(change) = entry.changes.first() else {
        return Sentence::new().say(format!("{actor} changed the custom attributes"));
    };
    let name = change.attribute.rsplit_once(':').map_or(&*change.attribute, |(_, name)| name);
    let sentence = |verb: &str| {
        Sentence::new().say(format!("{actor} {verb} the custom attribute {}", quoted(name)))
    };
    match (&change.old, &change.new) {
        (None, Some(new)) => {
            let kind = new.get("type").and_then(Value::as_str).unwrap_or("string");
            sentence("added").say(format!(" ({})", type_words(kind)))
        }
        (Some(_), None) => sentence("removed"),
        (Some(old), Some(new)) => {
            let mut sentence = sentence("changed");
            sentence.diffs = definition_diffs(old, new);
            sentence
        }
        (None, None) => sentence("changed"),
    }
}

/// Compares two definitions of a custom attribute, property by property.
fn definition_diffs(old: &Value, new: &Value) -> Vec<Diff> {
    let properties = [
        ("type", "type"),
        ("multiValued", "several values"),
        ("caseExact", "case-sensitive"),
        ("description", "description"),
    ];
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        other => Some(values::text(other)),
    };
    let diff = |(name, words): (&str, &str)| {
        let [old, new] = [old, new].map(|definition| {
            let text = definition.get(name).and_then(text);
            text.map(|text| if name == "type" { type_words(&text).to_owned() } else { text })
        });
        (old != new).then(|| Diff { attribute: words.to_owned(), old, new })
    };
    properties.into_iter().filter_map(diff).collect()
}

/// Returns the type of a custom attribute in words.
fn type_words(name: &str) -> &str {
    CustomType::parse(name).map_or(name, |kind| custom_type(kind))
}

/// Returns the name of an identity provider for people.
fn provider(name: &str) -> &str {
    match name {
        "okta" => "Okta",
        "entra" => "Microsoft Entra ID",
        "other" => "another SCIM 2.0 client",
        "" => "none",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::record_names::RecordNames;
    use crate::directory::{ActorKind, ActorRecord};
    use crate::server::pages::sentences::About;
    use serde_json::json;
    use time::OffsetDateTime;

    fn said(kind: EventKind, changes: &[(&str, Option<Value>, Option<Value>)]) -> String {
        let change =
            |(attribute, old, new): &(&str, Option<Value>, Option<Value>)| AttributeChange {
                attribute: (*attribute).to_owned(),
                old: old.clone(),
                new: new.clone(),
            };
        let actor = ActorRecord {
            kind: ActorKind::Administrator,
            token_id: None,
            employee_id: None,
            epoch: None,
            label: None,
        };
        let (at, changes) = (OffsetDateTime::UNIX_EPOCH, changes.iter().map(change).collect());
        let (names, not_in_use) = (RecordNames::default(), Vec::new());
        let narrator = Narrator { root: "/", idp: "Okta", names, not_in_use };
        narrator.entry(&About::Tenant, &HistoryEntry { at, actor, kind, changes }).text()
    }

    #[test]
    fn settings_say_how_many_people_changed() {
        let on = ("departmentFromIdp", Some(json!(false)), Some(json!(true)));
        for (number, words) in [(454, "454 people changed"), (1, "1 person changed")] {
            let changes = [on.clone(), ("peopleChanged", None, Some(json!(number)))];
            assert_eq!(
                said(EventKind::SettingsChanged, &changes),
                format!("Administrator set the source of Department to Okta · {words}")
            );
        }
        let lost = [
            on,
            ("peopleChanged", None, Some(json!(189))),
            ("peopleWithoutValue", None, Some(json!(5))),
        ];
        assert_eq!(
            said(EventKind::SettingsChanged, &lost),
            "Administrator set the source of Department to Okta · 189 people changed, 5 without a value now"
        );
        let provider = [("provider", None, Some(json!("entra")))];
        assert_eq!(
            said(EventKind::SettingsChanged, &provider),
            "Administrator set the identity provider to Microsoft Entra ID"
        );
    }

    #[test]
    fn a_recording_starts_and_stops() {
        let until = Some(json!("2026-11-23T10:30:00.000Z"));
        for (change, verb) in [
            ((RECORD_UNTIL, None, until.clone()), "started"),
            ((RECORD_UNTIL, until, None), "stopped"),
        ] {
            let expected = format!("Administrator {verb} a recording of all requests");
            assert_eq!(said(EventKind::SettingsChanged, &[change]), expected);
        }
    }

    #[test]
    fn links_say_who_made_them_and_which_browser_opened_them() {
        let text = |text: &str| Some(json!(text));
        for (action, scope, browser, expected) in [
            ("created", "connect", None, "Administrator created a set-up link"),
            ("created", "admin", None, "Administrator created a sign-in link"),
            ("revoked", "connect", None, "Administrator revoked the set-up link"),
            ("revoked", "admin", None, "Administrator ended the sign-in links"),
            (
                "opened",
                "connect",
                Some("Firefox on Windows"),
                "Set-up link opened, Firefox on Windows",
            ),
            ("opened", "admin", Some("Chrome on Linux"), "Sign-in link opened, Chrome on Linux"),
        ] {
            let mut changes = vec![("action", None, text(action)), ("link", None, text(scope))];
            changes.extend(browser.map(|browser| ("browser", None, text(browser))));
            assert_eq!(said(EventKind::LinkChanged, &changes), expected);
        }
    }
}

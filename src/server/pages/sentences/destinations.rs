//! Sentences about destinations of notifications.

use super::narrator::Narrator;
use super::{Diff, Name, Sentence, quoted, values};
use crate::directory::AttributeChange;
use crate::model::history::HistoryEntry;
use serde_json::Value;

/// The attributes that the sentence says itself.
const SAID: [&str; 5] = ["action", "id", "name", "kind", "enabled"];

impl Narrator<'_> {
    /// Makes the sentence of a change of a destination.
    pub(super) fn of_destination(&self, actor: &str, entry: &HistoryEntry) -> Sentence {
        let find = |name: &str| entry.changes.iter().find(|change| change.attribute == name);
        let new = |name: &str| find(name).and_then(newest).map(values::text);
        let noun = match new("kind").as_deref() {
            Some("webhook") => "webhook",
            Some("slack") => "Slack channel",
            Some("teams") => "Teams channel",
            _ => "destination",
        };
        let action = new("action").unwrap_or_default();
        let exists = find("id").is_none_or(|id| id.new.is_some());
        let link = new("id").filter(|_| exists);
        let name = Name {
            text: quoted(&new("name").unwrap_or_default()),
            link: link.map(|id| format!("{}notifications/{id}", self.root)),
        };
        let start = |words: &str| Sentence::new().say(format!("{words} {noun} "));
        let mut sentence = match &*action {
            "created" => start(&format!("{actor} added")).name(name),
            "paused" | "resumed" | "removed" => start(&format!("{actor} {action}")).name(name),
            "secretReplaced" => {
                start(&format!("{actor} replaced the signing secret of")).name(name)
            }
            "failing" => start("Deliveries to").name(name).say(" have failed for a day"),
            "disabled" => {
                let why = new("disabledBecause").map(|why| format!(": {why}"));
                start(&format!("{actor} disabled")).name(name).say(why.unwrap_or_default())
            }
            _ => start(&format!("{actor} changed")).name(name),
        };
        let is_said = |change: &&AttributeChange| {
            let name = &*change.attribute;
            let is_rename = name == "name" && change.old != change.new && action == "changed";
            let is_reason = name == "disabledBecause" && action != "changed";
            (SAID.contains(&name) || is_reason) && !is_rename
        };
        let diffs = entry.changes.iter().filter(|change| !is_said(change)).map(destination_diff);
        sentence.diffs = diffs.collect();
        sentence.are_folded = action != "changed" && !sentence.diffs.is_empty();
        sentence
    }
}

/// Returns the value after a change, or else the value before.
fn newest(change: &AttributeChange) -> Option<&Value> {
    change.new.as_ref().or(change.old.as_ref())
}

fn destination_diff(change: &AttributeChange) -> Diff {
    let words = match &*change.attribute {
        "url" => "host",
        "types" => "changes",
        "attributes" => "attributes",
        "payload" => "content",
        "every" => "how often",
        "hour" => "hour of the day",
        "names" => "names of people",
        "disabledBecause" => "reason",
        other => other,
    };
    let [old, new] = values::both(change.old.as_ref(), change.new.as_ref());
    Diff { attribute: words.to_owned(), old, new }
}

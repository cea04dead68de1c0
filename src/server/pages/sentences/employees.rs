//! Sentences about employees.

use super::attributes::label;
use super::narrator::{NOT_IN_USE, Narrator, words_of};
use super::{Diff, Name, Sentence};
use crate::directory::{AttributeChange, EventKind};
use crate::model::history::HistoryEntry;
use crate::server::pages::words::joined;

/// The most attributes that a sentence names.
const MOST_ATTRIBUTES: usize = 3;

impl Narrator<'_> {
    /// Makes the sentence of an employee's entry. Without a name, it is for the page of the employee.
    pub(super) fn of_employee(&self, name: Option<&Name>, entry: &HistoryEntry) -> Sentence {
        let actor = self.actor(&entry.actor);
        if entry.kind == EventKind::Updated {
            return self.updated(actor, name, entry);
        }
        let (verb, rest) = match entry.kind {
            EventKind::Deleted => ("deleted".to_owned(), ", archived here"),
            EventKind::Recreated => ("created".to_owned(), " again, not active"),
            // The names of the other kinds are verbs: created, archived, restored and so on.
            other => (words_of(other.as_str()), ""),
        };
        let sentence = Sentence::new().say(format!("{actor} {verb} "));
        let mut sentence = match name {
            Some(name) => sentence.name(name.clone()),
            None => sentence.say("this employee"),
        };
        if !rest.is_empty() {
            sentence = sentence.say(rest);
        }
        // The verb says it already.
        let changes = entry.changes.iter().filter(|change| change.attribute != "active");
        sentence.diffs = changes.map(|change| self.diff(change)).collect();
        sentence.are_folded = !sentence.diffs.is_empty();
        sentence
    }

    /// Makes the sentence of changes of one attribute, or of one kind, of several people. An equal new value is in the
    /// sentence: *Okta changed department of 14 people to Sales*. `None` without entries.
    pub(in crate::server::pages) fn several(&self, entries: &[&HistoryEntry]) -> Option<Sentence> {
        let entry = entries.first()?;
        let actor = self.actor(&entry.actor);
        let several = format!("{} people", entries.len());
        let sentence = match (entry.kind, entry.changes.as_slice()) {
            (EventKind::Updated, [change]) => {
                let diff = self.diff(change);
                let (verb, note) = self.verb(change, &diff);
                let (attribute, of) = (label(&change.attribute), preposition_of(&change.attribute));
                let sentence =
                    Sentence::new().say(format!("{actor} {verb} {attribute} {of} {several}{note}"));
                let new =
                    |entry: &HistoryEntry| entry.changes.first().and_then(|one| one.new.clone());
                let is_equal = entries.iter().all(|other| new(other) == change.new);
                match diff.new.filter(|_| is_equal) {
                    Some(new) => {
                        let word = if note.is_empty() { " to " } else { ": " };
                        sentence.say(word).name(Name::plain(new))
                    }
                    None => sentence,
                }
            }
            (EventKind::Deleted, _) => {
                Sentence::new().say(format!("{actor} deleted {several}, archived here"))
            }
            (EventKind::Recreated, _) => {
                Sentence::new().say(format!("{actor} created {several} again, not active"))
            }
            (other, _) => {
                Sentence::new().say(format!("{actor} {} {several}", words_of(other.as_str())))
            }
        };
        Some(sentence.capitalised())
    }

    /// Makes the sentence of changed attributes: with the values of a single attribute, or with a list of values.
    fn updated(&self, actor: String, name: Option<&Name>, entry: &HistoryEntry) -> Sentence {
        let diffs: Vec<Diff> = entry.changes.iter().map(|change| self.diff(change)).collect();
        let (verb, what, note) = match (entry.changes.as_slice(), diffs.as_slice()) {
            ([change], [diff]) => {
                let (verb, note) = self.verb(change, diff);
                (verb, label(&change.attribute), note)
            }
            _ => ("changed", attributes(&diffs), ""),
        };
        let sentence = Sentence::new().say(format!("{actor} {verb} {what}"));
        let preposition =
            entry.changes.last().map_or("of", |change| preposition_of(&change.attribute));
        let mut sentence = match name {
            Some(name) => sentence.say(format!(" {preposition} ")).name(name.clone()),
            None => sentence,
        };
        if !note.is_empty() {
            sentence = sentence.say(note);
        }
        match <[Diff; 1]>::try_from(diffs) {
            Ok([one]) => sentence.change = Some(one),
            Err(several) => sentence.diffs = several,
        }
        sentence
    }

    /// Returns the verb for the change of one attribute, and the words at the end. They say that the source of the
    /// attribute is another one now.
    fn verb(&self, change: &AttributeChange, diff: &Diff) -> (&'static str, &'static str) {
        let is_not_in_use = self.is_not_in_use(&change.attribute);
        match diff {
            Diff { new: None, .. } if is_not_in_use => ("cleared", NOT_IN_USE),
            _ if is_not_in_use => ("sent", NOT_IN_USE),
            Diff { old: None, .. } => ("set", ""),
            Diff { new: None, .. } => ("cleared", ""),
            _ => ("changed", ""),
        }
    }
}

/// Returns the word between an attribute and a person: *title of Ada*, but *your title value for Ada*.
fn preposition_of(attribute: &str) -> &'static str {
    if attribute.starts_with("local.") { "for" } else { "of" }
}

/// Returns the names of the changed attributes: all of at most three, or the first two and the number of the others.
pub(super) fn attributes(diffs: &[Diff]) -> String {
    let names = || diffs.iter().map(|diff| diff.attribute.clone());
    if diffs.is_empty() {
        return "nothing".to_owned();
    }
    if diffs.len() <= MOST_ATTRIBUTES {
        return joined(&names().collect::<Vec<_>>());
    }
    let named: Vec<String> = names().take(MOST_ATTRIBUTES - 1).collect();
    format!("{} and {} more attributes", named.join(", "), diffs.len() - named.len())
}

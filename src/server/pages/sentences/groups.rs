//! Sentences about groups and their members.

use super::attributes::label;
use super::employees::attributes;
use super::names::{MOST_NAMED, is_members, member_ids};
use super::narrator::{Narrator, words_of};
use super::{Diff, Name, Part, Sentence, values};
use crate::directory::EventKind;
use crate::directory::record_names::NameOf;
use crate::model::history::HistoryEntry;
use serde_json::Value;

impl Narrator<'_> {
    /// Makes the sentence of a group's entry, with at most three names of members. Without a name, it is for the page of
    /// the group.
    pub(super) fn of_group(&self, name: Option<&Name>, entry: &HistoryEntry) -> Sentence {
        self.of_group_with(name, entry, MOST_NAMED)
    }

    /// Makes the sentence of an entry for the page of the group, with the names of all members.
    pub(in crate::server::pages) fn all_members(&self, entry: &HistoryEntry) -> Sentence {
        self.of_group_with(None, entry, usize::MAX).capitalised()
    }

    fn of_group_with(&self, name: Option<&Name>, entry: &HistoryEntry, most: usize) -> Sentence {
        let actor = self.actor(&entry.actor);
        let members = entry.changes.iter().find(|change| is_members(change));
        let (left, joined) =
            members.map_or((None, None), |one| (one.old.as_ref(), one.new.as_ref()));
        let others = entry.changes.iter().filter(|change| !is_members(change));
        let mut diffs: Vec<Diff> = others.map(|change| self.diff(change)).collect();
        if entry.kind != EventKind::Updated {
            let kind = words_of(entry.kind.as_str());
            let mut sentence = named(Sentence::new().say(format!("{actor} {kind} ")), name);
            if let Some(joined) = joined {
                sentence = self.list(sentence.say(" with "), joined, most);
            }
            // The sentence has the name already.
            diffs.retain(|diff| diff.attribute != label("displayName"));
            sentence.are_folded = !diffs.is_empty();
            sentence.diffs = diffs;
            return sentence;
        }
        let mut sentence = Sentence::new().say(actor);
        if !diffs.is_empty() {
            sentence = sentence.say(format!(" changed {}", attributes(&diffs)));
            if name.is_some() {
                sentence = named(sentence.say(" of "), name);
            }
        }
        let mut is_named = !diffs.is_empty();
        for (ids, verb, place) in [(joined, "added", "to"), (left, "removed", "from")] {
            let Some(ids) = ids else { continue };
            let and = if sentence.parts.len() > 1 { " and" } else { "" };
            sentence = self.list(sentence.say(format!("{and} {verb} ")), ids, most);
            if !is_named && name.is_some() {
                sentence = named(sentence.say(format!(" {place} ")), name);
                is_named = true;
            }
        }
        match (<[Diff; 1]>::try_from(diffs), members) {
            (Ok([one]), None) => sentence.change = Some(one),
            (Ok([one]), Some(_)) => sentence.diffs = vec![one],
            (Err(several), _) => sentence.diffs = several,
        }
        sentence
    }

    /// Adds the names of members: all of at most `most`, or one less and the number of the others.
    fn list(&self, mut sentence: Sentence, members: &Value, most: usize) -> Sentence {
        let Some(ids) = member_ids(members) else {
            // A large change has only the number of its members.
            return sentence.say(values::text(members));
        };
        let room = if ids.len() > most { most.saturating_sub(1) } else { ids.len() };
        let text = |text: String| Part::Text(text);
        let mut listed: Vec<Part> = Vec::new();
        let (mut erased, mut not_read) = (0_usize, ids.len() - room);
        for id in ids.iter().take(room) {
            match self.names.get(*id) {
                NameOf::Known(record) => {
                    listed.push(Part::Name(Name::of_record(self.root, *id, record)));
                }
                NameOf::Erased => erased += 1,
                NameOf::NotRead => not_read += 1,
            }
        }
        match erased {
            0 => {}
            1 => listed.push(text(Name::erased().text)),
            several => listed.push(text(format!("{several} erased employees"))),
        }
        sentence.unnamed += not_read;
        match (listed.is_empty(), not_read) {
            (_, 0) => {}
            (true, 1) => listed.push(text("1 member".to_owned())),
            (true, number) => listed.push(text(format!("{number} members"))),
            (false, number) => listed.push(text(format!("{number} more"))),
        }
        let last = listed.len().saturating_sub(1);
        for (position, part) in listed.into_iter().enumerate() {
            if position > 0 {
                sentence = sentence.say(if position == last { " and " } else { ", " });
            }
            sentence.parts.push(part);
        }
        sentence
    }
}

/// Adds the group: by its name, or as the group of the page.
fn named(sentence: Sentence, name: Option<&Name>) -> Sentence {
    match name {
        Some(name) => sentence.say("group ").name(name.clone()),
        None => sentence.say("this group"),
    }
}

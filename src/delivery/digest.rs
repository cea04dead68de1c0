//! The digest: many events as counts and a few names.

use super::plain_text::one_line;
use super::words;
use crate::directory::events::types::EventType;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// The maximum number of names of one kind.
pub const MAX_NAMES: usize = 10;

/// One event, as a digest sees it. It has no place for addresses, phone numbers and old values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestLine {
    /// The kind of the change.
    pub kind: EventType,
    /// The employee or the group. Several changes of one kind to one subject count once.
    pub subject: Option<Uuid>,
    /// The name to show; `None` when there is none, or when the employee is erased.
    pub name: Option<String>,
    /// The employee's department.
    pub department: Option<String>,
    /// The employee's location.
    pub location: Option<String>,
}

impl DigestLine {
    /// The line of a message: "Ada Lovelace (R&D, London)".
    fn text(&self) -> Option<String> {
        let mut text = one_line(self.name.as_deref()?)?;
        let details = [&self.department, &self.location];
        let details: Vec<String> =
            details.into_iter().filter_map(|detail| one_line(detail.as_deref()?)).collect();
        if !details.is_empty() {
            text.push_str(&format!(" ({})", details.join(", ")));
        }
        Some(text)
    }
}

/// A line with a name, and its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NamedLine {
    subject: Option<Uuid>,
    text: String,
}

/// The changes of one kind.
#[derive(Debug, Clone, Default)]
struct Collected {
    count: u64,
    lines: Vec<NamedLine>,
}

impl Collected {
    /// Keeps the newest name of a subject, up to [`MAX_NAMES`] names.
    fn keep(&mut self, subject: Option<Uuid>, text: Option<String>) {
        let Some(text) = text else {
            if let Some(subject) = subject {
                self.forget(subject);
            }
            return;
        };
        let is_same = |line: &&mut NamedLine| subject.is_some() && line.subject == subject;
        if let Some(line) = self.lines.iter_mut().find(is_same) {
            line.text = text;
        } else if self.lines.len() < MAX_NAMES {
            self.lines.push(NamedLine { subject, text });
        }
    }

    fn forget(&mut self, subject: Uuid) {
        self.lines.retain(|line| line.subject != Some(subject));
    }
}

/// The changes of one kind, for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section<'a> {
    /// The kind of the changes.
    pub kind: EventType,
    /// The number of changes, of all subjects.
    pub count: u64,
    /// The number of names that were kept.
    pub names: usize,
    lines: &'a [NamedLine],
}

impl<'a> Section<'a> {
    /// The first `limit` lines with names.
    pub fn lines(self, limit: usize) -> impl Iterator<Item = &'a str> {
        self.lines.iter().take(limit).map(|line| line.text.as_str())
    }

    /// The number of changes that `limit` lines do not name. `None` when all are named, or when no name is shown.
    pub fn more(self, limit: usize) -> Option<u64> {
        let shown = u64::try_from(self.names.min(limit)).unwrap_or(u64::MAX);
        let more = self.count.saturating_sub(shown);
        (shown > 0 && more > 0).then_some(more)
    }
}

/// Collects events for one message.
#[derive(Debug, Clone)]
pub struct Digest {
    with_names: bool,
    collected: BTreeMap<EventType, Collected>,
    counted: HashSet<(EventType, Uuid)>,
    erased: HashSet<Uuid>,
}

impl Digest {
    /// Makes an empty digest. Without names it keeps counts only.
    pub fn new(with_names: bool) -> Self {
        Self {
            with_names,
            collected: BTreeMap::new(),
            counted: HashSet::new(),
            erased: HashSet::new(),
        }
    }

    /// Adds an event. An erasure removes the employee's name from all kinds.
    pub fn add(&mut self, line: &DigestLine) {
        let is_new = line.subject.is_none_or(|subject| self.counted.insert((line.kind, subject)));
        if line.kind == EventType::EmployeeErased
            && let Some(subject) = line.subject
        {
            self.erased.insert(subject);
            self.collected.values_mut().for_each(|collected| collected.forget(subject));
        }
        let is_erased = line.subject.is_some_and(|subject| self.erased.contains(&subject));
        let shows_name = self.with_names && !is_erased;
        let collected = self.collected.entry(line.kind).or_default();
        collected.count += u64::from(is_new);
        collected.keep(line.subject, if shows_name { line.text() } else { None });
    }

    /// Whether the digest has no event.
    pub fn is_empty(&self) -> bool {
        self.collected.is_empty()
    }

    /// The number of changes of all kinds.
    pub fn total(&self) -> u64 {
        self.collected.values().map(|collected| collected.count).sum()
    }

    /// The kinds with changes, in the order of a message.
    pub fn sections(&self) -> Vec<Section<'_>> {
        let sections = self.collected.iter().map(|(kind, collected)| Section {
            kind: *kind,
            count: collected.count,
            names: collected.lines.len(),
            lines: &collected.lines,
        });
        sections.collect()
    }

    /// The counts of all kinds: "1 new employee, 1 archived".
    pub fn counts(&self) -> String {
        let counts =
            self.sections().into_iter().map(|section| words::counted(section.kind, section.count));
        counts.collect::<Vec<_>>().join(", ")
    }

    /// The number of changes, in words: "2 changes".
    pub fn total_in_words(&self) -> String {
        match self.total() {
            1 => "1 change".to_owned(),
            total => format!("{total} changes"),
        }
    }
}

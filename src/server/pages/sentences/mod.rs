//! Turns changes into sentences of plain text with links, such as *Okta changed title of Ada Lovelace: Engineer →
//! Senior Engineer*. Every page that shows changes uses them.
//!
//! A page first reads the names of the people in its entries: [`ids_in`] has their ids, and
//! [`History::names`](crate::directory::history::History::names) reads the names. Then it asks a [`Narrator`] for the
//! sentences. `templates/sentences.html` shows a sentence; the module of the page imports [`Part`] for it.

mod attributes;
mod destinations;
mod employees;
mod groups;
mod links;
mod names;
mod narrator;
mod sso;
mod tenant;
mod values;

pub(in crate::server::pages) use attributes::label;
pub(in crate::server::pages) use names::ids_in;
pub(in crate::server::pages) use narrator::{About, Narrator, token_label};

use crate::directory::record_names::RecordName;
use crate::directory::{Employee, Group, Kind};
use crate::server::pages::words::capitalised;
use uuid::Uuid;

/// A sentence about one change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::server::pages) struct Sentence {
    /// The words, in their order.
    pub(in crate::server::pages) parts: Vec<Part>,
    /// The values of the only changed attribute. They belong to the end of the sentence.
    pub(in crate::server::pages) change: Option<Diff>,
    /// The values of several attributes. They belong below the sentence.
    pub(in crate::server::pages) diffs: Vec<Diff>,
    /// Whether the page shows `diffs` on demand only, as for a new record.
    pub(in crate::server::pages) are_folded: bool,
    /// The members that the sentence counts instead of naming them.
    pub(in crate::server::pages) unnamed: usize,
}

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server::pages) enum Part {
    /// Plain text, with the spaces around it.
    Text(String),
    /// The name of a record, a token or a destination.
    Name(Name),
}

/// A name from the data of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server::pages) struct Name {
    /// The name.
    pub(in crate::server::pages) text: String,
    /// The path of the page with the record, if there is one.
    pub(in crate::server::pages) link: Option<String>,
}

/// The values of an attribute before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server::pages) struct Diff {
    /// The attribute in plain words.
    pub(in crate::server::pages) attribute: String,
    /// The value before; `None` when there was none.
    pub(in crate::server::pages) old: Option<String>,
    /// The value after; `None` when there is none.
    pub(in crate::server::pages) new: Option<String>,
}

impl Sentence {
    /// Returns the sentence as plain text, with all values.
    pub(in crate::server::pages) fn text(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            text.push_str(match part {
                Part::Text(words) => words,
                Part::Name(name) => &name.text,
            });
        }
        for (number, diff) in self.change.iter().chain(&self.diffs).enumerate() {
            text.push_str(if number == 0 { ": " } else { "; " });
            if self.change.is_none() {
                text.push_str(&diff.attribute);
                text.push(' ');
            }
            text.push_str(&diff.text());
        }
        text
    }

    fn new() -> Self {
        Self::default()
    }

    /// Adds plain text.
    fn say(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Adds a name.
    fn name(mut self, name: Name) -> Self {
        self.parts.push(Part::Name(name));
        self
    }

    /// Makes the first letter a capital letter, because *your identity provider* can begin a sentence.
    fn capitalised(mut self) -> Self {
        if let Some(Part::Text(text)) = self.parts.first_mut() {
            *text = capitalised(text);
        }
        self
    }
}

impl Diff {
    /// Returns the values as plain text, such as *Engineer → Senior Engineer*.
    pub(in crate::server::pages) fn text(&self) -> String {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => format!("{old} → {new}"),
            (None, Some(new)) => new.clone(),
            (Some(old), None) => format!("{old} → none"),
            (None, None) => String::new(),
        }
    }
}

impl Name {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), link: None }
    }

    /// Names an employee, with a link to the page. `root` is the path of the tenant's pages.
    pub(in crate::server::pages) fn of_employee(root: &str, employee: &Employee) -> Self {
        Self::of_record(root, employee.id, &RecordName::of_employee(employee))
    }

    /// Names a group, with a link to its page.
    pub(in crate::server::pages) fn of_group(root: &str, group: &Group) -> Self {
        Self::of_record(root, group.id, &RecordName::of_group(group))
    }

    /// Names an employee that was erased.
    pub(in crate::server::pages) fn erased() -> Self {
        Self::plain("an erased employee")
    }

    /// Names a record, with a link to its page if it exists.
    fn of_record(root: &str, id: Uuid, record: &RecordName) -> Self {
        let folder = match record.kind {
            Kind::Employee => "employees",
            Kind::Group => "groups",
        };
        let text = if record.name.is_empty() { id.to_string() } else { record.name.clone() };
        Self { text, link: record.exists.then(|| format!("{root}{folder}/{id}")) }
    }
}

/// Returns a text in quotation marks, for labels that people chose.
fn quoted(text: &str) -> String {
    format!("“{text}”")
}

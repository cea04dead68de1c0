//! The names of records in bulk: the people and groups that history entries mention by id.

use super::error::Error;
use super::history::History;
use crate::model::employee::Employee;
use crate::model::event::Subject;
use crate::model::group::Group;
use crate::model::history::HistoryEntry;
use crate::model::kind::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The most names of one read: one `BatchGetItem` call takes as many keys.
pub const MOST_NAMES: usize = 100;

/// The name of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordName {
    /// The kind of the record.
    pub kind: Kind,
    /// The name: the display name of an employee, or else the userName.
    pub name: String,
    /// The userName of an employee whose name is another text.
    pub user_name: Option<String>,
    /// Whether the record exists. A deleted group has only its history.
    pub exists: bool,
}

/// The names of records by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordNames {
    found: BTreeMap<Uuid, RecordName>,
    asked: BTreeSet<Uuid>,
}

/// The answer for one id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameOf<'n> {
    /// The record has this name.
    Known(&'n RecordName),
    /// The record was erased.
    Erased,
    /// The name was not read.
    NotRead,
}

impl RecordNames {
    /// Returns the name of a record.
    pub fn get(&self, id: Uuid) -> NameOf<'_> {
        match self.found.get(&id) {
            Some(name) => NameOf::Known(name),
            None if self.asked.contains(&id) => NameOf::Erased,
            None => NameOf::NotRead,
        }
    }

    /// Adds an employee that is known already.
    pub fn add_employee(&mut self, employee: &Employee) {
        self.found.insert(employee.id, RecordName::of_employee(employee));
    }
}

impl RecordName {
    /// Returns the name of an employee.
    pub fn of_employee(employee: &Employee) -> Self {
        let name = employee.name();
        let user_name = employee.user_name();
        let user_name = (user_name != name).then(|| user_name.to_owned());
        Self { kind: Kind::Employee, name, user_name, exists: true }
    }

    /// Returns the name of a group.
    pub fn of_group(group: &Group) -> Self {
        let name = group.display_name().to_owned();
        Self { kind: Kind::Group, name, user_name: None, exists: true }
    }

    /// Returns the name with the userName, as pages name an actor: `Barbara Jensen (bjensen@example.com)`.
    pub fn with_user_name(&self) -> String {
        match &self.user_name {
            Some(user_name) => format!("{} ({user_name})", self.name),
            None => self.name.clone(),
        }
    }
}

impl History<'_> {
    /// Reads the names of at most [`MOST_NAMES`] records by their ids. Further ids are not read.
    ///
    /// An employee that the identity provider deleted has a name. An erased employee has none.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn names(self, ids: impl IntoIterator<Item = Uuid>) -> Result<RecordNames, Error> {
        let mut asked = BTreeSet::new();
        for id in ids {
            if asked.len() == MOST_NAMES {
                break;
            }
            asked.insert(id);
        }
        let store = &self.0.store;
        let mut names = RecordNames { found: BTreeMap::new(), asked };
        let wanted: Vec<Uuid> = names.asked.iter().copied().collect();
        for employee in store.records().get_many::<Employee>(&wanted).await? {
            names.add_employee(&employee);
        }
        let missing = names.missing();
        let (hidden, groups) = tokio::try_join!(
            store.employees().get_hidden(&missing),
            store.records().get_many::<Group>(&missing),
        )?;
        for employee in hidden {
            names.add_employee(&employee);
        }
        for group in groups {
            names.found.insert(group.id, RecordName::of_group(&group));
        }
        // The history of a group outlives the group. The history of an erased employee is erased.
        let first = names.missing().into_iter().map(|id| (Subject::Group(id), 1)).collect();
        for ((subject, _), entry) in store.history().get_many(first).await? {
            if let Subject::Group(id) = subject {
                let name = group_name_in(&entry).unwrap_or_default().to_owned();
                names.found.insert(
                    id,
                    RecordName { kind: Kind::Group, name, user_name: None, exists: false },
                );
            }
        }
        Ok(names)
    }
}

impl RecordNames {
    fn missing(&self) -> Vec<Uuid> {
        self.asked.iter().filter(|id| !self.found.contains_key(id)).copied().collect()
    }
}

/// Returns the name of a group in an entry of its history: the name after the change, or else before it.
pub fn group_name_in(entry: &HistoryEntry) -> Option<&str> {
    let name = entry.changes.iter().find(|change| change.attribute == "displayName")?;
    name.new.as_ref().or(name.old.as_ref()).and_then(Value::as_str)
}

//! The model: people and groups in plain maps.

use crate::support::TestTenant;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The state of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Active,
    Archived,
    /// Deleted by the identity provider.
    Hidden,
    Erased,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub id: Option<String>,
    pub name: String,
    pub external_id: Option<String>,
    pub presence: Presence,
    /// The number of the deletion. A create brings the person with the last deletion back first.
    pub deleted_at: usize,
}

/// A group, with the positions of its members.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupState {
    pub id: Option<String>,
    pub people: BTreeSet<usize>,
}

/// All people, including erased people, and the groups by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    pub crowd: usize,
    pub people: Vec<Person>,
    pub groups: BTreeMap<String, GroupState>,
    pub deletions: usize,
}

impl Person {
    pub fn is_visible(&self) -> bool {
        matches!(self.presence, Presence::Active | Presence::Archived)
    }
}

impl State {
    pub fn add_crowd(&mut self, name: String, id: String) {
        self.crowd += 1;
        self.people.push(person(name, None, Some(id)));
    }

    pub fn add_person(&mut self, name: &str, external_id: &str, id: String) {
        self.people.push(person(name.to_owned(), Some(external_id.to_owned()), Some(id)));
    }

    /// The ids of all people outside the crowd.
    pub fn person_ids(&self) -> Vec<String> {
        self.people[self.crowd..].iter().filter_map(|person| person.id.clone()).collect()
    }

    pub fn add_group(&mut self, name: String, id: String, members: &[String]) {
        let is_member = |person: &Person| person.id.as_ref().is_some_and(|id| members.contains(id));
        let people = (0..self.people.len()).filter(|place| is_member(&self.people[*place]));
        let people = people.collect();
        self.groups.insert(name, GroupState { id: Some(id), people });
    }

    /// Adds a new person.
    pub fn push(&mut self, name: &str, external_id: &str) {
        self.people.push(person(name.to_owned(), Some(external_id.to_owned()), None));
    }

    /// The position of the visible person with this name.
    pub fn holder(&self, name: &str) -> Option<usize> {
        self.people.iter().position(|person| person.is_visible() && person.name == name)
    }

    /// The position of the deleted person that a create brings back.
    pub fn same_person(&self, name: &str, external_id: &str) -> Option<usize> {
        let is_same = |person: &&(usize, &Person)| {
            let (_, person) = person;
            person.presence == Presence::Hidden
                && person.name == name
                && person.external_id.as_deref() == Some(external_id)
        };
        let people = self.people.iter().enumerate();
        people
            .filter(|person| is_same(&person))
            .max_by_key(|(_, one)| one.deleted_at)
            .map(|one| one.0)
    }

    pub fn come_back(&mut self, place: usize) {
        self.people[place].presence = Presence::Active;
    }

    pub fn leave_all(&mut self, place: usize, presence: Presence) {
        for group in self.groups.values_mut() {
            group.people.remove(&place);
        }
        self.deletions += 1;
        let person = &mut self.people[place];
        person.presence = presence;
        person.deleted_at = self.deletions;
    }

    /// Takes the ids of people and groups from a server's view. New records get their first id here.
    pub fn learn_ids(&mut self, view: &View) {
        for person in self.people.iter_mut().filter(|person| person.is_visible()) {
            person.id = view.ids.get(&format!("user {}", person.name)).cloned();
        }
        for (name, group) in &mut self.groups {
            group.id = view.ids.get(&format!("group {name}")).cloned();
        }
    }

    /// The users with their activity, and the groups with the names of their members.
    pub fn members(&self) -> (BTreeMap<String, bool>, BTreeMap<String, BTreeSet<String>>) {
        let view = self.view();
        (view.users, view.groups)
    }

    pub fn view(&self) -> View {
        let visible = self.people.iter().filter(|person| person.is_visible());
        let users = visible
            .map(|person| (person.name.clone(), person.presence == Presence::Active))
            .collect();
        let name = |place: &usize| self.people[*place].name.clone();
        let groups: BTreeMap<String, BTreeSet<String>> = (self.groups.iter())
            .map(|(group, state)| (group.clone(), state.people.iter().map(name).collect()))
            .collect();
        let mut groups_of = BTreeMap::new();
        for person in self.people.iter().filter(|person| person.is_visible()) {
            let of = groups.iter().filter(|(_, members)| members.contains(&person.name));
            groups_of.insert(person.name.clone(), of.map(|(group, _)| group.clone()).collect());
        }
        View { users, groups, groups_of, ids: BTreeMap::new() }
    }
}

fn person(name: String, external_id: Option<String>, id: Option<String>) -> Person {
    Person { id, name, external_id, presence: Presence::Active, deleted_at: 0 }
}

/// Users and groups by name, as a server shows them.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Whether each user is active.
    pub users: BTreeMap<String, bool>,
    /// The members of each group.
    pub groups: BTreeMap<String, BTreeSet<String>>,
    /// The groups of each user. After a large change of members, the server updates them later.
    pub groups_of: BTreeMap<String, BTreeSet<String>>,
    pub ids: BTreeMap<String, String>,
}

impl PartialEq for View {
    fn eq(&self, other: &Self) -> bool {
        (&self.users, &self.groups, &self.groups_of)
            == (&other.users, &other.groups, &other.groups_of)
    }
}

impl View {
    pub async fn of(tenant: &TestTenant) -> Self {
        let mut view = Self::default();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut names = BTreeMap::new();
        for row in tenant.listed("Users").await {
            let (id, name) = (text(&row["id"]), text(&row["userName"]));
            let groups = row["groups"].as_array().cloned().unwrap_or_default();
            let groups = groups.iter().map(|group| text(&group["display"])).collect();
            view.groups_of.insert(name.clone(), groups);
            view.users.insert(name.clone(), row["active"] == true);
            view.ids.insert(format!("user {name}"), id.clone());
            names.insert(id, name);
        }
        for row in tenant.listed("Groups").await {
            let name = text(&row["displayName"]);
            let members = row["members"].as_array().cloned().unwrap_or_default();
            let named = |member: &Value| {
                let id = text(&member["value"]);
                names.get(&id).cloned().unwrap_or(id)
            };
            view.ids.insert(format!("group {name}"), text(&row["id"]));
            view.groups.insert(name, members.iter().map(named).collect());
        }
        view
    }

    pub fn members(&self) -> (BTreeMap<String, bool>, BTreeMap<String, BTreeSet<String>>) {
        (self.users.clone(), self.groups.clone())
    }
}

//! The changes of a history. Each change becomes a request, and has the same effect on the model.

use super::state::{GroupState, Person, Presence, State};
use crate::support::TestTenant;
use crate::support::actors::OPERATOR;
use crate::support::admin::admin;
use proptest::prelude::*;
use proptest::sample::select;
use rollcall::directory::Error;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const NAMES: [&str; 4] = ["ada", "bob", "eve", "kim"];
const EXTERNAL_IDS: [&str; 3] = ["x0", "x1", "x2"];
const GROUPS: [&str; 5] = ["Crew", "Staff", "Hall 00", "Hall 01", "Hall 13"];

/// A set of people: single people by number, and perhaps the whole crowd.
#[derive(Debug, Clone)]
pub struct People {
    people: BTreeSet<usize>,
    crowd: bool,
}

/// One change. People outside the crowd have numbers in the order of their creation.
#[derive(Debug, Clone)]
pub enum Change {
    Create { name: &'static str, external_id: &'static str },
    Rename { person: usize, name: &'static str },
    Archive { person: usize },
    Activate { person: usize },
    Delete { person: usize },
    Restore { person: usize },
    Erase { person: usize },
    CreateGroup { name: &'static str, members: People },
    RenameGroup { from: &'static str, to: &'static str },
    Join { group: &'static str, members: People },
    Leave { group: &'static str, members: People },
    PutGroup { group: &'static str, members: People },
    DeleteGroup { group: &'static str },
}

/// The request that a change sends.
pub enum Request {
    Scim(&'static str, String, Value),
    Admin(String),
    Erase(String),
}

impl Request {
    /// Sends the request, and checks that the server does not fail. A rule may refuse the request.
    pub async fn send(&self, tenant: &TestTenant) {
        let answer = match self {
            Self::Scim("POST", path, body) => tenant.post(path, body).await,
            Self::Scim("PUT", path, body) => tenant.put(path, body).await,
            Self::Scim("PATCH", path, body) => tenant.patch(path, body).await,
            Self::Scim(_, path, _) => tenant.delete(path).await,
            Self::Admin(path) => admin(tenant, "POST", path, Value::Null).await,
            Self::Erase(id) => {
                let directory = tenant.directory();
                match directory.users().erase(id.parse().unwrap(), &OPERATOR).await {
                    Ok(()) | Err(Error::NoEmployee(_) | Error::NotArchived(_)) => return,
                    Err(failure) => panic!("{failure}"),
                }
            }
        };
        let is_refused = [400, 404, 409].contains(&answer.status.as_u16());
        assert!(answer.status.is_success() || is_refused, "{}", answer.json());
    }
}

fn any_people() -> impl Strategy<Value = People> {
    (prop::collection::btree_set(0..4_usize, 0..3), prop::bool::weighted(0.3))
        .prop_map(|(people, crowd)| People { people, crowd })
}

pub fn any_change() -> impl Strategy<Value = Change> {
    let person = || 0..4_usize;
    let group = || select(&GROUPS[..]);
    prop_oneof![
        3 => (select(&NAMES[..]), select(&EXTERNAL_IDS[..]))
            .prop_map(|(name, external_id)| Change::Create { name, external_id }),
        1 => (person(), select(&NAMES[..])).prop_map(|(person, name)| Change::Rename { person, name }),
        1 => person().prop_map(|person| Change::Archive { person }),
        1 => person().prop_map(|person| Change::Activate { person }),
        3 => person().prop_map(|person| Change::Delete { person }),
        2 => person().prop_map(|person| Change::Restore { person }),
        1 => person().prop_map(|person| Change::Erase { person }),
        2 => (group(), any_people()).prop_map(|(name, members)| Change::CreateGroup { name, members }),
        1 => (group(), group()).prop_map(|(from, to)| Change::RenameGroup { from, to }),
        3 => (group(), any_people()).prop_map(|(group, members)| Change::Join { group, members }),
        2 => (group(), any_people()).prop_map(|(group, members)| Change::Leave { group, members }),
        2 => (group(), any_people()).prop_map(|(group, members)| Change::PutGroup { group, members }),
        1 => group().prop_map(|group| Change::DeleteGroup { group }),
    ]
}

impl People {
    /// The positions of these people in the state.
    fn places(&self, state: &State) -> BTreeSet<usize> {
        let crowd = (0..state.crowd).filter(|_| self.crowd);
        self.people.iter().filter_map(|person| place(state, *person)).chain(crowd).collect()
    }

    fn values(&self, state: &State) -> Value {
        let ids = self.places(state).into_iter().filter_map(|place| state.people[place].id.clone());
        ids.map(|id| json!({"value": id})).collect()
    }
}

/// The position of a person in the state.
fn place(state: &State, person: usize) -> Option<usize> {
    let place = state.crowd + person;
    (place < state.people.len()).then_some(place)
}

impl Change {
    /// The request of the change; `None` when the person or group does not exist, or when no member leaves.
    pub fn request(&self, state: &State) -> Option<Request> {
        let id = |person: &usize| state.people[place(state, *person)?].id.clone();
        let user = |person: &usize| Some(format!("/Users/{}", id(person)?));
        let group = |name: &str| Some(format!("/Groups/{}", state.groups.get(name)?.id.clone()?));
        let replace = |value: Value| json!([{"op": "replace", "value": value}]);
        Some(match self {
            Self::Create { name, external_id } => {
                let body = json!({"userName": name, "externalId": external_id});
                Request::Scim("POST", "/Users".to_owned(), body)
            }
            Self::Rename { person, name } => {
                Request::Scim("PATCH", user(person)?, replace(json!({"userName": name})))
            }
            Self::Archive { person } => {
                Request::Scim("PATCH", user(person)?, replace(json!({"active": false})))
            }
            Self::Activate { person } => {
                Request::Scim("PATCH", user(person)?, replace(json!({"active": true})))
            }
            Self::Delete { person } => Request::Scim("DELETE", user(person)?, Value::Null),
            Self::Restore { person } => {
                Request::Admin(format!("/employees/{}/restore", id(person)?))
            }
            Self::Erase { person } => Request::Erase(id(person)?),
            Self::CreateGroup { name, members } => {
                let body = json!({"displayName": name, "members": members.values(state)});
                Request::Scim("POST", "/Groups".to_owned(), body)
            }
            Self::RenameGroup { from, to } => {
                Request::Scim("PATCH", group(from)?, replace(json!({"displayName": to})))
            }
            Self::Join { group: name, members } => {
                let value = members.values(state);
                let add = json!([{"op": "add", "path": "members", "value": value}]);
                Request::Scim("PATCH", group(name)?, add)
            }
            Self::Leave { group: name, members } => {
                let value = members.values(state);
                let remove = json!([{"op": "remove", "path": "members", "value": value}]);
                value.as_array().filter(|values| !values.is_empty())?;
                Request::Scim("PATCH", group(name)?, remove)
            }
            Self::PutGroup { group: name, members } => {
                let body = json!({"displayName": name, "members": members.values(state)});
                Request::Scim("PUT", group(name)?, body)
            }
            Self::DeleteGroup { group: name } => Request::Scim("DELETE", group(name)?, Value::Null),
        })
    }

    /// Whether the change can run beside another change.
    /// The request and the model then mean the same groups and people.
    pub fn has_fixed_names(&self) -> bool {
        !matches!(self, Self::CreateGroup { .. } | Self::RenameGroup { .. } | Self::Create { .. })
    }

    /// The state after the change.
    pub fn apply(&self, state: &State) -> State {
        let mut after = state.clone();
        if let Self::Create { name, external_id } = self {
            match (state.holder(name), state.same_person(name, external_id)) {
                (Some(_), _) => {}
                (None, Some(person)) => after.come_back(person),
                (None, None) => after.push(name, external_id),
            }
            return after;
        }
        self.apply_to_person(&mut after);
        self.apply_to_group(&mut after);
        after
    }

    fn apply_to_person(&self, state: &mut State) {
        let (Self::Rename { person, .. }
        | Self::Archive { person }
        | Self::Activate { person }
        | Self::Delete { person }
        | Self::Restore { person }
        | Self::Erase { person }) = self
        else {
            return;
        };
        let Some(place) = place(state, *person) else { return };
        let Person { name, presence, .. } = state.people[place].clone();
        let is_visible = state.people[place].is_visible();
        match self {
            Self::Rename { name: wanted, .. } if is_visible && state.holder(wanted).is_none() => {
                state.people[place].name = (*wanted).to_owned();
            }
            Self::Archive { .. } if is_visible => {
                state.people[place].presence = Presence::Archived;
            }
            Self::Activate { .. } if is_visible => state.people[place].presence = Presence::Active,
            Self::Delete { .. } if is_visible => state.leave_all(place, Presence::Hidden),
            Self::Restore { .. } if presence == Presence::Archived => {
                state.people[place].presence = Presence::Active;
            }
            Self::Restore { .. }
                if presence == Presence::Hidden && state.holder(&name).is_none() =>
            {
                state.come_back(place);
            }
            Self::Erase { .. } if [Presence::Archived, Presence::Hidden].contains(&presence) => {
                state.leave_all(place, Presence::Erased);
            }
            _ => {}
        }
    }

    fn apply_to_group(&self, state: &mut State) {
        match self {
            Self::CreateGroup { name, members } if !state.groups.contains_key(*name) => {
                let people = visible(state, members.places(state));
                state.groups.insert((*name).to_owned(), GroupState { id: None, people });
            }
            Self::RenameGroup { from, to } if !state.groups.contains_key(*to) => {
                let Some(group) = state.groups.remove(*from) else { return };
                state.groups.insert((*to).to_owned(), group);
            }
            Self::Join { group, members } => {
                let joined = visible(state, members.places(state));
                if let Some(group) = state.groups.get_mut(*group) {
                    group.people.extend(joined);
                }
            }
            Self::Leave { group, members } => {
                let left = members.places(state);
                let Some(found) = state.groups.get_mut(*group) else { return };
                found.people.retain(|place| !left.contains(place));
            }
            Self::PutGroup { group, members } => {
                let people = visible(state, members.places(state));
                let Some(found) = state.groups.get_mut(*group) else { return };
                found.people = people;
            }
            Self::DeleteGroup { group } => {
                state.groups.remove(*group);
            }
            _ => {}
        }
    }
}

fn visible(state: &State, places: BTreeSet<usize>) -> BTreeSet<usize> {
    places.into_iter().filter(|place| state.people[*place].is_visible()).collect()
}

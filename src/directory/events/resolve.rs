//! Resolves references of the feed: reads the history entries and the records that they name.
//!
//! The items of a transaction become visible one by one. A young reference can therefore lead to a history entry or a
//! record that is not visible yet. Resolving then stops before the event, and the next read continues.

use super::Events;
use crate::directory::error::Error;
use crate::model::employee::Employee;
use crate::model::event::{ChangeRef, EventRef, Subject};
use crate::model::group::Group;
use crate::model::history::{EventKind, HistoryEntry};
use crate::store::events::NumberedEvent;
use std::collections::{BTreeMap, BTreeSet};
use time::Duration;
use uuid::Uuid;

/// After this time, every item of a transaction is visible.
const VISIBLE_AFTER: Duration = Duration::minutes(1);

/// An event with its details.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The number of the event in the feed.
    pub number: u64,
    /// The reference.
    pub reference: EventRef,
    /// The details.
    pub details: Details,
}

/// The details of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Details {
    /// The change of an employee.
    Employee {
        /// The history entry. After a restore from a backup, it can be missing.
        entry: Option<HistoryEntry>,
        /// The employee as it is now.
        employee: Box<Employee>,
        /// Whether the change before was the deletion by the identity provider.
        after_deletion: bool,
    },
    /// The change of a group.
    Group {
        /// The history entry.
        entry: Option<HistoryEntry>,
        /// The group as it is now; `None` for a deleted group.
        group: Option<Box<Group>>,
    },
    /// The change of the tenant, or the erasure of an employee.
    Tenant {
        /// The history entry.
        entry: Option<HistoryEntry>,
    },
    /// The employee was erased, so the details are erased too.
    Erased,
    /// A finding about the sync. The reference has all details.
    Sync,
}

/// The resolved start of a list of events.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The events, in order.
    pub events: Vec<Event>,
    /// Whether a later event waits for items that are not visible yet.
    pub is_cut: bool,
}

/// The items that references name.
struct Found {
    entries: BTreeMap<(Subject, u64), HistoryEntry>,
    employees: BTreeMap<Uuid, Employee>,
    groups: BTreeMap<Uuid, Group>,
    /// The employees and groups whose memberships are closed: they were deleted or erased.
    closed: BTreeSet<Uuid>,
}

impl Events<'_> {
    /// Resolves events.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn resolve(self, events: Vec<NumberedEvent>) -> Result<Resolved, Error> {
        let found = self.find(&events).await?;
        let visible_after = self.0.sources.now() - VISIBLE_AFTER;
        let mut resolved = Vec::with_capacity(events.len());
        for NumberedEvent { number, event: reference } in events {
            let details = match &reference {
                EventRef::Sync(_) => Some(Details::Sync),
                EventRef::Change(change) => details_of(change, &found, change.at > visible_after),
            };
            let Some(details) = details else {
                return Ok(Resolved { events: resolved, is_cut: true });
            };
            resolved.push(Event { number, reference, details });
        }
        Ok(Resolved { events: resolved, is_cut: false })
    }

    async fn find(self, events: &[NumberedEvent]) -> Result<Found, Error> {
        let store = &self.0.store;
        let changes = || {
            events.iter().filter_map(|event| match &event.event {
                EventRef::Change(change) => Some(change),
                EventRef::Sync(_) => None,
            })
        };
        let mut wanted: BTreeSet<(Subject, u64)> = BTreeSet::new();
        let (mut employees, mut groups) = (BTreeSet::new(), BTreeSet::new());
        for change in changes() {
            wanted.insert((change.subject, change.revision));
            if change.kind == EventKind::Restored {
                wanted.insert((change.subject, change.revision.saturating_sub(1)));
            }
            match change.subject {
                Subject::Employee(id) => drop(employees.insert(id)),
                Subject::Group(id) => drop(groups.insert(id)),
                Subject::Tenant => {}
            }
        }
        let (employees, groups) = (Vec::from_iter(employees), Vec::from_iter(groups));
        let (entries, visible, hidden, groups_now) = tokio::try_join!(
            store.history().get_many(wanted.into_iter().collect()),
            store.records().get_many::<Employee>(&employees),
            store.employees().get_hidden(&employees),
            store.records().get_many::<Group>(&groups),
        )?;
        let employees_now: BTreeMap<Uuid, Employee> =
            visible.into_iter().chain(hidden).map(|employee| (employee.id, employee)).collect();
        let groups_now: BTreeMap<Uuid, Group> =
            groups_now.into_iter().map(|group| (group.id, group)).collect();
        let missing: Vec<Uuid> = (employees.into_iter())
            .filter(|id| !employees_now.contains_key(id))
            .chain(groups.into_iter().filter(|id| !groups_now.contains_key(id)))
            .collect();
        let memberships = store.memberships().get(&missing).await?;
        let closed = memberships.into_iter().filter(|(_, memberships)| memberships.is_closed);
        let closed = closed.map(|(id, _)| id).collect();
        Ok(Found { entries, employees: employees_now, groups: groups_now, closed })
    }
}

/// The details of a change; `None` while items that it names may become visible.
fn details_of(change: &ChangeRef, found: &Found, is_young: bool) -> Option<Details> {
    let entry = |revision| found.entries.get(&(change.subject, revision)).cloned();
    let own = entry(change.revision);
    match change.subject {
        Subject::Employee(id) => {
            let employee = found.employees.get(&id);
            if found.closed.contains(&id) && employee.is_none() {
                return Some(Details::Erased);
            }
            let is_complete = own.is_some() && is_current(employee.map(|e| e.revision), change);
            if is_young && !is_complete {
                return None;
            }
            let Some(employee) = employee else { return Some(Details::Erased) };
            let before = entry(change.revision.saturating_sub(1));
            Some(Details::Employee {
                entry: own,
                employee: Box::new(employee.clone()),
                after_deletion: before.is_some_and(|before| before.kind == EventKind::Deleted),
            })
        }
        Subject::Group(id) => {
            let group = found.groups.get(&id);
            let is_gone = found.closed.contains(&id) || change.kind == EventKind::Deleted;
            let is_here = is_current(group.map(|group| group.revision), change) || is_gone;
            if is_young && (own.is_none() || !is_here) {
                return None;
            }
            Some(Details::Group { entry: own, group: group.cloned().map(Box::new) })
        }
        Subject::Tenant if is_young && own.is_none() => None,
        Subject::Tenant => Some(Details::Tenant { entry: own }),
    }
}

/// Whether a record has at least the revision of a change.
fn is_current(revision: Option<u64>, change: &ChangeRef) -> bool {
    revision.is_some_and(|revision| revision >= change.revision)
}

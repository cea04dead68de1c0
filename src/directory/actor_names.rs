//! The names of employees who are actors. Histories keep only the employee's id, so an erasure leaves no name in them.

use super::error::Error;
use super::history::History;
use super::record_names::{NameOf, RecordNames};
use crate::model::actor::ActorRecord;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

/// The name of an employee that was erased.
pub const ERASED: &str = "an erased employee";

/// The names of the employees among the actors of a page.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ActorNames(RecordNames);

impl ActorNames {
    /// Returns the name of an employee, such as `Barbara Jensen (bjensen@example.com)`. Returns `None` for an erased
    /// employee. The page must have asked for the id.
    pub fn get(&self, id: Uuid) -> Option<String> {
        match self.0.get(id) {
            NameOf::Known(name) => Some(name.with_user_name()),
            NameOf::Erased | NameOf::NotRead => None,
        }
    }

    /// Returns the name of an employee, and [`ERASED`] for an erased one.
    pub fn text_of(&self, id: Uuid) -> String {
        self.get(id).unwrap_or_else(|| ERASED.to_owned())
    }

    /// Returns the name of an actor. Returns `None` for an actor that is no employee: its label is its name.
    pub fn of(&self, actor: &ActorRecord) -> Option<String> {
        actor.employee_id.map(|id| self.text_of(id))
    }

    /// Returns the text for an actor: the name of an employee, or else the label and the kind.
    pub fn text(&self, actor: &ActorRecord) -> String {
        self.of(actor).unwrap_or_else(|| actor.to_string())
    }
}

impl std::fmt::Debug for ActorNames {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ActorNames").finish_non_exhaustive()
    }
}

/// The names of a page, under way.
pub type ActorNamesFuture<'h> =
    Pin<Box<dyn Future<Output = Result<ActorNames, Error>> + Send + 'h>>;

impl<'h> History<'h> {
    /// Reads the names of the employees among some actors. A page with at most 50 such employees needs one call, and a
    /// page without such an employee needs none.
    ///
    /// The future borrows no actor, so that a handler of any router may await it.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub fn actor_names<'a>(
        self,
        actors: impl IntoIterator<Item = &'a ActorRecord>,
    ) -> ActorNamesFuture<'h> {
        self.employee_names(actors.into_iter().filter_map(|actor| actor.employee_id))
    }

    /// Reads the names of employees by id, as [`Self::actor_names`] does.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub fn employee_names(self, ids: impl IntoIterator<Item = Uuid>) -> ActorNamesFuture<'h> {
        let distinct: BTreeSet<Uuid> = ids.into_iter().collect();
        let ids: Vec<Uuid> = distinct.into_iter().collect();
        Box::pin(async move {
            let mut names = RecordNames::default();
            for employee in self.0.store.employees().get_all_visible_or_hidden(&ids).await? {
                names.add_employee(&employee);
            }
            Ok(ActorNames(names))
        })
    }
}

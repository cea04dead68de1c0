//! The names of employees who are actors. Histories keep only the employee's id, so an erasure leaves no name in them.

use super::error::Error;
use super::history::History;
use crate::model::actor::ActorRecord;
use crate::model::employee::Employee;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

/// The name of an employee that was erased.
pub const ERASED: &str = "an erased employee";

/// The names of the employees among the actors of a page.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ActorNames(BTreeMap<Uuid, String>);

impl ActorNames {
    /// Returns the name of an actor, such as `Barbara Jensen (bjensen@example.com)`. An erased employee is
    /// [`ERASED`]. Returns `None` for an actor that is no employee: its label is its name.
    pub fn of(&self, actor: &ActorRecord) -> Option<&str> {
        actor.employee_id.map(|id| self.of_employee(id))
    }

    /// Returns the name of an employee by id. The page must have asked for it.
    pub fn of_employee(&self, id: Uuid) -> &str {
        self.0.get(&id).map_or(ERASED, String::as_str)
    }

    /// Returns the text for an actor: the name of an employee, or else the label and the kind.
    pub fn text(&self, actor: &ActorRecord) -> String {
        self.of(actor).map_or_else(|| actor.to_string(), str::to_owned)
    }
}

impl std::fmt::Debug for ActorNames {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ActorNames").finish_non_exhaustive()
    }
}

/// Returns the name of an employee with the userName, as pages show an actor.
pub fn name_of(employee: &Employee) -> String {
    let user_name = employee.user_name();
    match employee.display_name() {
        Some(name) if name != user_name => format!("{name} ({user_name})"),
        Some(_) | None => user_name.to_owned(),
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
            let found = self.0.store.employees().get_all_visible_or_hidden(&ids).await?;
            Ok(ActorNames(found.iter().map(|one| (one.id, name_of(one))).collect()))
        })
    }
}

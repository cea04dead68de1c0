//! The names of the records that events are about, for messages.

use super::Events;
use crate::directory::error::Error;
use crate::directory::users::view::Effective;
use crate::model::employee::Employee;
use crate::model::event::Subject;
use crate::model::group::Group;
use crate::model::tenant::Tenant;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The name of a record, and an employee's effective department and location.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubjectNames {
    /// The name; `None` when there is none.
    pub name: Option<String>,
    /// The employee's department.
    pub department: Option<String>,
    /// The employee's location.
    pub location: Option<String>,
}

impl Events<'_> {
    /// Reads the names of records. The result leaves out records that do not exist, such as erased employees.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn names_of(
        self,
        tenant: &Tenant,
        subjects: BTreeSet<Subject>,
    ) -> Result<BTreeMap<Subject, SubjectNames>, Error> {
        let (mut employees, mut groups): (Vec<Uuid>, Vec<Uuid>) = (Vec::new(), Vec::new());
        for subject in subjects {
            match subject {
                Subject::Employee(id) => employees.push(id),
                Subject::Group(id) => groups.push(id),
                Subject::Tenant => {}
            }
        }
        let store = &self.0.store;
        let (visible, hidden, groups) = tokio::try_join!(
            store.records().get_many::<Employee>(&employees),
            store.employees().get_hidden(&employees),
            store.records().get_many::<Group>(&groups),
        )?;
        let of_employee = |employee: Employee| {
            let effective = Effective::of(&employee, tenant.settings);
            let names = SubjectNames {
                // A userName is often an address, and messages have no addresses.
                name: employee.display_name(),
                department: effective.department.value,
                location: effective.location.value,
            };
            (Subject::Employee(employee.id), names)
        };
        let of_group = |group: Group| {
            let name = Some(group.display_name().to_owned());
            (Subject::Group(group.id), SubjectNames { name, ..SubjectNames::default() })
        };
        let employees = visible.into_iter().chain(hidden).map(of_employee);
        Ok(employees.chain(groups.into_iter().map(of_group)).collect())
    }
}

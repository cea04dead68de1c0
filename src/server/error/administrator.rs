//! The texts for a tenant's administrator, in the administration and on the pages.

use super::ApiError;
use crate::directory::{Error, Kind};
use crate::server::problems::ProblemCause;

impl ApiError {
    /// Turns a failure into a text for an administrator. Other failures have the same text as for SCIM.
    pub(in crate::server) fn for_administrator(error: Error) -> Self {
        match error {
            Error::NoEmployee(_) => Self::no_such_record(Kind::Employee),
            Error::NoGroup(_) => Self::no_such_record(Kind::Group),
            Error::UserNameTaken { holder } => Self::conflict(format!(
                "Another employee ({holder}) has this userName now. Change the userName of that \
                 employee in the identity provider first"
            )),
            Error::NotArchived(_) => Self::conflict(
                "Only an archived employee can be erased. Archive the employee first",
            ),
            other => other.into(),
        }
    }

    /// 404 for an employee or a group.
    pub(in crate::server) fn no_such_record(kind: Kind) -> Self {
        let cause = match kind {
            Kind::Employee => ProblemCause::EmployeeNotFound,
            Kind::Group => ProblemCause::GroupNotFound,
        };
        let text = match kind {
            Kind::Employee => {
                "There is no employee with this id. Look the person up in the list of employees"
            }
            Kind::Group => {
                "There is no group with this id. The identity provider may have deleted the group. Look \
                 it up in the list of groups"
            }
        };
        Self::not_found(text).because(cause)
    }
}

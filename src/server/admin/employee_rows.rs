//! An employee in a list, with the values in use.

use super::employees::StatusBody;
use crate::directory::people::PersonRow;
use crate::directory::people::managers::ManagerName;
use crate::directory::users::view::employee_number;
use scim::date_time;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An employee in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EmployeeRowBody {
    id: Uuid,
    user_name: String,
    /// The display name, if there is one.
    display_name: Option<String>,
    /// The primary email address.
    email: Option<String>,
    title: Option<String>,
    /// The department in use.
    department: Option<String>,
    /// The location in use.
    location: Option<String>,
    /// The manager in use.
    manager: Option<ManagerBody>,
    /// The identity provider's own id of the person.
    external_id: Option<String>,
    employee_number: Option<String>,
    status: StatusBody,
    #[schema(format = DateTime)]
    archived_at: Option<String>,
    #[schema(format = DateTime)]
    created: String,
    /// The last change of the values that the identity provider sees.
    #[schema(format = DateTime)]
    last_modified: String,
    /// The time when the identity provider first created or changed the user; null for an imported employee until then.
    #[schema(format = DateTime)]
    linked: Option<String>,
    /// Whether the identity provider deleted the user. The identity provider does not see a deleted user any more.
    deleted_in_idp: bool,
}

/// A manager.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ManagerBody {
    /// The value: an id, a userName, an email address or any text.
    value: String,
    /// The id of the colleague that the value names, if there is one. It may be up to five minutes old.
    id: Option<Uuid>,
    /// The name of this colleague.
    display_name: Option<String>,
}

impl From<&PersonRow> for EmployeeRowBody {
    fn from(row: &PersonRow) -> Self {
        let employee = &row.employee;
        Self {
            id: employee.id,
            user_name: employee.user_name().to_owned(),
            display_name: employee.display_name(),
            email: row.email().map(ToOwned::to_owned),
            title: row.title().map(ToOwned::to_owned),
            department: row.effective.department.value.clone(),
            location: row.effective.location.value.clone(),
            manager: row.manager.as_ref().map(ManagerBody::from),
            external_id: employee.external_id().map(ToOwned::to_owned),
            employee_number: employee_number(employee),
            status: StatusBody::of(employee),
            archived_at: employee.archived_at.map(date_time::format),
            created: date_time::format(employee.created),
            last_modified: date_time::format(employee.last_modified),
            linked: employee.linked.map(date_time::format),
            deleted_in_idp: employee.hidden,
        }
    }
}

impl From<&ManagerName> for ManagerBody {
    fn from(manager: &ManagerName) -> Self {
        let (id, display_name) = match &manager.colleague {
            Some(colleague) => (Some(colleague.id), Some(colleague.name.clone())),
            None => (None, None),
        };
        Self { value: manager.text.clone(), id, display_name }
    }
}

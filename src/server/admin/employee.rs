//! `/employees/{id}`: one employee, with the effective values and their source.

use super::employees::StatusBody;
use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use crate::directory::users::administration::{LocalChange, LocalChanges};
use crate::directory::users::view::{Colleague, EffectiveValue, EmployeeView, Origin};
use crate::directory::{Employee, Error};
use crate::server::error::{Answer, ApiError};
use crate::server::path::EmployeeId;
use crate::server::response;
use crate::server::response::plain_json;
use http::StatusCode;
use scim::date_time;
use scim::version::entity_tag;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// An employee.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EmployeeBody {
    id: Uuid,
    user_name: String,
    status: StatusBody,
    /// Whether the identity provider deleted the user. The identity provider does not see a deleted user any more.
    deleted_in_idp: bool,
    /// The time when the identity provider first created or changed the user; null for an imported employee until then.
    #[schema(format = DateTime)]
    linked: Option<String>,
    #[schema(format = DateTime)]
    created: String,
    /// The last change of the values that the identity provider sees.
    #[schema(format = DateTime)]
    last_modified: String,
    #[schema(format = DateTime)]
    archived_at: Option<String>,
    location: ValueBody,
    department: ValueBody,
    manager: ValueBody,
    /// The colleague that the value of `manager` identifies, if there is one.
    manager_colleague: Option<ColleagueBody>,
    /// All attributes that the identity provider sent, with SCIM's names.
    #[schema(value_type = Object)]
    from_identity_provider: Map<String, Value>,
}

/// A value that the identity provider or the tenant sets.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ValueBody {
    /// The effective value.
    value: Option<String>,
    origin: OriginBody,
    /// The value from the identity provider.
    from_idp: Option<String>,
    /// The value that the tenant set.
    local: Option<String>,
}

/// The source of the effective value. The tenant's settings decide it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum OriginBody {
    IdentityProvider,
    Local,
}

/// A colleague.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ColleagueBody {
    id: Uuid,
    user_name: String,
    display_name: Option<String>,
    /// Whether the colleague is archived.
    archived: bool,
}

/// The tenant's own values. An absent value stays as it is; null or an empty text clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LocalPatch {
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, max_length = 4096, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    location: LocalChange,
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, max_length = 4096, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    department: LocalChange,
    /// The manager's email address, userName or id, or any text.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, max_length = 4096, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    manager: LocalChange,
}

/// A confirmation, to prevent mistakes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Confirmation {
    /// The employee's id, once more.
    confirm: String,
}

/// Show an employee
#[utoipa::path(
    get,
    path = "/employees/{id}",
    tag = "employees",
    params(("id" = Uuid, Path, description = "The employee's id")),
    responses(
        (status = 200, description = "The employee", body = EmployeeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get_employee(call: Call, EmployeeId(id): EmployeeId) -> Answer {
    show(&call, id).await
}

/// Set the tenant's own values
///
/// A value takes effect if the identity provider does not govern the attribute.
#[utoipa::path(
    patch,
    path = "/employees/{id}",
    tag = "employees",
    params(
        ("id" = Uuid, Path, description = "The employee's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")
    ),
    request_body = LocalPatch,
    responses(
        (status = 200, description = "The employee after the change", body = EmployeeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn set_local_values(
    call: Call,
    EmployeeId(id): EmployeeId,
    JsonBody(LocalPatch { location, department, manager }): JsonBody<LocalPatch>,
) -> Answer {
    let changes = LocalChanges { location, department, manager };
    let users = call.caller.directory.users();
    let change = users.set_local(id, &changes, &call.precondition, &call.caller.actor);
    show_after(&call, id, change).await
}

/// Archive an employee
///
/// The effect is the same as when the identity provider deactivates the user. A later change by the identity provider
/// overwrites the status.
#[utoipa::path(
    post,
    path = "/employees/{id}/archive",
    tag = "employees",
    params(
        ("id" = Uuid, Path, description = "The employee's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")
    ),
    responses(
        (status = 200, description = "The employee after the change", body = EmployeeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn archive_employee(call: Call, EmployeeId(id): EmployeeId) -> Answer {
    let archiving =
        call.caller.directory.users().archive(id, &call.precondition, &call.caller.actor);
    show_after(&call, id, archiving).await
}

/// Restore an archived employee
///
/// The identity provider sees a deleted employee again, but without groups. Let the identity provider push the groups
/// again. A later change by the identity provider overwrites the status.
#[utoipa::path(
    post,
    path = "/employees/{id}/restore",
    tag = "employees",
    params(
        ("id" = Uuid, Path, description = "The employee's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")
    ),
    responses(
        (status = 200, description = "The employee after the change", body = EmployeeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn restore_employee(call: Call, EmployeeId(id): EmployeeId) -> Answer {
    let restoring =
        call.caller.directory.users().restore(id, &call.precondition, &call.caller.actor);
    show_after(&call, id, restoring).await
}

/// Erase an archived employee
///
/// Erases the whole history too, for a person with the right to be forgotten. An erasure cannot be undone. It also
/// empties the list of ignored attributes, because a name in it may be about the person. The next requests fill the
/// list again.
#[utoipa::path(
    post,
    path = "/employees/{id}/erase",
    tag = "employees",
    params(("id" = Uuid, Path, description = "The employee's id")),
    request_body = Confirmation,
    responses(
        (status = 204, description = "The employee and the history are erased"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn erase_employee(
    call: Call,
    EmployeeId(id): EmployeeId,
    JsonBody(Confirmation { confirm }): JsonBody<Confirmation>,
) -> Answer {
    if confirm != id.to_string() {
        return Err(ApiError::conflict("confirm must be the employee's id".to_owned()));
    }
    let erasure = call.caller.directory.users().erase(id, &call.caller.actor);
    call.services.sync.forgetting(&call.caller.tenant, erasure).await.map_err(explain)?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

/// Answers a change with the employee as it is then.
async fn show_after(
    call: &Call,
    id: Uuid,
    change: impl Future<Output = Result<Employee, Error>>,
) -> Answer {
    change.await.map_err(explain)?;
    show(call, id).await
}

async fn show(call: &Call, id: Uuid) -> Answer {
    show_as(call, id, StatusCode::OK).await
}

/// Returns a status with an employee.
pub(super) async fn show_as(call: &Call, id: Uuid, status: StatusCode) -> Answer {
    let settings = call.tenant().await?.settings;
    let view = call.caller.directory.users().view(id, settings).await.map_err(explain)?;
    let tag = entity_tag(view.employee.revision);
    let answer = plain_json(status, &EmployeeBody::from(view))?;
    Ok(response::with_entity_tag(answer, &tag))
}

/// Reads a change: `null` clears the value. An absent key keeps the value, by `#[serde(default)]`.
fn change<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LocalChange, D::Error> {
    Ok(match Option::<String>::deserialize(deserializer)? {
        None => LocalChange::Clear,
        Some(text) => LocalChange::Set(text),
    })
}

impl From<EmployeeView> for EmployeeBody {
    fn from(view: EmployeeView) -> Self {
        let employee = view.employee;
        Self {
            id: employee.id,
            user_name: employee.user_name().to_owned(),
            status: StatusBody::of(&employee),
            deleted_in_idp: employee.hidden,
            linked: employee.linked.map(date_time::format),
            created: date_time::format(employee.created),
            last_modified: date_time::format(employee.last_modified),
            archived_at: employee.archived_at.map(date_time::format),
            location: view.location.into(),
            department: view.department.into(),
            manager: view.manager.into(),
            manager_colleague: view.manager_colleague.map(Into::into),
            from_identity_provider: employee.attributes.into_object(),
        }
    }
}

impl From<EffectiveValue> for ValueBody {
    fn from(value: EffectiveValue) -> Self {
        let EffectiveValue { value, origin, from_idp, local } = value;
        let origin = match origin {
            Origin::IdentityProvider => OriginBody::IdentityProvider,
            Origin::Local => OriginBody::Local,
        };
        Self { value, origin, from_idp, local }
    }
}

impl From<Colleague> for ColleagueBody {
    fn from(colleague: Colleague) -> Self {
        let Colleague { id, user_name, display_name, archived } = colleague;
        Self { id, user_name, display_name, archived }
    }
}

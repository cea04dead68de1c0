//! `/employees/{id}`: one employee, with what counts and where it comes from.

use super::call::{Answer, Body, Call, EmployeeId, conflict, explain};
use super::document::Problem;
use super::employees::StatusBody;
use crate::directory::users::administration::{LocalChange, LocalChanges};
use crate::directory::users::view::{Colleague, EffectiveValue, EmployeeView, Origin};
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
struct EmployeeBody {
    id: Uuid,
    user_name: String,
    status: StatusBody,
    /// Whether the identity provider deleted the user: it does not know this employee any more.
    deleted_in_idp: bool,
    #[schema(format = DateTime)]
    created: String,
    /// When what the identity provider sees last changed.
    #[schema(format = DateTime)]
    last_modified: String,
    #[schema(format = DateTime)]
    archived_at: Option<String>,
    location: ValueBody,
    department: ValueBody,
    manager: ValueBody,
    /// The colleague whom the manager's text stands for, when there is one.
    manager_colleague: Option<ColleagueBody>,
    /// Everything the identity provider sent, in SCIM's names.
    #[schema(value_type = Object)]
    from_identity_provider: Map<String, Value>,
}

/// A value that may come from either side.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ValueBody {
    /// What counts.
    value: Option<String>,
    origin: OriginBody,
    /// What the identity provider says.
    from_idp: Option<String>,
    /// What the tenant set itself.
    local: Option<String>,
}

/// Where what counts comes from, by the tenant's settings.
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
    /// Whether the colleague left.
    archived: bool,
}

/// The tenant's own values. Those left out stay as they are; null or an empty text clears one.
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

/// A confirmation that cannot be given by mistake.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Confirmation {
    /// The employee's id once more.
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
/// They count where the identity provider does not govern.
#[utoipa::path(
    patch,
    path = "/employees/{id}",
    tag = "employees",
    params(
        ("id" = Uuid, Path, description = "The employee's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is for; any version when it is left out")
    ),
    request_body = LocalPatch,
    responses(
        (status = 200, description = "The employee as it is now", body = EmployeeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn set_local_values(
    call: Call,
    EmployeeId(id): EmployeeId,
    Body(LocalPatch { location, department, manager }): Body<LocalPatch>,
) -> Answer {
    let changes = LocalChanges { location, department, manager };
    let caller = &call.caller;
    caller
        .directory
        .set_local(id, &changes, &call.precondition, call.actor())
        .await
        .map_err(explain)?;
    show(&call, id).await
}

/// Archive an employee
///
/// As if the identity provider had deactivated the user. What it says later overwrites it.
#[utoipa::path(
    post,
    path = "/employees/{id}/archive",
    tag = "employees",
    params(
        ("id" = Uuid, Path, description = "The employee's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is for; any version when it is left out")
    ),
    responses(
        (status = 200, description = "The employee as it is now", body = EmployeeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn archive_employee(call: Call, EmployeeId(id): EmployeeId) -> Answer {
    call.caller.directory.archive(id, &call.precondition, call.actor()).await.map_err(explain)?;
    show(&call, id).await
}

/// Bring an archived employee back
///
/// An employee that the identity provider deleted becomes visible to it again, without groups: push the groups again. What the
/// identity provider says later overwrites it.
#[utoipa::path(
    post,
    path = "/employees/{id}/restore",
    tag = "employees",
    params(
        ("id" = Uuid, Path, description = "The employee's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is for; any version when it is left out")
    ),
    responses(
        (status = 200, description = "The employee as it is now", body = EmployeeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn restore_employee(call: Call, EmployeeId(id): EmployeeId) -> Answer {
    call.caller.directory.restore(id, &call.precondition, call.actor()).await.map_err(explain)?;
    show(&call, id).await
}

/// Erase an archived employee for good
///
/// With the whole history, when somebody has the right to be forgotten. Cannot be undone.
#[utoipa::path(
    post,
    path = "/employees/{id}/erase",
    tag = "employees",
    params(("id" = Uuid, Path, description = "The employee's id")),
    request_body = Confirmation,
    responses(
        (status = 204, description = "Nothing of the person is left"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn erase_employee(
    call: Call,
    EmployeeId(id): EmployeeId,
    Body(Confirmation { confirm }): Body<Confirmation>,
) -> Answer {
    if confirm != id.to_string() {
        return Err(conflict("confirm must be the employee's id".to_owned()));
    }
    let erasure = call.caller.directory.erase(id, call.actor());
    call.services.sync.forgetting(&call.caller.tenant, erasure).await.map_err(explain)?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

async fn show(call: &Call, id: Uuid) -> Answer {
    let settings = call.tenant().await?.settings;
    let view = call.caller.directory.view(id, settings).await.map_err(explain)?;
    let tag = entity_tag(view.employee.revision);
    let answer = plain_json(StatusCode::OK, &EmployeeBody::from(view))?;
    Ok(response::with_entity_tag(answer, &tag))
}

/// What is there, also null, is a change; what is not is none.
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

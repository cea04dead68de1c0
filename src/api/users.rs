//! `/Users` (RFC 7644 §3.3 to §3.6).

use super::body::JsonObject;
use super::context::{Caller, Services, TenantPath};
use super::error::ApiError;
use super::params::{Params, precondition};
use super::path::PathParts;
use super::response;
use crate::directory::employees::Precondition;
use crate::directory::query::{Query, parse_id};
use crate::directory::{Employee, Scope};
use crate::scim::filter::Filter;
use crate::scim::list::list_response;
use crate::scim::patch::PatchRequest;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use crate::scim::version::{TagCondition, entity_tag};
use crate::scim::{resource, validate};
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use serde_json::Value;
use uuid::Uuid;

type Answer = Result<Response, ApiError>;

/// Who calls, with what every handler of a resource needs.
pub(super) struct Call {
    services: Services,
    caller: Caller,
    path: TenantPath,
    precondition: Precondition,
}

impl FromRequestParts<Services> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, ApiError> {
        let found = (parts.extensions.get(), parts.extensions.get());
        let (Some(caller), Some(path)) = found else {
            return Err(ApiError::unauthorized(Scope::Scim));
        };
        Ok(Self {
            services: services.clone(),
            caller: Caller::clone(caller),
            path: TenantPath::clone(path),
            precondition: precondition(&parts.headers),
        })
    }
}

impl Call {
    fn users(&self) -> &ResourceType {
        self.services.tenants.users()
    }

    fn resource(&self, employee: &Employee, projection: &Projection) -> Value {
        let resource = self.caller.directory.resource(employee, &self.path.base_url);
        Value::Object(projection.apply(self.users(), resource))
    }

    fn answer(&self, status: StatusCode, employee: &Employee, projection: &Projection) -> Response {
        let body = self.resource(employee, projection);
        let tag = entity_tag(employee.version);
        response::with_entity_tag(response::json(status, &body), &tag)
    }
}

/// `GET /Users` (§3.4.2).
pub(super) async fn list(call: Call, params: Params) -> Answer {
    let page = params.page()?;
    let projection = params.projection()?;
    let filter = match &params.filter {
        Some(text) => Some(Filter::parse(text)?.bind(call.users())?),
        None => None,
    };
    let query = Query { filter: filter.as_ref(), page, base_url: &call.path.base_url };
    let found = call.caller.directory.list(query).await?;
    let rows =
        found.employees.iter().map(|employee| call.resource(employee, &projection)).collect();
    let body = list_response(found.total, page.start_index, rows);
    response::json_page(&body)
}

/// `POST /Users` (§3.3).
pub(super) async fn create(call: Call, params: Params, JsonObject(body): JsonObject) -> Answer {
    let projection = params.projection()?;
    let attributes = validate::read_resource(call.users(), &body)?;
    let employee = call.caller.directory.create(attributes, &call.caller.label).await?;
    let id = employee.id.to_string();
    let location = resource::location(call.users(), &call.path.base_url, &id);
    let answer = call.answer(StatusCode::CREATED, &employee, &projection);
    Ok(response::with_location(answer, &location))
}

/// `GET /Users/{id}` (§3.4.1).
pub(super) async fn get(call: Call, id: PathParts<1>, params: Params) -> Answer {
    let projection = params.projection()?;
    let employee = call.caller.directory.get(known_id(id)?).await?;
    let has_it = |condition: &TagCondition| condition.matches(employee.version);
    if call.precondition.if_none_match.as_ref().is_some_and(has_it) {
        let answer = response::empty(StatusCode::NOT_MODIFIED);
        return Ok(response::with_entity_tag(answer, &entity_tag(employee.version)));
    }
    Ok(call.answer(StatusCode::OK, &employee, &projection))
}

/// `PUT /Users/{id}` (§3.5.1).
pub(super) async fn replace(
    call: Call,
    id: PathParts<1>,
    params: Params,
    JsonObject(body): JsonObject,
) -> Answer {
    let id = known_id(id)?;
    let projection = params.projection()?;
    let attributes = validate::read_resource(call.users(), &body)?;
    let Caller { directory, label, .. } = &call.caller;
    let employee = directory.replace(id, &attributes, &call.precondition, label).await?;
    Ok(call.answer(StatusCode::OK, &employee, &projection))
}

/// `PATCH /Users/{id}` (§3.5.2). Answers 200 with the resource: some clients take nothing else.
pub(super) async fn patch(
    call: Call,
    id: PathParts<1>,
    params: Params,
    JsonObject(body): JsonObject,
) -> Answer {
    let id = known_id(id)?;
    let projection = params.projection()?;
    let request = PatchRequest::read(&body)?;
    let Caller { directory, label, .. } = &call.caller;
    let employee = directory.patch(id, &request, &call.precondition, label).await?;
    Ok(call.answer(StatusCode::OK, &employee, &projection))
}

/// `DELETE /Users/{id}` (§3.6).
pub(super) async fn delete(call: Call, id: PathParts<1>) -> Answer {
    let Caller { directory, label, .. } = &call.caller;
    directory.delete(known_id(id)?, &call.precondition, label).await?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

/// An id in the one spelling this service gives out; anything else is nobody's.
fn known_id(PathParts([id]): PathParts<1>) -> Result<Uuid, ApiError> {
    id.and_then(|text| parse_id(&text)).ok_or_else(ApiError::no_such_user)
}

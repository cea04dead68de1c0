//! `/Users` (RFC 7644 §3.3 to §3.6).

use super::body::ScimBody;
use super::context::{Caller, RequestId, TenantPath};
use super::error::ApiError;
use super::params::Params;
use super::path::LastSegment;
use super::response;
use crate::app::App;
use crate::directory::query::{Query, parse_id};
use crate::scim::filter::Filter;
use crate::scim::list::list_response;
use crate::scim::patch::PatchRequest;
use crate::scim::projection::Projection;
use crate::scim::version::{TagCondition, entity_tag};
use crate::scim::{resource, validate};
use crate::store::employee::Employee;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName, StatusCode};
use serde_json::Value;
use uuid::Uuid;

/// Who calls, with what every handler of a resource needs. Failures carry the request's id.
pub(super) struct Call {
    app: App,
    caller: Caller,
    path: TenantPath,
    request_id: RequestId,
    headers: HeaderMap,
}

impl FromRequestParts<App> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let extensions = &parts.extensions;
        let found = (extensions.get(), extensions.get(), extensions.get());
        let (Some(caller), Some(path), Some(request_id)) = found else {
            return Err(ApiError::unauthorized());
        };
        Ok(Self {
            app: app.clone(),
            caller: Caller::clone(caller),
            path: TenantPath::clone(path),
            request_id: RequestId::clone(request_id),
            headers: parts.headers.clone(),
        })
    }
}

impl Call {
    fn users(&self) -> &crate::scim::schema::ResourceType {
        self.app.tenants.users()
    }

    fn condition(&self, name: HeaderName) -> Option<TagCondition> {
        self.headers.get(name).map(|value| TagCondition::parse(value.to_str().unwrap_or_default()))
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

    fn finish(&self, result: Result<Response, ApiError>) -> Response {
        result.unwrap_or_else(|error| error.with_request_id(Some(&self.request_id)).into_response())
    }
}

/// `GET /Users` (§3.4.2).
pub(super) async fn list(call: Call, params: Params) -> Response {
    let listed = async {
        let page = params.page()?;
        let projection = params.projection()?;
        let filter = match &params.filter {
            Some(text) => Some(Filter::parse(text)?.bind(call.users())?),
            None => None,
        };
        let query = Query { filter: filter.as_ref(), page, base_url: &call.path.base_url };
        let found = call.caller.directory.list(query).await?;
        let rows: Vec<Value> =
            found.employees.iter().map(|employee| call.resource(employee, &projection)).collect();
        let body = list_response(found.total, page.start_index, rows);
        Ok(response::json(StatusCode::OK, &body))
    };
    call.finish(listed.await)
}

/// `POST /Users` (§3.3).
pub(super) async fn create(
    call: Call,
    params: Params,
    body: Result<ScimBody, ApiError>,
) -> Response {
    let created = async {
        let projection = params.projection()?;
        let attributes = validate::read_resource(call.users(), &body?.0)?;
        let employee = call.caller.directory.create(attributes, &call.caller.label).await?;
        let id = employee.id.to_string();
        let location = resource::location(call.users(), &call.path.base_url, &id);
        let answer = call.answer(StatusCode::CREATED, &employee, &projection);
        Ok(response::with_location(answer, &location))
    };
    call.finish(created.await)
}

/// `GET /Users/{id}` (§3.4.1).
pub(super) async fn get(call: Call, id: LastSegment, params: Params) -> Response {
    let got = async {
        let projection = params.projection()?;
        let employee = call.caller.directory.get(known_id(id)?).await?;
        let unchanged = call
            .condition(IF_NONE_MATCH)
            .is_some_and(|condition| condition.matches(employee.version));
        if unchanged {
            let answer = response::empty(StatusCode::NOT_MODIFIED);
            return Ok(response::with_entity_tag(answer, &entity_tag(employee.version)));
        }
        Ok(call.answer(StatusCode::OK, &employee, &projection))
    };
    call.finish(got.await)
}

/// `PUT /Users/{id}` (§3.5.1).
pub(super) async fn replace(
    call: Call,
    id: LastSegment,
    params: Params,
    body: Result<ScimBody, ApiError>,
) -> Response {
    let replaced = async {
        let id = known_id(id)?;
        let projection = params.projection()?;
        let attributes = validate::read_resource(call.users(), &body?.0)?;
        let condition = call.condition(IF_MATCH);
        let directory = &call.caller.directory;
        let employee =
            directory.replace(id, &attributes, condition.as_ref(), &call.caller.label).await?;
        Ok(call.answer(StatusCode::OK, &employee, &projection))
    };
    call.finish(replaced.await)
}

/// `PATCH /Users/{id}` (§3.5.2). Answers 200 with the resource: some clients take nothing else.
pub(super) async fn patch(
    call: Call,
    id: LastSegment,
    params: Params,
    body: Result<ScimBody, ApiError>,
) -> Response {
    let patched = async {
        let id = known_id(id)?;
        let projection = params.projection()?;
        let request = PatchRequest::read(&body?.0)?;
        let condition = call.condition(IF_MATCH);
        let directory = &call.caller.directory;
        let employee =
            directory.patch(id, &request, condition.as_ref(), &call.caller.label).await?;
        Ok(call.answer(StatusCode::OK, &employee, &projection))
    };
    call.finish(patched.await)
}

/// `DELETE /Users/{id}` (§3.6).
pub(super) async fn delete(call: Call, id: LastSegment) -> Response {
    let deleted = async {
        let condition = call.condition(IF_MATCH);
        let directory = &call.caller.directory;
        directory.delete(known_id(id)?, condition.as_ref(), &call.caller.label).await?;
        Ok(response::empty(StatusCode::NO_CONTENT))
    };
    call.finish(deleted.await)
}

/// An id in the one spelling this service gives out; anything else is nobody's.
fn known_id(id: LastSegment) -> Result<Uuid, ApiError> {
    id.0.and_then(|text| parse_id(&text)).ok_or_else(ApiError::no_such_user)
}

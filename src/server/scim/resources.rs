//! `/Users` and `/Groups` (RFC 7644 §3.3 to §3.6, without queries). Every kind of resource has the same handlers.

use super::extensions::from_extensions;
use super::lists;
use super::projections::Projections;
use crate::directory::groups::MOST_MEMBERS_ANSWERED;
use crate::directory::groups::relations::Relations;
use crate::directory::lists::parse_id;
use crate::directory::related_record::View;
use crate::directory::resources::{AnyRecord, Changed};
use crate::directory::users::Precondition;
use crate::directory::{Error, Kind};
use crate::server::body::JsonObject;
use crate::server::context::{Caller, Services, TenantPath};
use crate::server::error::{Answer, ApiError};
use crate::server::path::PathParts;
use crate::server::precondition::precondition;
use crate::server::query::Params;
use crate::server::response;
use axum::extract::FromRequestParts;
use axum::response::Response;
use axum::routing::{MethodRouter, get as on_get, post};
use axum::{Extension, Router};
use http::StatusCode;
use http::request::Parts;
use scim::projection::Projection;
use scim::resource::location;
use scim::schema::ResourceType;
use scim::version::{TagCondition, entity_tag};
use uuid::Uuid;

/// Returns the routes of one kind of resource.
pub(in crate::server) fn router(kind: Kind, endpoint: &str) -> Router<Services> {
    let of_kind = |methods: MethodRouter<Services>| methods.layer(Extension(kind));
    Router::new()
        .route(endpoint, lists::by_query(kind).merge(of_kind(post(create))))
        .route(&format!("{endpoint}/.search"), lists::by_body(kind))
        .route(
            &format!("{endpoint}/{{id}}"),
            of_kind(on_get(get).put(replace).patch(patch).delete(delete)),
        )
}

/// The caller of a request for a resource, with the values that every handler needs.
pub(in crate::server) struct ResourceRequest {
    caller: Caller,
    path: TenantPath,
    kind: Kind,
    precondition: Precondition,
}

impl<S: Sync> FromRequestParts<S> for ResourceRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let (caller, path, kind) = from_extensions::<Kind>(parts)?;
        let precondition = precondition(&parts.headers);
        Ok(Self { caller, path, kind, precondition })
    }
}

impl ResourceRequest {
    fn resource_type(&self) -> &ResourceType {
        self.caller.directory.resource_type(self.kind)
    }

    /// Reads the id in the path. Only the spelling that this service issues is an id; any other text means 404.
    fn known_id(&self, PathParts([id]): PathParts<1>) -> Result<(Kind, Uuid), ApiError> {
        let id = id.and_then(|text| parse_id(&text));
        Ok((self.kind, id.ok_or_else(|| ApiError::no_such_resource(self.kind))?))
    }

    fn location(&self, id: Uuid) -> String {
        location(self.resource_type(), &self.path.base_url, &id.to_string())
    }

    /// Adds headers with the location and the version of the record in a response.
    fn located(&self, answer: Response, (id, version): (Uuid, u64)) -> Response {
        let answer = response::with_content_location(answer, &self.location(id));
        response::with_entity_tag(answer, &entity_tag(version))
    }

    /// Answers a committed write. If the record cannot be shown, the response has no body (RFC 7644 §3.5.2), and the
    /// cause is logged.
    async fn answer_written(
        &self,
        status: StatusCode,
        Changed { record, members }: Changed,
        relations: Result<Relations, Error>,
        projections: &Projections<'_>,
        view: View,
    ) -> Answer {
        let written = (record.id(), record.version());
        let relations = relations.map(|relations| relations.with_members(record.id(), members));
        let shown = match relations {
            Ok(relations) => {
                self.settle_and_answer(status, record, &relations, projections, view).await
            }
            Err(error) => Err(error.into()),
        };
        let error = match shown {
            Err(error) => error,
            answer => return answer,
        };
        let status = if status == StatusCode::CREATED { status } else { StatusCode::NO_CONTENT };
        Ok(error.logged_with(self.located(response::empty(status), written)))
    }

    async fn settle_and_answer(
        &self,
        status: StatusCode,
        record: AnyRecord,
        relations: &Relations,
        projections: &Projections<'_>,
        view: View,
    ) -> Answer {
        let directory = &self.caller.directory;
        let records = directory.settled_records(vec![record], relations, view).await?;
        self.answer(status, records, relations, projections, view).await
    }

    async fn answer(
        &self,
        status: StatusCode,
        records: Vec<AnyRecord>,
        relations: &Relations,
        projections: &Projections<'_>,
        view: View,
    ) -> Answer {
        let directory = &self.caller.directory;
        let records = directory.with_relations(records, relations, view).await?;
        let record = records.first().ok_or_else(|| ApiError::no_such_resource(self.kind))?;
        let answer = response::json_resource(status, &projections.row(record, &self.path))?;
        // The group in the response may be newer than the group that was read.
        Ok(self.located(answer, record.id_and_version()))
    }
}

/// `POST /Users` and so on (§3.3).
async fn create(
    call: ResourceRequest,
    Params(params): Params,
    JsonObject(body): JsonObject,
) -> Answer {
    let projection = params.projection()?;
    let attributes = call.caller.read_resource(call.kind, body, &call.path.base_url)?;
    let Caller { directory, label, .. } = &call.caller;
    let created = directory.create_any_kind(call.kind, attributes, label).await?;
    let location = call.location(created.record.id());
    let projections = Projections::new(&call.caller, &projection);
    let view = projections.view();
    let relations = match &created.record {
        // A new user is in no group, and a new group has no former members.
        AnyRecord::Employee(employee) if employee.version == 1 => Ok(Relations::default()),
        AnyRecord::Group(_) if created.members.is_some() => Ok(Relations::default()),
        record => directory.relations_of((call.kind, record.id()), view).await,
    };
    let status = StatusCode::CREATED;
    let answer = call.answer_written(status, created, relations, &projections, view).await?;
    Ok(response::with_location(answer, &location))
}

/// `GET /Users/{id}` and so on (§3.4.1).
async fn get(call: ResourceRequest, id: PathParts<1>, Params(params): Params) -> Answer {
    let projection = params.projection()?;
    let (kind, id) = call.known_id(id)?;
    let projections = Projections::new(&call.caller, &projection);
    let view = projections.view();
    let directory = &call.caller.directory;
    let (record, relations) = tokio::try_join!(
        directory.get_any_kind(kind, id),
        directory.relations_of((kind, id), view),
    )?;
    let has_it = |condition: &TagCondition| condition.matches(record.version());
    if call.precondition.if_none_match.as_ref().is_some_and(has_it)
        && directory.version_covers_answer(&record, &relations, view).await?
    {
        let answer = response::empty(StatusCode::NOT_MODIFIED);
        return Ok(call.located(answer, (id, record.version())));
    }
    let records = directory.settled_records(vec![record], &relations, view).await?;
    let _turn = directory.turn_to_show(&records, view).await?;
    call.answer(StatusCode::OK, records, &relations, &projections, view).await
}

/// `PUT /Users/{id}` and so on (§3.5.1).
async fn replace(
    call: ResourceRequest,
    id: PathParts<1>,
    Params(params): Params,
    JsonObject(body): JsonObject,
) -> Answer {
    let id = call.known_id(id)?;
    let projection = params.projection()?;
    let attributes = call.caller.read_resource(call.kind, body, &call.path.base_url)?;
    let Caller { directory, label, .. } = &call.caller;
    let projections = Projections::new(&call.caller, &projection);
    let view = projections.view();
    let (replaced, relations) = tokio::join!(
        directory.replace_any_kind(id, &attributes, &call.precondition, label),
        directory.relations_of(id, view),
    );
    call.answer_written(StatusCode::OK, replaced?, relations, &projections, view).await
}

/// `PATCH /Users/{id}` and so on (§3.5.2). Answers 200 with the resource, because some clients require it. A large
/// group gets 204, unless the request names the attributes it wants.
async fn patch(
    call: ResourceRequest,
    id: PathParts<1>,
    Params(params): Params,
    JsonObject(body): JsonObject,
) -> Answer {
    let id = call.known_id(id)?;
    let projection = params.projection()?;
    let request = call.caller.read_patch(call.kind, body, &call.path.base_url)?;
    let Caller { directory, label, .. } = &call.caller;
    let projections = Projections::new(&call.caller, &projection);
    let view = projections.view();
    let (patched, relations) = tokio::join!(
        directory.patch_any_kind(id, &request, &call.precondition, view.members, label),
        directory.relations_of(id, view),
    );
    let patched = patched?;
    if let AnyRecord::Group(group) = &patched.record
        && group.member_count > MOST_MEMBERS_ANSWERED
        && projection == Projection::Default
    {
        let answer = response::empty(StatusCode::NO_CONTENT);
        return Ok(response::with_entity_tag(answer, &entity_tag(group.version)));
    }
    call.answer_written(StatusCode::OK, patched, relations, &projections, view).await
}

/// `DELETE /Users/{id}` and so on (§3.6).
async fn delete(call: ResourceRequest, id: PathParts<1>) -> Answer {
    let Caller { directory, label, .. } = &call.caller;
    directory.delete_any_kind(call.known_id(id)?, &call.precondition, label).await?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

//! `/Users` and `/Groups` (RFC 7644 §3.3 to §3.6, without queries). Every kind of resource has the same handlers.

use super::extensions::caller_of;
use super::lists;
use super::projections::Projections;
use crate::directory::Error;
use crate::directory::groups::MOST_MEMBERS_ANSWERED;
use crate::directory::precondition::Precondition;
use crate::directory::record::AnyRecord;
use crate::directory::related::relations::Relations;
use crate::directory::related::view::View;
use crate::directory::resources::{Changed, Managed};
use crate::model::id::parse_id;
use crate::model::noted_request::RecordRef;
use crate::server::body::JsonObject;
use crate::server::context::{Caller, Services, TenantPath};
use crate::server::error::{Answer, ApiError};
use crate::server::path::PathParts;
use crate::server::precondition::precondition;
use crate::server::query::Params;
use crate::server::response;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::response::Response;
use axum::routing::{get as on_get, post};
use http::StatusCode;
use http::request::Parts;
use scim::projection::Projection;
use scim::resource::location;
use scim::schema::ResourceType;
use scim::version::{TagCondition, entity_tag};
use std::marker::PhantomData;
use uuid::Uuid;

/// Returns the routes of one kind of resource.
pub(in crate::server) fn router<R: Managed>(endpoint: &str) -> Router<Services> {
    Router::new()
        .route(endpoint, lists::by_query(R::KIND).merge(post(create::<R>)))
        .route(&format!("{endpoint}/.search"), lists::by_body(R::KIND))
        .route(
            &format!("{endpoint}/{{id}}"),
            on_get(get::<R>).put(replace::<R>).patch(patch::<R>).delete(delete::<R>),
        )
}

/// The caller of a request for a resource, with the values that every handler needs.
pub(in crate::server) struct ResourceRequest<R> {
    caller: Caller,
    path: TenantPath,
    precondition: Precondition,
    /// The kind of record that the route serves.
    record: PhantomData<fn() -> R>,
}

impl<S: Sync, R: Managed> FromRequestParts<S> for ResourceRequest<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let (caller, path) = caller_of(parts)?;
        let precondition = precondition(&parts.headers);
        Ok(Self { caller, path, precondition, record: PhantomData })
    }
}

impl<R: Managed> ResourceRequest<R> {
    fn resource_type(&self) -> &ResourceType {
        self.caller.directory.resource_type(R::KIND)
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
        let records = directory.related().settled(vec![record], relations, view).await?;
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
        let records = directory.related().with_relations(records, relations, view).await?;
        let record = records.first().ok_or_else(|| ApiError::no_such_resource(R::KIND))?;
        let answer = response::json_resource(status, &projections.row(record, &self.path))?;
        // The group in the response may be newer than the group that was read.
        Ok(self.located(answer, record.id_and_version()))
    }
}

/// Reads the id in the path. Only the spelling that this service issues is an id; any other text means 404.
fn known_id<R: Managed>(PathParts([id]): PathParts<1>) -> Result<Uuid, ApiError> {
    let id = id.and_then(|text| parse_id(&text));
    id.ok_or_else(|| ApiError::no_such_resource(R::KIND))
}

/// `POST /Users` and so on (§3.3).
async fn create<R: Managed>(
    request: ResourceRequest<R>,
    Params(params): Params,
    JsonObject(body): JsonObject,
) -> Answer {
    let projection = params.projection()?;
    let base_url = &request.path.base_url;
    let attributes = request.caller.read_resource((R::KIND, true), body, base_url)?;
    let Caller { directory, actor, trace, .. } = &request.caller;
    let created = R::create(directory, attributes, actor).await?;
    trace.made(RecordRef { kind: R::KIND, id: created.record.id() });
    let location = request.location(created.record.id());
    let projections = Projections::new(&request.caller, &projection);
    let view = projections.view();
    let relations = match &created.record {
        // A new user is in no group, and a new group has no former members.
        AnyRecord::Employee(employee) if employee.version == 1 => Ok(Relations::default()),
        AnyRecord::Group(_) if created.members.is_some() => Ok(Relations::default()),
        record => directory.related().of((R::KIND, record.id()), view).await,
    };
    let status = StatusCode::CREATED;
    let answer = request.answer_written(status, created, relations, &projections, view).await?;
    Ok(response::with_location(answer, &location))
}

/// `GET /Users/{id}` and so on (§3.4.1).
async fn get<R: Managed>(
    request: ResourceRequest<R>,
    id: PathParts<1>,
    Params(params): Params,
) -> Answer {
    let projection = params.projection()?;
    let id = known_id::<R>(id)?;
    let projections = Projections::new(&request.caller, &projection);
    let view = projections.view();
    let directory = &request.caller.directory;
    let (record, relations) =
        tokio::try_join!(R::get(directory, id), directory.related().of((R::KIND, id), view),)?;
    let record = record.into_any();
    let has_it = |condition: &TagCondition| condition.matches(record.version());
    if request.precondition.if_none_match.as_ref().is_some_and(has_it)
        && directory.related().version_covers_answer(&record, &relations, view).await?
    {
        let answer = response::empty(StatusCode::NOT_MODIFIED);
        return Ok(request.located(answer, (id, record.version())));
    }
    let records = directory.related().settled(vec![record], &relations, view).await?;
    let _turn = directory.related().turn_to_show(&records, view).await?;
    request.answer(StatusCode::OK, records, &relations, &projections, view).await
}

/// `PUT /Users/{id}` and so on (§3.5.1).
async fn replace<R: Managed>(
    request: ResourceRequest<R>,
    id: PathParts<1>,
    Params(params): Params,
    JsonObject(body): JsonObject,
) -> Answer {
    let id = known_id::<R>(id)?;
    let projection = params.projection()?;
    let base_url = &request.path.base_url;
    let attributes = request.caller.read_resource((R::KIND, false), body, base_url)?;
    let Caller { directory, actor, .. } = &request.caller;
    let projections = Projections::new(&request.caller, &projection);
    let view = projections.view();
    let (replaced, relations) = tokio::join!(
        R::replace(directory, id, &attributes, &request.precondition, actor),
        directory.related().of((R::KIND, id), view),
    );
    request.answer_written(StatusCode::OK, replaced?, relations, &projections, view).await
}

/// `PATCH /Users/{id}` and so on (§3.5.2). Answers 200 with the resource, because some clients require it. A large
/// group gets 204, unless the request names the attributes it wants.
async fn patch<R: Managed>(
    request: ResourceRequest<R>,
    id: PathParts<1>,
    Params(params): Params,
    JsonObject(body): JsonObject,
) -> Answer {
    let id = known_id::<R>(id)?;
    let projection = params.projection()?;
    let operations = request.caller.read_patch(R::KIND, body, &request.path.base_url)?;
    let Caller { directory, actor, .. } = &request.caller;
    let projections = Projections::new(&request.caller, &projection);
    let view = projections.view();
    let (patched, relations) = tokio::join!(
        R::patch(directory, id, &operations, &request.precondition, view.members, actor),
        directory.related().of((R::KIND, id), view),
    );
    let patched = patched?;
    if let AnyRecord::Group(group) = &patched.record
        && group.member_count > MOST_MEMBERS_ANSWERED
        && projection == Projection::Default
    {
        let answer = response::empty(StatusCode::NO_CONTENT);
        return Ok(response::with_entity_tag(answer, &entity_tag(group.version)));
    }
    request.answer_written(StatusCode::OK, patched, relations, &projections, view).await
}

/// `DELETE /Users/{id}` and so on (§3.6).
async fn delete<R: Managed>(request: ResourceRequest<R>, id: PathParts<1>) -> Answer {
    let Caller { directory, actor, .. } = &request.caller;
    R::delete(directory, known_id::<R>(id)?, &request.precondition, actor).await?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

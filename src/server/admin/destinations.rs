//! `/destinations`: the webhooks and chat channels that get the tenant's events.

use super::destination_body::{
    DestinationBody, DestinationPatch, DestinationsBody, NewDestinationBody,
};
use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use crate::directory::destinations::{DestinationView, NewDestination};
use crate::server::compress::NeverCompressed;
use crate::server::error::{Answer, ApiError};
use crate::server::path::DestinationId;
use crate::server::response;
use crate::server::response::{plain_json, with_entity_tag, with_location};
use http::StatusCode;
use scim::version::entity_tag;
use secrecy::SecretString;
use uuid::Uuid;

/// List the destinations
///
/// No response contains the URL of a destination.
#[utoipa::path(
    get,
    path = "/destinations",
    tag = "destinations",
    responses(
        (status = 200, description = "The destinations with their states", body = DestinationsBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_destinations(call: Call) -> Answer {
    let listed = call.services.destinations.list(&call.caller.tenant).await.map_err(explain)?;
    let destinations = listed.into_iter().map(DestinationBody::from).collect();
    plain_json(StatusCode::OK, &DestinationsBody { destinations })
}

/// Create a destination
///
/// It gets the events after this moment. The answer shows the signing secret of a webhook, and no later answer does. A
/// tenant has at most 10 destinations.
#[utoipa::path(
    post,
    path = "/destinations",
    tag = "destinations",
    request_body = NewDestinationBody,
    responses(
        (status = 201, description = "The new destination. Only this response shows its signing secret", body = DestinationBody, headers(
            ("ETag" = String, description = "The version, for If-Match"),
            ("Location" = String, description = "The URL of the destination")
        )),
        (status = 409, description = "The tenant has 10 destinations", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem. For an invalid value, the detail begins with the name of the field", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn create_destination(
    call: Call,
    JsonBody(body): JsonBody<NewDestinationBody>,
) -> Answer {
    let (destinations, tenant) = (&call.services.destinations, &call.caller.tenant);
    let new = NewDestination::from(body);
    let created = destinations.create(tenant, &new, &call.caller.actor).await.map_err(explain)?;
    let id = created.destination.id;
    let location = format!("{}/destinations/{id}", call.path.base_url);
    let view = found(&call, id).await?;
    let answer = show(view, created.signing_secret.as_ref(), StatusCode::CREATED)?;
    Ok(with_location(answer, &location))
}

/// Show a destination
#[utoipa::path(
    get,
    path = "/destinations/{id}",
    tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination's id")),
    responses(
        (status = 200, description = "The destination with its state", body = DestinationBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get_destination(call: Call, DestinationId(id): DestinationId) -> Answer {
    show(found(&call, id).await?, None, StatusCode::OK)
}

/// Change a destination
///
/// The kind cannot change. A new URL keeps the signing secrets.
#[utoipa::path(
    patch,
    path = "/destinations/{id}",
    tag = "destinations",
    params(
        ("id" = Uuid, Path, description = "The destination's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")
    ),
    request_body = DestinationPatch,
    responses(
        (status = 200, description = "The destination after the change", body = DestinationBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 409, description = "The destination cannot resume, because its URL or its signing secret cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem. For an invalid value, the detail begins with the name of the field", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn change_destination(
    call: Call,
    DestinationId(id): DestinationId,
    JsonBody(body): JsonBody<DestinationPatch>,
) -> Answer {
    let (destinations, tenant) = (&call.services.destinations, &call.caller.tenant);
    let (changes, actor) = (body.into(), &call.caller.actor);
    let changed = destinations.change(tenant, id, &changes, &call.precondition, actor).await;
    changed.map_err(explain)?;
    show(found(&call, id).await?, None, StatusCode::OK)
}

/// Remove a destination
///
/// Its waiting events and its delivery log are removed too.
#[utoipa::path(
    delete,
    path = "/destinations/{id}",
    tag = "destinations",
    params(
        ("id" = Uuid, Path, description = "The destination's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to remove. The default is any version")
    ),
    responses(
        (status = 204, description = "The destination is removed"),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn remove_destination(call: Call, DestinationId(id): DestinationId) -> Answer {
    let (destinations, tenant) = (&call.services.destinations, &call.caller.tenant);
    let removed = destinations.remove(tenant, id, &call.precondition, &call.caller.actor).await;
    removed.map_err(explain)?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

/// Reads a destination for an answer.
pub(super) async fn found(call: &Call, id: Uuid) -> Result<DestinationView, ApiError> {
    call.services.destinations.get(&call.caller.tenant, id).await.map_err(explain)
}

/// Answers with a destination, and with its new signing secret.
pub(super) fn show(
    view: DestinationView,
    secret: Option<&SecretString>,
    status: StatusCode,
) -> Answer {
    let tag = entity_tag(view.destination.revision);
    let mut answer = plain_json(status, &DestinationBody::with_secret(view, secret))?;
    if secret.is_some() {
        answer.extensions_mut().insert(NeverCompressed);
    }
    Ok(with_entity_tag(answer, &tag))
}

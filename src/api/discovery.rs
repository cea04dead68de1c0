//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 §4). Readable without a token.

use super::context::{Services, TenantPath};
use super::error::ApiError;
use super::params::Params;
use super::path::PathParts;
use super::response;
use crate::scim::discovery;
use crate::scim::list::list_response;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

type Answer = Result<Response, ApiError>;

pub(super) async fn get_service_provider_config(
    Extension(path): Extension<TenantPath>,
) -> Response {
    response::json(StatusCode::OK, &discovery::service_provider_config(&path.base_url))
}

pub(super) async fn list_resource_types(
    State(services): State<Services>,
    Extension(path): Extension<TenantPath>,
    params: Params,
) -> Answer {
    list(&params, vec![discovery::resource_type(services.tenants.users(), &path.base_url)])
}

pub(super) async fn get_resource_type(
    State(services): State<Services>,
    Extension(path): Extension<TenantPath>,
    PathParts([name]): PathParts<1>,
) -> Answer {
    let users = services.tenants.users();
    if name.as_ref() != Some(&users.name) {
        return Err(ApiError::no_such_resource_type());
    }
    Ok(response::json(StatusCode::OK, &discovery::resource_type(users, &path.base_url)))
}

pub(super) async fn list_schemas(
    State(services): State<Services>,
    Extension(path): Extension<TenantPath>,
    params: Params,
) -> Answer {
    let users = services.tenants.users();
    let schemas = std::iter::once(&users.schema).chain(&users.extensions);
    list(&params, schemas.map(|schema| discovery::schema(schema, &path.base_url)).collect())
}

pub(super) async fn get_schema(
    State(services): State<Services>,
    Extension(path): Extension<TenantPath>,
    PathParts([urn]): PathParts<1>,
) -> Answer {
    let users = services.tenants.users();
    let mut schemas = std::iter::once(&users.schema).chain(&users.extensions);
    let schema = urn.and_then(|urn| schemas.find(|schema| schema.is_identified(&urn)));
    let schema = schema.ok_or_else(ApiError::no_such_schema)?;
    Ok(response::json(StatusCode::OK, &discovery::schema(schema, &path.base_url)))
}

/// RFC 7644 §4: sorting and paging are ignored, a filter is forbidden.
fn list(params: &Params, rows: Vec<Value>) -> Answer {
    if params.filter.is_some() {
        return Err(ApiError::no_filter_on_discovery());
    }
    let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    Ok(response::json(StatusCode::OK, &list_response(total, 1, rows)))
}

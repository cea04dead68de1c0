//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 §4). They need no token.

use crate::directory::lists::cursor::CURSOR_TIMEOUT_SECS;
use crate::limits::LIMITS;
use crate::server::context::{Caller, Services, TenantPath};
use crate::server::error::{Answer, ApiError};
use crate::server::path::PathParts;
use crate::server::query::Params;
use crate::server::response;
use axum::Extension;
use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use scim::discovery::{self, ServiceProvider};
use scim::list_response::ListResponse;
use scim::schema::ResourceTypes;
use scim::search::SearchParams;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;

pub(in crate::server) async fn get_service_provider_config(
    Extension(path): Extension<TenantPath>,
    Params(params): Params,
) -> Answer {
    refuse_filter(&params)?;
    // The console describes how to connect the tenant.
    let settings = format!("{}/", path.root);
    let service = ServiceProvider {
        documentation_url: &settings,
        token_name: "Secret Token",
        token_description: "The tenant's Secret Token as a bearer token (RFC 6750)",
        cursor_timeout_secs: CURSOR_TIMEOUT_SECS,
        limits: &LIMITS,
    };
    let document = discovery::service_provider_config(&path.base_url, &service);
    Ok(response::json(StatusCode::OK, &document))
}

/// The resource types that a response describes. A valid token shows the tenant's own types; without it, the standard
/// types are shown.
pub(in crate::server) struct Types(Arc<ResourceTypes>);

impl FromRequestParts<Services> for Types {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        services: &Services,
    ) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>();
        Ok(Self(match caller {
            Some(caller) => Arc::clone(caller.directory.types()),
            None => services.tenants.types(),
        }))
    }
}

pub(in crate::server) async fn list_resource_types(
    Types(types): Types,
    Extension(path): Extension<TenantPath>,
    Params(params): Params,
) -> Answer {
    let rows = types.all().into_iter();
    list(&params, rows.map(|one| discovery::resource_type(one, &path.base_url)).collect())
}

pub(in crate::server) async fn get_resource_type(
    Types(types): Types,
    Extension(path): Extension<TenantPath>,
    PathParts([name]): PathParts<1>,
    Params(params): Params,
) -> Answer {
    refuse_filter(&params)?;
    let found = types.all().into_iter().find(|one| Some(&one.name) == name.as_ref());
    let found = found.ok_or_else(ApiError::no_such_resource_type)?;
    Ok(response::json(StatusCode::OK, &discovery::resource_type(found, &path.base_url)))
}

pub(in crate::server) async fn list_schemas(
    Types(types): Types,
    Extension(path): Extension<TenantPath>,
    Params(params): Params,
) -> Answer {
    list(&params, discovery::schemas(&types, &path.base_url))
}

pub(in crate::server) async fn get_schema(
    Types(types): Types,
    Extension(path): Extension<TenantPath>,
    PathParts([urn]): PathParts<1>,
    Params(params): Params,
) -> Answer {
    refuse_filter(&params)?;
    let schema = urn.and_then(|urn| discovery::schema_called(&urn, &types, &path.base_url));
    let schema = schema.ok_or_else(ApiError::no_such_schema)?;
    Ok(response::json(StatusCode::OK, &schema))
}

/// Refuses a filter. Sort and page parameters are ignored (RFC 7644 §4).
fn refuse_filter(params: &SearchParams) -> Result<(), ApiError> {
    match params.filter {
        Some(_) => Err(ApiError::no_filter_on_discovery()),
        None => Ok(()),
    }
}

fn list(params: &SearchParams, rows: Vec<Value>) -> Answer {
    refuse_filter(params)?;
    let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    response::json_page(&ListResponse::by_index(total, 1, &rows))
}

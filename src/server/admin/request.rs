//! The common parts of every operation: the caller, the query and the body.

use super::messages::explain;
use crate::directory::precondition::Precondition;
use crate::directory::{Scope, Tenant};
use crate::server::body::JsonObject;
use crate::server::context::{Caller, Services, TenantPath};
use crate::server::error::ApiError;
use crate::server::precondition::precondition;
use crate::server::problems::ProblemCause;
use crate::server::query::Pairs;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The maximum length of a text that quotes a client, in characters.
const MOST_QUOTED_CHARS: usize = 300;

/// The number of rows of a page without a `limit`, and the maximum.
pub(super) const DEFAULT_LIMIT: usize = 50;
pub(super) const MOST_ROWS: usize = 200;

/// The caller of an operation, with the values that every operation needs.
pub(super) struct Call {
    pub(super) services: Services,
    pub(super) caller: Caller,
    pub(super) path: TenantPath,
    pub(super) precondition: Precondition,
}

impl Call {
    /// Returns the tenant's record.
    pub(super) async fn tenant(&self) -> Result<Tenant, ApiError> {
        self.services.tenants.get(&self.caller.tenant).await.map_err(explain)
    }
}

impl FromRequestParts<Services> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, ApiError> {
        let found = (parts.extensions.get(), parts.extensions.get());
        let (Some(caller), Some(path)) = found else {
            return Err(ApiError::unauthorized(Scope::Admin));
        };
        Ok(Self {
            services: services.clone(),
            caller: Caller::clone(caller),
            path: TenantPath::clone(path),
            // `If-None-Match` has a meaning only for an identity provider.
            precondition: Precondition { if_none_match: None, ..precondition(&parts.headers) },
        })
    }
}

/// The query parameters, by name.
pub(super) struct QueryParams(Pairs);

impl QueryParams {
    /// Refuses unknown and repeated parameters. A misspelt `status` must not return all employees.
    pub(super) fn check(&self, known: &[&str]) -> Result<(), ApiError> {
        self.check_except(known, "")
    }

    /// Does the same, and allows one parameter to be repeated.
    pub(super) fn check_except(&self, known: &[&str], repeatable: &str) -> Result<(), ApiError> {
        for (position, name) in self.0.names().enumerate() {
            if !known.contains(&name) {
                let known = known.join(", ");
                let name: String = name.chars().take(MOST_QUOTED_CHARS).collect();
                return Err(ApiError::bad_parameter(format!(
                    "This operation has no query parameter {name}. Its query parameters are: {known}"
                )));
            }
            if name != repeatable && self.0.names().take(position).any(|earlier| earlier == name) {
                return Err(ApiError::bad_parameter(format!(
                    "The query parameter {name} appears more than once. Send it once"
                )));
            }
        }
        Ok(())
    }

    /// Returns a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// Returns a parameter with at most this number of characters; empty if it is missing.
    pub(super) fn text(&self, name: &str, most_chars: usize) -> Result<&str, ApiError> {
        let text = self.get(name).unwrap_or_default();
        if text.chars().count() > most_chars {
            return Err(ApiError::bad_parameter(format!(
                "{name} can have at most {most_chars} characters"
            )));
        }
        Ok(text)
    }

    /// Returns `cursor`. An empty `cursor` starts a list.
    pub(super) fn cursor(&self) -> Option<&str> {
        self.0.cursor()
    }

    /// Returns all values of a parameter.
    pub(super) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.all(name)
    }

    /// Returns `limit`: 1 to [`MOST_ROWS`].
    pub(super) fn limit(&self) -> Result<usize, ApiError> {
        self.limit_or(DEFAULT_LIMIT)
    }

    /// Returns `limit`, with another default.
    pub(super) fn limit_or(&self, default: usize) -> Result<usize, ApiError> {
        let Some(text) = self.get("limit") else { return Ok(default) };
        let limit = text.parse().ok().filter(|limit| (1..=MOST_ROWS).contains(limit));
        limit.ok_or_else(|| {
            ApiError::bad_parameter(format!("limit must be a number from 1 to {MOST_ROWS}"))
        })
    }
}

impl<S: Sync> FromRequestParts<S> for QueryParams {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Pairs::from_request_parts(parts, state).await.map(Self)
    }
}

/// The body of a request: a JSON object of the type `T`, without unknown members.
pub(super) struct JsonBody<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let JsonObject(object) = JsonObject::from_request(request, state).await?;
        let read = serde_path_to_error::deserialize(Value::Object(object.into_object()));
        read.map(JsonBody).map_err(|error| {
            let path = error.path().to_string();
            let what = if path == "." { "The body".to_owned() } else { path };
            // The error quotes the client's text, so the response is cut: it must not grow with the request.
            let text = format!("{what} is not valid: {}", error.inner());
            let text: String = text.chars().take(MOST_QUOTED_CHARS).collect();
            let path = error.path().to_string();
            let error = ApiError::bad_request(text).because(ProblemCause::InvalidBody);
            match path.as_str() {
                "." => error,
                path => error.in_field(path.chars().take(MOST_QUOTED_CHARS).collect::<String>()),
            }
        })
    }
}

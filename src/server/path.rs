//! Normalizes the paths that administrators and clients write. A Tenant URL with a final slash makes clients send
//! `//Users`, and some clients write `/users`.

use super::error::ApiError;
use super::tenant_urls::ENDPOINTS;
use crate::directory::Kind;
use crate::model::id::parse_id;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path};
use http::Request;
use http::request::Parts;
use http::uri::{PathAndQuery, Uri};
use std::convert::Infallible;
use uuid::Uuid;

/// Marks a request whose path ended with a slash. The console redirects a path without the slash, because the
/// cookie is for paths below it. The token API recognizes an empty id by the slash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FinalSlash;

/// The segments that a route names after the tenant, percent-decoded. A segment is `None` if it is not UTF-8 text.
#[derive(Debug)]
pub(crate) struct PathParts<const N: usize>(pub(crate) [Option<String>; N]);

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for PathParts<N> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<Vec<String>>::from_request_parts(parts, state).await;
        let mut found = path.map(|Path(segments)| segments).unwrap_or_default().into_iter().skip(1);
        Ok(Self(std::array::from_fn(|_| found.next())))
    }
}

/// The `{id}` of an employee in a path of the administration or of a page.
pub(crate) struct EmployeeId(pub(crate) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for EmployeeId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = record_id(parts, state).await;
        id.map(Self).ok_or_else(|| ApiError::no_such_record(Kind::Employee))
    }
}

/// The `{id}` of a group in a path of the administration or of a page.
pub(crate) struct GroupId(pub(crate) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for GroupId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = record_id(parts, state).await;
        id.map(Self).ok_or_else(|| ApiError::no_such_record(Kind::Group))
    }
}

/// The `{id}` of a destination in a path of the administration or of a page.
pub(crate) struct DestinationId(pub(crate) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for DestinationId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = record_id(parts, state).await;
        id.map(Self).ok_or_else(ApiError::no_such_destination)
    }
}

/// Reads the id of a record from the segment after the tenant; `None` if the segment is not an id.
async fn record_id<S: Send + Sync>(parts: &mut Parts, state: &S) -> Option<Uuid> {
    let Ok(PathParts([id])) = PathParts::from_request_parts(parts, state).await;
    id.and_then(|text| parse_id(&text))
}

/// Removes doubled slashes and a final slash, and spells a SCIM endpoint as its route. The query does not change.
pub(super) fn fold(mut request: Request<Body>) -> Request<Body> {
    let uri = request.uri();
    if !uri.path().starts_with('/') {
        return request;
    }
    let has_final_slash = uri.path().ends_with('/');
    let mut segments: Vec<&str> =
        uri.path().split('/').filter(|segment| !segment.is_empty()).collect();
    if let ["tenants", _, "scim", "v2", endpoint, ..] = segments.as_mut_slice()
        && let Some(known) = ENDPOINTS.iter().find(|known| known.eq_ignore_ascii_case(endpoint))
    {
        *endpoint = known;
    }
    let mut folded: String = segments.into_iter().flat_map(|segment| ["/", segment]).collect();
    if folded.is_empty() {
        folded.push('/');
    }
    if folded == uri.path() {
        return request;
    }
    if let Some(query) = uri.query() {
        folded.push('?');
        folded.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    if let Ok(path_and_query) = PathAndQuery::try_from(folded) {
        parts.path_and_query = Some(path_and_query);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    if has_final_slash {
        request.extensions_mut().insert(FinalSlash);
    }
    request
}

#[cfg(test)]
mod tests {
    use super::fold;
    use axum::body::Body;
    use http::Request;

    #[test]
    fn slashes_and_endpoints_are_folded_in_the_path_only() {
        let check = |uri: &str, expected: &str| {
            let request = Request::builder().uri(uri).body(Body::empty()).unwrap();
            assert_eq!(fold(request).uri(), expected);
        };
        check("/a/b?x=//", "/a/b?x=//");
        check("//a///b/?x=1", "/a/b?x=1");
        check("/", "/");
        check("///", "/");
        check("/a/", "/a");
        check("/tenants/a/scim/v2/USERS/X?x=USERS", "/tenants/a/scim/v2/Users/X?x=USERS");
        check("/tenants/a/scim/v2//groups/.search", "/tenants/a/scim/v2/Groups/.search");
        check("/tenants/a/scim/v2/bulk", "/tenants/a/scim/v2/Bulk");
        check("/tenants/a/api/users", "/tenants/a/api/users");
    }
}

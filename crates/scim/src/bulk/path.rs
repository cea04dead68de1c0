//! The path of an operation (RFC 7644 §3.7, `path`): an endpoint, or a resource of the endpoint.

use super::request::Method;
use crate::Error;
use crate::error::quoted;

/// A path relative to the SCIM root. The caller checks whether the endpoint exists.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BulkPath {
    /// The endpoint, such as `/Users`.
    pub endpoint: String,
    /// The id of the resource; `None` for `POST`. In a request, but not in a step, it may be a reference such as
    /// `bulkId:qwerty`.
    pub id: Option<String>,
}

impl BulkPath {
    /// Parses a path. Returns `None` when the text is neither an endpoint nor a resource.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('/').unwrap_or(text);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let (endpoint, id) = match inner.split_once('/') {
            Some((endpoint, id)) => (endpoint, Some(id)),
            None => (inner, None),
        };
        let is_whole =
            !endpoint.is_empty() && id.is_none_or(|id| !id.is_empty() && !id.contains('/'));
        is_whole.then(|| Self { endpoint: format!("/{endpoint}"), id: id.map(str::to_owned) })
    }

    pub(super) fn read(text: &str, method: Method) -> Result<Self, Error> {
        let fits = |path: &Self| path.id.is_none() == (method == Method::Post);
        Self::parse(text).filter(fits).ok_or_else(|| {
            let expected = match method {
                Method::Post => "an endpoint, such as /Users",
                Method::Put | Method::Patch | Method::Delete => "a resource, such as /Users/{id}",
            };
            Error::invalid_value(format!(
                "the path of a {} must name {expected}, found {}",
                method.as_str(),
                quoted(text)
            ))
        })
    }
}

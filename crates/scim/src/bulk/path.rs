//! Where an operation goes (RFC 7644 §3.7, `path`): an endpoint, or one resource of it.

use super::request::Method;
use crate::Error;
use crate::error::quoted;

/// A path relative to the SCIM root. Whether there is such an endpoint is for the caller to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BulkPath {
    /// Such as `/Users`.
    pub endpoint: String,
    /// The resource; none for `POST`. In a request it may be a reference such as `bulkId:qwerty`, in a step it is not.
    pub id: Option<String>,
}

impl BulkPath {
    /// `None` for what is the path of neither.
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
                "the path of a {} must be that of {expected}, found {}",
                method.as_str(),
                quoted(text)
            ))
        })
    }
}

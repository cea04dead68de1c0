//! The fields of a posted form.

use super::guard::signed_out;
use crate::server::error::ApiError;
use crate::server::form_body::read_form;
use crate::server::query::Pairs;
use axum::body::Body;
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;
use std::sync::Arc;

/// The maximum length of a form, in bytes: three local values of the maximum length, percent-encoded.
const MAX_FORM_BYTES: usize = 256 * 1024;

/// The fields of a posted form.
#[derive(Debug, Clone)]
pub(super) struct Form(Arc<Pairs>);

impl Form {
    /// Returns the text of a field; empty if the field is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_default()
    }

    /// Returns the texts of all fields with this name.
    pub(super) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.all(name)
    }

    /// Whether a box is ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    /// Returns the names and values of all fields.
    pub(super) fn pairs(&self) -> &Pairs {
        &self.0
    }

    /// Reads a form from the body of a request.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, ApiError> {
        let pairs = read_form(headers, body, MAX_FORM_BYTES).await?;
        Ok(Self(Arc::new(pairs)))
    }
}

impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(signed_out)
    }
}

//! Reads the failure of a response, for a note.

use super::failure_note::{FailureNote, NotedFailure};
use super::{ApiError, Failure};
use axum::response::Response;

impl ApiError {
    /// The failure for a note.
    pub(in crate::server) fn noted_failure(&self) -> NotedFailure {
        NotedFailure {
            status: self.status.as_u16(),
            scim_type: self.scim_type,
            note: match &self.note {
                Some(note) => FailureNote::clone(note),
                None => FailureNote::of_status(self.status),
            },
        }
    }
}

/// Returns the failure of a response, for a note; `None` for a response without an error.
pub(in crate::server) fn failure_of(response: &Response) -> Option<NotedFailure> {
    let status = response.status();
    if status.as_u16() < 400 {
        return None;
    }
    let failure = response.extensions().get::<Failure>();
    Some(failure.map_or_else(
        || NotedFailure {
            status: status.as_u16(),
            scim_type: None,
            note: FailureNote::of_status(status),
        },
        |Failure(failure)| failure.noted_failure(),
    ))
}

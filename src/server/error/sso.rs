//! The failures of requests about single sign-on.

use super::{ApiError, FieldError};
use crate::directory::sso::error::SsoError;
use http::StatusCode;

/// The seconds after which another key can be made.
const MINUTE: u16 = 60;

impl ApiError {
    /// Gives the refusal its status and its code. The text is the refusal's own sentence.
    pub(super) fn of_sso(refused: &SsoError) -> Self {
        let status = match refused {
            SsoError::NotConfigured | SsoError::NoAccount => StatusCode::NOT_FOUND,
            SsoError::Field { .. } => StatusCode::BAD_REQUEST,
            SsoError::MultiTenantIssuer
            | SsoError::SecretRequired
            | SsoError::SecretMissing
            | SsoError::NoAdministrators => StatusCode::UNPROCESSABLE_ENTITY,
            SsoError::TokenSignInRequired
            | SsoError::NotAKeyConfiguration
            | SsoError::NoNextKey
            | SsoError::NoKey
            | SsoError::UnreadableSecret
            | SsoError::UnreadableKey => StatusCode::CONFLICT,
            SsoError::TooManyKeys => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                return Self::retry_later(status, MINUTE, &refused.to_string());
            }
            SsoError::KeyNotMade => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut error = Self::new(status, refused.to_string());
        error.code = refused.code();
        if let SsoError::Field { field, problem } = refused {
            let (field, detail) = ((*field).to_owned(), problem.clone());
            error.fields.push(FieldError { field, detail });
        }
        error
    }
}

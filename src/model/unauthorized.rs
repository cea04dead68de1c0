//! The reasons for which a request has no valid Secret Token, for the tenant's administrator. The identity provider
//! gets the same answer for every reason.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use time::OffsetDateTime;

/// The reason for a 401. It has no part of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "reason", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum UnauthorizedReason {
    /// The token was revoked.
    TokenRevoked {
        /// The label of the token.
        label: String,
        /// The time of the revocation.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Another token replaced the token, and the overlap is over.
    TokenReplaced {
        /// The label of the token.
        label: String,
        /// The time of the replacement.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The token expired.
    TokenExpired {
        /// The label of the token.
        label: String,
        /// The time at which the token expired.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The token is an admin token of this tenant.
    AdminToken,
    /// The token is a read token of this tenant.
    ReadToken,
    /// The token has the form of a token of another tenant.
    OtherTenant,
    /// Rollcall does not know the token.
    UnknownToken,
    /// The token begins with the word `Bearer`, so the header has the word twice.
    BearerTwice,
    /// The request has no token: no `Authorization` header, or one without a token.
    NoToken,
    /// The request has an `Authorization` header of another scheme.
    NoBearerToken,
}

impl UnauthorizedReason {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Whether only a holder of one of the tenant's tokens can send such a request. Anybody can send the others.
    pub fn names_own_token(&self) -> bool {
        matches!(
            self,
            Self::TokenRevoked { .. }
                | Self::TokenReplaced { .. }
                | Self::TokenExpired { .. }
                | Self::AdminToken
                | Self::ReadToken
        )
    }
}

/// The requests without a valid token, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnauthorizedRequests {
    /// The reason.
    #[serde(flatten)]
    pub reason: UnauthorizedReason,
    /// The time of the first request.
    #[serde(with = "time::serde::rfc3339")]
    pub first: OffsetDateTime,
    /// The time of the last request.
    #[serde(with = "time::serde::rfc3339")]
    pub last: OffsetDateTime,
    /// The number of requests.
    pub count: u64,
}

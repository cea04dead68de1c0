//! The sentences about requests without a valid Secret Token.

use crate::model::cause_texts::grouped;
use crate::model::unauthorized::{UnauthorizedReason, UnauthorizedRequests};
use crate::server::pages::frame::When;

/// A row of the list of unauthorized requests.
pub(super) struct UnauthorizedRow {
    /// The sentence, up to the time when the token ended.
    pub(super) start: String,
    /// The time when the token ended.
    pub(super) ended: Option<When>,
    /// The rest of the sentence.
    pub(super) end: String,
    pub(super) times: String,
    pub(super) first: When,
    pub(super) last: When,
}

impl UnauthorizedRow {
    /// Makes a row. `idp` is the name of the identity provider.
    pub(super) fn of(requests: &UnauthorizedRequests, idp: &str) -> Self {
        let paste = format!(". Paste the active token in {idp}.");
        let known =
            |label: &str, what: &str| format!("A request came with the token “{label}”, {what} ");
        let (start, ended, end) = match &requests.reason {
            UnauthorizedReason::TokenRevoked { label, at } => {
                (known(label, "revoked on"), Some(*at), paste)
            }
            UnauthorizedReason::TokenReplaced { label, at } => {
                (known(label, "replaced on"), Some(*at), paste)
            }
            UnauthorizedReason::TokenExpired { label, at } => {
                (known(label, "which expired on"), Some(*at), paste)
            }
            UnauthorizedReason::AdminToken => (
                "A request came with an Admin token".to_owned(),
                None,
                ". Use a Secret Token.".to_owned(),
            ),
            UnauthorizedReason::ReadToken => (
                "A request came with a Read token".to_owned(),
                None,
                ". Use a Secret Token.".to_owned(),
            ),
            UnauthorizedReason::OtherTenant => (
                "A request came with a token of another tenant".to_owned(),
                None,
                ". Paste the token of this tenant.".to_owned(),
            ),
            UnauthorizedReason::UnknownToken => (
                "A request came with a token that Rollcall does not know".to_owned(),
                None,
                ". Check that the token is whole.".to_owned(),
            ),
            UnauthorizedReason::NoBearerToken => {
                ("A request came without a Bearer token".to_owned(), None, paste)
            }
        };
        Self {
            start,
            ended: ended.map(When::new),
            end,
            times: format!("×{}", grouped(requests.count)),
            first: When::new(requests.first),
            last: When::new(requests.last),
        }
    }
}

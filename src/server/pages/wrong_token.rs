//! The sentence about a request without a valid Secret Token. Every page shows the same one.

use super::frame::When;
use super::screens::Screens;
use super::words::day_and_time;
use crate::directory::{Provider, UnauthorizedReason};
use time::OffsetDateTime;

/// The sentence about a request without a valid Secret Token. It has no part of a token.
pub(super) struct WrongTokenSentence {
    /// The sentence, up to the time when the token ended.
    pub(super) start: String,
    ended: Option<OffsetDateTime>,
    /// The rest of the sentence, and the action for the administrator.
    pub(super) end: String,
}

impl WrongTokenSentence {
    /// Writes the sentence for a reason.
    pub(super) fn of(reason: &UnauthorizedReason, provider: Provider) -> Self {
        let place = Screens::of(provider).token_place;
        let ended = |label: &str, how: &str, at: OffsetDateTime| Self {
            start: format!("A request came with the token “{label}”, which {how} on "),
            ended: Some(at),
            end: format!(". Paste the active token into {place}."),
        };
        let (start, end) = match reason {
            UnauthorizedReason::TokenRevoked { label, at } => {
                return ended(label, "was revoked", *at);
            }
            UnauthorizedReason::TokenReplaced { label, at } => {
                return ended(label, "was replaced", *at);
            }
            UnauthorizedReason::TokenExpired { label, at } => return ended(label, "expired", *at),
            UnauthorizedReason::AdminToken => {
                ("with an Admin token", "Use a Secret Token.".to_owned())
            }
            UnauthorizedReason::ReadToken => {
                ("with a Read token", "Use a Secret Token.".to_owned())
            }
            UnauthorizedReason::OtherTenant => {
                ("with a token of another tenant", "Paste the token of this tenant.".to_owned())
            }
            UnauthorizedReason::UnknownToken => (
                "with a token that Rollcall does not know",
                "Check that the token is whole.".to_owned(),
            ),
            UnauthorizedReason::BearerTwice => (
                "with the word Bearer twice",
                "Paste the token without the word Bearer.".to_owned(),
            ),
            UnauthorizedReason::NoToken => {
                ("without a token", format!("Paste the token into {place}."))
            }
            UnauthorizedReason::NoBearerToken => (
                "with an Authorization header that has no Bearer token",
                format!("Choose authentication with a Bearer token. Paste the token into {place}."),
            ),
        };
        Self { start: format!("A request came {start}. {end}"), ended: None, end: String::new() }
    }

    /// The time when the token ended, for a page.
    pub(super) fn ended(&self) -> Option<When> {
        self.ended.map(When::new)
    }

    /// The whole sentence as text.
    pub(super) fn text(&self) -> String {
        let ended = self.ended.map(day_and_time).unwrap_or_default();
        format!("{}{ended}{}", self.start, self.end)
    }
}

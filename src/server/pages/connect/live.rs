//! The live part of step 3: the last answered request, requests with a wrong token, and the wait for the first request.

use super::facts::Facts;
use crate::directory::UnauthorizedReason;
use crate::server::pages::frame::When;
use time::{Duration, OffsetDateTime};

/// After this time without a request, the page lists what to check.
const LATE_AFTER: Duration = Duration::minutes(3);

/// The live part of step 3.
pub(super) struct Live {
    /// The messages, newest first.
    pub(super) messages: Vec<Message>,
    /// Whether no request came for some minutes.
    pub(super) is_late: bool,
}

/// A message about a request.
pub(super) struct Message {
    at: OffsetDateTime,
    pub(super) when: When,
    pub(super) kind: MessageKind,
}

/// The kind of a message.
pub(super) enum MessageKind {
    /// A request succeeded.
    Success { meaning: &'static str, status: u16 },
    /// A request had a valid token and failed.
    Failure { meaning: &'static str, status: u16 },
    /// A request had no valid token. The sentence has a time between its start and its end.
    WrongToken { start: String, at: Option<When>, end: String },
}

impl Live {
    /// Builds the part. A guest sees only requests since the link was made.
    pub(super) fn of(facts: &Facts, since: Option<OffsetDateTime>) -> Self {
        let mut messages = Vec::new();
        if let Some(latest) = &facts.sync.latest {
            let (meaning, status) = (latest.meaning.words(), latest.status);
            let kind = match status {
                0..400 => MessageKind::Success { meaning, status },
                _ => MessageKind::Failure { meaning, status },
            };
            messages.push(Message::new(latest.at, kind));
        }
        for requests in &facts.sync.unauthorized {
            let kind = wrong_token(&requests.reason, facts.tenant.settings.idp());
            messages.push(Message::new(requests.last, kind));
        }
        let start = since.or_else(|| facts.token().map(|token| token.created));
        messages.retain(|message| start.is_none_or(|start| message.at >= start));
        messages.sort_by_key(|message| std::cmp::Reverse(message.at));
        let made = facts.token().map(|token| token.created);
        Self {
            is_late: messages.is_empty() && made.is_some_and(|at| facts.now - at >= LATE_AFTER),
            messages,
        }
    }
}

impl Message {
    fn new(at: OffsetDateTime, kind: MessageKind) -> Self {
        Self { at, when: When::new(at), kind }
    }
}

/// The sentence about a request without a valid token. It has no part of a token.
fn wrong_token(reason: &UnauthorizedReason, idp: &str) -> MessageKind {
    let ended = |label: &str, how: &str, at: OffsetDateTime| MessageKind::WrongToken {
        start: format!("A request came with the token “{label}”, which {how} on "),
        at: Some(When::new(at)),
        end: format!(". Paste the active token in {idp}."),
    };
    let text = match reason {
        UnauthorizedReason::TokenRevoked { label, at } => return ended(label, "was revoked", *at),
        UnauthorizedReason::TokenReplaced { label, at } => {
            return ended(label, "was replaced", *at);
        }
        UnauthorizedReason::TokenExpired { label, at } => return ended(label, "expired", *at),
        UnauthorizedReason::AdminToken => {
            "A request came with the Admin token. Use a Secret Token.".to_owned()
        }
        UnauthorizedReason::ReadToken => {
            "A request came with a Read token. Use a Secret Token.".to_owned()
        }
        UnauthorizedReason::OtherTenant => {
            "A request came with a token of another tenant. Paste the token of this tenant."
                .to_owned()
        }
        UnauthorizedReason::UnknownToken => {
            "A request came with a token that Rollcall does not know. Check that the token is whole."
                .to_owned()
        }
        UnauthorizedReason::NoBearerToken => {
            format!("A request came without a Bearer token. Paste the Secret Token in {idp}.")
        }
    };
    MessageKind::WrongToken { start: text, at: None, end: String::new() }
}

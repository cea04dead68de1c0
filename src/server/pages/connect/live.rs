//! The live part of step 3: the last answered request, requests with a wrong token, and the wait for the first request.

use super::facts::Facts;
use crate::model::meaning::Meaning;
use crate::model::sync::LatestRequest;
use crate::server::pages::frame::When;
use crate::server::pages::wrong_token::WrongTokenSentence;
use time::{Duration, OffsetDateTime};

/// After this time without a request, the page lists what to check.
const LATE_AFTER: Duration = Duration::minutes(3);

/// The live part of step 3.
pub(super) struct Live {
    /// The messages since the last successful request, with that request, newest first.
    pub(super) messages: Vec<Message>,
    /// The problems before the last successful request, newest first.
    pub(super) earlier: Vec<Message>,
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
    /// The last request succeeded.
    Success { meaning: &'static str, status: u16 },
    /// A request succeeded before the last request, which failed.
    EarlierSuccess,
    /// The last request succeeded with the older token, and no use of the current one is known.
    OldToken { label: String, ends: Option<When> },
    /// A request had a valid token and failed.
    Failure { meaning: &'static str, status: u16, is_wrong_url: bool },
    /// A request had no valid token.
    WrongToken(WrongTokenSentence),
}

impl MessageKind {
    fn is_success(&self) -> bool {
        matches!(self, Self::Success { .. } | Self::EarlierSuccess)
    }
}

impl Live {
    /// Builds the part. A guest sees only requests since the link was made.
    pub(super) fn of(facts: &Facts, since: Option<OffsetDateTime>) -> Self {
        let mut messages = Vec::new();
        if let Some(latest) = &facts.sync.latest {
            let (meaning, status) = (latest.meaning.words(), latest.status);
            let is_success = status < 400;
            let older = facts.older_token().filter(|older| older.short_name() == latest.token);
            let kind = match older.filter(|_| !facts.is_token_used()) {
                Some(older) if is_success => MessageKind::OldToken {
                    label: older.label.clone(),
                    ends: older.expires.map(When::new),
                },
                _ if is_success => MessageKind::Success { meaning, status },
                _ => {
                    let is_wrong_url = is_wrong_url(facts, latest);
                    MessageKind::Failure { meaning, status, is_wrong_url }
                }
            };
            messages.push(Message::new(latest.at, kind));
            let succeeded_at = facts.sync.succeeded_at.filter(|_| !is_success);
            messages.extend(succeeded_at.map(|at| Message::new(at, MessageKind::EarlierSuccess)));
        }
        for requests in &facts.sync.unauthorized {
            let sentence = WrongTokenSentence::of(&requests.reason, facts.provider());
            messages.push(Message::new(requests.last, MessageKind::WrongToken(sentence)));
        }
        let made = facts.token().map(|token| token.created);
        let start = since.or(made);
        messages.retain(|message| start.is_none_or(|start| message.at >= start));
        messages.sort_by_key(|message| std::cmp::Reverse(message.at));
        let success = messages.iter().position(|message| message.kind.is_success());
        let shown = success.map_or(messages.len(), |place| place.saturating_add(1));
        Self {
            is_late: messages.is_empty() && made.is_some_and(|at| facts.now - at >= LATE_AFTER),
            earlier: messages.split_off(shown),
            messages,
        }
    }
}

/// Whether the path of a failed request shows that the URL in the identity provider is wrong. Before the first success,
/// no client knows an id, so an id that is not found is a part of the URL.
fn is_wrong_url(facts: &Facts, latest: &LatestRequest) -> bool {
    let is_no_endpoint = matches!(latest.meaning, Meaning::Search | Meaning::Other);
    latest.status == 404 && (is_no_endpoint || !facts.has_succeeded())
}

impl Message {
    fn new(at: OffsetDateTime, kind: MessageKind) -> Self {
        Self { at, when: When::new(at), kind }
    }
}

//! Tokens that ended. A tenant keeps the last of them, so that a failed request with such a token can be explained.

use super::tenant::{Scope, Tenant, TokenRecord, short_name};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The most ended tokens that a tenant keeps. Each check of a token compares all of them.
pub const MOST_ENDED_TOKENS: usize = 10;

/// The reason for the end of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EndReason {
    /// An administrator or the operator revoked the token.
    Revoked,
    /// A new token replaced the token, and ended it at once.
    Replaced,
    /// A new token replaced the token, and the overlap is over.
    Expired,
}

/// A token that ended. The record never contains the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndedToken {
    /// The scope that the token had.
    pub scope: Scope,
    /// The name of the token, for people.
    pub label: String,
    /// HMAC-SHA-256 of the token under the pepper, in base64url.
    pub digest: String,
    /// The time when the token ended.
    #[serde(with = "time::serde::rfc3339")]
    pub ended: OffsetDateTime,
    /// The reason for the end.
    pub reason: EndReason,
}

impl EndedToken {
    /// The short name that the token had.
    pub fn short_name(&self) -> &str {
        short_name(&self.digest)
    }

    /// Builds the record of a token that ends now. A token whose overlap is over ended before, for that reason.
    pub fn of(token: &TokenRecord, reason: EndReason, now: OffsetDateTime) -> Self {
        let (reason, ended) = match token.expires {
            Some(expires) if expires <= now => (EndReason::Expired, expires),
            _ => (reason, now),
        };
        let TokenRecord { scope, label, digest, .. } = token.clone();
        Self { scope, label, digest, ended, reason }
    }
}

impl Tenant {
    /// The label of the token with a short name, also of a token that ended. `None` for an unknown token.
    pub fn label_of(&self, short_name: &str) -> Option<&str> {
        let valid = self.tokens.iter().find(|token| token.short_name() == short_name);
        let ended = || self.ended_tokens.iter().find(|token| token.short_name() == short_name);
        valid.map(|token| &*token.label).or_else(|| ended().map(|token| &*token.label))
    }

    /// Adds tokens that ended, and drops the oldest beyond [`MOST_ENDED_TOKENS`].
    pub fn add_ended(&mut self, tokens: impl IntoIterator<Item = EndedToken>) {
        self.ended_tokens.extend(tokens);
        self.ended_tokens.sort_by_key(|token| std::cmp::Reverse(token.ended));
        self.ended_tokens.truncate(MOST_ENDED_TOKENS);
    }
}

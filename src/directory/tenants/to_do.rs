//! The to-do list of a tenant: what an administrator should look at, the hardest first.

use super::sync_state::{SyncState, Urgency};
use crate::model::dismissals::Dismissals;
use crate::model::governed::GovernedAttribute;
use crate::model::sync::UnknownAttribute;
use crate::model::tenant::TokenRecord;
use std::mem::{Discriminant, discriminant};
use time::{Duration, OffsetDateTime};

/// The most entries of the list. One more entry has the failed requests that are left.
pub const MOST_ENTRIES: usize = 5;
/// The time before its expiry in which a token is an entry.
const EXPIRES_SOON: Duration = Duration::days(14);

/// An entry of the to-do list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToDo {
    /// The sync fails.
    Failing,
    /// The Secret Token expires soon.
    TokenExpires {
        /// The label of the token.
        label: String,
        /// The time at which the token expires.
        expires: OffsetDateTime,
    },
    /// The identity provider sends an attribute, and the tenant's own values are in use.
    SentAndNotUsed {
        /// The attribute.
        attribute: GovernedAttribute,
        /// The number of active employees for whom the identity provider sends a value.
        sent: u64,
        /// The number of active employees.
        active: u64,
    },
    /// Requests failed for one cause.
    FailedRequests(FailedRequests),
    /// Requests failed for causes that have no entry.
    MoreFailed {
        /// The number of failed requests.
        requests: u64,
        /// The number of causes.
        causes: usize,
    },
    /// The identity provider sends attributes that Rollcall ignores.
    Ignored {
        /// The attributes, the latest first.
        attributes: Vec<UnknownAttribute>,
    },
    /// Imported employees are not in the identity provider yet.
    NotLinked {
        /// The number of the employees.
        people: u64,
    },
    /// A set-up link is open.
    LinkOpen {
        /// The time at which the link expires.
        expires: OffsetDateTime,
    },
}

/// The failed requests of one cause in the last seven days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRequests {
    /// The name of the cause, as in URLs.
    pub cause: String,
    /// The sentence of the cause.
    pub sentence: String,
    /// The number of failed requests.
    pub count: u64,
}

/// The facts that decide the list.
#[derive(Debug, Clone)]
pub struct ToDoFacts<'a> {
    /// The present time.
    pub now: OffsetDateTime,
    /// The state of the sync.
    pub state: &'a SyncState,
    /// The newest valid Secret Token.
    pub token: Option<&'a TokenRecord>,
    /// The number of active employees.
    pub active: u64,
    /// The attributes whose source is the administrator, with the number of active employees for whom the identity
    /// provider sends a value.
    pub not_used: &'a [(GovernedAttribute, u64)],
    /// The failed requests of the last seven days, by cause.
    pub failed: &'a [FailedRequests],
    /// The ignored attributes that are not hidden, the latest first.
    pub ignored: &'a [UnknownAttribute],
    /// The number of imported employees that are not in the identity provider.
    pub not_linked: u64,
    /// The time at which the open set-up link expires.
    pub link_expires: Option<OffsetDateTime>,
    /// The dismissed causes.
    pub dismissed: &'a Dismissals,
}

impl ToDo {
    /// The cause, for a dismissal. `None` when the entry cannot be dismissed.
    pub fn cause(&self) -> Option<String> {
        match self {
            Self::Failing | Self::MoreFailed { .. } => None,
            Self::TokenExpires { .. } => Some("token-expires".to_owned()),
            Self::SentAndNotUsed { attribute, .. } => Some(format!("source-{}", attribute.name())),
            Self::FailedRequests(failed) => Some(format!("failed-{}", failed.cause)),
            Self::Ignored { .. } => Some("ignored-attributes".to_owned()),
            Self::NotLinked { .. } => Some("not-linked".to_owned()),
            Self::LinkOpen { .. } => Some("link-open".to_owned()),
        }
    }
}

impl ToDoFacts<'_> {
    /// Makes the list: at most five entries, the hardest first. Each rule gives one entry before a rule gives a second
    /// one, so many causes of failed requests hide no other rule. A last entry has the failed requests that are left.
    pub fn entries(&self) -> Vec<ToDo> {
        let failing = (self.state.urgency() == Urgency::Bad).then_some(ToDo::Failing);
        let entries = (failing.into_iter())
            .chain(self.token_expires())
            .chain(self.sent_and_not_used())
            .chain(self.failed_requests())
            .chain(self.ignored_attributes())
            .chain((self.not_linked > 0).then_some(ToDo::NotLinked { people: self.not_linked }))
            .chain(self.link_expires.map(|expires| ToDo::LinkOpen { expires }));
        let is_shown =
            |entry: &ToDo| entry.cause().is_none_or(|cause| !self.dismissed.has(&cause, self.now));
        let (mut listed, left) = first_of_each_rule(entries.filter(is_shown).collect());
        listed.extend(more_failed(left));
        listed
    }

    fn token_expires(&self) -> Option<ToDo> {
        let token = self.token?;
        let expires = token.expires.filter(|expires| *expires - self.now <= EXPIRES_SOON)?;
        Some(ToDo::TokenExpires { label: token.label.clone(), expires })
    }

    /// The attribute with the most sent values comes first.
    fn sent_and_not_used(&self) -> Vec<ToDo> {
        let mut sent: Vec<_> = self.not_used.iter().filter(|(_, sent)| *sent > 0).collect();
        sent.sort_by_key(|(_, sent)| std::cmp::Reverse(*sent));
        let entry = |(attribute, sent): &(GovernedAttribute, u64)| ToDo::SentAndNotUsed {
            attribute: *attribute,
            sent: *sent,
            active: self.active.max(*sent),
        };
        sent.into_iter().map(entry).collect()
    }

    /// The cause with the most failed requests comes first.
    fn failed_requests(&self) -> Vec<ToDo> {
        let mut failed: Vec<_> = self.failed.iter().filter(|failed| failed.count > 0).collect();
        failed.sort_by_key(|failed| std::cmp::Reverse(failed.count));
        failed.into_iter().cloned().map(ToDo::FailedRequests).collect()
    }

    fn ignored_attributes(&self) -> Option<ToDo> {
        let attributes = self.ignored.to_vec();
        (!attributes.is_empty()).then_some(ToDo::Ignored { attributes })
    }
}

/// Makes one entry of the failed requests among the entries that the list has no room for.
fn more_failed(left: Vec<ToDo>) -> Option<ToDo> {
    let is_failed = |entry: &ToDo| matches!(entry, ToDo::FailedRequests(_));
    let mut failed: Vec<ToDo> = left.into_iter().filter(is_failed).collect();
    let count = |entry: &ToDo| match entry {
        ToDo::FailedRequests(failed) => failed.count,
        _ => 0,
    };
    match failed.len() {
        0 | 1 => failed.pop(),
        causes => Some(ToDo::MoreFailed { requests: failed.iter().map(count).sum(), causes }),
    }
}

/// Selects at most five entries, and keeps their order. Returns the other entries too.
fn first_of_each_rule(entries: Vec<ToDo>) -> (Vec<ToDo>, Vec<ToDo>) {
    let mut earlier: Vec<Discriminant<ToDo>> = Vec::new();
    let mut ranked: Vec<(usize, usize, ToDo)> = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let rule = discriminant(&entry);
        ranked.push((earlier.iter().filter(|other| **other == rule).count(), place, entry));
        earlier.push(rule);
    }
    ranked.sort_by_key(|(earlier, place, _)| (*earlier, *place));
    let left = ranked.split_off(MOST_ENTRIES.min(ranked.len()));
    ranked.sort_by_key(|(_, place, _)| *place);
    let entries = |ranked: Vec<(usize, usize, ToDo)>| {
        ranked.into_iter().map(|(_, _, entry)| entry).collect::<Vec<_>>()
    };
    (entries(ranked), entries(left))
}

/// Whether a text can be the cause of an entry: at most 100 lower-case letters, digits and hyphens.
pub fn is_cause(text: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.len() <= 100
        && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests;

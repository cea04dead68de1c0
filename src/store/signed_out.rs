//! Signed-out sessions. The item names each session until the session would have expired.

use super::dynamodb::port::UpdateCall;
use super::keys;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeSet, HashMap};

/// The most sessions in the item, because each check of a token reads the item. The store removes sessions beyond this
/// number. A copy of the cookie of such a session works again until the session expires.
const MOST_SESSIONS: usize = 1_000;
/// The most sessions that one sign-out removes: an expression of DynamoDB has at most 4 KB.
const MOST_REMOVED: usize = 100;

/// The prefix of a session's attribute. The id of the session follows. The value is the session's end, in seconds since
/// 1970.
const SESSION: &str = "session ";

/// The sessions that were signed out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignedOut(BTreeSet<String>);

impl SignedOut {
    /// Whether a session was signed out.
    pub fn contains(&self, session: &str) -> bool {
        self.0.contains(session)
    }

    pub(super) fn from_item(item: &Item) -> Self {
        Self(sessions(item).map(|(session, _)| session.to_owned()).collect())
    }
}

/// Reads the sessions of an item, with their ends.
fn sessions(item: &Item) -> impl Iterator<Item = (&str, i64)> {
    item.iter().filter_map(|(name, value)| {
        Some((name.strip_prefix(SESSION)?, value.as_n().ok()?.parse().ok()?))
    })
}

/// Selects the sessions that a sign-out of `session` removes: expired sessions, then the sessions beyond 1,000 that end
/// soonest.
fn superfluous<'i>(item: &'i Item, session: &str, now: i64) -> Vec<&'i str> {
    let others = sessions(item).filter(|(other, _)| *other != session);
    let mut others: Vec<(i64, &str)> = others.map(|(other, expires)| (expires, other)).collect();
    others.sort_unstable();
    let expired = others.partition_point(|(expires, _)| *expires <= now);
    let beyond = (others.len() + 1).saturating_sub(MOST_SESSIONS);
    others.truncate(expired.max(beyond).min(MOST_REMOVED));
    others.into_iter().map(|(_, other)| other).collect()
}

/// The administrators' sessions of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct Sessions<'a>(pub(in crate::store) &'a TenantPart);

impl Sessions<'_> {
    /// Notes that a session was signed out. Also removes expired sessions, and beyond 1,000 the sessions that end
    /// soonest. Times are seconds since 1970.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn sign_out(self, session: &str, expires: i64, now: i64) -> Result<(), Error> {
        let key = keys::signed_out(&self.0.tenant);
        let stored = self.0.table.get(&key).await?.unwrap_or_default();
        let mut names = HashMap::from([("#new".to_owned(), format!("{SESSION}{session}"))]);
        let mut removed = Vec::new();
        for (number, other) in superfluous(&stored, session, now).into_iter().enumerate() {
            let name = format!("#n{number}");
            names.insert(name.clone(), format!("{SESSION}{other}"));
            removed.push(name);
        }
        let removal = match removed.as_slice() {
            [] => String::new(),
            names => format!(" REMOVE {}", names.join(", ")),
        };
        let call = UpdateCall {
            key: key.to_item(),
            expression: format!("SET #new = :expires{removal}"),
            names,
            values: Item::from([(":expires".to_owned(), AttributeValue::N(expires.to_string()))]),
            condition: None,
        };
        self.0.table.update(call).await.map(drop)
    }
}

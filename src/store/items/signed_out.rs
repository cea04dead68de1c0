//! Converts the signed-out sessions of a tenant from and to DynamoDB items.

use crate::model::signed_out::SignedOut;
use crate::store::dynamodb::port::Item;

/// The most sessions in the item, because each check of a token reads the item. The store removes sessions beyond this
/// number. A copy of the cookie of such a session works again until the session expires.
const MOST_SESSIONS: usize = 1_000;
/// The most sessions that one sign-out removes: an expression of DynamoDB has at most 4 KB.
const MOST_REMOVED: usize = 100;

/// The prefix of a session's attribute. The id of the session follows. The value is the session's end, in seconds since
/// 1970.
pub(in crate::store) const SESSION: &str = "session ";

impl SignedOut {
    pub(in crate::store) fn from_item(item: &Item) -> Self {
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
pub(in crate::store) fn superfluous<'i>(item: &'i Item, session: &str, now: i64) -> Vec<&'i str> {
    let others = sessions(item).filter(|(other, _)| *other != session);
    let mut others: Vec<(i64, &str)> = others.map(|(other, expires)| (expires, other)).collect();
    others.sort_unstable();
    let expired = others.partition_point(|(expires, _)| *expires <= now);
    let beyond = (others.len() + 1).saturating_sub(MOST_SESSIONS);
    others.truncate(expired.max(beyond).min(MOST_REMOVED));
    others.into_iter().map(|(_, other)| other).collect()
}

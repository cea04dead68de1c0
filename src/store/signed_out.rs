//! Sessions that ended before their time: each is named until it would have expired.

use super::dynamodb::port::UpdateCall;
use super::{Error, Item, TenantStore, keys};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeSet, HashMap};

/// The attribute of a session starts so, and ends with its id. The value is the session's end in seconds since 1970.
const SESSION: &str = "session ";

/// The sessions that were signed out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignedOut(BTreeSet<String>);

impl SignedOut {
    /// Whether a session is among them.
    pub fn contains(&self, session: &str) -> bool {
        self.0.contains(session)
    }

    pub(super) fn from_item(item: &Item) -> Self {
        Self(sessions(item).map(|(session, _)| session.to_owned()).collect())
    }
}

/// The sessions of an item, with their ends.
fn sessions(item: &Item) -> impl Iterator<Item = (&str, i64)> {
    item.iter().filter_map(|(name, value)| {
        Some((name.strip_prefix(SESSION)?, value.as_n().ok()?.parse().ok()?))
    })
}

impl TenantStore {
    /// Notes that a session was signed out, and forgets the sessions that have expired. Times are seconds since 1970.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn sign_out(&self, session: &str, expires: i64, now: i64) -> Result<(), Error> {
        let key = keys::signed_out(&self.tenant);
        let stored = self.store.get(&key).await?.unwrap_or_default();
        let expired = sessions(&stored).filter(|(_, expires)| *expires <= now);
        let mut names = HashMap::from([("#new".to_owned(), format!("{SESSION}{session}"))]);
        let mut removed = Vec::new();
        for (number, (session, _)) in expired.enumerate() {
            let name = format!("#n{number}");
            names.insert(name.clone(), format!("{SESSION}{session}"));
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
        self.store.update(call).await.map(drop)
    }
}

//! The common part of the writes of records: their outcome, and the pointers that they write and remove.

use super::dynamodb::retry::{Attempt, NextAttempt};
use super::dynamodb::transact::{Condition, Outcome, Step, Transaction};
use super::keys::Key;
use super::record::id_in_key;
use crate::model::claim::Claim;
use crate::model::memberships::Memberships;
use crate::store::dynamodb::error::Error;
use std::collections::BTreeSet;

/// The outcome of a write of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// The write is committed.
    Done,
    /// The transaction failed: the record has another revision, or an item that the write depends on has changed.
    Stale,
    /// The transaction failed: the claim on the name is not as expected. This is the claim as found.
    ClaimDiffers(Claim),
}

impl Written {
    /// Returns the attempt that this write ends. A write that is not done is decided again from a new read.
    pub fn attempt(self) -> Attempt<()> {
        match self {
            Written::Done => Attempt::Done(()),
            Written::Stale | Written::ClaimDiffers(_) => Attempt::Again(NextAttempt::AfterPause),
        }
    }
}

/// Writes new pointers, and removes old pointers.
pub(super) fn write_pointers(
    transaction: &mut Transaction<'_>,
    old: &BTreeSet<Key>,
    new: &BTreeSet<Key>,
) {
    for gone in old.difference(new) {
        transaction.delete(Step::Companion, gone, Condition::none());
    }
    for come in new.difference(old) {
        transaction.put(Step::Companion, come.to_item(), Condition::none());
    }
}

pub(super) async fn finish(transaction: Transaction<'_>) -> Result<Written, Error> {
    let refused = match transaction.commit().await? {
        Outcome::Committed => return Ok(Written::Done),
        Outcome::Refused(refused) => refused,
    };
    if refused.iter().any(|(step, _)| *step == Step::Record) {
        return Ok(Written::Stale);
    }
    for (_, item) in refused.iter().filter(|(step, _)| *step == Step::Member) {
        let Some(item) = item else { continue };
        if Memberships::from_item(item)?.is_full() {
            return Err(Error::MemberFull(id_in_key(item)?));
        }
    }
    let claim = refused.into_iter().find(|(step, _)| *step == Step::Claim);
    let Some((_, item)) = claim else { return Ok(Written::Stale) };
    let claim = item.as_ref().map_or_else(|| Ok(Claim::default()), Claim::from_item)?;
    Ok(Written::ClaimDiffers(claim))
}

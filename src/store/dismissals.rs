//! Keeps the notices that an administrator dismissed, in the notes on the identity provider.

use super::dynamodb::error::Error;
use super::dynamodb::port::Updated;
use super::dynamodb::transact::text;
use super::items::attributes::as_json;
use super::items::sync::{DISMISSED, HIDDEN, REVISION};
use super::keys;
use super::sync::SyncItems;
use super::update::ItemUpdate;
use crate::model::dismissals::Dismissals;

/// A list of dismissals in the notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DismissalList {
    /// The dismissed to-do entries.
    Causes,
    /// The hidden attributes.
    Attributes,
}

impl SyncItems<'_> {
    /// Replaces the dismissals of a list, on the condition that they are as they were read. `false` when another process
    /// changed them meanwhile. A list without dismissals is absent.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn put_dismissals(
        self,
        list: DismissalList,
        before: &Dismissals,
        after: &Dismissals,
    ) -> Result<bool, Error> {
        let name = match list {
            DismissalList::Causes => DISMISSED,
            DismissalList::Attributes => HIDDEN,
        };
        let value = |dismissals: &Dismissals| match dismissals.is_empty() {
            true => Ok(None),
            false => as_json(dismissals).map(|json| Some(text(json))),
        };
        let mut update = ItemUpdate::default();
        update.add(REVISION, 1);
        update.replace(name, value(before)?, value(after)?);
        let call = update.into_call(&keys::sync(&self.0.tenant));
        Ok(self.0.table.update(call).await? == Updated::Done)
    }
}

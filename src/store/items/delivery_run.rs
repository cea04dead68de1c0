//! Converts the runs of delivery logs from and to DynamoDB items. The answers of receivers have an attribute of their
//! own: an erasure removes this attribute without a read of the others.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::delivery_log::{Attempt, DeliveryRun};
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use uuid::Uuid;

const RUN: &str = "run";
const ATTEMPTS: &str = "attempts";
/// The attribute with the answers of the receiver, one for each attempt.
pub(in crate::store) const SAYS: &str = "says";

impl DeliveryRun {
    /// Makes the item of a destination's run.
    pub(in crate::store) fn to_item(&self, tenant: &TenantId, id: Uuid) -> Result<Item, Error> {
        let item = ItemWriter::new(&keys::delivery_run(tenant, id, self.run))
            .number(RUN, self.run)
            .json(ATTEMPTS, &self.attempts)?;
        let says: Vec<Option<&str>> = self.attempts.iter().map(|one| one.says.as_deref()).collect();
        let item = match says.iter().any(Option::is_some) {
            true => item.json(SAYS, &says)?,
            false => item,
        };
        Ok(item.into_item())
    }

    /// Reads an item.
    ///
    /// # Errors
    /// [`Error::BadItem`] for an item that this program does not write.
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, Error> {
        let mut item = ItemReader(item);
        let mut attempts: Vec<Attempt> = item.json(ATTEMPTS)?;
        let says: Option<Vec<Option<String>>> = item.optional_json(SAYS)?;
        for (attempt, says) in attempts.iter_mut().zip(says.unwrap_or_default()) {
            attempt.says = says;
        }
        Ok(Self { run: item.number(RUN)?, attempts })
    }
}

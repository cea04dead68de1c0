//! Converts the sync record of a tenant from and to DynamoDB items.

use super::attributes::{ItemReader, as_json};
use crate::model::sync::SyncRecord;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::text;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

// The names of the record's attributes. Failed requests and unknown attributes are lists of JSON texts, newest first.
pub(in crate::store) const LAST_REQUEST: &str = "lastRequest";
pub(in crate::store) const REFUSALS: &str = "refusals";
pub(in crate::store) const UNKNOWN: &str = "unknown";
// The times that decide findings. Their texts have one length, so they compare as the times do.
pub(in crate::store) const REFUSED_AT: &str = "refusedAt";
pub(in crate::store) const SILENT_AT: &str = "silentAt";
/// The prefix of a token's attribute. The start of the token's digest follows.
pub(in crate::store) const USED: &str = "used ";

impl SyncRecord {
    /// Reads the record.
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, Error> {
        let used = item.iter().filter_map(|(name, value)| {
            Some((name.strip_prefix(USED)?.to_owned(), value.as_s().ok()?.clone()))
        });
        let mut record = Self { used: used.collect(), ..Self::default() };
        // A retried call, or two processes, may have added the same element twice.
        for refusal in read_texts(&item, REFUSALS)?.into_iter().rev() {
            record.add_refusals(&[refusal]);
        }
        for attribute in read_texts(&item, UNKNOWN)?.into_iter().rev() {
            record.add_unknown(&[attribute]);
        }
        let mut item = ItemReader(item);
        record.last_request = item.optional_time(LAST_REQUEST)?;
        record.refused_at = item.optional_time(REFUSED_AT)?;
        record.silent_at = item.optional_time(SILENT_AT)?;
        Ok(record)
    }
}

/// Makes a list of structured values, each as a JSON text.
pub(in crate::store) fn texts(values: &[impl Serialize]) -> Result<AttributeValue, Error> {
    let texts = values.iter().map(|value| Ok(text(as_json(value)?)));
    Ok(AttributeValue::L(texts.collect::<Result<_, Error>>()?))
}

fn read_texts<T: DeserializeOwned>(item: &Item, name: &str) -> Result<Vec<T>, Error> {
    let list = item.get(name).and_then(|value| value.as_l().ok()).into_iter().flatten();
    let values = list.map(|value| {
        let text = value.as_s().map_err(|_| Error::bad_item(format!("{name} holds no text")))?;
        serde_json::from_str(text).map_err(Error::bad_item)
    });
    values.collect()
}

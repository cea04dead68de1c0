//! Converts the sync record of a tenant from and to DynamoDB items.

use super::attributes::{ItemReader, as_json};
use crate::model::sync::SyncRecord;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::text;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

// The names of the record's attributes. The unknown attributes are a list of JSON texts, the latest first. Other
// structured values are one JSON text each.
pub(in crate::store) const REVISION: &str = "revision";
pub(in crate::store) const LAST_REQUEST: &str = "lastRequest";
pub(in crate::store) const LATEST: &str = "latest";
pub(in crate::store) const CLIENT: &str = "client";
pub(in crate::store) const UNKNOWN: &str = "unknown";
pub(in crate::store) const PAGE: &str = "page";
pub(in crate::store) const PAGE_WRITES: &str = "pageWrites";
pub(in crate::store) const FAILURES: &str = "failures";
pub(in crate::store) const UNAUTHORIZED: &str = "unauthorized";
pub(in crate::store) const RECORD_UNTIL: &str = "recordUntil";
pub(in crate::store) const RECORDED: &str = "recorded";
pub(in crate::store) const CLEANED_ON: &str = "cleanedOn";
pub(in crate::store) const SUCCEEDED_AT: &str = "succeededAt";
// The dismissed to-do entries and the hidden attributes.
pub(in crate::store) const DISMISSED: &str = "dismissed";
pub(in crate::store) const HIDDEN: &str = "hidden";
// The times that decide findings. Their texts have one length, so they compare as the times do.
pub(in crate::store) const FAILED_AT: &str = "failedAt";
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
        for attribute in read_texts(&item, UNKNOWN)?.into_iter().rev() {
            record.add_unknown(&[attribute]);
        }
        let mut item = ItemReader(item);
        record.revision = item.optional_number(REVISION)?.unwrap_or_default();
        record.last_request = item.optional_time(LAST_REQUEST)?;
        record.latest = item.optional_json(LATEST)?;
        record.sender = item.optional_text(CLIENT)?.and_then(|name| name.parse().ok());
        record.succeeded_at = item.optional_time(SUCCEEDED_AT)?;
        record.failed_at = item.optional_time(FAILED_AT)?;
        record.dismissed_causes = item.optional_json(DISMISSED)?.unwrap_or_default();
        record.hidden_attributes = item.optional_json(HIDDEN)?.unwrap_or_default();
        record.silent_at = item.optional_time(SILENT_AT)?;
        record.page = item.optional_number(PAGE)?.unwrap_or_default();
        record.page_writes = item.optional_json(PAGE_WRITES)?.unwrap_or_default();
        record.failures = item.optional_json(FAILURES)?.unwrap_or_default();
        record.unauthorized = item.optional_json(UNAUTHORIZED)?.unwrap_or_default();
        record.record_until = item.optional_time(RECORD_UNTIL)?;
        record.recorded = item.optional_number(RECORDED)?.unwrap_or_default();
        record.cleaned_on = item.optional_text(CLEANED_ON)?;
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

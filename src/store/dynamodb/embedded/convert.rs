//! Converts items, keys and errors between the SDK's types and the engine's types.

use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::AttributeValue as Stored;
use dynoxide::errors::DynoxideError;
use dynoxide::types::ConsumedCapacity;
use std::collections::HashMap;

/// Converts an item into the engine's type.
pub(super) fn stored(item: Item) -> HashMap<String, Stored> {
    item.into_iter().map(|(name, value)| (name, stored_value(value))).collect()
}

fn stored_value(value: AttributeValue) -> Stored {
    match value {
        AttributeValue::S(text) => Stored::S(text),
        AttributeValue::N(number) => Stored::N(number),
        AttributeValue::B(bytes) => Stored::B(bytes.into_inner()),
        AttributeValue::Bool(flag) => Stored::BOOL(flag),
        AttributeValue::Ss(texts) => Stored::SS(texts),
        AttributeValue::Ns(numbers) => Stored::NS(numbers),
        AttributeValue::Bs(all) => Stored::BS(all.into_iter().map(Blob::into_inner).collect()),
        AttributeValue::L(values) => Stored::L(values.into_iter().map(stored_value).collect()),
        AttributeValue::M(map) => Stored::M(stored(map)),
        // This program writes no other types of values. A later SDK may add some.
        _ => Stored::NULL(true),
    }
}

/// Converts an item into the SDK's type.
pub(super) fn item(stored: HashMap<String, Stored>) -> Item {
    stored.into_iter().map(|(name, value)| (name, item_value(value))).collect()
}

fn item_value(value: Stored) -> AttributeValue {
    match value {
        Stored::S(text) => AttributeValue::S(text),
        Stored::N(number) => AttributeValue::N(number),
        Stored::B(bytes) => AttributeValue::B(Blob::new(bytes)),
        Stored::BOOL(flag) => AttributeValue::Bool(flag),
        Stored::NULL(flag) => AttributeValue::Null(flag),
        Stored::SS(texts) => AttributeValue::Ss(texts),
        Stored::NS(numbers) => AttributeValue::Ns(numbers),
        Stored::BS(all) => AttributeValue::Bs(all.into_iter().map(Blob::new).collect()),
        Stored::L(values) => AttributeValue::L(values.into_iter().map(item_value).collect()),
        Stored::M(map) => AttributeValue::M(item(map)),
    }
}

/// The capacity units of one table, or of each table of a batch or a transaction.
pub(super) fn units<'c>(consumed: impl IntoIterator<Item = &'c ConsumedCapacity>) -> f64 {
    consumed.into_iter().map(|table| table.capacity_units).sum()
}

/// Classifies an error of the engine like an error of DynamoDB.
pub(super) fn failure(error: DynoxideError) -> Error {
    let code = error.error_type().rsplit('#').next().unwrap_or_default();
    Error::classify(code, Some(error.status_code()), error.to_string().into())
}

/// Makes the error for a call without an answer: its thread has ended.
pub(super) fn no_answer() -> Error {
    Error::Unavailable("the embedded engine gave no answer".into())
}

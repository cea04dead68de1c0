//! Converts events of the outbox and the feed from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::event::EventRef;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::keys::Key;

/// The attribute with the reference.
const EVENT: &str = "event";
/// The attribute with the sort key of another outbox item, whose event comes first.
const AFTER: &str = "after";
/// The attribute for the filter of the table's stream.
pub(in crate::store) const TRIGGER: &str = "trigger";
/// The value of [`TRIGGER`] that starts a run of the delivery.
pub(in crate::store) const TRIGGERS: &str = "y";

/// An event of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingEvent {
    /// The sort key of the outbox item.
    pub(in crate::store) sort: String,
    /// The reference.
    pub event: EventRef,
    /// The sort key of the outbox item whose event comes first. An erasure comes after the last change of the employee.
    pub(in crate::store) after: Option<String>,
}

/// An event of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedEvent {
    /// The number of the event in the tenant's feed, from 1.
    pub number: u64,
    /// The reference.
    pub event: EventRef,
}

/// Makes the outbox item of an event.
pub(in crate::store) fn outbox_item(key: &Key, event: &EventRef, after: Option<&Key>) -> Item {
    ItemWriter::new(key)
        .text(EVENT, event.to_string())
        .text(TRIGGER, TRIGGERS)
        .optional_text(AFTER, after.map(|key| key.sort.as_str()))
        .into_item()
}

/// Makes the feed item of an event.
pub(in crate::store) fn feed_item(key: &Key, event: &EventRef) -> Item {
    ItemWriter::new(key).text(EVENT, event.to_string()).into_item()
}

/// Reads an outbox item.
pub(in crate::store) fn read_waiting(item: Item) -> Result<WaitingEvent, Error> {
    let sort = keys::sort_key(&item).ok_or_else(|| Error::bad_item("no sort key"))?.to_owned();
    let mut item = ItemReader(item);
    Ok(WaitingEvent { sort, event: read_reference(&mut item)?, after: item.optional_text(AFTER)? })
}

/// Reads a feed item.
pub(in crate::store) fn read_numbered(item: Item) -> Result<NumberedEvent, Error> {
    let number = keys::sort_key(&item).and_then(|sort| sort.parse().ok());
    let number = number.ok_or_else(|| Error::bad_item("no number"))?;
    Ok(NumberedEvent { number, event: read_reference(&mut ItemReader(item))? })
}

fn read_reference(item: &mut ItemReader) -> Result<EventRef, Error> {
    EventRef::parse(&item.text(EVENT)?).ok_or_else(|| Error::bad_item("no reference to an event"))
}

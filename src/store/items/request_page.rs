//! Converts pages of failed requests, recorded requests and counts of requests from DynamoDB items.

use super::attributes::ItemReader;
use crate::model::noted_request::NotedRequest;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use std::collections::BTreeMap;

pub(in crate::store) const NUMBER: &str = "number";
pub(in crate::store) const REVISION: &str = "revision";
pub(in crate::store) const ROWS: &str = "rows";

/// A page of failed requests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestPage {
    /// The number of the page. Its slot in the ring follows from the number.
    pub number: u64,
    /// The revision of the page.
    pub revision: u64,
    /// The rows, in the order of their first requests.
    pub rows: Vec<NotedRequest>,
}

impl RequestPage {
    /// Reads a page.
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, Error> {
        let mut item = ItemReader(item);
        Ok(Self {
            number: item.number(NUMBER)?,
            revision: item.number(REVISION)?,
            rows: item.json(ROWS)?,
        })
    }
}

/// The rows of one item of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedPage {
    /// The sort key.
    pub key: String,
    /// The rows.
    pub rows: Vec<NotedRequest>,
}

impl RecordedPage {
    /// Reads an item of a recording.
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, Error> {
        let mut item = ItemReader(item);
        Ok(Self { key: item.text("SK")?, rows: item.json(ROWS)? })
    }
}

/// The counts of requests in ten minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficPart {
    /// The ten minutes (UTC, `2026-11-29T12:3`).
    pub key: String,
    /// The counts by minute and meaning, such as `m4.createUser`. Failed requests are `m4.failed`.
    pub counts: BTreeMap<String, u64>,
}

impl TrafficPart {
    /// Reads an item with counts.
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, Error> {
        let counts = item
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.as_n().ok()?.parse().ok()?)));
        let counts = counts.collect();
        Ok(Self { key: ItemReader(item).text("SK")?, counts })
    }
}

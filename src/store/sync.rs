//! Keeps notes on the identity provider of a tenant: the last request, failed requests, used tokens and unknown
//! attributes.
//!
//! The module also counts the changes of the last 24 hours.

use super::dynamodb::port::{UpdateCall, Updated};
use super::dynamodb::transact::{size, text};
use super::items::attributes::{ItemReader, as_json, format_time};
use super::keys;
use crate::model::history::EventKind;
use crate::model::sync::{Refusal, SyncNews, SyncRecord, UnknownAttribute};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use time::{Duration, OffsetDateTime, UtcOffset};

/// The most failed requests that a record gives out.
const MOST_REFUSALS: usize = 20;
/// The most unknown attributes that a record gives out.
const MOST_UNKNOWN: usize = 50;

/// The lengths at which the store shortens the stored lists. An update expression can append to a list, but not shorten
/// it.
const MOST_REFUSALS_STORED: usize = 30;
const MOST_UNKNOWN_STORED: usize = 75;

// The names of the record's attributes. Failed requests and unknown attributes are lists of JSON texts, newest first.
const LAST_REQUEST: &str = "lastRequest";
const REFUSALS: &str = "refusals";
const UNKNOWN: &str = "unknown";
/// The prefix of a token's attribute. The start of the token's digest follows.
const USED: &str = "used ";

/// The sync record of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct SyncRecords<'a>(pub(in crate::store) &'a TenantPart);

impl SyncRecords<'_> {
    /// Reads the notes on the identity provider; they are empty without an item.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self) -> Result<SyncRecord, Error> {
        match self.0.table.get(&keys::sync(&self.0.tenant)).await? {
            Some(item) => SyncRecord::from_item(item),
            None => Ok(SyncRecord::default()),
        }
    }

    /// Adds news to the record by one update. When a list is full, the store also reads the record and shortens its
    /// lists. `false` when another process has changed the length of a list meanwhile.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn add(self, news: &SyncNews) -> Result<bool, Error> {
        let mut update = Note::of_request(news)?;
        update.append(REFUSALS, texts(&news.refusals)?, MOST_REFUSALS_STORED);
        update.append(UNKNOWN, texts(&news.unknown)?, MOST_UNKNOWN_STORED);
        if self.update(update).await? == Updated::Done {
            return Ok(true);
        }
        let stored = self.0.table.get(&keys::sync(&self.0.tenant)).await?.unwrap_or_default();
        let mut update = Note::of_request(news)?;
        for list in [REFUSALS, UNKNOWN] {
            update.expect_length(list, length(&stored, list));
        }
        let mut record = SyncRecord::from_item(stored)?;
        record.add_refusals(&news.refusals);
        record.add_unknown(&news.unknown);
        update.set(REFUSALS, texts(&record.refusals)?);
        update.set(UNKNOWN, texts(&record.unknown)?);
        Ok(self.update(update).await? == Updated::Done)
    }

    /// Removes the failed requests and the unknown attributes. They may name an erased person.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn clear_notes(self) -> Result<(), Error> {
        let mut update = Note::default();
        update.set(REFUSALS, AttributeValue::L(Vec::new()));
        update.set(UNKNOWN, AttributeValue::L(Vec::new()));
        self.update(update).await.map(drop)
    }

    async fn update(self, note: Note) -> Result<Updated, Error> {
        let call = UpdateCall {
            key: keys::sync(&self.0.tenant).to_item(),
            expression: format!("SET {}", note.sets.join(", ")),
            names: note.names,
            values: note.values,
            condition: (!note.conditions.is_empty()).then(|| note.conditions.join(" AND ")),
        };
        self.0.table.update(call).await
    }

    /// Counts the changes of employees in the 24 hours before `now`, by kind. The index follows the table with a short
    /// delay.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn count_changes_of_a_day(
        self,
        now: OffsetDateTime,
    ) -> Result<BTreeMap<EventKind, u64>, Error> {
        let since = (now - Duration::days(1)).to_offset(UtcOffset::UTC);
        let from = keys::change_at(since, "");
        let days = [since.date(), now.to_offset(UtcOffset::UTC).date()];
        let [first, second] = days.map(|day| keys::changes_on(&self.0.tenant, day));
        let (first, second) = tokio::try_join!(
            self.0.table.query_change_index(&first, &from),
            self.0.table.query_change_index(&second, &from),
        )?;
        let mut counts = BTreeMap::new();
        let own = keys::tenant_history(&self.0.tenant).partition;
        let of_employees = |item: &&Item| keys::partition(item) != Some(&*own);
        for item in first.iter().chain(&second).filter(of_employees) {
            let at = item.get(keys::CHANGE_AT).and_then(|at| at.as_s().ok());
            let kind = at.and_then(|at| keys::kind_of_change(at));
            let kind: Option<EventKind> =
                kind.and_then(|kind| serde_json::from_value(Value::from(kind)).ok());
            if let Some(kind) = kind {
                *counts.entry(kind).or_default() += 1;
            }
        }
        Ok(counts)
    }
}

impl SyncRecord {
    /// Adds newer failed requests, newest first, and removes the oldest beyond the limit of 20.
    pub fn add_refusals(&mut self, newer: &[Refusal]) {
        self.refusals.retain(|known| !newer.contains(known));
        self.refusals.splice(0..0, newer.iter().cloned());
        self.refusals.truncate(MOST_REFUSALS);
    }

    /// Adds unknown attributes, and removes the attributes beyond the limit of 50 that were sent longest ago.
    pub fn add_unknown(&mut self, newer: &[UnknownAttribute]) {
        let is_newer = |known: &UnknownAttribute| {
            newer
                .iter()
                .any(|new| (&new.resource_type, &new.name) == (&known.resource_type, &known.name))
        };
        self.unknown.retain(|known| !is_newer(known));
        self.unknown.splice(0..0, newer.iter().cloned());
        self.unknown.truncate(MOST_UNKNOWN);
    }

    fn from_item(item: Item) -> Result<Self, Error> {
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
        record.last_request = ItemReader(item).optional_time(LAST_REQUEST)?;
        Ok(record)
    }
}

/// Makes a list of structured values, each as a JSON text.
fn texts(values: &[impl Serialize]) -> Result<AttributeValue, Error> {
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

fn length(item: &Item, name: &str) -> usize {
    item.get(name).and_then(|value| value.as_l().ok()).map_or(0, Vec::len)
}

/// An update of the record, before it is sent.
#[derive(Debug, Default)]
struct Note {
    sets: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: Item,
}

impl Note {
    /// Notes the time of the request, and the tokens that were used.
    fn of_request(news: &SyncNews) -> Result<Self, Error> {
        let mut note = Self::default();
        if news.is_request {
            note.set(LAST_REQUEST, text(format_time(news.at)?));
        }
        let day = day_of(news.at);
        for token in &news.used {
            note.set(&format!("{USED}{token}"), text(&*day));
        }
        Ok(note)
    }

    fn set(&mut self, name: &str, value: AttributeValue) {
        let (name, value) = self.bind(name, value);
        self.sets.push(format!("{name} = {value}"));
    }

    /// Prepends to a stored list, on the condition that the list has fewer than `most` elements.
    fn append(&mut self, name: &str, list: AttributeValue, most: usize) {
        if list.as_l().is_ok_and(Vec::is_empty) {
            return;
        }
        let (name, list) = self.bind(name, list);
        let (none, limit) = (format!("{list}none"), format!("{list}most"));
        self.sets.push(format!("{name} = list_append({list}, if_not_exists({name}, {none}))"));
        self.conditions.push(format!("(attribute_not_exists({name}) OR size({name}) < {limit})"));
        self.values.insert(none, AttributeValue::L(Vec::new()));
        self.values.insert(limit, size(most));
    }

    /// Makes the update fail when a stored list has another length.
    fn expect_length(&mut self, name: &str, length: usize) {
        let (name, length) = self.bind(name, size(length));
        let is_absent = format!("(attribute_not_exists({name}) AND {length} = :zero)");
        self.values.insert(":zero".to_owned(), size(0));
        self.conditions.push(format!("({is_absent} OR size({name}) = {length})"));
    }

    /// Binds an attribute and a value to names for expressions.
    fn bind(&mut self, name: &str, value: AttributeValue) -> (String, String) {
        let number = self.names.len();
        let names = (format!("#n{number}"), format!(":v{number}"));
        self.names.insert(names.0.clone(), name.to_owned());
        self.values.insert(names.1.clone(), value);
        names
    }
}

/// Formats a day (UTC) as items have it: `2026-11-24`.
pub fn day_of(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).date().to_string()
}

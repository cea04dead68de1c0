//! Keeps notes on the identity provider of a tenant: the last request, failed requests, used tokens and unknown
//! attributes.
//!
//! The module also counts the changes of the last 24 hours.

use super::dynamodb::port::{UpdateCall, Updated};
use super::dynamodb::transact::{size, text};
use super::items::attributes::format_time;
use super::keys;
use crate::model::history::EventKind;
use crate::model::sync::{SyncNews, SyncRecord};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::items::sync::LAST_REQUEST;
use crate::store::items::sync::REFUSALS;
use crate::store::items::sync::UNKNOWN;
use crate::store::items::sync::USED;
use crate::store::items::sync::texts;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use time::{Duration, OffsetDateTime, UtcOffset};

/// The lengths at which the store shortens the stored lists. An update expression can append to a list, but not shorten
/// it.
const MOST_REFUSALS_STORED: usize = 30;
const MOST_UNKNOWN_STORED: usize = 75;

/// The sync record of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct SyncItems<'a>(pub(in crate::store) &'a TenantPart);

impl SyncItems<'_> {
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

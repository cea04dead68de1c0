//! Keeps notes on the identity provider of a tenant: the last request, failed requests, used tokens and unknown
//! attributes.

use super::dynamodb::port::{UpdateCall, Updated};
use super::dynamodb::retry::{Attempt, retry};
use super::dynamodb::transact::{size, text};
use super::items::attributes::format_time;
use super::keys;
use crate::model::sync::{SyncNews, SyncRecord};
use crate::model::sync_findings::WITHOUT_REFUSALS;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::items::sync::LAST_REQUEST;
use crate::store::items::sync::REFUSALS;
use crate::store::items::sync::REFUSED_AT;
use crate::store::items::sync::SILENT_AT;
use crate::store::items::sync::UNKNOWN;
use crate::store::items::sync::USED;
use crate::store::items::sync::texts;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use scim::date_time;
use std::collections::HashMap;
use time::{OffsetDateTime, UtcOffset};

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

    /// Adds news to the record by one update. The store also reads the record when a list is full, or when the news may
    /// be a finding. It then shortens the lists, and puts the findings into the outbox. `false` when another process has
    /// changed the record meanwhile.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn add(self, news: &SyncNews) -> Result<bool, Error> {
        let mut update = Note::of_request(news)?;
        update.append(REFUSALS, texts(&news.refusals)?, MOST_REFUSALS_STORED);
        update.append(UNKNOWN, texts(&news.unknown)?, MOST_UNKNOWN_STORED);
        if let Some(newest) = news.newest_refusal() {
            update.expect_recent_refusal(newest);
        }
        if self.update(update).await? == Updated::Done {
            return Ok(true);
        }
        let stored = self.0.table.get(&keys::sync(&self.0.tenant)).await?.unwrap_or_default();
        let mut update = Note::of_request(news)?;
        for list in [REFUSALS, UNKNOWN] {
            update.expect_length(list, length(&stored, list));
        }
        let mut record = SyncRecord::from_item(stored)?;
        if !self.put_findings(&record, news).await? {
            return Ok(false);
        }
        if let Some(check) = news.check_refusals(record.refused_at) {
            let known = if check.is_first { Some(check.last) } else { record.refused_at };
            update.set_last_refusal(known, check.last);
        }
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
        retry!({
            let mut update = Note::default();
            update.set(REFUSALS, AttributeValue::L(Vec::new()));
            update.set(UNKNOWN, AttributeValue::L(Vec::new()));
            Ok(Attempt::done_if(self.update(update).await? == Updated::Done))
        })
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
            // A request after a silence is a finding.
            let silent_at = note.bind_name(SILENT_AT);
            note.conditions.push(format!("attribute_not_exists({silent_at})"));
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

    /// Sets the time of the last failed request, on the condition that the stored time is at most an hour earlier, and
    /// not later.
    fn expect_recent_refusal(&mut self, newest: OffsetDateTime) {
        let earliest = newest - WITHOUT_REFUSALS;
        let (name, newest) = self.bind(REFUSED_AT, text(date_time::format(newest)));
        let earliest_value = format!("{newest}earliest");
        self.conditions.push(format!("{name} > {earliest_value} AND {name} <= {newest}"));
        self.values.insert(earliest_value, text(date_time::format(earliest)));
        self.sets.push(format!("{name} = {newest}"));
    }

    /// Sets the time of the last failed request, on the condition that the stored time is `known`.
    fn set_last_refusal(&mut self, known: Option<OffsetDateTime>, last: OffsetDateTime) {
        let (name, last) = self.bind(REFUSED_AT, text(date_time::format(last)));
        self.sets.push(format!("{name} = {last}"));
        let Some(known) = known else {
            return self.conditions.push(format!("attribute_not_exists({name})"));
        };
        let known_value = format!("{last}known");
        self.conditions.push(format!("{name} = {known_value}"));
        self.values.insert(known_value, text(date_time::format(known)));
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
        let place = format!(":v{}", self.names.len());
        self.values.insert(place.clone(), value);
        (self.bind_name(name), place)
    }

    /// Binds an attribute to a name for expressions.
    fn bind_name(&mut self, name: &str) -> String {
        let place = format!("#n{}", self.names.len());
        self.names.insert(place.clone(), name.to_owned());
        place
    }
}

/// Formats a day (UTC) as items have it: `2026-11-24`.
pub fn day_of(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).date().to_string()
}

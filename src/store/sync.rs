//! What was noticed of a tenant's identity provider: when it last asked, what it was refused, which tokens it uses; and
//! how much it changed lately.

use super::dynamodb::transact::{Condition, Outcome, Step, Transaction};
use super::history::EventKind;
use super::keys;
use super::{Error, Item, TenantStore};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime, UtcOffset};

/// How many refusals are kept.
const MOST_REFUSALS: usize = 20;
/// How many unknown attributes are kept.
const MOST_UNKNOWN: usize = 50;

/// What was noticed of an identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SyncRecord {
    /// Grows by one with each change; zero before the first.
    revision: u64,
    /// When it last asked for something; up to a minute late.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_request: Option<OffsetDateTime>,
    /// What it was refused, the last one first.
    pub refusals: Vec<Refusal>,
    /// The day (UTC, `2026-11-24`) on which a token was last used, by the start of its digest.
    pub used: BTreeMap<String, String>,
    /// The attributes that it sent and that no table had, those first that were sent last.
    pub unknown: Vec<UnknownAttribute>,
}

/// An attribute that an identity provider sent, and that no table had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownAttribute {
    /// The name of the resource type.
    pub resource_type: String,
    /// The attribute, in attribute notation (RFC 7644 §3.10).
    pub name: String,
    /// The day (UTC) on which it was last sent.
    pub day: String,
}

/// A request that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The method and the route, such as `PATCH /Users/{id}`.
    pub operation: String,
    /// The HTTP status.
    pub status: u16,
    /// What the identity provider's administrator was told.
    pub detail: String,
}

/// What is new since the record was last written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncNews {
    /// When the identity provider last asked.
    pub last_request: OffsetDateTime,
    /// What it was refused, the last one first.
    pub refusals: Vec<Refusal>,
    /// The tokens it used, by the start of their digests.
    pub used: Vec<String>,
    /// The attributes that it sent and that no table has.
    pub unknown: Vec<UnknownAttribute>,
}

impl TenantStore {
    /// What was noticed so far.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_sync(&self) -> Result<SyncRecord, Error> {
        match self.store.get(&keys::sync(&self.tenant)).await? {
            Some(item) => {
                serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(Error::bad_item)
            }
            None => Ok(SyncRecord::default()),
        }
    }

    /// Adds what is new to a record as it was read; `false` when another process has written it since.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn add_to_sync(&self, before: SyncRecord, news: &SyncNews) -> Result<bool, Error> {
        self.put_sync(before.with(news)).await
    }

    /// Forgets what the identity provider was refused and what was unknown: it may name somebody who was erased.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn clear_notes(&self) -> Result<bool, Error> {
        let before = self.get_sync().await?;
        if before.refusals.is_empty() && before.unknown.is_empty() {
            return Ok(true);
        }
        let revision = before.revision + 1;
        let after = SyncRecord { revision, refusals: Vec::new(), unknown: Vec::new(), ..before };
        self.put_sync(after).await
    }

    async fn put_sync(&self, record: SyncRecord) -> Result<bool, Error> {
        let expected = match record.revision {
            0 | 1 => Condition::absent(),
            revision => Condition::revision(revision - 1),
        };
        let mut item: Item =
            serde_dynamo::aws_sdk_dynamodb_1::to_item(record).map_err(Error::bad_item)?;
        item.extend(keys::sync(&self.tenant).to_item());
        let mut transaction = Transaction::new(&self.store);
        transaction.put(Step::Record, item, expected);
        Ok(matches!(transaction.commit().await?, Outcome::Committed))
    }

    /// How many changes of employees of each kind there were in the 24 hours before `now`. The index follows the table
    /// with a short delay.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn count_changes_of_a_day(
        &self,
        now: OffsetDateTime,
    ) -> Result<BTreeMap<EventKind, u64>, Error> {
        let since = (now - Duration::days(1)).to_offset(UtcOffset::UTC);
        let from = keys::change_at(since, "");
        let days = [since.date(), now.to_offset(UtcOffset::UTC).date()];
        let [first, second] = days.map(|day| keys::changes_on(&self.tenant, day));
        let (first, second) = tokio::try_join!(
            self.store.query_change_index(&first, &from),
            self.store.query_change_index(&second, &from),
        )?;
        let mut counts = BTreeMap::new();
        let own = keys::tenant_history(&self.tenant).partition;
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
    /// Puts newer refusals, the last one first, before those there are, and lets the oldest go.
    pub fn add_refusals(&mut self, newer: &[Refusal]) {
        self.refusals.splice(0..0, newer.iter().cloned());
        self.refusals.truncate(MOST_REFUSALS);
    }

    /// Puts unknown attributes among those there are, and lets those go that were last sent the longest ago.
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

    fn with(mut self, news: &SyncNews) -> Self {
        self.revision += 1;
        self.last_request = self.last_request.max(Some(news.last_request));
        self.add_refusals(&news.refusals);
        self.add_unknown(&news.unknown);
        let day = day_of(news.last_request);
        self.used.extend(news.used.iter().map(|token| (token.clone(), day.clone())));
        self
    }
}

/// A day (UTC), as it is kept: `2026-11-24`.
pub fn day_of(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).date().to_string()
}

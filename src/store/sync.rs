//! What was noticed of a tenant's identity provider: when it last asked, what it was refused, which tokens it uses; and
//! how much it changed lately.

use super::history::EventKind;
use super::keys;
use super::transact::{Condition, Outcome, Step, Transaction};
use super::{Error, Item, TenantStore};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime, UtcOffset};

/// How many refusals are kept.
const MOST_REFUSALS: usize = 20;

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

    /// Forgets what the identity provider was refused: it may name somebody who was erased.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn clear_refusals(&self) -> Result<bool, Error> {
        let before = self.get_sync().await?;
        if before.refusals.is_empty() {
            return Ok(true);
        }
        let after = SyncRecord { revision: before.revision + 1, refusals: Vec::new(), ..before };
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
        transaction.put(Step::Record, item, expected)?;
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

    fn with(mut self, news: &SyncNews) -> Self {
        self.revision += 1;
        self.last_request = self.last_request.max(Some(news.last_request));
        self.add_refusals(&news.refusals);
        let day = news.last_request.to_offset(UtcOffset::UTC).date().to_string();
        self.used.extend(news.used.iter().map(|token| (token.clone(), day.clone())));
        self
    }
}

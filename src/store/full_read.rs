//! Reads all records of a tenant, and matches each row as it arrives.
//!
//! A process makes few full reads at a time. A full read reads several ranges of ids at once.

use super::dynamodb::port::{Item, QueryPage};
use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::retry::{Attempt, NextAttempt, retry};
use super::keys;
use super::record::Record;
use super::turns::FullRead;
use crate::store::dynamodb::error::Error;
use crate::store::tenant_part::TenantPart;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

/// The number of id ranges of a full read: one for each first hexadecimal digit.
const RANGES: u8 = 16;
/// The number of ranges that a full read reads at the same time. Each range holds one page of at most 1 MB.
const RANGES_AT_ONCE: usize = 4;
/// The permits that a page takes after DynamoDB has throttled a page. The full read then reads two pages at the same
/// time.
const PERMITS_IF_THROTTLED: u32 = 2;
/// The most pauses of a page. Before each pause, the SDK has tried the page four times.
const MOST_PAUSES: u32 = 5;
/// The number of rows that a full read matches before it yields to other requests.
const ROWS_A_TURN: usize = 64;
/// The most text, in bytes, of the records that one range keeps.
const MOST_KEPT_BYTES: usize = 1_000_000;

/// A record that a full read found.
#[derive(Debug)]
pub struct Match<R, T> {
    /// The id of the record.
    pub id: Uuid,
    /// The result of the match, such as a sort key.
    pub value: T,
    /// The record itself; `None` when there was no room to keep it.
    pub record: Option<R>,
    /// The size of the record's text, in bytes.
    pub bytes: usize,
}

/// Reads of all records of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct FullReads<'a>(pub(in crate::store) &'a TenantPart);

impl FullReads<'_> {
    /// Waits for a turn to read all records.
    ///
    /// # Errors
    /// [`Error::TooManyFullReads`] when no turn is free within two seconds.
    pub async fn begin(self) -> Result<FullRead, Error> {
        self.0.turns.begin(&self.0.tenant).await
    }

    /// Reads all visible records of a kind, and gives the results of `matches`. The results are in id order unless
    /// `drop_surplus` sorts them.
    ///
    /// The reads are eventually consistent, and need a turn. After each page, `drop_surplus` removes the records that
    /// no page will show.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn match_records<R, T, F, D>(
        self,
        _turn: &FullRead,
        matches: F,
        drop_surplus: D,
    ) -> Result<Vec<Match<R, T>>, Error>
    where
        R: Record,
        T: Send,
        F: Fn(&R) -> Option<T> + Sync,
        D: Fn(&mut [Match<R, T>]) + Sync,
    {
        let gate = Gate::default();
        let ranges = stream::iter(0..RANGES)
            .map(|digit| self.match_range(digit, &gate, &matches, &drop_surplus))
            .buffered(RANGES_AT_ONCE);
        ranges
            .try_fold(Vec::new(), async |mut all, range| {
                all.extend(range);
                drop_surplus(&mut all);
                Ok(all)
            })
            .await
    }

    async fn match_range<R, T, F, D>(
        self,
        digit: u8,
        gate: &Gate,
        matches: &F,
        drop_surplus: &D,
    ) -> Result<Vec<Match<R, T>>, Error>
    where
        R: Record,
        F: Fn(&R) -> Option<T> + Sync,
        D: Fn(&mut [Match<R, T>]) + Sync,
    {
        let (low, high) = keys::records_with_digit(digit);
        let partition = keys::records(&self.0.tenant, R::KIND);
        let range = Range::new(&partition, SortRange::Between(low, high)).eventual().long();
        let (mut found, mut kept_bytes) = (Vec::new(), 0);
        let mut start = None;
        loop {
            let page = self.read_page(&range, gate, start).await?;
            for (item, number) in page.items.into_iter().zip(1..) {
                let bytes = text_bytes(&item);
                let record = R::from_item(&self.0.tenant, item)?;
                if let Some(value) = matches(&record) {
                    let id = record.id();
                    let record = (kept_bytes + bytes <= MOST_KEPT_BYTES).then_some(record);
                    kept_bytes += if record.is_some() { bytes } else { 0 };
                    found.push(Match { id, value, record, bytes });
                }
                if number % ROWS_A_TURN == 0 {
                    tokio::task::yield_now().await;
                }
            }
            drop_surplus(&mut found);
            let kept = found.iter().filter(|one| one.record.is_some());
            kept_bytes = kept.map(|one| one.bytes).sum();
            start = page.next;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// Reads a page, and pauses while DynamoDB throttles it.
    async fn read_page(
        self,
        range: &Range,
        gate: &Gate,
        start: Option<Item>,
    ) -> Result<QueryPage, Error> {
        let mut throttled = None;
        let page = retry!(MOST_PAUSES, {
            let turn = gate.enter().await;
            let page = self.0.table.query_page(range, None, start.clone()).await;
            drop(turn);
            match page {
                Err(Error::Throttled(cause)) => {
                    gate.narrow();
                    throttled = Some(cause);
                    Ok(Attempt::Again(NextAttempt::AfterPause))
                }
                page => page.map(Attempt::Done),
            }
        });
        match (page, throttled) {
            // The cause of the last attempt says more than the limit of attempts.
            (Err(Error::Throttled(_)), Some(cause)) => Err(Error::Throttled(cause)),
            (page, _) => page,
        }
    }
}

/// Limits how many ranges of one full read are read at the same time.
#[derive(Debug)]
struct Gate {
    permits: Semaphore,
    is_narrow: AtomicBool,
}

impl Default for Gate {
    fn default() -> Self {
        Self { permits: Semaphore::new(RANGES_AT_ONCE), is_narrow: AtomicBool::new(false) }
    }
}

impl Gate {
    /// Waits until a page may be read. In a narrow gate, a page takes several permits, because the gate cannot take
    /// back permits in use.
    async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let permits = match self.is_narrow.load(Ordering::Relaxed) {
            true => PERMITS_IF_THROTTLED,
            false => 1,
        };
        self.permits.acquire_many(permits).await.ok()
    }

    /// Lets fewer pages through from now on.
    fn narrow(&self) {
        self.is_narrow.store(true, Ordering::Relaxed);
    }
}

fn text_bytes(item: &Item) -> usize {
    item.values().filter_map(|value| value.as_s().ok()).map(String::len).sum()
}

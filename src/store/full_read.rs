//! Reads of all records of a tenant: few at a time, several ranges of ids at once, rows matched as they arrive.

use super::dynamodb::port::{Item, QueryPage};
use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::retry::Pauses;
use super::keys;
use super::record::Record;
use super::tenants::TenantId;
use super::{Error, TenantStore};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use uuid::Uuid;

/// How many full reads of one tenant, and of all tenants, one process makes at a time.
const MOST_A_TENANT: usize = 2;
const MOST_A_PROCESS: usize = 4;
/// How long a full read waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How many ranges of ids a full read has: one for each first hexadecimal digit.
const RANGES: u8 = 16;
/// How many of them are read at the same time. Each holds one page of at most a megabyte.
const RANGES_AT_ONCE: usize = 4;
/// How many of these permits a page takes once DynamoDB has throttled one: two are then read at the same time.
const PERMITS_IF_THROTTLED: u32 = 2;
/// How many pauses a page makes. The SDK has tried it four times before each.
const MOST_PAUSES: u32 = 5;
/// How many rows are matched before other requests have their turn.
const ROWS_A_TURN: usize = 64;
/// The most text, in bytes, of the records that one range keeps.
const MOST_KEPT_BYTES: usize = 1_000_000;

/// The full reads under way in this process. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct FullReads {
    process: Arc<Semaphore>,
    tenants: Arc<Mutex<HashMap<TenantId, Arc<Semaphore>>>>,
}

/// A turn to read all records of a tenant. It ends when this is dropped.
#[derive(Debug)]
pub struct FullRead(#[expect(dead_code, reason = "held")] [OwnedSemaphorePermit; 2]);

impl Default for FullReads {
    fn default() -> Self {
        Self { process: Arc::new(Semaphore::new(MOST_A_PROCESS)), tenants: Arc::default() }
    }
}

impl FullReads {
    async fn begin(&self, tenant: &TenantId) -> Result<FullRead, Error> {
        let of_tenant = self.of_tenant(tenant);
        let turn = async {
            // First among its own: the reads of one tenant leave room for others.
            let of_tenant = of_tenant.acquire_owned().await.ok()?;
            let of_process = Arc::clone(&self.process).acquire_owned().await.ok()?;
            Some(FullRead([of_tenant, of_process]))
        };
        match tokio::time::timeout(LONGEST_WAIT, turn).await {
            Ok(Some(turn)) => Ok(turn),
            Ok(None) | Err(_) => Err(Error::TooManyFullReads),
        }
    }

    fn of_tenant(&self, tenant: &TenantId) -> Arc<Semaphore> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.retain(|_, reads| Arc::strong_count(reads) > 1);
        let reads = tenants.entry(tenant.clone());
        Arc::clone(reads.or_insert_with(|| Arc::new(Semaphore::new(MOST_A_TENANT))))
    }
}

/// A record that a full read found.
#[derive(Debug)]
pub struct Match<R, T> {
    /// Its id.
    pub id: Uuid,
    /// The result of matching, such as its sort key.
    pub value: T,
    /// The record itself, unless there was no room to keep it.
    pub record: Option<R>,
    /// The size of its text, in bytes.
    pub bytes: usize,
}

impl TenantStore {
    /// Waits for a turn to read all records.
    ///
    /// # Errors
    /// [`Error::TooManyFullReads`] when there is none within two seconds.
    pub async fn begin_full_read(&self) -> Result<FullRead, Error> {
        self.store.full_reads.begin(&self.tenant).await
    }

    /// The records of which `matches` makes something, in id order unless `drop_surplus` sorts them. Reads all visible
    /// records of a kind, eventually consistently, in a turn. After each page `drop_surplus` takes away the records that
    /// no page will show.
    ///
    /// # Errors
    /// As for every call.
    pub async fn match_records<R, T, F, D>(
        &self,
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
        &self,
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
        let partition = keys::records(&self.tenant, R::KIND);
        let range = Range::new(&partition, SortRange::Between(low, high)).eventual().long();
        let (mut found, mut kept_bytes) = (Vec::new(), 0);
        let mut start = None;
        loop {
            let page = self.full_read_page(&range, gate, start).await?;
            for (item, number) in page.items.into_iter().zip(1..) {
                let bytes = text_bytes(&item);
                let record = R::from_item(&self.tenant, item)?;
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

    /// A page, with pauses while DynamoDB throttles it.
    async fn full_read_page(
        &self,
        range: &Range,
        gate: &Gate,
        start: Option<Item>,
    ) -> Result<QueryPage, Error> {
        let mut pauses = Pauses::at_most(MOST_PAUSES);
        loop {
            let turn = gate.enter().await;
            let page = self.store.query_page(range, None, start.clone()).await;
            drop(turn);
            match page {
                Err(Error::Throttled(cause)) => {
                    gate.narrow();
                    if pauses.pause().await.is_err() {
                        return Err(Error::Throttled(cause));
                    }
                }
                answer => return answer,
            }
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
    /// Waits until a page may be read. In a narrow gate a page takes several permits: those of the pages that are under way
    /// cannot be taken back.
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

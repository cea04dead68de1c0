//! A table that shows the items of a committed transaction one by one, as DynamoDB does. The embedded engine shows them
//! all at once.
//!
//! [`SlowTable`] is a table in front of the engine. The engine commits a transaction, and each of its keys keeps its old
//! state for reads until the table reveals it. The order is random. A transaction that touches a hidden key conflicts,
//! and a read transaction too. A transaction is acknowledged after all its keys are revealed.
//!
//! Reveals follow the calls, and no clock: each call is a step, and a key is hidden for a random number of steps. Calls
//! begin after a random pause, so the calls of several servers come in a random order. The runtime's clock must be
//! paused. A pause then takes no time, and one seed gives one order.

use super::key_condition::{KeyCondition, text};
use super::{ORIGIN, TestApp, peppers};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::app::App;
use rollcall::directory::sources::Sources;
use rollcall::store::dynamodb::port::{
    Action, Answered, BatchGetCall, BatchPart, CallFuture, CancellationReason, Consistency,
    DynamoDb, GetCall, Item, QueryCall, QueryPage, TransactWriteCall, Transacted, UpdateCall,
    Updated,
};
use rollcall::store::{Error, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use time::Duration;
use tokio::sync::{Mutex, MutexGuard};

/// The longest pause before a call, in milliseconds of the paused clock.
const LONGEST_PAUSE: u64 = 10;

/// The most steps for which a key is hidden that is revealed soon.
const SOON: u64 = 3;

/// A table that reveals committed items one by one. Clones share the hidden keys.
#[derive(Debug, Clone)]
pub struct SlowTable {
    table: Arc<dyn DynamoDb>,
    state: Arc<Mutex<State>>,
    /// The most steps for which a key is hidden.
    most_steps: u64,
}

#[derive(Debug)]
struct State {
    random: fastrand::Rng,
    /// The number of calls so far, with the waits of commits.
    step: u64,
    hidden: BTreeMap<Place, Hidden>,
}

/// Partition and sort key.
pub type Place = (String, String);

/// A key whose last commit no read shows yet.
#[derive(Debug, Clone)]
struct Hidden {
    /// The item before the commit. Reads show it.
    before: Option<Item>,
    /// The step that reveals the key.
    until: u64,
}

impl SlowTable {
    /// A table in front of `table`. A key is hidden for at most `most_steps` calls.
    pub fn new(table: Arc<dyn DynamoDb>, seed: u64, most_steps: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        let state = Mutex::new(State { random, step: 0, hidden: BTreeMap::new() });
        Self { table, state: Arc::new(state), most_steps }
    }

    /// The partitions and sort keys of the hidden items. This is no step.
    pub async fn hidden(&self) -> BTreeSet<Place> {
        self.state.lock().await.hidden.keys().cloned().collect()
    }

    /// Starts a call: waits for a random pause, and reveals the keys whose step has come.
    async fn begin(&self) -> MutexGuard<'_, State> {
        let pause = self.state.lock().await.random.u64(..=LONGEST_PAUSE);
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        let mut state = self.state.lock().await;
        state.step += 1;
        let step = state.step;
        state.hidden.retain(|_, hidden| hidden.until > step);
        state
    }

    /// Commits a transaction in the engine, and hides its keys. Returns the step that reveals the last of them.
    async fn commit(&self, call: &TransactWriteCall) -> Result<(Answered<Transacted>, u64), Error> {
        let mut state = self.begin().await;
        let places: Vec<Place> = call.writes.iter().map(|write| place_of(&write.action)).collect();
        if places.iter().any(|place| state.hidden.contains_key(place)) {
            let reason = |place| CancellationReason {
                code: match state.hidden.contains_key(place) {
                    true => "TransactionConflict".to_owned(),
                    false => "None".to_owned(),
                },
                item: None,
            };
            let value = Transacted::Cancelled(places.iter().map(reason).collect());
            return Ok((Answered { value, units: 0.0 }, 0));
        }
        let mut before = Vec::new();
        for place in &places {
            let call = GetCall { key: key(place), consistency: Consistency::Strong };
            before.push(self.table.get(call).await?.value);
        }
        let answer = self.table.transact_write(call).await?;
        if !matches!(answer.value, Transacted::Committed) {
            return Ok((answer, 0));
        }
        let mut last = state.step;
        for (place, before) in places.into_iter().zip(before) {
            // Half of the keys are revealed soon. So others can read and change them while the rest is hidden.
            let most =
                if state.random.bool() { self.most_steps.min(SOON) } else { self.most_steps };
            let until = state.step + state.random.u64(1..=most);
            state.hidden.insert(place, Hidden { before, until });
            last = last.max(until);
        }
        Ok((answer, last))
    }

    /// Answers a query of a partition with hidden keys, or of an index.
    async fn query_visible(
        &self,
        state: &State,
        condition: &KeyCondition,
        call: QueryCall,
    ) -> Result<Answered<QueryPage>, Error> {
        let QueryCall { index, limit, start, forward, .. } = call.clone();
        // The sort attribute comes first. An index without one orders its items by their keys.
        let sort = match index {
            None => "SK",
            Some(_) => condition.names().nth(1).unwrap_or_default(),
        };
        let rank = |item: &Item| {
            let part = |name| text(item, name).unwrap_or_default();
            (part(sort), part("PK"), part("SK"))
        };
        let keys: Vec<&str> = ["PK", "SK"].into_iter().chain(condition.names()).collect();
        let attributes = |item: &Item, names: &[&str]| -> Item {
            let part = |name: &&str| Some(((*name).to_owned(), item.get(*name)?.clone()));
            names.iter().filter_map(part).collect()
        };
        let key_attributes = |item: &Item| attributes(item, &keys);
        // The index of standings has the words too. No other item has such an attribute.
        let projected: Vec<&str> = keys.iter().copied().chain(["words"]).collect();
        let Answered { value: committed, units } = self.query_all(call).await?;
        let mut items: BTreeMap<_, Item> = committed
            .into_iter()
            .filter(|item| !state.hidden.contains_key(&place(item)))
            .map(|item| (rank(&item), item))
            .collect();
        let before = state.hidden.values().filter_map(|hidden| hidden.before.as_ref());
        for item in before.filter(|item| condition.matches(item)) {
            let shown = if index.is_some() { attributes(item, &projected) } else { item.clone() };
            items.insert(rank(item), shown);
        }
        let mut items: Vec<_> = items.into_iter().collect();
        if !forward {
            items.reverse();
        }
        if let Some(start) = start.as_ref().map(rank) {
            items.retain(|(rank, _)| if forward { *rank > start } else { *rank < start });
        }
        let mut items: Vec<Item> = items.into_iter().map(|(_, item)| item).collect();
        let mut next = None;
        if let Some(limit) = limit.filter(|limit| *limit <= items.len()) {
            items.truncate(limit);
            next = items.last().map(key_attributes);
        }
        Ok(Answered { value: QueryPage { items, next }, units })
    }

    /// Reads the whole range of a query from the engine.
    async fn query_all(&self, call: QueryCall) -> Result<Answered<Vec<Item>>, Error> {
        let (mut items, mut sum) = (Vec::new(), 0.0);
        let mut call = QueryCall { limit: None, start: None, forward: true, ..call };
        loop {
            let Answered { value: page, units } = self.table.query(call.clone()).await?;
            items.extend(page.items);
            sum += units;
            match page.next {
                Some(next) => call.start = Some(next),
                None => return Ok(Answered { value: items, units: sum }),
            }
        }
    }
}

impl DynamoDb for SlowTable {
    fn get(&self, call: GetCall) -> CallFuture<'_, Option<Item>> {
        Box::pin(async move {
            let state = self.begin().await;
            match state.hidden.get(&place(&call.key)) {
                Some(hidden) => Ok(Answered { value: hidden.before.clone(), units: 1.0 }),
                None => self.table.get(call).await,
            }
        })
    }

    fn batch_get(&self, call: BatchGetCall) -> CallFuture<'_, BatchPart> {
        Box::pin(async move {
            let state = self.begin().await;
            let hidden = call.keys.iter().filter_map(|key| state.hidden.get(&place(key)));
            let before: Vec<Item> = hidden.filter_map(|hidden| hidden.before.clone()).collect();
            let mut answer = self.table.batch_get(call).await?;
            answer.value.items.retain(|item| !state.hidden.contains_key(&place(item)));
            answer.value.items.extend(before);
            Ok(answer)
        })
    }

    fn query(&self, call: QueryCall) -> CallFuture<'_, QueryPage> {
        Box::pin(async move {
            let state = self.begin().await;
            let condition = KeyCondition::parse(&call.condition, &call.values);
            let is_touched = call.index.is_some()
                || state.hidden.keys().any(|(partition, _)| partition == condition.partition());
            match is_touched {
                true => self.query_visible(&state, &condition, call).await,
                false => self.table.query(call).await,
            }
        })
    }

    fn transact_get(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        Box::pin(async move {
            let state = self.begin().await;
            match keys.iter().any(|key| state.hidden.contains_key(&place(key))) {
                true => Err(conflict("TransactionCanceledException")),
                false => self.table.transact_get(keys).await,
            }
        })
    }

    fn transact_write<'a>(&'a self, call: &'a TransactWriteCall) -> CallFuture<'a, Transacted> {
        Box::pin(async move {
            let (answer, last) = self.commit(call).await?;
            while self.state.lock().await.step < last {
                drop(self.begin().await);
            }
            Ok(answer)
        })
    }

    fn update(&self, call: UpdateCall) -> CallFuture<'_, Updated> {
        Box::pin(async move {
            let state = self.begin().await;
            match state.hidden.contains_key(&place(&call.key)) {
                true => Err(conflict("TransactionConflictException")),
                false => self.table.update(call).await,
            }
        })
    }

    fn batch_delete(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        Box::pin(async move {
            let state = self.begin().await;
            let is_hidden = |key: &Item| state.hidden.contains_key(&place(key));
            let (hidden, free): (Vec<Item>, Vec<Item>) = keys.into_iter().partition(is_hidden);
            if free.is_empty() {
                return Ok(Answered { value: hidden, units: 0.0 });
            }
            let mut answer = self.table.batch_delete(free).await?;
            answer.value.extend(hidden);
            Ok(answer)
        })
    }

    fn create_table(&self) -> CallFuture<'_, ()> {
        self.table.create_table()
    }
}

impl TestApp {
    /// Another server, which reaches its data through `table`. Its clock is wrong by `skew`, and advances with the
    /// runtime's clock.
    pub fn with_skew(&self, table: Arc<dyn DynamoDb>, skew: Duration) -> Self {
        let (now, ids) = (self.sources(), self.sources());
        let begun = tokio::time::Instant::now();
        let sources =
            Sources::new(move || now.now() + skew + begun.elapsed(), move || ids.new_id());
        self.serving(App::new(Store::new(table), peppers(), sources, ORIGIN))
    }
}

/// DynamoDB's error for a call that meets a transaction.
fn conflict(code: &str) -> Error {
    Error::classify(code, Some(400), "the item is in a transaction".into())
}

/// The partition and sort key of an item.
fn place(item: &Item) -> Place {
    let part = |name| text(item, name).expect("a text key");
    (part("PK"), part("SK"))
}

fn key((partition, sort): &Place) -> Item {
    let part = |name: &str, text: &String| (name.to_owned(), AttributeValue::S(text.clone()));
    Item::from([part("PK", partition), part("SK", sort)])
}

fn place_of(action: &Action) -> Place {
    match action {
        Action::Put(item) => place(item),
        Action::Delete(key) | Action::Update { key, .. } => place(key),
    }
}

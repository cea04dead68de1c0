//! The table that shows committed items one by one. The feed's tests are worth as much as this table.

use crate::support::slow_visibility::{Place, SlowTable};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use rollcall::store::dynamodb::port::{
    Action, BatchGetCall, Consistency, DynamoDb, GetCall, Item, QueryCall, QueryPage,
    TransactWriteCall, Transacted, UpdateCall, Write,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const MOST_STEPS: u64 = 8;
const EMAIL: &str = "ada";

async fn engine() -> Arc<dyn DynamoDb> {
    let table = EmbeddedTable::new(Engine::in_memory().expect("an engine"), "rollcall");
    table.create_table().await.expect("a table");
    Arc::new(table)
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn key(sort: &str) -> Item {
    Item::from([("PK".to_owned(), text("P")), ("SK".to_owned(), text(sort))])
}

/// An item with a value, in the index of addresses.
fn item(sort: &str, value: u64) -> Item {
    let mut item = key(sort);
    item.insert("value".to_owned(), text(&value.to_string()));
    item.insert("emailKey".to_owned(), text(EMAIL));
    item
}

fn transaction(actions: impl IntoIterator<Item = Action>) -> TransactWriteCall {
    let write = |action| Write { action, condition: None, values: Item::new() };
    TransactWriteCall { writes: actions.into_iter().map(write).collect(), token: Uuid::new_v4() }
}

fn query(condition: &str, values: &[(&str, &str)]) -> QueryCall {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), text(value)));
    QueryCall {
        index: None,
        condition: condition.to_owned(),
        values: values.chain([(":partition".to_owned(), text("P"))]).collect(),
        limit: None,
        start: None,
        forward: true,
        consistency: Consistency::Strong,
        is_long: false,
    }
}

/// All shapes of queries that the store makes, with each limit, direction and start.
fn queries() -> Vec<QueryCall> {
    let all = "PK = :partition";
    let mut shapes = vec![
        query(all, &[]),
        query("PK = :partition AND begins_with(SK, :low)", &[(":low", "1")]),
        query("PK = :partition AND SK >= :low", &[(":low", "05")]),
        query("PK = :partition AND SK BETWEEN :low AND :high", &[(":low", "03"), (":high", "10")]),
    ];
    for shape in shapes.clone() {
        for limit in [Some(1), Some(3), None] {
            for start in [None, Some(key("04")), Some(key("11"))] {
                for forward in [true, false] {
                    let start = start.clone().filter(|_| shape.condition == all);
                    shapes.push(QueryCall { limit, start, forward, ..shape.clone() });
                }
            }
        }
    }
    shapes
}

fn by_email() -> QueryCall {
    let values = Item::from([(":value".to_owned(), text(EMAIL))]);
    let condition = "emailKey = :value".to_owned();
    let consistency = Consistency::Eventual;
    QueryCall { index: Some("by-email"), condition, values, consistency, ..query("", &[]) }
}

async fn page(table: &dyn DynamoDb, call: &QueryCall) -> QueryPage {
    table.query(call.clone()).await.expect("a page").value
}

async fn get(table: &dyn DynamoDb, sort: &str) -> Option<Item> {
    let call = GetCall { key: key(sort), consistency: Consistency::Strong };
    table.get(call).await.expect("an answer").value
}

/// Commits a transaction, and leaves it before it is acknowledged.
async fn commit_only(table: &SlowTable, call: &TransactWriteCall) {
    let commit = table.transact_write(call);
    // The engine commits within 10 ms of the paused clock.
    let _ = tokio::time::timeout(Duration::from_millis(11), commit).await;
}

fn places(sorts: &[&str]) -> BTreeSet<Place> {
    sorts.iter().map(|sort| ("P".to_owned(), (*sort).to_owned())).collect()
}

/// Sorts items for a comparison of sets.
fn set(items: Vec<Item>) -> BTreeSet<String> {
    let sorted = |item: Item| {
        let mut parts: Vec<String> = item.iter().map(|part| format!("{part:?}")).collect();
        parts.sort();
        parts.join(" ")
    };
    items.into_iter().map(sorted).collect()
}

/// Another engine gets each item only when it is revealed. All reads of both tables agree.
#[tokio::test(start_paused = true)]
async fn every_read_shows_the_revealed_items_and_the_old_state_of_the_hidden_ones() {
    let mut random = fastrand::Rng::with_seed(7);
    let (committed, revealed) = (engine().await, engine().await);
    let slow = SlowTable::new(Arc::clone(&committed), 7, 2 * MOST_STEPS);
    let names: Vec<String> = (0..14).map(|n| format!("{n:02}")).collect();
    let mut stale_pages = 0;
    for round in 0..140 {
        let mut chosen = names.clone();
        random.shuffle(&mut chosen);
        chosen.truncate(random.usize(1..5));
        let action = |name: &String| match random.bool() {
            true => Action::Put(item(name, round)),
            false => Action::Delete(key(name)),
        };
        commit_only(&slow, &transaction(chosen.iter().map(action))).await;
        for _ in 0..4 {
            let calls = queries();
            let call = &calls[random.usize(..calls.len())];
            let shown = page(&slow, call).await;
            reveal(&slow, &committed, &revealed, &names).await;
            let expected = page(&*revealed, call).await;
            assert_eq!(shown.items, expected.items, "{call:?}");
            assert_eq!(shown.next, expected.next, "{call:?}");
            stale_pages += usize::from(expected.items != page(&*committed, call).await.items);

            let shown = page(&slow, &by_email()).await.items;
            reveal(&slow, &committed, &revealed, &names).await;
            assert_eq!(set(shown), set(page(&*revealed, &by_email()).await.items));

            let name = &names[random.usize(..names.len())];
            let shown = get(&slow, name).await;
            reveal(&slow, &committed, &revealed, &names).await;
            assert_eq!(shown, get(&*revealed, name).await);

            let keys: Vec<Item> = names.iter().map(|name| key(name)).collect();
            let call = BatchGetCall { keys, consistency: Consistency::Strong };
            let shown = slow.batch_get(call.clone()).await.expect("a batch").value;
            reveal(&slow, &committed, &revealed, &names).await;
            let expected = revealed.batch_get(call).await.expect("a batch").value;
            assert_eq!(set(shown.items), set(expected.items));
        }
    }
    assert!(stale_pages >= 50, "only {stale_pages} pages show an old state");
}

/// Copies the items that are not hidden.
async fn reveal(
    slow: &SlowTable,
    committed: &Arc<dyn DynamoDb>,
    revealed: &Arc<dyn DynamoDb>,
    names: &[String],
) {
    let hidden = slow.hidden().await;
    for name in names.iter().filter(|name| !hidden.contains(&("P".to_owned(), (*name).clone()))) {
        let action = match get(&**committed, name).await {
            Some(item) => Action::Put(item),
            None => Action::Delete(key(name)),
        };
        revealed.transact_write(&transaction([action])).await.expect("a copy");
    }
}

#[tokio::test(start_paused = true)]
async fn the_items_of_a_transaction_appear_one_by_one_in_any_order() {
    let mut seen = BTreeSet::new();
    for seed in 0..40 {
        let slow = SlowTable::new(engine().await, seed, MOST_STEPS);
        commit_only(&slow, &transaction(["a", "b"].map(|name| Action::Put(item(name, 1))))).await;
        for _ in 0..MOST_STEPS {
            let items = page(&slow, &query("PK = :partition", &[])).await.items;
            seen.insert(items.iter().map(|item| format!("{:?}", item["SK"])).collect::<String>());
        }
        assert_eq!(slow.hidden().await, places(&[]), "each call is a step");
    }
    let expected = ["", "S(\"a\")", "S(\"b\")", "S(\"a\")S(\"b\")"];
    assert_eq!(seen, expected.map(str::to_owned).into());
}

#[tokio::test(start_paused = true)]
async fn a_transaction_is_acknowledged_when_all_its_items_are_visible() {
    for seed in 0..20 {
        let slow = SlowTable::new(engine().await, seed, MOST_STEPS);
        let call = transaction(["a", "b", "c"].map(|name| Action::Put(item(name, 1))));
        let answer = slow.transact_write(&call).await.expect("an answer").value;
        assert!(matches!(answer, Transacted::Committed));
        assert_eq!(slow.hidden().await, places(&[]));
        assert_eq!(page(&slow, &query("PK = :partition", &[])).await.items.len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_touches_a_hidden_key_conflicts_and_changes_nothing() {
    let committed = engine().await;
    let slow = SlowTable::new(Arc::clone(&committed), 1, 1_000);
    commit_only(&slow, &transaction([Action::Put(item("a", 1))])).await;
    assert_eq!(slow.hidden().await, places(&["a"]));

    let call = transaction(["b", "a"].map(|name| Action::Put(item(name, 2))));
    let answer = slow.transact_write(&call).await.expect("an answer").value;
    let Transacted::Cancelled(reasons) = answer else { panic!("{answer:?}") };
    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["None", "TransactionConflict"]);
    slow.transact_get(vec![key("b"), key("a")]).await.expect_err("a conflict");
    let update = UpdateCall {
        key: key("a"),
        expression: "SET #value = :value".to_owned(),
        names: HashMap::from([("#value".to_owned(), "value".to_owned())]),
        values: Item::from([(":value".to_owned(), text("2"))]),
        condition: None,
    };
    slow.update(update.clone()).await.expect_err("a conflict");
    let left = slow.batch_delete(vec![key("a")]).await.expect("an answer").value;
    assert_eq!(left, [key("a")]);
    assert_eq!(get(&*committed, "a").await, Some(item("a", 1)));
    assert_eq!(get(&*committed, "b").await, None);

    // Other keys are free.
    assert_eq!(slow.transact_get(vec![key("b")]).await.expect("an answer").value, []);
    slow.update(UpdateCall { key: key("b"), ..update }).await.expect("an answer");
    assert_eq!(slow.batch_delete(vec![key("b")]).await.expect("an answer").value, []);
}

#[tokio::test(start_paused = true)]
async fn a_seed_gives_one_order() {
    let mut orders = BTreeSet::new();
    for seed in [1, 2, 3, 1, 2, 3] {
        let slow = SlowTable::new(engine().await, seed, MOST_STEPS);
        let names = ["a", "b", "c", "d", "e"];
        commit_only(&slow, &transaction(names.map(|name| Action::Put(item(name, 1))))).await;
        let mut order = Vec::new();
        for _ in 0..MOST_STEPS {
            get(&slow, "z").await;
            order.push(slow.hidden().await);
        }
        orders.insert(order);
    }
    assert_eq!(orders.len(), 3);
}

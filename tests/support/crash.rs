//! Crash tests. A server dies at one of its writes, before or after the engine applies the write. Another server on the
//! same table then shows the state that is left.

use super::{TestTenant, is_on_an_endpoint};
use futures_util::FutureExt;
use rollcall::store::Error;
use rollcall::store::dynamodb::port::{
    BatchGetCall, BatchPart, CallFuture, DynamoDb, GetCall, Item, QueryCall, QueryPage,
    TransactWriteCall, Transacted, UpdateCall, Updated,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use time::Duration;
use tokio::sync::Notify;

/// The environment variable that makes every story run with all its crash points.
const ALL_POINTS: &str = "ROLLCALL_TEST_ALL_CRASHES";

/// A crash of a server at one of its writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// The server dies before the engine sees the write with this number.
    Before(usize),
    /// The engine applies the write with this number. The server dies before it gets the answer.
    After(usize),
}

impl Crash {
    /// The number of the write at which the server dies.
    fn number(self) -> usize {
        match self {
            Self::Before(number) | Self::After(number) => number,
        }
    }
}

/// The table as one server reaches it. The table counts the server's writes, and answers no write after the crash.
#[derive(Debug, Clone)]
pub struct MortalTable {
    table: Arc<dyn DynamoDb>,
    crash: Option<Crash>,
    writes: Arc<AtomicUsize>,
    is_dead: Arc<Notify>,
}

impl MortalTable {
    pub fn new(table: Arc<dyn DynamoDb>, crash: Option<Crash>) -> Self {
        Self { table, crash, writes: Arc::default(), is_dead: Arc::default() }
    }

    /// The number of writes that the server has started.
    pub fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    /// Runs requests of the server until they end or the server dies. Returns whether the requests ended.
    pub async fn run(&self, requests: impl Future<Output = ()>) -> bool {
        tokio::select! {
            () = requests => true,
            () = self.is_dead.notified() => false,
        }
    }

    /// Reports that the server is dead. It never returns, because a dead process gets no answer.
    async fn die<T>(&self) -> T {
        self.is_dead.notify_one();
        std::future::pending().await
    }

    async fn write<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let number = self.writes.fetch_add(1, Ordering::Relaxed) + 1;
        match self.crash {
            Some(Crash::Before(last)) if number >= last => self.die().await,
            Some(Crash::After(last)) if number >= last => {
                if number == last {
                    drop(answer.await);
                }
                self.die().await
            }
            Some(_) | None => answer.await,
        }
    }
}

impl DynamoDb for MortalTable {
    fn get(&self, call: GetCall) -> CallFuture<'_, Option<Item>> {
        self.table.get(call)
    }

    fn batch_get(&self, call: BatchGetCall) -> CallFuture<'_, BatchPart> {
        self.table.batch_get(call)
    }

    fn query(&self, call: QueryCall) -> CallFuture<'_, QueryPage> {
        self.table.query(call)
    }

    fn transact_get(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        self.table.transact_get(keys)
    }

    fn transact_write<'a>(&'a self, call: &'a TransactWriteCall) -> CallFuture<'a, Transacted> {
        self.write(self.table.transact_write(call)).boxed()
    }

    fn update(&self, call: UpdateCall) -> CallFuture<'_, Updated> {
        self.write(self.table.update(call)).boxed()
    }

    fn batch_delete(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        self.write(self.table.batch_delete(keys)).boxed()
    }

    fn create_table(&self) -> CallFuture<'_, ()> {
        self.table.create_table()
    }
}

/// Runs a story on copies of a scene: once undisturbed, and then with two crashes at each of its writes. One crash
/// comes before the engine applies the write, and one after. A big story has at most `most` crashes, evenly spread.
///
/// After each crash, another server shows the effect of the story whole or not at all. After a [`Crash::After`], the
/// client repeats the story. Two minutes later, a request follows each crash. After this request no work is unfinished
/// and the invariants hold. The effect is then whole. Without a repeat it may be absent instead.
pub async fn crash_everywhere(
    name: &str,
    scene: &TestTenant,
    story: impl AsyncFn(&TestTenant),
    most: usize,
) {
    crash_everywhere_and_check(name, scene, story, most, async |_: &TestTenant| {}).await;
}

/// Does the same, and calls `check` with another server: after each crash, and again after the recovery.
pub async fn crash_everywhere_and_check(
    name: &str,
    scene: &TestTenant,
    story: impl AsyncFn(&TestTenant),
    most: usize,
    check: impl AsyncFn(&TestTenant),
) {
    if is_on_an_endpoint() {
        return;
    }
    // The recoveries move the clock. In the first hour of a token, the service writes more notes than later.
    scene.app.advance(Duration::hours(2));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("scene.db");
    scene.app.copy_to(&file);
    let copy = || scene.at(scene.app.on_copy(&file));
    let mortal = |tenant: &TestTenant, crash| {
        let table = MortalTable::new(Arc::clone(&tenant.app.table), crash);
        (tenant.at(tenant.app.through(Arc::new(table.clone()))), table)
    };

    let undisturbed = copy();
    let before = Effect::of(&undisturbed).await;
    let (server, table) = mortal(&undisturbed, None);
    story(&server).await;
    recover(&undisturbed).await;
    check(&undisturbed).await;
    undisturbed.expect_settled_and_sound().await;
    let after = Effect::of(&undisturbed).await;
    assert_ne!(before, after, "{name} has an effect");

    let writes = table.writes();
    let crashes = spread(writes, most);
    for crash in &crashes {
        let context = format!("{name}: {crash:?} of {writes}");
        let tenant = copy();
        let (server, table) = mortal(&tenant, Some(*crash));
        table.run(story(&server)).await;
        assert!(table.writes() >= crash.number(), "{context}: the crash was not reached");
        drop(server);
        let other = tenant.at_another_server();
        let seen = Effect::of(&other).await;
        assert!(
            seen.is_like(&before) || seen.is_like(&after),
            "{context}: half an effect: {}",
            seen.difference(&before, &after)
        );
        check(&other).await;
        let is_repeated = matches!(crash, Crash::After(_));
        if is_repeated {
            story(&other).await;
        }
        recover(&other).await;
        check(&other).await;
        let report = other.report().await;
        assert_eq!(report.violations, [], "{context}");
        assert!(report.unfinished.is_empty(), "{context}: left {:?}", report.unfinished);
        other.expect_sound_by(&report).await;
        let left = Effect::of(&other).await;
        let is_whole = left == after || (!is_repeated && left == before);
        assert!(is_whole, "{context}: recovered to {}", left.difference(&before, &after));
    }
    println!("{name}: {writes} writes, {} crashes, no violation", crashes.len());
}

/// The crashes at all writes. More than `most` crashes are reduced to `most`, evenly spread, unless [`ALL_POINTS`] is
/// set.
fn spread(writes: usize, most: usize) -> Vec<Crash> {
    let crashes = (1..=writes).flat_map(|number| [Crash::Before(number), Crash::After(number)]);
    let all: Vec<Crash> = crashes.collect();
    if all.len() <= most || std::env::var_os(ALL_POINTS).is_some() {
        return all;
    }
    (1..=most).map(|place| all[place * all.len() / (most + 1)]).collect()
}

/// Sends a request two minutes later. The request finishes the work that the crash left.
async fn recover(tenant: &TestTenant) {
    tenant.app.advance(Duration::minutes(2));
    tenant.get("/Users?count=1").await.expect(200);
}

/// The users and groups that clients see, without times and versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    users: BTreeMap<String, Value>,
    groups: BTreeMap<String, Value>,
}

impl Effect {
    pub async fn of(tenant: &TestTenant) -> Self {
        let plain = |mut row: Value| {
            let fields = row.as_object_mut().expect("a resource");
            fields.remove("meta");
            (row["id"].as_str().expect("an id").to_owned(), row)
        };
        let users = tenant.listed("Users").await.into_iter().map(plain).collect();
        let groups = tenant.listed("Groups").await.into_iter().map(plain).collect();
        Self { users, groups }
    }

    /// Whether both effects are equal. The users' groups do not count, because a large change updates them later.
    fn is_like(&self, other: &Self) -> bool {
        let without_groups = |effect: &Self| {
            let mut users = effect.users.clone();
            for user in users.values_mut().filter_map(Value::as_object_mut) {
                Map::remove(user, "groups");
            }
            users
        };
        self.groups == other.groups && without_groups(self) == without_groups(other)
    }

    /// The first user and the first group that differ from `before` or from `after`.
    fn difference(&self, before: &Self, after: &Self) -> String {
        let differs = |of: fn(&Self) -> &BTreeMap<String, Value>| {
            let found = of(self).iter().find(|(id, row)| {
                of(before).get(*id) != Some(row) || of(after).get(*id) != Some(row)
            });
            found.map_or_else(String::new, |(id, row)| {
                let text = |row: Option<&Value>| {
                    row.map_or_else(
                        || "none".to_owned(),
                        |row| row.to_string().chars().take(600).collect(),
                    )
                };
                format!(
                    "{id}: {}\nbefore: {}\nafter: {}",
                    text(Some(row)),
                    text(of(before).get(id)),
                    text(of(after).get(id))
                )
            })
        };
        format!("{}\n{}", differs(|effect| &effect.users), differs(|effect| &effect.groups))
    }
}

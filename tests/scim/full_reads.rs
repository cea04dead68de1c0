//! The budget of full reads. A full read reads all records of a tenant. Few full reads run at a time, and other
//! requests do not wait for them.

use crate::support::faults::{Call, Fault};
use crate::support::request::Answer;
use crate::support::{Ids, TestApp, TestTenant, is_on_an_endpoint};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The number of id ranges that one full read reads at a time.
const AT_ONCE: usize = 4;
/// The longest time that a full read waits for its turn.
const WAIT: Duration = Duration::from_secs(2);
/// The answer to a request that DynamoDB keeps throttling.
const BUSY: &str =
    "The database is busy. Wait for the seconds in Retry-After and repeat the request";
/// A filter that needs a full read.
const FILTER: &str = "/Users?attributes=userName&filter=title%20sw%20%22E%22";

/// A tenant with random ids and 20 users. The filter finds 19 users. The tenant's token and settings are in the cache.
async fn tenant(app: &TestApp, id: &str) -> TestTenant {
    let tenant = app.tenant(id).await;
    for n in 0..20 {
        let title = if n == 0 { "Countess" } else { "Engineer" };
        tenant.create(&json!({"userName": format!("user{n}@{id}.example"), "title": title})).await;
    }
    tenant.get(FILTER).await.expect(200);
    tenant
}

/// Full reads whose first queries are held.
struct Held {
    let_go: Arc<Notify>,
    answers: Vec<JoinHandle<Answer>>,
}

/// Begins full reads, and waits until all their first queries are held.
async fn hold(tenant: &TestTenant, reads: usize) -> Held {
    let let_go = Arc::new(Notify::new());
    let faults = &tenant.app.faults;
    let mut answers = Vec::new();
    for _ in 0..reads {
        for _ in 0..AT_ONCE {
            faults.plan("Query", Fault::Held(Arc::clone(&let_go)));
        }
        answers.push(begin(tenant));
        // The reads begin one after the other, so that each read meets its own faults.
        faults.all_met().await;
    }
    settle().await;
    Held { let_go, answers }
}

fn begin(tenant: &TestTenant) -> JoinHandle<Answer> {
    let tenant = tenant.clone();
    tokio::spawn(async move { tenant.get(FILTER).await })
}

/// Runs all tasks until each waits for a timer or a notification. Paused time does not advance.
async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

impl Held {
    /// Lets the reads go on, and checks their answers.
    async fn let_go(self) {
        self.let_go.notify_waiters();
        for answer in self.answers {
            expect_all(&answer.await.expect("a task that ends"));
        }
    }
}

#[track_caller]
fn expect_all(answer: &Answer) {
    let list = answer.expect(200);
    assert_eq!((&list["totalResults"], &list["itemsPerPage"]), (&json!(19), &json!(19)));
}

/// Checks the answer to a full read that got no turn.
#[track_caller]
fn expect_no_turn(answer: &Answer) {
    let detail = answer.expect_error(429, None);
    assert_eq!(answer.header("retry-after"), "2");
    assert!(detail.contains("large reads") && detail.contains("userName"), "{detail}");
}

/// Checks the time since `since`. Timers are exact to a millisecond.
#[track_caller]
fn expect_waited(since: Instant, expected: Duration) {
    let waited = since.elapsed();
    assert!(waited >= expected && waited <= expected + Duration::from_millis(2), "{waited:?}");
}

/// Checks that the service answers requests by key and pages of the list without waiting.
async fn expect_others_pass(tenant: &TestTenant) {
    let begun = Instant::now();
    let by_name = format!("userName eq \"user7@{}.example\"", tenant.id);
    let found = tenant.filter(&by_name).await.expect(200);
    let path = format!("/Users/{}", found["Resources"][0]["id"].as_str().expect("an id"));
    let user = tenant.get(&path).await.expect(200);
    assert_eq!(user["title"], "Engineer");
    assert_eq!(tenant.get("/Users?count=5").await.expect(200)["totalResults"], 20);
    let retitle = json!([{"op": "replace", "path": "title", "value": "Executive"}]);
    tenant.patch(&path, &retitle).await.expect(200);
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

async fn app() -> Option<TestApp> {
    if is_on_an_endpoint() {
        println!("how long requests wait is seen on the embedded engine only");
        return None;
    }
    Some(TestApp::with_ids(Ids::Random).await)
}

#[tokio::test]
async fn a_third_full_read_of_a_tenant_gets_429_and_other_requests_do_not_wait() {
    let Some(app) = app().await else { return };
    let (acme, globex) = (tenant(&app, "acme").await, tenant(&app, "globex").await);
    let held = hold(&acme, 2).await;

    let begun = Instant::now();
    expect_no_turn(&acme.get(FILTER).await);
    expect_waited(begun, WAIT);
    // A sorted list and a search by POST are full reads too.
    expect_no_turn(&acme.get("/Users?sortBy=title").await);
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "title pr",
    });
    expect_no_turn(&acme.post("/Users/.search", &search).await);

    expect_others_pass(&acme).await;
    expect_others_pass(&globex).await;
    let begun = Instant::now();
    expect_all(&globex.get(FILTER).await);
    assert_eq!(begun.elapsed(), Duration::ZERO);

    held.let_go().await;
    let begun = Instant::now();
    expect_all(&acme.get(FILTER).await);
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_full_read_that_waits_begins_when_another_one_ends() {
    let Some(app) = app().await else { return };
    let acme = tenant(&app, "acme").await;
    let held = hold(&acme, 2).await;
    let begun = Instant::now();
    let third = begin(&acme);
    let almost = WAIT - Duration::from_millis(10);
    tokio::time::sleep(almost).await;
    assert!(!third.is_finished());
    held.let_go().await;
    expect_all(&third.await.expect("a task that ends"));
    expect_waited(begun, almost);
}

#[tokio::test]
async fn one_process_makes_four_full_reads_at_a_time() {
    let Some(app) = app().await else { return };
    let tenants =
        [tenant(&app, "acme").await, tenant(&app, "globex").await, tenant(&app, "initech").await];
    let [acme, globex, initech] = &tenants;
    let first = hold(acme, 2).await;
    let third = hold(globex, 1).await;
    let begun = Instant::now();
    expect_all(&initech.get(FILTER).await);
    assert_eq!(begun.elapsed(), Duration::ZERO, "three are under way");
    let fourth = hold(globex, 1).await;
    let begun = Instant::now();
    expect_no_turn(&initech.get(FILTER).await);
    expect_waited(begun, WAIT);
    for tenant in &tenants {
        expect_others_pass(tenant).await;
    }
    third.let_go().await;
    let begun = Instant::now();
    expect_all(&initech.get(FILTER).await);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    first.let_go().await;
    fourth.let_go().await;
}

#[tokio::test]
async fn reads_that_wait_for_their_own_tenant_keep_no_turn_from_another() {
    let Some(app) = app().await else { return };
    let (acme, globex) = (tenant(&app, "acme").await, tenant(&app, "globex").await);
    let held = hold(&acme, 2).await;
    let waiting = [begin(&acme), begin(&acme), begin(&acme)];
    settle().await;
    let begun = Instant::now();
    expect_all(&globex.get(FILTER).await);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    for answer in waiting {
        expect_no_turn(&answer.await.expect("a task that ends"));
    }
    held.let_go().await;
}

#[tokio::test]
async fn a_request_that_is_dropped_gives_its_turn_back() {
    let Some(app) = app().await else { return };
    let acme = tenant(&app, "acme").await;
    let held = hold(&acme, 2).await;
    // A request that waits for its turn is dropped too.
    let waiting = begin(&acme);
    settle().await;
    for answer in held.answers.iter().chain([&waiting]) {
        answer.abort();
    }
    settle().await;
    assert!(held.answers.iter().all(JoinHandle::is_finished));
    let held = hold(&acme, 2).await;
    expect_no_turn(&acme.get(FILTER).await);
    held.let_go().await;
}

#[tokio::test]
async fn a_full_read_that_fails_gives_its_turn_back() {
    let Some(app) = app().await else { return };
    let acme = tenant(&app, "acme").await;
    for _ in 0..3 {
        app.faults.plan("Query", Fault::internal());
        acme.get(FILTER).await.expect_error(503, None);
    }
    hold(&acme, 2).await.let_go().await;
}

/// The highest number of calls that were under way at the same time.
fn most_at_once(calls: &[Call]) -> usize {
    let under_way =
        |at: usize| calls.iter().filter(move |call| call.span.0 <= at && at <= call.span.1);
    calls.iter().map(|call| under_way(call.span.0).count()).max().unwrap_or_default()
}

fn queries(app: &TestApp) -> Vec<Call> {
    let calls = app.faults.take_calls();
    assert!(calls.iter().all(|call| call.operation == "Query"), "{calls:?}");
    calls
}

#[tokio::test]
async fn a_full_read_reads_four_ranges_at_a_time_and_two_once_it_is_throttled() {
    let Some(app) = app().await else { return };
    let acme = tenant(&app, "acme").await;
    app.faults.take_calls();
    let expected = acme.get(FILTER).await.expect(200);
    let calls = queries(&app);
    assert_eq!((calls.len(), most_at_once(&calls)), (16, AT_ONCE));
    assert!(calls.iter().all(|call| call.request["ConsistentRead"] == json!(false)));

    // The throttled query is one of the four that begin at once, or a later query.
    for passed in [0, 3, 7] {
        for _ in 0..passed {
            app.faults.plan("Query", Fault::Spared);
        }
        app.faults.plan("Query", Fault::throttled());
        let begun = Instant::now();
        assert_eq!(acme.get(FILTER).await.expect(200), expected);
        assert_eq!(app.faults.left(), 0);
        assert!(begun.elapsed() < Duration::from_millis(10), "one short pause");
        let calls = queries(&app);
        assert_eq!(calls.len(), 16);
        // Up to three calls were under way when one was throttled.
        let later = &calls[passed + AT_ONCE - 1..];
        assert!(!later.is_empty());
        assert_eq!(most_at_once(later), 2, "throttled after {passed}");
    }
    // The next read begins with four ranges at a time again.
    acme.get(FILTER).await.expect(200);
    assert_eq!(most_at_once(&queries(&app)), AT_ONCE);
}

#[tokio::test]
async fn a_full_read_that_stays_throttled_gets_429_and_a_few_attempts() {
    let Some(app) = app().await else { return };
    let acme = tenant(&app, "acme").await;
    let throttling = app.faults.plan_all("Query", Fault::throttled());
    let answer = acme.get(FILTER).await;
    let detail = answer.expect_error(429, None);
    assert_eq!((answer.header("retry-after"), &*detail), ("2", BUSY));
    let attempts = throttling.end();
    assert!((6..=24).contains(&attempts), "{attempts} attempts at four ranges");
    expect_all(&acme.get(FILTER).await);
}

/// A search by text in the administration is a full read once it has read a thousand employees.
#[tokio::test]
async fn searches_of_administrators_wait_for_their_turn_too() {
    let Some(app) = app().await else { return };
    let acme = tenant(&app, "acme").await;
    let create = |n: usize| {
        let acme = acme.clone();
        async move { acme.create(&json!({"userName": format!("more{n}@acme.example")})).await }
    };
    stream::iter(20..=1_000).map(create).buffer_unordered(8).count().await;
    let search = async |query: &str| {
        let request = http::Request::get(format!("/tenants/acme/api/employees{query}"))
            .header("authorization", format!("Bearer {}", acme.admin_token));
        app.send(request.body(axum::body::Body::empty()).expect("a request")).await
    };
    let held = hold(&acme, 2).await;
    let refused = search("?search=user7").await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "2"));
    let all: Value = search("?limit=5").await.expect(200);
    assert_eq!(all["employees"].as_array().map(Vec::len), Some(5), "{all}");
    held.let_go().await;
    search("?search=user7").await.expect(200);
}

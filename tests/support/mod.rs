//! The harness. A test creates a [`TestApp`]: the whole service on an engine of its own. The test sends requests with
//! [`TestApp::send`] or a tenant's shorthands, and checks status, headers and body.
//!
//! The clock stands still unless a test advances it, and ids count up. So a test can compare whole bodies. The
//! service's pauses take no time: when no task can run, the runtime's clock jumps to the next timer.
//!
//! With `ROLLCALL_TEST_DYNAMODB_ENDPOINT` set, the same tests run on the DynamoDB API at that URL. Each test then has a
//! table of its own.

pub mod actors;
pub mod admin;
pub mod admins;
pub mod browser;
pub mod command;
pub mod crash;
pub mod damage;
pub mod destinations;
pub mod employees;
pub mod faults;
pub mod groups;
pub mod hooks;
pub mod http;
pub mod identity_provider;
pub mod invariants;
pub mod key_condition;
pub mod log;
pub mod peppers;
pub mod request;
pub mod sdk;
pub mod slow_visibility;
pub mod sso;
pub mod template;
pub mod urns;
pub mod watched_table;

use actors::OPERATOR;
use aws_sdk_dynamodb::Client;
use faults::Faults;
use rollcall::app::App;
use rollcall::directory::access::pepper::{PepperSource, Peppers, SAMPLE_PEPPER};
use rollcall::directory::sample;
use rollcall::directory::sources::Sources;
use rollcall::directory::tenants::NewTenant;
use rollcall::directory::{Directory, Error};
use rollcall::model::tenant::TenantId;
use rollcall::server::router::Service;
use rollcall::store::Store;
use rollcall::store::dynamodb::aws::AwsTable;
use rollcall::store::dynamodb::port::DynamoDb;
use sdk::Watched;
pub use sdk::is_on_an_endpoint;
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tokio::runtime::{Handle, RuntimeFlavor};
use uuid::Uuid;
use watched_table::WatchedTable;

/// The name of the table that an engine in process holds.
const TABLE: &str = "rollcall";
/// The origin of the service's own URLs.
pub const ORIGIN: &str = "https://rollcall.example";
/// The time at which each test starts.
pub const START: OffsetDateTime = datetime!(2026-11-23 09:30:00 UTC);

/// The way in which the service makes ids in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// `00000000-0000-4000-8000-000000000001` and so on.
    Counting,
    /// Random ids, as in production.
    Random,
}

/// The whole service, with the table below it and the test's clock.
#[derive(Clone)]
pub struct TestApp {
    pub app: App,
    /// The service of `app`. A test builds its routes once, because a debug build needs more time for them than for
    /// most requests.
    pub service: Service,
    pub store: Store,
    /// The table below the store, for states that requests to the service cannot produce.
    pub table: Arc<dyn DynamoDb>,
    pub faults: Faults,
    /// The table in process, which a test can copy. `None` when the AWS SDK reaches the table.
    watched: Option<WatchedTable>,
    sources: Sources,
    now: Arc<Mutex<OffsetDateTime>>,
}

/// A tenant with valid tokens.
#[derive(Clone)]
pub struct TestTenant {
    pub app: TestApp,
    pub id: TenantId,
    pub scim_token: String,
    pub admin_token: String,
}

impl TestApp {
    /// The service on an empty engine in memory, with counting ids.
    pub async fn new() -> Self {
        Self::with_ids(Ids::Counting).await
    }

    /// The service on an empty engine in memory.
    pub async fn with_ids(ids: Ids) -> Self {
        if is_on_an_endpoint() {
            return Self::over_the_sdk(ids).await;
        }
        pause_time();
        let (table, faults) = WatchedTable::new(TABLE);
        let app = Self::on(Arc::new(table.clone()), faults, ids).await;
        Self { watched: Some(table), ..app }
    }

    /// The service on an empty engine. The service reaches the engine through the AWS SDK, as on AWS. Faults arrive as
    /// HTTP answers, so the SDK's own retries handle them.
    pub async fn over_the_sdk(ids: Ids) -> Self {
        pause_time();
        Self::on_client(Watched::client(), ids).await
    }

    /// The service on a new table of the DynamoDB API at a URL. The AWS SDK reaches that API over a socket, so the test
    /// must not pause the runtime's clock.
    pub async fn on_endpoint(url: &str, ids: Ids) -> Self {
        Self::on_client(Watched::client_of(Some(url.to_owned())), ids).await
    }

    async fn on_client((client, faults): (Client, Faults), ids: Ids) -> Self {
        let table = AwsTable::new(client, &format!("rollcall-{}", Uuid::new_v4()));
        Self::on(Arc::new(table), faults, ids).await
    }

    async fn on(table: Arc<dyn DynamoDb>, faults: Faults, ids: Ids) -> Self {
        let store = Store::new(Arc::clone(&table));
        store.table().create_unless_exists().await.expect("table");
        let now = Arc::new(Mutex::new(START));
        let clock = Arc::clone(&now);
        let next = Arc::new(AtomicU64::new(1));
        let sources = Sources::new(
            move || *clock.lock().unwrap(),
            move || match ids {
                Ids::Random => Uuid::new_v4(),
                Ids::Counting => counting_id(next.fetch_add(1, Ordering::Relaxed)),
            },
        );
        let app = App::new(store.clone(), peppers(), sources.clone(), ORIGIN);
        let service = app.clone().service();
        Self { app, service, store, table, faults, watched: None, sources, now }
    }

    /// Creates a tenant with this id.
    pub async fn tenant(&self, id: &str) -> TestTenant {
        let id = TenantId::parse(id).expect("a tenant id");
        self.enter(self.app.tenants.create(&id, "Test", &OPERATOR).await)
    }

    /// The test's clock and its source of ids.
    pub fn sources(&self) -> Sources {
        self.sources.clone()
    }

    /// Creates the sample tenant. The files in `events/` use its tokens and employees.
    pub async fn sample(&self) -> TestTenant {
        self.enter(sample::create(&self.app.tenants, &OPERATOR).await)
    }

    fn enter(&self, new: Result<NewTenant, Error>) -> TestTenant {
        let new = new.expect("a new tenant");
        TestTenant {
            app: self.clone(),
            id: new.tenant.id,
            scim_token: new.scim_token.expose_secret().to_owned(),
            admin_token: new.admin_token.expose_secret().to_owned(),
        }
    }

    /// Another server on the same table, at the same time, with caches of its own.
    pub fn another_server(&self) -> Self {
        self.serving(self.app.with_own_caches())
    }

    /// Another app on the same table, at the same time.
    pub fn serving(&self, app: App) -> Self {
        Self { service: app.clone().service(), app, ..self.clone() }
    }

    /// Another server, which reaches its data through `table`.
    pub fn through(&self, table: Arc<dyn DynamoDb>) -> Self {
        let app = App::new(Store::new(table), peppers(), self.sources.clone(), ORIGIN);
        self.serving(app)
    }

    /// Writes the table into a new file.
    pub fn copy_to(&self, file: &Path) {
        self.watched.as_ref().expect("a table in process").copy_to(file);
    }

    /// The service on a new engine with the data of the copy in `file`. Both services share clock and ids.
    pub fn on_copy(&self, file: &Path) -> Self {
        pause_time();
        let (watched, faults) = WatchedTable::copied_from(file, TABLE, &self.faults);
        let table: Arc<dyn DynamoDb> = Arc::new(watched.clone());
        let store = Store::new(Arc::clone(&table));
        let app = App::new(store.clone(), peppers(), self.sources.clone(), ORIGIN);
        let on_copy = Self { store, table, faults, watched: Some(watched), ..self.clone() };
        on_copy.serving(app)
    }

    /// Advances the test's clock.
    pub fn advance(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
    }
}

impl TestTenant {
    /// The use cases of the tenant, below HTTP.
    pub fn directory(&self) -> Directory {
        self.app.app.tenants.directory(&self.id)
    }

    /// The same tenant, served by another server.
    pub fn at_another_server(&self) -> Self {
        self.at(self.app.another_server())
    }

    /// The same tenant, served by another app.
    pub fn at(&self, app: TestApp) -> Self {
        Self { app, ..self.clone() }
    }
}

/// The tenant `acme` on an empty engine in memory, with counting ids.
pub async fn acme() -> TestTenant {
    TestApp::new().await.tenant("acme").await
}

/// Pauses the runtime's clock, so that pauses of the service take no time. The function acts only with an engine in
/// process and a runtime with one thread. An engine behind a socket needs real time: a paused clock jumps to the next
/// timeout before an answer arrives.
fn pause_time() {
    let is_single = Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread;
    if is_single && !is_on_an_endpoint() && !is_time_paused() {
        tokio::time::pause();
    }
}

/// Whether the runtime's clock stands still while the machine's clock advances. The runtime does not report this.
fn is_time_paused() -> bool {
    let now = tokio::time::Instant::now();
    let machine = std::time::Instant::now();
    while machine.elapsed().is_zero() {
        std::hint::spin_loop();
    }
    tokio::time::Instant::now() == now
}

/// The paths of a folder's entries, sorted by name.
pub fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|_| panic!("{}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The `n`th id of [`Ids::Counting`].
pub fn counting_id(n: u64) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 | u128::from(n))
}

fn peppers() -> PepperSource {
    let pepper = SecretString::from(SAMPLE_PEPPER);
    PepperSource::new(move || {
        let current = pepper.clone();
        async move { Ok(Peppers { current, previous: None }) }
    })
}

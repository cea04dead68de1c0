//! Measures the time of a 401 for a tenant that exists and for one that does not. The two medians should be alike, or the
//! time of the answer tells whether a tenant exists.
//!
//! ```sh
//! cargo bench --bench wrong_tokens
//! ```
//!
//! The first table has answers that are delayed: one for each name in ten seconds of the service's clock. The second has
//! the answers between them.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark takes durations, prints, and stops at its first failure"
)]

use axum::body::Body;
use http::Request;
use rollcall::app::App;
use rollcall::directory::access::pepper::{PepperSource, Peppers};
use rollcall::directory::sources::Sources;
use rollcall::directory::{ActorRecord, TenantId};
use rollcall::server::router::Service;
use rollcall::store::Store;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use secrecy::SecretString;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use tower::ServiceExt;
use uuid::Uuid;

/// The answers of a median.
const SAMPLES: usize = 500;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // `cargo test --benches` runs the program too, with another argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let seconds = Arc::new(AtomicI64::new(0));
    let service = service(&seconds).await;
    let wrong = format!("rc_NAME_{}", "A".repeat(43));
    for (title, step) in [("delayed answers", 10), ("other answers", 0)] {
        println!("{title}, {SAMPLES} each");
        seconds.fetch_add(10, Ordering::Relaxed);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..SAMPLES {
            seconds.fetch_add(step, Ordering::Relaxed);
            for (name, times) in ["acme", "nobody"].into_iter().zip(&mut times) {
                times.push(answer(&service, name, &wrong.replace("NAME", name)).await);
            }
        }
        for (name, mut times) in ["a tenant", "no tenant"].into_iter().zip(times) {
            times.sort_unstable();
            let at = |part: usize| times.get(SAMPLES * part / 100).copied().unwrap_or_default();
            println!("{name:<12} median {:>12?}   90 % {:>12?}", at(50), at(90));
        }
    }
}

/// Returns the service on an engine in memory, with the tenant `acme` and a clock in seconds.
async fn service(seconds: &Arc<AtomicI64>) -> Service {
    let table = EmbeddedTable::new(Engine::in_memory().expect("an engine"), "rollcall");
    let store = Store::new(Arc::new(table));
    store.table().create_unless_exists().await.expect("a table");
    let peppers = PepperSource::new(|| async {
        let current = SecretString::from("a pepper for the benchmark, of 32 characters");
        Ok(Peppers { current, previous: None })
    });
    let clock = Arc::clone(seconds);
    let now = move || {
        let seconds = clock.load(Ordering::Relaxed);
        OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000) + time::Duration::seconds(seconds)
    };
    let app = App::new(store, peppers, Sources::new(now, Uuid::new_v4), "https://bench.example");
    let acme = TenantId::parse("acme").expect("an id");
    let operator = ActorRecord::operator("bench");
    app.tenants.create(&acme, "Acme", &operator).await.expect("a tenant");
    app.service()
}

/// Returns the time of a 401.
async fn answer(service: &Service, name: &str, token: &str) -> Duration {
    let request = Request::get(format!("/tenants/{name}/scim/v2/Users"))
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .expect("a request");
    let started = Instant::now();
    let response = service.clone().oneshot(request).await.expect("an answer");
    let elapsed = started.elapsed();
    assert_eq!(response.status().as_u16(), 401);
    elapsed
}

//! A tenant with a receiver, and runs of the delivery on the test's clock.

use crate::support::admin::get;
use crate::support::hooks::Hooks;
use crate::support::{Ids, START, TestApp, TestTenant};
use rollcall::delivery::run_report::RunReport;
use rollcall::delivery::runner::Runner;
use rollcall::outbound::{AddressPolicy, Client};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use time::{Duration, OffsetDateTime};

/// A tenant, a receiver, and the delivery between them. The test has a runtime with several threads, because a paused
/// clock would end each call at once.
pub struct Deliveries {
    pub tenant: TestTenant,
    pub hooks: Hooks,
    pub runner: Runner,
}

/// Starts a receiver, and makes a tenant whose destinations may be on this machine.
pub async fn deliveries() -> Deliveries {
    let app = TestApp::with_ids(Ids::Random).await;
    let client = Client::new(AddressPolicy::allowing_loopback(None));
    let app = app.serving(app.app.clone().with_outbound(client));
    // A short run does not wait for the next try after 5 seconds.
    let runner = app.app.runner().with_run_time(std::time::Duration::from_secs(4));
    // Verifiers of signatures compare the time of a request with the machine's clock.
    let machine = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    app.advance(OffsetDateTime::UNIX_EPOCH + machine - START);
    let tenant = app.tenant("acme").await;
    Deliveries { tenant, hooks: Hooks::start().await, runner }
}

impl Deliveries {
    /// Runs the deliveries of the tenant.
    pub async fn run(&self) -> RunReport {
        let report = self.runner.run_tenants(BTreeSet::from([self.tenant.id.clone()])).await;
        assert_eq!(report.failures, 0, "{report:?}");
        report
    }

    /// Advances the clock, and runs the work that is due then.
    pub async fn advance(&self, by: Duration) -> RunReport {
        self.tenant.app.advance(by);
        let report = self.runner.run_due(false).await;
        assert_eq!(report.failures, 0, "{report:?}");
        report
    }

    /// Creates a user, and returns the id.
    pub async fn create(&self, user_name: &str) -> String {
        self.tenant.create(&json!({"userName": user_name})).await
    }

    /// Sets an attribute of a user.
    pub async fn patch(&self, id: &str, attribute: &str, value: &str) {
        let change = json!([{"op": "replace", "path": attribute, "value": value}]);
        self.tenant.patch(&format!("/Users/{id}"), &change).await.expect(200);
    }
}

/// No body.
pub fn no_events() -> Vec<Value> {
    Vec::new()
}

/// The types of all events of a tenant.
pub async fn types_of(tenant: &TestTenant) -> Vec<String> {
    let page = get(tenant, "/events?from=start&limit=200").await;
    let events = page["events"].as_array().expect("events").iter();
    events.map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

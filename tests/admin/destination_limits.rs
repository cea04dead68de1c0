//! The limits of the calls to destinations that an administrator starts.

use crate::support::acme;
use crate::support::admin::{admin, problem};
use crate::support::destinations::{create, path, webhook};
use crate::support::{ORIGIN, TestTenant};
use futures_util::future::join_all;
use rollcall::outbound::AddressPolicy;
use serde_json::{Value, json};
use time::Duration;

/// Starts calls of each kind, and returns their statuses.
async fn statuses(tenant: &TestTenant, destination: &Value, number: usize) -> Vec<u16> {
    let one = path(destination);
    let after = json!({"after": destination["state"]["position"]});
    let mut found = Vec::new();
    for (rest, body) in
        [("replay", after), ("resume", json!({"from": "end"}))].iter().cycle().take(number)
    {
        let answer = admin(tenant, "POST", &format!("{one}/{rest}"), body.clone()).await;
        found.push(answer.status.as_u16());
    }
    found
}

#[tokio::test]
async fn all_servers_count_the_calls_of_a_tenant_together() {
    let tenant = acme().await;
    let new = create(&tenant, webhook()).await;
    let other_server = tenant.at_another_server();
    assert_eq!(statuses(&tenant, &new, 4).await, [200; 4]);
    assert_eq!(statuses(&other_server, &new, 6).await, [200; 6]);
    tenant.app.advance(Duration::seconds(59));
    for server in [&tenant, &other_server] {
        for (rest, body) in [
            ("replay", json!({"after": "0000-1"})),
            ("resume", json!({"from": "here"})),
            ("test", Value::Null),
            ("resend", json!({"event": "evt_acme_0000_1"})),
        ] {
            let refused = admin(server, "POST", &format!("{}/{rest}", path(&new)), body).await;
            assert!(problem(&refused, 429).starts_with("At most 10 tests"), "{rest}");
            assert_eq!(refused.header("retry-after"), "60");
        }
    }
    let other = tenant.app.tenant("other").await;
    let of_other = create(&other, webhook()).await;
    assert_eq!(statuses(&other, &of_other, 1).await, [200], "each tenant has a count of its own");
    tenant.app.advance(Duration::SECOND);
    assert_eq!(statuses(&tenant, &new, 10).await, [200; 10]);
    assert_eq!(statuses(&other_server, &new, 1).await, [429]);
    tenant.expect_settled_and_sound().await;
    tenant.app.app.tenants.delete(&tenant.id).await.unwrap();
    assert_eq!(tenant.items("TENANT#acme").await, []);
}

#[tokio::test]
async fn calls_that_begin_a_minute_together_are_all_counted() {
    let tenant = acme().await;
    for _ in 0..3 {
        let calls = (0..25).map(|_| tenant.app.app.destinations.allows_call(&tenant.id));
        let allowed = join_all(calls).await.into_iter().filter(|call| *call.as_ref().unwrap());
        assert_eq!(allowed.count(), 10);
        tenant.app.advance(Duration::MINUTE);
    }
}

/// The clock of the test jumps to the next timer while nothing happens.
#[tokio::test]
async fn a_test_waits_five_seconds_for_a_silent_receiver() {
    let tenant = acme().await;
    let policy = AddressPolicy::allowing_loopback(Some(ORIGIN));
    let tenant = tenant.at(tenant.app.serving(tenant.app.app.clone().with_addresses(policy)));
    // The connection is accepted by the system, and nobody reads the request.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut body = webhook();
    body["url"] = json!(format!("http://{}/a", silent.local_addr().unwrap()));
    let new = create(&tenant, body).await;
    let test = format!("{}/test", path(&new));
    let outcome = admin(&tenant, "POST", &test, Value::Null).await.expect(200);
    assert_eq!(outcome["failure"], "timeout");
    // A delivery that nobody waits for has 15 seconds.
    let waited = outcome["milliseconds"].as_u64().unwrap();
    assert!((5_000..15_000).contains(&waited), "{waited}");
}

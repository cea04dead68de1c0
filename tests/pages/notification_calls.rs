//! *Notifications*: tests and repeated events, to receivers on the loopback interface.

use super::notifications::{add, fields, with};
use crate::support::admin::get;
use crate::support::browser::{Browser, after};
use crate::support::destinations::{create, run, webhook};
use crate::support::hooks::{Hooks, Reply};
use crate::support::{ORIGIN, acme};
use rollcall::model::destination::Position;
use rollcall::outbound::AddressPolicy;
use rollcall::store::destinations::positions::Progress;
use serde_json::json;
use tokio::net::TcpSocket;

/// A browser at a service that may call the loopback interface. The sockets need a runtime in real time.
async fn at_acme_with_loopback() -> Browser {
    let tenant = acme().await;
    let policy = AddressPolicy::allowing_loopback(Some(ORIGIN));
    let app = tenant.app.serving(tenant.app.app.clone().with_addresses(policy));
    Browser::signed_in(&tenant.at(app)).await
}

/// Returns the sentence about a call.
fn told(page: &str) -> &str {
    after(page, "role=\"status\"><p>", "<")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_tells_the_answer_of_each_kind() {
    let browser = at_acme_with_loopback().await;
    let receiver = Hooks::start().await;
    for (kind, status, text) in [
        ("webhook", 204, "The receiver accepted the test (204, "),
        ("webhook", 500, "The receiver answered 500 after "),
        ("slack", 200, "Slack accepted the test message (200, "),
        (
            "teams",
            202,
            "Power Automate accepted the message (202). Whether it was posted is seen in the channel, \
             or under Workflows › Run history.",
        ),
        ("teams", 404, "The receiver answered 404 after "),
    ] {
        receiver.then([Reply::Status(status, "")]);
        let path = add(&browser, &with(fields(kind), "url", &receiver.url)).await;
        let page = browser.submit(&format!("{path}/test"), &[]).await.page(200);
        assert!(told(&page).starts_with(text), "{kind} {status}: {}", told(&page));
        assert!(!page.contains("secret-path"), "{page}");
        let bodies = receiver.take_bodies();
        assert_eq!(bodies.len(), 1, "{kind} {status}");
        if kind == "webhook" {
            assert_eq!(bodies[0]["type"], "destination.test");
        }
        browser.submit(&format!("{path}/remove"), &[("confirm", "on")]).await.redirect();
    }
    // Nothing listens on the port, and no other test gets it.
    let closed = TcpSocket::new_v4().expect("a socket");
    closed.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let url = format!("http://{}/a", closed.local_addr().expect("an address"));
    let path = add(&browser, &with(fields("slack"), "url", &url)).await;
    let page = browser.submit(&format!("{path}/test"), &[]).await.page(200);
    assert!(told(&page).contains("accepted no connection (connect)."), "{}", told(&page));
    assert!(page.contains("<div class=\"callout callout-bad\" role=\"status\">"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_the_log_is_sent_again_under_its_id() {
    let browser = at_acme_with_loopback().await;
    let receiver = Hooks::start().await;
    browser.tenant.create(&json!({"userName": "ada"})).await;
    let mut body = webhook();
    body["url"] = json!(receiver.url);
    let new = create(&browser.tenant, body).await;
    let id = new["id"].as_str().expect("an id");
    let events = get(&browser.tenant, "/events?from=start").await;
    let event = events["events"].as_array().expect("events").iter();
    let event = event.clone().find(|one| one["type"] == "employee.created").expect("an event");
    let number = event["sequence"].as_u64().expect("a number");
    let store = browser.tenant.app.store.tenant(&browser.tenant.id);
    let held =
        store.positions().get(id.parse().expect("an id")).await.unwrap().expect("a position");
    let mut one = run(1, None);
    one.attempts.iter_mut().for_each(|attempt| attempt.number = number);
    let progress = Progress { run: Some(&one), ..Progress::default() };
    let next = Position { run: 1, ..held.clone() };
    store.positions().save(&held, next, &progress).await.unwrap().expect("saved");

    let path = format!("notifications/{id}");
    let page = browser.get(&path).await.page(200);
    let sent = after(&page, "name=\"event\" value=\"", "\"");
    assert_eq!(sent, event["id"].as_str().expect("an id"));
    let resend = format!("{path}/resend");
    let page = browser.submit(&resend, &[("event", sent)]).await.page(200);
    assert!(told(&page).starts_with("The receiver accepted the event (200, "), "{page}");
    let bodies = receiver.take_bodies();
    assert_eq!((bodies.len(), &bodies[0]["id"]), (1, &event["id"]));
    let no_event = "no event with this id";
    for (other, why) in
        [("evt_acme_0000_1", "another feed"), ("nonsense", no_event), ("", no_event)]
    {
        let page = browser.submit(&resend, &[("event", other)]).await.page(409);
        assert!(after(&page, "role=\"alert\">", "</ul>").contains(why), "{other}: {page}");
    }
    let slack = add(&browser, &with(fields("slack"), "url", &receiver.url)).await;
    let page = browser.submit(&format!("{slack}/resend"), &[("event", sent)]).await.page(409);
    assert!(after(&page, "role=\"alert\">", "</ul>").contains("Only a webhook"), "{page}");
    // These were five calls. The tenant has ten in a minute.
    for _ in 0..5 {
        browser.submit(&format!("{slack}/test"), &[]).await.page(200);
    }
    let answer = browser.submit(&format!("{slack}/test"), &[]).await;
    assert!(
        after(&answer.page(429), "role=\"alert\">", "</ul>")
            .contains("at most 10 tests, repeated events")
    );
    assert_eq!(answer.header("retry-after"), "60");
    assert_eq!(receiver.take_bodies().len(), 5);
}

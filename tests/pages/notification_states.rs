//! *Notifications*: states in words, pause and resume, and the delivery log.

use super::at_acme;
use super::notifications::{add, fields, words};
use crate::support::START;
use crate::support::admin::get;
use crate::support::browser::{Browser, after};
use crate::support::destinations::run;
use rollcall::model::destination::Position;
use rollcall::store::destinations::positions::Progress;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

fn id(path: &str) -> Uuid {
    path.trim_start_matches("notifications/").parse().expect("an id")
}

/// The state on the page of a destination. The list must show the same words.
async fn state(browser: &Browser, path: &str) -> String {
    let page = browser.get(path).await.page(200);
    let found = words(after(&page, "<h2 id=\"state\">State</h2>\n<p>", "</p>"));
    let list = words(&browser.get("notifications").await.page(200));
    assert!(list.contains(&found), "{found} in {list}");
    found
}

/// Changes the position of a destination, and adds a run to its log.
async fn save(
    browser: &Browser,
    path: &str,
    progress: &Progress<'_>,
    change: impl Fn(&mut Position),
) {
    let store = browser.tenant.app.store.tenant(&browser.tenant.id);
    let held = store.positions().get(id(path)).await.unwrap().expect("a position");
    let mut next = held.clone();
    change(&mut next);
    store.positions().save(&held, next, progress).await.unwrap().expect("saved");
}

#[tokio::test]
async fn a_paused_destination_resumes_where_it_stopped_or_from_now() {
    let browser = at_acme().await;
    let path = add(&browser, &fields("webhook")).await;
    assert_eq!(state(&browser, &path).await, "delivers");
    let paused = browser.submit(&format!("{path}/pause"), &[]).await.redirect();
    assert_eq!(paused, format!("/tenants/acme/{path}?done=destination-paused"));
    assert_eq!(state(&browser, &path).await, "paused");
    for user in ["ada", "bob"] {
        browser.tenant.create(&json!({"userName": user})).await;
    }
    get(&browser.tenant, "/events?from=end").await;
    let page = browser.get(&format!("{path}?done=destination-paused")).await.page(200);
    assert!(page.contains("The destination is paused."), "{page}");
    assert!(page.contains("From where it stopped (2 events)"), "{page}");
    assert!(!page.contains("/pause\""), "{page}");
    let resume = format!("{path}/resume");
    let page = browser.submit(&resume, &[]).await.page(422);
    assert!(page.contains("Choose the event to begin with."), "{page}");
    assert!(page.contains("<details class=\"ask\" id=\"resume\" open>"), "{page}");
    let resumed = browser.submit(&resume, &[("from", "here")]).await.redirect();
    assert_eq!(resumed, format!("/tenants/acme/{path}?done=destination-resumed"));
    assert_eq!(state(&browser, &path).await, "behind: 2 wait");
    browser.submit(&format!("{path}/pause"), &[]).await.redirect();
    browser.submit(&resume, &[("from", "end")]).await.redirect();
    assert_eq!(state(&browser, &path).await, "delivers");
    browser.tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_failure_and_its_reason_are_told() {
    let browser = at_acme().await;
    let path = add(&browser, &fields("webhook")).await;
    browser.tenant.create(&json!({"userName": "ada"})).await;
    get(&browser.tenant, "/events?from=end").await;
    assert_eq!(state(&browser, &path).await, "behind: 1 waits");
    save(&browser, &path, &Progress::default(), |position| {
        position.failing_since = Some(START);
        position.next_at = Some(START + Duration::MINUTE);
        position.last_ok = Some(START - Duration::HOUR);
    })
    .await;
    assert_eq!(
        state(&browser, &path).await,
        "failing since 2026-11-23 09:30 UTC, next try 2026-11-23 09:31 UTC, 1 waiting"
    );
    let page = words(&browser.get(&path).await.page(200));
    assert!(page.contains("The last delivery succeeded on 2026-11-23 08:30 UTC"), "{page}");
    let destinations = &browser.tenant.app.app.destinations;
    let why = "The receiver answered that <this> does not exist";
    let found = destinations.get(&browser.tenant.id, id(&path)).await.unwrap().destination;
    destinations.disable(&browser.tenant.id, &found, why).await.unwrap();
    assert_eq!(
        state(&browser, &path).await,
        "disabled: The receiver answered that &#60;this&#62; does not exist."
    );
    let page = browser.get(&path).await.page(200);
    assert!(page.contains("From where it stopped (1 event)"), "{page}");
}

#[tokio::test]
async fn the_log_of_a_webhook_is_read_page_by_page() {
    let browser = at_acme().await;
    let path = add(&browser, &fields("webhook")).await;
    let page = browser.get(&path).await.page(200);
    assert!(page.contains("No deliveries yet."), "{page}");
    for number in 1..=11 {
        let one = run(number, Some("<b>no</b>"));
        let progress = Progress { run: Some(&one), ..Progress::default() };
        save(&browser, &path, &progress, |position| position.run = number).await;
    }
    let page = browser.get(&path).await.page(200);
    let log = after(&page, "id=\"deliveries\"", "</section>");
    assert_eq!(log.matches(">Resend<").count(), 20, "{log}");
    assert_eq!(log.matches("&#60;b&#62;no&#60;/b&#62;").count(), 10, "{log}");
    let text = words(log);
    assert!(text.contains("503 try 1, 84 ms"), "{text}");
    assert!(
        text.contains("timeout try 1, 84 ms no answer came in time next try 2026-11-23 09:31 UTC")
    );
    assert!(!log.contains(">Newest<"), "{log}");
    let older = after(after(log, "rel=\"next\"", ">"), "href=\"/tenants/acme/", "#").to_owned();
    let page = browser.get(&older).await.page(200);
    let log = after(&page, "id=\"deliveries\"", "</section>");
    assert_eq!(log.matches(">Resend<").count(), 2, "{log}");
    assert!(log.contains("_1</code>") && log.contains(">Newest<") && !log.contains(">Older<"));
    browser.get(&format!("{path}?cursor=x")).await.page(400);

    let slack = add(&browser, &fields("slack")).await;
    let one = run(1, None);
    let progress = Progress { run: Some(&one), ..Progress::default() };
    save(&browser, &slack, &progress, |position| position.run = 1).await;
    let page = browser.get(&slack).await.page(200);
    assert!(page.contains("employee.updated") && !page.contains("Resend"), "{page}");
}

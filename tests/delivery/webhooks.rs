//! Webhooks, delivered to a receiver over a socket.

use super::run::{Deliveries, deliveries, no_events, types_of};
use crate::support::admin::{admin, get};
use crate::support::destinations::{create, path};
use crate::support::hooks::Reply;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

fn webhook(url: &str) -> Value {
    json!({"kind": "webhook", "name": "Asset manager", "url": url, "types": ["employee.*"]})
}

async fn with_webhook() -> (Deliveries, Value) {
    let deliveries = deliveries().await;
    let created = create(&deliveries.tenant, webhook(&deliveries.hooks.url)).await;
    (deliveries, created)
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_arrive_in_order_and_a_receiver_can_verify_them() {
    let (d, created) = with_webhook().await;
    let ada = d.create("ada@example.com").await;
    d.patch(&ada, "title", "Countess").await;
    d.tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    d.run().await;
    let received = d.hooks.take();
    let verifier = Webhook::new(created["signingSecret"].as_str().unwrap()).unwrap();
    let mut types = Vec::new();
    for request in &received {
        verifier.verify(&request.body, &request.headers).unwrap();
        let body = request.json();
        assert_eq!(request.header("webhook-id"), body["id"]);
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("user-agent"), "Rollcall");
        assert_eq!(body["subject"], format!("/employees/{ada}"));
        types.push(body["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(types, ["employee.created", "employee.updated", "employee.deleted"]);
    let update = received[1].json();
    assert_eq!(update["data"]["attributes"], json!(["title"]));
    assert_eq!(update["data"]["employee"]["archived"], true, "the employee as it is now");
    assert_eq!(update["actor"]["kind"], "identityProvider");
    d.run().await;
    assert_eq!(d.hooks.take_bodies(), no_events());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_event_waits_with_its_person_and_others_go_on() {
    let (d, created) = with_webhook().await;
    let (ada, bob) = (d.create("ada@example.com").await, d.create("bob@example.com").await);
    d.run().await;
    d.hooks.take();
    d.hooks.otherwise(|request| match request.json()["data"]["employee"]["userName"].as_str() {
        Some("ada@example.com") => Reply::Status(422, "no such person"),
        _ => Reply::Status(200, ""),
    });
    for title in ["One", "Two"] {
        d.patch(&ada, "title", title).await;
        d.patch(&bob, "title", title).await;
    }
    d.run().await;
    let subjects: Vec<Value> = d.hooks.take_bodies().iter().map(|b| b["subject"].clone()).collect();
    let (of_ada, of_bob) = (format!("/employees/{ada}"), format!("/employees/{bob}"));
    assert_eq!(subjects.iter().filter(|subject| **subject == of_bob).count(), 2);
    assert_eq!(subjects.iter().filter(|subject| **subject == of_ada).count(), 1, "no overtaking");
    let state = get(&d.tenant, &path(&created)).await["state"].clone();
    assert_eq!(state["waiting"], 2, "{state}");
    // The receiver accepts the person again.
    d.hooks.otherwise(|_| Reply::Status(200, ""));
    d.advance(Duration::minutes(6)).await;
    let titles: Vec<Value> = d
        .hooks
        .take_bodies()
        .iter()
        .map(|body| body["data"]["changes"][0]["new"].clone())
        .collect();
    assert_eq!(titles, ["One", "Two"]);
    assert_eq!(get(&d.tenant, &path(&created)).await["state"]["waiting"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_refused_five_times_is_given_up_and_can_be_sent_again() {
    let (d, created) = with_webhook().await;
    d.hooks.otherwise(|_| Reply::Status(400, "bad"));
    d.create("ada@example.com").await;
    d.run().await;
    let mut ids: Vec<Value> = d.hooks.take_bodies().iter().map(|body| body["id"].clone()).collect();
    for _ in 0..8 {
        d.advance(Duration::minutes(40)).await;
        ids.extend(d.hooks.take_bodies().into_iter().map(|body| body["id"].clone()));
    }
    assert_eq!(ids.len(), 5, "{ids:?}");
    assert!(ids.iter().all(|id| *id == ids[0]), "one id for all tries");
    let log = get(&d.tenant, &format!("{}/deliveries", path(&created))).await;
    assert_eq!(log["deliveries"].as_array().unwrap().len(), 5);
    assert_eq!(log["deliveries"][0]["says"], "bad");
    assert_eq!(log["deliveries"][0]["nextTry"], Value::Null, "given up");
    d.hooks.otherwise(|_| Reply::Status(200, ""));
    let resend = json!({"event": ids[0]});
    let url = format!("{}/resend", path(&created));
    let outcome = admin(&d.tenant, "POST", &url, resend).await.expect(200);
    assert_eq!((&outcome["status"], &outcome["failure"]), (&json!(200), &Value::Null));
    assert_eq!(d.hooks.take_bodies()[0]["id"], ids[0]);
    let (feed, _) = ids[0].as_str().unwrap().rsplit_once('_').expect("an id");
    let of_the_tenant = format!("{feed}_1");
    for (event, status) in [(of_the_tenant.as_str(), 409), ("nope", 404)] {
        admin(&d.tenant, "POST", &url, json!({"event": event})).await.expect(status);
    }
    assert_eq!(d.hooks.take_bodies(), no_events());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_gets_probes_and_then_everything_in_order() {
    let (d, created) = with_webhook().await;
    let mut people = Vec::new();
    for n in 0..6 {
        people.push(d.create(&format!("person{n}@example.com")).await);
    }
    d.run().await;
    d.hooks.take();
    d.hooks.otherwise(|_| Reply::Status(503, ""));
    for round in 0..5 {
        for person in &people {
            d.patch(person, "title", &format!("Title {round}")).await;
        }
    }
    d.run().await;
    let first = d.hooks.take().len();
    assert!((3..=8).contains(&first), "{first} calls before the endpoint counts as dead");
    let state = get(&d.tenant, &path(&created)).await["state"].clone();
    assert_eq!(state["status"], "failing", "{state}");
    assert!(state["failingSince"].is_string() && state["nextTry"].is_string(), "{state}");
    let mut probes = 0;
    // Waits vary by a tenth, so the third probe is at most in the eleventh minute.
    for _ in 0..12 {
        d.advance(Duration::minutes(1)).await;
        probes += d.hooks.take().len();
    }
    assert_eq!(probes, 3, "after 1, 2 and 5 minutes");
    d.hooks.otherwise(|_| Reply::Status(200, ""));
    d.advance(Duration::minutes(11)).await;
    let bodies = d.hooks.take_bodies();
    assert_eq!(bodies.len(), 30, "each event once");
    for person in &people {
        let subject = format!("/employees/{person}");
        let of_person = bodies.iter().filter(|body| body["subject"] == subject);
        let titles: Vec<&Value> = of_person.map(|b| &b["data"]["changes"][0]["new"]).collect();
        let expected: Vec<String> = (0..5).map(|round| format!("Title {round}")).collect();
        assert_eq!(
            titles,
            expected
                .iter()
                .map(|title| json!(title))
                .collect::<Vec<_>>()
                .iter()
                .collect::<Vec<_>>()
        );
    }
    let state = get(&d.tenant, &path(&created)).await["state"].clone();
    assert_eq!((&state["status"], &state["waiting"]), (&json!("delivers"), &json!(0)), "{state}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_event_keeps_its_tries_while_other_events_are_delivered() {
    let (d, _created) = with_webhook().await;
    d.hooks.then([Reply::Status(500, "")]);
    let first = d.create("ada@example.com").await;
    d.run().await;
    assert_eq!(d.hooks.take_bodies().len(), 1);
    // Each success comes before the next try of the failed event.
    for n in 0..10 {
        d.create(&format!("person{n}@example.com")).await;
        d.run().await;
    }
    let subject = format!("/employees/{first}");
    let bodies = d.hooks.take_bodies();
    assert_eq!(bodies.len(), 10, "{bodies:#?}");
    assert!(bodies.iter().all(|body| body["subject"] != subject), "{bodies:#?}");
    d.advance(Duration::minutes(1)).await;
    let bodies = d.hooks.take_bodies();
    assert_eq!(bodies.len(), 1, "{bodies:#?}");
    assert_eq!(bodies[0]["subject"], subject);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_disabled_and_resume_delivers_what_it_missed() {
    let (d, created) = with_webhook().await;
    // Both events are on their way before the first answer.
    d.hooks.then([Reply::Status(410, ""), Reply::Status(410, "")]);
    d.create("ada@example.com").await;
    d.create("bob@example.com").await;
    d.run().await;
    let found = get(&d.tenant, &path(&created)).await;
    assert_eq!(found["state"]["status"], "disabled", "{found}");
    assert!(found["state"]["disabledBecause"].as_str().unwrap().contains("does not exist"));
    d.hooks.take();
    d.run().await;
    assert_eq!(d.hooks.take_bodies(), no_events(), "a disabled destination gets nothing");
    assert!(types_of(&d.tenant).await.contains(&"destination.disabled".to_owned()));
    let resume = json!({"from": "here"});
    admin(&d.tenant, "POST", &format!("{}/resume", path(&created)), resume).await.expect(200);
    d.run().await;
    let mut names: Vec<Value> =
        d.hooks.take_bodies().iter().map(|b| b["data"]["employee"]["userName"].clone()).collect();
    names.sort_by_key(Value::to_string);
    assert_eq!(names, ["ada@example.com", "bob@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let (d, created) = with_webhook().await;
    let elsewhere = crate::support::hooks::Hooks::start().await;
    d.hooks.then([Reply::Redirect(elsewhere.url.clone())]);
    d.create("ada@example.com").await;
    d.run().await;
    assert_eq!(elsewhere.take().len(), 0);
    let log = get(&d.tenant, &format!("{}/deliveries", path(&created))).await;
    assert_eq!(log["deliveries"][0]["status"], 302);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_secret_signs_beside_the_previous_one() {
    let (d, created) = with_webhook().await;
    let url = format!("{}/secret/replace", path(&created));
    let replaced = admin(&d.tenant, "POST", &url, json!({})).await.expect(200);
    d.create("ada@example.com").await;
    d.run().await;
    let request = d.hooks.take().remove(0);
    for secret in [&created["signingSecret"], &replaced["signingSecret"]] {
        let verifier = Webhook::new(secret.as_str().unwrap()).unwrap();
        verifier.verify(&request.body, &request.headers).unwrap();
    }
    d.advance(Duration::hours(25)).await;
    d.create("bob@example.com").await;
    d.run().await;
    let request = d.hooks.take().remove(0);
    assert_eq!(request.header("webhook-signature").split(' ').count(), 1, "the overlap is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_sent_at_once_and_is_in_no_feed() {
    let (d, created) = with_webhook().await;
    let before = types_of(&d.tenant).await;
    let url = format!("{}/test", path(&created));
    let outcome = admin(&d.tenant, "POST", &url, Value::Null).await.expect(200);
    assert_eq!(outcome["status"], 200);
    let body = d.hooks.take_bodies().remove(0);
    assert_eq!(body["type"], "destination.test");
    assert_eq!(types_of(&d.tenant).await, before);
    for _ in 1..10 {
        admin(&d.tenant, "POST", &url, Value::Null).await.expect(200);
    }
    let refused = admin(&d.tenant, "POST", &url, Value::Null).await;
    assert_eq!(refused.status.as_u16(), 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_deliver_each_event_once() {
    let (d, _) = with_webhook().await;
    for n in 0..40 {
        d.create(&format!("person{n}@example.com")).await;
    }
    tokio::join!(d.run(), d.run(), d.run());
    d.advance(Duration::minutes(2)).await;
    let mut ids: Vec<String> =
        d.hooks.take_bodies().iter().map(|body| body["id"].to_string()).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!((count, ids.len()), (40, 40));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_may_ask_for_a_longer_wait() {
    let (d, created) = with_webhook().await;
    d.hooks.then([Reply::RetryAfter(429, "8")]);
    d.create("ada@example.com").await;
    d.run().await;
    let log = get(&d.tenant, &format!("{}/deliveries", path(&created))).await;
    let time = |name: &str| {
        let text = log["deliveries"][0][name].as_str().unwrap_or_else(|| panic!("{name}: {log}"));
        OffsetDateTime::parse(text, &Rfc3339).unwrap()
    };
    assert_eq!((time("nextTry") - time("at")).whole_seconds(), 8, "within 5 and 10 seconds");
}

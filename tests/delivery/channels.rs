//! Slack and Teams: one message for all changes of a window, delivered to a receiver over a socket.

use super::run::{Deliveries, deliveries, no_events};
use crate::support::admin::{admin, get};
use crate::support::destinations::{create, path};
use crate::support::hooks::Reply;
use serde_json::{Value, json};
use time::Duration;

fn channel(kind: &str, url: &str, every: &str) -> Value {
    json!({"kind": kind, "name": "People", "url": url, "types": ["employee.*", "group.*"], "every": every})
}

async fn with_channel(kind: &str, every: &str) -> (Deliveries, Value) {
    let d = deliveries().await;
    let created = create(&d.tenant, channel(kind, &d.hooks.url, every)).await;
    assert_eq!(created["signingSecret"], Value::Null, "a channel signs nothing");
    (d, created)
}

/// Creates users in bulk requests.
async fn onboard(d: &Deliveries, people: std::ops::Range<usize>) {
    let people: Vec<usize> = people.collect();
    for chunk in people.chunks(100) {
        let operations: Vec<Value> = chunk
            .iter()
            .map(|n| {
                let data = json!({"userName": format!("p{n}@example.com"), "displayName": format!("Person {n}")});
                json!({"method": "POST", "path": "/Users", "bulkId": format!("b{n}"), "data": data})
            })
            .collect();
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
        let body = json!({"schemas": schemas, "Operations": operations});
        let answer = d.tenant.post("/Bulk", &body).await.expect(200);
        let done = answer["Operations"].as_array().unwrap();
        assert!(done.iter().all(|one| one["status"] == "201"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_new_people_make_one_message() {
    for (kind, size) in [("slack", 10_000), ("teams", 16_000)] {
        let (d, created) = with_channel(kind, "minute").await;
        onboard(&d, 0..500).await;
        d.run().await;
        assert_eq!(d.hooks.take_bodies(), no_events(), "the window is not over");
        d.advance(Duration::seconds(59)).await;
        assert_eq!(d.hooks.take_bodies(), no_events(), "the window is not over");
        d.advance(Duration::seconds(2)).await;
        let messages = d.hooks.take();
        assert_eq!(messages.len(), 1, "{kind}");
        let text = String::from_utf8(messages[0].body.clone()).unwrap();
        assert!(text.len() <= size, "{kind}: {} bytes", text.len());
        assert!(text.contains("New employees: 500") && text.contains("and 490 more"), "{text}");
        assert!(text.contains("/tenants/acme/activity"), "{text}");
        assert!(!text.contains("@example.com"), "a message has no addresses");
        d.advance(Duration::minutes(5)).await;
        assert_eq!(d.hooks.take_bodies(), no_events());
        let state = get(&d.tenant, &path(&created)).await["state"].clone();
        assert_eq!(
            (&state["status"], &state["waiting"]),
            (&json!("delivers"), &json!(0)),
            "{state}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_are_text_in_a_message() {
    let (d, _) = with_channel("slack", "minute").await;
    let name = "<!channel> [x](http://evil) <@U123>";
    let body = json!({"userName": "mallory", "displayName": name});
    d.tenant.create(&body).await;
    d.run().await;
    d.advance(Duration::seconds(61)).await;
    let message = d.hooks.take_bodies().remove(0);
    let mut found = 0;
    visit(&message, &mut |object| {
        let holds =
            object.values().any(|value| value.as_str().is_some_and(|t| t.contains("<!channel>")));
        if holds {
            assert_eq!(object["type"], "text", "{object:?}");
            found += 1;
        }
    });
    assert_eq!(found, 1);
}

fn visit(value: &Value, check: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            check(object);
            object.values().for_each(|value| visit(value, check));
        }
        Value::Array(values) => values.iter().for_each(|value| visit(value, check)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_message_is_made_anew_with_what_came_since() {
    let (d, created) = with_channel("slack", "minute").await;
    d.hooks.then([Reply::Status(500, "")]);
    onboard(&d, 0..1).await;
    d.run().await;
    d.advance(Duration::seconds(61)).await;
    assert_eq!(d.hooks.take().len(), 1);
    let state = get(&d.tenant, &path(&created)).await["state"].clone();
    assert_eq!(state["status"], "failing", "{state}");
    onboard(&d, 1..3).await;
    d.run().await;
    assert_eq!(d.hooks.take_bodies(), no_events(), "the next try is later");
    d.advance(Duration::seconds(40)).await;
    let messages = d.hooks.take_bodies();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].to_string().contains("New employees: 3"), "{}", messages[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_channel_is_disabled() {
    let (d, created) = with_channel("slack", "minute").await;
    d.hooks.then([Reply::Status(404, "no_service")]);
    onboard(&d, 0..1).await;
    d.run().await;
    d.advance(Duration::seconds(61)).await;
    let state = get(&d.tenant, &path(&created)).await["state"].clone();
    assert_eq!(state["status"], "disabled", "{state}");
    let resume = json!({"from": "end"});
    admin(&d.tenant, "POST", &format!("{}/resume", path(&created)), resume).await.expect(200);
    d.hooks.take();
    d.run().await;
    d.advance(Duration::minutes(2)).await;
    assert_eq!(d.hooks.take_bodies(), no_events(), "from now");
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_are_as_long_as_chosen() {
    for (every, minutes) in [("quarter", 15), ("hour", 60)] {
        let (d, _) = with_channel("teams", every).await;
        onboard(&d, 0..1).await;
        d.run().await;
        d.advance(Duration::minutes(minutes - 1)).await;
        assert_eq!(d.hooks.take_bodies(), no_events(), "{every}");
        onboard(&d, 1..2).await;
        d.run().await;
        d.advance(Duration::seconds(61)).await;
        let messages = d.hooks.take_bodies();
        assert_eq!(messages.len(), 1, "{every}");
        assert!(messages[0].to_string().contains("New employees: 2"), "{every}: {}", messages[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_not_named() {
    let (d, _) = with_channel("slack", "minute").await;
    let body = json!({"userName": "ada", "displayName": "Ada Lovelace", "active": false});
    let ada = d.tenant.create(&body).await;
    let confirm = json!({"confirm": ada});
    admin(&d.tenant, "POST", &format!("/employees/{ada}/erase"), confirm).await.expect(204);
    d.run().await;
    d.advance(Duration::seconds(61)).await;
    let text = d.hooks.take_bodies().remove(0).to_string();
    assert!(text.contains("Erased: 1") && !text.contains("Lovelace"), "{text}");
}

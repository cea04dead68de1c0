//! Destinations through the JSON API: paused, resumed, replaced, removed, replayed, and their delivery logs.

use crate::support::acme;
use crate::support::admin::{admin, get, problem, problem_of};
use crate::support::destinations::{create, expect_action, id, last_change, path, run, webhook};
use rollcall::model::destination::Position;
use rollcall::store::destinations::positions::Progress;
use serde_json::{Value, json};

#[tokio::test]
async fn a_paused_destination_resumes_here_or_at_the_end() {
    let tenant = acme().await;
    let new = create(&tenant, webhook()).await;
    let one = path(&new);
    let paused = admin(&tenant, "POST", &format!("{one}/pause"), Value::Null).await.expect(200);
    assert_eq!((&paused["state"]["status"], &paused["enabled"]), (&json!("paused"), &json!(false)));
    expect_action(&last_change(&tenant).await, "paused", &new);
    let again = admin(&tenant, "POST", &format!("{one}/pause"), Value::Null).await.expect(200);
    assert_eq!(again["revision"], 2, "a repeated pause changes nothing");
    tenant.create(&json!({"userName": "ada"})).await;
    tenant.create(&json!({"userName": "bob"})).await;
    get(&tenant, "/events?from=end").await;
    assert_eq!(get(&tenant, &one).await["state"]["waiting"], 2, "only the types count");

    let here = json!({"from": "here"});
    let resumed = admin(&tenant, "POST", &format!("{one}/resume"), here.clone()).await.expect(200);
    assert_eq!(resumed["state"]["status"], "behind");
    assert_eq!(resumed["state"]["position"], new["state"]["position"]);
    expect_action(&last_change(&tenant).await, "resumed", &new);
    let again = admin(&tenant, "POST", &format!("{one}/resume"), here).await.expect(200);
    assert_eq!(again["revision"], 3, "a repeated resume changes nothing");
    let due = tenant.app.store.due().list_until(tenant.app.sources().now(), 9).await.unwrap();
    assert!(due.len() == 1 && due[0].trigger && due[0].id == id(&new), "{due:?}");

    let end = admin(&tenant, "POST", &format!("{one}/resume"), json!({"from": "end"})).await;
    let end = end.expect(200);
    assert_eq!(
        (&end["state"]["status"], &end["state"]["waiting"]),
        (&json!("delivers"), &json!(0))
    );
    assert_ne!(end["state"]["position"], new["state"]["position"]);
    let bad = admin(&tenant, "POST", &format!("{one}/resume"), json!({"from": "yesterday"})).await;
    assert!(problem(&bad, 400).contains("from"));

    let off = admin(&tenant, "PATCH", &one, json!({"enabled": false})).await.expect(200);
    assert_eq!(off["state"]["status"], "paused");
    expect_action(&last_change(&tenant).await, "paused", &new);
    admin(&tenant, "PATCH", &one, json!({"enabled": true})).await.expect(200);
    expect_action(&last_change(&tenant).await, "resumed", &new);
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn two_secrets_sign_during_the_overlap_and_no_third() {
    let tenant = acme().await;
    let new = create(&tenant, webhook()).await;
    let replace = format!("{}/secret/replace", path(&new));
    let first = admin(&tenant, "POST", &replace, json!({})).await.expect(200);
    assert_ne!(first["signingSecret"], new["signingSecret"]);
    let expires = json!("2026-11-24T09:30:00.000Z");
    assert_eq!(first["signingSecrets"][1]["expires"], expires);
    assert_eq!(first["signingSecrets"].as_array().unwrap().len(), 2);
    expect_action(&last_change(&tenant).await, "secretReplaced", &new);
    for overlap in [json!({}), json!({"overlapSeconds": 1})] {
        let refused = admin(&tenant, "POST", &replace, overlap).await;
        assert!(problem(&refused, 409).contains("2026-11-24T09:30:00.000Z"));
    }
    let second = admin(&tenant, "POST", &replace, json!({"overlapSeconds": 0})).await.expect(200);
    let left = second["signingSecrets"].as_array().unwrap();
    assert_eq!(left.len(), 1, "0 ends both older secrets at once");
    assert_eq!(left[0].get("expires").unwrap_or(&Value::Null), &Value::Null);
    assert_ne!(second["signingSecret"], first["signingSecret"]);
    let week = json!({"overlapSeconds": 604_800});
    let third = admin(&tenant, "POST", &replace, week).await.expect(200);
    assert_eq!(third["signingSecrets"][1]["expires"], "2026-11-30T09:30:00.000Z");
    for seconds in [604_801, u32::MAX] {
        let long = admin(&tenant, "POST", &replace, json!({"overlapSeconds": seconds})).await;
        assert_eq!(
            problem(&long, 400),
            "overlapSeconds: The overlap is at most 7 days. Send 0 to 604800 seconds"
        );
    }
    let kept = get(&tenant, &path(&new)).await;
    assert!(kept.get("signingSecret").is_none(), "{kept}");
    assert_eq!(kept["hint"], new["hint"]);
}

#[tokio::test]
async fn a_removed_destination_is_gone_with_its_log() {
    let tenant = acme().await;
    let new = create(&tenant, webhook()).await;
    admin(&tenant, "DELETE", &path(&new), Value::Null).await.expect(204);
    expect_action(&last_change(&tenant).await, "removed", &new);
    for (method, rest) in [("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("GET", "/deliveries")]
    {
        let answer = admin(&tenant, method, &format!("{}{rest}", path(&new)), Value::Null).await;
        assert!(problem(&answer, 404).contains("no destination"), "{method} {rest}");
    }
    problem(&admin(&tenant, "GET", "/destinations/nonsense", Value::Null).await, 404);
    assert_eq!(tenant.items(&tenant.partition("POSITION")).await, []);
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_replay_goes_back_and_never_forward() {
    let tenant = acme().await;
    tenant.create(&json!({"userName": "ada"})).await;
    let new = create(&tenant, webhook()).await;
    let position = new["state"]["position"].as_str().unwrap().to_owned();
    let (epoch, number) = position.split_once('-').unwrap();
    assert_eq!(number, "2", "the creations of the tenant and of Ada");
    let replay = format!("{}/replay", path(&new));
    let back = json!({"after": format!("{epoch}-0")});
    let replayed = admin(&tenant, "POST", &replay, back).await.expect(200);
    assert_eq!(replayed["state"]["position"], format!("{epoch}-0"));
    assert_eq!(replayed["state"]["waiting"], 1);
    for (after, status, text) in [
        (format!("{epoch}-2"), 400, "goes back"),
        (format!("{epoch}-99"), 400, "no event 99"),
        ("nonsense".to_owned(), 400, "after"),
    ] {
        let answer = admin(&tenant, "POST", &replay, json!({"after": after})).await;
        assert!(problem(&answer, status).contains(text), "{after}");
    }
    let other = admin(&tenant, "POST", &replay, json!({"after": "0000-1"})).await;
    problem_of(&other, 410, "cursor-of-another-feed");
}

#[tokio::test]
async fn the_log_of_deliveries_is_read_page_by_page() {
    let tenant = acme().await;
    let new = create(&tenant, webhook()).await;
    let deliveries = format!("{}/deliveries", path(&new));
    assert_eq!(get(&tenant, &deliveries).await, json!({"deliveries": [], "nextCursor": null}));
    let store = tenant.app.store.tenant(&tenant.id);
    let mut held = store.positions().get(id(&new)).await.unwrap().unwrap();
    for number in 1..=30 {
        let one = run(number, Some("no"));
        let progress = Progress { run: Some(&one), ..Progress::default() };
        let next = Position { run: number, ..held.clone() };
        held = store.positions().save(&held, next, &progress).await.unwrap().unwrap();
    }
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = get(&tenant, &format!("{deliveries}?limit=7&cursor={cursor}")).await;
        seen.extend(page["deliveries"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(seen.len(), 60, "two deliveries in each run");
    let numbers: Vec<&str> = seen.iter().map(|one| one["event"].as_str().unwrap()).collect();
    assert!(numbers[0].starts_with("evt_acme_") && numbers[0].ends_with("_30"), "{numbers:?}");
    assert!(numbers[58].ends_with("_1") && numbers[59].ends_with("_1"), "{numbers:?}");
    assert_eq!((&seen[0]["says"], &seen[0]["status"]), (&json!("no"), &json!(503)));
    assert_eq!((&seen[1]["failure"], &seen[1]["status"]), (&json!("timeout"), &Value::Null));
    for bad in ["x", "31-0", "99999999999-0"] {
        let bad = admin(&tenant, "GET", &format!("{deliveries}?cursor={bad}"), Value::Null).await;
        assert!(problem(&bad, 400).contains("cursor"));
    }
}

#[tokio::test]
async fn an_erasure_removes_the_answers_of_receivers() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada"})).await;
    let new = create(&tenant, webhook()).await;
    let store = tenant.app.store.tenant(&tenant.id);
    let held = store.positions().get(id(&new)).await.unwrap().unwrap();
    let one = run(1, Some("ada has no account here"));
    let progress = Progress { run: Some(&one), ..Progress::default() };
    let next = Position { run: 1, ..held.clone() };
    let held = store.positions().save(&held, next, &progress).await.unwrap().expect("a save");
    let deliveries = format!("{}/deliveries", path(&new));
    let answers = async || get(&tenant, &deliveries).await["deliveries"][0]["says"].clone();
    assert_eq!(answers().await, "ada has no account here");
    let employee = format!("/employees/{ada}");
    admin(&tenant, "POST", &format!("{employee}/archive"), Value::Null).await.expect(200);
    let erase = format!("{employee}/erase");
    admin(&tenant, "POST", &erase, json!({"confirm": ada})).await.expect(204);
    assert_eq!(answers().await, Value::Null);
    let log = tenant.items(&tenant.partition(&format!("DELIVERIES#{}", id(&new)))).await;
    assert!(!format!("{log:?}").contains("ada"), "{log:?}");
    // A worker that ran during the erasure got another such answer.
    let next = Position { run: 2, ..held.clone() };
    let progress = Progress { run: Some(&run(2, Some("no ada"))), ..Progress::default() };
    assert_eq!(store.positions().save(&held, next, &progress).await.unwrap(), None);
    tenant.expect_settled_and_sound().await;
}

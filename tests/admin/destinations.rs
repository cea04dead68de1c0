//! Destinations through the JSON API: created, read, changed, and their secrets hidden.

use crate::support::admin::{admin, call, get, make_read_token, problem, problem_of};
use crate::support::destinations::{
    create, expect_action, if_match, last_change, path, slack, webhook,
};
use crate::support::log::Log;
use crate::support::{TestApp, acme};
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_webhook_shows_its_secret_once_and_its_url_never() {
    let tenant = acme().await;
    let answer = admin(&tenant, "POST", "/destinations", webhook()).await;
    let new = answer.expect(201);
    assert_eq!(answer.header("etag"), "W/\"1\"");
    assert_eq!(
        answer.header("location"),
        format!("https://rollcall.example/tenants/acme/api{}", path(&new))
    );
    let secret = new["signingSecret"].as_str().expect("a secret").to_owned();
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{}", secret.len());
    let mut expected = new.clone();
    expected.as_object_mut().unwrap().remove("signingSecret");
    assert_eq!(get(&tenant, &path(&new)).await, expected);
    assert_eq!(get(&tenant, "/destinations").await, json!({"destinations": [expected]}));
    assert_eq!(
        expected,
        json!({
            "id": new["id"], "revision": 1, "kind": "webhook", "name": "Asset manager",
            "hint": "hooks.example.com …hook", "types": ["employee.*"], "attributes": [],
            "payload": "full", "enabled": true,
            "signingSecrets": [{"current": true, "created": "2026-11-23T09:30:00.000Z", "expires": null}],
            "state": {
                "status": "delivers", "position": new["state"]["position"], "waiting": 0,
                "failingSince": null, "nextTry": null, "lastSuccess": null, "disabledBecause": null,
            },
        })
    );
    expect_action(&last_change(&tenant).await, "created", &new);
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_chat_channel_has_options_of_its_own() {
    let tenant = acme().await;
    let new = create(&tenant, slack()).await;
    assert_eq!(
        (&new["every"], &new["hour"], &new["names"]),
        (&json!("hour"), &json!(8), &json!(true))
    );
    assert!(new.get("payload").is_none() && new.get("signingSecret").is_none(), "{new}");
    let body = json!({"every": "day", "hour": 17, "names": false, "name": "HR", "attributes": ["manager", "Manager"]});
    let changed = admin(&tenant, "PATCH", &path(&new), body).await.expect(200);
    assert_eq!(
        (&changed["every"], &changed["hour"], &changed["names"], &changed["name"]),
        (&json!("day"), &json!(17), &json!(false), &json!("HR"))
    );
    assert_eq!(changed["attributes"], json!(["manager"]));
    let found = last_change(&tenant).await;
    expect_action(&found, "changed", &new);
    assert!(found.1.contains(&("hour".to_owned(), json!(8), json!(17))), "{found:?}");
    let none = admin(&tenant, "PATCH", &path(&new), json!({"name": null, "hour": 17})).await;
    assert_eq!(none.expect(200)["revision"], 2, "the same values change nothing");
    let replaced =
        admin(&tenant, "POST", &format!("{}/secret/replace", path(&new)), json!({})).await;
    assert!(problem(&replaced, 409).contains("webhook"));
}

#[tokio::test]
async fn an_invalid_field_is_named() {
    let tenant = acme().await;
    let with = |name: &str, value: Value| {
        let mut body = webhook();
        body[name] = value;
        body
    };
    let long = format!("https://hooks.example.com/{}", "x".repeat(2_048));
    let many: Vec<String> = (0..41).map(|_| "employee.created".to_owned()).collect();
    for (field, value, text) in [
        ("name", json!(" "), "1 to 64"),
        ("name", json!("x".repeat(65)), "1 to 64"),
        ("name", json!("a\u{200b}b"), "invisible"),
        ("url", json!("http://hooks.example.com/a"), "https://"),
        ("url", json!("https://127.0.0.1/a"), "IP address"),
        ("url", json!("https://127.1/a"), "IP address"),
        ("url", json!("https://2130706433/a"), "IP address"),
        ("url", json!("https://0x7f.1/a"), "IP address"),
        ("url", json!("https://0177.0.0.1/a"), "IP address"),
        ("url", json!("https://[::1]/a"), "IP address"),
        ("url", json!("https://[::ffff:127.0.0.1]/a"), "IP address"),
        ("url", json!("https://169.254.169.254/latest/meta-data"), "IP address"),
        ("url", json!("https://localhost./a"), "localhost"),
        ("url", json!("https://db.internal/a"), ".internal"),
        ("url", json!("https://user@hooks.example.com/a"), "user name"),
        ("url", json!("https://hooks.example.com:22/a"), "port"),
        ("url", json!("https://hooks.example.com:80/a"), "port"),
        ("url", json!("https://rollcall.example/tenants/acme"), "its own host"),
        ("url", json!("https://acme.webhook.office.com/webhookb2/a"), "Office 365"),
        ("url", json!(long), "longer than 2,048"),
        ("types", json!([]), "1 to 40"),
        ("types", json!(many), "1 to 40"),
        (
            "types",
            json!(["employee.lost"]),
            "There is no type employee.lost. The types are employee.created,",
        ),
        ("types", json!(["*"]), "employee.*, group.*"),
        ("attributes", json!(["name.familyName"]), "sub-attribute"),
        ("attributes", json!(vec!["a"; 41]), "at most 40"),
        ("every", json!("hour"), "Only slack and teams"),
        ("hour", json!(3), "Only slack and teams"),
    ] {
        let answer = admin(&tenant, "POST", "/destinations", with(field, value.clone())).await;
        let detail = problem(&answer, 400);
        assert!(
            detail.starts_with(&format!("{field}: ")) && detail.contains(text),
            "{value}: {detail}"
        );
    }
    for (body, text) in [
        (with("kind", json!("fax")), "kind"),
        (with("hour", json!(-1)), "hour"),
        (with("colour", json!("red")), "colour"),
        (json!({"kind": "webhook"}), "name"),
    ] {
        assert!(problem(&admin(&tenant, "POST", "/destinations", body).await, 400).contains(text));
    }
    let mut body = slack();
    body["hour"] = json!(24);
    let detail = problem(&admin(&tenant, "POST", "/destinations", body.clone()).await, 400);
    assert!(detail.starts_with("hour: "), "{detail}");
    body["hour"] = json!(23);
    body["payload"] = json!("ids");
    let detail = problem(&admin(&tenant, "POST", "/destinations", body).await, 400);
    assert!(detail.starts_with("payload: "), "{detail}");
    assert_eq!(get(&tenant, "/destinations").await["destinations"], json!([]));

    let new = create(&tenant, webhook()).await;
    let body = json!({"url": "https://10.0.0.1/"});
    assert!(problem(&admin(&tenant, "PATCH", &path(&new), body).await, 400).starts_with("url: "));
    let body = json!({"kind": "slack"});
    assert!(problem(&admin(&tenant, "PATCH", &path(&new), body).await, 400).contains("kind"));
}

#[tokio::test]
async fn a_tenant_has_at_most_ten_destinations() {
    let tenant = acme().await;
    for _ in 0..10 {
        create(&tenant, webhook()).await;
    }
    let answer = admin(&tenant, "POST", "/destinations", webhook()).await;
    assert!(problem(&answer, 409).contains("at most 10"));
    let listed = get(&tenant, "/destinations").await;
    let first = &listed["destinations"][0];
    admin(&tenant, "DELETE", &path(first), Value::Null).await.expect(204);
    create(&tenant, webhook()).await;
}

#[tokio::test]
async fn ten_destinations_is_the_limit_of_simultaneous_requests_too() {
    let tenant = acme().await;
    for _ in 0..8 {
        create(&tenant, webhook()).await;
    }
    let creations = (0..5).map(|_| admin(&tenant, "POST", "/destinations", webhook()));
    let answers = futures_util::future::join_all(creations).await;
    let created = answers.iter().filter(|answer| answer.status.as_u16() == 201).count();
    assert_eq!(created, 2);
    assert_eq!(get(&tenant, "/destinations").await["destinations"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_stale_entity_tag_changes_nothing() {
    let tenant = acme().await;
    let new = create(&tenant, webhook()).await;
    let one = path(&new);
    for (method, rest, body) in [
        ("PATCH", "", json!({"name": "Other"})),
        ("POST", "/pause", json!({})),
        ("POST", "/resume", json!({"from": "end"})),
        ("POST", "/secret/replace", json!({})),
        ("DELETE", "", json!({})),
    ] {
        let rest = format!("{one}{rest}");
        assert_eq!(if_match(&tenant, "W/\"7\"", method, &rest, body).await, 412, "{method} {rest}");
    }
    assert_eq!(get(&tenant, &one).await["revision"], 1);
    assert_eq!(if_match(&tenant, "W/\"1\"", "PATCH", &one, json!({"name": "Other"})).await, 200);
    assert_eq!(if_match(&tenant, "W/\"2\"", "DELETE", &one, json!({})).await, 204);
}

#[tokio::test]
async fn other_tokens_and_other_tenants_reach_no_destination() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let new = create(&acme, webhook()).await;
    assert_eq!(get(&other, "/destinations").await["destinations"], json!([]));
    problem(&admin(&other, "GET", &path(&new), Value::Null).await, 404);
    problem(&admin(&other, "DELETE", &path(&new), Value::Null).await, 404);
    problem(&admin(&other, "PATCH", &path(&new), json!({"name": "x"})).await, 404);
    let read = make_read_token(&acme).await;
    for rest in ["/destinations".to_owned(), path(&new), format!("{}/deliveries", path(&new))] {
        call(&acme, &read, "GET", &rest, Value::Null).await.expect(200);
    }
    for (method, rest) in [("POST", "/destinations"), ("DELETE", &*path(&new))] {
        let answer = call(&acme, &read, method, rest, webhook()).await;
        problem_of(&answer, 403, "read-only-token");
    }
    assert_eq!(get(&acme, &path(&new)).await["revision"], 1);
}

#[tokio::test]
async fn neither_the_table_nor_the_log_has_a_secret() {
    let tenant = acme().await;
    let log = Log::default();
    let _guard = log.start();
    let new = create(&tenant, webhook()).await;
    let one = path(&new);
    let moved = json!({"url": "https://hooks.example.com/another-path-of-its-own?key=0th3r-key"});
    admin(&tenant, "PATCH", &one, moved).await.expect(200);
    let replaced =
        admin(&tenant, "POST", &format!("{one}/secret/replace"), json!({})).await.expect(200);
    let bad = json!({"url": "https://hooks.example.com:22/bad-path-of-a-typo"});
    problem(&admin(&tenant, "PATCH", &one, bad).await, 400);
    admin(&tenant, "DELETE", &one, Value::Null).await.expect(204);
    let mut texts = vec![log.text()];
    for partition in tenant.app.faults.written_partitions() {
        texts.push(format!("{:?}", tenant.items(&partition).await));
    }
    let secret = |body: &Value| body["signingSecret"].as_str().unwrap().to_owned();
    let (first, second) = (secret(&new), secret(&replaced));
    for text in texts {
        for hidden in [
            "whsec_",
            "path-that-nobody-sees",
            "s3cr3t",
            "another-path",
            "bad-path",
            "0th3r-k",
            &*first,
            &*second,
        ] {
            assert!(!text.contains(hidden), "{hidden}");
        }
    }
}

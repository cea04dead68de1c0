//! Small requests that cause much work, and large answers. The service refuses them and names an alternative.

use crate::support::admin;
use crate::support::browser::Browser;
use crate::support::log::Log;
use crate::support::{Ids, TestApp, TestTenant};
use axum::body::Body;
use serde_json::{Value, json};
use time::Duration;

/// A user with 100 roles, 120 KB of text. A comparison of this text that ignores case is expensive.
fn expensive_user() -> Value {
    let role = |n: usize| json!({"value": format!("{n}{}", "é".repeat(590))});
    json!({"userName": "ada@example.com", "roles": (0..100).map(role).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_small_patch_cannot_cause_much_work() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let id = tenant.create(&expensive_user()).await;
    let path = format!("/Users/{id}");
    let before = tenant.get(&path).await.expect(200);
    let terms = ["value eq \"x\""; 30].join(" or ");
    let by_filter = json!({"op": "remove", "path": format!("roles[{terms}]")});
    let listed: Vec<Value> = (0..100).map(|n| json!({"display": format!("é{n}")})).collect();
    let by_value = json!({"op": "remove", "path": "roles", "value": listed});
    let keys = (0..500).map(|n| (format!("roles[value ne \"{n}\"].display"), json!("x")));
    let by_keys = json!({"op": "replace", "value": Value::Object(keys.collect())});
    for operation in [by_filter, by_value, by_keys] {
        let operations = json!(vec![operation; 4]);
        let answer = tenant.patch(&path, &operations).await;
        if answer.status.as_u16() == 200 {
            assert_eq!(answer.json(), before, "removing what is not there changes nothing");
        } else {
            let detail = answer.expect_error(400, Some("invalidValue"));
            assert!(detail.contains("need too many text comparisons"), "{detail}");
        }
        assert_eq!(tenant.get(&path).await.expect(200), before);
    }
    let many: Vec<Value> = vec![json!({"op": "remove", "path": format!("roles[{terms}]")}); 40];
    let detail = tenant.patch(&path, &json!(many)).await.expect_error(400, Some("invalidValue"));
    assert!(detail.contains("the operations need too many text comparisons"), "{detail}");
}

#[tokio::test]
async fn a_filter_cannot_cause_much_work() {
    let tenant = TestApp::new().await.tenant("acme").await;
    for n in 0..4 {
        let mut user = expensive_user();
        user["userName"] = json!(format!("user{n}@example.com"));
        tenant.create(&user).await;
    }
    let terms = ["roles.value eq \"x\""; 180].join(" or ");
    let detail = tenant.filter(&terms).await.expect_error(400, Some("tooMany"));
    assert!(detail.starts_with("The filter compares too much text"), "{detail}");
    let few = ["roles.value eq \"x\""; 10].join(" or ");
    assert_eq!(tenant.filter(&few).await.expect(200)["totalResults"], 0);
}

/// The load of one tenant must leave the table's capacity to the other tenants.
#[tokio::test]
async fn a_tenant_that_used_its_share_waits_and_no_other_does() {
    let app = TestApp::new().await;
    let app = app.serving(app.app.clone().with_tenant_units(1));
    let (acme, globex) = (app.tenant("acme").await, app.tenant("globex").await);
    let log = Log::default();
    let guard = log.start();
    let mut answers = 0;
    let slowed = loop {
        let user = acme.post("/Users", &json!({"userName": format!("user{answers}")})).await;
        if user.status.as_u16() == 429 {
            break user;
        }
        user.expect(201);
        answers += 1;
        assert!(answers < 60, "a create takes more than a unit");
    };
    assert!(answers > 2, "a minute's units may come at once: {answers}");
    assert!(slowed.expect_error(429, None).contains("share"));
    let wait: i64 = slowed.header("retry-after").parse().expect("whole seconds");
    assert!((1..=31).contains(&wait), "{wait}");
    globex.create(&json!({"userName": "ada"})).await;
    // The administrator's requests wait too. The administrator sees the reason, and can revoke the token below.
    let waits = admin::admin(&acme, "GET", "/employees", Value::Null).await;
    assert!(admin::problem(&waits, 429).contains("share"));
    app.advance(Duration::seconds(31));
    let noted = admin::get(&acme, "/requests").await;
    assert_eq!(noted["requests"][0]["status"], 429, "{noted}");
    assert_eq!(noted["requests"][0]["operation"], "POST /Users");
    assert_eq!(noted["requests"][0]["cause"]["name"], "share-used");
    let browser = Browser::signed_in(&acme).await;
    // A request with a wrong token uses no share and learns nothing about the share.
    let wrong = TestTenant { scim_token: "x".to_owned(), ..acme.clone() };
    wrong.get("/Users").await.expect_error(401, None);
    drop(guard);
    let lines = log.lines();
    let errors: Vec<&Value> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert_eq!(errors[0]["fields"]["tenant"], "acme");
    assert!(errors[0]["fields"]["cause"].as_str().unwrap().contains("share"));
    app.advance(Duration::seconds(31));
    acme.get("/Users?count=1").await.expect(200);

    // The administrator's API requests and console pages also use the share.
    let mut reads = 0;
    while acme.get("/Users?count=1").await.status.as_u16() == 200 {
        admin::admin(&acme, "GET", "/employees", Value::Null).await;
        reads += 1;
        assert!(reads < 80, "a list takes half a unit");
    }
    assert!(browser.get("employees").await.page(429).contains("share"));
    assert!(browser.get("").await.page(200).contains("Overview"));
    // The administrator can still revoke the token that uses the share, and sign out.
    let revoke = async |path: &str| admin::admin(&acme, "DELETE", path, Value::Null).await;
    assert_eq!(revoke("/tokens/scim").await.expect(200)["revoked"], 1);
    acme.get("/Users").await.expect_error(401, None);
    browser.submit("sign-out", &[]).await.redirect();
}

#[tokio::test]
async fn each_member_of_a_value_without_a_path_counts_as_an_operation() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let members = (0..2_001).map(|n| (format!("unknown{n}"), json!("x")));
    let operations = json!([{"op": "replace", "value": Value::Object(members.collect())}]);
    let refused = tenant.patch(&format!("/Users/{id}"), &operations).await;
    let detail = refused.expect_error(400, Some("invalidSyntax"));
    assert!(detail.contains("2001 operations; at most 2000"), "{detail}");
}

#[tokio::test]
async fn a_page_that_is_too_large_to_send_is_refused_and_a_shorter_one_is_not() {
    let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
    for n in 0..50 {
        let mut user = expensive_user();
        user["userName"] = json!(format!("user{n}@example.com"));
        tenant.create(&user).await;
    }
    let detail = tenant.get("/Users").await.expect_error(400, Some("tooMany"));
    assert!(detail.contains("Ask for fewer rows with count"), "{detail}");
    // The compressed page would be short enough, but another client gets the same page without compression.
    let gzip = [("accept-encoding", "gzip")];
    let refused = tenant.request("GET", "/Users", &gzip, Body::empty()).await;
    assert_eq!(refused.expect_error(400, Some("tooMany")), detail);
    assert_eq!(tenant.get("/Users?count=20").await.expect(200)["itemsPerPage"], 20);
    let names = tenant.get("/Users?attributes=userName").await.expect(200);
    assert_eq!(names["itemsPerPage"], 50);
}

#[tokio::test]
async fn the_limit_of_a_page_holds_for_its_text_in_the_answer_of_a_lambda() {
    let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
    let role = |n: usize| json!({"value": format!("{n}{}", "\"".repeat(590))});
    let roles: Vec<_> = (0..100).map(role).collect();
    for n in 0..30 {
        tenant.create(&json!({"userName": format!("user{n}@example.com"), "roles": roles})).await;
    }
    // The page has 3.6 MB as JSON. As a text inside JSON it has twice as much, because `\` and `"` take two bytes.
    let detail = tenant.get("/Users").await.expect_error(400, Some("tooMany"));
    assert!(detail.contains("Ask for fewer rows with count"), "{detail}");
    assert_eq!(tenant.get("/Users?count=20").await.expect(200)["itemsPerPage"], 20);
}

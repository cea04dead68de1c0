//! The rights of a holder of a set-up link, and their limits.

use super::setup_links::{guest, setup_link};
use crate::support::admin::{admin, get};
use crate::support::browser::{Browser, after};
use crate::support::urns::ENTERPRISE;
use crate::support::{TestTenant, acme};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use time::Duration;

/// The new token on the page.
fn token_on(page: &str) -> String {
    after(page, "<code id=\"token\">", "<").to_owned()
}

fn with_token(tenant: &TestTenant, token: &str) -> TestTenant {
    TestTenant { scim_token: token.to_owned(), ..tenant.clone() }
}

#[tokio::test]
async fn a_guest_may_choose_the_provider_and_create_the_first_token() {
    let tenant = acme().await;
    let guest = guest(&tenant).await;
    let chosen = guest.submit("connect/1", &[("provider", "okta")]).await;
    assert_eq!(chosen.redirect(), "/tenants/acme/connect/2");
    assert_eq!(get(&tenant, "/settings").await["provider"], "okta");
    let page = guest.submit("connect/3", &[("label", "Okta 2027")]).await.page(200);
    let token = token_on(&page);
    with_token(&tenant, &token).get("/Users").await.expect(200);
    tenant.get("/Users").await.expect_error(401, None);
    let history = get(&tenant, "/history").await;
    let by_guest: Vec<&Value> = history["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .filter(|entry| entry["actor"] == json!({"kind": "setupLink"}))
        .map(|entry| &entry["kind"])
        .collect();
    assert_eq!(by_guest, ["tokenReplaced", "settingsChanged", "linkChanged"]);
    for step in ["connect/1", "connect/2", "connect/3", "connect/4", "connect/5"] {
        guest.get(step).await.page(200);
    }
    with_token(&tenant, &token).expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_guest_may_not_replace_a_token_that_was_used() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    let guest = guest(&tenant).await;
    let page = guest.get("connect/2").await.page(200);
    assert!(page.contains("is in use") && !page.contains("Create token</button>"), "{page}");
    let ask = "Ask the administrator of <bdi>Test</bdi> to replace it in Tokens &amp; access.";
    assert!(page.contains(ask), "{page}");
    let page = guest.get("connect/3").await.page(200);
    assert!(page.contains(ask) && !page.contains("Create it again"), "{page}");
    let page = guest.submit("connect/3", &[("label", "Mine")]).await.page(409);
    assert!(page.contains("is in use") && token_on(&page).is_empty(), "{page}");
    tenant.get("/Users").await.expect(200);
    // The used token is the previous one now, and still works. The new one was never used.
    let news = "The administrator made a new token. Ask for it.";
    assert!(!page.contains(news), "{page}");
    admin(&tenant, "POST", "/tokens/scim/replace", json!({})).await.expect(200);
    let page = guest.get("connect/2").await.page(200);
    assert!(page.contains(news), "{page}");
    assert!(page.contains(ask) && !page.contains("Create token</button>"), "{page}");
    guest.submit("connect/3", &[("label", "Mine")]).await.page(409);
    tenant.get("/Users").await.expect(200);
}

#[tokio::test]
async fn a_guest_sees_only_requests_since_the_link_was_made() {
    let tenant = acme().await;
    with_token(&tenant, "rc_acme_wrong").get("/Users").await.expect_error(401, None);
    tenant.app.advance(Duration::minutes(2));
    let guest = guest(&tenant).await;
    let sentence = "A request came with a token that Rollcall does not know";
    let administrator = Browser::signed_in(&tenant).await;
    assert!(administrator.get("connect/3").await.page(200).contains(sentence));
    assert!(!guest.get("connect/3").await.page(200).contains(sentence));
    tenant.app.advance(Duration::minutes(2));
    with_token(&tenant, "rc_acme_wrong").get("/Users").await.expect_error(401, None);
    assert!(guest.get("connect/3").await.page(200).contains(sentence));
}

#[tokio::test]
async fn a_guest_sees_the_card_of_the_first_person_and_no_other_people() {
    let tenant = acme().await;
    let guest = guest(&tenant).await;
    tenant.create(&json!({"userName": "ada@example.com", "displayName": "Ada Lovelace"})).await;
    let page = guest.get("connect/5").await.page(200);
    assert!(page.contains("Ada Lovelace") && !page.contains("/employees/"), "{page}");
    let choice =
        "The administrator of <bdi>Test</bdi> chooses in Data sources which value is in use.";
    assert!(page.contains(choice), "{page}");
    tenant.create(&json!({"userName": "grace@example.com", "displayName": "Grace Hopper"})).await;
    let page = guest.get("connect/5").await.page(200);
    let why = "2 employees are active. The administrator sees them in Employees.";
    assert!(page.contains(why), "{page}");
    for step in ["connect", "connect/4", "connect/5", "connect/live?step=5"] {
        let text = guest.get(step).await.text();
        assert!(!text.contains("Ada") && !text.contains("Grace"), "{step}: {text}");
    }
}

#[tokio::test]
async fn a_guest_opens_no_other_page() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let guest = guest(&tenant).await;
    // A browser sends the cookie under its own name. A forged client sends it under both names.
    let cookie = format!("rollcall_connect={0}; rollcall_session={0}", guest.connect_pass);
    let send = async |method: &str, path: &str, body: String| {
        let request = Request::builder()
            .method(method)
            .uri(format!("/tenants/acme/{path}"))
            .header("accept", "text/html")
            .header("origin", "https://rollcall.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &cookie);
        tenant.app.send(request.body(Body::from(body)).unwrap()).await
    };
    assert_eq!(send("GET", "connect/1", String::new()).await.status, 200);
    for page in [
        "",
        "menu",
        "employees",
        "employees/export",
        &format!("employees/{ada}"),
        "groups",
        "activity",
        "activity/new",
        "activity/export",
        "notifications",
        "notifications/new",
        "requests",
        "sources",
        "access",
        "access/scim/create",
        "access/scim/replace",
        "connect/link",
        "connect/link/revoke",
    ] {
        let answer = send("GET", page, String::new()).await;
        let location = answer.redirect();
        assert!(location.starts_with("/tenants/acme/sign-in"), "{page}: {location}");
    }
    let form = format!("csrf={}&location=on&overlap=none&token=x&confirm=on", guest.csrf);
    for path in [
        "sources/location",
        "sources/custom",
        "sources/custom/remove",
        "sources/hide",
        "dismiss",
        "access/scim/create",
        "access/scim/replace",
        "access/scim/revoke",
        "access/admin/create",
        "requests/record",
        &format!("employees/{ada}/values/location"),
        &format!("employees/{ada}/archive"),
        &format!("employees/{ada}/erase"),
        "notifications",
        "notifications/silence",
        "connect/link",
        "connect/link/revoke",
        "access/end-link-sessions",
        "sign-out",
    ] {
        let answer = send("POST", path, form.clone()).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
    }
    for path in ["api/settings", "api/employees", "scim/v2/Users"] {
        assert_eq!(send("GET", path, String::new()).await.status, 401, "{path}");
    }
    let settings = get(&tenant, "/settings").await;
    assert_eq!(settings["locationFromIdp"], false);
    assert_eq!(tenant.get(&format!("/Users/{ada}")).await.expect(200)["active"], true);
}

#[tokio::test]
async fn the_forms_of_a_guest_need_the_key_of_the_session() {
    let tenant = acme().await;
    let guest = guest(&tenant).await;
    let administrator = Browser::signed_in(&tenant).await;
    let fields = |csrf: &str| {
        vec![("provider", "okta"), ("csrf", csrf)]
            .into_iter()
            .map(|(name, value)| (name, value.to_owned()))
            .collect::<Vec<_>>()
    };
    let own = ("origin", "https://rollcall.example");
    let tries: [(&str, &[(&str, &str)]); 5] = [
        ("", &[own]),
        (&*administrator.csrf, &[own]),
        (&*guest.csrf, &[("origin", "https://evil.example")]),
        (&*guest.csrf, &[own, ("sec-fetch-site", "cross-site")]),
        (&*guest.csrf, &[("origin", "null")]),
    ];
    for (csrf, headers) in tries {
        let fields = fields(csrf);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, &**value)).collect();
        guest.post_from("connect/1", &fields, headers).await.page(403);
    }
    assert_eq!(get(&tenant, "/settings").await["provider"], Value::Null);
    guest.submit("connect/1", &[("provider", "entra")]).await.redirect();
    assert_eq!(get(&tenant, "/settings").await["provider"], "entra");
}

#[tokio::test]
async fn no_guest_can_make_a_link_and_a_link_needs_an_admin_token() {
    let tenant = acme().await;
    let link = setup_link(&tenant).await;
    let guest = super::setup_links::guest_by(&tenant, &link).await;
    guest.submit("connect/link", &[]).await.page(403);
    assert_eq!(guest.get("connect/link").await.status, 303);
    let page = guest.get("connect").await.redirect();
    assert_eq!(page, "/tenants/acme/connect/1");
    let page = guest.get("connect/1").await.page(200);
    assert!(!page.contains("Sign out") && !page.contains("/employees"), "{page}");
}

#[tokio::test]
async fn a_guest_sees_no_person_and_no_attribute_from_before_the_link() {
    let tenant = acme().await;
    let ada = json!({"userName": "ada@example.com", "displayName": "Ada Lovelace", "badge": 7});
    tenant.create(&ada).await;
    tenant.app.advance(Duration::days(2));
    let guest = guest(&tenant).await;
    let administrator = Browser::signed_in(&tenant).await;
    assert!(administrator.get("connect/4").await.page(200).contains("<code>badge</code>"));
    assert!(administrator.get("connect/5").await.page(200).contains("Ada Lovelace"));
    for step in ["connect/4", "connect/5", "connect/live?step=4", "connect/live?step=5"] {
        let text = guest.get(step).await.text();
        assert!(!text.contains("Ada") && !text.contains("badge</code>"), "{step}: {text}");
    }
    assert!(guest.get("connect/5").await.page(200).contains("1 employee is active."));
    tenant.create(&json!({"userName": "grace@example.com", "shoe": 1})).await;
    let page = guest.get("connect/4").await.page(200);
    assert!(page.contains("<code>shoe</code>") && !page.contains("badge</code>"), "{page}");
}

#[tokio::test]
async fn a_guest_sees_an_imported_person_when_the_identity_provider_sent_it() {
    let tenant = acme().await;
    let guest = guest(&tenant).await;
    let ada = json!({"userName": "ada@example.com", "displayName": "Ada Lovelace"});
    admin(&tenant, "POST", "/employees", ada.clone()).await.expect(201);
    assert!(!guest.get("connect/5").await.page(200).contains("Ada"));
    tenant.create(&ada).await;
    assert!(guest.get("connect/5").await.page(200).contains("Ada Lovelace"));
}

#[tokio::test]
async fn a_guest_sees_how_many_managers_were_not_found() {
    let tenant = acme().await;
    let guest = guest(&tenant).await;
    for (name, manager) in [("ada", "grace"), ("grace", "nobody"), ("zoe", "")] {
        let mut user = json!({"userName": name});
        if !manager.is_empty() {
            user[ENTERPRISE] = json!({"manager": {"value": manager}});
        }
        tenant.create(&user).await;
    }
    let page = guest.get("connect/4").await.page(200);
    let fact = after(&page, "<dt>manager</dt><dd>", "</dd>");
    assert_eq!(fact, "arrived for 2 of 3; 1 manager was not found");
    tenant.create(&json!({"userName": "nobody"})).await;
    let page = guest.get("connect/4").await.page(200);
    assert_eq!(after(&page, "<dt>manager</dt><dd>", "</dd>"), "arrived for 2 of 4");
}

#[tokio::test]
async fn a_guest_sees_no_name_of_a_colleague() {
    let tenant = acme().await;
    let guest = guest(&tenant).await;
    let grace =
        json!({"userName": "grace@example.com", "displayName": "Grace Hopper", "active": false});
    tenant.create(&grace).await;
    let ada = json!({
        "userName": "ada@example.com",
        "displayName": "Ada Lovelace",
        ENTERPRISE: {"manager": {"value": "grace@example.com"}},
    });
    tenant.create(&ada).await;
    admin(&tenant, "PATCH", "/settings", json!({"managerFromIdp": true})).await.expect(200);
    for step in ["connect/4", "connect/5"] {
        let page = guest.get(step).await.page(200);
        assert!(!page.contains("Grace Hopper"), "{step}: {page}");
        assert!(page.contains("found: a colleague"), "{step}: {page}");
    }
    assert!(guest.get("connect/5").await.page(200).contains("Ada Lovelace"));
}

//! The five steps.

use super::with_new_token;
use crate::pages::at_acme;
use crate::support::START;
use crate::support::admin::{admin, get};
use crate::support::browser::{Browser, after};
use crate::support::employees::set_active;
use crate::support::urns::ENTERPRISE;
use serde_json::{Value, json};
use time::Duration;

#[tokio::test]
async fn the_address_holds_the_step_and_connect_leads_to_the_next_one() {
    let browser = at_acme().await;
    assert_eq!(browser.get("connect").await.redirect(), "/tenants/acme/connect/1");
    let page = browser.get("connect/1").await.page(200);
    assert!(page.contains("Another SCIM 2.0 client"), "{page}");
    assert!(page.contains("Create a set-up link for a colleague"), "{page}");
    let chosen = browser.submit("connect/1", &[("provider", "entra")]).await;
    assert_eq!(chosen.redirect(), "/tenants/acme/connect/2");
    assert_eq!(browser.get("connect").await.redirect(), "/tenants/acme/connect/2");
    let page = browser.get("connect/2").await.page(200);
    assert!(page.contains("value=\"Entra ID\"") && page.contains("Connect Entra ID"), "{page}");
    browser.tenant.app.advance(Duration::seconds(1));
    browser.submit("connect/3", &[("label", "Entra ID")]).await.page(200);
    assert_eq!(browser.get("connect").await.redirect(), "/tenants/acme/connect/3");
    for step in ["connect/0", "connect/6", "connect/x", "connect/live", "connect/live?step=9"] {
        browser.get(step).await.page(404);
    }
    browser.submit("connect/2", &[]).await.page(404);
}

#[tokio::test]
async fn a_choice_that_is_none_stays_on_its_page() {
    let browser = at_acme().await;
    for fields in [vec![], vec![("provider", "ping")]] {
        let page = browser.submit("connect/1", &fields).await.page(422);
        assert!(page.contains("id=\"provider-error\""), "{page}");
    }
    assert_eq!(get(&browser.tenant, "/settings").await["provider"], Value::Null);
}

#[tokio::test]
async fn a_new_token_is_shown_once_and_a_reload_replaces_it() {
    let browser = at_acme().await;
    browser.submit("connect/1", &[("provider", "okta")]).await.redirect();
    let form = browser.get("connect/2").await.page(200);
    let seen = after(&form, "name=\"seen\" value=\"", "\"").to_owned();
    let fields = [("label", "Okta"), ("seen", &*seen)];
    let first = browser.submit("connect/3", &fields).await.page(200);
    assert!(!first.contains("Created again"), "{first}");
    for text in [
        "SCIM 2.0 Base Url",
        "OAuth Bearer Token",
        "Test API Credentials",
        "without the word <code>Bearer</code>",
        "Select Save in Okta before you close this page.",
        "https://rollcall.example/tenants/acme/scim/v2",
    ] {
        assert!(first.contains(text), "{text}: {first}");
    }
    let token = |page: &str| after(page, "<code id=\"token\">", "<").to_owned();
    let second = browser.submit("connect/3", &fields).await.page(200);
    assert!(second.contains("Created again. The token shown before does not work."), "{second}");
    let later = browser.get("connect/3").await.page(200);
    assert!(token(&later).is_empty() && !later.contains(&token(&second)), "{later}");
    let works = async |token: String| {
        let tenant = crate::support::TestTenant { scim_token: token, ..browser.tenant.clone() };
        tenant.get("/Users").await.status == 200
    };
    assert!(!works(token(&first)).await && works(token(&second)).await);
    // The token was used. Only a replacement makes another one.
    let page = browser.submit("connect/3", &fields).await.page(409);
    assert!(page.contains("is in use") && token(&page).is_empty(), "{page}");
    let tokens = get(&browser.tenant, "/tokens").await;
    let labels = tokens["tokens"].to_string();
    assert!(labels.contains("\"Okta\""), "{labels}");
}

#[tokio::test]
async fn a_wrong_label_keeps_the_page_and_the_value() {
    let browser = at_acme().await;
    let page = browser.submit("connect/3", &[("label", "rollcall command")]).await.page(422);
    assert!(page.contains("value=\"rollcall command\""), "{page}");
    assert!(page.contains("id=\"label-error\""), "{page}");
    browser.tenant.get("/Users").await.expect(200);
}

#[tokio::test]
async fn a_local_address_says_that_the_identity_provider_cannot_reach_it() {
    let browser = at_acme().await;
    assert!(!browser.get("connect/3").await.page(200).contains("cannot reach"));
    let mut app = browser.tenant.app.app.clone();
    app.public_url = "http://127.0.0.1:8080".into();
    let local = browser.tenant.at(browser.tenant.app.serving(app));
    let local = Browser { tenant: local, ..browser };
    let page = local.get("connect/3").await.text();
    assert!(page.contains("cannot reach 127.0.0.1."), "{page}");
}

#[tokio::test]
async fn the_first_person_shows_the_values_sent_and_in_use() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    let page = browser.get("connect/5").await.page(200);
    assert!(page.contains("Waiting for the first employee from Okta"), "{page}");
    let ada = json!({
        "userName": "ada@example.com",
        "displayName": "Ada Lovelace",
        "title": "Countess",
        "emails": [{"value": "ada@example.com", "primary": true}],
        ENTERPRISE: {"location": "GB", "department": "Research"},
    });
    let id = tenant.create(&ada).await;
    admin(&tenant, "PATCH", &format!("/employees/{id}"), json!({"location": "London"}))
        .await
        .expect(200);
    let on = json!({"departmentFromIdp": true});
    admin(&tenant, "PATCH", "/settings", on).await.expect(200);
    let page = browser.get("connect/5").await.page(200);
    let row = |label: &str| {
        let row = after(&page, &format!("<th scope=\"row\">{label}</th>"), "</tr>");
        let cells: Vec<&str> = row.split("<bdi>").skip(1).collect();
        cells
            .iter()
            .map(|cell| cell.split("<").next().unwrap_or_default().to_owned())
            .collect::<Vec<String>>()
    };
    let pair = |sent: &str, used: &str| vec![sent.to_owned(), used.to_owned()];
    assert_eq!(row("Name"), pair("Ada Lovelace", "Ada Lovelace"));
    assert_eq!(row("Email"), pair("ada@example.com", "ada@example.com"));
    assert_eq!(row("Location"), pair("GB", "London"));
    assert_eq!(row("Department"), pair("Research", "Research"));
    assert_eq!(row("Manager"), pair("–", "–"));
    for attribute in ["location", "department", "manager"] {
        assert!(page.contains(&format!("/sources/{attribute}/preview")), "{attribute}");
    }
}

#[tokio::test]
async fn the_card_shows_the_last_arrival_and_stays_while_somebody_reads_it() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    let import = json!({"userName": "zoe@example.com", "displayName": "Zoë"});
    admin(&tenant, "POST", "/employees", import).await.expect(201);
    let user = |name: &str| json!({"userName": name, "displayName": name});
    let ada = tenant.create(&user("Ada")).await;
    let title = |page: &str| after(page, "<h2 id=\"person\">", "</h2>").to_owned();
    let page = browser.get("connect/5").await.page(200);
    assert!(title(&page).contains("<bdi>Ada</bdi>"), "{page}");
    let live = after(&page, "data-live=\"/tenants/acme/", "\"").replace("&#38;", "&");
    assert_eq!(live, format!("connect/live?step=5&person={ada}"));
    tenant.app.advance(Duration::seconds(1));
    let bob = tenant.create(&user("Bob")).await;
    let part = browser.get_with(&live, &[("rollcall-fragment", "1")]).await.text();
    assert!(title(&part).contains("<bdi>Ada</bdi>"), "{part}");
    let news = "<bdi>Bob</bdi> arrived. <a href=\"/tenants/acme/connect/5\">Show</a>";
    assert!(part.contains(news) && part.contains(&ada), "{part}");
    let page = browser.get("connect/5").await.page(200);
    assert!(title(&page).contains("<bdi>Bob</bdi>") && !page.contains("arrived."), "{page}");
    // An archived person is no longer shown.
    set_active(&tenant, ada.parse().unwrap(), false).await;
    let part = browser.get_with(&live, &[("rollcall-fragment", "1")]).await.text();
    assert!(title(&part).contains(&bob) && !part.contains("arrived."), "{part}");
    browser.get("connect/live?step=5&person=nonsense").await.page(200);
}

#[tokio::test]
async fn the_card_stays_after_many_changes_without_an_arrival() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    let ada = tenant.create(&json!({"userName": "Ada"})).await;
    tenant.create(&json!({"userName": "Bob"})).await;
    tenant.app.advance(Duration::seconds(1));
    let title = |page: &str| after(page, "<h2 id=\"person\">", "</h2>").to_owned();
    // The search for an arrival reads the last 100 events.
    for n in 0..100 {
        let patch = json!([{"op": "replace", "path": "title", "value": format!("Title {n}")}]);
        tenant.patch(&format!("/Users/{ada}"), &patch).await.expect(200);
    }
    let page = browser.get(&format!("connect/live?step=5&person={ada}")).await.page(200);
    assert!(title(&page).contains("<bdi>Ada</bdi>") && !page.contains("arrived."), "{page}");
    let page = browser.get("connect/live?step=5").await.page(200);
    assert_eq!(title(&page), "Employees");
}

#[tokio::test]
async fn badges_and_the_state_of_the_token_come_with_the_live_part() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    let live = async || {
        browser.get_with("connect/live?step=3", &[("rollcall-fragment", "1")]).await.text()
    };
    let paste = ">Paste<span class=\"hidden\"> (done)</span>";
    let part = live().await;
    assert!(part.contains("Not used yet") && !part.contains(paste), "{part}");
    tenant.get("/Users").await.expect(200);
    let part = live().await;
    for name in ["connect-steps", "connect-live", "connect-token"] {
        assert_eq!(part.matches(&format!("data-part=\"{name}\"")).count(), 1, "{name}: {part}");
    }
    assert!(part.contains("In use</span>") && part.contains(paste), "{part}");
    assert!(!part.contains("id=\"token\"") && !part.contains("id=\"side-url\""), "{part}");
}

#[tokio::test]
async fn each_page_has_the_names_of_the_providers_screens() {
    let browser = at_acme().await;
    for (provider, title, url, token) in [
        ("okta", "Values for Okta", "SCIM 2.0 Base Url", "OAuth Bearer Token"),
        ("entra", "Values for Entra ID", "Tenant URL", "Secret Token"),
        ("other", "Values for your identity provider", "Base URL", "Bearer token"),
    ] {
        browser.submit("connect/1", &[("provider", provider)]).await.redirect();
        let page = browser.get("connect/3").await.page(200);
        let card = after(&page, "<aside", "</aside>");
        for page in [after(&page, "id=\"paste\"", "</section>"), card] {
            for name in [url, token] {
                assert!(page.contains(&format!("<h3>{name}</h3>")), "{provider} {name}: {page}");
            }
            assert!(page.contains(&format!("aria-label=\"Copy {url}\"")), "{provider}: {page}");
        }
        assert!(card.contains(title), "{card}");
        let form = browser.get("access/scim/create").await.page(200);
        let value =
            |name: &str| after(&form, &format!("name=\"{name}\" value=\""), "\"").to_owned();
        let (seen, number) = (value("seen"), value("number"));
        let fields = [("label", "New"), ("seen", &*seen), ("number", &*number)];
        let page = browser.submit("access/scim/create", &fields).await.page(200);
        assert!(page.contains(&format!("<h3>{url}</h3>")), "{provider}: {page}");
        let place = if provider == "other" { "your identity provider" } else { token };
        assert!(page.contains(&format!("Paste the token into {place}")), "{provider}: {page}");
    }
}

#[tokio::test]
async fn an_import_alone_does_not_set_a_tenant_up() {
    let browser = at_acme().await;
    let imported = admin(&browser.tenant, "POST", "/employees", json!({"userName": "ada"})).await;
    let id = imported.expect(201)["id"].as_str().expect("an id").to_owned();
    admin(&browser.tenant, "POST", &format!("/employees/{id}/archive"), json!({}))
        .await
        .expect(200);
    assert_eq!(browser.get("connect").await.redirect(), "/tenants/acme/connect/1");
}

#[tokio::test]
async fn a_tenant_that_is_set_up_sees_the_summary() {
    let browser = at_acme().await;
    browser.tenant.app.advance(Duration::seconds(1));
    let tenant = with_new_token(&browser, "okta").await;
    tenant.create(&json!({"userName": "ada@example.com"})).await;
    let page = browser.get("connect").await.page(200);
    for text in [
        "<dt>SCIM 2.0 Base Url</dt>",
        "https://rollcall.example/tenants/acme/scim/v2",
        "<dt>OAuth Bearer Token</dt>",
        "Replace token",
        "Create a set-up link",
        "First request arrived",
        "First employee arrived",
        "Create user, 201",
        "href=\"/tenants/acme/requests\">Show requests</a>",
        "href=\"/tenants/acme/access/scim/replace\" data-dialog>Replace token</a>",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("is not used yet"), "{page}");
    let checks = after(&page, "id=\"checks\"", "</section>");
    assert_eq!(checks.matches("badge badge-good").count(), 4, "{checks}");
    assert_eq!(checks.matches("badge badge-warn").count(), 1, "no attribute arrived: {checks}");
    assert_eq!(checks.matches("<a ").count(), 1, "only open checks have a link: {checks}");
    let at = START + Duration::seconds(1);
    assert!(page.contains(&scim::date_time::format(at)), "{page}");
}

#[tokio::test]
async fn the_summary_stays_when_the_token_is_replaced() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    tenant.create(&json!({"userName": "ada@example.com"})).await;
    let body = json!({"label": "Okta 2027", "overlapSecs": 0});
    admin(&tenant, "POST", "/tokens/scim/replace", body).await.expect(200);
    let page = browser.get("connect").await.page(200);
    let news = "The new token “<bdi>Okta 2027</bdi>” is not used yet. Paste it into OAuth Bearer Token in Okta.";
    assert!(page.contains(news) && page.contains("Latest requests"), "{page}");
    assert!(!page.contains("keeps working"), "{page}");
    let body = json!({"label": "Okta 2028", "overlapSecs": 3600});
    admin(&tenant, "POST", "/tokens/scim/replace", body).await.expect(200);
    let page = browser.get("connect").await.page(200);
    let older = "The token “<bdi>Okta 2027</bdi>” keeps working until <time";
    assert!(
        page.contains("“<bdi>Okta 2028</bdi>” is not used yet") && page.contains(older),
        "{page}"
    );
}

#[tokio::test]
async fn an_administrator_can_skip_connect() {
    let browser = at_acme().await;
    let page = browser.get("connect/1").await.page(200);
    assert!(page.contains("href=\"/tenants/acme/?skip=1\">Skip</a>"), "{page}");
    assert!(browser.get("?skip=1").await.page(200).contains("Overview"));
    let guest = crate::access::setup_links::guest(&browser.tenant).await;
    assert!(!guest.get("connect/1").await.page(200).contains("skip=1"));
}

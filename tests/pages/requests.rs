//! The page *Requests*, as a browser sees it.

use super::at_acme;
use crate::support::admin::admin;
use crate::support::browser::{Browser, after};
use rollcall::model::unauthorized::UnauthorizedReason;
use serde_json::{Value, json};
use time::Duration;

/// The path of a user.
fn path(id: &str) -> String {
    format!("/Users/{id}")
}

/// The rows of the table, each as its text without markup.
fn rows(page: &str) -> Vec<String> {
    let table = after(page, "<caption class=\"hidden\">Failed requests</caption>", "</table>");
    let body = after(table, "<tbody>", "</tbody>");
    body.split("</tr>").map(text).filter(|row| !row.is_empty()).collect()
}

/// The text of a piece of HTML, with single spaces.
fn text(html: &str) -> String {
    let parts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let text = parts.collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The target of the first link with a title, below the tenant's root.
fn link(page: &str, title: &str) -> String {
    let found = page.split("<a ").find(|link| link.contains(&format!(">{title}</a>")));
    let found = found.unwrap_or_else(|| panic!("no link {title} in {page}"));
    after(found, "href=\"/tenants/acme/", "\"").replace("&#38;", "&").replace("&amp;", "&")
}

async fn fail(browser: &Browser, body: Value) {
    browser.tenant.app.advance(Duration::seconds(1));
    assert!(browser.tenant.post("/Users", &body).await.status.as_u16() >= 400);
}

#[tokio::test]
async fn without_failures_the_page_says_so() {
    let browser = at_acme().await;
    let page = browser.get("requests").await.page(200);
    assert!(page.contains("aria-current=\"page\">Requests"), "{page}");
    assert!(page.contains("No failed requests in 7 days"), "{page}");
    assert!(text(&page).contains("24 hours: 0 succeeded · 0 failed"), "{page}");
    assert!(page.contains("It never stores bodies, values or tokens."));
    let page = browser.get("requests?show=unauthorized").await.page(200);
    assert!(page.contains("No unauthorized requests in 7 days"), "{page}");
    let page = browser.get("requests?show=recorded").await.page(200);
    assert!(page.contains("No recorded requests"), "{page}");
}

#[tokio::test]
async fn equal_failures_are_one_row_with_the_person_and_the_way_out() {
    let browser = at_acme().await;
    let ada = json!({"userName": "ada@example.com", "displayName": "Ada Lovelace"});
    let ada = browser.tenant.create(&ada).await;
    browser.tenant.create(&json!({"userName": "bob@example.com"})).await;
    for name in ["ada@example.com", "ADA@example.com", "bob@example.com"] {
        fail(&browser, json!({"userName": name})).await;
    }
    fail(&browser, json!({"userName": "x", "active": "perhaps"})).await;
    let page = browser.get("requests").await.page(200);
    let found = rows(&page);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("Create user 400 active must be true or false ×1"), "{found:?}");
    let taken = "Create user 409 The userName belongs to another user ×3 2 people";
    assert!(found[1].starts_with(taken), "{found:?}");
    assert!(text(&page).contains("Failed 4"), "{page}");
    assert!(text(&page).contains("2 succeeded · 4 failed"), "the two creates, {page}");
    // The row of several people leads to one row for each of them.
    let filtered = link(after(&page, "badge-bad\">400", "badge-bad\">409"), "Create user");
    let page = browser.get(&filtered).await.page(200);
    assert!(page.contains("Create user: The userName belongs to another user"), "{page}");
    let found = rows(&page);
    assert!(found.iter().any(|row| row.contains("×2 Ada Lovelace")), "{found:?}");
    assert!(found.iter().any(|row| row.contains("×1 bob@example.com")), "{found:?}");
    assert!(page.contains(&format!("/tenants/acme/employees/{ada}\"")), "{page}");
    // A request has a page of its own.
    let row = page.split("<tr>").find(|row| row.contains("Ada Lovelace")).expect("a row");
    let page = browser.get(&link(row, "Create user")).await.page(200);
    let words = text(&page);
    for part in [
        "Create user 409",
        "What to do.",
        "link the user in the identity provider",
        "POST /Users",
        "uniqueness",
        "userName",
        "Ada Lovelace",
        "Times 2",
        "Duration",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    assert!(page.contains("data-copy=\"request-id\""), "{page}");
    assert!(!page.contains("ADA@example.com"), "no value of the request");
    let like = link(&page, "Show requests like this");
    assert_eq!(rows(&browser.get(&like).await.page(200)).len(), 2);
}

#[tokio::test]
async fn what_to_do_names_the_screens_of_the_identity_provider() {
    let browser = at_acme().await;
    browser.tenant.create(&json!({"userName": "ada"})).await;
    for (body, expected) in [
        (
            json!({"userName": "ada"}),
            [
                "select Dashboard › Tasks › Retry Selected: Okta then finds the user by userName",
                "use Provision on demand: Entra ID then finds the user by userName",
                "link the user in the identity provider",
            ],
        ),
        (
            json!({"displayName": "Ada"}),
            [
                "Dashboard › Tasks names the person.",
                "The provisioning logs name the person.",
                "fill it for this person.",
            ],
        ),
        (
            json!({"userName": "x", "active": "perhaps"}),
            [
                "Okta itself sends active as true or false.",
                "Correct the mapping of active under Attribute mapping",
                "Correct the mapping of active in the identity provider",
            ],
        ),
        (
            json!({"userName": "x", "title": {"x": 1}}),
            [
                "Correct the value in the person's Okta profile",
                "Correct the value in the user's properties",
                "Correct the value or its mapping in the identity provider.",
            ],
        ),
    ] {
        fail(&browser, body).await;
        let request = link(&browser.get("requests").await.page(200), "Create user");
        for (provider, words) in ["okta", "entra", "other"].into_iter().zip(expected) {
            let settings = json!({"provider": provider});
            admin(&browser.tenant, "PATCH", "/settings", settings).await.expect(200);
            let page = text(&browser.get(&request).await.page(200)).replace("&#39;", "'");
            assert!(page.contains(words), "{provider}: {page}");
        }
    }
}

#[tokio::test]
async fn a_path_that_does_not_exist_is_a_failed_request_and_an_unknown_user_is_not() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    admin(tenant, "PATCH", "/settings", json!({"provider": "okta"})).await.expect(200);
    for below in ["/Nonsense", "/scim/v2/Users", "/v2/scim/v2/Users"] {
        tenant.app.advance(Duration::seconds(1));
        tenant.get(below).await.expect_error(404, None);
    }
    tenant.get(&path("00000000-0000-4000-8000-00000000dead")).await.expect_error(404, None);
    let page = browser.get("requests").await.page(200);
    let found = rows(&page);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("Other request 404 There is no such path ×3"), "{found:?}");
    let page = text(&browser.get(&link(&page, "Other request")).await.page(200));
    assert!(page.contains("Check SCIM 2.0 Base Url under Provisioning › Integration."), "{page}");
    assert!(!page.contains("Nonsense"), "a path can have values: {page}");
}

#[tokio::test]
async fn an_erased_person_has_no_name_and_no_link() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let ada = json!({"userName": "ada@example.com", "displayName": "Ada", "active": false});
    let id = tenant.create(&ada).await;
    tenant.app.advance(Duration::seconds(3));
    let patch = json!([{"op": "replace", "path": "active", "value": "perhaps"}]);
    tenant.patch(&path(&id), &patch).await.expect_error(400, Some("invalidValue"));
    assert!(rows(&browser.get("requests").await.page(200))[0].contains("Ada"));
    let employee = id.parse().expect("an id");
    tenant
        .directory()
        .users()
        .erase(employee, &crate::support::actors::OPERATOR)
        .await
        .expect("erased");
    let page = browser.get("requests").await.page(200);
    assert!(rows(&page)[0].contains("an erased employee"), "{page}");
    assert!(!page.contains(&id), "{page}");
}

#[tokio::test]
async fn unauthorized_requests_have_one_sentence_for_each_reason_on_every_page() {
    let browser = at_acme().await;
    admin(&browser.tenant, "PATCH", "/settings", json!({"provider": "okta"})).await.expect(200);
    let sync = browser.tenant.app.app.sync.clone();
    let at = time::macros::datetime!(2026-11-22 12:00 UTC);
    let label = "Okta 2026".to_owned();
    for reason in [
        UnauthorizedReason::TokenRevoked { label: label.clone(), at },
        UnauthorizedReason::TokenReplaced { label: label.clone(), at },
        UnauthorizedReason::TokenExpired { label, at },
        UnauthorizedReason::AdminToken,
        UnauthorizedReason::ReadToken,
        UnauthorizedReason::OtherTenant,
        UnauthorizedReason::UnknownToken,
        UnauthorizedReason::BearerTwice,
        UnauthorizedReason::NoToken,
        UnauthorizedReason::NoBearerToken,
    ] {
        sync.unauthorized(&browser.tenant.id, reason).await;
    }
    for page in ["requests?show=unauthorized", "connect/3"] {
        let words = text(&browser.get(page).await.page(200)).replace(" .", ".");
        for sentence in [
            "A request came with the token “Okta 2026”, which was revoked on 2026-11-22 12:00 UTC. Paste the active token into OAuth Bearer Token in Okta.",
            "A request came with the token “Okta 2026”, which was replaced on 2026-11-22 12:00 UTC. Paste the active token into",
            "A request came with the token “Okta 2026”, which expired on 2026-11-22 12:00 UTC. Paste the active token into",
            "A request came with an Admin token. Use a Secret Token.",
            "A request came with a Read token. Use a Secret Token.",
            "A request came with a token of another tenant. Paste the token of this tenant.",
            "A request came with a token that Rollcall does not know. Check that the token is whole.",
            "A request came with the word Bearer twice. Paste the token without the word Bearer.",
            "A request came without a token. Paste the token into OAuth Bearer Token in Okta.",
            "A request came with an Authorization header that has no Bearer token. Choose authentication with a Bearer token.",
        ] {
            assert!(words.contains(sentence), "{page} {sentence} in {words}");
        }
    }
    let page = browser.get("requests?show=unauthorized").await.page(200);
    assert!(text(&page).contains("Unauthorized 10"), "{page}");
}

#[tokio::test]
async fn a_recording_starts_and_stops_with_a_button() {
    let browser = at_acme().await;
    let started = browser.submit("requests/record", &[("record", "on")]).await;
    assert_eq!(started.status, 303);
    assert_eq!(started.header("location"), "/tenants/acme/requests?show=recorded&done=recording");
    let page = browser.get("requests?show=recorded&done=recording").await.page(200);
    assert!(text(&page).contains("Recording until 2026-11-23 10:30 UTC . Stop"), "{page}");
    assert!(page.contains("Recording for 1 hour."), "{page}");
    browser.tenant.create(&json!({"userName": "ada", "shoeSize": 39})).await;
    browser.tenant.app.advance(Duration::seconds(3));
    browser.tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    let page = browser.get("requests?show=recorded").await.page(200);
    assert!(page.contains("Test API Credentials") && page.contains("Create user"), "{page}");
    let page = browser.get(&link(&page, "Create user")).await.page(200);
    assert!(text(&page).contains("shoeSize ignored userName kept"), "{page}");
    browser.submit("requests/record", &[("record", "off")]).await;
    let page = browser.get("requests").await.page(200);
    assert!(page.contains("Record everything for 1 hour"), "{page}");
    let forged = browser.post("requests/record", &[("record", "on")]).await;
    assert_eq!(forged.status, 403);
}

#[tokio::test]
async fn the_live_part_comes_alone_and_only_when_it_changed() {
    let browser = at_acme().await;
    fail(&browser, json!({})).await;
    let page = browser.get("requests").await.page(200);
    assert!(page.contains("data-live=\"/tenants/acme/requests?show=failed\" data-every=\"5\""));
    let fragment = [("rollcall-fragment", "1")];
    let part = browser.get_with("requests?show=failed", &fragment).await;
    assert!(part.text().trim_start().starts_with("<div data-part=\"requests\""), "{}", part.text());
    let tag = part.header("etag").to_owned();
    let again = [fragment[0], ("if-none-match", &*tag)];
    assert_eq!(browser.get_with("requests?show=failed", &again).await.status, 304);
    fail(&browser, json!({})).await;
    assert_eq!(browser.get_with("requests?show=failed", &again).await.status, 200);
}

#[tokio::test]
async fn long_lists_have_pages_and_a_missing_request_is_404() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    for n in 0..55 {
        let id = tenant.create(&json!({"userName": format!("u{n}")})).await;
        tenant.app.advance(Duration::seconds(3));
        let patch = json!([{"op": "replace", "path": "active", "value": "perhaps"}]);
        tenant.patch(&path(&id), &patch).await.expect_error(400, Some("invalidValue"));
    }
    let list = "requests?show=failed&cause=wrong-type";
    let page = browser.get(list).await.page(200);
    assert_eq!(rows(&page).len(), 50);
    assert!(page.contains("1–50 of 55"), "{page}");
    let page = browser.get(&link(&page, "Next")).await.page(200);
    assert_eq!(rows(&page).len(), 5);
    assert!(page.contains("51–55 of 55") && page.contains(">Previous<"), "{page}");
    for below in ["requests/099/0", "requests/000/77", "requests/000/x", "requests/2026~x/0"] {
        browser.get(below).await.page(404);
    }
}

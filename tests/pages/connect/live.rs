//! The live part of step 3.

use super::with_new_token;
use crate::pages::at_acme;
use crate::support::TestTenant;
use crate::support::admin::admin;
use crate::support::browser::{Browser, after};
use serde_json::json;
use time::Duration;

async fn live(browser: &Browser) -> String {
    browser.get_with("connect/live?step=3", &[("rollcall-fragment", "1")]).await.text()
}

fn with(tenant: &TestTenant, token: &str) -> TestTenant {
    TestTenant { scim_token: token.to_owned(), ..tenant.clone() }
}

#[tokio::test]
async fn the_first_request_shows_at_once() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    let part = live(&browser).await;
    assert!(part.contains("Waiting for the first request from Okta"), "{part}");
    assert!(!part.contains("<html") && part.contains("data-part=\"connect-live\""), "{part}");
    tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    let part = live(&browser).await;
    assert!(part.contains("Got it: Test API Credentials, 200"), "{part}");
    assert!(part.contains("Deactivate Users") && !part.contains("Waiting"), "{part}");
    let page = browser.get("connect/3").await.page(200);
    assert!(page.contains("Got it: Test API Credentials, 200") && page.contains("<html"), "{page}");
}

#[tokio::test]
async fn an_unchanged_part_is_not_sent_again() {
    let browser = at_acme().await;
    let part = [("rollcall-fragment", "1")];
    let first = browser.get_with("connect/live?step=3", &part).await;
    let tag = first.header("etag").to_owned();
    assert!(!tag.is_empty());
    let again = [("rollcall-fragment", "1"), ("if-none-match", &*tag)];
    let second = browser.get_with("connect/live?step=3", &again).await;
    assert_eq!((second.status.as_u16(), second.bytes.len()), (304, 0));
    browser.tenant.get("/Users").await.expect(200);
    assert_eq!(browser.get_with("connect/live?step=3", &again).await.status, 200);
}

#[tokio::test]
async fn requests_with_wrong_tokens_have_sentences_and_the_newest_is_first() {
    let browser = at_acme().await;
    let old = browser.tenant.clone();
    let tenant = with_new_token(&browser, "okta").await;
    tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    for (wrong, sentence) in [
        (
            old.scim_token.clone(),
            "A request came with the token “Identity Provider”, which was replaced on",
        ),
        (old.admin_token.clone(), "A request came with an Admin token. Use a Secret Token."),
        (old.scim_token.replace("rc_acme_", "rc_other_"), "a token of another tenant"),
        ("rc_acme_nonsense".to_owned(), "a token that Rollcall does not know"),
    ] {
        tenant.app.advance(Duration::seconds(11));
        with(&tenant, &wrong).get("/Users").await.expect_error(401, None);
        let part = live(&browser).await;
        let at = part.find(sentence).unwrap_or_else(|| panic!("{sentence}: {part}"));
        let success = part.find("Got it").unwrap_or_else(|| panic!("Got it: {part}"));
        assert!(at < success, "{sentence}: {part}");
        assert!(!part.contains(&wrong), "{part}");
    }
}

#[tokio::test]
async fn problems_before_the_last_success_are_folded() {
    let browser = at_acme().await;
    let old = browser.tenant.clone();
    let tenant = with_new_token(&browser, "okta").await;
    let folded = |part: &str| after(part, "<details>", "</details>").to_owned();
    for wrong in [&old.scim_token, &old.admin_token] {
        tenant.app.advance(Duration::seconds(11));
        with(&tenant, wrong).get("/Users").await.expect_error(401, None);
    }
    assert!(!live(&browser).await.contains("<details>"));
    tenant.app.advance(Duration::seconds(11));
    tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    let part = live(&browser).await;
    assert!(folded(&part).contains("<summary>2 earlier problems</summary>"), "{part}");
    assert!(folded(&part).contains("with an Admin token") && !folded(&part).contains("Got it"));
    tenant.app.advance(Duration::seconds(11));
    with(&tenant, &format!("Bearer {}", tenant.scim_token))
        .get("/Users")
        .await
        .expect_error(401, None);
    let part = live(&browser).await;
    let place = |text: &str| part.find(text).unwrap_or_else(|| panic!("{text}: {part}"));
    assert!(
        place("the word Bearer twice") < place("Got it") && place("Got it") < place("<details>")
    );
    assert!(folded(&part).contains("2 earlier problems"), "{part}");
}

#[tokio::test]
async fn a_failure_after_a_success_shows_both() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    tenant.app.advance(Duration::seconds(11));
    let nameless = json!({"displayName": "No name"});
    tenant.post("/Users", &nameless).await.expect_error(400, Some("invalidValue"));
    let part = live(&browser).await;
    let place = |text: &str| part.find(text).unwrap_or_else(|| panic!("{text}: {part}"));
    assert!(place("A request failed: Create user, 400") < place("A request succeeded"), "{part}");
}

#[tokio::test]
async fn a_failed_request_with_the_right_token_shows_as_failed() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "entra").await;
    tenant
        .post("/Users", &json!({"displayName": "No name"}))
        .await
        .expect_error(400, Some("invalidValue"));
    let part = live(&browser).await;
    assert!(
        part.contains("A request failed: Create user, 400") && !part.contains("Got it"),
        "{part}"
    );
}

#[tokio::test]
async fn a_path_that_does_not_exist_shows_the_url_to_copy() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    let sentence = "There is no such path. Copy <strong>SCIM 2.0 Base Url</strong> again: it ends with <code>/scim/v2</code>.";
    let paste = ">Paste<span class=\"hidden\"> (done)</span>";
    for path in ["/Users/Users?startIndex=1&count=2", "/v2/Users?startIndex=1&count=2"] {
        tenant.app.advance(Duration::seconds(11));
        tenant.get(path).await.expect_error(404, None);
        let part = live(&browser).await;
        assert!(part.contains(sentence) && !part.contains(paste), "{path}: {part}");
    }
    tenant.app.advance(Duration::seconds(11));
    tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    let part = live(&browser).await;
    assert!(!part.contains(sentence) && part.contains(paste), "{part}");
    tenant.app.advance(Duration::seconds(11));
    let erased = "/Users/00000000-0000-0000-0000-000000000000";
    tenant.get(erased).await.expect_error(404, None);
    let part = live(&browser).await;
    assert!(part.contains("Get user, 404") && !part.contains(sentence), "{part}");
}

#[tokio::test]
async fn a_request_with_the_old_token_asks_for_the_new_one() {
    let browser = at_acme().await;
    let old = with_new_token(&browser, "okta").await;
    old.get("/Users").await.expect(200);
    old.app.advance(Duration::seconds(11));
    let overlap = json!({"overlapSecs": 3600});
    let made = admin(&old, "POST", "/tokens/scim/replace", overlap).await.expect(200);
    let new = with(&old, made["token"].as_str().expect("a token"));
    let step = browser.get("connect/2").await.page(200);
    assert!(step.contains("keeps working until <time datetime=\"2026-11-23T10:30"), "{step}");
    old.app.advance(Duration::seconds(11));
    old.get("/Users").await.expect(200);
    let part = live(&browser).await;
    let ends = "</bdi>”, which works until <time datetime=\"2026-11-23T10:30";
    assert!(part.contains("This test used the old token “<bdi>Identity Provider"), "{part}");
    assert!(part.contains(ends) && part.contains("Paste the new token."), "{part}");
    assert!(!part.contains("Got it"), "{part}");
    new.app.advance(Duration::seconds(11));
    new.get("/Users").await.expect(200);
    let part = live(&browser).await;
    assert!(part.contains("Got it") && !part.contains("old token"), "{part}");
}

#[tokio::test]
async fn three_minutes_of_silence_list_what_to_check() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    tenant.app.advance(Duration::seconds(179));
    assert!(!live(&browser).await.contains("Nothing yet."));
    tenant.app.advance(Duration::seconds(1));
    let part = live(&browser).await;
    assert!(part.contains("Nothing yet.") && part.contains("no underscore"), "{part}");
    tenant.get("/Users").await.expect(200);
    assert!(!live(&browser).await.contains("Nothing yet."));
}

#[tokio::test]
async fn a_request_before_the_token_is_no_news() {
    let browser = at_acme().await;
    with(&browser.tenant, "rc_acme_nonsense").get("/Users").await.expect_error(401, None);
    let sentence = "a token that Rollcall does not know";
    assert!(live(&browser).await.contains(sentence));
    browser.tenant.app.advance(Duration::minutes(1));
    with_new_token(&browser, "okta").await;
    assert!(!live(&browser).await.contains(sentence));
    // A page of the API is no request of the identity provider.
    admin(&browser.tenant, "PATCH", "/settings", json!({})).await.expect(200);
    assert!(live(&browser).await.contains("Waiting for the first request"));
}

#[tokio::test]
async fn a_sentence_has_its_time_as_an_element_and_the_summary_adds_when_it_happened() {
    let browser = at_acme().await;
    let old = browser.tenant.clone();
    let tenant = with_new_token(&browser, "okta").await;
    tenant.create(&json!({"userName": "ada@example.com"})).await;
    tenant.app.advance(Duration::seconds(11));
    old.get("/Users").await.expect_error(401, None);
    with(&tenant, &old.admin_token).get("/Users").await.expect_error(401, None);
    let ended = "which was replaced on </bdi><time datetime=\"2026-11-23T";
    assert!(live(&browser).await.contains(ended));
    let page = browser.get("connect").await.page(200);
    assert!(page.contains(ended) && !page.contains("., "), "{page}");
    assert!(page.contains("Use a Secret Token.</bdi> <span class=\"hint\"><time"), "{page}");
}

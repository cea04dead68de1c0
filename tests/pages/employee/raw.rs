//! The record with the names of the standard.

use super::super::at_acme;
use super::{ada, main, page_of, unescaped};
use crate::support::browser::after;
use crate::support::groups::group;
use serde_json::Value;

#[tokio::test]
async fn the_raw_record_is_the_scim_resource() {
    let browser = at_acme().await;
    let mut body = ada();
    body["nickName"] = "</pre><script>".into();
    let path = page_of(&browser, &body).await;
    let id = path.trim_start_matches("employees/");
    group(&browser.tenant, "Crew", &[id]).await;
    let page = browser.get(&format!("{path}/raw")).await.page(200);
    let json = unescaped(after(&page, "<pre id=\"json\" tabindex=\"0\">", "</pre>"));
    let shown: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(shown, browser.tenant.get(&format!("/Users/{id}")).await.expect(200));
    assert_eq!(shown["groups"][0]["display"], "Crew");
    assert!(json.lines().count() > 20, "{json}");
    assert!(page.contains("data-copy=\"json\""), "{page}");
    let url = shown["meta"]["location"].as_str().expect("a URL");
    assert!(page.contains(&format!("<code id=\"record-url\">{url}</code>")), "{page}");
    assert!(page.contains("<code id=\"external-id\">00u1</code>"), "{page}");
    assert!(page.contains(&format!("<code id=\"record-id\">{id}</code>")), "{page}");
}

#[tokio::test]
async fn the_raw_record_of_a_deleted_user_stays() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let id = path.trim_start_matches("employees/");
    browser.tenant.delete(&format!("/Users/{id}")).await.expect(204);
    let page = browser.get(&format!("{path}/raw")).await.page(200);
    assert!(main(&page).contains("does not see this resource while the user is deleted."));
    let json = unescaped(after(&page, "<pre id=\"json\" tabindex=\"0\">", "</pre>"));
    let shown: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&shown["active"], &shown["userName"]), (&false.into(), &"ada@example.com".into()));
}

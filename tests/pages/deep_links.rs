//! A link to a page survives the sign-in, and leads nowhere else.

use crate::support::acme;
use crate::support::browser::{Browser, after};
use axum::body::Body;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

/// Checks that a page leads to the sign-in, and that the sign-in knows the page.
pub async fn leads_to_sign_in(browser: &Browser, page: &str) {
    let next = utf8_percent_encode(page, NON_ALPHANUMERIC);
    let location = browser.get(page).await.redirect();
    assert_eq!(location, format!("/tenants/acme/sign-in?next={next}"));
}

/// Signs in on the page to which a link leads. Returns the location after the sign-in.
async fn sign_in_on_the_way_to(browser: &Browser, link: &str) -> String {
    let location = browser.get(link).await.redirect();
    let page = browser.get(location.trim_start_matches("/tenants/acme/")).await.page(200);
    let next = after(&page, "name=\"next\" value=\"", "\"").replace("&#38;", "&");
    let token = browser.tenant.admin_token.clone();
    // A wrong token keeps the page.
    let wrong = browser.post("sign-in", &[("token", "wrong"), ("next", &next)]).await.page(401);
    assert_eq!(after(&wrong, "name=\"next\" value=\"", "\"").replace("&#38;", "&"), next);
    assert!(wrong.contains("aria-invalid=\"true\"") && wrong.contains("id=\"token-error\""));
    browser.post("sign-in", &[("token", &token), ("next", &next)]).await.redirect()
}

#[tokio::test]
async fn a_link_to_a_page_survives_the_sign_in() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let browser = Browser::new(&tenant);
    for link in [
        "employees".to_owned(),
        format!("employees/{ada}"),
        "employees?status=archived&q=a%26b".to_owned(),
        "activity?cursor=".to_owned(),
    ] {
        let location = sign_in_on_the_way_to(&browser, &link).await;
        assert_eq!(location, format!("/tenants/acme/{link}"));
    }
    assert_eq!(browser.get("").await.redirect(), "/tenants/acme/sign-in");
    let token = [("token", &*tenant.admin_token)];
    assert_eq!(browser.post("sign-in", &token).await.redirect(), "/tenants/acme/");
}

#[tokio::test]
async fn a_foreign_next_leads_home() {
    let tenant = acme().await;
    let signed_in = Browser::signed_in(&tenant).await;
    let signed_out = Browser::new(&tenant);
    for next in [
        "//evil",
        "\\evil",
        "/\\evil",
        "javascript:alert(1)",
        "https://evil.example",
        "../other/employees",
        "%2e%2e/other",
        "employees\r\nset-cookie: a=b",
        "é",
    ] {
        let fields = [("token", &*tenant.admin_token), ("next", next)];
        let answer = signed_out.post("sign-in", &fields).await;
        assert_eq!(answer.redirect(), "/tenants/acme/", "{next}");
        let query = utf8_percent_encode(next, NON_ALPHANUMERIC);
        let page = signed_out.get(&format!("sign-in?next={query}")).await.page(200);
        assert!(!page.contains("evil") && !page.contains("name=\"next\""), "{next}: {page}");
        let location = signed_in.get(&format!("sign-in?next={query}")).await.redirect();
        assert_eq!(location, "/tenants/acme/", "{next}");
    }
    assert_eq!(
        signed_in.get("sign-in?next=employees%3Fq%3Da").await.redirect(),
        "/tenants/acme/employees?q=a"
    );
}

#[tokio::test]
async fn the_sign_in_is_the_same_for_every_tenant_and_absent_without_one() {
    let tenant = acme().await;
    let get = async |path: &str| {
        let request = Request::get(path).header("accept", "text/html").body(Body::empty()).unwrap();
        tenant.app.send(request).await
    };
    let known = get("/tenants/acme/sign-in").await.page(200);
    let unknown = get("/tenants/nobody/sign-in").await.page(200);
    assert_eq!(known.replace("acme", "nobody"), unknown);
    assert!(known.contains("rollcall open acme"), "{known}");
    assert_eq!(get("/tenants/nobody/employees").await.status, 303);
    for path in ["/tenants/A_B/", "/tenants/A_B/employees", "/tenants/A_B/sign-in"] {
        assert_eq!(get(path).await.status, 404, "{path}");
    }
}

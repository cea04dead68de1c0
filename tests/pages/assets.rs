//! Files of the pages, and the headers that protect every response.

use crate::support::acme;
use crate::support::browser::{Browser, after};
use axum::body::Body;
use http::Request;

#[tokio::test]
async fn files_are_kept_for_ever_and_everything_is_protected() {
    let browser = Browser::new(&acme().await);
    let page = browser.get("sign-in").await.page(200);
    for (start, kind) in [
        ("href=\"/tenants/acme/assets/console", "text/css"),
        ("src=\"/tenants/acme/assets/console", "text/javascript"),
        ("href=\"/tenants/acme/assets/icon", "image/svg+xml"),
    ] {
        let found = after(&page, start, "\"");
        let stem = start.rsplit('/').next().expect("a name");
        let answer = browser.get(&format!("assets/{stem}{found}")).await;
        assert_eq!(answer.status, 200, "{found}");
        assert!(answer.header("content-type").starts_with(kind));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        answer.is_protected();
    }
    browser.get("assets/console.css").await.page(404);
    browser.get("nonsense").await.page(404);
    let put = Request::put("/tenants/acme/employees").body(Body::empty()).unwrap();
    let answer = browser.tenant.app.send(put).await;
    answer.page(405);
    assert_eq!(answer.header("allow"), "GET,HEAD");
    let without_slash = Request::get("/tenants/acme").body(Body::empty()).unwrap();
    assert_eq!(browser.tenant.app.send(without_slash).await.redirect(), "/tenants/acme/");
    // An identity provider gets a SCIM error if its Tenant URL is incomplete.
    let cut = Request::get("/tenants/acme/Users").body(Body::empty()).unwrap();
    browser.tenant.app.send(cut).await.expect_error(404, None);
}

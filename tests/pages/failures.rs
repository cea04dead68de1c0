//! The pages of failures. The navigation stays while the session is valid.

use super::at_acme;
use crate::support::browser::{Browser, after};
use crate::support::faults::Fault;
use crate::support::{TestTenant, acme};
use axum::body::Body;
use http::Request;

/// Whether a page has the navigation of a signed-in administrator.
fn has_navigation(page: &str) -> bool {
    page.contains("aria-label=\"Main\"") && page.contains("Sign out")
}

#[tokio::test]
async fn a_reload_of_an_address_for_forms_leads_to_its_page() {
    let browser = at_acme().await;
    let employee = "employees/00000000-0000-4000-8000-000000000000";
    let notification = "notifications/00000000-0000-4000-8000-000000000000";
    for (address, page) in [
        ("sources/location", "sources"),
        ("sources/hide", "sources"),
        ("dismiss", ""),
        ("requests/record", "requests"),
        ("notifications/silence", "notifications"),
        ("access/end-link-sessions", "access"),
        ("sign-out", ""),
        (&format!("{employee}/restore"), employee),
        (&format!("{notification}/pause"), notification),
    ] {
        let location = browser.get(address).await.redirect();
        assert_eq!(location, format!("/tenants/acme/{page}"), "{address}");
        let put = Request::put(format!("/tenants/acme/{address}")).body(Body::empty()).unwrap();
        assert_eq!(browser.tenant.app.send(put).await.status, 405, "{address}");
    }
}

#[tokio::test]
async fn a_missing_page_keeps_the_navigation_of_a_session() {
    let browser = at_acme().await;
    for path in ["nonsense", "employees/x", "access/idp/create", "a/b/c"] {
        let page = browser.get(path).await.page(404);
        assert!(has_navigation(&page), "{path}: {page}");
        assert!(page.contains("<h1>Page not found</h1>"), "{path}: {page}");
    }
    let page = browser.get("nonsense").await.page(404);
    assert!(page.contains("This page does not exist."), "{page}");
    assert!(page.contains("href=\"/tenants/acme/\">Open Overview</a>"), "{page}");
    let page = Browser::new(&browser.tenant).get("nonsense").await.page(404);
    assert!(!has_navigation(&page) && !page.contains("Test"), "{page}");
}

#[tokio::test]
async fn a_missing_record_leads_to_its_list() {
    let browser = at_acme().await;
    let id = "00000000-0000-4000-8000-000000000000";
    for (path, list, title) in [
        (format!("employees/{id}"), "employees", "Employees"),
        (format!("employees/{id}/history"), "employees", "Employees"),
        (format!("groups/{id}"), "groups", "Groups"),
        ("requests/7/7".to_owned(), "requests", "Requests"),
        (format!("notifications/{id}"), "notifications", "Notifications"),
        ("access/idp/create".to_owned(), "access", "Tokens &#38; access"),
    ] {
        let page = browser.get(&path).await.page(404);
        assert!(has_navigation(&page), "{path}: {page}");
        let main = after(&page, "<main", "</main>");
        let button =
            format!("<a class=\"btn btn-primary\" href=\"/tenants/acme/{list}\">{title}</a>");
        assert!(main.contains(&button), "{path}: {page}");
        assert_eq!(main.matches("class=\"btn").count(), 1, "{path}: {page}");
    }
}

#[tokio::test]
async fn a_failure_of_the_service_keeps_the_navigation_and_gives_the_request_id() {
    let browser = at_acme().await;
    browser.get("employees").await.page(200);
    let broken = browser.tenant.app.faults.plan_all("Query", Fault::internal());
    let answer = browser.get("employees").await;
    broken.end();
    let page = answer.page(answer.status.as_u16());
    assert!(answer.status.is_server_error(), "{page}");
    assert!(has_navigation(&page) && page.contains("<h1>The service failed</h1>"), "{page}");
    let id = format!("<code id=\"request-id\">{}</code>", answer.header("x-request-id"));
    assert!(page.contains(&id) && page.contains("data-copy=\"request-id\""), "{page}");
    let seconds = answer.header("retry-after");
    assert!(page.contains(&format!("Try again in {seconds} second")), "{page}");
}

#[tokio::test]
async fn too_many_requests_say_the_seconds() {
    let tenant = acme().await;
    let app = tenant.app.serving(tenant.app.app.clone().with_tenant_units(1));
    let browser = Browser::signed_in(&tenant.at(app)).await;
    let mut answer = browser.get("employees").await;
    for _ in 0..50 {
        if answer.status == 429 {
            break;
        }
        answer = browser.get("employees").await;
    }
    let page = answer.page(429);
    let seconds = answer.header("retry-after");
    assert!(page.contains(&format!("Try again in {seconds} second")), "{page}");
    assert!(has_navigation(&page) && !page.contains("request-id"), "{page}");
}

#[tokio::test]
async fn a_form_out_of_date_changes_nothing_and_says_so() {
    let browser = at_acme().await;
    let stale = Browser { csrf: "x".to_owned(), ..browser.clone() };
    let page = stale.submit("access/read/create", &[]).await.page(403);
    assert!(page.contains("This form is out of date. Nothing changed. Reload the page."), "{page}");
    assert!(browser.get("access").await.page(200).contains("No active Read token."));
    let page = Browser::new(&browser.tenant).submit("access/read/create", &[]).await.page(403);
    assert!(
        page.contains("You were signed out. Nothing changed. Sign in and try again."),
        "{page}"
    );
}

/// Sends a GET outside of a tenant.
async fn get(tenant: &TestTenant, path: &str, accept: &str) -> crate::support::request::Answer {
    let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
    tenant.app.send(request).await
}

const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

#[tokio::test]
async fn the_bare_host_leads_browsers_to_a_tenant_and_says_nothing_about_it() {
    let tenant = acme().await;
    let page = get(&tenant, "/", HTML).await.page(200);
    assert!(page.contains("<label for=\"tenant\">Tenant</label>"), "{page}");
    assert!(page.contains("action=\"/tenants\""), "{page}");
    for (name, path) in
        [("acme", "/tenants/acme/"), ("nobody", "/tenants/nobody/"), ("+ACME+", "/tenants/acme/")]
    {
        let answer = get(&tenant, &format!("/tenants?tenant={name}"), HTML).await;
        assert_eq!(answer.redirect(), path);
    }
    for name in ["", "a_b", "%3Cb%3E", "a/b"] {
        let page = get(&tenant, &format!("/tenants?tenant={name}"), HTML).await.page(422);
        assert!(page.contains("id=\"tenant-error\"") && !page.contains("<b>"), "{page}");
    }
    let style = crate::support::browser::after(&page, "rel=\"stylesheet\" href=\"", "\"");
    assert_eq!(get(&tenant, style, "text/css").await.status, 200, "{style}");
    // Other clients get a SCIM error: the usual cause is a Tenant URL that was pasted in part.
    let detail = get(&tenant, "/", "application/json").await.expect_error(404, None);
    assert!(detail.contains("/tenants/{tenant}/scim/v2"), "{detail}");
    let page = get(&tenant, "/nonsense", HTML).await.page(404);
    assert!(page.contains("This page does not exist."), "{page}");
    get(&tenant, "/nonsense", "*/*").await.expect_error(404, None);
}

#[tokio::test]
async fn every_cause_of_a_problem_has_a_public_page() {
    let tenant = acme().await;
    let list = get(&tenant, "/problems", "*/*").await.page(200);
    let mut causes = 0;
    for link in list.split("href=\"/problems/").skip(1) {
        let cause = link.split('"').next().expect("a cause");
        let page = get(&tenant, &format!("/problems/{cause}"), "*/*").await.page(200);
        assert!(page.contains(&format!("<code>{cause}</code>")), "{cause}: {page}");
        assert!(page.contains("What to do"), "{cause}: {page}");
        causes += 1;
    }
    assert!(causes > 25, "{causes}");
    get(&tenant, "/problems/nonsense", HTML).await.page(404);
}

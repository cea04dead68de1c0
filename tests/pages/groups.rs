//! The pages about groups, as a browser sees them.

use super::at_acme;
use crate::support::browser::{Browser, after};
use crate::support::groups::{add_one_by_one, group, many, path, user};
use crate::support::log::{Log, says_nothing_secret};
use crate::support::{TestApp, counting_id};
use serde_json::json;

/// Returns the target of a link on a page, below the tenant's root.
fn link(page: &str, before: &str) -> String {
    after(after(page, before, ">"), "href=\"/tenants/acme/", "\"").replace("&#38;", "&")
}

#[tokio::test]
async fn groups_are_found_by_name_page_by_page() {
    let browser = at_acme().await;
    let page = browser.get("groups").await.page(200);
    assert!(
        page.contains("There are no groups yet") && page.contains("aria-current=\"page\">Groups")
    );
    for n in 0..55 {
        group(&browser.tenant, &format!("Team {n}"), &[]).await;
    }
    let rows = |page: &str| page.matches("data-title=\"Members\"").count();
    let page = browser.get("groups").await.page(200);
    assert_eq!(rows(&page), 50);
    let next = browser.get(&link(&page, "<a class=\"button\" rel=\"next\"")).await.page(200);
    assert_eq!(rows(&next), 5);
    assert!(next.contains("First page") && !next.contains("rel=\"next\""));
    let found = browser.get("groups?search=TEAM%2054").await.page(200);
    assert_eq!(rows(&found), 1);
    assert!(found.contains("value=\"TEAM 54\""));
    let none = browser.get("groups?search=nothing").await.page(200);
    assert!(none.contains("starts like this"));
    browser.get("groups?cursor=x").await.page(400);
    browser.get(&format!("groups?search={}", "x".repeat(201))).await.page(400);
}

#[tokio::test]
async fn a_group_has_its_members_and_its_history_and_leads_to_both() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let ada = tenant.create(&json!({"userName": "ada", "displayName": "Ada Lovelace"})).await;
    let bob = user(tenant, "bob").await;
    let inner = group(tenant, "Inner", &[&ada]).await;
    let body = json!({
        "displayName": "Crew", "externalId": "g-1",
        "members": [{"value": ada, "display": "Countess"}, {"value": bob}, {"value": inner}],
    });
    let crew = tenant.post("/Groups", &body).await.expect(201);
    let crew = crew["id"].as_str().expect("an id");
    let off = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{bob}"), &off).await.expect(200);
    let leave = json!([{"op": "remove", "path": format!("members[value eq \"{inner}\"]")}]);
    tenant.patch(&path(crew), &leave).await.expect(200);
    tenant
        .patch(&path(crew), &json!([{"op": "add", "value": {"members": [{"value": inner}]}}]))
        .await;
    let page = browser.get(&format!("groups/{crew}")).await.page(200);
    for text in [
        "<h1><bdi>Crew</bdi></h1>",
        "3 members.",
        "<bdi>g-1</bdi>",
        &format!("employees/{ada}\"><bdi>Ada Lovelace</bdi>"),
        &format!("employees/{bob}\"><bdi>bob</bdi>"),
        &format!("groups/{inner}\"><bdi>Inner</bdi>"),
        "members who joined",
        "members who left",
        "Created",
    ] {
        assert!(page.contains(text), "{text} in {page}");
    }
    let members = after(&page, "id=\"members\"", "</section>");
    assert_eq!(members.matches("badge good").count(), 1, "{members}");
    assert_eq!(members.matches(">Archived</span>").count(), 1, "{members}");
    let employee = browser.get(&format!("employees/{ada}")).await.page(200);
    let groups = after(&employee, "<h2 id=\"groups\">", "</section>");
    assert!(groups.contains(&format!("groups/{crew}\"><bdi>Crew</bdi>")), "{groups}");
    assert!(groups.contains(&format!("groups/{inner}\"><bdi>Inner</bdi>")), "{groups}");
    assert_eq!(groups.matches(">directly<").count(), 2, "{groups}");
    let outer = group(tenant, "Outer", &[crew]).await;
    let employee = browser.get(&format!("employees/{ada}")).await.page(200);
    let groups = after(&employee, "<h2 id=\"groups\">", "</section>");
    let outer = after(groups, &format!("groups/{outer}\">"), "</tr>");
    assert!(outer.contains("through another group"), "{groups}");
    tenant.delete(&format!("/Users/{bob}")).await.expect(204);
    let gone = browser.get(&format!("employees/{bob}")).await.page(200);
    assert!(gone.contains("The employee is in no group."));
}

#[tokio::test]
async fn members_and_history_of_a_large_group_go_on_on_other_pages() {
    let (tenant, everybody) = many(60).await;
    let browser = Browser::signed_in(&tenant).await;
    let crew = group(&tenant, "Crew", &[]).await;
    tenant.patch(&path(&crew), &add_one_by_one(&everybody)).await.expect(200);
    for n in 0..21 {
        let rename =
            json!([{"op": "replace", "path": "displayName", "value": format!("Crew {n}")}]);
        tenant.patch(&path(&crew), &rename).await.expect(200);
    }
    let rows = |page: &str| page.matches("data-title=\"Type\"").count();
    let page = browser.get(&format!("groups/{crew}")).await.page(200);
    assert_eq!(rows(&page), 50);
    assert!(page.contains("<h1><bdi>Crew 20</bdi></h1>") && !page.contains("members who joined"));
    let members = link(after(&page, "Pages of the members", "</nav>"), "<a class=\"button\"");
    let (path, fragment) = members.split_once('#').expect("a place on the page");
    assert_eq!(fragment, "members");
    let second = browser.get(path).await.page(200);
    assert_eq!(rows(&second), 10);
    assert!(second.contains(&everybody[59]) && !second.contains(&format!("{}\"", everybody[0])));
    let older = link(after(&page, "Pages of the history", "</nav>"), "<a class=\"button\"");
    let older = older.split_once('#').expect("a place on the page").0;
    let page = browser.get(older).await.page(200);
    assert!(page.contains("members who joined") && page.contains(">Newest</a>"));
    for query in ["members=x", "cursor=x"] {
        browser.get(&format!("groups/{crew}?{query}")).await.page(400);
    }
}

#[tokio::test]
async fn what_groups_are_called_is_never_markup() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let ada = user(tenant, "ada").await;
    let body = json!({
        "displayName": attack, "externalId": attack,
        "members": [{"value": ada, "display": attack}],
    });
    let crew = tenant.post("/Groups", &body).await.expect(201);
    let crew = crew["id"].as_str().expect("an id");
    let search = "groups?search=%22%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for page in
        ["groups", search, "activity", &format!("groups/{crew}"), &format!("employees/{ada}")]
    {
        let text = browser.get(page).await.page(200);
        assert!(text.contains("&#60;script&#62;alert"), "{page}");
        for markup in ["<script>alert", "<img", "\"'>"] {
            assert!(!text.contains(markup), "{page}: {markup} in {text}");
        }
    }
}

#[tokio::test]
async fn another_tenants_groups_are_not_there_and_nobody_reads_them_signed_out() {
    let browser = at_acme().await;
    let ada = user(&browser.tenant, "ada").await;
    let crew = group(&browser.tenant, "Crew", &[&ada]).await;
    let other = browser.tenant.app.tenant("other").await;
    let elsewhere = Browser::signed_in(&other).await;
    assert!(elsewhere.get("groups").await.page(200).contains("There are no groups yet"));
    for id in [&crew, &ada, &counting_id(999).to_string(), "Crew"] {
        let page = elsewhere.get(&format!("groups/{id}")).await.page(404);
        assert!(page.contains("There is no group with this id"), "{page}");
    }
    let signed_out = Browser::new(&browser.tenant);
    for page in ["groups", &format!("groups/{crew}")] {
        assert_eq!(signed_out.get(page).await.redirect(), "/tenants/acme/");
    }
    browser.submit(&format!("groups/{crew}"), &[("displayName", "x")]).await.page(405);
}

#[tokio::test]
async fn the_log_says_nothing_of_groups() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let log = Log::default();
    let guard = log.start();
    let browser = Browser::signed_in(&tenant).await;
    let zebra = user(&tenant, "zebra@example.com").await;
    let crew = group(&tenant, "Zanzibar Zoo", &[&zebra]).await;
    browser.get("groups?search=zanzibar").await.page(200);
    browser.get(&format!("groups/{crew}?members=&cursor=")).await.page(200);
    drop(guard);
    says_nothing_secret(&log, &tenant);
    let text = log.text().to_lowercase();
    for personal in ["zanzibar", "zebra", &crew] {
        assert!(!text.contains(personal), "{personal}");
    }
}

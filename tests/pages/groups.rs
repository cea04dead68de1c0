//! The pages about groups, as a browser sees them.

use super::activity::{link as pager, words};
use super::at_acme;
use super::deep_links::leads_to_sign_in;
use crate::support::browser::{Browser, after};
use crate::support::damage::number;
use crate::support::groups::{add_one_by_one, group, many, path, user};
use crate::support::log::{Log, says_nothing_secret};
use crate::support::{TestApp, counting_id};
use rollcall::store::dynamodb::port::Item;
use serde_json::json;

#[tokio::test]
async fn groups_are_in_the_order_of_names_and_have_pages_and_a_search() {
    let browser = at_acme().await;
    let page = browser.get("groups").await.page(200);
    assert!(page.contains("No groups yet") && !page.contains("role=\"search\""), "{page}");
    for n in 0..55 {
        group(&browser.tenant, &format!("Team {n:02}"), &[]).await;
    }
    let ada = user(&browser.tenant, "ada").await;
    group(&browser.tenant, "älteste Gruppe", &[&ada]).await;
    let rows = |page: &str| -> Vec<String> {
        page.split("<th scope=\"row\"")
            .skip(1)
            .map(|row| after(row, "<bdi>", "<").to_owned())
            .collect()
    };
    let page = browser.get("groups").await.page(200);
    let teams = (0..49).map(|n| format!("Team {n:02}"));
    let first: Vec<String> = std::iter::once("älteste Gruppe".to_owned()).chain(teams).collect();
    assert_eq!(rows(&page), first);
    assert!(page.contains("1–50 of 56"), "{page}");
    let next = browser.get(&pager(&page, "Next")).await.page(200);
    assert_eq!(rows(&next).len(), 6);
    assert_eq!(rows(&next).last().map(String::as_str), Some("Team 54"));
    assert!(next.contains("51–56 of 56") && !next.contains(">Next</a>"), "{next}");
    assert!(after(&page, "älteste", "</tr>").contains("data-title=\"Members\">1<"), "{page}");
    let back = browser.get(&pager(&next, "Previous")).await.page(200);
    assert_eq!(rows(&back), first);
    let found = browser.get("groups?q=54%20TEAM").await.page(200);
    assert_eq!(rows(&found), ["Team 54"]);
    assert!(found.contains("value=\"54 TEAM\"") && found.contains("1–1 of 1"), "{found}");
    assert_eq!(rows(&browser.get("groups?q=team").await.page(200)).len(), 50);
    assert_eq!(rows(&browser.get("groups?q=alteste").await.page(200)), ["älteste Gruppe"]);
    let none = browser.get("groups?q=zzzz").await.page(200);
    assert!(none.contains("No group matches “<bdi>zzzz</bdi>”"), "{none}");
    assert!(none.contains("Show all groups"), "{none}");
    browser.get("groups?cursor=x").await.page(400);
    browser.get(&format!("groups?q={}", "x".repeat(201))).await.page(400);
}

#[tokio::test]
async fn a_group_has_its_members_with_title_and_status() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let ada = json!({"userName": "ada", "displayName": "Ada Lovelace", "title": "Countess"});
    let ada = tenant.create(&ada).await;
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
    let page = browser.get(&format!("groups/{crew}")).await.page(200);
    let text = words(&page);
    for expected in [
        "Managed by your identity provider. Change members there.",
        "Members 3 History",
        // The group has the name Countess for Ada.
        "bob Archived Ada Lovelace Countess Active Inner Group",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(page.contains("<dt>External id</dt><dd><bdi>g-1</bdi></dd>"), "{page}");
    for link in [format!("employees/{ada}"), format!("employees/{bob}"), format!("groups/{inner}")]
    {
        assert!(page.contains(&format!("href=\"/tenants/acme/{link}\"")), "{link} in {page}");
    }
    let found = browser.get(&format!("groups/{crew}?q=COUNT")).await.page(200);
    assert!(found.contains("Ada Lovelace") && !found.contains(">bob<"), "{found}");
    let none = browser.get(&format!("groups/{crew}?q=zzzz")).await.page(200);
    assert!(none.contains("No member matches “<bdi>zzzz</bdi>”"), "{none}");
    let empty = group(tenant, "Empty", &[]).await;
    let page = browser.get(&format!("groups/{empty}")).await.page(200);
    assert!(page.contains("<h2>No members</h2>"), "{page}");
    let employee = browser.get(&format!("employees/{ada}/groups")).await.page(200);
    assert!(employee.contains(&format!("groups/{crew}\"")), "{employee}");
}

#[tokio::test]
async fn members_of_a_large_group_have_pages() {
    let (tenant, everybody) = many(60).await;
    let browser = Browser::signed_in(&tenant).await;
    let crew = group(&tenant, "Crew", &[]).await;
    tenant.patch(&path(&crew), &add_one_by_one(&everybody)).await.expect(200);
    let rows = |page: &str| -> Vec<String> {
        page.split("<th scope=\"row\"")
            .skip(1)
            .map(|row| after(row, "<bdi>", "<").to_owned())
            .collect()
    };
    let page = browser.get(&format!("groups/{crew}")).await.page(200);
    let next = browser.get(&pager(&page, "Next")).await.page(200);
    let mut names: Vec<String> = (0..60).map(|n| format!("user-{n}")).collect();
    names.sort();
    assert_eq!([rows(&page), rows(&next)].concat(), names);
    assert!(page.contains("1–50 of 60") && next.contains("51–60 of 60"), "{page}");
    let back = browser.get(&pager(&next, "Previous")).await.page(200);
    assert_eq!(rows(&back), rows(&page));
    for query in ["?cursor=x", "/history?cursor=x", "/history?all=x"] {
        browser.get(&format!("groups/{crew}{query}")).await.page(400);
    }
}

#[tokio::test]
async fn more_than_5000_members_are_in_the_order_of_ids_without_a_search() {
    let (tenant, everybody) = many(2).await;
    let browser = Browser::signed_in(&tenant).await;
    let ids: Vec<&str> = everybody.iter().map(String::as_str).collect();
    let crew = group(&tenant, "Crew", &ids).await;
    let count = |item: &mut Item| drop(item.insert("memberCount".to_owned(), number(5_001)));
    tenant.tamper("GROUP", &crew, count).await;
    let page = browser.get(&format!("groups/{crew}?q=zzzz")).await.page(200);
    assert!(page.contains("The group has more than 5000 members."), "{page}");
    assert!(!page.contains("role=\"search\""), "{page}");
    for id in &everybody {
        assert!(page.contains(&format!("employees/{id}\"")), "{page}");
    }
}

#[tokio::test]
async fn the_history_of_a_group_has_the_names_of_its_members() {
    let (tenant, everybody) = many(60).await;
    let browser = Browser::signed_in(&tenant).await;
    let crew = group(&tenant, "Crew", &[]).await;
    let url = format!("groups/{crew}/history");
    tenant.patch(&path(&crew), &add_one_by_one(&everybody)).await.expect(200);
    let leave =
        json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", everybody[0])}]);
    tenant.patch(&path(&crew), &leave).await.expect(200);
    let rename = |name: &str| json!([{"op": "replace", "path": "displayName", "value": name}]);
    tenant.patch(&path(&crew), &rename("Team")).await.expect(200);
    let page = browser.get(&url).await.page(200);
    let said = |page: &str| -> Vec<String> {
        page.split("<div class=\"what\">")
            .skip(1)
            .map(|row| words(after(row, "", "</div>")))
            .collect()
    };
    let sentences = said(&page);
    assert_eq!(sentences.len(), 4, "{sentences:?}");
    assert_eq!(sentences[0], "Your identity provider changed display name: from Crew → to Team");
    assert!(sentences[1].starts_with("Your identity provider removed user-"), "{sentences:?}");
    let added = &sentences[2];
    assert!(added.starts_with("Your identity provider added user-"), "{added}");
    assert!(added.ends_with(" and 58 more Show all"), "{added}");
    assert_eq!(sentences[3], "Your identity provider created this group");
    let all = after(&page, "58 more", "Show all");
    let all = after(all, "href=\"/tenants/acme/", "#").to_owned();
    let page = browser.get(&all).await.page(200);
    let added = &said(&page)[2];
    for n in 0..60 {
        assert!(added.contains(&format!("user-{n}")), "{n}: {added}");
    }
    assert!(!added.contains("more") && !added.contains("Show all"), "{added}");
    for n in 0..21 {
        tenant.patch(&path(&crew), &rename(&format!("Crew {n}"))).await.expect(200);
    }
    let page = browser.get(&url).await.page(200);
    assert!(said(&page).len() == 20 && !page.contains("58 more"), "{page}");
    let older = browser.get(&pager(&page, "Older")).await.page(200);
    assert!(older.contains("58 more") && said(&older).len() == 5, "{older}");
    assert_eq!(pager(&older, "First page"), url);
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
    let search = "groups?q=%22%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for page in [
        "groups",
        search,
        "activity",
        &format!("groups/{crew}"),
        &format!("groups/{crew}/history"),
        &format!("groups/{crew}?q=%3Cscript%3E"),
        &format!("employees/{ada}/groups"),
    ] {
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
    assert!(elsewhere.get("groups").await.page(200).contains("No groups yet"));
    for id in [&crew, &ada, &counting_id(999).to_string(), "Crew"] {
        let page = elsewhere.get(&format!("groups/{id}")).await.page(404);
        assert!(page.contains("There is no group with this id"), "{page}");
    }
    let signed_out = Browser::new(&browser.tenant);
    for page in ["groups", &format!("groups/{crew}")] {
        leads_to_sign_in(&signed_out, page).await;
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
    browser.get("groups?q=zanzibar").await.page(200);
    browser.get(&format!("groups/{crew}?q=&cursor=")).await.page(200);
    drop(guard);
    says_nothing_secret(&log, &tenant);
    let text = log.text().to_lowercase();
    for personal in ["zanzibar", "zebra", &crew] {
        assert!(!text.contains(personal), "{personal}");
    }
}

//! The Activity page, as a browser sees it: sentences, folding, new changes and the export.

use super::at_acme;
use super::deep_links::leads_to_sign_in;
use crate::support::admin::admin;
use crate::support::browser::{Browser, after};
use crate::support::damage::text;
use crate::support::employees::set_active;
use crate::support::groups::{group, user};
use crate::support::urns::ENTERPRISE;
use crate::support::{START, TestTenant, counting_id};
use scim::date_time;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

/// The visible text of a part of a page, with single spaces.
pub fn words(html: &str) -> String {
    let parts = html.split('<');
    let text: String =
        parts.map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rows of a page, each as its HTML, the newest first.
pub fn rows(page: &str) -> Vec<&str> {
    let list = after(page, "<div id=\"history\">", "aria-label=\"Pages\"");
    list.split(" data-clock>").skip(1).collect()
}

/// The sentence of a row, with what the row shows on demand.
pub fn sentence(row: &str) -> String {
    words(after(row, "<div class=\"what\">", "</div>"))
}

/// The sentences of a page, the newest first.
pub fn sentences(page: &str) -> Vec<String> {
    rows(page).into_iter().map(sentence).collect()
}

/// The target of a link of the pager, below the tenant's root.
pub fn link(page: &str, title: &str) -> String {
    let links = after(page, "aria-label=\"Pages\"", "</nav>");
    let link = links.split("<a ").find(|link| link.contains(&format!(">{title}</a>")));
    let link = link.unwrap_or_else(|| panic!("no link {title} in {links}"));
    after(link, "href=\"/tenants/acme/", "\"").replace("&#38;", "&")
}

/// Changes an attribute of a user.
pub async fn change(tenant: &TestTenant, id: &str, value: Value) {
    let replace = json!([{"op": "replace", "value": value}]);
    tenant.patch(&format!("/Users/{id}"), &replace).await.expect(200);
}

/// Writes a reference into the feed, as a change of the tenant at this time.
pub async fn plant_event(tenant: &TestTenant, number: u64, at: OffsetDateTime) {
    let at = date_time::format(at);
    let event = format!("T##{}#settingsChanged#administrator#{at}", 1_000 + number);
    tenant.plant("FEED", &format!("{number:012}"), [("event", text(&event))]).await;
}

#[tokio::test]
async fn only_an_administrator_shows_the_label_of_the_token() {
    let tenant = crate::support::acme().await;
    let replace = async |scope: &str, label: &str| {
        let body = json!({"label": label});
        let answer = admin(&tenant, "POST", &format!("/tokens/{scope}/replace"), body).await;
        answer.expect(200)["token"].as_str().expect("a token").to_owned()
    };
    let scim_token = replace("scim", "Okta 2027").await;
    let admin_token = replace("admin", "Ada on call").await;
    let tenant = TestTenant { scim_token, admin_token, ..tenant.clone() };
    tenant.create(&json!({"userName": "ada"})).await;
    admin(&tenant, "PATCH", "/settings", json!({"locationFromIdp": true})).await.expect(200);
    let page = Browser::signed_in(&tenant).await.get("activity").await.page(200);
    let said = sentences(&page);
    let label = said.iter().find(|text| text.contains("Location")).expect("the change");
    assert!(label.ends_with("token Ada on call"), "{label}");
    assert!(said.contains(&"Your identity provider created ada".to_owned()), "{said:?}");
}

#[tokio::test]
async fn all_changes_are_sentences_the_newest_first() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let page = browser.get("activity").await.page(200);
    assert!(after(&page, ">Activity</a>", "</nav>").len() < page.len(), "{page}");
    let ada =
        json!({"userName": "ada@example.com", "displayName": "Ada Lovelace", "title": "Lady"});
    // The order follows the clock.
    let next = || tenant.app.advance(Duration::seconds(1));
    next();
    let ada = tenant.create(&ada).await;
    next();
    let crew = group(tenant, "Crew", &[&ada]).await;
    next();
    admin(tenant, "PATCH", "/settings", json!({"locationFromIdp": true})).await.expect(200);
    next();
    change(tenant, &ada, json!({"title": "Countess"})).await;
    next();
    change(tenant, &ada, json!({"title": "Countess", "nickName": "A", "locale": "en"})).await;
    next();
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    let page = browser.get("activity").await.page(200);
    let mut said = sentences(&page);
    // Changes of one transaction have the same time, and any order.
    said[..2].sort();
    let expected = [
        "Your identity provider deleted Ada Lovelace, archived here",
        "Your identity provider removed Ada Lovelace from group Crew",
        "Your identity provider changed nickname and locale of Ada Lovelace",
        "Your identity provider changed title of Ada Lovelace: from Lady → to Countess",
        "Administrator set the source of Location to your identity provider",
        "Your identity provider created group Crew with Ada Lovelace",
        "Your identity provider created Ada Lovelace",
        "Operator created the tenant",
    ];
    assert_eq!(said, expected);
    let rows = rows(&page);
    assert!(rows[2].contains("<span class=\"attribute\">nickname</span>"), "{}", rows[2]);
    assert!(rows[3].contains(&format!("href=\"/tenants/acme/employees/{ada}\"><bdi>Ada Lovelace")));
    assert!(rows[3].contains("<bdi>Lady</bdi></del>"), "{}", rows[3]);
    assert!(rows[5].contains(&format!("href=\"/tenants/acme/groups/{crew}\"><bdi>Crew")));
    assert!(rows[6].contains("Show 3 attributes"), "{}", rows[6]);
    let day = words(after(&page, "<h2 class=\"day\">", "</h2>"));
    assert_eq!(day, "Today Your identity provider: 6 changes · Administrator: 1 · Operator: 1");
}

#[tokio::test]
async fn equal_changes_of_several_people_are_one_row() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let mut ids = Vec::new();
    for name in ["ada", "bob", "cyd"] {
        ids.push(user(tenant, name).await);
    }
    let to = |department: &str| json!({(ENTERPRISE): {"department": department}});
    let own = |is_own: bool| json!({"departmentFromIdp": !is_own});
    admin(tenant, "PATCH", "/settings", own(false)).await.expect(200);
    tenant.app.advance(Duration::minutes(1));
    change(tenant, &ids[0], to("Research")).await;
    tenant.app.advance(Duration::minutes(1));
    for id in &ids {
        change(tenant, id, to("Sales")).await;
    }
    tenant.app.advance(Duration::minutes(1));
    for id in &ids {
        set_active(tenant, id.parse().expect("an id"), false).await;
    }
    // The same change in another minute, or of another value, is a row of its own.
    tenant.app.advance(Duration::minutes(1));
    change(tenant, &ids[1], to("Support")).await;
    let page = browser.get("activity?kind=employees").await.page(200);
    let said = sentences(&page);
    assert_eq!(said.len(), 6, "{said:?}");
    assert!(said[5].starts_with("Your identity provider created 3 people Show 3 "), "{said:?}");
    assert_eq!(
        said[0],
        "Your identity provider changed department of bob: from Sales → to Support"
    );
    assert!(said[1].starts_with("Your identity provider archived 3 people Show 3 "), "{said:?}");
    // Ada had a department before, so her sentence differs.
    let of_ada = "Your identity provider changed department of ada: from Research → to Sales";
    let of_two = "Your identity provider set department of 2 people to Sales Show 2 \
                  Your identity provider set department of cyd: to Sales \
                  Your identity provider set department of bob: to Sales";
    assert_eq!(said[2..4], [of_two, of_ada], "{said:?}");
    assert!(said[4].starts_with("Your identity provider set department of ada: to Research"));
    // While the tenant's own values are in use, the same changes are only sent.
    admin(tenant, "PATCH", "/settings", own(true)).await.expect(200);
    let said = sentences(&browser.get("activity?kind=employees").await.page(200));
    let sent =
        "Your identity provider sent department of bob (not in use): from Sales → to Support";
    assert_eq!(said[0], sent);
    let of_two = "Your identity provider sent department of 2 people (not in use): Sales Show 2 ";
    assert!(said[2].starts_with(of_two), "{said:?}");
    let both = json!({"title": "Lady", (ENTERPRISE): {"department": "Board"}});
    change(tenant, &ids[0], both).await;
    let said = sentences(&browser.get("activity?kind=employees").await.page(200));
    let changed = "Your identity provider changed title and department (not in use) of ada";
    assert!(said[0].starts_with(changed), "{said:?}");
    let latest = words(after(&browser.get("").await.page(200), "id=\"latest\"", "</ol>"));
    assert!(latest.contains("sent department of bob (not in use)"), "{latest}");
}

#[tokio::test]
async fn a_kind_and_an_actor_show_only_their_own_changes() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let ada = user(tenant, "ada").await;
    group(tenant, "Crew", &[]).await;
    admin(tenant, "PATCH", "/settings", json!({"locationFromIdp": true})).await.expect(200);
    admin(tenant, "POST", &format!("/employees/{ada}/archive"), Value::Null).await.expect(200);
    let all = sentences(&browser.get("activity").await.page(200)).len();
    let mut found = [0, 0];
    for (filter, words, chip) in [
        ("kind=employees", &["archived ada", "created ada"][..], "Kind: Employees"),
        ("kind=groups", &["created group Crew"][..], "Kind: Groups"),
        ("kind=settings", &["set the source", "created the tenant"][..], "Kind: Settings"),
        ("actor=identityProvider", &["group Crew", "created ada"][..], "Actor: Your identity"),
        ("actor=administrator", &["archived ada", "set the source"][..], "Actor: Administrator"),
        ("actor=operator", &["created the tenant"][..], "Actor: Operator"),
        ("kind=settings&actor=operator", &["created the tenant"][..], "Kind: Settings"),
    ] {
        let page = browser.get(&format!("activity?{filter}&day=&before=&after=")).await.page(200);
        let said = sentences(&page);
        assert_eq!(said.len(), words.len(), "{filter}: {said:?}");
        for word in words {
            assert!(said.iter().any(|said| said.contains(word)), "{filter}: {word} {said:?}");
        }
        assert!(super::activity::words(&page).contains(chip), "{filter}: {page}");
        let (name, value) = filter.split_once('=').expect("a filter");
        if !value.contains('&') {
            assert!(page.contains(&format!("value=\"{value}\" selected")), "{page}");
            found[usize::from(name == "actor")] += said.len();
        }
    }
    assert_eq!(found, [all, all]);
    let none = browser.get("activity?kind=groups&actor=operator&day=2026-11-23").await.page(200);
    assert!(none.contains("No changes like this on 2026-11-23."), "{none}");
    assert!(none.contains("href=\"/tenants/acme/activity?kind=groups&#38;day=2026-11-23\""));
    assert!(none.contains("<a class=\"btn btn-primary\" href=\"/tenants/acme/activity\">Clear"));
}

#[tokio::test]
async fn an_erased_employee_has_no_name_and_no_values() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let bob = user(tenant, "bob").await;
    tenant.app.advance(Duration::seconds(1));
    let zoe =
        json!({"userName": "zoe@example.com", "displayName": "Zoe Zebra", "title": "Zoologist"});
    let zoe = tenant.create(&zoe).await;
    group(tenant, "Crew", &[&zoe, &bob]).await;
    let page = browser.get(&format!("activity?person={zoe}")).await.page(200);
    assert!(page.contains("Zoe Zebra") && page.contains("Zoologist"), "{page}");
    tenant.app.advance(Duration::seconds(1));
    set_active(tenant, zoe.parse().expect("an id"), false).await;
    tenant.app.advance(Duration::seconds(1));
    browser
        .submit(&format!("employees/{zoe}/erase"), &[("userName", "zoe@example.com")])
        .await
        .redirect();
    let page = browser.get("activity").await.page(200);
    let said = sentences(&page);
    for expected in [
        &*format!("Administrator erased an employee permanently, id {zoe}"),
        "An erased employee was archived",
        "An erased employee was created",
        "Your identity provider created group Crew with bob and an erased employee",
        "Administrator removed an erased employee from group Crew",
    ] {
        assert!(said.iter().any(|said| said == expected), "{expected}: {said:?}");
    }
    for personal in ["Zoe", "zoe@", "Zoologist", &format!("employees/{zoe}")] {
        assert!(!page.contains(personal), "{personal} in {page}");
    }
    browser.get(&format!("activity?person={zoe}")).await.page(404);
}

#[tokio::test]
async fn a_deleted_group_keeps_its_name_without_a_link() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let inner = group(tenant, "Inner", &[]).await;
    let crew = group(tenant, "Crew", &[&inner]).await;
    tenant.app.advance(Duration::seconds(1));
    tenant.delete(&format!("/Groups/{crew}")).await.expect(204);
    tenant.app.advance(Duration::seconds(1));
    let outer = group(tenant, "Outer", &[&inner]).await;
    tenant.app.advance(Duration::seconds(1));
    tenant.delete(&format!("/Groups/{inner}")).await.expect(204);
    let page = browser.get("activity?kind=groups").await.page(200);
    let said = sentences(&page);
    for expected in [
        "Your identity provider deleted group Crew",
        "Your identity provider created group Crew with Inner",
        "Your identity provider deleted group Inner",
        "Your identity provider removed Inner from group Outer",
    ] {
        assert!(said.iter().any(|said| said == expected), "{expected}: {said:?}");
    }
    for gone in [&crew, &inner] {
        assert!(!page.contains(&format!("groups/{gone}")), "the page is gone: {page}");
    }
    assert!(page.contains(&format!("groups/{outer}")));
}

#[tokio::test]
async fn new_changes_are_counted_and_the_list_stays() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let ada = user(tenant, "ada").await;
    let page = browser.get("activity").await.page(200);
    let live = |page: &str| {
        let url = after(page, "data-live=\"/tenants/acme/", "\"").replace("&#38;", "&");
        assert!(url.starts_with("activity/new?"), "{page}");
        url
    };
    let part = [("rollcall-fragment", "1"), ("sec-fetch-site", "same-origin")];
    let ask = async |url: &str| {
        let answer = browser.get_with(url, &part).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        assert!(text.contains("data-part=\"new-changes\"") && !text.contains("<html"), "{text}");
        (words(&text), answer.header("etag").to_owned())
    };
    let all = live(&page);
    let (text, tag) = ask(&all).await;
    assert_eq!(text, "");
    let known = [part[0], part[1], ("if-none-match", &*tag)];
    assert_eq!(browser.get_with(&all, &known).await.status, 304);
    let of_ada = live(&browser.get(&format!("activity?person={ada}")).await.page(200));
    let groups = live(&browser.get("activity?kind=groups").await.page(200));
    change(tenant, &ada, json!({"title": "Countess"})).await;
    assert_eq!(ask(&all).await.0, "1 new change Show");
    user(tenant, "bob").await;
    group(tenant, "Crew", &[]).await;
    assert_eq!(ask(&all).await.0, "3 new changes Show");
    assert_eq!(ask(&of_ada).await.0, "1 new change Show");
    assert_eq!(ask(&groups).await.0, "1 new change Show");
    assert_eq!(browser.get_with(&all, &known).await.status, 200);
    // The same address is a whole page for a browser without scripts.
    let whole = browser.get(&all).await.page(200);
    assert!(whole.contains("3 new changes") && whole.contains("Sign out"), "{whole}");
    for number in 0..120 {
        user(tenant, &format!("user-{number}")).await;
    }
    assert_eq!(ask(&all).await.0, "More than 100 new changes Show");
    // A page of older changes has no live part.
    let older = browser.get(&link(&browser.get("activity").await.page(200), "Older")).await;
    assert!(!older.page(200).contains("data-live="));
    browser.get("activity/new").await.page(400);
}

#[tokio::test]
async fn the_export_has_a_line_for_each_change_of_the_list() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let body = json!({"userName": "ada", "displayName": "=HYPERLINK(\"x\")"});
    let ada = tenant.create(&body).await;
    tenant.app.advance(Duration::seconds(1));
    change(tenant, &ada, json!({"title": "Countess"})).await;
    group(tenant, "Crew", &[]).await;
    let page = browser.get("activity?kind=employees").await.page(200);
    assert!(page.contains("href=\"/tenants/acme/activity/export?kind=employees\""), "{page}");
    let lines = async |query: &str| {
        let answer = browser.get(&format!("activity/export{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        let name = answer.header("content-disposition");
        assert_eq!(name, "attachment; filename=\"activity.csv\"");
        answer.is_protected();
        answer.text().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let employees = lines("?kind=employees").await;
    assert_eq!(employees.len(), 3, "{employees:?}");
    let header = "\"time\",\"actor\",\"token\",\"type\",\"id\",\"change\"";
    assert_eq!(employees[0], header);
    let expected = format!(
        "\"2026-11-23T09:30:01.000Z\",\"Your identity provider\",\"Identity Provider\",\
         \"employee.updated\",\"{ada}\",\"Your identity provider set title of \
         =HYPERLINK(\"\"x\"\"): Countess\""
    );
    assert_eq!(employees[1], expected);
    assert_eq!(lines("").await.len(), 5);
    assert_eq!(lines(&format!("?person={ada}")).await, employees);
    assert_eq!(lines("?day=2025-01-01").await, [header]);
    for number in 5..1_015 {
        plant_event(tenant, number, START - Duration::HOUR).await;
    }
    assert_eq!(lines("").await.len(), 1_001);
}

#[tokio::test]
async fn another_tenants_changes_are_not_there_and_nobody_reads_them_signed_out() {
    let browser = at_acme().await;
    let ada = user(&browser.tenant, "ada@example.com").await;
    let other = browser.tenant.app.tenant("other").await;
    let elsewhere = Browser::signed_in(&other).await;
    let page = elsewhere.get("activity").await.page(200);
    assert!(rows(&page).len() == 1 && !page.contains("ada@"), "{page}");
    for id in [ada.clone(), counting_id(999).to_string()] {
        let page = elsewhere.get(&format!("activity?person={id}")).await.page(404);
        assert!(page.contains("There is no employee with this id"), "{page}");
        elsewhere.get(&format!("activity/export?person={id}")).await.page(404);
    }
    let signed_out = Browser::new(&browser.tenant);
    for page in ["activity", "activity?kind=x", "activity/new?after=0", "activity/export"] {
        leads_to_sign_in(&signed_out, page).await;
    }
}

//! The Activity page, as a browser sees it.

use super::at_acme;
use crate::support::browser::{Browser, after};
use crate::support::damage::text;
use crate::support::employees::{path, set_active};
use crate::support::groups::{group, many, user};
use crate::support::{START, TestTenant, acme, counting_id};
use scim::date_time;
use serde_json::json;
use time::{Duration, OffsetDateTime};

/// The rows of a page, each as its HTML, the newest first.
fn rows(page: &str) -> Vec<&str> {
    let list = after(page, "<ol class=\"timeline\">", "</ol>");
    list.split("<p class=\"what\">").skip(1).collect()
}

/// The sentence of a row, without markup: the change, the actor and the time.
fn sentence(row: &str) -> String {
    let html = after(row, "", "</p>").split('<');
    let words: String =
        html.map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    words.trim().to_owned()
}

/// The target of a link of the list, below the tenant's root.
fn link(page: &str, title: &str) -> String {
    let links = after(page, "Pages of the history", "</nav>");
    let link = links.split("<a ").find(|link| link.contains(&format!(">{title}</a>")));
    let link = link.unwrap_or_else(|| panic!("no link {title} in {links}"));
    after(link, "href=\"/tenants/acme/", "\"").replace("&#38;", "&")
}

/// The times of the rows.
fn times(page: &str) -> Vec<String> {
    rows(page).iter().map(|row| after(row, "datetime=\"", "\"").to_owned()).collect()
}

/// Writes a reference into the feed, as a change of the tenant at this time.
async fn plant_event(tenant: &TestTenant, number: u64, at: OffsetDateTime) {
    let event = format!("T##{}#settingsChanged#{}", 1_000 + number, date_time::format(at));
    tenant.plant("FEED", &format!("{number:012}"), [("event", text(&event))]).await;
}

#[tokio::test]
async fn all_changes_are_listed_in_words_the_newest_first() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let page = browser.get("activity").await.page(200);
    assert!(page.contains("aria-current=\"page\">Activity"), "{page}");
    let ada =
        json!({"userName": "ada@example.com", "displayName": "Ada Lovelace", "title": "Lady"});
    // The order follows the clock.
    let next = || tenant.app.advance(Duration::seconds(1));
    next();
    let ada = tenant.create(&ada).await;
    next();
    let crew = group(tenant, "Crew", &[&ada]).await;
    next();
    browser.submit("settings", &[("location", "on")]).await.redirect();
    next();
    tenant
        .patch(
            &format!("/Users/{ada}"),
            &json!([{"op": "replace", "value": {"title": "Countess"}}]),
        )
        .await
        .expect(200);
    next();
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    let page = browser.get("activity").await.page(200);
    let rows = rows(&page);
    let said: Vec<String> = rows.iter().map(|row| sentence(row)).collect();
    let expected = [
        "Ada Lovelace was deleted in the identity provider by Identity Provider",
        "Group Crew was updated by Identity Provider",
        "Ada Lovelace was updated by Identity Provider",
        "Settings changed by Administrator",
        "Group Crew was created by Identity Provider",
        "Ada Lovelace was created by Identity Provider",
        "Tenant created by rollcall command (operator)",
    ];
    // Changes of one transaction have the same time, and any order.
    let mut first = [said[0].clone(), said[1].clone()];
    first.sort();
    for (said, expected) in first.iter().chain(&said[2..]).zip(expected) {
        assert!(
            said.starts_with(&format!("{expected}, 2026-11-23 09:30 UTC")),
            "{said}: {expected}"
        );
    }
    assert_eq!(said.len(), expected.len(), "{said:?}");
    let updated = rows[2];
    assert!(updated.contains(&format!("href=\"/tenants/acme/employees/{ada}\"><bdi>Ada Lovelace")));
    assert!(updated.contains("<del><bdi>Lady</bdi></del>"), "{updated}");
    assert!(updated.contains("<ins><bdi>Countess</bdi></ins>"), "{updated}");
    assert!(rows[4].contains(&format!("href=\"/tenants/acme/groups/{crew}\"><bdi>Crew")));
    let counts = ["<strong>1</strong> created", "1</strong> updated", "1</strong> archived"];
    for count in counts.iter().chain(&["<strong>0</strong> restored"]) {
        assert!(page.contains(count), "{count} in {page}");
    }
}

#[tokio::test]
async fn a_kind_shows_only_its_own_changes() {
    let browser = at_acme().await;
    let ada = user(&browser.tenant, "ada").await;
    group(&browser.tenant, "Crew", &[]).await;
    browser.submit("settings", &[("location", "on")]).await.redirect();
    browser.submit(&format!("employees/{ada}/archive"), &[]).await.redirect();
    browser.submit(&format!("employees/{ada}/erase"), &[("confirm", &ada)]).await.redirect();
    let mut all = 0;
    for (kind, words) in [
        ("employees", &["Employee erased", "An erased employee", "An erased employee"][..]),
        ("groups", &["Group Crew"][..]),
        ("settings", &["Settings changed", "Tenant created"][..]),
    ] {
        let page = browser.get(&format!("activity?kind={kind}&day=&before=")).await.page(200);
        assert!(page.contains(&format!("value=\"{kind}\" selected")), "{page}");
        assert!(page.contains("last 24 hours"), "{page}");
        let rows = rows(&page);
        assert_eq!(rows.len(), words.len(), "{kind}: {page}");
        for (row, word) in rows.iter().zip(words) {
            assert!(sentence(row).starts_with(word), "{kind}: {row}");
        }
        all += rows.len();
    }
    assert_eq!(rows(&browser.get("activity").await.page(200)).len(), all);
}

#[tokio::test]
async fn an_erased_employee_has_no_name_and_no_values() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    tenant.app.advance(Duration::seconds(1));
    let zoe =
        json!({"userName": "zoe@example.com", "displayName": "Zoe Zebra", "title": "Zoologist"});
    let zoe = tenant.create(&zoe).await;
    let page = browser.get(&format!("activity?person={zoe}")).await.page(200);
    assert!(page.contains("Zoe Zebra") && page.contains("Zoologist"), "{page}");
    set_active(tenant, zoe.parse().expect("an id"), false).await;
    browser.submit(&format!("employees/{zoe}/erase"), &[("confirm", &zoe)]).await.redirect();
    let page = browser.get("activity").await.page(200);
    let said: Vec<String> = rows(&page).iter().map(|row| sentence(row)).collect();
    assert!(said[0].starts_with("Employee erased by Administrator, "), "{said:?}");
    assert!(said[1].starts_with("An erased employee was archived 2026-"), "{said:?}");
    assert!(said[2].starts_with("An erased employee was created 2026-"), "{said:?}");
    assert!(rows(&page)[0].contains(&zoe), "{page}");
    for personal in ["Zoe", "zoe@", "Zoologist", &format!("employees/{zoe}")] {
        assert!(!page.contains(personal), "{personal} in {page}");
    }
    browser.get(&format!("activity?person={zoe}")).await.page(404);
}

#[tokio::test]
async fn a_deleted_group_keeps_the_name_of_its_changes() {
    let browser = at_acme().await;
    let crew = group(&browser.tenant, "Crew", &[]).await;
    browser.tenant.delete(&format!("/Groups/{crew}")).await.expect(204);
    let page = browser.get("activity?kind=groups").await.page(200);
    let said: Vec<String> = rows(&page).iter().map(|row| sentence(row)).collect();
    assert!(said[0].starts_with("Group Crew was deleted by Identity Provider, "), "{said:?}");
    assert!(said[1].starts_with("Group Crew was created by Identity Provider, "), "{said:?}");
    assert!(!page.contains(&format!("groups/{crew}")), "the page is gone: {page}");
}

#[tokio::test]
async fn fifty_changes_fill_a_page_and_the_rest_is_older() {
    let (tenant, ids) = many(60).await;
    let browser = Browser::signed_in(&tenant).await;
    let page = browser.get("activity").await.page(200);
    assert_eq!(rows(&page).len(), 50);
    assert!(!page.contains(">Newest</a>"));
    let older = browser.get(&link(&page, "Older")).await.page(200);
    // The tenant has one event of its own.
    assert_eq!(rows(&older).len(), ids.len() + 1 - 50);
    assert!(!older.contains("rel=\"next\"") && !older.contains("last 24 hours"), "{older}");
    assert_eq!(link(&older, "Newest"), "activity");
    for id in &ids {
        let row = format!("activity?person={id}\"");
        assert!(page.contains(&row) != older.contains(&row), "{id} is on one page");
    }
    let page = browser.get("activity?kind=employees").await.page(200);
    let older = browser.get(&link(&page, "Older")).await.page(200);
    assert_eq!(rows(&older).len(), ids.len() - 50);
    assert_eq!(link(&older, "Newest"), "activity?kind=employees&day=");
}

#[tokio::test]
async fn a_search_for_rare_changes_goes_on_from_page_to_page() {
    let tenant = acme().await;
    let crew = group(&tenant, "Crew", &[]).await;
    let browser = Browser::signed_in(&tenant).await;
    let first = browser.get("activity?kind=groups").await.page(200);
    assert_eq!(rows(&first).len(), 1);
    for number in 3..1_703 {
        plant_event(&tenant, number, START - Duration::hours(1)).await;
    }
    let page = browser.get("activity?kind=groups").await.page(200);
    assert!(rows(&page).is_empty() && page.contains("No change found yet"), "{page}");
    let page = browser.get(&link(&page, "Continue the search")).await.page(200);
    assert_eq!(rows(&page).len(), 1);
    assert!(page.contains(&crew) && !page.contains("rel=\"next\""), "{page}");
}

#[tokio::test]
async fn an_employee_has_only_the_changes_of_that_employee() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let ada = user(tenant, "ada@example.com").await;
    user(tenant, "bob@example.com").await;
    for n in 0..55 {
        let title = json!([{"op": "replace", "value": {"title": format!("Title {n}.")}}]);
        tenant.patch(&path(ada.parse().expect("an id")), &title).await.expect(200);
    }
    let page = browser.get(&format!("activity?person={ada}")).await.page(200);
    assert!(
        page.contains(&format!("employees/{ada}\"><bdi>ada@example.com</bdi></a>, the newest"))
    );
    assert_eq!(rows(&page).len(), 50);
    assert!(page.contains("Title 54.") && !page.contains("bob@") && !page.contains("24 hours"));
    let older = browser.get(&link(&page, "Older")).await.page(200);
    assert_eq!(rows(&older).len(), 6);
    assert!(older.contains("Title 0.") && older.contains("was created"), "{older}");
    assert_eq!(link(&older, "Newest"), format!("activity?person={ada}"));
    assert!(!older.contains("rel=\"next\""));
}

#[tokio::test]
async fn a_day_has_the_changes_from_midnight_to_midnight_in_any_order_of_clocks() {
    let tenant = acme().await;
    // The planted events take the numbers from 1.
    tenant.directory().events().newest().await.expect("a number");
    let browser = Browser::signed_in(&tenant).await;
    let midnight = time::macros::datetime!(2026-11-10 00:00 UTC);
    let on = |day: i64, minutes: i64| midnight + Duration::days(day) + Duration::minutes(minutes);
    // Clocks differ by up to an hour, so the neighbours of midnight are out of order.
    let mut feed = Vec::new();
    for day in 0..5 {
        feed.extend([on(day, 1), on(day, 600), on(day + 1, 20), on(day, 1_439), on(day + 1, 0)]);
        feed.extend((2..12).map(|n| on(day, 1_400 + n)));
    }
    for (number, at) in (1..).zip(&feed) {
        plant_event(&tenant, number, *at).await;
    }
    for day in -1..7 {
        let date = (midnight + Duration::days(day)).date();
        let page = browser.get(&format!("activity?day={date}")).await.page(200);
        let mut expected: Vec<OffsetDateTime> =
            feed.iter().filter(|at| at.date() == date).copied().collect();
        expected.reverse();
        let expected: Vec<String> = expected.into_iter().map(date_time::format).collect();
        assert_eq!(times(&page), expected, "{date}");
        assert!(page.contains(&format!("type=\"date\" value=\"{date}\"")), "{page}");
        assert!(!page.contains("24 hours"), "the counts are of another day");
        if expected.is_empty() {
            assert!(page.contains("There are no such changes"), "{page}");
        }
    }
    for extreme in ["0000-01-01", "9999-12-31"] {
        let page = browser.get(&format!("activity?day={extreme}&kind=groups")).await.page(200);
        assert!(rows(&page).is_empty(), "{extreme}");
    }
}

#[tokio::test]
async fn a_day_with_many_changes_goes_on_with_older_ones_of_the_same_day() {
    let tenant = acme().await;
    // The planted events take the numbers from 1.
    tenant.directory().events().newest().await.expect("a number");
    let browser = Browser::signed_in(&tenant).await;
    let start = time::macros::datetime!(2026-11-10 00:00 UTC);
    for number in 1..=180_u64 {
        let minutes = 24 * (number.cast_signed() - 1);
        plant_event(&tenant, number, start + Duration::minutes(minutes)).await;
    }
    let page = browser.get("activity?day=2026-11-11").await.page(200);
    let (first, next) = (times(&page), link(&page, "Older"));
    assert!(next.starts_with("activity?kind=&day=2026-11-11&before="), "{next}");
    let page = browser.get(&next).await.page(200);
    let second = times(&page);
    assert_eq!((first.len(), second.len()), (50, 10));
    assert!(first.iter().chain(&second).all(|at| at.starts_with("2026-11-11T")), "{second:?}");
    assert!(!page.contains("rel=\"next\""), "{page}");
    assert_eq!(link(&page, "Newest"), "activity?kind=&day=2026-11-11");
}

#[tokio::test]
async fn a_row_shows_few_attributes_and_the_start_of_long_values() {
    let browser = at_acme().await;
    let body = json!({
        "userName": "ada", "displayName": "x".repeat(300), "title": "t", "nickName": "n",
        "userType": "u", "locale": "en", "timezone": "UTC", "externalId": "e",
        "preferredLanguage": "en",
    });
    browser.tenant.create(&body).await;
    let page = browser.get("activity?kind=employees").await.page(200);
    let row = rows(&page)[0];
    assert_eq!(row.matches("<li><code>").count(), 6, "{row}");
    assert!(row.contains("more attributes</p>"), "{row}");
    assert!(row.contains(&format!("<ins><bdi>{}…</bdi></ins>", "x".repeat(100))), "{row}");
}

#[tokio::test]
async fn wrong_parameters_are_explained() {
    let browser = at_acme().await;
    let ada = user(&browser.tenant, "ada").await;
    for (query, text) in [
        ("kind=people", "The kind must be employees, groups or settings."),
        ("kind=Employees", "The kind must be employees, groups or settings."),
        ("day=2026-11-31", "The day must be a date, such as 2026-11-29."),
        ("day=29.11.2026", "The day must be a date, such as 2026-11-29."),
        ("day=%2B2026-11-29", "The day must be a date, such as 2026-11-29."),
        ("day=%3Cscript%3E", "The day must be a date, such as 2026-11-29."),
        ("person=ada", "The person must be the id of an employee."),
        ("before=0", "This link is out of date."),
        ("before=-1", "This link is out of date."),
        ("before=%2B1", "This link is out of date."),
        ("before=1234567890123", "This link is out of date."),
        (&*format!("person={ada}&kind=employees"), "Leave out the kind and the day."),
        (&*format!("person={ada}&day=2026-11-23"), "Leave out the kind and the day."),
        (&*format!("person={ada}&before=x"), "This link is out of date."),
    ] {
        let page = browser.get(&format!("activity?{query}")).await.page(400);
        assert!(page.contains(text), "{query}: {page}");
    }
    assert_eq!(rows(&browser.get("activity").await.page(200)).len(), 2);
    assert!(
        browser.get("activity?before=1").await.page(200).contains("There are no older changes")
    );
    assert_eq!(rows(&browser.get("activity?before=999999999999").await.page(200)).len(), 2);
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
    }
    let signed_out = Browser::new(&browser.tenant);
    for page in ["activity".to_owned(), format!("activity?person={ada}"), "activity?kind=x".into()]
    {
        assert_eq!(signed_out.get(&page).await.redirect(), "/tenants/acme/");
    }
}

//! The pages of the Activity list: paging in both directions, days, folding, one employee, and wrong parameters.

use super::activity::{change, link, plant_event, rows, sentences, words};
use super::at_acme;
use crate::support::admin::admin;
use crate::support::browser::{Browser, after};
use crate::support::groups::{group, many, user};
use crate::support::{START, acme};
use scim::date_time;
use serde_json::json;
use time::{Duration, OffsetDateTime};

/// The times of the rows.
fn times(page: &str) -> Vec<String> {
    let list = after(page, "<div id=\"history\">", "aria-label=\"Pages\"");
    list.split("<time datetime=\"").skip(1).map(|row| after(row, "", "\"").to_owned()).collect()
}

#[tokio::test]
async fn a_list_goes_to_older_changes_and_back() {
    let (tenant, ids) = many(160).await;
    let browser = Browser::signed_in(&tenant).await;
    let page = browser.get("activity?kind=employees").await.page(200);
    assert!(!page.contains(">Previous</a>") && !page.contains(">First page</a>"));
    // The rows of equal changes show each employee on demand.
    let people =
        |page: &str| ids.iter().filter(|id| page.contains(&format!("/employees/{id}\""))).count();
    let first = people(&page);
    assert_eq!(first, 50, "{page}");
    let second = browser.get(&link(&page, "Older")).await.page(200);
    let third = browser.get(&link(&second, "Older")).await.page(200);
    let last = browser.get(&link(&third, "Older")).await.page(200);
    assert_eq!([&second, &third, &last].map(|page| people(page)), [50, 50, 10]);
    assert!(!last.contains("rel=\"next\""), "{last}");
    assert_eq!(link(&last, "First page"), "activity?kind=employees");
    let back = browser.get(&link(&last, "Previous")).await.page(200);
    assert_eq!(rows(&back), rows(&third));
    let back = browser.get(&link(&back, "Previous")).await.page(200);
    assert_eq!(rows(&back), rows(&second));
    let back = browser.get(&link(&back, "Previous")).await.page(200);
    assert_eq!(rows(&back), rows(&page));
    assert!(!back.contains(">Previous</a>"), "{back}");
}

#[tokio::test]
async fn a_day_that_goes_on_behind_the_page_is_counted_whole() {
    let (tenant, _) = many(70).await;
    let browser = Browser::signed_in(&tenant).await;
    let day = |page: &str| words(after(page, "<h2 class=\"day\">", "</h2>"));
    let page = browser.get("activity").await.page(200);
    assert_eq!(day(&page), "Today Operator: 71 changes");
    let older = browser.get(&link(&page, "Older")).await.page(200);
    assert_eq!(day(&older), "Today");
    assert_eq!(day(&browser.get("activity?kind=employees").await.page(200)), "Today");
    // A session ends after eight hours.
    tenant.app.advance(Duration::days(1));
    let browser = Browser::signed_in(&tenant).await;
    user(&tenant, "ada").await;
    let page = browser.get("activity").await.page(200);
    assert_eq!(day(&page), "Today Your identity provider: 1 change");
    let second = page.split("<h2 class=\"day\">").nth(2).expect("another day");
    assert_eq!(words(after(second, "", "</h2>")), "Yesterday");
    tenant.app.advance(Duration::days(5));
    let browser = Browser::signed_in(&tenant).await;
    let page = browser.get("activity").await.page(200);
    assert_eq!(day(&page), "Tuesday 24 November 2026 Your identity provider: 1 change");
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
    let empty = browser.get("activity?kind=groups").await.page(200);
    assert!(rows(&empty).is_empty() && empty.contains("No match yet"), "{empty}");
    let page = browser.get(&link(&empty, "Keep searching")).await.page(200);
    assert_eq!(rows(&page).len(), 1);
    assert!(page.contains(&crew) && !page.contains("rel=\"next\""), "{page}");
    let back = browser.get(&link(&page, "Previous")).await.page(200);
    assert!(rows(&back).is_empty() && back.contains("No match yet"), "{back}");
}

#[tokio::test]
async fn an_employee_has_only_the_changes_of_that_employee() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let ada = user(tenant, "ada@example.com").await;
    user(tenant, "bob@example.com").await;
    for n in 0..55 {
        change(tenant, &ada, json!({"title": format!("Title {n}.")})).await;
    }
    let list = browser.get("activity").await.page(200);
    assert!(list.contains(&format!("href=\"/tenants/acme/activity?person={ada}\"")), "{list}");
    let page = browser.get(&format!("activity?person={ada}")).await.page(200);
    assert!(words(&page).contains("Person: ada@example.com × Remove this filter"), "{page}");
    assert_eq!(rows(&page).len(), 50);
    assert!(page.contains("Title 54.") && !page.contains("bob@"));
    let older = browser.get(&link(&page, "Older")).await.page(200);
    assert_eq!(rows(&older).len(), 6);
    let last = sentences(&older).pop().expect("a row");
    assert_eq!(last, "Your identity provider created ada@example.com");
    assert_eq!(link(&older, "First page"), format!("activity?person={ada}"));
    assert!(!older.contains("rel=\"next\""));
    for (filter, number) in [
        ("day=2026-11-23", 50),
        ("day=2026-11-22", 0),
        ("actor=identityProvider", 50),
        ("actor=administrator", 0),
        ("kind=employees", 50),
        ("kind=groups", 0),
    ] {
        let page = browser.get(&format!("activity?person={ada}&{filter}")).await.page(200);
        assert_eq!(rows(&page).len(), number, "{filter}");
        assert_eq!(page.contains("No changes like this"), number == 0, "{filter}");
    }
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
        if expected.is_empty() {
            assert!(page.contains(&format!("No changes like this on {date}.")), "{page}");
        }
    }
    for extreme in ["0000-01-01", "9999-12-31"] {
        let page = browser.get(&format!("activity?day={extreme}&kind=groups")).await.page(200);
        assert!(rows(&page).is_empty(), "{extreme}");
    }
    // Days that mix at midnight are one section each.
    let page = browser.get("activity").await.page(200);
    let titles: Vec<&str> =
        page.split("<h2 class=\"day\">").skip(1).map(|day| after(day, "", "<").trim()).collect();
    let expected = ["15", "14", "13", "12", "11"].map(|day| format!(" {day} November 2026"));
    assert_eq!(titles.len(), expected.len(), "{titles:?}");
    for (title, expected) in titles.iter().zip(&expected) {
        assert!(title.ends_with(expected.as_str()), "{titles:?}");
    }
}

#[tokio::test]
async fn a_day_with_many_changes_has_pages_of_the_same_day() {
    let tenant = acme().await;
    // The planted events take the numbers from 1.
    tenant.directory().events().newest().await.expect("a number");
    let browser = Browser::signed_in(&tenant).await;
    let start = time::macros::datetime!(2026-11-10 00:00 UTC);
    for number in 1..=240_u64 {
        let minutes = 12 * (number.cast_signed() - 1);
        plant_event(&tenant, number, start + Duration::minutes(minutes)).await;
    }
    let page = browser.get("activity?day=2026-11-10").await.page(200);
    let (first, next) = (times(&page), link(&page, "Older"));
    assert!(next.starts_with("activity?day=2026-11-10&before="), "{next}");
    let second = browser.get(&next).await.page(200);
    let third = browser.get(&link(&second, "Older")).await.page(200);
    assert_eq!((first.len(), times(&second).len(), times(&third).len()), (50, 50, 20));
    let all = [first.clone(), times(&second), times(&third)].concat();
    assert!(all.iter().all(|at| at.starts_with("2026-11-10T")), "{all:?}");
    assert!(!third.contains("rel=\"next\""), "{third}");
    assert_eq!(link(&third, "First page"), "activity?day=2026-11-10");
    let back = browser.get(&link(&third, "Previous")).await.page(200);
    assert_eq!(times(&back), times(&second));
    let back = browser.get(&link(&back, "Previous")).await.page(200);
    assert_eq!(times(&back), first);
}

#[tokio::test]
async fn wrong_parameters_are_explained() {
    let browser = at_acme().await;
    let ada = user(&browser.tenant, "ada").await;
    let place = "This cursor was not issued by this list.";
    for (query, text) in [
        ("kind=people", "The kind must be employees, groups or settings."),
        ("kind=Employees", "The kind must be employees, groups or settings."),
        ("actor=nobody", "The actor must be one of identityProvider, administrator, operator"),
        ("day=2026-11-31", "The day must be a date, such as 2026-11-29."),
        ("day=29.11.2026", "The day must be a date, such as 2026-11-29."),
        ("day=%2B2026-11-29", "The day must be a date, such as 2026-11-29."),
        ("day=%3Cscript%3E", "The day must be a date, such as 2026-11-29."),
        ("person=ada", "The person must be the id of an employee."),
        ("before=-1", place),
        ("before=%2B1", place),
        ("before=1234567890123", place),
        ("after=x", place),
        ("before=1&after=1", place),
        (&*format!("person={ada}&before=x"), place),
        (&*format!("person={ada}&after=1"), place),
    ] {
        for path in ["activity", "activity/new", "activity/export"] {
            let is_place = query.contains("after=1") && path != "activity";
            let page = browser.get(&format!("{path}?{query}")).await;
            if !is_place {
                let page = page.page(400);
                assert!(page.contains(text), "{path} {query}: {page}");
            }
        }
    }
    assert_eq!(rows(&browser.get("activity").await.page(200)).len(), 2);
    let end = browser.get("activity?before=1").await.page(200);
    assert!(end.contains("No earlier changes"), "{end}");
    assert_eq!(rows(&browser.get("activity?before=999999999999").await.page(200)).len(), 2);
}

/// An import of values, or a change in the group of a mapping, sets another value for each person.
#[tokio::test]
async fn changes_of_one_attribute_to_several_values_are_one_row() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let [ada, bob, cyd] =
        [user(tenant, "ada").await, user(tenant, "bob").await, user(tenant, "cyd").await];
    tenant.app.advance(Duration::minutes(1));
    let set = async |id: &str, location: &str| {
        tenant.app.advance(Duration::seconds(1));
        let body = json!({"location": location});
        admin(tenant, "PATCH", &format!("/employees/{id}"), body).await.expect(200);
    };
    set(&ada, "GB").await;
    set(&bob, "FR").await;
    set(&cyd, "FR").await;
    // Another verb is another row, and so is another change of the same person.
    set(&cyd, "IT").await;
    set(&cyd, "ES").await;
    let page = browser.get("activity?kind=employees").await.page(200);
    let said = sentences(&page);
    assert_eq!(
        said[..3],
        [
            "Administrator changed your location value for cyd: from IT → to ES",
            "Administrator changed your location value for cyd: from FR → to IT",
            "Administrator set your location value for 3 people Show 3 \
             Administrator set your location value for cyd: to FR \
             Administrator set your location value for bob: to FR \
             Administrator set your location value for ada: to GB",
        ],
        "{said:?}"
    );
}

#[tokio::test]
async fn failed_requests_are_a_link_away() {
    let browser = at_acme().await;
    let page = browser.get("activity").await.page(200);
    assert!(
        page.contains("href=\"/tenants/acme/requests?show=failed\">Failed requests</a>"),
        "{page}"
    );
    browser.get("requests?show=failed").await.page(200);
}

//! The chart of the last 30 days, from the counts of days.

use super::super::at_acme;
use crate::support::employees::set_active;
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn the_chart_and_its_table_count_the_changes_of_each_day() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let ada = tenant.create(&json!({"userName": "ada"})).await;
    tenant.create(&json!({"userName": "bob"})).await;
    tenant.app.advance(Duration::days(2));
    let title = json!([{"op": "replace", "value": {"title": "Countess"}}]);
    tenant.patch(&format!("/Users/{ada}"), &title).await.expect(200);
    let id = ada.parse().expect("an id");
    set_active(tenant, id, false).await;
    set_active(tenant, id, true).await;
    tenant.post("/Groups", &json!({"displayName": "Crew"})).await.expect(201);

    let browser = crate::support::browser::Browser::signed_in(tenant).await;
    let page = browser.get("").await.page(200);
    let summary = "2 created · 1 changed · 1 archived · 1 restored";
    assert_eq!(page.matches(summary).count(), 2, "the title and the line: {page}");
    assert_eq!(page.matches("<rect ").count(), 2, "{page}");
    let row = |day: &str, counts: [u64; 4]| {
        let names = ["Created", "Changed", "Archived", "Restored"];
        let cells = names.iter().zip(counts);
        let cells: String = cells
            .map(|(name, count)| format!("<td class=\"num\" data-title=\"{name}\">{count}</td>"))
            .collect();
        format!("<th scope=\"row\">{day}</th>{cells}")
    };
    assert!(page.contains(&row("23 Nov", [2, 0, 0, 0])), "{page}");
    assert!(page.contains(&row("25 Nov", [0, 1, 1, 1])), "{page}");

    // A change leaves the chart after 30 days.
    tenant.app.advance(Duration::days(28));
    let browser = crate::support::browser::Browser::signed_in(tenant).await;
    let page = browser.get("").await.page(200);
    assert!(page.contains("1 changed · 1 archived · 1 restored") && !page.contains("created ·"));
    tenant.app.advance(Duration::days(2));
    let browser = crate::support::browser::Browser::signed_in(tenant).await;
    let page = browser.get("").await.page(200);
    assert!(page.contains("No changes in the last 30 days.") && !page.contains("<svg"));
    tenant.expect_sound().await;
}

#[tokio::test]
async fn two_sequencers_count_each_change_once() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let other = tenant.at_another_server();
    for n in 0..6 {
        tenant.create(&json!({"userName": format!("u{n}")})).await;
    }
    let elsewhere = crate::support::browser::Browser { tenant: other, ..browser.clone() };
    let (one, two) = tokio::join!(browser.get(""), elsewhere.get(""));
    for answer in [one, two] {
        answer.page(200);
    }
    let page = browser.get("").await.page(200);
    assert!(page.contains("30 days: 6 created<"), "{page}");
}

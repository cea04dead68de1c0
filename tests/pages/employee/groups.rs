//! The groups of an employee, and the groups that a deleted user left.

use super::super::at_acme;
use super::{main, plain};
use crate::support::browser::after;
use crate::support::employees::last_change;
use crate::support::groups::{group, user};
use rollcall::model::history::EventKind;
use serde_json::json;

#[tokio::test]
async fn direct_groups_come_before_groups_of_groups() {
    let browser = at_acme().await;
    let ada = user(&browser.tenant, "ada").await;
    let page = browser.get(&format!("employees/{ada}/groups")).await.page(200);
    assert!(main(&page).contains("Not in any group"), "{page}");
    let crew = group(&browser.tenant, "Crew", &[&ada]).await;
    let outer = group(&browser.tenant, "All", &[&crew]).await;
    let page = browser.get(&format!("employees/{ada}/groups")).await.page(200);
    let table = after(&page, "<tbody>", "</tbody>");
    assert_eq!(plain(table), "Crew Direct member All Through another group");
    for id in [crew, outer] {
        assert!(table.contains(&format!("href=\"/tenants/acme/groups/{id}\"")), "{table}");
    }
    assert!(main(&page).contains("Groups 2"), "{page}");
    assert!(main(&page).contains("Managed by your identity provider. Change members there."));
}

#[tokio::test]
async fn a_deleted_user_has_the_groups_that_were_left() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let ada = user(tenant, "ada").await;
    let names = ["Zoo", "Crew", "Gone"];
    let mut groups = Vec::new();
    for name in names {
        groups.push(group(tenant, name, &[&ada]).await);
    }
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    tenant.delete(&format!("/Groups/{}", groups[2])).await.expect(204);
    let (kind, changes) = last_change(tenant, ada.parse().unwrap()).await;
    let mut left = changes["groups"][0].as_array().expect("ids").clone();
    left.sort_by_key(ToString::to_string);
    groups.sort();
    assert_eq!((kind, json!(left)), (EventKind::Deleted, json!(groups)));
    let page = browser.get(&format!("employees/{ada}/groups")).await.page(200);
    let list = plain(after(&page, "<h2>Groups left at the deletion</h2>", "</ul>"));
    assert_eq!(list, "Crew Zoo A deleted group");
    let page = browser.get(&format!("employees/{ada}")).await.page(200);
    assert!(main(&page).contains("Groups Reports"), "a deleted user has no count: {page}");
    let page = browser.get(&format!("employees/{ada}/history")).await.page(200);
    assert!(main(&page).contains("groups from 3 groups"), "{page}");
    browser.submit(&format!("employees/{ada}/restore"), &[]).await.redirect();
    let page = browser.get(&format!("employees/{ada}/groups")).await.page(200);
    assert!(main(&page).contains("Not in any group"), "{page}");
}

#[tokio::test]
async fn a_deleted_user_without_groups_left_none() {
    let browser = at_acme().await;
    let ada = user(&browser.tenant, "ada").await;
    browser.tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    let page = browser.get(&format!("employees/{ada}/groups")).await.page(200);
    assert!(main(&page).contains("The employee was in no group when"), "{page}");
}

#[tokio::test]
async fn more_groups_than_the_history_names_are_counted() {
    let browser = at_acme().await;
    let ada = user(&browser.tenant, "ada").await;
    for n in 0..101 {
        group(&browser.tenant, &format!("Team {n}"), &[&ada]).await;
    }
    browser.tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    let page = browser.get(&format!("employees/{ada}/groups")).await.page(200);
    assert!(main(&page).contains("The employee left 101 groups when"), "{page}");
}

//! Archive and restore, with the notice that undoes the archiving.

use super::super::at_acme;
use super::{ada, follow, main, notice, page_of, press_undo};
use crate::support::browser::after;
use crate::support::employees::{kinds, set_active};
use rollcall::model::history::EventKind;
use serde_json::json;
use uuid::Uuid;

fn id(path: &str) -> Uuid {
    path.trim_start_matches("employees/").parse().expect("an id")
}

#[tokio::test]
async fn the_question_tells_the_reports_and_the_next_sync() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let question = async || main(&browser.get(&format!("{path}/archive")).await.page(200));
    let text = "Archive Ada Lovelace? The record and its history stay. Your identity provider’s next \
                sync may activate this employee again. Cancel Archive employee";
    assert!(question().await.contains(text), "{}", question().await);
    let managers = ["ada@example.com", &id(&path).to_string()];
    for (name, manager) in ["bob", "cy"].iter().zip(managers) {
        let report = page_of(&browser, &json!({"userName": name})).await;
        let own = [("value", manager)];
        browser.submit(&format!("{report}/values/manager"), &own).await.redirect();
    }
    let text = "The record and its history stay. 2 people report to Ada. Your identity";
    assert!(question().await.contains(text), "{}", question().await);
}

#[tokio::test]
async fn an_employee_is_archived_and_the_notice_undoes_it() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let archived = browser.submit(&format!("{path}/archive"), &[("revision", "1")]).await;
    assert_eq!(archived.redirect(), format!("/tenants/acme/{path}?done=2"));
    let page = follow(&browser, &archived).await;
    assert_eq!(notice(&page), "Ada Lovelace is archived. Undo");
    assert!(page.contains("<span class=\"badge\">Archived</span></h1>"), "{page}");
    assert!(main(&page).contains("· archived 2026-11-23"), "{page}");
    let page = follow(&browser, &press_undo(&browser, &page).await).await;
    let text = "Ada Lovelace is active again. Your identity provider’s next sync may archive this \
                employee. Undo";
    assert_eq!(notice(&page), text);
    assert!(page.contains("<span class=\"badge badge-good\">Active</span></h1>"), "{page}");
    let again = follow(&browser, &press_undo(&browser, &page).await).await;
    assert_eq!(notice(&again), "Ada Lovelace is archived. Undo");
    let expected =
        [EventKind::Created, EventKind::Archived, EventKind::Restored, EventKind::Archived];
    assert_eq!(kinds(&browser.tenant, id(&path)).await, expected);
}

#[tokio::test]
async fn undo_of_the_restoring_never_undoes_a_later_change() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    set_active(&browser.tenant, id(&path), false).await;
    let answer = browser.submit(&format!("{path}/restore"), &[]).await;
    let restored = follow(&browser, &answer).await;
    let own = [("value", "Leeds")];
    browser.submit(&format!("{path}/values/location"), &own).await.redirect();
    let page = press_undo(&browser, &restored).await.page(409);
    assert!(main(&page).contains("so nothing was undone."), "{page}");
    assert!(page.contains("<span class=\"badge badge-good\">Active</span></h1>"), "{page}");
    let later = follow(&browser, &answer).await;
    assert!(notice(&later).ends_with("archive this employee."), "no Undo: {later}");
}

#[tokio::test]
async fn undo_of_the_archiving_never_undoes_a_later_change() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let answer = browser.submit(&format!("{path}/archive"), &[]).await;
    let archived = follow(&browser, &answer).await;
    set_active(&browser.tenant, id(&path), true).await;
    set_active(&browser.tenant, id(&path), false).await;
    let page = press_undo(&browser, &archived).await.page(409);
    assert!(main(&page).contains("so nothing was undone."), "{page}");
    assert!(page.contains("<span class=\"badge\">Archived</span></h1>"), "{page}");
}

#[tokio::test]
async fn a_form_of_an_earlier_revision_archives_nobody() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let location = format!("{path}/values/location");
    browser.submit(&location, &[("value", "Leeds")]).await.redirect();
    let page = browser.submit(&format!("{path}/archive"), &[("revision", "1")]).await.page(409);
    assert!(main(&page).contains("Nothing was saved. Try again."), "{page}");
    assert!(page.contains("<span class=\"badge badge-good\">Active</span></h1>"), "{page}");
}

#[tokio::test]
async fn an_archived_employee_is_not_archived_again() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    set_active(&browser.tenant, id(&path), false).await;
    let page = format!("/tenants/acme/{path}");
    assert_eq!(browser.get(&format!("{path}/archive")).await.redirect(), page);
    assert_eq!(browser.submit(&format!("{path}/archive"), &[]).await.redirect(), page);
    assert_eq!(kinds(&browser.tenant, id(&path)).await.len(), 2);
    let back = browser.get(&path).await.page(200);
    assert!(after(&back, "class=\"back\"", "</p>").contains("employees?status=archived"));
}

#[tokio::test]
async fn a_deleted_user_is_visible_again_after_the_restore() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let user = format!("/Users/{}", id(&path));
    browser.tenant.delete(&user).await.expect(204);
    let page = browser.get(&path).await.page(200);
    let text = "Your identity provider deleted this user on 2026-11-23 09:30 UTC. Restore makes the \
                employee visible to your identity provider again, without groups.";
    assert!(main(&page).contains(text), "{page}");
    let restored = browser.submit(&format!("{path}/restore"), &[]).await;
    let page = follow(&browser, &restored).await;
    assert!(!main(&page).contains("deleted this user"), "{page}");
    assert!(
        notice(&page).ends_with("archive this employee."),
        "an archiving is no deletion: {page}"
    );
    browser.tenant.get(&user).await.expect(200);
}

#[tokio::test]
async fn a_restore_names_the_employee_who_has_the_user_name_now() {
    let browser = at_acme().await;
    let first = page_of(&browser, &json!({"userName": "ada", "externalId": "1"})).await;
    browser.tenant.delete(&format!("/Users/{}", id(&first))).await.expect(204);
    let body = json!({"userName": "ADA", "externalId": "2", "displayName": "Ada Byron"});
    let second = page_of(&browser, &body).await;
    let page = browser.submit(&format!("{first}/restore"), &[]).await.page(409);
    let callout = after(&page, "role=\"alert\"", "</div>");
    assert!(callout.contains("The userName ada already belongs to another employee"), "{page}");
    assert!(callout.contains(&format!("{second}\"><bdi>Ada Byron")), "{page}");
    assert!(page.contains("<span class=\"badge\">Archived</span></h1>"), "{page}");
}

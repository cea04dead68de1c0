//! The people of a tenant: managers, reports, filters on the values in use, and counts.

use crate::support::actors::OPERATOR;
use crate::support::employees::{ALL_ON, create, path, set_active};
use crate::support::urns::ENTERPRISE;
use crate::support::{TestTenant, acme};
use rollcall::directory::people::{LeftBy, PeopleCounts, PeopleFilters, PeoplePage, PeopleQuery};
use rollcall::directory::precondition::Precondition;
use rollcall::directory::users::administration::{LocalChange, LocalChanges, Status};
use rollcall::model::tenant::Settings;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

const QUERY: PeopleQuery<'static> = PeopleQuery {
    status: Status::Active,
    search: "",
    filters: PeopleFilters { department: None, location: None, manager: None, is_unlinked: false },
    settings: ALL_ON,
    cursor: None,
    limit: 50,
};

async fn person(tenant: &TestTenant, name: &str, manager: Option<&str>) -> Uuid {
    let manager = manager.map(|manager| json!({"manager": {"value": manager}}));
    let body = json!({"userName": name, "displayName": name, "name": {"familyName": name},
        "emails": [{"value": format!("{name}@example.com")}], ENTERPRISE: manager});
    create(tenant, body).await
}

async fn page(tenant: &TestTenant, query: PeopleQuery<'_>) -> PeoplePage {
    tenant.directory().people().page(&query).await.expect("a page")
}

fn names(page: &PeoplePage) -> Vec<&str> {
    page.rows.iter().map(|row| row.employee.user_name()).collect()
}

#[tokio::test]
async fn the_reports_of_a_person_are_found_by_any_of_the_names() {
    let tenant = acme().await;
    let boss = person(&tenant, "boss", None).await;
    let other = person(&tenant, "other", None).await;
    person(&tenant, "a", Some("BOSS")).await;
    person(&tenant, "b", Some("boss@example.com")).await;
    person(&tenant, "c", Some(&boss.to_string())).await;
    person(&tenant, "d", Some("other")).await;
    person(&tenant, "e", Some("bosses")).await;
    let former = person(&tenant, "f", Some("boss")).await;
    set_active(&tenant, former, false).await;
    let reports = async |id: Uuid, settings: Settings| {
        let directory = tenant.directory();
        directory.people().reports_of(id, settings, None, 50).await.expect("a page")
    };
    let page = reports(boss, ALL_ON).await;
    assert_eq!((names(&page), page.total), (vec!["a", "b", "c"], Some(3)));
    let colleague = page.rows[1].manager.as_ref().and_then(|manager| manager.colleague.clone());
    assert_eq!(colleague.map(|one| (one.id, one.name)), Some((boss, "boss".to_owned())));
    assert_eq!(names(&reports(other, ALL_ON).await), ["d"]);
    // With the setting off, the values of the identity provider are not in use.
    assert_eq!(names(&reports(boss, Settings::default()).await), [""; 0]);
}

#[tokio::test]
async fn the_reports_of_a_deleted_user_stay() {
    let tenant = acme().await;
    let boss = person(&tenant, "boss", None).await;
    person(&tenant, "a", Some("boss")).await;
    person(&tenant, "b", Some("boss@example.com")).await;
    person(&tenant, "c", Some(&boss.to_string())).await;
    tenant.delete(&path(boss)).await.expect(204);
    let reports = async |id: Uuid| {
        tenant.app.advance(Duration::minutes(6));
        let directory = tenant.directory();
        directory.people().reports_of(id, ALL_ON, None, 50).await.expect("a page")
    };
    assert_eq!(names(&reports(boss).await), ["a", "b", "c"]);
    // The userName of the deleted user now names another person.
    let holder = json!({"userName": "boss", "displayName": "New boss"});
    let holder = create(&tenant, holder).await;
    assert_ne!(holder, boss);
    assert_eq!(names(&reports(boss).await), ["b", "c"]);
    assert_eq!(names(&reports(holder).await), ["a"]);
}

#[tokio::test]
async fn an_address_that_is_a_user_name_of_somebody_else_names_that_person() {
    let tenant = acme().await;
    let ada = person(&tenant, "ada", None).await;
    let holder = person(&tenant, "ada@example.com", None).await;
    person(&tenant, "report", Some("ada@example.com")).await;
    let reports = async |id| {
        let directory = tenant.directory();
        directory.people().reports_of(id, ALL_ON, None, 50).await.expect("a page")
    };
    assert_eq!(names(&reports(ada).await), [""; 0]);
    assert_eq!(names(&reports(holder).await), ["report"]);
}

#[tokio::test]
async fn a_manager_is_remembered_for_five_minutes_and_not_after_an_erasure() {
    let tenant = acme().await;
    let boss = person(&tenant, "boss", None).await;
    person(&tenant, "ada", Some("boss")).await;
    let shown = async || {
        let page = page(&tenant, PeopleQuery { search: "ada", ..QUERY }).await;
        let manager = page.rows[0].manager.clone().expect("a manager");
        manager.colleague.map(|colleague| colleague.name)
    };
    let rename = json!([{"op": "replace", "value": {"displayName": "Chief"}}]);
    assert_eq!(shown().await.as_deref(), Some("boss"));
    tenant.patch(&path(boss), &rename).await.expect(200);
    tenant.app.advance(Duration::minutes(5) - Duration::seconds(1));
    assert_eq!(shown().await.as_deref(), Some("boss"));
    tenant.app.advance(Duration::seconds(1));
    assert_eq!(shown().await.as_deref(), Some("Chief"));
    let directory = tenant.directory();
    directory.users().archive(boss, &Precondition::default(), &OPERATOR).await.unwrap();
    directory.users().erase(boss, &OPERATOR).await.unwrap();
    assert_eq!(shown().await, None);
}

#[tokio::test]
async fn a_filter_compares_the_value_in_use_only() {
    let tenant = acme().await;
    let sent = json!({"userName": "sent", ENTERPRISE: {"department": "R&D", "location": "GB"}});
    create(&tenant, sent).await;
    let other = json!({"userName": "other", ENTERPRISE: {"department": "R", "location": "G"}});
    let other = create(&tenant, other).await;
    let values = LocalChanges {
        department: LocalChange::Set("r&d".to_owned()),
        location: LocalChange::Set("gb".to_owned()),
        manager: LocalChange::Keep,
    };
    let directory = tenant.directory();
    let any = Precondition::default();
    directory.users().set_local(other, &values, &any, &OPERATOR).await.unwrap();
    let department = PeopleFilters { department: Some("R&D"), ..PeopleFilters::default() };
    let location = PeopleFilters { location: Some("GB"), ..PeopleFilters::default() };
    for filters in [department, location] {
        let idp = page(&tenant, PeopleQuery { filters, ..QUERY }).await;
        assert_eq!((names(&idp), idp.total), (vec!["sent"], Some(1)));
        let own = PeopleQuery { filters, settings: Settings::default(), ..QUERY };
        assert_eq!(names(&page(&tenant, own).await), ["other"]);
        let nobody = PeopleQuery { filters, search: "nobody", ..QUERY };
        assert_eq!(names(&page(&tenant, nobody).await), [""; 0]);
    }
}

#[tokio::test]
async fn the_counts_follow_every_change() {
    let tenant = acme().await;
    let directory = tenant.directory();
    let counts = async || {
        let counts = directory.people().counts().await.expect("counts");
        let PeopleCounts { active, archived, sent_location, sent_department, .. } = counts;
        [active, archived, sent_location, sent_department, counts.sent_manager, counts.unlinked]
    };
    let body = json!({"userName": "ada", "externalId": "1",
        ENTERPRISE: {"location": "GB", "manager": {"displayName": "Grace"}}});
    let ada = create(&tenant, body.clone()).await;
    person(&tenant, "bob", None).await;
    assert_eq!(counts().await, [2, 0, 1, 0, 1, 0]);
    let patch = |name: &str, value: &str| json!([{"op": "replace", "path": format!("{ENTERPRISE}:{name}"), "value": value}]);
    tenant.patch(&path(ada), &patch("department", "R&D")).await.expect(200);
    assert_eq!(counts().await, [2, 0, 1, 1, 1, 0]);
    set_active(&tenant, ada, false).await;
    assert_eq!(counts().await, [1, 1, 0, 0, 0, 0]);
    tenant.patch(&path(ada), &patch("location", "FR")).await.expect(200);
    set_active(&tenant, ada, true).await;
    assert_eq!(counts().await, [2, 0, 1, 1, 1, 0]);
    tenant.delete(&path(ada)).await.expect(204);
    assert_eq!(counts().await, [1, 1, 0, 0, 0, 0]);
    assert_eq!(create(&tenant, body).await, ada, "the same person");
    assert_eq!(counts().await, [2, 0, 1, 0, 1, 0]);
    tenant.delete(&path(ada)).await.expect(204);
    directory.users().erase(ada, &OPERATOR).await.unwrap();
    assert_eq!(counts().await, [1, 0, 0, 0, 0, 0]);
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn an_archived_person_shows_how_the_person_left() {
    let tenant = acme().await;
    let mut ids = Vec::new();
    for name in ["deactivated", "deleted", "by-operator"] {
        ids.push(person(&tenant, name, None).await);
    }
    set_active(&tenant, ids[0], false).await;
    tenant.delete(&path(ids[1])).await.expect(204);
    let any = Precondition::default();
    tenant.directory().users().archive(ids[2], &any, &OPERATOR).await.unwrap();
    // A later change of another attribute does not change the reason.
    let title = json!([{"op": "replace", "value": {"title": "Engineer"}}]);
    tenant.patch(&path(ids[2]), &title).await.expect(200);
    let page = page(&tenant, PeopleQuery { status: Status::Archived, ..QUERY }).await;
    let left = |id: Uuid| page.rows.iter().find(|row| row.employee.id == id).unwrap().left_by();
    assert_eq!(left(ids[0]), Some(LeftBy::Deactivated));
    assert_eq!(left(ids[1]), Some(LeftBy::Deleted));
    assert_eq!(left(ids[2]), Some(LeftBy::Operator));
    set_active(&tenant, ids[0], true).await;
    let active = self::page(&tenant, PeopleQuery { search: "deactivated", ..QUERY }).await;
    assert_eq!(active.rows[0].left_by(), None);
}

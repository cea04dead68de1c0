//! Leave means leave: an administrator whom the identity provider deletes comes back without administration.

use super::scene::{BARBARA, ROOT, expect_refusal};
use crate::groups::departures::cut_deletion_short;
use crate::support::admin::admin;
use crate::support::admins::{Closed, barbara, claims, settings};
use crate::support::browser::Browser;
use crate::support::crash::crash_everywhere_and_check;
use crate::support::employees::set_active;
use crate::support::groups::{group, groups_of, path};
use crate::support::{TestTenant, acme};
use rollcall::directory::Employee;
use rollcall::directory::sso::configuration::NewSso;
use rollcall::directory::sso::refusal::Refusal;
use rollcall::directory::sso::sign_in::FinishResult;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

/// The most crashes of a story. The limit is high enough to crash at every write.
const ALL: usize = 100;

/// An administrator who is signed in, and is a member of some groups.
struct Scene {
    tenant: TestTenant,
    id: Uuid,
    /// The administrators' group, which is one of the groups.
    crew: String,
    /// The browser with the session from before the departure.
    old: Browser,
}

impl Scene {
    async fn with_groups(number: usize) -> Self {
        let tenant = acme().await;
        let id = tenant.create(&barbara("1")).await;
        for n in 1..number {
            group(&tenant, &format!("Group {n:02}"), &[&id]).await;
        }
        let crew = group(&tenant, "Administrators", &[&id]).await;
        tenant.configure(Some(settings(Some(&crew)))).await;
        let old = tenant.sign_in(&claims("1")).await;
        assert_eq!(old.closed().await, None);
        Self { tenant, id: id.parse().unwrap(), crew, old }
    }

    /// Checks that the administration has ended if the departure is committed, and stands otherwise.
    async fn check(&self, tenant: &TestTenant) {
        let found = tenant.directory().users().get_any(self.id).await.unwrap();
        let has_left = |employee: &Employee| employee.hidden || employee.returned_at.is_some();
        let closed = self.old.closed_at(tenant).await;
        if !has_left(&found) {
            assert_eq!(closed, None);
            return;
        }
        let expected = match found.hidden {
            // Without a visible employee, the session is refused with a reason.
            true => Closed::Refused(Refusal::NoMatch),
            false => Closed::Ended,
        };
        assert_eq!(closed, Some(expected));
        let expected = if found.hidden { Refusal::NoMatch } else { Refusal::NotAdministrator };
        assert_eq!(tenant.refusal(&claims("1")).await, expected);
    }

    /// Checks that a push of the membership makes the employee an administrator again, and the old session stays void.
    async fn expect_administrator_after_push(&self, tenant: &TestTenant) {
        push(tenant, &self.crew, self.id).await;
        tenant.app.advance(Duration::seconds(1));
        let browser = tenant.sign_in(&claims("1")).await;
        assert_eq!(browser.closed().await, None);
        assert_eq!(self.old.closed_at(tenant).await, Some(Closed::Ended));
    }

    /// Runs a departure with a crash at each write, and then a return. In many groups, the return meets a departure that
    /// a crash interrupted.
    async fn crash_everywhere(&self, name: &str, come_back: impl AsyncFn(&TestTenant)) {
        let check = async |tenant: &TestTenant| self.check(tenant).await;
        let user = format!("/Users/{}", self.id);
        let depart = async |tenant: &TestTenant| {
            let answer = tenant.delete(&user).await;
            assert!([204, 404].contains(&answer.status.as_u16()), "{answer:?}");
        };
        let departure = format!("DELETE of {name}");
        crash_everywhere_and_check(&departure, &self.tenant, depart, ALL, check).await;
        if groups_of(&self.tenant, &self.id.to_string()).await.len() > 1 {
            cut_deletion_short(&self.tenant, &self.id.to_string()).await;
        } else {
            depart(&self.tenant).await;
        }
        let name = format!("return of {name}");
        crash_everywhere_and_check(&name, &self.tenant, &come_back, ALL, check).await;
        // The same without a crash, and then a push.
        come_back(&self.tenant).await;
        self.check(&self.tenant).await;
        self.expect_administrator_after_push(&self.tenant).await;
    }
}

async fn push(tenant: &TestTenant, crew: &str, id: Uuid) {
    let add = json!([{"op": "add", "path": "members", "value": [{"value": id}]}]);
    tenant.patch(&path(crew), &add).await.expect_success();
}

async fn post(tenant: &TestTenant) {
    let answer = tenant.post("/Users", &barbara("1")).await;
    assert!([201, 409].contains(&answer.status.as_u16()), "{answer:?}");
}

async fn restore(tenant: &TestTenant, id: Uuid) {
    admin(tenant, "POST", &format!("/employees/{id}/restore"), Value::Null).await.expect(200);
}

#[tokio::test]
async fn a_return_by_post_from_one_group_does_not_administer() {
    let scene = Scene::with_groups(1).await;
    let name = "an administrator by POST, in 1 group";
    scene.crash_everywhere(name, async |tenant: &TestTenant| post(tenant).await).await;
}

#[tokio::test]
async fn a_return_by_post_from_sixty_groups_does_not_administer() {
    let scene = Scene::with_groups(60).await;
    let name = "an administrator by POST, in 60 groups";
    scene.crash_everywhere(name, async |tenant: &TestTenant| post(tenant).await).await;
}

#[tokio::test]
async fn a_restoration_from_one_group_does_not_administer() {
    let scene = Scene::with_groups(1).await;
    let name = "an administrator by restore, in 1 group";
    let id = scene.id;
    scene.crash_everywhere(name, async |tenant: &TestTenant| restore(tenant, id).await).await;
}

#[tokio::test]
async fn a_restoration_from_sixty_groups_does_not_administer() {
    let scene = Scene::with_groups(60).await;
    let name = "an administrator by restore, in 60 groups";
    let id = scene.id;
    scene.crash_everywhere(name, async |tenant: &TestTenant| restore(tenant, id).await).await;
}

/// The membership is pushed directly after the return. The old session is void all the same.
#[tokio::test]
async fn a_push_directly_after_the_return_revives_no_session() {
    let scene = Scene::with_groups(60).await;
    let tenant = &scene.tenant;
    tenant.delete(&format!("/Users/{}", scene.id)).await.expect(204);
    post(tenant).await;
    push(tenant, &scene.crew, scene.id).await;
    assert_eq!(scene.old.closed().await, Some(Closed::Ended));
}

/// Archive changes no membership, so a restore admits again. The session from before opens again too.
#[tokio::test]
async fn a_restore_after_an_archive_admits_again() {
    let scene = Scene::with_groups(1).await;
    let tenant = &scene.tenant;
    set_active(tenant, scene.id, false).await;
    assert_eq!(scene.old.closed().await, Some(Closed::Refused(Refusal::Archived)));
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::Archived);
    restore(tenant, scene.id).await;
    assert_eq!(scene.old.closed().await, None);
    assert!(matches!(tenant.admit(&claims("1")).await, FinishResult::SignedIn { .. }));
    let employee = tenant.directory().users().get_any(scene.id).await.unwrap();
    assert_eq!(employee.returned_at, None);
}

/// The rows of a deleted group outlive it for a moment, and a new group with the same name is another group.
#[tokio::test]
async fn a_deleted_group_administers_nothing() {
    let scene = Scene::with_groups(1).await;
    let tenant = &scene.tenant;
    let directory = tenant.directory();
    tenant.app.faults.end_writes_after(1);
    let crew = scene.crew.parse().unwrap();
    let (any, by) = (Default::default(), &crate::support::actors::OPERATOR);
    directory.groups().delete(crew, &any, by).await.unwrap();
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
    let row = tenant.items(&format!("TENANT#acme#MEMBER#{}", scene.crew)).await;
    assert_eq!(row.len(), 1, "the row is left");
    let not_administrator = Some(Closed::Refused(Refusal::NotAdministrator));
    assert_eq!(scene.old.closed().await, not_administrator);
    group(tenant, "Administrators", &[&scene.id.to_string()]).await;
    assert_eq!(scene.old.closed().await, not_administrator);
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NotAdministrator);
}

/// A named administrator who comes back from a deletion must be confirmed: by name on the card, and not by the save of
/// another field.
#[tokio::test(flavor = "multi_thread")]
async fn a_returned_named_administrator_is_confirmed_on_the_card() {
    let scene = super::scene::Scene::proven().await;
    let tenant = &scene.tenant;
    let sign_in = async || {
        let mut tab = scene.tab();
        let claims = json!({"sub": BARBARA});
        let authorized = scene.authorize(&mut tab, "sso/start", claims).await;
        tab.call_back(&authorized).await
    };
    assert_eq!(sign_in().await.redirect(), ROOT);
    tenant.app.advance(Duration::seconds(1));
    tenant.delete(&format!("/Users/{}", scene.barbara)).await.expect(204);
    assert_eq!(tenant.create(&barbara(BARBARA)).await, scene.barbara);
    tenant.app.advance(Duration::seconds(1));
    let (returned, line) = ("since they were named: <bdi>bjensen@example.com</bdi>", "\nbjensen@");
    let page = scene.admin.get("access/sso").await.page(200);
    assert!(page.contains(returned) && !page.contains(line), "{page}");
    expect_refusal(&sign_in().await, "notAdministrator");

    // A change of another field names nobody again.
    let stored = crate::support::sso::stored(tenant).await;
    let keeping = NewSso { hours: 2, ..NewSso::keeping(&stored) };
    crate::support::sso::put(tenant, keeping).await.unwrap();
    expect_refusal(&sign_in().await, "notAdministrator");
    let page = scene.save(&[("admins", ""), ("clientSecret", "")]).await.page(422);
    assert!(page.contains("name at least one employee") && page.contains(returned), "{page}");

    let page = scene.save(&[("clientSecret", "")]).await.page(200);
    assert!(!page.contains(returned) && page.contains(line), "{page}");
    tenant.app.advance(Duration::seconds(1));
    assert_eq!(sign_in().await.redirect(), ROOT);
}

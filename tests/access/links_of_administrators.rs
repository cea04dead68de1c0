//! Set-up links of administrators with single sign-on: a link and its session end with the access of its maker.

use super::setup_links::guest_by;
use crate::support::admin::admin;
use crate::support::admins::{barbara, claims, naming, settings};
use crate::support::browser::{Browser, after};
use crate::support::employees::set_active;
use crate::support::groups::{group, path};
use crate::support::{START, TestTenant, acme};
use rollcall::model::sso::SsoSettings;
use serde_json::{Value, json};
use time::Duration;

/// A tenant with Barbara as a member of the administrators' group.
struct Scene {
    tenant: TestTenant,
    id: String,
    crew: String,
}

impl Scene {
    async fn new() -> Self {
        let tenant = acme().await;
        let id = tenant.create(&barbara("1")).await;
        let crew = group(&tenant, "Administrators", &[&id]).await;
        tenant.configure(Some(settings(Some(&crew)))).await;
        Self { tenant, id, crew }
    }

    /// Makes a set-up link as Barbara. Returns its path below the pages.
    async fn link(&self) -> String {
        let mut browser = self.tenant.sign_in(&claims("1")).await;
        let page = browser.get("menu").await.page(200);
        browser.csrf = after(&page, "name=\"csrf\" value=\"", "\"").to_owned();
        let page = browser.submit("connect/link", &[]).await.page(200);
        let (_, secret) = page.split_once("connect/link/rcl_acme_").expect("a link");
        format!("connect/link/rcl_acme_{}", &secret[..43])
    }

    async fn set_member(&self, is_member: bool) {
        let change = match is_member {
            true => json!([{"op": "add", "path": "members", "value": [{"value": self.id}]}]),
            false => {
                json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", self.id)}])
            }
        };
        self.tenant.patch(&path(&self.crew), &change).await.expect_success();
    }

    async fn set_active(&self, is_active: bool) {
        set_active(&self.tenant, self.id.parse().expect("an id"), is_active).await;
    }

    /// Checks whether the open session of a link works, at every server.
    async fn expect_session(&self, guest: &Browser, is_open: bool) {
        let other = Browser { tenant: self.tenant.at_another_server(), ..guest.clone() };
        for browser in [guest, &other] {
            let answer = browser.get("connect/1").await;
            if is_open {
                answer.page(200);
            } else {
                assert!(answer.page(404).contains("unknown, expired or ended"));
                let late = browser.submit("connect/3", &[("label", "Late")]).await;
                assert!(late.page(403).contains("Nothing changed"));
            }
        }
    }

    /// Checks that an unopened link opens nothing.
    async fn expect_dead(&self, link: &str) {
        let browser = Browser::new(&self.tenant);
        for answer in [browser.get(link).await, browser.post(link, &[]).await] {
            assert!(answer.page(404).contains("unknown, expired or ended"));
            assert_eq!(answer.header("set-cookie"), "");
        }
    }
}

/// The link is opened before the end of the access, or only after it.
async fn ends_with(end: impl AsyncFn(&Scene), back: impl AsyncFn(&Scene)) {
    let scene = Scene::new().await;
    let guest = guest_by(&scene.tenant, &scene.link().await).await;
    scene.expect_session(&guest, true).await;
    end(&scene).await;
    scene.expect_session(&guest, false).await;
    back(&scene).await;
    let link = scene.link().await;
    end(&scene).await;
    scene.expect_dead(&link).await;
    // A refused link is not used up.
    back(&scene).await;
    guest_by(&scene.tenant, &link).await;
    scene.tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn an_archive_of_the_maker_ends_a_link() {
    let archive = async |scene: &Scene| scene.set_active(false).await;
    ends_with(archive, async |scene: &Scene| scene.set_active(true).await).await;
}

#[tokio::test]
async fn a_removal_of_the_maker_from_the_group_ends_a_link() {
    let remove = async |scene: &Scene| scene.set_member(false).await;
    ends_with(remove, async |scene: &Scene| scene.set_member(true).await).await;
}

/// Single sign-on that is switched off ends at once in this process, and within a minute in others.
#[tokio::test]
async fn the_end_of_single_sign_on_ends_a_link() {
    let scene = Scene::new().await;
    let switch_off = async || {
        admin(&scene.tenant, "DELETE", "/sso", Value::Null).await.expect(204);
    };
    let guest = guest_by(&scene.tenant, &scene.link().await).await;
    scene.expect_session(&guest, true).await;
    switch_off().await;
    assert_eq!(guest.get("connect/1").await.status, 404);
    scene.tenant.app.advance(Duration::seconds(61));
    scene.expect_session(&guest, false).await;
    scene.tenant.configure(Some(settings(Some(&scene.crew)))).await;
    let link = scene.link().await;
    switch_off().await;
    scene.expect_dead(&link).await;
}

/// A named administrator is no member of a group. Without the naming, the link ends.
#[tokio::test]
async fn the_end_of_a_naming_ends_a_link() {
    let unnamed = async |scene: &Scene| {
        scene.set_member(false).await;
        scene.tenant.configure(Some(settings(Some(&scene.crew)))).await;
    };
    let named = async |scene: &Scene| {
        let id = scene.id.parse().expect("an id");
        scene.tenant.configure(Some(SsoSettings { group: None, ..naming(id, START) })).await;
    };
    ends_with(unnamed, named).await;
}

/// A deleted employee gets no administration back, and so no link either.
#[tokio::test]
async fn the_link_of_a_deleted_maker_stays_void_after_the_return() {
    let scene = Scene::new().await;
    let guest = guest_by(&scene.tenant, &scene.link().await).await;
    scene.tenant.app.advance(Duration::seconds(1));
    scene.tenant.delete(&format!("/Users/{}", scene.id)).await.expect(204);
    scene.expect_session(&guest, false).await;
    assert_eq!(scene.tenant.create(&barbara("1")).await, scene.id);
    scene.set_member(true).await;
    scene.expect_session(&guest, false).await;
    scene.tenant.app.advance(Duration::seconds(1));
    let guest = guest_by(&scene.tenant, &scene.link().await).await;
    scene.expect_session(&guest, true).await;
}

/// The check is one call, and only for a link whose maker is an employee.
#[tokio::test]
async fn the_check_of_the_maker_is_one_call() {
    let scene = Scene::new().await;
    let count = async |guest: &Browser| {
        guest.get("connect/1").await.page(200);
        scene.tenant.app.faults.take_calls();
        guest.get("connect/1").await.page(200);
        let calls = scene.tenant.app.faults.take_calls();
        calls.iter().filter(|call| call.operation == "BatchGetItem").count()
    };
    let of_employee = guest_by(&scene.tenant, &scene.link().await).await;
    let with_check = count(&of_employee).await;
    let of_token = super::setup_links::guest(&scene.tenant).await;
    assert_eq!(with_check, count(&of_token).await + 1);
}

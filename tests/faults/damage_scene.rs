//! A tenant whose items a test damages, and the checks of a repair.

use crate::support::actors::OPERATOR;
use crate::support::crash::Effect;
use crate::support::groups::{group, path, user};
use crate::support::{TestApp, TestTenant, is_on_an_endpoint};
use rollcall::directory::ViolationKind;
use rollcall::directory::tenants::check::Repair;
use serde_json::json;
use std::path::PathBuf;
use tempfile::TempDir;

/// The user whom the identity provider deletes, as it sends the user.
pub fn eve_as_sent() -> serde_json::Value {
    json!({"userName": "eve", "externalId": "00u3"})
}

/// A tenant with items of every kind. The tests damage copies of it.
pub struct Scene {
    pub tenant: TestTenant,
    effect: Effect,
    /// A user with an externalId and two addresses. Ada is a member of Crew and an indirect member of Outer.
    pub ada: String,
    /// A user in Crew.
    pub bob: String,
    /// A user that the identity provider deleted while the user was in Crew.
    pub eve: String,
    pub crew: String,
    /// A deleted group.
    pub gone: String,
    _folder: TempDir,
    file: PathBuf,
}

impl Scene {
    pub async fn new() -> Option<Self> {
        if is_on_an_endpoint() {
            return None;
        }
        let tenant = TestApp::new().await.tenant("acme").await;
        let body = json!({"userName": "ada", "externalId": "00u1", "emails": [
            {"value": "ada@example.com", "primary": true}, {"value": "countess@example.com"}]});
        let ada = tenant.create(&body).await;
        let (bob, eve) = (user(&tenant, "bob").await, tenant.create(&eve_as_sent()).await);
        let crew = group(&tenant, "Crew", &[&ada, &bob, &eve]).await;
        group(&tenant, "Outer", &[&crew]).await;
        let gone = group(&tenant, "Gone", &[&ada]).await;
        tenant.delete(&path(&gone)).await.expect(204);
        tenant.delete(&format!("/Users/{eve}")).await.expect(204);
        tenant.expect_settled_and_sound().await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("scene.db");
        tenant.app.copy_to(&file);
        let effect = Effect::of(&tenant).await;
        Some(Self { tenant, effect, ada, bob, eve, crew, gone, _folder: folder, file })
    }

    /// Damages a copy, checks that the report has this kind of damage, and repairs the copy.
    pub async fn repair(
        &self,
        kind: ViolationKind,
        damage: impl AsyncFn(&TestTenant),
    ) -> (TestTenant, Repair) {
        let tenant = self.tenant.at(self.tenant.app.on_copy(&self.file));
        damage(&tenant).await;
        let found = tenant.report().await;
        let kinds: Vec<ViolationKind> = found.violations.iter().map(|one| one.kind).collect();
        assert!(kinds.contains(&kind), "{kind:?} is not in {found:?}");
        let again = tenant.report().await;
        assert_eq!(found, again, "a check changes nothing");
        let directory = tenant.directory();
        let repair = directory.integrity().repair(&OPERATOR).await.unwrap();
        println!("{}: {:?}", kind.as_str(), kinds);
        (tenant, repair)
    }

    /// Checks that a repair gives clients back the users and groups from before the damage.
    pub async fn restores(&self, kind: ViolationKind, damage: impl AsyncFn(&TestTenant)) {
        let tenant = self.makes_sound(kind, damage).await;
        assert_eq!(Effect::of(&tenant).await, self.effect, "{kind:?}");
    }

    /// Checks that all items agree again after a repair.
    pub async fn makes_sound(
        &self,
        kind: ViolationKind,
        damage: impl AsyncFn(&TestTenant),
    ) -> TestTenant {
        let (tenant, repair) = self.repair(kind, damage).await;
        assert!(repair.repaired.iter().any(|one| one.kind == kind), "{kind:?}: {repair:?}");
        assert_eq!(repair.left.violations, [], "{kind:?}");
        tenant.expect_settled_and_sound().await;
        tenant
    }

    /// Checks that a report keeps the damage when the table no longer has the lost data.
    pub async fn reports(&self, kind: ViolationKind, damage: impl AsyncFn(&TestTenant)) {
        let (tenant, repair) = self.repair(kind, damage).await;
        let left = &repair.left.violations;
        assert!(left.iter().all(|one| !one.is_repairable), "{kind:?}: {left:?}");
        let found = left.iter().find(|one| one.kind == kind).unwrap_or_else(|| panic!("{left:?}"));
        assert!(found.kind.advice().is_some(), "an operator can do something about {kind:?}");
        let directory = tenant.directory();
        let again = directory.integrity().repair(&OPERATOR).await.unwrap();
        assert_eq!((again.left, again.repaired), (repair.left, vec![]), "{kind:?}");
    }
}

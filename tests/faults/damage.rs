//! A tenant whose items contradict each other, as after a restore of half a transaction.
//!
//! The check finds each kind of damage. The repair restores every item that can be derived from the records.

use super::damage_scene::{Scene, eve_as_sent};
use crate::support::TestTenant;
use crate::support::actors::OPERATOR;
use crate::support::damage::{number, set, text};
use crate::support::faults::Fault;
use crate::support::groups::{path, user};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::directory::{Error, ViolationKind, Work};
use serde_json::json;

const NOBODY: &str = "99999999-9999-4999-8999-999999999999";

#[tokio::test]
async fn names_lead_to_their_records_again() {
    let Some(scene) = Scene::new().await else { return };
    let Scene { ada, eve, .. } = &scene;
    use ViolationKind::{ClaimLeft, ClaimMissing, FormerMissing, UnreadableItem};
    scene.restores(ClaimMissing, async |tenant| tenant.remove("USERNAME", "ada").await).await;
    scene.restores(ClaimMissing, async |tenant| tenant.remove("GROUPNAME", "crew").await).await;
    let stolen = async |tenant: &TestTenant| {
        tenant.plant("USERNAME", "ada", [("holder", text(NOBODY))]).await;
    };
    scene.restores(ClaimMissing, stolen).await;
    scene.restores(FormerMissing, async |tenant| tenant.remove("USERNAME", "eve").await).await;
    let of_nobody = async |tenant: &TestTenant| {
        tenant.plant("USERNAME", "zoe", [("holder", text(NOBODY))]).await;
        let zoe = json!({"userName": "zoe"});
        tenant.post("/Users", &zoe).await.expect_error(409, Some("uniqueness"));
    };
    let tenant = scene.makes_sound(ClaimLeft, of_nobody).await;
    user(&tenant, "zoe").await;
    let remembered = async |tenant: &TestTenant| {
        let former = AttributeValue::L(vec![text(NOBODY), text(eve)]);
        tenant.plant("USERNAME", "eve", [("former", former)]).await;
    };
    scene.restores(ClaimLeft, remembered).await;
    let holds_two = async |tenant: &TestTenant| {
        tenant.plant("USERNAME", "old", [("holder", text(ada))]).await;
    };
    scene.restores(ClaimLeft, holds_two).await;
    let broken = async |tenant: &TestTenant| {
        tenant.plant("USERNAME", "ada", [("holder", number(1))]).await;
    };
    scene.restores(UnreadableItem, broken).await;
    // A deleted employee can still return.
    let tenant =
        scene.makes_sound(FormerMissing, async |tenant| tenant.remove("USERNAME", "eve").await);
    assert_eq!(tenant.await.create(&eve_as_sent()).await, *eve);
}

#[tokio::test]
async fn external_ids_and_addresses_lead_to_their_records_again() {
    let Some(scene) = Scene::new().await else { return };
    let Scene { ada, .. } = &scene;
    use ViolationKind::{EmailKeyWrong, PointerLeft, PointerMissing};
    for (partition, sort) in [("EXTERNALID", "00u1"), ("EMAIL", "countess@example.com")] {
        let lost =
            async |tenant: &TestTenant| tenant.remove(partition, &format!("{sort}#{ada}")).await;
        scene.restores(PointerMissing, lost).await;
        for id in [ada, NOBODY] {
            let stray = async |tenant: &TestTenant| {
                tenant.plant(partition, &format!("other#{id}"), []).await;
            };
            scene.restores(PointerLeft, stray).await;
        }
    }
    let lost = async |tenant: &TestTenant| {
        tenant.tamper("EMPLOYEE", ada, |item| drop(item.remove("emailKey"))).await;
        assert_eq!(tenant.found("emails eq \"ada@example.com\"").await.len(), 0);
    };
    let tenant = scene.makes_sound(EmailKeyWrong, lost).await;
    assert_eq!(tenant.found("emails eq \"ada@example.com\"").await, ["ada"]);
}

#[tokio::test]
async fn the_index_of_standings_follows_the_records_again() {
    let Some(scene) = Scene::new().await else { return };
    let Scene { ada, eve, .. } = &scene;
    use ViolationKind::StandingWrong;
    for (partition, id) in [("EMPLOYEE", ada), ("HIDDEN", eve)] {
        for name in ["standing", "standingKey", "words"] {
            let lost = async |tenant: &TestTenant| {
                tenant.tamper(partition, id, |item| drop(item.remove(name))).await;
            };
            scene.restores(StandingWrong, lost).await;
        }
        let stale = async |tenant: &TestTenant| {
            let words = text("somebody else");
            tenant.tamper(partition, id, |item| drop(item.insert("words".to_owned(), words))).await;
        };
        scene.restores(StandingWrong, stale).await;
    }
}

#[tokio::test]
async fn the_numbers_of_people_are_exact_again() {
    let Some(scene) = Scene::new().await else { return };
    use ViolationKind::CountWrong;
    for wrong in [number(7), text("many")] {
        let off = async |tenant: &TestTenant| {
            let wrong = wrong.clone();
            tenant
                .tamper("COUNT", "00", |item| drop(item.insert("people".to_owned(), wrong)))
                .await;
        };
        scene.restores(CountWrong, off).await;
    }
    let lost = async |tenant: &TestTenant| {
        tenant.tamper("COUNT", "00", |item| drop(item.remove("people"))).await;
    };
    scene.restores(CountWrong, lost).await;
}

#[tokio::test]
async fn totals_are_exact_again() {
    let Some(scene) = Scene::new().await else { return };
    use ViolationKind::CountWrong;
    for (partition, counter) in [("COUNT", number(7)), ("GROUPCOUNT", text("many"))] {
        let off = async |tenant: &TestTenant| {
            tenant
                .tamper(partition, "00", |item| drop(item.insert("n0".to_owned(), counter.clone())))
                .await;
        };
        scene.restores(CountWrong, off).await;
        scene.restores(CountWrong, async |tenant| tenant.remove(partition, "00").await).await;
    }
    let elsewhere = async |tenant: &TestTenant| {
        tenant.plant("COUNT", "ab", [("n2", number(1))]).await;
    };
    scene.restores(CountWrong, elsewhere).await;
}

#[tokio::test]
async fn both_sides_of_a_membership_agree_again() {
    let Some(scene) = Scene::new().await else { return };
    let Scene { ada, bob, eve, crew, gone, .. } = &scene;
    use ViolationKind::*;
    let crew_members = format!("MEMBER#{crew}");
    let tag = scene.tenant.get(&path(crew)).await.header("etag").to_owned();
    let lost = async |tenant: &TestTenant| tenant.remove(&crew_members, bob).await;
    let tenant = scene.makes_sound(MembershipWithoutRow, lost).await;
    assert_ne!(tenant.get(&path(crew)).await.header("etag"), tag, "the members are others");
    assert_eq!(crate::support::groups::members(&tenant, crew).await, std::slice::from_ref(ada));
    scene.restores(RowWithoutMembership, async |tenant| tenant.remove("MEMBEROF", bob).await).await;
    let miscounted = async |tenant: &TestTenant| {
        tenant
            .tamper("GROUP", crew, |item| drop(item.insert("memberCount".to_owned(), number(9))))
            .await;
    };
    scene.restores(MemberCountWrong, miscounted).await;
    let of_nobody = async |tenant: &TestTenant| {
        tenant.plant(&crew_members, NOBODY, [("revision", number(1))]).await;
    };
    scene.restores(MemberUnknown, of_nobody).await;
    let left = async |tenant: &TestTenant| {
        tenant.plant(&format!("MEMBER#{gone}"), ada, [("revision", number(1))]).await;
    };
    scene.restores(RowLeft, left).await;
    let in_no_group = async |tenant: &TestTenant| {
        tenant.plant("MEMBEROF", bob, [("memberOf", set(&[crew, gone]))]).await;
    };
    scene.restores(MembershipWithoutRow, in_no_group).await;
    let closed = || AttributeValue::Bool(true);
    let left = async |tenant: &TestTenant| {
        tenant.plant("MEMBEROF", bob, [("memberOf", set(&[crew])), ("closed", closed())]).await;
    };
    scene.restores(ClosedWrong, left).await;
    let open = async |tenant: &TestTenant| tenant.remove("MEMBEROF", eve).await;
    scene.restores(ClosedWrong, open).await;
    let stays = async |tenant: &TestTenant| {
        tenant.plant("MEMBEROF", eve, [("memberOf", set(&[crew])), ("closed", closed())]).await;
        tenant.plant(&crew_members, eve, [("revision", number(1))]).await;
    };
    let tenant = scene.makes_sound(WorkUnlisted, stays).await;
    assert!(
        !crate::support::groups::members(&tenant, crew).await.contains(eve),
        "the departure is finished"
    );
    let log = async |tenant: &TestTenant| {
        let change = [("changeRevision", 1), ("changeParts", 1), ("changeDone", 0)];
        let change = change.map(|(name, value)| (name.to_owned(), number(value)));
        tenant.tamper("GROUP", crew, |item| item.extend(change)).await;
    };
    scene.restores(WorkUnlisted, log).await;
    scene.restores(RedoLogCut, log).await;
    let part = async |tenant: &TestTenant| {
        tenant.plant(&format!("CHANGE#{crew}"), "000000000001#000", []).await;
    };
    scene.restores(RedoLogLeft, part).await;
    // The repair removes the entry only. Finishing a half-restored deletion would remove the group's members.
    for work in ["change", "deletion", "departure", "erasure", "expiry"] {
        let entry =
            [("actor", text(r#"{"kind":"operator"}"#)), ("since", text("2026-11-23T09:30:00Z"))];
        let listed = async |tenant: &TestTenant| {
            tenant.plant_own(&format!("UNFINISHED#{work}#{crew}"), entry.clone()).await;
        };
        scene.restores(WorkLeft, listed).await;
    }
}

#[tokio::test]
async fn records_are_in_one_place_again() {
    let Some(scene) = Scene::new().await else { return };
    let Scene { ada, .. } = &scene;
    use ViolationKind::{RecordTwice, TenantUnlisted};
    let half = async |tenant: &TestTenant| {
        let mut item = tenant.stored("EMPLOYEE", ada).await;
        item.retain(|name, _| !["PK", "SK", "emailKey"].contains(&&**name));
        let attributes = item.iter().map(|(name, value)| (name.as_str(), value.clone()));
        tenant.plant("HIDDEN", ada, attributes).await;
        tenant
            .tamper("EMPLOYEE", ada, |item| drop(item.insert("revision".to_owned(), number(2))))
            .await;
        tenant.plant(&format!("HISTORY#{ada}"), "000000000002", history()).await;
    };
    scene.makes_sound(RecordTwice, half).await;
    let listed = async |tenant: &TestTenant| {
        let line = crate::support::damage::key("TENANTS", "acme");
        let action = rollcall::store::dynamodb::port::Action::Delete(line);
        crate::support::damage::write(&*tenant.app.table, action).await;
    };
    scene.restores(TenantUnlisted, listed).await;
}

/// The attributes of a history entry.
fn history() -> [(&'static str, AttributeValue); 3] {
    [
        ("at", text("2026-11-23T09:30:00Z")),
        ("actor", text(r#"{"kind":"operator"}"#)),
        ("kind", text("updated")),
    ]
}

#[tokio::test]
async fn lost_items_are_reported_with_advice() {
    let Some(scene) = Scene::new().await else { return };
    let Scene { ada, bob, crew, .. } = &scene;
    use ViolationKind::{
        ClaimMissing, HistoryAhead, HistoryGap, NameTwice, RecordMissing, UnreadableHistory,
        UnreadableRecord, UnreadableTenant,
    };
    let history_of_ada = format!("HISTORY#{ada}");
    let lost = async |tenant: &TestTenant| tenant.remove(&history_of_ada, "000000000001").await;
    scene.reports(HistoryGap, lost).await;
    let ahead = async |tenant: &TestTenant| {
        tenant.plant("HISTORY#GROUPS", &format!("{crew}#000000000009"), history()).await;
    };
    scene.reports(HistoryAhead, ahead).await;
    let broken = async |tenant: &TestTenant| {
        tenant.plant(&history_of_ada, "000000000001", [("kind", text("no such"))]).await;
    };
    scene.reports(UnreadableHistory, broken).await;
    for (partition, id) in [("EMPLOYEE", ada), ("GROUP", crew)] {
        let broken = async |tenant: &TestTenant| {
            tenant.tamper(partition, id, |item| drop(item.remove("document"))).await;
        };
        scene.reports(UnreadableRecord, broken).await;
        let lost = async |tenant: &TestTenant| tenant.remove(partition, id).await;
        scene.reports(RecordMissing, lost).await;
        // The item from a backup restores everything, even after a repair.
        let copied = async |tenant: &TestTenant| {
            let item = tenant.stored(partition, id).await;
            tenant.remove(partition, id).await;
            let directory = tenant.directory();
            directory.integrity().repair(&OPERATOR).await.unwrap();
            let attributes = item.iter().filter(|(name, _)| !["PK", "SK"].contains(&&***name));
            let attributes = attributes.map(|(name, value)| (name.as_str(), value.clone()));
            tenant.plant(partition, id, attributes).await;
        };
        scene.restores(ClaimMissing, copied).await;
    }
    let twins = async |tenant: &TestTenant| {
        tenant
            .tamper("EMPLOYEE", bob, |item| drop(item.insert("userName".to_owned(), text("ADA"))))
            .await;
    };
    scene.reports(NameTwice, twins).await;
    let broken = async |tenant: &TestTenant| tenant.plant_own("SETTINGS", []).await;
    scene.reports(UnreadableTenant, broken).await;
}

/// A report contains ids, but no name and no address of a person.
#[tokio::test]
async fn a_report_has_no_personal_data() {
    let Some(scene) = Scene::new().await else { return };
    let Scene { ada, tenant, .. } = &scene;
    tenant.remove("USERNAME", "ada").await;
    tenant.plant("USERNAME", "zoe", [("holder", text(NOBODY))]).await;
    tenant.plant("USERNAME", "bob", [("holder", number(1))]).await;
    tenant.remove("EXTERNALID", &format!("00u1#{ada}")).await;
    tenant.remove("EMAIL", &format!("countess@example.com#{ada}")).await;
    let report = format!("{:?}", tenant.report().await.violations);
    assert!(report.contains(ada), "{report}");
    for personal in ["\"ada", "zoe", "bob", "00u1", "countess"] {
        assert!(!report.contains(personal), "{personal}: {report}");
    }
}

/// An erasure that stops after its commit leaves the person's history behind.
#[tokio::test]
async fn a_repair_finishes_an_erasure() {
    let Some(scene) = Scene::new().await else { return };
    let Scene { eve, tenant, .. } = &scene;
    let directory = tenant.directory();
    // `UpdateItem` is the first call after the commit.
    tenant.app.faults.plan("UpdateItem", Fault::internal());
    let erased = directory.users().erase(eve.parse().unwrap(), &OPERATOR).await;
    assert!(matches!(erased, Err(Error::Unavailable(_))), "{erased:?}");
    let report = tenant.report().await;
    assert_eq!((report.unfinished, report.violations), ([(Work::Erasure, 1)].into(), vec![]));
    let repair = directory.integrity().repair(&OPERATOR).await.unwrap();
    assert_eq!((repair.repaired, repair.left.violations), (vec![], vec![]));
    assert_eq!(
        directory.history().of_user(eve.parse().unwrap()).await.unwrap_err().to_string(),
        format!("there is no employee {eve}")
    );
    tenant.expect_settled_and_sound().await;
}

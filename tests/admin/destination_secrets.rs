//! The sealed secrets of destinations under rotated peppers: opened, sealed again, and lost.

use crate::support::TestTenant;
use crate::support::actors::OPERATOR;
use crate::support::admin::{admin, get, problem};
use crate::support::destinations::{URL, create, id, last_change, path, slack, webhook};
use crate::support::peppers::{SECOND, THIRD, at_server, rotate, tenant};
use rollcall::delivery::run_report::RunReport;
use rollcall::directory::destinations::{
    DestinationChanges, Destinations, OpenedSecrets, ResumeFrom, SecretKind,
};
use rollcall::directory::precondition::Precondition;
use rollcall::directory::reseal::{SealedKind, UnreadableItem};
use rollcall::model::destination::Destination;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use time::Duration;

fn destinations(tenant: &TestTenant) -> &Destinations {
    &tenant.app.app.destinations
}

async fn stored(tenant: &TestTenant, body: &Value) -> Destination {
    let store = tenant.app.store.tenant(&tenant.id);
    store.destinations().get(id(body)).await.unwrap().expect("a destination")
}

async fn open(tenant: &TestTenant, body: &Value) -> Result<OpenedSecrets, SecretKind> {
    let destination = stored(tenant, body).await;
    destinations(tenant).open(&tenant.id, &destination).await.unwrap()
}

#[tokio::test]
async fn a_secret_opens_under_the_previous_pepper_and_is_sealed_again_by_a_write() {
    let (tenant, peppers) = tenant().await;
    let new = create(&tenant, webhook()).await;
    let opened = open(&tenant, &new).await.unwrap();
    assert!(opened.are_current);
    assert_eq!((opened.url.expose_secret(), opened.signing.len()), (URL, 1));
    rotate(&tenant, &peppers, SECOND);
    let opened_later = open(&tenant, &new).await.unwrap();
    assert!(!opened_later.are_current);
    assert_eq!(opened_later.signing[0].as_bytes(), opened.signing[0].as_bytes());
    let renamed = json!({"name": "Renamed"});
    // The admin token's digest is under the pepper before the rotation too.
    admin(&tenant, "PATCH", &path(&new), renamed).await.expect(200);
    assert!(open(&tenant, &new).await.unwrap().are_current);
    rotate(&tenant, &peppers, THIRD);
    let opened = open(&tenant, &new).await.unwrap();
    assert_eq!(opened.url.expose_secret(), URL);
}

#[tokio::test]
async fn a_reseal_seals_every_secret_once() {
    let (tenant, peppers) = tenant().await;
    let (hook, chat) = (create(&tenant, webhook()).await, create(&tenant, slack()).await);
    let other = tenant.app.tenant("other").await;
    let other = TestTenant { app: tenant.app.clone(), ..other };
    create(&other, slack()).await;
    let all = destinations(&tenant);
    let before = all.reseal(false).await.unwrap();
    assert_eq!((before.sealed.len(), before.skipped[&SealedKind::Url]), (0, 3));
    rotate(&tenant, &peppers, SECOND);
    for _ in 0..2 {
        let checked = all.reseal(true).await.unwrap();
        assert_eq!((checked.sealed[&SealedKind::Url], checked.skipped.len()), (3, 0));
        assert_eq!(checked.sealed[&SealedKind::SigningSecret], 1);
    }
    let history = get(&tenant, "/history").await;
    let sealed = all.reseal(false).await.unwrap();
    assert_eq!(sealed.sealed[&SealedKind::Url], 3);
    let again = all.reseal(false).await.unwrap();
    assert_eq!((again.sealed.len(), again.skipped[&SealedKind::Url]), (0, 3));
    assert_eq!(get(&tenant, "/history").await, history, "a reseal is no change of a destination");
    rotate(&tenant, &peppers, THIRD);
    for body in [&hook, &chat] {
        assert_eq!(open(&tenant, body).await.unwrap().url.expose_secret(), URL);
    }
    assert_eq!(all.reseal(false).await.unwrap().unreadable, []);
}

#[tokio::test]
async fn a_lost_secret_disables_the_destination_until_the_url_is_pasted_again() {
    let (tenant, peppers) = tenant().await;
    let chat = create(&tenant, slack()).await;
    rotate(&tenant, &peppers, SECOND);
    rotate(&tenant, &peppers, THIRD);
    let lost = open(&tenant, &chat).await.unwrap_err();
    assert_eq!(lost.to_string(), "Paste the URL again");
    let found = UnreadableItem {
        tenant: tenant.id.clone(),
        destination: Some(id(&chat)),
        kind: SealedKind::Url,
    };
    assert_eq!(destinations(&tenant).reseal(false).await.unwrap().unreadable, [found]);
    let (all, actor) = (destinations(&tenant), &OPERATOR);
    let found = all.get(&tenant.id, id(&chat)).await.unwrap().destination;
    all.disable(&tenant.id, &found, &lost.to_string()).await.unwrap();
    all.disable(&tenant.id, &found, "once more").await.unwrap();
    let disabled = all.get(&tenant.id, id(&chat)).await.unwrap();
    assert_eq!(disabled.state.status.as_str(), "disabled");
    assert_eq!(disabled.state.disabled_because.as_deref(), Some("Paste the URL again"));
    let any = Precondition::default();
    let resume = ResumeFrom::Here;
    let refused = all.resume(&tenant.id, id(&chat), resume, &any, actor).await.unwrap_err();
    assert_eq!(refused.to_string(), "Paste the URL again");

    let token = all_tokens_anew(&tenant).await;
    let tenant = TestTenant { admin_token: token, ..tenant };
    let refused = admin(&tenant, "PATCH", &path(&chat), json!({"enabled": true})).await;
    assert_eq!(problem(&refused, 409), "Paste the URL again");
    assert_eq!(last_change(&tenant).await.0, "tokenReplaced", "nothing is written");
    let pasted = json!({"url": URL, "enabled": true});
    let pasted = admin(&tenant, "PATCH", &path(&chat), pasted).await.expect(200);
    assert_eq!(pasted["state"]["disabledBecause"], Value::Null);
    assert_eq!(open(&tenant, &chat).await.unwrap().url.expose_secret(), URL);
}

/// Makes an admin token under the current pepper, because the first token was made under a lost one.
async fn all_tokens_anew(tenant: &TestTenant) -> String {
    use rollcall::directory::Scope;
    use rollcall::directory::access::token_set::{Earlier, Replacement};
    let replacement = Replacement {
        label: None,
        overlap: Duration::ZERO,
        earlier: Earlier::Drop,
        expected: None,
    };
    let tenants = &tenant.app.app.tenants;
    let replaced = tenants.replace_token(&tenant.id, Scope::Admin, &replacement, &OPERATOR).await;
    tenant.app.advance(Duration::MINUTE);
    replaced.unwrap().token.expose_secret().to_owned()
}

#[tokio::test]
async fn a_sealed_secret_opens_in_its_own_place_only() {
    let (tenant, _) = tenant().await;
    let (one, two) = (create(&tenant, slack()).await, create(&tenant, slack()).await);
    let of = async |body: &Value| stored(&tenant, body).await.sealed_url;
    assert_ne!(of(&one).await, of(&two).await, "one text is sealed into different bytes");
    let (from, to) = (id(&one).to_string(), id(&two).to_string());
    let url = tenant.stored("DESTINATION", &from).await.remove("sealedUrl").expect("a URL");
    tenant.tamper("DESTINATION", &to, |item| drop(item.insert("sealedUrl".into(), url))).await;
    assert_eq!(open(&tenant, &two).await.unwrap_err(), SecretKind::Url);
    assert!(open(&tenant, &one).await.is_ok());
}

/// Pastes the URL of a destination again, so that it is sealed under the pepper of this server.
async fn paste(tenant: &TestTenant, body: &Value) {
    let changes =
        DestinationChanges { url: Some(SecretString::from(URL)), ..DestinationChanges::default() };
    let any = Precondition::default();
    let changed = destinations(tenant).change(&tenant.id, id(body), &changes, &any, &OPERATOR);
    changed.await.unwrap();
}

async fn run(tenant: &TestTenant) -> RunReport {
    tenant.app.app.runner().run_tenants(BTreeSet::from([tenant.id.clone()])).await
}

#[tokio::test]
async fn a_server_with_an_old_pepper_reads_it_again_and_disables_nothing() {
    let (tenant, peppers) = tenant().await;
    let chat = create(&tenant, slack()).await;
    peppers.rotate(SECOND);
    paste(&at_server(&tenant, &peppers), &chat).await;
    let report = run(&tenant).await;
    assert_eq!((report.failures, report.disabled), (0, 0), "{report:?}");

    peppers.rotate(THIRD);
    paste(&at_server(&tenant, &peppers), &chat).await;
    peppers.set_down(true);
    let report = run(&tenant).await;
    assert_eq!((report.failures, report.disabled), (1, 0), "no verdict without a read");
    assert!(stored(&tenant, &chat).await.enabled);
    peppers.set_down(false);
    let report = run(&tenant).await;
    assert_eq!((report.failures, report.disabled), (0, 0), "{report:?}");

    peppers.rotate("a fourth pepper of a test, long enough!!");
    peppers.rotate("the fifth pepper of a test, long enough!");
    let report = run(&at_server(&tenant, &peppers)).await;
    assert_eq!((report.failures, report.disabled), (0, 1), "a lost pepper");
    assert_eq!(stored(&tenant, &chat).await.disabled_why.as_deref(), Some("Paste the URL again"));
}

#[tokio::test]
async fn a_server_with_an_old_pepper_resumes_a_destination() {
    let (tenant, peppers) = tenant().await;
    let chat = create(&tenant, slack()).await;
    peppers.rotate(SECOND);
    paste(&at_server(&tenant, &peppers), &chat).await;
    admin(&tenant, "POST", &format!("{}/pause", path(&chat)), Value::Null).await.expect(200);
    let here = json!({"from": "here"});
    admin(&tenant, "POST", &format!("{}/resume", path(&chat)), here).await.expect(200);
    assert!(stored(&tenant, &chat).await.enabled);
}

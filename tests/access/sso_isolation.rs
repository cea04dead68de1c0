//! Single sign-on of one tenant is void in every other tenant (row 28 of the relying parties' mistakes).

use crate::support::actors::OPERATOR;
use crate::support::admins::{Closed, barbara, claims, logout, settings};
use crate::support::groups::group;
use crate::support::{Ids, TestApp, TestTenant};
use rollcall::directory::Error;
use rollcall::directory::access::pepper::Peppers;
use rollcall::directory::sso::attempt;
use rollcall::directory::sso::error::SsoError;
use rollcall::directory::sso::refusal::Refusal;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// Two tenants with the same person, the same provider and the same epoch. Returns the ids of both employees.
async fn twins() -> ([TestTenant; 2], [Uuid; 2]) {
    let app = TestApp::with_ids(Ids::Random).await;
    let tenants = [app.tenant("acme").await, app.tenant("globex").await];
    let mut ids = [Uuid::nil(); 2];
    for (tenant, id) in tenants.iter().zip(&mut ids) {
        let employee = tenant.create(&barbara("1")).await;
        let crew = group(tenant, "Administrators", &[&employee]).await;
        tenant.configure(Some(settings(Some(&crew)))).await;
        *id = employee.parse().unwrap();
    }
    assert_eq!(tenants[0].configuration().await.epoch, tenants[1].configuration().await.epoch);
    (tenants, ids)
}

#[tokio::test]
async fn a_session_of_one_tenant_is_void_in_another() {
    let ([acme, globex], _) = twins().await;
    let browser = acme.sign_in(&claims("1")).await;
    assert_eq!(browser.closed().await, None);
    assert_eq!(browser.closed_at(&globex).await, Some(Closed::Ended));
    let theirs = globex.sign_in(&claims("1")).await;
    assert_eq!(theirs.closed().await, None);
    assert_eq!(theirs.closed_at(&acme).await, Some(Closed::Ended));
}

#[tokio::test]
async fn an_attempt_of_one_tenant_is_void_in_another() {
    let ([acme, globex], _) = twins().await;
    let secret = |text: &str| SecretString::from(text.to_owned());
    let peppers = Peppers { current: secret("the pepper of this test"), previous: None };
    let now = acme.app.sources().now();
    let epoch = acme.configuration().await.epoch;
    let new = attempt::begin(&acme.id, epoch, "settings", false, &peppers, now).unwrap();
    let value = new.cookie_value.expose_secret();
    let cookies = [(&*new.cookie_name, value)];
    let resume = |tenant: &TestTenant, epoch| {
        attempt::resume(&tenant.id, epoch, &new.state, &cookies, &peppers, now).is_some()
    };
    assert!(resume(&acme, epoch));
    assert!(!resume(&globex, epoch));
    assert!(!resume(&acme, epoch + 1), "an attempt of an earlier configuration");
}

/// The same account of the same provider is linked at one tenant only. It is unknown at the other.
#[tokio::test]
async fn a_link_of_one_tenant_is_void_in_another() {
    let ([acme, globex], [ours, theirs]) = twins().await;
    acme.sign_in(&claims("1")).await;
    let sso = globex.sso();
    for id in [ours, theirs] {
        assert_eq!(sso.account(&globex.id, id).await.unwrap(), None);
        let unlinked = sso.unlink(&globex.id, id, &OPERATOR).await;
        assert!(matches!(unlinked, Err(Error::Sso(SsoError::NoAccount))), "{unlinked:?}");
    }
    let rename = serde_json::json!([{"op": "replace", "value": {"externalId": "2"}}]);
    globex.patch(&format!("/Users/{theirs}"), &rename).await.expect(200);
    assert_eq!(globex.refusal(&claims("1")).await, Refusal::NoMatch);
}

#[tokio::test]
async fn a_sign_out_at_one_tenant_leaves_the_other_alone() {
    let ([acme, globex], [ours, theirs]) = twins().await;
    let browser = acme.sign_in(&claims("1")).await;
    globex.sign_in(&claims("1")).await;
    acme.app.advance(time::Duration::seconds(1));
    let (sso, now) = (globex.sso(), acme.app.sources().now());
    for id in [ours, theirs] {
        sso.sign_out_employee(&globex.id, id, &OPERATOR).await.unwrap();
    }
    for (sub, sid) in [(Some("1"), None), (Some("1"), Some("s")), (None, Some("s"))] {
        globex.log_out(&logout(sub, sid, now)).await;
    }
    sso.sign_out_all(&globex.id, &OPERATOR).await.unwrap();
    assert_eq!(browser.closed().await, None);
    assert_eq!(acme.sign_ins().await.len(), 1);
}

//! Sessions of single sign-on: each request checks them again, and every way to end them takes effect at once.

use crate::support::actors::OPERATOR;
use crate::support::admin::admin;
use crate::support::admins::{Closed, barbara, claims, logout, naming, settings};
use crate::support::browser::{Browser, after};
use crate::support::employees::set_active;
use crate::support::groups::{group, path};
use crate::support::{START, TestTenant, acme};
use oidc::IdClaims;
use rollcall::directory::sso::error::SsoError;
use rollcall::directory::sso::refusal::Refusal;
use rollcall::directory::{ActorRecord, Error, EventKind};
use rollcall::model::sign_in::SignInOutcome;
use rollcall::model::sso::SsoSettings;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A tenant with Barbara as an administrator, her id, the id of the group, and a browser with her session.
async fn signed_in() -> (TestTenant, Uuid, String, Browser) {
    let tenant = acme().await;
    let id = tenant.create(&barbara("1")).await;
    let crew = group(&tenant, "Administrators", &[&id]).await;
    tenant.configure(Some(settings(Some(&crew)))).await;
    let browser = tenant.sign_in(&claims("1")).await;
    assert_eq!(browser.closed().await, None);
    // The times of the tests differ by at least a second.
    tenant.app.advance(Duration::seconds(1));
    (tenant, id.parse().unwrap(), crew, browser)
}

fn now(tenant: &TestTenant) -> OffsetDateTime {
    tenant.app.sources().now()
}

/// Checks that the session has ended at the next request of every server, and that a new sign-in opens a new one.
async fn expect_ended(tenant: &TestTenant, browser: &Browser) {
    assert_eq!(browser.closed().await, Some(Closed::Ended));
    assert_eq!(browser.closed_at(&tenant.at_another_server()).await, Some(Closed::Ended));
    tenant.app.advance(Duration::seconds(1));
    assert_eq!(tenant.sign_in(&claims("1")).await.closed().await, None);
    assert_eq!(browser.closed().await, Some(Closed::Ended));
}

/// Row 26: sessions survive an archive (Argo CD #13593).
#[tokio::test]
async fn an_archive_refuses_the_next_request() {
    let (tenant, id, _, browser) = signed_in().await;
    set_active(&tenant, id, false).await;
    assert_eq!(browser.closed().await, Some(Closed::Refused(Refusal::Archived)));
    let other = tenant.at_another_server();
    assert_eq!(browser.closed_at(&other).await, Some(Closed::Refused(Refusal::Archived)));
    // The log has one line, however many requests follow.
    let lines = tenant.sign_ins().await;
    let archived = SignInOutcome::Refused(Refusal::Archived);
    let refused: Vec<_> = lines.iter().filter(|line| line.outcome == archived).collect();
    assert_eq!(refused.len(), 1, "{lines:?}");
    assert_eq!(refused[0].employee_id, Some(id));
}

/// Row 26: sessions survive a DELETE.
#[tokio::test]
async fn a_deletion_refuses_the_next_request() {
    let (tenant, id, _, browser) = signed_in().await;
    tenant.delete(&format!("/Users/{id}")).await.expect(204);
    assert_eq!(browser.closed().await, Some(Closed::Refused(Refusal::NoMatch)));
}

/// Row 26: sessions survive a removal from the group, and the group's deletion.
#[tokio::test]
async fn a_removal_from_the_group_refuses_the_next_request() {
    let (tenant, id, crew, browser) = signed_in().await;
    let remove = json!([{"op": "remove", "path": format!("members[value eq \"{id}\"]")}]);
    tenant.patch(&path(&crew), &remove).await.expect_success();
    let not_administrator = Some(Closed::Refused(Refusal::NotAdministrator));
    assert_eq!(browser.closed().await, not_administrator);
    let add = json!([{"op": "add", "path": "members", "value": [{"value": id}]}]);
    tenant.patch(&path(&crew), &add).await.expect_success();
    assert_eq!(browser.closed().await, None);
    tenant.delete(&path(&crew)).await.expect(204);
    assert_eq!(browser.closed().await, not_administrator);
}

/// Row 26: sessions survive an unlink. A new link of the same account revives no old session.
#[tokio::test]
async fn an_unlink_ends_the_sessions() {
    let (tenant, id, _, browser) = signed_in().await;
    tenant.sso().unlink(&tenant.id, id, &OPERATOR).await.unwrap();
    let history = tenant.app.app.tenants.history(&tenant.id).await.unwrap();
    assert_eq!(history.last().unwrap().entry.kind, EventKind::AccountUnlinked);
    expect_ended(&tenant, &browser).await;
    tenant.sso().unlink(&tenant.id, id, &OPERATOR).await.unwrap();
    let again = tenant.sso().unlink(&tenant.id, id, &OPERATOR).await;
    assert!(matches!(again, Err(Error::Sso(SsoError::NoAccount))), "{again:?}");
    tenant.expect_sound().await;
}

/// Row 26: *Sign out all administrators* raises the epoch.
#[tokio::test]
async fn a_new_epoch_ends_all_sessions() {
    let (tenant, _, _, browser) = signed_in().await;
    let before = tenant.configuration().await;
    tenant.sso().sign_out_all(&tenant.id, &OPERATOR).await.unwrap();
    let after = tenant.configuration().await;
    assert!(after.epoch > before.epoch && after.revision > before.revision);
    assert_eq!(after.proven_at, before.proven_at);
    expect_ended(&tenant, &browser).await;
    tenant.configure(None).await;
    let none = tenant.sso().sign_out_all(&tenant.id, &OPERATOR).await;
    assert!(matches!(none, Err(Error::Sso(SsoError::NotConfigured))), "{none:?}");
}

/// Row 26: another process sees a new epoch within 60 seconds, and single sign-on that was switched off too.
#[tokio::test]
async fn other_processes_see_the_configuration_within_a_minute() {
    let (tenant, _, _, browser) = signed_in().await;
    let other = tenant.at_another_server();
    assert_eq!(browser.closed_at(&other).await, None);
    tenant.sso().sign_out_all(&tenant.id, &OPERATOR).await.unwrap();
    assert_eq!(browser.closed().await, Some(Closed::Ended));
    tenant.app.advance(Duration::seconds(60));
    assert_eq!(browser.closed_at(&other).await, Some(Closed::Ended));
    // A session of the new epoch opens at once, although the other process has cached the old record.
    let old = tenant.at_another_server();
    let first = tenant.sign_in(&claims("1")).await;
    assert_eq!(first.closed_at(&old).await, None);
    tenant.app.advance(Duration::seconds(3));
    tenant.sso().sign_out_all(&tenant.id, &OPERATOR).await.unwrap();
    let second = tenant.sign_in(&claims("1")).await;
    assert_eq!(second.closed_at(&old).await, None);
    tenant.configure(None).await;
    assert_eq!(second.closed().await, Some(Closed::Ended));
}

#[tokio::test]
async fn a_sign_out_of_one_employee_ends_their_sessions() {
    let (tenant, id, _, browser) = signed_in().await;
    let ada = tenant.create(&json!({"userName": "ada", "externalId": "2"})).await;
    let crew = tenant.configuration().await.group.unwrap().to_string();
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    tenant.patch(&path(&crew), &add).await.expect_success();
    let other = tenant.sign_in(&claims("2")).await;
    tenant.sso().sign_out_employee(&tenant.id, id, &OPERATOR).await.unwrap();
    // A session of the same second is void too.
    let same_second = tenant.sign_in(&claims("1")).await;
    assert_eq!(same_second.closed().await, Some(Closed::Ended));
    expect_ended(&tenant, &browser).await;
    assert_eq!(other.closed().await, None);
}

/// The next request of this server reads the changed record of the tenant.
#[tokio::test]
async fn a_sign_out_of_one_employee_drops_the_cached_record() {
    let (tenant, id, _, _) = signed_in().await;
    let queries = async || {
        tenant.app.faults.take_calls();
        admin(&tenant, "GET", "/tokens", Value::Null).await.expect(200);
        let calls = tenant.app.faults.take_calls();
        calls.iter().filter(|call| call.operation == "Query").count()
    };
    queries().await;
    let cached = queries().await;
    let body = json!({"employeeId": id});
    admin(&tenant, "POST", "/sso/sign-out", body).await.expect(204);
    assert_eq!(queries().await, cached + 1);
    assert_eq!(queries().await, cached);
}

/// Each request of a refused session reads the employee again, so it uses up the tenant's share. The refusal page that
/// strangers can open uses up nothing.
#[tokio::test]
async fn a_refused_session_uses_up_the_share() {
    let (tenant, id, _, browser) = signed_in().await;
    set_active(&tenant, id, false).await;
    let tenant = tenant.at(tenant.app.serving(tenant.app.app.clone().with_tenant_units(1)));
    let stranger = Browser::new(&tenant);
    for _ in 0..30 {
        stranger.get("sso/refused?reason=archived&ref=7K3F9Q2M").await.page(403);
    }
    tenant.get("/Users").await.expect(200);
    let refused = Browser { tenant: tenant.clone(), ..browser };
    for _ in 0..30 {
        let page = refused.get("menu").await.page(403);
        assert!(page.contains("Your employee record is archived."), "{page}");
    }
    tenant.get("/Users").await.expect(429);
}

/// *Sign out* ends the session on the server: a copied cookie is void at every server, and other sessions stay.
#[tokio::test]
async fn a_signed_out_cookie_is_void() {
    let (tenant, _, _, mut browser) = signed_in().await;
    let other = tenant.sign_in(&claims("1")).await;
    let page = browser.get("menu").await.page(200);
    browser.csrf = after(&page, "name=\"csrf\" value=\"", "\"").to_owned();
    let answer = browser.submit("sign-out", &[]).await;
    assert!(answer.status.is_redirection() || answer.status.is_success(), "{}", answer.text());
    assert_eq!(browser.closed().await, Some(Closed::Ended));
    assert_eq!(browser.closed_at(&tenant.at_another_server()).await, Some(Closed::Ended));
    assert_eq!(other.closed().await, None);
}

/// The list of ended sessions is bounded. A session that leaves the list does not open again.
#[tokio::test]
async fn many_signed_out_cookies_are_void() {
    let (tenant, id, _, first) = signed_in().await;
    let access = &tenant.app.app.access;
    let mut browsers = vec![first];
    for _ in 0..24 {
        browsers.push(tenant.sign_in(&claims("1")).await);
    }
    for browser in &browsers {
        tenant.app.advance(Duration::milliseconds(10));
        if let Some(resumed) = tenant.session(&[&browser.pass]).await {
            access.sign_out(&tenant.id, &resumed.session).await.unwrap();
        }
    }
    let account = tenant.sso().account(&tenant.id, id).await.unwrap().unwrap();
    assert!(account.ended_sids.len() <= 20);
    for browser in &browsers {
        assert_eq!(browser.closed().await, Some(Closed::Ended));
    }
}

/// Row 17: session fixation. A sign-in issues a new session, whatever the browser had before.
#[tokio::test]
async fn a_sign_in_issues_a_new_session() {
    let (tenant, _, _, browser) = signed_in().await;
    let second = tenant.sign_in(&claims("1")).await;
    assert_ne!(browser.pass, second.pass);
    let mut keys = Vec::new();
    for one in [&browser, &second] {
        let resumed = tenant.session(&[&one.pass]).await.unwrap();
        keys.push(resumed.form_key.expose().to_owned());
    }
    assert_ne!(keys[0], keys[1]);
    // A cookie that is none of ours opens nothing and does no harm beside a session.
    for planted in ["", "a.b", &second.pass.replace('.', "A.")] {
        let alone = tenant.session(&[planted]).await;
        assert!(alone.is_none(), "{planted}");
        let both = tenant.session(&[planted, &second.pass]).await;
        assert!(both.is_some());
    }
}

#[tokio::test]
async fn a_session_has_the_length_of_the_settings() {
    let tenant = acme().await;
    let id = tenant.create(&barbara("1")).await;
    tenant.configure(Some(naming(id.parse().unwrap(), START))).await;
    let browser = tenant.sign_in(&claims("1")).await;
    tenant.app.advance(Duration::hours(24) - Duration::seconds(1));
    assert_eq!(browser.closed().await, None);
    tenant.app.advance(Duration::seconds(1));
    assert_eq!(browser.closed().await, Some(Closed::Ended));
}

/// Row 25: the provider ends all sessions of an account. A replayed token changes nothing.
#[tokio::test]
async fn a_logout_of_the_provider_ends_the_sessions_until_its_time() {
    let (tenant, id, _, browser) = signed_in().await;
    let token = logout(Some("1"), None, now(&tenant));
    assert!(tenant.log_out(&token).await);
    expect_ended(&tenant, &browser).await;
    let second = tenant.sign_in(&claims("1")).await;
    let before = tenant.sso().account(&tenant.id, id).await.unwrap();
    assert!(tenant.log_out(&token).await);
    let earlier = logout(Some("1"), None, token.issued_at - Duration::seconds(30));
    assert!(tenant.log_out(&earlier).await);
    assert_eq!(tenant.sso().account(&tenant.id, id).await.unwrap(), before);
    assert_eq!(second.closed().await, None);
    let unknown = logout(Some("2"), Some("s"), now(&tenant));
    assert!(tenant.log_out(&unknown).await);
    assert_eq!(second.closed().await, None);
}

/// Row 25: the provider ends one of its sessions. A session without a `sid` may be this one, so it ends too.
#[tokio::test]
async fn a_logout_of_one_session_ends_that_session() {
    let (tenant, _, _, without) = signed_in().await;
    let with = |sid: &str| IdClaims { sid: Some(sid.to_owned()), ..claims("1") };
    let ended = tenant.sign_in(&with("one")).await;
    let other = tenant.sign_in(&with("two")).await;
    // Without a subject the token leads to no account.
    assert!(!tenant.log_out(&logout(None, Some("one"), now(&tenant))).await);
    assert_eq!(ended.closed().await, None);
    let token = logout(Some("1"), Some("one"), now(&tenant));
    for _ in 0..2 {
        assert!(tenant.log_out(&token).await);
        assert_eq!(ended.closed().await, Some(Closed::Ended));
        assert_eq!(other.closed().await, None);
        assert_eq!(without.closed().await, Some(Closed::Ended));
    }
    tenant.app.advance(Duration::seconds(1));
    let later = tenant.sign_in(&claims("1")).await;
    assert!(tenant.log_out(&token).await);
    assert_eq!(later.closed().await, None, "a replay changes nothing");
}

/// Row 25: the provider's clock is behind. Its logout is later than its ID token, and earlier than our session.
#[tokio::test]
async fn a_logout_counts_by_the_clock_of_the_provider() {
    let (tenant, _, _, _) = signed_in().await;
    let behind = now(&tenant) - Duration::seconds(50);
    let browser = tenant.sign_in(&IdClaims { issued_at: behind, ..claims("1") }).await;
    assert_eq!(browser.closed().await, None);
    assert!(tenant.log_out(&logout(Some("1"), None, behind + Duration::seconds(10))).await);
    assert_eq!(browser.closed().await, Some(Closed::Ended));
}

/// Copies of a cookie cost one look-up, and a request has few sessions.
#[tokio::test]
async fn copies_of_a_cookie_cost_one_look_up() {
    let (tenant, id, _, browser) = signed_in().await;
    set_active(&tenant, id, false).await;
    assert!(browser.closed().await.is_some());
    tenant.app.faults.take_calls();
    let copies = vec![browser.pass.as_str(); 50];
    assert!(tenant.session(&copies).await.is_none());
    let calls = tenant.app.faults.take_calls();
    let checks = calls.iter().filter(|call| call.operation == "BatchGetItem").count();
    assert_eq!(checks, 1);
}

/// A change checks its session again, against the tenant as it is now: the cached record may be a minute old.
#[tokio::test]
async fn a_change_of_an_ended_session_is_refused() {
    let (tenant, id, _, browser) = signed_in().await;
    let actor = tenant.session(&[&browser.pass]).await.unwrap().actor;
    assert_eq!((actor.employee_id, actor.label.as_deref()), (Some(id), Some("Administrator")));
    let users = tenant.directory();
    let any = Default::default();
    let changes = Default::default();
    users.users().set_local(id, &changes, &any, &actor).await.unwrap();
    tenant.sso().sign_out_all(&tenant.id, &OPERATOR).await.unwrap();
    let refused = users.users().set_local(id, &changes, &any, &actor).await;
    assert!(matches!(refused, Err(Error::TokenEnded)), "{refused:?}");
    // An actor from the history has no epoch, and acts for nobody.
    let stored: ActorRecord =
        serde_json::from_value(serde_json::to_value(&*actor).unwrap()).unwrap();
    assert_eq!(stored.epoch, None);
    let refused = users.users().set_local(id, &changes, &any, &stored).await;
    assert!(matches!(refused, Err(Error::TokenEnded)), "{refused:?}");
}

/// The last admin token is the emergency access, so an administrator cannot revoke it from a session.
#[tokio::test]
async fn a_session_does_not_revoke_the_last_admin_token() {
    let (tenant, _, _, browser) = signed_in().await;
    let access = &tenant.app.app.access;
    let resumed = tenant.session(&[&browser.pass]).await.unwrap();
    let (scope, which) =
        (rollcall::directory::Scope::Admin, rollcall::directory::access::token_set::Which::All);
    let revoked = access.revoke_tokens(&tenant.id, scope, which, &resumed.actor).await;
    assert!(matches!(revoked, Err(Error::LastAdminToken)), "{revoked:?}");
}

/// A change of the configuration by another process ends sessions of the earlier epoch, and the group decides anew.
#[tokio::test]
async fn another_group_decides_at_once_in_a_new_process() {
    let (tenant, _, crew, browser) = signed_in().await;
    let empty = group(&tenant, "Empty", &[]).await;
    let changed = SsoSettings { ..settings(Some(&empty)) };
    tenant.configure(Some(changed)).await;
    assert_eq!(browser.closed().await, Some(Closed::Ended));
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NotAdministrator);
    tenant.configure(Some(settings(Some(&crew)))).await;
    assert_eq!(tenant.sign_in(&claims("1")).await.closed().await, None);
}

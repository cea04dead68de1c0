//! The admission of administrators: the link, the group, named employees, tests of single sign-on, and the log.

use crate::support::actors::OPERATOR;
use crate::support::admins::{Closed, barbara, claims, naming, settings};
use crate::support::employees::{set, set_active};
use crate::support::faults::Fault;
use crate::support::groups::{add_one_by_one, cut_change_short, group, many, path};
use crate::support::{START, TestTenant, acme};
use oidc::IdClaims;
use rollcall::directory::sso::refusal::Refusal;
use rollcall::directory::sso::sign_in::FinishResult;
use rollcall::directory::{BrowserFamily, EventKind, Settings};
use rollcall::model::account::Account;
use rollcall::model::sign_in::{SignInMethod, SignInOutcome, SignInRecord};
use rollcall::model::sso::SsoSettings;
use serde_json::json;
use std::sync::Arc;
use time::Duration;
use tokio::sync::Notify;
use uuid::Uuid;

/// A tenant whose administrators' group has Barbara with the externalId `1`. Returns her id and the group's id.
async fn one_administrator() -> (TestTenant, Uuid, String) {
    let tenant = acme().await;
    let id = tenant.create(&barbara("1")).await;
    let crew = group(&tenant, "Administrators", &[&id]).await;
    tenant.configure(Some(settings(Some(&crew)))).await;
    (tenant, id.parse().unwrap(), crew)
}

async fn account(tenant: &TestTenant, id: Uuid) -> Option<Account> {
    tenant.sso().account(&tenant.id, id).await.unwrap()
}

/// The kind and the changes of the last entry of the tenant's history.
async fn last_entry(tenant: &TestTenant) -> (EventKind, serde_json::Value) {
    let history = tenant.app.app.tenants.history(&tenant.id).await.unwrap();
    let entry = history.into_iter().next_back().unwrap().entry;
    let changes = entry.changes.into_iter();
    let changes = changes.map(|change| (change.attribute, json!([change.old, change.new])));
    (entry.kind, serde_json::Value::Object(changes.collect()))
}

/// Tests single sign-on. Returns the line in the log.
async fn try_it(tenant: &TestTenant, claims: &IdClaims) -> SignInRecord {
    let (settings, family) = (tenant.configuration().await, BrowserFamily::Firefox);
    tenant.app.advance(Duration::seconds(1));
    let tried = tenant.sso().admit(&tenant.id, &settings, claims, true, family).await.unwrap();
    assert!(matches!(tried, FinishResult::Tried { problem: None }), "{tried:?}");
    let line = tenant.sso().last_try(&tenant.id).await.unwrap().unwrap();
    assert_eq!((line.at, line.how), (tenant.app.sources().now(), SignInMethod::Try));
    line
}

#[tokio::test]
async fn the_first_sign_in_links_the_account() {
    let (tenant, id, _) = one_administrator().await;
    assert_eq!(account(&tenant, id).await, None);
    let name = Some("bjensen@example.com".to_owned());
    let claims = IdClaims { preferred_username: name, ..claims("1") };
    tenant.sign_in(&claims).await;
    let linked = account(&tenant, id).await.unwrap();
    assert_eq!((linked.employee, &*linked.shown), (id, "bjensen@example.com"));
    assert_eq!(linked.last_sign_in, START.date());
    tenant.app.advance(Duration::days(1));
    tenant.sign_in(&claims).await;
    let later = account(&tenant, id).await.unwrap();
    assert_eq!(later.last_sign_in, START.date() + Duration::days(1));
    let (last_sign_in, revision) = (linked.last_sign_in, linked.revision);
    assert_eq!(later.revision, revision + 1);
    assert_eq!(Account { last_sign_in, revision, ..later }, linked);
}

/// Two accounts of the provider sign in at once, and both match. One of them gets the link.
#[tokio::test]
async fn one_of_two_simultaneous_accounts_gets_the_link() {
    let tenant = acme().await;
    let id = tenant.create(&barbara("1")).await;
    let rule = rollcall::model::sso::MatchRule::PreferredUsernameUserName;
    let named = naming(id.parse().unwrap(), START);
    tenant.configure(Some(SsoSettings { match_by: rule, ..named })).await;
    let account = |sub: &str| IdClaims {
        preferred_username: Some("bjensen@example.com".to_owned()),
        ..claims(sub)
    };
    let (one, two) = (account("one"), account("two"));
    let (one, two) = tokio::join!(tenant.admit(&one), tenant.admit(&two));
    let is_in = |admitted: &FinishResult| matches!(admitted, FinishResult::SignedIn { .. });
    let is_refused = |admitted: &FinishResult| {
        let elsewhere = Refusal::LinkedElsewhere;
        matches!(admitted, FinishResult::Refused { refusal, .. } if *refusal == elsewhere)
    };
    assert!(is_in(&one) && is_refused(&two) || is_in(&two) && is_refused(&one), "{one:?} {two:?}");
}

#[tokio::test]
async fn the_link_of_a_deleted_employee_is_replaced_with_an_entry() {
    let (tenant, id, crew) = one_administrator().await;
    let old = tenant.sign_in(&claims("1")).await;
    tenant.delete(&format!("/Users/{id}")).await.expect(204);
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NoMatch);
    // Another person has the identifier now: the deleted employee keeps another userName.
    let new = json!({"userName": "ada", "externalId": "1"});
    let new = tenant.create(&new).await;
    let add = json!([{"op": "add", "path": "members", "value": [{"value": new}]}]);
    tenant.patch(&path(&crew), &add).await.expect_success();
    let browser = tenant.sign_in(&claims("1")).await;
    assert_eq!(browser.closed().await, None);
    assert_eq!(old.closed().await, Some(Closed::Ended));
    assert_eq!(account(&tenant, id).await, None);
    let (kind, changes) = last_entry(&tenant).await;
    assert_eq!(kind, EventKind::AccountReplaced);
    assert_eq!(changes, json!({"employee": [id.to_string(), new]}));
}

#[tokio::test]
async fn a_link_of_an_earlier_issuer_is_replaced_with_an_entry() {
    let (tenant, id, crew) = one_administrator().await;
    let old = tenant.sign_in(&claims("1")).await;
    let issuer = "https://new.example.com".to_owned();
    tenant.configure(Some(SsoSettings { issuer, ..settings(Some(&crew)) })).await;
    assert_eq!(old.closed().await, Some(Closed::Ended));
    let browser = tenant.sign_in(&claims("1")).await;
    assert_eq!(browser.closed().await, None);
    assert_eq!(account(&tenant, id).await.unwrap().issuer, "https://new.example.com");
    let (kind, changes) = last_entry(&tenant).await;
    assert_eq!(kind, EventKind::AccountReplaced);
    assert_eq!(changes, json!({"employee": [null, id.to_string()]}));
    tenant.expect_sound().await;
}

/// The link protects a named employee against an externalId that is rewritten with the Secret Token.
#[tokio::test]
async fn a_rewritten_external_id_takes_no_linked_administrator_over() {
    let tenant = acme().await;
    let id = tenant.create(&barbara("1")).await;
    tenant.configure(Some(naming(id.parse().unwrap(), START))).await;
    tenant.sign_in(&claims("1")).await;
    let rewrite = json!([{"op": "replace", "value": {"externalId": "2"}}]);
    tenant.patch(&format!("/Users/{id}"), &rewrite).await.expect(200);
    assert_eq!(tenant.refusal(&claims("2")).await, Refusal::LinkedElsewhere);
    assert_eq!(tenant.sign_in(&claims("1")).await.closed().await, None);
}

#[tokio::test]
async fn only_direct_members_and_named_employees_are_administrators() {
    let (tenant, id, crew) = one_administrator().await;
    let ada = tenant.create(&json!({"userName": "ada", "externalId": "2"})).await;
    let inner = group(&tenant, "Inner", &[&ada]).await;
    let add = json!([{"op": "add", "path": "members", "value": [{"value": inner}]}]);
    tenant.patch(&path(&crew), &add).await.expect_success();
    assert_eq!(tenant.refusal(&claims("2")).await, Refusal::NotAdministrator);
    let named = naming(ada.parse().unwrap(), START);
    tenant.configure(Some(SsoSettings { group: None, ..named })).await;
    let browser = tenant.sign_in(&claims("2")).await;
    assert_eq!(browser.closed().await, None);
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NotAdministrator);
    set_active(&tenant, id, false).await;
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::Archived);
}

#[tokio::test]
async fn a_naming_from_before_a_return_is_void() {
    let tenant = acme().await;
    let id = tenant.create(&barbara("1")).await;
    let id: Uuid = id.parse().unwrap();
    tenant.configure(Some(naming(id, START))).await;
    tenant.sign_in(&claims("1")).await;
    tenant.delete(&format!("/Users/{id}")).await.expect(204);
    let at = tenant.app.sources().now();
    assert_eq!(tenant.create(&barbara("1")).await, id.to_string());
    tenant.app.advance(Duration::seconds(1));
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NotAdministrator);
    // A naming in the instant of the return is not later than the return.
    tenant.configure(Some(naming(id, at))).await;
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NotAdministrator);
    tenant.configure(Some(naming(id, at + Duration::milliseconds(1)))).await;
    assert_eq!(tenant.sign_in(&claims("1")).await.closed().await, None);
    // With a group, the group still counts.
    let crew = group(&tenant, "Administrators", &[&id.to_string()]).await;
    let group = Some(crew.parse().unwrap());
    tenant.configure(Some(SsoSettings { group, ..naming(id, START) })).await;
    assert_eq!(tenant.sign_in(&claims("1")).await.closed().await, None);
}

/// A server dies within a large change that removes the administrator. The next request finishes the change first.
#[tokio::test]
async fn a_large_change_under_way_is_finished_first() {
    let (tenant, ids) = many(200).await;
    let barbara = tenant.create(&barbara("1")).await;
    let crew = group(&tenant, "Administrators", &[&barbara]).await;
    tenant.patch(&path(&crew), &add_one_by_one(&ids)).await.expect_success();
    tenant.configure(Some(settings(Some(&crew)))).await;
    let browser = tenant.sign_in(&claims("1")).await;
    assert_eq!(browser.closed().await, None);
    // The change commits, and the server dies before it applies the redo log.
    tenant.app.faults.end_writes_after(1);
    let none = json!({"displayName": "Administrators", "members": []});
    let url = format!("{}?excludedAttributes=members", path(&crew));
    tenant.put(&url, &none).await.expect_success();
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
    assert!(!tenant.report().await.unfinished.is_empty(), "the change is under way");
    let not_administrator = Some(Closed::Refused(Refusal::NotAdministrator));
    assert_eq!(browser.closed().await, not_administrator);
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NotAdministrator);
    tenant.expect_sound().await;
}

/// A session that has ended, and an archived administrator, wait for no change of the group and finish none.
#[tokio::test]
async fn a_void_session_finishes_no_change() {
    let (tenant, ids) = many(200).await;
    let barbara = tenant.create(&barbara("1")).await;
    let crew = group(&tenant, "Administrators", &[&barbara]).await;
    tenant.configure(Some(settings(Some(&crew)))).await;
    let signed_out = tenant.sign_in(&claims("1")).await;
    tenant.app.advance(Duration::seconds(1));
    let id = barbara.parse().unwrap();
    tenant.sso().sign_out_employee(&tenant.id, id, &OPERATOR).await.unwrap();
    tenant.app.advance(Duration::seconds(1));
    let open = tenant.sign_in(&claims("1")).await;
    cut_change_short(&tenant, &crew, &ids).await;
    let is_under_way = async || !tenant.report().await.unfinished.is_empty();
    tenant.app.faults.take_calls();
    assert_eq!(signed_out.closed().await, Some(Closed::Ended));
    assert!(is_under_way().await);
    set_active(&tenant, id, false).await;
    assert_eq!(open.closed().await, Some(Closed::Refused(Refusal::Archived)));
    assert!(is_under_way().await);
    set_active(&tenant, id, true).await;
    assert_eq!(open.closed().await, None);
    assert!(!is_under_way().await, "the row decides about this session");
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_sign_in_needs_a_test_first() {
    let (tenant, id, crew) = one_administrator().await;
    tenant.configure(Some(SsoSettings { proven_at: None, ..settings(Some(&crew)) })).await;
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NotTried);
    assert_eq!(tenant.sign_ins().await, []);
    // A refused test proves nothing.
    let refused = try_it(&tenant, &claims("2")).await;
    assert_eq!(tenant.configuration().await.proven_at, None);
    assert_eq!(refused.reference.map(|text| text.len()), Some(8));
    assert_eq!(refused.employee_id, None);
    assert_eq!(refused.outcome, SignInOutcome::Refused(Refusal::NoMatch));

    let is_in = |line: SignInRecord| (line.outcome, line.employee_id);
    let signed_in = (SignInOutcome::SignedIn, Some(id));
    assert_eq!(is_in(try_it(&tenant, &claims("1")).await), signed_in);
    let proven = tenant.configuration().await;
    assert_eq!(proven.proven_at, Some(tenant.app.sources().now()));
    let (kind, changes) = last_entry(&tenant).await;
    assert_eq!((kind, changes), (EventKind::SsoChanged, json!({"action": [null, "proven"]})));
    // The test opens no session and writes no link. A second test changes nothing but the log.
    assert_eq!(account(&tenant, id).await, None);
    assert_eq!(is_in(try_it(&tenant, &claims("1")).await), signed_in);
    assert_eq!(tenant.configuration().await, proven);
    assert_eq!(tenant.sign_ins().await.len(), 3);
    assert_eq!(tenant.sign_in(&claims("1")).await.closed().await, None);
}

/// A sign-in that overlaps a change of the configuration writes no link of the earlier one.
#[tokio::test]
async fn a_sign_in_of_an_earlier_configuration_writes_no_link() {
    let (tenant, id, crew) = one_administrator().await;
    let earlier = tenant.configuration().await;
    let issuer = "https://new.example.com".to_owned();
    tenant.configure(Some(SsoSettings { issuer, ..settings(Some(&crew)) })).await;
    let family = BrowserFamily::Firefox;
    let late = tenant.sso().admit(&tenant.id, &earlier, &claims("1"), false, family).await.unwrap();
    assert!(matches!(late, FinishResult::Refused { refusal: Refusal::Failed, .. }), "{late:?}");
    assert_eq!(account(&tenant, id).await, None);
}

/// The configuration ends between the reads of a sign-in and its transaction. The transaction writes no link.
#[tokio::test]
async fn a_configuration_that_ends_before_the_transaction_of_a_link_gets_no_link() {
    let (tenant, id, crew) = one_administrator().await;
    let let_go = Arc::new(Notify::new());
    let changes = [None, Some("https://new.example.com")];
    for issuer in changes {
        tenant.configure(Some(settings(Some(&crew)))).await;
        tenant.app.faults.plan("TransactWriteItems", Fault::Held(Arc::clone(&let_go)));
        let claims = claims("1");
        let change = async {
            tenant.app.faults.all_met().await;
            let new = issuer
                .map(|issuer| SsoSettings { issuer: issuer.to_owned(), ..settings(Some(&crew)) });
            tenant.configure(new).await;
            let_go.notify_one();
        };
        let (late, ()) = tokio::join!(tenant.admit(&claims), change);
        assert!(matches!(late, FinishResult::Refused { refusal: Refusal::Failed, .. }), "{late:?}");
        assert_eq!(account(&tenant, id).await, None);
    }
    // A change of the tenant that leaves the configuration as it is only delays the link.
    tenant.configure(Some(settings(Some(&crew)))).await;
    tenant.app.faults.plan("TransactWriteItems", Fault::Held(Arc::clone(&let_go)));
    let claims = claims("1");
    let change = async {
        tenant.app.faults.all_met().await;
        set(&tenant, Settings { location_from_idp: true, ..Default::default() }).await;
        let_go.notify_one();
    };
    let (admitted, ()) = tokio::join!(tenant.admit(&claims), change);
    assert!(matches!(admitted, FinishResult::SignedIn { .. }), "{admitted:?}");
    assert!(account(&tenant, id).await.is_some());
    tenant.expect_sound().await;
}

/// A configuration that changed during a test is not tested.
#[tokio::test]
async fn a_test_of_an_earlier_configuration_proves_nothing() {
    let (tenant, id, crew) = one_administrator().await;
    let new = SsoSettings { proven_at: None, ..settings(Some(&crew)) };
    tenant.configure(Some(new.clone())).await;
    let earlier = tenant.configuration().await;
    tenant.configure(Some(new)).await;
    let family = BrowserFamily::Firefox;
    let tried = tenant.sso().admit(&tenant.id, &earlier, &claims("1"), true, family).await.unwrap();
    assert!(matches!(tried, FinishResult::Tried { problem: None }), "{tried:?}");
    let line = tenant.sso().last_try(&tenant.id).await.unwrap().unwrap();
    assert_eq!((line.outcome, line.employee_id), (SignInOutcome::SignedIn, Some(id)));
    assert_eq!(tenant.configuration().await.proven_at, None);
}

/// A refusal has a line when an employee is known. Strangers cause no write.
#[tokio::test]
async fn the_log_has_a_line_for_each_known_employee() {
    let (tenant, id, crew) = one_administrator().await;
    let remove = json!([{"op": "remove", "path": format!("members[value eq \"{id}\"]")}]);
    tenant.patch(&path(&crew), &remove).await.expect_success();
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NotAdministrator);
    let line = tenant.sign_ins().await.remove(0);
    assert_eq!((line.how, line.employee_id), (SignInMethod::Sso, Some(id)));
    assert_eq!(line.outcome, SignInOutcome::Refused(Refusal::NotAdministrator));
    assert_eq!((line.shown, line.reference.map(|text| text.len())), (None, Some(8)));

    tenant.app.faults.take_calls();
    assert_eq!(tenant.refusal(&claims("unknown")).await, Refusal::NoMatch);
    let family = BrowserFamily::Other;
    let reference = tenant.sso().refuse(&tenant.id, Refusal::Failed, false, family).await.unwrap();
    assert_eq!(reference.len(), 8);
    let calls = tenant.app.faults.take_calls();
    let is_write = |name: &str| ["UpdateItem", "TransactWriteItems"].contains(&name);
    assert!(!calls.iter().any(|call| is_write(&call.operation)), "a stranger causes a write");
    assert_eq!(tenant.sign_ins().await.len(), 1);
    tenant.app.advance(Duration::seconds(1));
    tenant.sso().refuse(&tenant.id, Refusal::Unavailable, true, family).await.unwrap();
    assert_eq!(tenant.sign_ins().await[0].how, SignInMethod::Try);
}

/// An erased employee leaves neither a link nor a name.
#[tokio::test]
async fn the_link_of_an_erased_employee_is_gone() {
    let (tenant, id, _) = one_administrator().await;
    let old = tenant.sign_in(&claims("1")).await;
    set_active(&tenant, id, false).await;
    tenant.directory().users().erase(id, &OPERATOR).await.unwrap();
    assert_eq!(old.closed().await, Some(Closed::Ended));
    assert_eq!(account(&tenant, id).await, None);
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::NoMatch);
    let names = tenant.directory().history().employee_names([id]).await.unwrap();
    assert_eq!(names.text_of(id), "an erased employee");
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_names_of_actors_need_one_call_a_page() {
    let (tenant, id, _) = one_administrator().await;
    let ada = tenant.create(&json!({"userName": "ada"})).await.parse().unwrap();
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    tenant.app.faults.take_calls();
    let ids = [id, ada, Uuid::max(), id];
    let names = tenant.directory().history().employee_names(ids).await.unwrap();
    assert_eq!(names.text_of(id), "Barbara Jensen (bjensen@example.com)");
    assert_eq!(names.text_of(ada), "ada");
    assert_eq!(names.text_of(Uuid::max()), "an erased employee");
    let calls = tenant.app.faults.take_calls();
    assert_eq!(calls.iter().map(|call| &*call.operation).collect::<Vec<_>>(), ["BatchGetItem"]);
    let none = tenant.directory().history().actor_names([&OPERATOR.clone()]).await.unwrap();
    assert_eq!(none.of(&OPERATOR), None);
    assert_eq!(tenant.app.faults.take_calls().len(), 0);
}

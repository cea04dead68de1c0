//! The items of accounts: linked once, erased with the employee, removed with the tenant, and checked.

use crate::support::actors::OPERATOR;
use crate::support::damage::text;
use crate::support::sso::{as_sent, barbara, configured, put, stored};
use crate::support::{TestTenant, acme};
use rollcall::directory::sso::configuration::NewSso;
use rollcall::directory::sso::refusal::Refusal;
use rollcall::directory::{
    BrowserFamily, Employee, SignInMethod, SignInOutcome, SignInRecord, ViolationKind,
};
use rollcall::model::account::{Account, subject_hash};
use rollcall::store::accounts::NewLink;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

const SUBJECT: &str = "00u1-subject";
const SHOWN: &str = "bjensen@example.com";

async fn employee(tenant: &TestTenant, id: Uuid) -> Employee {
    let store = tenant.app.store.tenant(&tenant.id);
    store.employees().get_visible_or_hidden(id).await.unwrap().expect("an employee")
}

fn account(tenant: &TestTenant, employee: Uuid, subject: &str) -> Account {
    let issuer = "https://acme.okta.com";
    let shown = if subject == SUBJECT { SHOWN } else { "another claim" };
    let now = tenant.app.app.tenants.now();
    Account::new(employee, issuer, subject_hash(issuer, subject), shown.to_owned(), now)
}

async fn link(tenant: &TestTenant, id: Uuid, subject: &str) -> bool {
    let employee = employee(tenant, id).await;
    link_read(tenant, employee, subject).await
}

/// Links an employee as it was read.
async fn link_read(tenant: &TestTenant, employee: Employee, subject: &str) -> bool {
    let account = account(tenant, employee.id, subject);
    let new = NewLink { employee, account, replaced: Vec::new(), holder: None };
    let record = tenant.app.app.tenants.get(&tenant.id).await.unwrap();
    tenant.app.store.tenant(&tenant.id).accounts().link(&new, &record).await.unwrap()
}

fn line(tenant: &TestTenant, employee_id: Option<Uuid>, refusal: Option<Refusal>) -> SignInRecord {
    SignInRecord {
        at: tenant.app.app.tenants.now(),
        how: SignInMethod::Sso,
        outcome: refusal.map_or(SignInOutcome::SignedIn, SignInOutcome::Refused),
        employee_id,
        shown: Some(SHOWN.to_owned()),
        label: None,
        browser: BrowserFamily::Firefox,
        reference: refusal.map(|_| "7K3F9Q2M".to_owned()),
    }
}

async fn add(tenant: &TestTenant, random: &str, line: &SignInRecord) {
    tenant.app.store.tenant(&tenant.id).sign_ins().add(random, line).await.unwrap();
}

async fn lines(tenant: &TestTenant) -> Vec<SignInRecord> {
    tenant.app.app.access.recent_sign_ins(&tenant.id).await.unwrap()
}

#[tokio::test]
async fn a_subject_belongs_to_one_employee_and_an_employee_to_one_subject() {
    let tenant = acme().await;
    let (one, two) = (barbara(&tenant).await, tenant.create(&json!({"userName": "ada"})).await);
    let two = two.parse().unwrap();
    assert!(link(&tenant, one, SUBJECT).await);
    assert!(!link(&tenant, two, SUBJECT).await, "the subject has a holder");
    assert!(!link(&tenant, one, "another").await, "the employee has an account");
    let accounts = tenant.app.store.tenant(&tenant.id);
    let accounts = accounts.accounts();
    assert_eq!(
        accounts.get_holder(&subject_hash("https://acme.okta.com", SUBJECT)).await.unwrap(),
        Some(one)
    );
    assert_eq!(accounts.get(one).await.unwrap().unwrap().shown, SHOWN);
    assert!(accounts.get(two).await.unwrap().is_none());
    tenant.expect_sound().await;
}

#[tokio::test]
async fn an_account_ends_its_sessions() {
    let tenant = acme().await;
    let id = barbara(&tenant).await;
    assert!(link(&tenant, id, SUBJECT).await);
    let store = tenant.app.store.tenant(&tenant.id);
    let read = async || store.accounts().get(id).await.unwrap().unwrap();
    let save = async |change: &dyn Fn(&mut Account)| {
        let before = read().await;
        let mut after = before.clone();
        change(&mut after);
        let is_changed = after != before;
        assert!(store.accounts().save(&before, after).await.unwrap());
        let revision = before.revision + u64::from(is_changed);
        assert_eq!(read().await.revision, revision, "a change has a revision of its own");
    };
    let (first, at) = (read().await, tenant.app.app.tenants.now());
    save(&|account| account.end_all(at)).await;
    let mut late = first.clone();
    late.end_all(at + Duration::HOUR);
    assert!(!store.accounts().save(&first, late).await.unwrap(), "it was read before");
    save(&|account| account.end_all(at - Duration::HOUR)).await;
    assert_eq!(read().await.ended_at, Some(at), "a later end stays");
    let later = at + Duration::HOUR;
    let end_session = async |sid: &str| {
        for _ in 0..2 {
            save(&|account| account.end_session(sid, later)).await;
        }
    };
    for number in 0..20 {
        end_session(&format!("sid-{number}")).await;
    }
    assert_eq!((read().await.ended_sids.len(), read().await.ended_at), (20, Some(at)));
    end_session("sid-20").await;
    let full = read().await;
    assert_eq!((full.ended_sids, full.ended_at), (vec!["sid-20".to_owned()], Some(later)));
    let day = at.date().next_day().unwrap();
    save(&|account| account.last_sign_in = day).await;
    assert_eq!(read().await.last_sign_in, day);
}

/// Security property 5: an erasure leaves no name and no subject.
#[tokio::test]
async fn an_erasure_leaves_neither_account_nor_subject_nor_sign_ins() {
    let tenant = acme().await;
    let (admin, settings) = configured(&tenant).await;
    let ada: Uuid = tenant.create(&json!({"userName": "ada"})).await.parse().unwrap();
    put(&tenant, NewSso { admins: vec![admin, ada], ..as_sent(&settings) }).await.unwrap();
    assert!(link(&tenant, admin, SUBJECT).await && link(&tenant, ada, "ada's").await);
    add(&tenant, "a", &line(&tenant, Some(admin), None)).await;
    add(&tenant, "b", &line(&tenant, None, Some(Refusal::NoMatch))).await;
    add(&tenant, "c", &line(&tenant, Some(ada), None)).await;
    assert_eq!(lines(&tenant).await.len(), 3);
    assert!(
        lines(&tenant).await.iter().all(|line| line.employee_id.is_none() || line.shown.is_none())
    );
    let before = stored(&tenant).await.settings;
    tenant.delete(&format!("/Users/{admin}")).await.expect_success();
    let late = employee(&tenant, admin).await;
    tenant.directory().users().erase(admin, &OPERATOR).await.unwrap();
    let after = stored(&tenant).await.settings;
    assert_eq!(after.admins.iter().map(|one| one.id).collect::<Vec<_>>(), [ada]);
    assert!(after.revision > before.revision);
    let left = lines(&tenant).await;
    assert_eq!(left.iter().map(|line| line.employee_id).collect::<Vec<_>>(), [Some(ada)]);
    let hash = subject_hash("https://acme.okta.com", SUBJECT);
    for partition in ["", "#ACCOUNT", "#SUBJECT", "#EMPLOYEE", "#HIDDEN", "#USERNAME"] {
        let items = format!("{:?}", tenant.items(&format!("TENANT#acme{partition}")).await);
        assert!(!items.contains(&hash) && !items.contains(SHOWN), "{partition}");
    }
    // A sign-in that had read the employee before links nothing.
    assert!(!link_read(&tenant, late, SUBJECT).await);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_log_keeps_50_lines_and_refusals_for_a_week() {
    let tenant = acme().await;
    let id = barbara(&tenant).await;
    add(&tenant, "first", &line(&tenant, Some(id), Some(Refusal::NotAdministrator))).await;
    let [refused] = &lines(&tenant).await[..] else { panic!("one line") };
    assert_eq!(refused.outcome.as_str(), "notAdministrator");
    assert_eq!(refused.reference.as_deref(), Some("7K3F9Q2M"));
    add(&tenant, "second", &line(&tenant, Some(id), None)).await;
    tenant.app.advance(Duration::days(7));
    assert_eq!(lines(&tenant).await.len(), 1, "the refusal has expired, and the sign-in has not");
    add(&tenant, "third", &line(&tenant, Some(id), None)).await;
    assert_eq!(stored_lines(&tenant).await, 2, "a new line removes expired ones");
    for number in 0..60 {
        tenant.app.advance(Duration::SECOND);
        add(&tenant, &format!("{number}"), &line(&tenant, Some(id), None)).await;
    }
    assert_eq!((lines(&tenant).await.len(), stored_lines(&tenant).await), (50, 50));
    assert_eq!(lines(&tenant).await[0].at, tenant.app.app.tenants.now(), "the newest is first");
}

/// A person who is no administrator could otherwise push all sign-ins out of the log.
#[tokio::test]
async fn refusals_push_out_no_sign_ins() {
    let tenant = acme().await;
    let id = barbara(&tenant).await;
    let reference = |number: u32| Some(format!("REF{number:05}"));
    for number in 0..30 {
        add(&tenant, &format!("in-{number}"), &line(&tenant, Some(id), None)).await;
    }
    for number in 0..40 {
        let employee = Some(Uuid::from_u128(u128::from(number)));
        let refused = line(&tenant, employee, Some(Refusal::NotAdministrator));
        let refused = SignInRecord { reference: reference(number), ..refused };
        add(&tenant, &format!("out-{number}"), &refused).await;
    }
    let is_in = |line: &&SignInRecord| line.outcome == SignInOutcome::SignedIn;
    let log = lines(&tenant).await;
    assert_eq!((log.iter().filter(is_in).count(), log.len()), (30, 50));
    // Within an hour, the newest of equal refusals stands for all. A refused session is one line.
    let refusals = async || {
        let log = lines(&tenant).await;
        let own = log.into_iter().filter(|line| line.employee_id == Some(id) && !is_in(&line));
        own.filter_map(|line| line.reference).collect::<Vec<_>>()
    };
    let again = async |number: u32| {
        let refused = line(&tenant, Some(id), Some(Refusal::Archived));
        let refused = SignInRecord { reference: reference(number), ..refused };
        add(&tenant, &format!("again-{number}"), &refused).await;
    };
    tenant.app.advance(Duration::SECOND);
    for number in [100, 101, 101] {
        again(number).await;
    }
    assert_eq!(refusals().await, ["REF00101"]);
    tenant.app.advance(Duration::HOUR);
    again(102).await;
    assert_eq!(refusals().await, ["REF00102", "REF00101"]);
}

#[tokio::test]
async fn a_removed_tenant_gets_no_line() {
    let tenant = acme().await;
    tenant.app.app.tenants.delete(&tenant.id).await.unwrap();
    add(&tenant, "late", &line(&tenant, None, None)).await;
    assert_eq!(tenant.items("TENANT#acme").await, []);
}

async fn stored_lines(tenant: &TestTenant) -> usize {
    let items = tenant.items("TENANT#acme").await;
    let log = items.iter().find(|item| item["SK"].as_s().is_ok_and(|sort| sort == "ACCESS"));
    log.expect("a log").keys().filter(|name| name.starts_with("signIn ")).count()
}

#[tokio::test]
async fn a_removed_tenant_leaves_no_account_and_no_credential() {
    let tenant = acme().await;
    let (admin, _) = configured(&tenant).await;
    assert!(link(&tenant, admin, SUBJECT).await);
    tenant.app.app.tenants.delete(&tenant.id).await.unwrap();
    for partition in ["", "#ACCOUNT", "#SUBJECT"] {
        assert_eq!(tenant.items(&format!("TENANT#acme{partition}")).await, [], "{partition}");
    }
}

#[tokio::test]
async fn the_check_finds_and_repairs_accounts_and_claims_that_do_not_fit() {
    use ViolationKind::{AccountClaimLeft, AccountClaimMissing, AccountLeft};
    let hash = subject_hash("https://acme.okta.com", SUBJECT);
    let other = "99999999-9999-4999-8999-999999999999";
    for kind in [AccountClaimMissing, AccountClaimLeft, AccountLeft] {
        let tenant = acme().await;
        let id = barbara(&tenant).await;
        assert!(link(&tenant, id, SUBJECT).await);
        match kind {
            AccountClaimMissing => tenant.remove("SUBJECT", &hash).await,
            AccountClaimLeft => tenant.remove("ACCOUNT", &id.to_string()).await,
            _ => {
                let mut item = tenant.stored("ACCOUNT", &id.to_string()).await;
                item.retain(|name, _| name != "PK" && name != "SK");
                let attributes = item.iter().map(|(name, value)| (&**name, value.clone()));
                let attributes: Vec<_> = attributes.collect();
                tenant.remove("ACCOUNT", &id.to_string()).await;
                tenant.plant("ACCOUNT", other, attributes).await;
                tenant.plant("SUBJECT", &hash, [("holder", text(other))]).await;
            }
        }
        let report = tenant.report().await;
        let kinds: Vec<_> = report.violations.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [kind]);
        let repair = tenant.directory().integrity().repair(&OPERATOR).await.unwrap();
        assert_eq!(repair.left.violations, [], "{kind:?}");
        let holder = tenant.app.store.tenant(&tenant.id).accounts().get_holder(&hash).await;
        let expected = (kind == AccountClaimMissing).then_some(id);
        assert_eq!(holder.unwrap(), expected, "{kind:?}");
    }
}

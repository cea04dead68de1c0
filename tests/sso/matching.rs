//! The match of an identity with an employee, at the first sign-in.

use crate::support::admins::{barbara, claims, settings};
use crate::support::employees::set_active;
use crate::support::groups::group;
use crate::support::{TestTenant, acme};
use oidc::IdClaims;
use rollcall::directory::sso::refusal::Refusal;
use rollcall::model::sso::{MatchRule, Preset, SsoSettings};
use serde_json::json;

const DIRECTORY: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// A tenant whose administrators are a group with these employees, by this rule.
async fn tenant(rule: MatchRule, people: &[serde_json::Value]) -> (TestTenant, Vec<String>) {
    let tenant = acme().await;
    let mut ids = Vec::new();
    for person in people {
        ids.push(tenant.create(person).await);
    }
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    let crew = group(&tenant, "Administrators", &members).await;
    let settings = SsoSettings { match_by: rule, ..settings(Some(&crew)) };
    tenant.configure(Some(settings)).await;
    (tenant, ids)
}

async fn change(tenant: &TestTenant, change: impl FnOnce(&mut SsoSettings)) {
    let mut settings = tenant.configuration().await;
    change(&mut settings);
    tenant.configure(Some(settings)).await;
}

/// Checks that a sign-in with these claims opens a session of this employee.
async fn expect_session(tenant: &TestTenant, claims: &IdClaims, id: &str) {
    let browser = tenant.sign_in(claims).await;
    let resumed = tenant.session(&[&browser.pass]).await.expect("an open session");
    assert_eq!(resumed.actor.employee_id, Some(id.parse().unwrap()));
    assert_eq!(browser.closed().await, None);
}

fn email(sub: &str, email: &str, email_verified: bool) -> IdClaims {
    IdClaims { email: Some(email.to_owned()), email_verified, ..claims(sub) }
}

fn named(sub: &str, name: &str) -> IdClaims {
    IdClaims { preferred_username: Some(name.to_owned()), ..claims(sub) }
}

#[tokio::test]
async fn an_external_id_is_compared_exactly() {
    let (tenant, ids) = tenant(MatchRule::SubExternalId, &[barbara("00uAbC")]).await;
    for other in ["00uabc", "00uAbC ", "00uAb", "00uAbCd", "%", "00uAbC#"] {
        assert_eq!(tenant.refusal(&claims(other)).await, Refusal::NoMatch, "{other}");
    }
    expect_session(&tenant, &claims("00uAbC"), &ids[0]).await;
}

#[tokio::test]
async fn a_user_name_is_compared_without_case_and_not_beyond_ascii() {
    let rule = MatchRule::PreferredUsernameUserName;
    let (tenant, ids) = tenant(rule, &[barbara("1")]).await;
    assert_eq!(tenant.refusal(&claims("s")).await, Refusal::MissingClaim);
    assert_eq!(tenant.refusal(&named("s", "")).await, Refusal::MissingClaim);
    // The full-width letter and the invisible character are other accounts at the provider.
    for other in ["ｂjensen@example.com", "bjensen\u{200b}@example.com", "babs@example.com"] {
        assert_eq!(tenant.refusal(&named("s", other)).await, Refusal::NoMatch, "{other}");
    }
    expect_session(&tenant, &named("s", "BJensen@Example.com"), &ids[0]).await;
}

#[tokio::test]
async fn an_address_must_be_primary() {
    let (tenant, ids) = tenant(MatchRule::EmailEmail, &[barbara("1")]).await;
    let secondary = email("s", "babs@example.com", true);
    assert_eq!(tenant.refusal(&secondary).await, Refusal::NoMatch);
    expect_session(&tenant, &email("s", "BJENSEN@example.com", true), &ids[0]).await;
}

/// Row 12: email as identity (CVE-2023-3128, CVE-2024-21632). An address counts only if the provider verified it.
#[tokio::test]
async fn an_unverified_address_matches_nobody() {
    let (tenant, ids) = tenant(MatchRule::EmailEmail, &[barbara("1")]).await;
    let unverified = email("s", "bjensen@example.com", false);
    assert_eq!(tenant.refusal(&unverified).await, Refusal::EmailNotVerified);
    assert_eq!(tenant.refusal(&claims("s")).await, Refusal::MissingClaim);
    let account = tenant.sso().account(&tenant.id, ids[0].parse().unwrap()).await.unwrap();
    assert_eq!(account, None);
}

/// Row 12: a changed address of a linked subject stays with the linked employee, even if it is the address of another.
#[tokio::test]
async fn a_changed_address_stays_with_the_linked_employee() {
    let other =
        json!({"userName": "ada", "emails": [{"value": "ada@example.com", "primary": true}]});
    let (tenant, ids) = tenant(MatchRule::EmailEmail, &[barbara("1"), other]).await;
    expect_session(&tenant, &email("s", "bjensen@example.com", true), &ids[0]).await;
    // The link decides, so the address needs no verification any more.
    for verified in [true, false] {
        expect_session(&tenant, &email("s", "ada@example.com", verified), &ids[0]).await;
    }
}

/// Row 12: Entra ID lets an administrator of any directory write any address.
#[tokio::test]
async fn an_address_from_entra_matches_nobody() {
    let (tenant, _) = tenant(MatchRule::EmailEmail, &[barbara("1")]).await;
    change(&tenant, |settings| {
        settings.provider = Preset::Entra;
        settings.issuer = format!("https://login.microsoftonline.com/{DIRECTORY}/v2.0");
    })
    .await;
    let claims = IdClaims {
        oid: Some("o".to_owned()),
        tid: Some(DIRECTORY.to_owned()),
        ..email("s", "bjensen@example.com", true)
    };
    assert_eq!(tenant.refusal(&claims).await, Refusal::EmailNotVerified);
}

/// Row 13: domains by suffix and two `@` (oauth2-proxy CVE-2026-40574).
#[tokio::test]
async fn an_address_with_two_domains_matches_nobody() {
    let hostile = json!({"userName": "mallory", "externalId": "2",
        "emails": [{"value": "a@evil@example.com", "primary": true}]});
    let (tenant, _) = tenant(MatchRule::EmailEmail, &[barbara("1"), hostile]).await;
    for (address, refusal) in [
        ("a@evil@example.com", Refusal::EmailNotVerified),
        ("bjensen@example.com@evil.example", Refusal::EmailNotVerified),
        ("bjensen@example.com.evil.example", Refusal::NoMatch),
        ("bjensen@evil-example.com", Refusal::NoMatch),
        ("@example.com", Refusal::EmailNotVerified),
        ("bjensen@", Refusal::EmailNotVerified),
        ("bjensen", Refusal::EmailNotVerified),
        (" bjensen@example.com", Refusal::NoMatch),
        ("ｂjensen@example.com", Refusal::NoMatch),
        ("bjensen@example.com\u{0}", Refusal::NoMatch),
    ] {
        assert_eq!(tenant.refusal(&email("s", address, true)).await, refusal, "{address:?}");
    }
}

/// Row 13: `hd` ignored. A private account with the company's domain in its name is another domain's account.
#[tokio::test]
async fn the_domain_of_google_counts_at_each_sign_in() {
    let (tenant, ids) = tenant(MatchRule::SubExternalId, &[barbara("118")]).await;
    change(&tenant, |settings| {
        settings.provider = Preset::Google;
        settings.hd = Some("example.com".to_owned());
    })
    .await;
    let with = |hd: Option<&str>| IdClaims {
        hd: hd.map(str::to_owned),
        ..email("118", "bjensen.example.com@gmail.com", true)
    };
    let others = [None, Some("gmail.com"), Some("evil-example.com"), Some("sub.example.com")];
    for other in others.into_iter().chain([Some("example.com.evil.example"), Some("")]) {
        assert_eq!(tenant.refusal(&with(other)).await, Refusal::WrongDomain, "{other:?}");
    }
    expect_session(&tenant, &with(Some("Example.com")), &ids[0]).await;
    assert_eq!(tenant.refusal(&with(Some("gmail.com"))).await, Refusal::WrongDomain);
}

/// Row 13: Google verifies addresses of other providers, so an address needs a domain that is configured.
#[tokio::test]
async fn an_address_from_google_needs_the_domain() {
    let (tenant, ids) = tenant(MatchRule::EmailEmail, &[barbara("1")]).await;
    change(&tenant, |settings| settings.provider = Preset::Google).await;
    let address = email("118", "bjensen@example.com", true);
    assert_eq!(tenant.refusal(&address).await, Refusal::WrongDomain);
    change(&tenant, |settings| settings.hd = Some("example.com".to_owned())).await;
    assert_eq!(tenant.refusal(&address).await, Refusal::WrongDomain);
    let own = IdClaims { hd: Some("example.com".to_owned()), ..address };
    expect_session(&tenant, &own, &ids[0]).await;
}

/// Row 14: a userName that passes to a new person does not pass the administration on.
#[tokio::test]
async fn a_reassigned_user_name_takes_nothing_over() {
    let rule = MatchRule::PreferredUsernameUserName;
    let (tenant, ids) = tenant(rule, &[barbara("1")]).await;
    expect_session(&tenant, &named("old", "bjensen@example.com"), &ids[0]).await;
    let new = named("new", "bjensen@example.com");
    assert_eq!(tenant.refusal(&new).await, Refusal::LinkedElsewhere);
    let lines = tenant.sign_ins().await;
    assert_eq!(lines[0].employee_id, Some(ids[0].parse().unwrap()));
    expect_session(&tenant, &named("old", "renamed@example.com"), &ids[0]).await;
}

/// Entra ID: the link's subject is `oid`, because `sub` changes with the client id. `tid` counts at each sign-in.
#[tokio::test]
async fn the_object_id_of_entra_is_the_subject() {
    let oid = "7a1b6f0e-0000-4000-8000-0123456789ab";
    let (tenant, ids) = tenant(MatchRule::OidExternalId, &[barbara(oid)]).await;
    change(&tenant, |settings| {
        settings.provider = Preset::Entra;
        settings.issuer = format!("https://login.microsoftonline.com/{DIRECTORY}/v2.0");
    })
    .await;
    let account = |sub: &str, oid: Option<&str>, tid: Option<&str>| IdClaims {
        oid: oid.map(str::to_owned),
        tid: tid.map(str::to_owned),
        ..claims(sub)
    };
    expect_session(&tenant, &account("pairwise-1", Some(oid), Some(DIRECTORY)), &ids[0]).await;
    expect_session(&tenant, &account("pairwise-2", Some(oid), Some(DIRECTORY)), &ids[0]).await;
    for (other, refusal) in [
        (account("pairwise-1", None, Some(DIRECTORY)), Refusal::MissingClaim),
        (account("pairwise-1", Some(oid), None), Refusal::MissingClaim),
        (account("pairwise-1", Some(oid), Some("common")), Refusal::WrongDomain),
        (account("pairwise-1", Some(oid), Some("")), Refusal::WrongDomain),
        (account(oid, Some("another"), Some(DIRECTORY)), Refusal::NoMatch),
    ] {
        assert_eq!(tenant.refusal(&other).await, refusal, "{other:?}");
    }
}

#[tokio::test]
async fn exactly_one_visible_employee_must_match() {
    let other = json!({"userName": "ada", "externalId": "1"});
    let (tenant, ids) = tenant(MatchRule::SubExternalId, &[barbara("1"), other]).await;
    let [barbara, ada] = [&ids[0], &ids[1]].map(|id| id.parse().unwrap());
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::SeveralMatch);
    set_active(&tenant, ada, false).await;
    set_active(&tenant, barbara, false).await;
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::Archived);
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    assert_eq!(tenant.refusal(&claims("1")).await, Refusal::Archived);
    assert_eq!(tenant.sign_ins().await[0].employee_id, Some(barbara));
    set_active(&tenant, barbara, true).await;
    expect_session(&tenant, &claims("1"), &ids[0]).await;
}

//! Secret Tokens from the client's side. A replacement has an overlap, a revocation takes a minute at most, and a token
//! has one scope.

use crate::support::actors::{OPERATOR, administrator, identity_provider};
use crate::support::{TestTenant, acme};
use axum::body::Body;
use http::Request;
use rollcall::directory::Error;
use rollcall::directory::access::tenant_cache::TENANT_CACHE_SECS;
use rollcall::directory::access::token_set::{DEFAULT_OVERLAP, Earlier, Replacement, Which};
use rollcall::directory::lists::admin_list::EmployeesInIdOrder;
use rollcall::directory::users::administration::Status;
use rollcall::model::history::EventKind;
use rollcall::model::tenant::{Scope, Stage, TenantId};
use scim::document::Document;
use secrecy::ExposeSecret;
use serde_json::json;
use time::Duration;

/// Returns the status of a list request with this token.
async fn status(tenant: &TestTenant, token: &str) -> u16 {
    let request = Request::builder()
        .uri(tenant.path("/Users?startIndex=1&count=2"))
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    tenant.app.send(request).await.status.as_u16()
}

async fn replace(tenant: &TestTenant, scope: Scope, overlap: Duration) -> String {
    let tenants = &tenant.app.app.tenants;
    let replacement = Replacement { label: None, overlap, earlier: Earlier::Drop, expected: None };
    let token = tenants.replace_token(&tenant.id, scope, &replacement, &OPERATOR).await.unwrap();
    token.token.expose_secret().to_owned()
}

async fn revoke(tenant: &TestTenant, scope: Scope, stage: Option<Stage>) -> usize {
    tenant
        .app
        .app
        .tenants
        .revoke_tokens(&tenant.id, scope, stage.map_or(Which::All, Which::Stage), &OPERATOR)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_token_says_whose_it_is_and_fits_a_header() {
    let tenant = acme().await;
    for token in [&tenant.scim_token, &tenant.admin_token] {
        let random = token.strip_prefix("rc_acme_").expect("a prefix");
        assert_eq!(random.len(), 43);
        assert!(random.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }
    assert_ne!(tenant.scim_token, tenant.admin_token);
}

#[tokio::test]
async fn the_token_before_a_replacement_works_through_the_overlap_and_not_longer() {
    let tenant = acme().await;
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    tenant.app.advance(Duration::seconds(2));
    let new = replace(&tenant, Scope::Scim, DEFAULT_OVERLAP).await;
    assert_eq!(status(&tenant, &new).await, 200, "at once");
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    tenant.app.advance(DEFAULT_OVERLAP - Duration::milliseconds(1));
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    tenant.app.advance(Duration::milliseconds(1));
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401);
    assert_eq!(status(&tenant, &new).await, 200);
    tenant.app.advance(Duration::days(3_650));
    assert_eq!(status(&tenant, &new).await, 200, "the current one has no end");
}

#[tokio::test]
async fn an_overlap_that_ends_is_not_outlived_by_what_is_remembered() {
    let tenant = acme().await;
    let new = replace(&tenant, Scope::Scim, Duration::seconds(30)).await;
    // The cache holds both tokens, for longer than the older token is valid.
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    tenant.app.advance(Duration::seconds(30));
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401);
    assert_eq!(status(&tenant, &new).await, 200);
}

#[tokio::test]
async fn a_second_replacement_ends_the_token_before_the_last() {
    let tenant = acme().await;
    let second = replace(&tenant, Scope::Scim, DEFAULT_OVERLAP).await;
    let third = replace(&tenant, Scope::Scim, DEFAULT_OVERLAP).await;
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401);
    assert_eq!(status(&tenant, &second).await, 200);
    assert_eq!(status(&tenant, &third).await, 200);
}

#[tokio::test]
async fn a_replacement_without_an_overlap_ends_the_old_token_within_a_minute() {
    let tenant = acme().await;
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    let new = replace(&tenant, Scope::Scim, Duration::ZERO).await;
    tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401);
    assert_eq!(status(&tenant, &new).await, 200);
}

#[tokio::test]
async fn a_new_token_works_at_once_although_the_old_ones_are_remembered() {
    let tenant = acme().await;
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    tenant.app.advance(Duration::seconds(5));
    let new = replace(&tenant, Scope::Scim, DEFAULT_OVERLAP).await;
    assert_eq!(status(&tenant, &new).await, 200);
}

#[tokio::test]
async fn a_token_made_right_after_a_request_works_two_seconds_later_at_most() {
    let tenant = acme().await;
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    let new = replace(&tenant, Scope::Scim, DEFAULT_OVERLAP).await;
    tenant.app.advance(Duration::seconds(2));
    assert_eq!(status(&tenant, &new).await, 200);
}

#[tokio::test]
async fn a_revoked_token_stops_working_within_a_minute() {
    let tenant = acme().await;
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    assert_eq!(revoke(&tenant, Scope::Scim, None).await, 1);
    tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    assert_eq!(TENANT_CACHE_SECS, 60);
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401);
    let new = replace(&tenant, Scope::Scim, DEFAULT_OVERLAP).await;
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401, "a replacement revives nothing");
    tenant.app.advance(Duration::seconds(2));
    assert_eq!(status(&tenant, &new).await, 200);
}

#[tokio::test]
async fn a_steady_use_of_a_revoked_token_does_not_keep_it_alive() {
    let tenant = acme().await;
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    revoke(&tenant, Scope::Scim, None).await;
    let mut last = 200;
    for _ in 0..12 {
        tenant.app.advance(Duration::seconds(5));
        last = status(&tenant, &tenant.scim_token).await;
    }
    assert_eq!(last, 401);
}

#[tokio::test]
async fn one_stage_can_be_revoked_alone() {
    let tenant = acme().await;
    let new = replace(&tenant, Scope::Scim, DEFAULT_OVERLAP).await;
    assert_eq!(revoke(&tenant, Scope::Scim, Some(Stage::Previous)).await, 1);
    tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401);
    assert_eq!(status(&tenant, &new).await, 200);
    assert_eq!(revoke(&tenant, Scope::Scim, Some(Stage::Previous)).await, 0);
}

#[tokio::test]
async fn scopes_do_not_stand_for_each_other() {
    let tenant = acme().await;
    assert_eq!(status(&tenant, &tenant.admin_token).await, 401);
    let new_admin = replace(&tenant, Scope::Admin, DEFAULT_OVERLAP).await;
    assert_eq!(status(&tenant, &new_admin).await, 401);
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200, "another scope's replacement");
    revoke(&tenant, Scope::Admin, None).await;
    tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200, "another scope's revocation");
    let access = &tenant.app.app.access;
    let scim = access.open(&tenant.id, &[Scope::Admin], Ok(&tenant.scim_token)).await.unwrap();
    assert!(scim.is_err());
}

#[tokio::test]
async fn an_admin_token_opens_the_admin_scope_of_its_tenant_only() {
    let tenant = acme().await;
    let globex = tenant.app.tenant("globex").await;
    let access = &tenant.app.app.access;
    let session =
        access.open(&tenant.id, &[Scope::Admin], Ok(&tenant.admin_token)).await.unwrap().unwrap();
    assert_eq!(session.tenant.as_str(), "acme");
    assert_eq!(json!(&*session.actor), administrator(&tenant).await);
    let elsewhere = access.open(&globex.id, &[Scope::Admin], Ok(&tenant.admin_token)).await;
    assert!(elsewhere.unwrap().is_err());
}

#[tokio::test]
async fn the_tokens_of_a_deleted_tenant_are_refused() {
    let tenant = acme().await;
    tenant.create(&serde_json::json!({"userName": "ada"})).await;
    revoke(&tenant, Scope::Scim, None).await;
    tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    tenant.app.app.tenants.delete(&tenant.id).await.unwrap();
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401);
    let tenants = &tenant.app.app.tenants;
    assert!(matches!(tenants.get(&tenant.id).await, Err(Error::NoTenant)));
    assert!(matches!(tenants.delete(&tenant.id).await, Err(Error::NoTenant)));
    let id = TenantId::parse("acme").unwrap();
    let again = tenants.create(&id, "Acme again", &OPERATOR).await.unwrap();
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401, "another acme's token");
    tenant.app.advance(Duration::seconds(2));
    assert_eq!(status(&tenant, again.scim_token.expose_secret()).await, 200);
}

#[tokio::test]
async fn a_tenant_deleted_without_more_ado_is_refused_within_a_minute() {
    let tenant = acme().await;
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    tenant.app.app.tenants.delete(&tenant.id).await.unwrap();
    tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    assert_eq!(status(&tenant, &tenant.scim_token).await, 401);
}

#[tokio::test]
async fn a_second_replacement_does_not_end_an_overlap_that_was_promised() {
    let tenant = acme().await;
    let tenants = &tenant.app.app.tenants;
    let replacement = Replacement {
        label: None,
        overlap: DEFAULT_OVERLAP,
        earlier: Earlier::Keep,
        expected: None,
    };
    let new =
        tenants.replace_token(&tenant.id, Scope::Scim, &replacement, &OPERATOR).await.unwrap();
    assert_eq!(status(&tenant, new.token.expose_secret()).await, 200);
    let refused = tenants.replace_token(&tenant.id, Scope::Scim, &replacement, &OPERATOR).await;
    assert!(matches!(refused, Err(Error::PreviousTokenValid { .. })));
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
    tenants.replace_token(&tenant.id, Scope::Admin, &replacement, &OPERATOR).await.unwrap();

    tenant.app.advance(DEFAULT_OVERLAP);
    tenants.replace_token(&tenant.id, Scope::Scim, &replacement, &OPERATOR).await.unwrap();
    let drop = Replacement { earlier: Earlier::Drop, ..replacement };
    tenants.replace_token(&tenant.id, Scope::Scim, &drop, &OPERATOR).await.unwrap();
}

#[tokio::test]
async fn a_tenant_is_not_made_over_what_a_deleted_one_left() {
    let tenant = acme().await;
    let tenants = &tenant.app.app.tenants;
    replace(&tenant, Scope::Read, DEFAULT_OVERLAP).await;
    tenants.retire(&tenant.id, &OPERATOR).await.unwrap();
    assert_eq!(tenants.get(&tenant.id).await.unwrap().tokens, [], "of every scope");
    tenants.delete(&tenant.id).await.unwrap();
    // A server that still caches a token writes after the deletion.
    let late = serde_json::json!({"userName": "late@old.example"});
    let late = Document::from_canonical(late.as_object().unwrap().clone());
    tenant.directory().users().create(late, &OPERATOR).await.unwrap();
    assert!(matches!(tenants.create(&tenant.id, "x", &OPERATOR).await, Err(Error::TenantTaken)));
    tenants.delete(&tenant.id).await.unwrap();
    tenants.create(&tenant.id, "x", &OPERATOR).await.unwrap();
    let again = tenant.directory();
    let all = EmployeesInIdOrder { status: Status::All, cursor: None, limit: 100 };
    assert_eq!(again.lists().in_id_order(all).await.unwrap().rows, []);
    assert!(matches!(
        tenants.delete(&TenantId::parse("nobody").unwrap()).await,
        Err(Error::NoTenant)
    ));
}

/// The history shows a label beside the names of the service, so a label must not imitate these names.
#[tokio::test]
async fn a_name_that_people_give_passes_for_no_other() {
    let tenant = acme().await;
    let tenants = &tenant.app.app.tenants;
    let bad = [
        "Ok\u{200b}ta",
        "Okta\u{202e}1",
        "\u{2066}Okta",
        "Okta\u{2028}2",
        "Ok\u{ad}ta",
        "Ok\u{e0041}ta",
        "Okta\n",
        "Identity Provider",
        "identity  PROVIDER",
        "The Administrator",
        "Rollcall command",
        "IdentityProvider",
        "Read-only client",
        "Identity\u{a0}\u{3000}Provider",
        "Identity\u{3164}Provider",
        "Identity\u{2800}Provider",
        "Identity\u{1d159}Provider",
        "Admin\u{fe0f}istrator",
        "Okta\u{115f}",
        "Okta\u{34f}",
    ];
    for (n, name) in bad.iter().enumerate() {
        let name = format!("x {name}x");
        let replacement = Replacement {
            label: Some(&name),
            overlap: DEFAULT_OVERLAP,
            earlier: Earlier::Drop,
            expected: None,
        };
        let refused = tenants.replace_token(&tenant.id, Scope::Scim, &replacement, &OPERATOR).await;
        assert!(matches!(refused, Err(Error::Protocol(_))), "{name:?}");
        let id = TenantId::parse(&format!("bad-{n}")).unwrap();
        let refused = tenants.create(&id, &name, &OPERATOR).await;
        assert!(matches!(refused, Err(Error::Protocol(_))), "{name:?}");
    }
    for (n, name) in ["Okta 2027", "Ökta – 東京", "एक", ""].iter().enumerate() {
        let id = TenantId::parse(&format!("good-{n}")).unwrap();
        tenants.create(&id, name, &OPERATOR).await.unwrap();
    }
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
}

#[tokio::test]
async fn a_tenant_id_can_be_taken_once() {
    let tenant = acme().await;
    let tenants = &tenant.app.app.tenants;
    assert!(matches!(tenants.create(&tenant.id, "x", &OPERATOR).await, Err(Error::TenantTaken)));
    assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
}

#[tokio::test]
async fn what_happens_to_tokens_is_in_the_history_and_the_tokens_are_not() {
    let tenant = acme().await;
    let tenants = &tenant.app.app.tenants;
    let overlap = Duration::HOUR;
    let replacement =
        Replacement { label: Some("Okta 2027"), overlap, earlier: Earlier::Keep, expected: None };
    let new =
        tenants.replace_token(&tenant.id, Scope::Scim, &replacement, &OPERATOR).await.unwrap();
    revoke(&tenant, Scope::Scim, Some(Stage::Previous)).await;
    let entries = tenants.history(&tenant.id).await.unwrap();
    let kinds: Vec<EventKind> = entries.iter().map(|recorded| recorded.entry.kind).collect();
    assert_eq!(kinds, [EventKind::Created, EventKind::TokenReplaced, EventKind::TokenRevoked]);
    let replaced = &entries[1].entry;
    assert_eq!((&replaced.actor, &*replaced.changes[0].attribute), (&*OPERATOR, "tokens.scim"));
    assert_eq!(replaced.changes[0].new, Some("Okta 2027".into()));
    let kept = format!("{entries:?}{:?}", tenants.get(&tenant.id).await.unwrap());
    for token in [&tenant.scim_token, &tenant.admin_token, &new.token.expose_secret().to_owned()] {
        let random = token.rsplit_once("rc_acme_").unwrap().1;
        assert!(!kept.contains(random), "a token is kept");
    }
    let id = tenant.create_with(new.token.expose_secret()).await;
    let directory = tenant.directory();
    let created = &directory.history().of_user(id).await.unwrap()[0].entry;
    assert_eq!(created.actor.label.as_deref(), Some("Okta 2027"));
    assert_eq!(json!(created.actor), identity_provider(&tenant).await);
}

impl TestTenant {
    /// Creates a user with another token than the first token of the tenant.
    async fn create_with(&self, token: &str) -> uuid::Uuid {
        let tenant = TestTenant { scim_token: token.to_owned(), ..self.clone() };
        tenant.create(&serde_json::json!({"userName": "ada"})).await.parse().unwrap()
    }
}

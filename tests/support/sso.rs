//! Helpers for the configuration of single sign-on, through the library.

use super::TestTenant;
use super::actors::OPERATOR;
use super::employees::create;
use rollcall::directory::precondition::Precondition;
use rollcall::directory::sso::Sso;
use rollcall::directory::sso::configuration::{NewSso, SsoView};
use rollcall::directory::sso::error::SsoError;
use rollcall::directory::{ActorRecord, AttributeChange, Error, EventKind};
use rollcall::model::sso::{ClientAuth, NamedAdmin, SsoSettings};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

/// The issuer of most tests.
pub const ISSUER: &str = "https://acme.okta.com";
/// Another issuer.
pub const OTHER_ISSUER: &str = "https://evil.example";
/// The client secret of most tests.
pub const CLIENT_SECRET: &str = "client-secret-K7f2mQ9xV4";

/// The single sign-on of the tenant's server.
pub fn sso(tenant: &TestTenant) -> &Sso {
    &tenant.app.app.sso
}

/// An employee who can be a named administrator.
pub async fn barbara(tenant: &TestTenant) -> Uuid {
    create(tenant, json!({"userName": "bjensen@example.com", "externalId": "00u1"})).await
}

/// A configuration with a client secret and one named administrator.
pub fn new_sso(admin: Uuid) -> NewSso {
    NewSso {
        issuer: ISSUER.to_owned(),
        client_id: "0oa1b2c3".to_owned(),
        client_auth: ClientAuth::Secret,
        client_secret: Some(SecretString::from(CLIENT_SECRET)),
        secret_ends_on: None,
        match_by: None,
        provider: None,
        hd: None,
        group: None,
        admins: vec![admin],
        named_now: vec![admin],
        hours: 8,
        token_sign_in: true,
    }
}

/// The stored configuration, as a PUT sends it. It has no secret, so the stored one stays.
pub fn as_sent(settings: &SsoSettings) -> NewSso {
    NewSso {
        issuer: settings.issuer.clone(),
        client_id: settings.client_id.clone(),
        client_auth: settings.client_auth,
        client_secret: None,
        secret_ends_on: None,
        match_by: Some(settings.match_by),
        provider: Some(settings.provider),
        hd: settings.hd.clone(),
        group: settings.group,
        admins: settings.admins.iter().map(|admin: &NamedAdmin| admin.id).collect(),
        named_now: Vec::new(),
        hours: settings.hours,
        token_sign_in: settings.token_sign_in,
    }
}

/// Saves a configuration as an actor.
pub async fn put_as(
    tenant: &TestTenant,
    new: NewSso,
    actor: &ActorRecord,
) -> Result<SsoView, Error> {
    sso(tenant).put(&tenant.id, new, &Precondition::default(), actor).await
}

/// Saves a configuration as the operator.
pub async fn put(tenant: &TestTenant, new: NewSso) -> Result<SsoView, Error> {
    put_as(tenant, new, &OPERATOR).await
}

/// Makes a tenant with a configuration that is tested.
pub async fn configured(tenant: &TestTenant) -> (Uuid, SsoSettings) {
    let admin = barbara(tenant).await;
    let view = put(tenant, new_sso(admin)).await.unwrap();
    prove(tenant).await;
    (admin, SsoSettings { proven_at: Some(tenant.app.app.tenants.now()), ..view.settings })
}

/// Notes a successful test in the stored configuration.
pub async fn prove(tenant: &TestTenant) {
    let at = tenant.app.app.tenants.now();
    tenant
        .tamper_own("SETTINGS", |item| {
            let stored = item["sso"].as_s().unwrap();
            let mut sso: SsoSettings = serde_json::from_str(stored).unwrap();
            sso.proven_at = Some(at);
            let text = serde_json::to_string(&sso).unwrap();
            item.insert("sso".into(), super::damage::text(&text));
        })
        .await;
}

/// The stored configuration with its facts.
pub async fn stored(tenant: &TestTenant) -> SsoView {
    sso(tenant).get(&tenant.id).await.unwrap().expect("a configuration")
}

/// The refusal of a request.
pub fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> SsoError {
    match result {
        Err(Error::Sso(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

/// The field that a refusal names.
pub fn wrong_field<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match refused(result) {
        SsoError::Field { field, problem } => {
            assert!(problem.len() > 10, "{field}: {problem}");
            field
        }
        other => panic!("{other:?}"),
    }
}

/// The last entry about single sign-on in the tenant's history: its action, and the names of the fields.
pub async fn last_entry(tenant: &TestTenant) -> (String, Vec<String>) {
    let history = tenant.app.app.tenants.history(&tenant.id).await.unwrap();
    let entry = history.into_iter().rev().find(|one| one.entry.kind == EventKind::SsoChanged);
    let changes = entry.expect("an entry").entry.changes;
    let [action, fields @ ..] = &changes[..] else { panic!("{changes:?}") };
    let has_value = |change: &AttributeChange| change.old.is_some() || change.new.is_some();
    assert!(!fields.iter().any(has_value), "no value of a field is in the history: {fields:?}");
    let action = action.new.as_ref().and_then(|action| action.as_str()).unwrap().to_owned();
    (action, fields.iter().map(|field| field.attribute.clone()).collect())
}

//! The keys of `private_key_jwt`: made, published, rotated and forgotten.

use crate::support::acme;
use crate::support::actors::OPERATOR;
use crate::support::peppers::{self, SECOND, THIRD, rotate};
use crate::support::sso::{
    OTHER_ISSUER, as_sent, barbara, configured, last_entry, new_sso, put, refused, sso, stored,
};
use crate::support::{TestApp, TestTenant};
use rollcall::directory::Error;
use rollcall::directory::reseal::SealedKind;
use rollcall::directory::sso::code_exchange::ClientCredential;
use rollcall::directory::sso::configuration::{KeyState, NewSso, SsoView};
use rollcall::directory::sso::error::SsoError;
use rollcall::model::sso::ClientAuth;
use time::Duration;

fn by_key(new: NewSso) -> NewSso {
    NewSso { client_auth: ClientAuth::Key, client_secret: None, ..new }
}

async fn make(tenant: &TestTenant) -> Result<SsoView, Error> {
    sso(tenant).make_key(&tenant.id, &OPERATOR).await
}

async fn use_next(tenant: &TestTenant) -> Result<SsoView, Error> {
    sso(tenant).use_next_key(&tenant.id, &OPERATOR).await
}

/// A tenant with a first key.
async fn with_key(tenant: &TestTenant) -> String {
    let admin = barbara(tenant).await;
    let view = put(tenant, by_key(new_sso(admin))).await.unwrap();
    assert_eq!((view.secret, view.keys), (None, vec![]), "the key is made on demand");
    make(tenant).await.unwrap().keys[0].kid.clone()
}

/// The id of the key that signs.
async fn signs(tenant: &TestTenant) -> String {
    let settings = stored(tenant).await.settings;
    match sso(tenant).credential(&tenant.id, &settings).await.unwrap() {
        ClientCredential::Key(key) => key.kid().to_owned(),
        _ => panic!("no key"),
    }
}

async fn published(tenant: &TestTenant) -> Vec<String> {
    let keys = sso(tenant).public_keys(&tenant.id).await.unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn states(tenant: &TestTenant) -> Vec<(String, KeyState)> {
    stored(tenant).await.keys.into_iter().map(|key| (key.kid, key.state)).collect()
}

#[tokio::test]
async fn a_key_is_made_published_and_signs() {
    let tenant = acme().await;
    assert_eq!(refused(make(&tenant).await), SsoError::NotConfigured);
    let (_, settings) = configured(&tenant).await;
    assert_eq!(refused(make(&tenant).await), SsoError::NotAKeyConfiguration);
    assert_eq!(refused(use_next(&tenant).await), SsoError::NotAKeyConfiguration);
    let view = put(&tenant, by_key(as_sent(&settings))).await.unwrap();
    let none = sso(&tenant).credential(&tenant.id, &view.settings).await;
    assert!(matches!(none, Err(Error::Sso(SsoError::NoKey))));
    assert_eq!(published(&tenant).await, [""; 0]);
    let made = make(&tenant).await.unwrap();
    assert!(made.settings.revision > view.settings.revision);
    assert_eq!(made.settings.epoch, view.settings.epoch, "sessions stay");
    let kid = made.keys[0].kid.clone();
    assert_eq!(published(&tenant).await, std::slice::from_ref(&kid), "at once in this process");
    assert_eq!(signs(&tenant).await, kid);
    assert_eq!(states(&tenant).await, [(kid, KeyState::Current)]);
    assert_eq!(last_entry(&tenant).await.0, "keyMade");
    let keys = sso(&tenant).public_keys(&tenant.id).await.unwrap();
    let names: Vec<&str> = keys[0].as_object().unwrap().keys().map(String::as_str).collect();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        assert!(!names.contains(&private), "{names:?}");
    }
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_next_key_signs_after_a_day() {
    let tenant = acme().await;
    let first = with_key(&tenant).await;
    let second = make(&tenant).await.unwrap().keys[1].kid.clone();
    assert_ne!(first, second);
    assert_eq!(published(&tenant).await, [first.clone(), second.clone()]);
    let repeated = make(&tenant).await.unwrap();
    assert_eq!(repeated.keys[1].kid, second, "a repeated request keeps the key that waits");
    tenant.app.advance(Duration::hours(24) - Duration::seconds(1));
    assert_eq!(signs(&tenant).await, first);
    tenant.app.advance(Duration::seconds(1));
    assert_eq!(signs(&tenant).await, second);
    let both = [(second.clone(), KeyState::Current), (first, KeyState::Former)];
    assert_eq!(states(&tenant).await, both);
    let third = make(&tenant).await.unwrap().keys[1].kid.clone();
    assert_eq!(published(&tenant).await, [second.clone(), third.clone()]);
    assert_eq!(signs(&tenant).await, second, "the promoted key opens in its new item");
    let both = [(second, KeyState::Current), (third, KeyState::Next)];
    assert_eq!(states(&tenant).await, both);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_next_key_signs_on_demand() {
    let tenant = acme().await;
    with_key(&tenant).await;
    assert_eq!(refused(use_next(&tenant).await), SsoError::NoNextKey);
    let second = make(&tenant).await.unwrap().keys[1].kid.clone();
    let view = use_next(&tenant).await.unwrap();
    assert_eq!(view.keys.len(), 1);
    assert_eq!(signs(&tenant).await, second);
    assert_eq!(published(&tenant).await, [second]);
    assert_eq!(last_entry(&tenant).await.0, "keyUsed");
}

/// Row 24: a key that an issuer knows signs for no other issuer.
#[tokio::test]
async fn keys_do_not_follow_a_changed_issuer() {
    let tenant = acme().await;
    let first = with_key(&tenant).await;
    make(&tenant).await.unwrap();
    let settings = stored(&tenant).await.settings;
    let kept = put(&tenant, NewSso { hours: 2, ..as_sent(&settings) }).await.unwrap();
    assert_eq!(kept.keys.len(), 2);
    let other = NewSso { issuer: OTHER_ISSUER.to_owned(), ..as_sent(&settings) };
    assert_eq!(put(&tenant, other).await.unwrap().keys, []);
    assert_eq!(published(&tenant).await, [""; 0]);
    assert_ne!(make(&tenant).await.unwrap().keys[0].kid, first);
}

#[tokio::test]
async fn strangers_cost_one_read_of_the_keys_a_minute() {
    let tenant = acme().await;
    let kid = with_key(&tenant).await;
    let server = tenant.at_another_server();
    assert_eq!(published(&server).await, std::slice::from_ref(&kid));
    tenant.app.faults.take_calls();
    for _ in 0..10 {
        assert_eq!(published(&server).await, std::slice::from_ref(&kid));
    }
    assert_eq!(tenant.app.faults.take_operations(), [""; 0]);
    let unknown = rollcall::directory::TenantId::parse("unknown").unwrap();
    let app: &TestApp = &tenant.app;
    assert!(app.app.sso.public_keys(&unknown).await.unwrap().is_empty());
    let second = make(&tenant).await.unwrap().keys[1].kid.clone();
    assert_eq!(
        published(&server).await,
        std::slice::from_ref(&kid),
        "another process is up to a minute late"
    );
    tenant.app.advance(Duration::seconds(61));
    assert_eq!(published(&server).await, [kid, second]);
}

#[tokio::test]
async fn keys_survive_rotations_of_the_pepper_with_a_reseal_between() {
    let (tenant, peppers) = peppers::tenant().await;
    let first = with_key(&tenant).await;
    make(&tenant).await.unwrap();
    rotate(&tenant, &peppers, SECOND);
    assert_eq!(signs(&tenant).await, first);
    let report = sso(&tenant).reseal(false).await.unwrap();
    assert_eq!(report.sealed[&SealedKind::ClientKey], 2);
    rotate(&tenant, &peppers, THIRD);
    assert_eq!(signs(&tenant).await, first);
    rotate(&tenant, &peppers, "a fourth pepper of a test, long enough!!");
    assert!(stored(&tenant).await.keys.iter().all(|key| !key.is_readable));
    let settings = stored(&tenant).await.settings;
    let lost = sso(&tenant).credential(&tenant.id, &settings).await.unwrap_err();
    assert_eq!(lost.to_string(), "The key cannot be read. Make a new key");
    let made = make(&tenant).await.unwrap();
    assert_eq!(made.keys.len(), 1, "a lost key is replaced");
    assert_eq!(signs(&tenant).await, made.keys[0].kid);
}

/// A next key that does not open must not block the current one, and not the next request for a key.
#[tokio::test]
async fn a_lost_next_key_neither_signs_nor_blocks() {
    let tenant = acme().await;
    let first = with_key(&tenant).await;
    make(&tenant).await.unwrap();
    tenant
        .tamper_own("CREDENTIAL#SSO#NEXT", |item| {
            let lost = aws_sdk_dynamodb::primitives::Blob::new([0_u8; 64]);
            item.insert("sealed".into(), aws_sdk_dynamodb::types::AttributeValue::B(lost));
        })
        .await;
    tenant.app.advance(Duration::hours(25));
    assert_eq!(signs(&tenant).await, first);
    let made = make(&tenant).await.unwrap();
    let states: Vec<_> = made.keys.iter().map(|key| (key.state, key.is_readable)).collect();
    assert_eq!(states, [(KeyState::Current, true), (KeyState::Next, true)]);
    assert_eq!(made.keys[0].kid, first);
}

/// Making a key takes a second of processor time, so requests without a need for one make none.
#[tokio::test]
async fn a_tenant_makes_few_keys_in_a_minute() {
    let tenant = acme().await;
    with_key(&tenant).await;
    let second = make(&tenant).await.unwrap().settings;
    for _ in 0..20 {
        assert_eq!(make(&tenant).await.unwrap().settings, second, "the next key waits");
    }
    for _ in 0..8 {
        use_next(&tenant).await.unwrap();
        make(&tenant).await.unwrap();
    }
    use_next(&tenant).await.unwrap();
    assert_eq!(refused(make(&tenant).await), SsoError::TooManyKeys);
    tenant.app.advance(Duration::MINUTE);
    make(&tenant).await.unwrap();
}

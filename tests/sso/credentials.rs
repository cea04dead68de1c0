//! The client secret: sealed, opened for its own issuer, under rotated peppers, and shown nowhere.

use crate::support::admin::get;
use crate::support::log::Log;
use crate::support::peppers::{self, SECOND, THIRD, rotate};
use crate::support::sso::{
    CLIENT_SECRET, OTHER_ISSUER, as_sent, configured, new_sso, put, refused, sso, stored,
};
use crate::support::{TestTenant, acme};
use rollcall::directory::reseal::{SealedKind, UnreadableItem};
use rollcall::directory::sso::code_exchange::ClientCredential;
use rollcall::directory::sso::configuration::NewSso;
use rollcall::directory::sso::error::SsoError;
use rollcall::model::sso::{ClientAuth, SsoSettings};
use secrecy::ExposeSecret;
use time::macros::date;

/// The client secret for a configuration, opened.
async fn opened(tenant: &TestTenant, settings: &SsoSettings) -> Result<String, SsoError> {
    match sso(tenant).credential(&tenant.id, settings).await {
        Ok(ClientCredential::Secret(secret)) => Ok(secret.expose_secret().to_owned()),
        Ok(_) => panic!("another credential"),
        Err(error) => Err(refused::<()>(Err(error))),
    }
}

/// Whether a text of any item of the tenant contains the secret.
async fn table_has_secret(tenant: &TestTenant) -> bool {
    let mut has_secret = false;
    for partition in ["", "#HISTORY#SETTINGS", "#OUTBOX", "#FEED"] {
        let items = tenant.items(&format!("TENANT#acme{partition}")).await;
        has_secret |= format!("{items:?}").contains(CLIENT_SECRET);
        for value in items.iter().flat_map(|item| item.values()) {
            let bytes = value.as_b().map(|bytes| bytes.clone().into_inner()).unwrap_or_default();
            let secret = CLIENT_SECRET.as_bytes();
            has_secret |= bytes.windows(secret.len()).any(|window| window == secret);
        }
    }
    has_secret
}

#[tokio::test]
async fn the_secret_is_in_no_table_history_log_or_debug_text() {
    let log = Log::default();
    let _guard = log.start();
    let tenant = acme().await;
    let (_, settings) = configured(&tenant).await;
    assert_eq!(opened(&tenant, &settings).await.unwrap(), CLIENT_SECRET);
    assert!(!table_has_secret(&tenant).await);
    let history = get(&tenant, "/history").await.to_string();
    assert!(history.contains("ssoChanged") && !history.contains(CLIENT_SECRET));
    let events = get(&tenant, "/events?from=start&types=sso.changed").await.to_string();
    assert!(events.contains("sso.changed") && !events.contains(CLIENT_SECRET));
    let new = new_sso(settings.admins[0].id);
    let view = stored(&tenant).await;
    let credential = sso(&tenant).credential(&tenant.id, &settings).await.unwrap();
    let store = tenant.app.store.tenant(&tenant.id);
    let items = store.credentials().get().await.unwrap();
    for text in
        [format!("{new:?}"), format!("{view:?}"), format!("{credential:?}"), format!("{items:?}")]
    {
        assert!(!text.contains(CLIENT_SECRET), "{text}");
    }
    let refusal = refused(put(&tenant, NewSso { hours: 0, ..new }).await);
    assert!(!refusal.to_string().contains(CLIENT_SECRET));
    assert!(!log.text().contains(CLIENT_SECRET));
}

/// Row 24: a secret that is sealed for one issuer opens for no other one, even if the configuration were changed in the
/// table.
#[tokio::test]
async fn a_secret_opens_for_its_own_issuer_only() {
    let tenant = acme().await;
    let (_, settings) = configured(&tenant).await;
    let stolen = SsoSettings { issuer: OTHER_ISSUER.to_owned(), ..settings.clone() };
    assert_eq!(opened(&tenant, &stolen).await.unwrap_err(), SsoError::UnreadableSecret);
    tenant
        .tamper_own("CREDENTIAL#SSO", |item| {
            item.insert("boundTo".into(), crate::support::damage::text(OTHER_ISSUER));
        })
        .await;
    assert_eq!(opened(&tenant, &stolen).await.unwrap_err(), SsoError::UnreadableSecret);
}

/// Row 28: the sealed secret of one tenant is void in another.
#[tokio::test]
async fn a_secret_opens_for_its_own_tenant_only() {
    let tenant = acme().await;
    let (_, settings) = configured(&tenant).await;
    let other = tenant.app.tenant("other").await;
    let (_, theirs) = configured(&other).await;
    let sealed = tenant.items("TENANT#acme").await;
    let sealed = sealed.iter().find_map(|item| item.get("sealed")).expect("a secret").clone();
    other.tamper_own("CREDENTIAL#SSO", |item| drop(item.insert("sealed".into(), sealed))).await;
    assert_eq!(opened(&other, &theirs).await.unwrap_err(), SsoError::UnreadableSecret);
    assert!(!stored(&other).await.secret.unwrap().is_readable);
    assert_eq!(opened(&tenant, &settings).await.unwrap(), CLIENT_SECRET);
}

#[tokio::test]
async fn the_secret_stays_while_the_issuer_stays() {
    let tenant = acme().await;
    let (_, settings) = configured(&tenant).await;
    let ends = date!(2027 - 11 - 30);
    put(&tenant, NewSso { secret_ends_on: Some(ends), hours: 3, ..as_sent(&settings) })
        .await
        .unwrap();
    let note = stored(&tenant).await.secret.unwrap();
    assert_eq!((note.ends_on, note.is_readable), (Some(ends), true));
    assert_eq!(note.set_at, crate::support::START);
    assert_eq!(opened(&tenant, &settings).await.unwrap(), CLIENT_SECRET);
    let none = NewSso { client_auth: ClientAuth::None, ..as_sent(&settings) };
    let view = put(&tenant, none).await.unwrap();
    assert_eq!(view.secret, None);
    let credential = sso(&tenant).credential(&tenant.id, &view.settings).await.unwrap();
    assert!(matches!(credential, ClientCredential::None));
    assert_eq!(opened(&tenant, &settings).await.unwrap_err(), SsoError::UnreadableSecret);
}

#[tokio::test]
async fn a_secret_opens_under_the_previous_pepper_and_a_put_seals_it_again() {
    let (tenant, peppers) = peppers::tenant().await;
    let (_, settings) = configured(&tenant).await;
    rotate(&tenant, &peppers, SECOND);
    assert_eq!(opened(&tenant, &settings).await.unwrap(), CLIENT_SECRET);
    put(&tenant, NewSso { hours: 2, ..as_sent(&settings) }).await.unwrap();
    rotate(&tenant, &peppers, THIRD);
    assert_eq!(opened(&tenant, &settings).await.unwrap(), CLIENT_SECRET);
    assert!(stored(&tenant).await.secret.unwrap().is_readable);
}

#[tokio::test]
async fn a_reseal_between_two_rotations_keeps_the_secret() {
    let (tenant, peppers) = peppers::tenant().await;
    let (_, settings) = configured(&tenant).await;
    let all = sso(&tenant);
    let counts = async |only_check| {
        let report = all.reseal(only_check).await.unwrap();
        assert_eq!(report.unreadable, []);
        let of = |counts: &std::collections::BTreeMap<SealedKind, usize>| {
            counts.get(&SealedKind::ClientSecret).copied().unwrap_or_default()
        };
        (of(&report.sealed), of(&report.skipped))
    };
    assert_eq!(counts(false).await, (0, 1));
    rotate(&tenant, &peppers, SECOND);
    assert_eq!(counts(true).await, (1, 0));
    assert_eq!(counts(true).await, (1, 0), "a check changes nothing");
    let history = tenant.app.app.tenants.history(&tenant.id).await.unwrap();
    assert_eq!(counts(false).await, (1, 0));
    assert_eq!(counts(false).await, (0, 1));
    assert_eq!(tenant.app.app.tenants.history(&tenant.id).await.unwrap(), history);
    rotate(&tenant, &peppers, THIRD);
    assert_eq!(opened(&tenant, &settings).await.unwrap(), CLIENT_SECRET);
}

#[tokio::test]
async fn a_lost_secret_is_reported_until_it_is_pasted_again() {
    let (tenant, peppers) = peppers::tenant().await;
    let (admin, settings) = configured(&tenant).await;
    rotate(&tenant, &peppers, SECOND);
    rotate(&tenant, &peppers, THIRD);
    let lost = opened(&tenant, &settings).await.unwrap_err();
    assert_eq!(lost.to_string(), "Rollcall cannot read the client secret. Enter it again");
    assert!(!stored(&tenant).await.secret.unwrap().is_readable);
    let found = UnreadableItem {
        tenant: tenant.id.clone(),
        destination: None,
        kind: SealedKind::ClientSecret,
    };
    assert_eq!(sso(&tenant).reseal(false).await.unwrap().unreadable, [found]);
    // A PUT without the secret keeps what is stored, and does not pretend to have a secret.
    put(&tenant, NewSso { hours: 2, ..as_sent(&settings) }).await.unwrap();
    assert!(!stored(&tenant).await.secret.unwrap().is_readable);
    put(&tenant, new_sso(admin)).await.unwrap();
    assert_eq!(opened(&tenant, &settings).await.unwrap(), CLIENT_SECRET);
}

/// A server with an old pepper in memory opens a secret that another server has sealed under a newer one.
#[tokio::test]
async fn a_server_with_an_old_pepper_reads_it_again() {
    let (tenant, peppers) = peppers::tenant().await;
    let (admin, settings) = configured(&tenant).await;
    peppers.rotate(SECOND);
    tenant.app.advance(time::Duration::seconds(61));
    let other = peppers::at_server(&tenant, &peppers);
    put(&other, new_sso(admin)).await.unwrap();
    assert_eq!(opened(&tenant, &settings).await.unwrap(), CLIENT_SECRET);
}

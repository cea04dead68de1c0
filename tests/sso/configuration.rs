//! The configuration of single sign-on: saved, changed and removed.

use crate::support::actors::{OPERATOR, administrator};
use crate::support::groups::group;
use crate::support::sso::{
    ISSUER, OTHER_ISSUER, as_sent, barbara, configured, last_entry, new_sso, put, put_as, refused,
    sso, stored,
};
use crate::support::{TestTenant, acme};
use rollcall::directory::precondition::Precondition;
use rollcall::directory::sso::configuration::NewSso;
use rollcall::directory::sso::error::SsoError;
use rollcall::directory::{ActorRecord, Error};
use rollcall::model::sso::{ClientAuth, MatchRule, Preset, SsoSettings};
use scim::version::TagCondition;
use time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn a_configuration_gets_its_provider_and_match_from_the_issuer() {
    let tenant = acme().await;
    assert!(sso(&tenant).get(&tenant.id).await.unwrap().is_none());
    let admin = barbara(&tenant).await;
    for (issuer, provider, match_by) in [
        (ISSUER, Preset::Okta, MatchRule::SubExternalId),
        (
            "https://login.microsoftonline.com/0b1c2d3e/v2.0",
            Preset::Entra,
            MatchRule::OidExternalId,
        ),
        ("https://accounts.google.com", Preset::Google, MatchRule::SubExternalId),
        ("https://idp.example/realms/acme", Preset::Other, MatchRule::SubExternalId),
    ] {
        let new = NewSso { issuer: issuer.to_owned(), ..new_sso(admin) };
        let saved = put(&tenant, new).await.unwrap().settings;
        assert_eq!((saved.provider, saved.match_by), (provider, match_by), "{issuer}");
        assert_eq!(saved, stored(&tenant).await.settings);
    }
    let chosen = NewSso { provider: Some(Preset::Entra), ..new_sso(admin) };
    let saved = put(&tenant, chosen).await.unwrap().settings;
    assert_eq!((saved.provider, saved.match_by), (Preset::Entra, MatchRule::OidExternalId));
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_history_names_the_fields_without_their_values() {
    let tenant = acme().await;
    let admin = barbara(&tenant).await;
    put(&tenant, new_sso(admin)).await.unwrap();
    let (action, fields) = last_entry(&tenant).await;
    assert_eq!(action, "configured");
    for field in ["issuer", "clientId", "clientSecret", "admins"] {
        assert!(fields.iter().any(|name| name == field), "{field}");
    }
    let before = stored(&tenant).await.settings;
    let crew = group(&tenant, "Administrators", &[]).await.parse().unwrap();
    let changed = NewSso { hours: 4, group: Some(crew), ..as_sent(&before) };
    put(&tenant, changed).await.unwrap();
    assert_eq!(last_entry(&tenant).await, ("changed".into(), vec!["group".into(), "hours".into()]));
    sso(&tenant).remove(&tenant.id, &Precondition::default(), &OPERATOR).await.unwrap();
    assert_eq!(last_entry(&tenant).await, ("removed".into(), vec![]));
    tenant.expect_sound().await;
}

/// Row 24: a relying party that sends its secret to whichever issuer is configured gives it to the attacker who changes
/// the issuer.
#[tokio::test]
async fn a_changed_issuer_without_a_secret_is_refused_and_changes_nothing() {
    let tenant = acme().await;
    let (_, before) = configured(&tenant).await;
    let history = tenant.app.app.tenants.history(&tenant.id).await.unwrap();
    let items = tenant.items("TENANT#acme").await;
    let stolen = NewSso { issuer: OTHER_ISSUER.to_owned(), ..as_sent(&before) };
    assert_eq!(refused(put(&tenant, stolen.clone()).await), SsoError::SecretRequired);
    assert_eq!(SsoError::SecretRequired.code().unwrap().as_str(), "secretRequired");
    assert_eq!(stored(&tenant).await.settings, before, "the old configuration stays");
    assert_eq!(tenant.items("TENANT#acme").await, items);
    assert_eq!(tenant.app.app.tenants.history(&tenant.id).await.unwrap(), history);
    for client_auth in [ClientAuth::Key, ClientAuth::None] {
        put(
            &tenant,
            NewSso {
                client_secret: new_sso(before.admins[0].id).client_secret,
                ..as_sent(&before)
            },
        )
        .await
        .unwrap();
        assert!(stored(&tenant).await.secret.is_some());
        let other = NewSso { client_auth, ..stolen.clone() };
        let view = put(&tenant, other).await.unwrap();
        assert_eq!((view.secret, view.keys), (None, vec![]), "the secret is gone");
        let back = as_sent(&before);
        assert_eq!(refused(put(&tenant, back).await), SsoError::SecretRequired, "for good");
    }
    tenant.expect_sound().await;
}

/// The tests that a change of the identity needs: sessions end, and the sign-in link waits for another test.
#[tokio::test]
async fn another_identity_ends_sessions_and_needs_a_test() {
    let tenant = acme().await;
    let (admin, before) = configured(&tenant).await;
    let off = by_barbara(&tenant, NewSso { token_sign_in: false, ..as_sent(&before) }).await;
    assert!(!off.token_sign_in && off.proven_at == before.proven_at && off.epoch == before.epoch);
    let secret = new_sso(admin).client_secret;
    let same = as_sent(&off);
    let changes: [(&str, NewSso); 5] = [
        ("issuer", NewSso { issuer: OTHER_ISSUER.into(), client_secret: secret, ..same.clone() }),
        ("clientId", NewSso { client_id: "other".into(), ..same.clone() }),
        ("match", NewSso { match_by: Some(MatchRule::EmailEmail), ..same.clone() }),
        ("provider", NewSso { provider: Some(Preset::Other), ..same.clone() }),
        ("hours", NewSso { hours: 1, ..same }),
    ];
    for (field, change) in changes {
        reset(&tenant, &off).await;
        let before = stored(&tenant).await.settings;
        assert!(before.proven_at.is_some() && !before.token_sign_in);
        let after = put(&tenant, change).await.unwrap().settings;
        assert!(after.revision > before.revision, "{field}");
        if field == "hours" {
            let kept = SsoSettings { hours: 1, revision: after.revision, ..before };
            assert_eq!(after, kept, "hours change nothing else");
        } else {
            assert!(after.epoch > before.epoch, "{field}");
            assert!(after.proven_at.is_none(), "{field}");
            assert!(after.token_sign_in, "{field}: no tenant is locked out");
        }
    }
}

async fn by_barbara(tenant: &TestTenant, new: NewSso) -> SsoSettings {
    let epoch = stored(tenant).await.settings.epoch;
    let barbara = ActorRecord::of_employee(new.admins[0], epoch);
    put_as(tenant, new, &barbara).await.unwrap().settings
}

/// Brings the tested configuration with a secret back.
async fn reset(tenant: &TestTenant, settings: &SsoSettings) {
    let secret = new_sso(settings.admins[0].id).client_secret;
    let new = NewSso { token_sign_in: true, client_secret: secret, ..as_sent(settings) };
    put(tenant, new).await.unwrap();
    crate::support::sso::prove(tenant).await;
    let off = as_sent(settings);
    by_barbara(tenant, off).await;
}

/// Row 27: an administrator with a token could lock every administrator out of the console.
#[tokio::test]
async fn only_a_session_of_single_sign_on_turns_token_sign_in_off() {
    let tenant = acme().await;
    let admin = barbara(&tenant).await;
    let off = NewSso { token_sign_in: false, ..new_sso(admin) };
    assert_eq!(refused(put(&tenant, off).await), SsoError::TokenSignInRequired);
    assert!(sso(&tenant).get(&tenant.id).await.unwrap().is_none());
    let settings = put(&tenant, new_sso(admin)).await.unwrap().settings;
    let off = NewSso { token_sign_in: false, ..as_sent(&settings) };
    let token: ActorRecord = serde_json::from_value(administrator(&tenant).await).unwrap();
    for actor in [&*OPERATOR, &token] {
        let refusal = refused(put_as(&tenant, off.clone(), actor).await);
        assert_eq!(refusal, SsoError::TokenSignInRequired, "{actor}");
    }
    assert!(!by_barbara(&tenant, off.clone()).await.token_sign_in);
    // A change that leaves it off needs no session.
    let kept = put_as(&tenant, NewSso { hours: 2, ..off.clone() }, &token).await.unwrap();
    assert!(!kept.settings.token_sign_in);
    let on = NewSso { token_sign_in: true, ..off };
    assert!(put(&tenant, on).await.unwrap().settings.token_sign_in, "the command brings it back");
    assert_eq!(last_entry(&tenant).await.1, ["hours", "tokenSignIn"]);
}

#[tokio::test]
async fn a_removal_ends_sessions_for_good_and_forgets_the_secret() {
    let tenant = acme().await;
    let (admin, before) = configured(&tenant).await;
    let any = Precondition::default();
    sso(&tenant).remove(&tenant.id, &any, &OPERATOR).await.unwrap();
    assert!(sso(&tenant).get(&tenant.id).await.unwrap().is_none());
    let again = sso(&tenant).remove(&tenant.id, &any, &OPERATOR).await;
    assert_eq!(refused(again), SsoError::NotConfigured);
    let without = NewSso { client_secret: None, ..new_sso(admin) };
    assert_eq!(refused(put(&tenant, without).await), SsoError::SecretMissing);
    let after = put(&tenant, new_sso(admin)).await.unwrap().settings;
    assert!(after.epoch > before.epoch, "a session of the removed configuration stays void");
    assert!(after.revision > before.revision, "an old ETag never fits again");
    assert!(after.proven_at.is_none());
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let tenant = acme().await;
    let admin = barbara(&tenant).await;
    let at = |revision: u64| Precondition {
        if_match: Some(TagCondition::Tags(vec![revision.to_string()])),
        if_none_match: None,
    };
    let put_at =
        async |new, revision| sso(&tenant).put(&tenant.id, new, &at(revision), &OPERATOR).await;
    let missing = put_at(new_sso(admin), 1).await.unwrap_err();
    assert!(matches!(missing, Error::VersionDiffers { current: 0 }));
    let first = put(&tenant, new_sso(admin)).await.unwrap().settings;
    let changed = NewSso { hours: 3, ..as_sent(&first) };
    let second = put_at(changed.clone(), first.revision).await.unwrap().settings;
    let stale = put_at(NewSso { hours: 5, ..changed }, first.revision).await.unwrap_err();
    assert!(matches!(stale, Error::VersionDiffers { current } if current == second.revision));
    let stale = sso(&tenant).remove(&tenant.id, &at(first.revision), &OPERATOR).await.unwrap_err();
    assert!(matches!(stale, Error::VersionDiffers { .. }));
    assert_eq!(stored(&tenant).await.settings, second);
    // A PUT that changes nothing writes nothing.
    let same = put_at(as_sent(&second), second.revision).await.unwrap().settings;
    assert_eq!(same, second);
}

#[tokio::test]
async fn a_named_administrator_keeps_the_time_of_the_naming() {
    let tenant = acme().await;
    let admin = barbara(&tenant).await;
    let first = put(&tenant, new_sso(admin)).await.unwrap().settings;
    tenant.app.advance(Duration::HOUR);
    let ada = crate::support::employees::create(&tenant, serde_json::json!({"userName": "ada"}));
    let ada = ada.await;
    let both = NewSso { admins: vec![ada, admin, ada], ..as_sent(&first) };
    let named = put(&tenant, both).await.unwrap().settings.admins;
    assert_eq!(named.len(), 2, "an id counts once");
    let since = |id| named.iter().find(|one| one.id == id).unwrap().since;
    assert_eq!(since(admin), first.admins[0].since);
    assert_eq!(since(ada), first.admins[0].since + Duration::HOUR);
}

/// The way back: whatever the identity provider deleted meanwhile, the command brings the token form back.
#[tokio::test]
async fn token_sign_in_comes_back_without_the_group_and_the_administrators() {
    let tenant = acme().await;
    let (admin, settings) = configured(&tenant).await;
    let crew: Uuid = group(&tenant, "Administrators", &[]).await.parse().unwrap();
    let with_group = NewSso { group: Some(crew), admins: vec![], ..as_sent(&settings) };
    put(&tenant, NewSso { admins: vec![admin], ..with_group.clone() }).await.unwrap();
    let epoch = stored(&tenant).await.settings.epoch;
    let barbara = ActorRecord::of_employee(admin, epoch);
    put_as(&tenant, NewSso { token_sign_in: false, ..with_group }, &barbara).await.unwrap();
    tenant.delete(&format!("/Groups/{crew}")).await.expect_success();
    let stored_now = stored(&tenant).await.settings;
    let on = NewSso { token_sign_in: true, ..as_sent(&stored_now) };
    assert!(put(&tenant, on.clone()).await.unwrap().settings.token_sign_in);
    let other = NewSso { group: Some(admin), ..on.clone() };
    assert!(matches!(refused(put(&tenant, other).await), SsoError::Field { field: "group", .. }));

    let only = NewSso { group: None, admins: vec![admin], ..on };
    put(&tenant, only).await.unwrap();
    let epoch = stored(&tenant).await.settings.epoch;
    let barbara = ActorRecord::of_employee(admin, epoch);
    let off = NewSso { token_sign_in: false, ..as_sent(&stored(&tenant).await.settings) };
    put_as(&tenant, off, &barbara).await.unwrap();
    tenant.delete(&format!("/Users/{admin}")).await.expect_success();
    tenant.directory().users().erase(admin, &OPERATOR).await.unwrap();
    let none = stored(&tenant).await.settings;
    assert!(none.admins.is_empty() && none.group.is_none() && !none.token_sign_in);
    let on = NewSso { token_sign_in: true, ..as_sent(&none) };
    assert!(put(&tenant, on).await.unwrap().settings.token_sign_in);
}

/// A tenant that is being removed admits nobody, also before its items are gone.
#[tokio::test]
async fn the_removal_of_a_tenant_switches_single_sign_on_off_first() {
    let tenant = acme().await;
    configured(&tenant).await;
    tenant.app.app.tenants.retire(&tenant.id, &OPERATOR).await.unwrap();
    assert!(sso(&tenant).get(&tenant.id).await.unwrap().is_none());
    assert_eq!(last_entry(&tenant).await.0, "removed");
}

/// After a restore of the table from a backup, the revisions repeat. A session from before must stay void.
#[tokio::test]
async fn an_epoch_does_not_repeat_after_a_restore() {
    let tenant = acme().await;
    let (admin, _) = configured(&tenant).await;
    let backup = tenant.items("TENANT#acme").await;
    let change = async |client_id: &str| {
        let new = NewSso { client_id: client_id.to_owned(), ..new_sso(admin) };
        put(&tenant, new).await.unwrap().settings.epoch
    };
    let lost = change("lost").await;
    sso(&tenant).sign_out_all(&tenant.id, &OPERATOR).await.unwrap();
    let signed_out = stored(&tenant).await.settings.epoch;
    assert!(signed_out > lost);
    for item in backup {
        let item = rollcall::store::dynamodb::port::Action::Put(item);
        crate::support::damage::write(&*tenant.app.table, item).await;
    }
    tenant.app.advance(Duration::SECOND);
    sso(&tenant).sign_out_all(&tenant.id, &OPERATOR).await.unwrap();
    assert!(stored(&tenant).await.settings.epoch > signed_out);
    assert!(change("after").await > signed_out);
}

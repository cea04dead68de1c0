//! The rules for single fields of the configuration.

use crate::support::acme;
use crate::support::groups::user;
use crate::support::sso::{as_sent, barbara, new_sso, put, refused, sso, stored, wrong_field};
use rollcall::directory::sso::configuration::NewSso;
use rollcall::directory::sso::error::SsoError;
use rollcall::model::sso::{ClientAuth, MatchRule, Preset};
use secrecy::SecretString;
use time::macros::date;
use uuid::Uuid;

/// Row 7: `common` and its kin let every directory of the world sign in.
#[tokio::test]
async fn an_issuer_for_every_directory_is_refused() {
    let tenant = acme().await;
    let admin = barbara(&tenant).await;
    for path in ["common/v2.0", "organizations/v2.0", "consumers/v2.0", "Common/v2.0", "common"] {
        let issuer = format!("https://login.microsoftonline.com/{path}");
        let refusal = refused(put(&tenant, NewSso { issuer, ..new_sso(admin) }).await);
        assert_eq!(refusal, SsoError::MultiTenantIssuer, "{path}");
        assert_eq!(
            refusal.to_string(),
            "This issuer serves every Entra directory. Use https://login.microsoftonline.com/{directory id}/v2.0."
        );
    }
    assert!(sso(&tenant).get(&tenant.id).await.unwrap().is_none());
}

/// Row 20: an issuer must not lead to the service's own network.
#[tokio::test]
async fn an_issuer_is_a_public_https_url() {
    let tenant = acme().await;
    let admin = barbara(&tenant).await;
    let long = format!("https://idp.example/{}", "a".repeat(250));
    for issuer in [
        "",
        "acme.okta.com",
        "http://acme.okta.com",
        "https://127.0.0.1",
        "https://[::1]",
        "https://169.254.169.254",
        "https://localhost",
        "https://idp.internal",
        "https://user@idp.example",
        "https://idp.example?tenant=1",
        "https://idp.example#a",
        "https://idp.example\\@evil.example",
        "https://rollcall.example",
        " https://idp.example",
        &long,
    ] {
        let new = NewSso { issuer: issuer.to_owned(), ..new_sso(admin) };
        assert_eq!(wrong_field(put(&tenant, new).await), "issuer", "{issuer}");
    }
    // An issuer is kept byte for byte, because tokens must have it so.
    let issuer = "https://IDP.example/";
    let kept = put(&tenant, NewSso { issuer: issuer.to_owned(), ..new_sso(admin) }).await.unwrap();
    assert_eq!(kept.settings.issuer, issuer);
}

#[tokio::test]
async fn each_field_has_its_limits() {
    let tenant = acme().await;
    let admin = barbara(&tenant).await;
    let new = || new_sso(admin);
    let secret = |text: &str| Some(SecretString::from(text));
    let google = || NewSso { issuer: "https://accounts.google.com".into(), ..new() };
    let many: Vec<Uuid> = (1..=51).map(Uuid::from_u128).collect();
    for (field, refused) in [
        ("clientId", NewSso { client_id: String::new(), ..new() }),
        ("clientId", NewSso { client_id: "a".repeat(256), ..new() }),
        ("clientId", NewSso { client_id: "a\nb".into(), ..new() }),
        ("clientSecret", NewSso { client_secret: secret(""), ..new() }),
        ("clientSecret", NewSso { client_secret: secret("a b"), ..new() }),
        ("clientSecret", NewSso { client_secret: secret(&"a".repeat(1_025)), ..new() }),
        ("clientSecret", NewSso { client_auth: ClientAuth::Key, ..new() }),
        (
            "secretEndsOn",
            NewSso {
                client_auth: ClientAuth::None,
                client_secret: None,
                secret_ends_on: Some(date!(2027 - 11 - 30)),
                ..new()
            },
        ),
        ("hours", NewSso { hours: 0, ..new() }),
        ("hours", NewSso { hours: 25, ..new() }),
        ("hd", NewSso { hd: Some("example.com".into()), ..new() }),
        ("hd", NewSso { hd: Some("@example.com".into()), ..google() }),
        ("hd", NewSso { hd: Some("example".into()), ..google() }),
        ("hd", NewSso { match_by: Some(MatchRule::EmailEmail), ..google() }),
        (
            "match",
            NewSso {
                match_by: Some(MatchRule::EmailEmail),
                provider: Some(Preset::Entra),
                ..new()
            },
        ),
        ("provider", NewSso { provider: Some(Preset::Other), ..google() }),
        ("match", NewSso { match_by: Some(MatchRule::PreferredUsernameUserName), ..new() }),
        ("secretEndsOn", NewSso { secret_ends_on: Some(date!(-0001 - 01 - 01)), ..new() }),
        ("group", NewSso { group: Some(admin), ..new() }),
        ("admins", NewSso { admins: vec![Uuid::nil()], ..new() }),
        ("admins", NewSso { admins: many, ..new() }),
    ] {
        assert_eq!(wrong_field(put(&tenant, refused).await), field);
    }
    let without = NewSso { client_secret: None, ..new() };
    assert_eq!(refused(put(&tenant, without).await), SsoError::SecretMissing);
    assert_eq!(SsoError::SecretMissing.code().unwrap().as_str(), "secretRequired");
    let nobody = NewSso { admins: vec![], ..new() };
    assert_eq!(refused(put(&tenant, nobody).await), SsoError::NoAdministrators);
    assert!(sso(&tenant).get(&tenant.id).await.unwrap().is_none());
    let domain = NewSso { hd: Some("Example.COM".into()), ..google() };
    assert_eq!(put(&tenant, domain).await.unwrap().settings.hd.as_deref(), Some("example.com"));
}

#[tokio::test]
async fn an_administrator_who_was_deleted_can_stay_in_the_list_but_not_join_it() {
    let tenant = acme().await;
    let admin = barbara(&tenant).await;
    put(&tenant, new_sso(admin)).await.unwrap();
    let eve: Uuid = user(&tenant, "eve").await.parse().unwrap();
    for id in [admin, eve] {
        tenant.delete(&format!("/Users/{id}")).await.expect_success();
    }
    let settings = stored(&tenant).await.settings;
    put(&tenant, NewSso { hours: 2, ..as_sent(&settings) }).await.unwrap();
    let added = NewSso { admins: vec![admin, eve], ..as_sent(&settings) };
    assert_eq!(wrong_field(put(&tenant, added).await), "admins");
}

//! The cache of discovery and keys.

use super::exchange::Exchanges;
use crate::support::identity_provider::{CLIENT_ID, Endpoint, Reply};
use oidc::TokenProblem;
use rollcall::directory::sso::provider_problem::ProviderProblem;
use serde_json::json;
use time::Duration;

/// Mistake 18: keys are never fetched again.
#[tokio::test(flavor = "multi_thread")]
async fn rotated_keys_work_at_once() {
    let exchanges = Exchanges::start().await;
    exchanges.redeem(json!({})).await.expect("the first keys");
    let code = exchanges.log_in(json!({})).code;
    exchanges.provider.rotate_keys();
    let credential = super::client_proof::secret();
    exchanges.redeem_code(&code, &credential, |_| ()).await.expect("the keys between");
    exchanges.redeem(json!({})).await.expect("the new keys");
    assert_eq!(exchanges.provider.counts().keys, 2);
}

/// Mistake 18: each unknown key causes a fetch.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_unknown_keys_cause_one_fetch_a_minute() {
    let exchanges = Exchanges::start().await;
    let issuer = exchanges.provider.issuer();
    exchanges.providers.discovery(&issuer).await.expect("a document");
    let token = exchanges.provider.logout_token(json!({"sub": "00u1"}));
    let header = token.split('.').next().expect("a header");
    for minute in 1..=2 {
        for number in 0..1_000 {
            let token = match number % 2 {
                0 => exchanges.provider.sign(&json!({}), json!({"kid": format!("k{number}")})),
                _ => token.replacen(header, &unknown(number), 1),
            };
            let found = exchanges.providers.logout_claims(&issuer, CLIENT_ID, &token).await;
            assert_eq!(found.err(), Some(ProviderProblem::TokenRefused(TokenProblem::UnknownKey)));
        }
        // The first fetch found the keys. Each minute adds one.
        assert_eq!(exchanges.provider.counts().keys, 1 + minute);
        exchanges.advance(Duration::minutes(1));
    }
}

/// The header of a token whose key is unknown.
fn unknown(number: usize) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"RS256","kid":"k{number}"}}"#))
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sign_ins_fetch_once() {
    let exchanges = Exchanges::start().await;
    let issuer = exchanges.provider.issuer();
    let all = (0..20).map(|_| exchanges.providers.discovery(&issuer));
    for found in futures_util::future::join_all(all).await {
        found.expect("a document");
    }
    let all = (0..20).map(|_| exchanges.redeem(json!({})));
    for found in futures_util::future::join_all(all).await {
        found.expect("claims");
    }
    let counts = exchanges.provider.counts();
    assert_eq!((counts.discovery, counts.keys, counts.token), (1, 1, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_fetched_again_after_their_lifetime() {
    let exchanges = Exchanges::start().await;
    exchanges.provider.behave(|behaviour| behaviour.keys_cache_control = Some("max-age=7200"));
    let mut counts = Vec::new();
    for wait in [0, 59, 2, 58, 2] {
        exchanges.advance(Duration::minutes(wait));
        exchanges.redeem(json!({})).await.expect("claims");
        let now = exchanges.provider.counts();
        counts.push((now.discovery, now.keys));
    }
    assert_eq!(counts, [(1, 1), (1, 1), (2, 1), (2, 1), (3, 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_remembered_for_30_seconds_and_a_check_asks_at_once() {
    let exchanges = Exchanges::start().await;
    let issuer = exchanges.provider.issuer();
    exchanges.provider.reply(Endpoint::Discovery, Reply::Json(503, json!({})));
    for _ in 0..5 {
        let problem = exchanges.providers.discovery(&issuer).await.expect_err("no document");
        assert_eq!(problem.code(), Some("unreachable"));
    }
    assert_eq!(exchanges.provider.counts().discovery, 1);
    exchanges.advance(Duration::seconds(30));
    assert!(exchanges.providers.discovery(&issuer).await.is_err());
    assert_eq!(exchanges.provider.counts().discovery, 2);
    exchanges.provider.behave_well();
    let (found, keys) = exchanges.providers.check(&issuer).await.expect("a good provider");
    assert_eq!((&*found.token_endpoint, keys), (&*format!("{issuer}/token"), 2));
    exchanges.providers.discovery(&issuer).await.expect("the failure is forgotten");
    assert_eq!(exchanges.provider.counts().discovery, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn outdated_documents_serve_for_a_day_while_the_provider_fails() {
    let exchanges = Exchanges::start().await;
    exchanges.redeem(json!({})).await.expect("claims");
    for endpoint in [Endpoint::Discovery, Endpoint::Keys] {
        exchanges.provider.reply(endpoint, Reply::Json(500, json!({})));
    }
    exchanges.advance(Duration::hours(23));
    exchanges.redeem(json!({})).await.expect("outdated documents");
    exchanges.advance(Duration::hours(3));
    let problem = exchanges.redeem(json!({})).await.expect_err("too old");
    assert_eq!(problem.code(), Some("unreachable"));
}

/// A provider that answers with another issuer is no provider that fails.
#[tokio::test(flavor = "multi_thread")]
async fn an_outdated_document_does_not_serve_beside_a_wrong_one() {
    let exchanges = Exchanges::start().await;
    let issuer = exchanges.provider.issuer();
    exchanges.providers.discovery(&issuer).await.expect("a document");
    exchanges
        .provider
        .behave(|behaviour| behaviour.discovery = json!({"issuer": "https://a.example"}));
    exchanges.advance(Duration::hours(2));
    let problem = exchanges.providers.discovery(&issuer).await.expect_err("another issuer");
    assert_eq!(problem.code(), Some("issuerMismatch"));
}

/// Mistake 7: the issuer is compared by prefix, slash or case.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_another_issuer_is_refused_with_both_names() {
    let exchanges = Exchanges::start().await;
    let issuer = exchanges.provider.issuer();
    let slash = format!("{issuer}/");
    let problem = exchanges.providers.check(&slash).await.expect_err("a slash");
    let text = format!(
        "The discovery document says issuer \"{issuer}\"; you entered \"{slash}\". Copy the issuer exactly; check the \
         final slash."
    );
    assert_eq!((problem.code(), problem.to_string()), (Some("issuerMismatch"), text));
}

/// Mistake 7: Entra ID's issuer for every directory.
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_for_every_directory_is_refused() {
    let exchanges = Exchanges::start().await;
    exchanges.provider.behave(|behaviour| behaviour.path = "/common/v2.0".to_owned());
    let problem = exchanges.providers.check(&exchanges.provider.issuer()).await;
    assert_eq!(problem.expect_err("every directory").code(), Some("multiTenantIssuer"));
    exchanges.provider.behave(|behaviour| {
        behaviour.path = "/v2.0".to_owned();
        behaviour.discovery =
            json!({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"});
    });
    let problem = exchanges.providers.check(&exchanges.provider.issuer()).await;
    assert_eq!(problem.expect_err("every directory").code(), Some("multiTenantIssuer"));
}

//! How Rollcall proves itself at the token endpoint.

use super::exchange::{Exchanges, KEY_ISSUER, NONCE, REDIRECT_URI, VERIFIER};
use crate::support::START;
use crate::support::identity_provider::keys::claims_of;
use crate::support::identity_provider::{CLIENT_ID, CLIENT_SECRET, TokenRequest};
use oidc::{IdClaims, PrivateKey};
use rollcall::directory::sso::code_exchange::{ClientCredential, CodeExchange};
use rollcall::directory::sso::provider_problem::{OAuthError, ProviderProblem};
use rollcall::model::sso::Preset;
use secrecy::SecretString;
use serde_json::{Value, json};

pub fn secret() -> ClientCredential {
    ClientCredential::Secret(SecretString::from(CLIENT_SECRET))
}

/// Logs a person in, exchanges the code with a credential, and returns the request to the token endpoint.
async fn request(
    exchanges: &Exchanges,
    credential: &ClientCredential,
    change: impl FnOnce(&mut CodeExchange<'_>),
) -> (Result<IdClaims, ProviderProblem>, TokenRequest) {
    let code = exchanges.log_in(json!({})).code;
    let found = exchanges.redeem_code(&code, credential, change).await;
    let request = exchanges.provider.take_token_requests().pop().expect("a request");
    assert_eq!((&*request.form["code"], &*request.form["code_verifier"]), (&*code, VERIFIER));
    assert_eq!(request.form["redirect_uri"], REDIRECT_URI);
    (found, request)
}

fn fields(request: &TokenRequest) -> Vec<&str> {
    let mut names: Vec<&str> = request.form.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// The request with a secret, to a provider that announces these methods.
async fn request_for(methods: Value) -> TokenRequest {
    let exchanges = Exchanges::start().await;
    let methods = json!({"token_endpoint_auth_methods_supported": methods});
    exchanges.provider.behave(|behaviour| behaviour.discovery = methods);
    let (found, request) = request(&exchanges, &secret(), |_| ()).await;
    found.expect("claims");
    request
}

/// The secret has characters that a form encodes, and the provider decodes them.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_goes_into_the_header_unless_the_provider_wants_it_in_the_form() {
    let exchanges = Exchanges::start().await;
    let (found, header) = request(&exchanges, &secret(), |_| ()).await;
    found.expect("client_secret_basic");
    assert_eq!(fields(&header), ["code", "code_verifier", "grant_type", "redirect_uri"]);
    let form = request_for(json!(["client_secret_post", "private_key_jwt"])).await;
    assert_eq!(
        (form.authorization.as_deref(), &*form.form["client_secret"]),
        (None, CLIENT_SECRET)
    );
    for methods in [json!(["client_secret_post", "client_secret_basic"]), Value::Null, json!([])] {
        let header = request_for(methods).await;
        assert!(header.authorization.is_some() && !header.form.contains_key("client_secret"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_refused() {
    let exchanges = Exchanges::start().await;
    let wrong = ClientCredential::Secret(SecretString::from("wrong"));
    let (found, _) = request(&exchanges, &wrong, |_| ()).await;
    assert_eq!(found, Err(ProviderProblem::CodeRefused(OAuthError::InvalidClient)));
    assert_eq!(format!("{wrong:?}"), "Secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_sends_its_id_only() {
    let exchanges = Exchanges::start().await;
    let (found, _) = request(&exchanges, &ClientCredential::None, |_| ()).await;
    assert_eq!(found, Err(ProviderProblem::CodeRefused(OAuthError::InvalidClient)));
    exchanges.provider.behave(|behaviour| behaviour.is_client_public = true);
    let (found, form) = request(&exchanges, &ClientCredential::None, |_| ()).await;
    found.expect("a public client");
    assert_eq!((&*form.form["client_id"], form.authorization), (CLIENT_ID, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_signs_an_assertion_for_the_token_endpoint() {
    let exchanges = Exchanges::start().await;
    let key = PrivateKey::generate().expect("a key");
    let credential = ClientCredential::Key(key.clone());
    let (found, _) = request(&exchanges, &credential, |_| ()).await;
    assert_eq!(found, Err(ProviderProblem::CodeRefused(OAuthError::InvalidClient)));
    exchanges.provider.behave(|behaviour| behaviour.client_keys = vec![key.public_jwk()]);
    let (found, form) = request(&exchanges, &credential, |_| ()).await;
    found.expect("an assertion");
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    assert_eq!((&*form.form["client_assertion_type"], form.authorization), (kind, None));
    let claims = claims_of(&form.form["client_assertion"]);
    let now = START.unix_timestamp();
    let expected = json!({
        "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": format!("{}/token", exchanges.provider.issuer()),
        "jti": claims["jti"], "iat": now, "nbf": now, "exp": now + 60,
    });
    assert_eq!(claims, expected);
    let (_, again) = request(&exchanges, &credential, |_| ()).await;
    assert_ne!(claims_of(&again.form["client_assertion"])["jti"], claims["jti"]);
    assert_eq!(format!("{credential:?}"), "Key");
}

#[tokio::test(flavor = "multi_thread")]
async fn entra_reads_a_federated_credential() {
    let exchanges = Exchanges::start().await;
    let directory = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";
    let key = PrivateKey::generate().expect("a key");
    exchanges.provider.behave(|behaviour| {
        behaviour.path = format!("/{directory}/v2.0");
        behaviour.client_keys = vec![key.public_jwk()];
        behaviour.claims = json!({"tid": directory, "oid": "o1"});
    });
    let credential = ClientCredential::Key(key);
    let entra = |exchange: &mut CodeExchange<'_>| exchange.preset = Preset::Entra;
    let (found, form) = request(&exchanges, &credential, entra).await;
    found.expect("a federated credential");
    let claims = claims_of(&form.form["client_assertion"]);
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!(KEY_ISSUER), &json!("rollcall:acme")));
    assert_eq!(claims["aud"], "api://AzureADTokenExchange");
    assert_eq!(form.form["client_id"], CLIENT_ID);
}

/// Mistake 23: secrets in `Debug` texts.
#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_shows_no_secret() {
    let exchanges = Exchanges::start().await;
    let credential = secret();
    let code = exchanges.log_in(json!({})).code;
    let found = exchanges.redeem_code(&code, &credential, |exchange| {
        let shown = format!("{exchange:?}");
        for secret in [CLIENT_SECRET, NONCE, VERIFIER, exchange.code] {
            assert!(!shown.contains(secret), "{shown}");
        }
    });
    assert_eq!(format!("{:?}", found.await.expect("claims")), "IdClaims");
}

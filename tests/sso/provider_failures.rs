//! Providers that are down, slow, huge or hostile, and addresses that are not public.

use super::exchange::{Exchanges, clock, local_client};
use crate::outbound::receiver::{Forbidden, Receiver};
use crate::outbound::tls;
use crate::support::identity_provider::{Endpoint, Reply};
use flate2::Compression;
use flate2::write::GzEncoder;
use rollcall::directory::sso::code_exchange::CodeExchange;
use rollcall::directory::sso::provider_problem::{OAuthError, ProviderProblem, Unreachable};
use rollcall::directory::sso::providers::Providers;
use rollcall::directory::sso::refusal::Refusal;
use rollcall::model::sso::MatchRule;
use rollcall::outbound::{AddressPolicy, AddressProblem, Client, Failure};
use serde_json::json;
use std::io::Write;
use std::net::IpAddr;

const ENDPOINTS: [Endpoint; 4] =
    [Endpoint::Discovery, Endpoint::Keys, Endpoint::Token, Endpoint::UserInfo];

/// Signs in with an endpoint that answers in this way. The sign-in calls all endpoints.
async fn with(endpoint: Endpoint, reply: Reply) -> ProviderProblem {
    let exchanges = Exchanges::start().await;
    exchanges.provider.reply(endpoint, reply);
    let change = |exchange: &mut CodeExchange<'_>| {
        exchange.wanted = MatchRule::EmailEmail;
    };
    exchanges.redeem_with(json!({}), change).await.expect_err("no claims")
}

fn bytes(content_type: &'static str, encoding: Option<&'static str>, bytes: Vec<u8>) -> Reply {
    Reply::Bytes { content_type, encoding, bytes }
}

/// Mistake 19: an answer that is an error, too large, a redirect, compressed or HTML.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_used_ends_the_sign_in() {
    let forbidden = Forbidden::new();
    let mut zeros = GzEncoder::new(Vec::new(), Compression::best());
    zeros.write_all(&vec![b' '; 10 << 20]).expect("bytes in memory");
    let bomb = zeros.finish().expect("bytes in memory");
    for endpoint in ENDPOINTS {
        for status in [404, 429, 500, 503] {
            let problem = with(endpoint, Reply::Json(status, json!([]))).await;
            let why = Unreachable::Status(status);
            assert_eq!(problem, ProviderProblem::Unreachable { host: "127.0.0.1".to_owned(), why });
            assert_eq!(problem.to_string(), format!("127.0.0.1 answered {status}."));
            assert_eq!(problem.reason(), Refusal::Unavailable);
        }
        let url = format!("http://127.0.0.1:{}/", forbidden.port());
        let problem = with(endpoint, Reply::Redirect(url)).await;
        assert_eq!(problem.to_string(), "127.0.0.1 answered 302.");
        let huge = bytes("application/json", None, vec![b' '; 300 << 10]);
        let problem = with(endpoint, huge).await;
        let why = Unreachable::Failed(Failure::TooLarge);
        assert_eq!(problem, ProviderProblem::Unreachable { host: "127.0.0.1".to_owned(), why });
        for odd in [
            bytes("text/html", None, b"<html><b>call 555</b></html>".to_vec()),
            bytes("application/json", Some("gzip"), bomb.clone()),
        ] {
            let problem = with(endpoint, odd).await;
            assert!(
                matches!(problem, ProviderProblem::Malformed { .. }),
                "{endpoint:?}: {problem:?}"
            );
            assert_eq!(problem.reason(), Refusal::Failed);
            assert!(!problem.to_string().contains("555"));
        }
    }
    forbidden.nothing_connected();
}

/// Mistake 19: a provider that is down.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_is_unavailable() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let issuer = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let providers = Providers::new(local_client(), clock().0);
    let problem = providers.discovery(&issuer).await.expect_err("no provider");
    assert_eq!(problem.to_string(), "127.0.0.1 accepts no connection.");
    assert_eq!(problem.reason(), Refusal::Unavailable);
}

/// Mistake 19: a slow provider. The clock of the runtime stands still, and jumps to the deadline when all tasks wait.
#[tokio::test]
async fn a_provider_that_does_not_answer_is_unavailable_after_its_deadline() {
    for endpoint in ENDPOINTS {
        let exchanges = Exchanges::start().await;
        let issuer = exchanges.provider.issuer();
        exchanges.provider.reply(endpoint, Reply::Hang);
        tokio::time::pause();
        let problem = match endpoint {
            Endpoint::Token | Endpoint::UserInfo => {
                let by_email =
                    |exchange: &mut CodeExchange<'_>| exchange.wanted = MatchRule::EmailEmail;
                exchanges.redeem_with(json!({}), by_email).await.err()
            }
            _ => exchanges.providers.check(&issuer).await.err(),
        };
        tokio::time::resume();
        let problem = problem.expect("a deadline");
        assert_eq!(problem.reason(), Refusal::Unavailable, "{endpoint:?}: {problem:?}");
    }
}

/// Mistake 20: an issuer that is not public. The client has the rules of production.
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_is_not_public_is_not_called() {
    let forbidden = Forbidden::new();
    let port = forbidden.port();
    let policy = AddressPolicy::public_only(Some("https://rollcall.example"));
    let providers = Providers::new(Client::new(policy.clone()), clock().0);
    for issuer in [
        format!("https://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}"),
        format!("https://[::1]:{port}"),
        "https://169.254.169.254".to_owned(),
        "https://2130706433".to_owned(),
        format!("https://localhost:{port}"),
        format!("https://idp.internal:{port}"),
        "http://idp.example.com".to_owned(),
        "https://user@idp.example.com".to_owned(),
        "https://idp.example.com/#a".to_owned(),
        "https://idp.example.com/?a".to_owned(),
        "https://rollcall.example".to_owned(),
        "ftp://idp.example.com".to_owned(),
        "idp.example.com".to_owned(),
    ] {
        let problem = providers.check(&issuer).await.expect_err(&issuer);
        let is_forbidden =
            matches!(problem, ProviderProblem::ForbiddenUrl { member: "issuer", .. });
        assert!(is_forbidden, "{issuer}: {problem:?}");
    }
    forbidden.nothing_connected();
}

/// Mistake 20: a name with a private address, and a resolver that changes its answer.
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_with_a_private_address_is_not_called() {
    let forbidden = Forbidden::new();
    let issuer = format!("https://idp.example.com:{}", forbidden.port());
    for address in
        ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"]
    {
        let address: IpAddr = address.parse().expect("an address");
        let client = Client::new(AddressPolicy::public_only(Some("http://127.0.0.1:8080")));
        let client = client.with_lookup(move |_| std::future::ready(Ok(vec![address])));
        let problem = Providers::new(client, clock().0).check(&issuer).await.expect_err("private");
        let why = Unreachable::Failed(Failure::Address(AddressProblem::NotPublic));
        assert_eq!(
            problem,
            ProviderProblem::Unreachable { host: "idp.example.com".to_owned(), why }
        );
        assert_eq!(problem.to_string(), "idp.example.com is not a public address.");
    }
    forbidden.nothing_connected();
}

/// Mistake 20: a URL inside the discovery document that is not public.
#[tokio::test(flavor = "multi_thread")]
async fn a_discovery_document_with_a_private_url_is_refused() {
    let members = [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "end_session_endpoint",
    ];
    for member in members {
        for url in [
            "http://169.254.169.254/latest",
            "https://169.254.169.254/latest",
            "https://10.0.0.1/keys",
            "http://idp.example.com/keys",
            "https://idp.local/keys",
            "http://127.0.0.1:8080/tenants",
            "javascript:alert(1)",
            "/keys",
        ] {
            let exchanges = Exchanges::start().await;
            exchanges.provider.behave(|behaviour| behaviour.discovery = json!({ member: url }));
            let problem = exchanges.providers.check(&exchanges.provider.issuer()).await.err();
            let is_forbidden = matches!(
                problem,
                Some(ProviderProblem::ForbiddenUrl { member: found, .. }) if found == member
            );
            assert!(is_forbidden, "{member} {url}: {problem:?}");
            assert_eq!(exchanges.provider.counts().keys, 0);
        }
    }
}

/// The exception for developers needs a loopback host on both sides.
#[tokio::test(flavor = "multi_thread")]
async fn a_loopback_issuer_needs_a_loopback_origin() {
    let exchanges = Exchanges::start().await;
    let issuer = exchanges.provider.issuer();
    exchanges.providers.check(&issuer).await.expect("both on one machine");
    let policy = AddressPolicy::public_only(Some("https://rollcall.example"));
    let problem = Providers::new(Client::new(policy), clock().0).check(&issuer).await;
    assert!(matches!(problem, Err(ProviderProblem::ForbiddenUrl { member: "issuer", .. })));
}

/// Mistake 21: the certificate of the provider is unverified.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_with_a_certificate_that_signs_itself_is_refused() {
    let receiver: Receiver = tls::receiver(tls::SELF_SIGNED).await;
    let loopback = "127.0.0.1".parse().expect("an address");
    let client = Client::new(AddressPolicy::allowing_loopback(None))
        .with_lookup(move |_| std::future::ready(Ok(vec![loopback])))
        .with_roots(tls::ROOT);
    let issuer = format!("https://hooks.example.com:{}", receiver.port());
    let problem =
        Providers::new(client, clock().0).check(&issuer).await.expect_err("a certificate");
    assert_eq!(problem.to_string(), "hooks.example.com has a certificate that is not valid.");
}

/// Mistake 22: the text of an error is echoed.
#[tokio::test(flavor = "multi_thread")]
async fn the_text_of_an_error_goes_no_further() {
    for (code, expected) in [
        ("invalid_grant", OAuthError::InvalidGrant),
        ("invalid_client", OAuthError::InvalidClient),
        ("temporarily_unavailable", OAuthError::TemporarilyUnavailable),
        ("<b>call 555-0100</b>", OAuthError::Other),
        ("", OAuthError::Other),
    ] {
        let body = json!({"error": code, "error_description": "<b>call 555-0100</b>", "error_uri": "https://555-0100"});
        let problem = with(Endpoint::Token, Reply::Json(400, body)).await;
        assert_eq!(problem, ProviderProblem::CodeRefused(expected));
        let shown = format!("{problem} {problem:?} {}", expected.as_str());
        assert!(!shown.contains("555"), "{shown}");
    }
    // Neither text nor path of a document gets into a log.
    let found = "https://idp.example.com/call-555-0100".to_owned();
    let problem = ProviderProblem::IssuerMismatch { found: found.clone(), entered: found };
    assert_eq!(format!("{problem:?} {}", problem.log_name()), "issuerMismatch issuerMismatch");
    let problem = ProviderProblem::SignInRefused(OAuthError::parse("access_denied"));
    assert_eq!(problem.to_string(), "The identity provider ended the sign-in: access_denied.");
    assert_eq!(OAuthError::parse("<b>call 555").as_str(), "other");
}

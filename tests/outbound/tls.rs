//! Certificates that are not valid for a host.
//!
//! `certificates/` has a root, a certificate of the root for `hooks.example.com`, and a certificate for the same host
//! that signs itself. They expire in 2126.

use super::receiver::{AMPLE, PATH, Receiver, answer_ok, client, post, read_request};
use rollcall::outbound::{Client, Failure};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

pub(crate) const ROOT: &str = include_str!("certificates/root.pem");
pub(super) const HOOKS: &str = include_str!("certificates/hooks.pem");
pub(crate) const SELF_SIGNED: &str = include_str!("certificates/self_signed.pem");
/// The key of both certificates for `hooks.example.com`.
const KEY: &str = include_str!("certificates/hooks.key");

/// A receiver with TLS that answers every request.
pub(crate) async fn receiver(certificate: &str) -> Receiver {
    let certificate =
        CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a key of the certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Receiver::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            while !read_request(&mut stream).await.is_empty() {
                answer_ok(&mut stream).await;
            }
        }
    })
    .await
}

/// A client that trusts the root of the tests, and finds every host on this machine.
fn trusting_client() -> Client {
    let loopback = "127.0.0.1".parse().expect("an address");
    client().with_lookup(move |_| std::future::ready(Ok(vec![loopback]))).with_roots(ROOT)
}

async fn status_of(host: &str, receiver: &Receiver) -> Result<u16, Failure> {
    let url = format!("https://{host}:{}{PATH}", receiver.port());
    post(&trusting_client(), &url, AMPLE).await.map(|answer| answer.status.as_u16())
}

#[tokio::test]
async fn a_certificate_for_the_host_is_accepted() {
    let receiver = receiver(HOOKS).await;
    assert_eq!(status_of("hooks.example.com", &receiver).await, Ok(200));
    assert_eq!(status_of("HOOKS.example.com.", &receiver).await, Ok(200));
}

#[tokio::test]
async fn a_certificate_for_another_host_fails_with_tls() {
    let receiver = receiver(HOOKS).await;
    for host in ["www.example.com", "example.com", "a.hooks.example.com", "127.0.0.1"] {
        assert_eq!(status_of(host, &receiver).await, Err(Failure::Tls), "{host}");
    }
}

#[tokio::test]
async fn a_certificate_that_signs_itself_fails_with_tls() {
    let receiver = receiver(SELF_SIGNED).await;
    assert_eq!(status_of("hooks.example.com", &receiver).await, Err(Failure::Tls));
}

#[tokio::test]
async fn a_server_without_tls_fails_with_tls() {
    let receiver = Receiver::start(|mut stream| async move {
        stream.readable().await.expect("a handshake");
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.shutdown().await;
    })
    .await;
    assert_eq!(status_of("hooks.example.com", &receiver).await, Err(Failure::Tls));
}

#[tokio::test]
async fn a_connection_that_ends_in_the_handshake_fails_with_connect() {
    let receiver = Receiver::start(|stream| async move { drop(stream) }).await;
    assert_eq!(status_of("hooks.example.com", &receiver).await, Err(Failure::Connect));
}

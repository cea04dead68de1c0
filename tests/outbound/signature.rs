//! The signatures of webhooks, against known vectors and against another implementation.

use http::HeaderMap;
use rollcall::outbound::{
    RANDOM_BYTES, SecretProblem, SignedMessage, SigningKey, signature_header,
};
use secrecy::ExposeSecret;
use standardwebhooks::Webhook;
use time::OffsetDateTime;

const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn secret(first: u8) -> SigningKey {
    SigningKey::from_random(std::array::from_fn(|index| first + u8::try_from(index).unwrap()))
}

fn body(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"employee.archived","timestamp":"2026-11-29T12:00:00.123Z","data":{{}}}}"#
    )
}

fn header(id: &str, timestamp: i64) -> String {
    let body = body(id);
    let message = SignedMessage { id, timestamp, body: body.as_bytes() };
    signature_header(&message, &SigningKey::parse(SECRET).unwrap(), None)
}

#[test]
fn both_known_vectors_are_signed() {
    assert_eq!(
        header("evt_acme_k7f2_412", 1_795_953_601),
        "v1,g/xXKHzYIa5TeYP8qh5aHkHH+d95rqwVDcZ+wRFYBBY="
    );
    assert_eq!(
        header("evt_acme_412", 1_796_040_000),
        "v1,l0K6RQ8wlTAXwrlDZUcqzoeu5CmXNi5yrq89QEuIdMw="
    );
}

#[test]
fn a_secret_has_the_text_form_of_the_specification() {
    let made = secret(0);
    assert_eq!(made.to_text().expose_secret(), SECRET);
    assert_eq!(made.as_bytes().len(), RANDOM_BYTES);
    let parsed = SigningKey::parse(SECRET).unwrap();
    assert_eq!(parsed.as_bytes(), made.as_bytes());
    assert_eq!(format!("{parsed:?}"), "SigningKey");
}

#[test]
fn a_text_of_another_form_is_no_secret() {
    let problem = |text: &str| SigningKey::parse(text).map(|_| ()).unwrap_err();
    assert_eq!(problem(SECRET.strip_prefix("whsec_").unwrap()), SecretProblem::Prefix);
    assert_eq!(problem("whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"), SecretProblem::Prefix);
    assert_eq!(problem("whsec_not base64"), SecretProblem::Base64);
    assert_eq!(problem("whsec_"), SecretProblem::Length);
    for (bytes, is_allowed) in [(23, false), (24, true), (64, true), (65, false)] {
        let made = SigningKey::from_bytes(&vec![7; bytes]);
        assert_eq!(made.is_ok(), is_allowed, "{bytes}");
    }
}

/// Verifies a header as a receiver with `secret` does.
fn verifies(secret: &SigningKey, id: &str, timestamp: i64, body: &str, header: &str) -> bool {
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", id.parse().unwrap());
    headers.insert("webhook-timestamp", timestamp.into());
    headers.insert("webhook-signature", header.parse().unwrap());
    let receiver = Webhook::new(secret.to_text().expose_secret()).unwrap();
    receiver.verify(body.as_bytes(), &headers).is_ok()
}

#[test]
fn another_implementation_verifies_one_and_two_signatures() {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let (old, new, other) = (secret(10), secret(20), secret(30));
    let body = r#"{"name":"Zoë 🦀","text":"a.b"}"#;
    let message = SignedMessage { id: "evt_acme_k7f2_1", timestamp: now, body: body.as_bytes() };
    let one = signature_header(&message, &new, None);
    let two = signature_header(&message, &new, Some(&old));
    assert_eq!(one.split(' ').count(), 1);
    assert_eq!(two.split(' ').count(), 2);
    assert!(two.starts_with(&one));
    let check = |secret, header: &str| verifies(secret, message.id, now, body, header);
    assert!(check(&new, &one) && check(&new, &two) && check(&old, &two));
    assert!(!check(&old, &one) && !check(&other, &two));
    assert!(!verifies(&new, "evt_acme_k7f2_2", now, body, &one));
    assert!(!verifies(&new, message.id, now + 1, body, &one));
    assert!(!verifies(&new, message.id, now, "{}", &one));
}

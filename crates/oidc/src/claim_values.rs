//! The forms of claims that providers send.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

/// A time in seconds since 1970, with or without a fraction (RFC 7519 §2, NumericDate). A text is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumericDate(pub(crate) OffsetDateTime);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(reader)?;
        let since = Duration::checked_seconds_f64(seconds);
        let time = since.and_then(|since| OffsetDateTime::UNIX_EPOCH.checked_add(since));
        time.map(Self).ok_or_else(|| serde::de::Error::custom("no time"))
    }
}

/// One client, or a list of clients (RFC 7519 §4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    pub(crate) fn contains(&self, client: &str) -> bool {
        match self {
            Self::One(one) => one == client,
            Self::Several(several) => several.iter().any(|one| one == client),
        }
    }

    pub(crate) fn is_one(&self) -> bool {
        match self {
            Self::One(_) => true,
            Self::Several(several) => several.len() == 1,
        }
    }
}

/// Reads a text; `None` for an empty text and for other types. A claim that nobody needs must not fail a sign-in.
pub(crate) fn text<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(reader)? {
        Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    })
}

/// Reads `email_verified`: `true`, or the text `"true"` that some providers send. Everything else is false.
pub(crate) fn truth<'de, D: Deserializer<'de>>(reader: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(reader)? {
        Value::Bool(truth) => truth,
        Value::String(text) => text == "true",
        _ => false,
    })
}

/// Whether a text is a valid subject: 1 to 255 ASCII characters (OpenID Connect Core §2), without control characters.
pub(crate) fn is_identifier(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

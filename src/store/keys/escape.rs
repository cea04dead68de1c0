//! Escapes client text for keys.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Escapes client text for a key: `#` separates the parts of a key, `%` marks an escape, and `~` marks a digest. Text
/// that is too long for a sort key (1,024 bytes) becomes its beginning and its SHA-256 digest.
pub(super) fn escape(text: &str) -> String {
    const LONGEST: usize = 700;
    const BEGINNING: usize = 200;
    // DynamoDB takes no empty key. No other text becomes a lone `%`.
    if text.is_empty() {
        return "%".to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '#' | '%' | '~') || character.is_control() {
            let _ = write!(escaped, "%{:02X}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    if escaped.len() <= LONGEST {
        return escaped;
    }
    let mut shortened = String::new();
    for character in escaped.chars() {
        if shortened.len() + character.len_utf8() > BEGINNING {
            break;
        }
        shortened.push(character);
    }
    shortened.push('~');
    shortened.push_str(&hex::encode(Sha256::digest(text.as_bytes())));
    shortened
}

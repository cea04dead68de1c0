//! Client text as part of a key.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Makes client text safe inside a key: `#` separates the parts of a key, `%` marks an escape, `~` a digest. Text too
/// long for a sort key (1,024 bytes) keeps its beginning and stands on its SHA-256 digest.
pub(super) fn escape(text: &str) -> String {
    const LONGEST: usize = 700;
    const BEGINNING: usize = 200;
    // DynamoDB takes no empty key. A lone `%` is nobody's escape.
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
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(shortened, "{byte:02x}");
    }
    shortened
}

//! Proof Key for Code Exchange (RFC 7636).

use crate::base64url;
use aws_lc_rs::digest::{SHA256, digest};

/// Returns the code challenge of a verifier, by the method `S256` (RFC 7636 §4.2): 43 characters.
pub fn code_challenge(verifier: &str) -> String {
    base64url::encode(digest(&SHA256, verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::code_challenge;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_the_one_of_the_rfc() {
        let challenge = code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}

//! References of refused sign-ins. A person reads the reference to the administrator, who finds it in the list of
//! sign-ins.

use crate::model::refusal::Refusal;
use sha2::{Digest, Sha256};

/// The letters and digits of a reference. The list leaves out those that people confuse.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// The length of a reference, in characters.
pub const LENGTH: usize = 8;

/// Makes a reference at random.
///
/// # Errors
/// Fails when the operating system gives no random numbers.
pub fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(of_bytes(&bytes))
}

/// Returns the reference of a refused session. It is the same for each request of the session with this refusal.
pub(in crate::directory) fn of_session(session: &str, refusal: Refusal) -> String {
    let mut hash = Sha256::new();
    hash.update("rollcall refused session v1 ");
    hash.update(refusal.as_str());
    hash.update(" ");
    hash.update(session);
    of_bytes(&hash.finalize())
}

/// Turns the first bytes into letters. 256 is a multiple of 32, so each letter is as likely as the others.
fn of_bytes(bytes: &[u8]) -> String {
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
    bytes.iter().take(LENGTH).filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_eight_letters_and_digits() {
        let session = of_session("a", Refusal::Archived);
        assert_eq!(session, of_session("a", Refusal::Archived));
        assert_ne!(session, of_session("a", Refusal::NotAdministrator));
        assert_ne!(session, of_session("b", Refusal::Archived));
        for text in [session, random().unwrap()] {
            assert_eq!(text.len(), LENGTH);
            assert!(text.bytes().all(|byte| LETTERS.contains(&byte)), "{text}");
        }
    }
}

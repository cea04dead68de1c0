//! The accounts of an identity provider that are linked to employees.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The most ended sessions that an account names.
pub const MOST_ENDED_SIDS: usize = 20;

/// The link between an employee and an account of the identity provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The employee.
    pub employee: Uuid,
    /// The issuer of the account, as it was configured at the link.
    pub issuer: String,
    /// The hash of issuer and subject, from [`subject_hash`].
    pub subject: String,
    /// A claim that people can read, such as the email address.
    pub shown: String,
    /// The time of the link.
    pub linked: OffsetDateTime,
    /// The day of the last sign-in, in UTC.
    pub last_sign_in: Date,
    /// The time at which all sessions of the account ended; `None` when they never did.
    pub ended_at: Option<OffsetDateTime>,
    /// The sessions that ended one by one, the oldest first: hashes of the provider's `sid`, and ids of our own
    /// sessions. At most [`MOST_ENDED_SIDS`].
    pub ended_sids: Vec<String>,
}

/// The start of an entry of [`Account::ended_sids`] that ends sessions without a `sid`.
const WITHOUT_SID: char = '<';

/// Makes the entry that ends the sessions without a `sid` that were issued until a time.
pub fn end_without_sid(at: OffsetDateTime) -> String {
    format!("{WITHOUT_SID}{}", at.unix_timestamp())
}

/// Reads the entry of [`end_without_sid`], in seconds since 1970; `None` for another entry.
pub fn ended_without_sid(entry: &str) -> Option<i64> {
    entry.strip_prefix(WITHOUT_SID)?.parse().ok()
}

/// Computes the hash of a subject: SHA-256 over the issuer, a zero byte and the subject, in base64url.
pub fn subject_hash(issuer: &str, subject: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(issuer.as_bytes());
    hash.update([0]);
    hash.update(subject.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The claim names a person.
        formatter.debug_struct("Account").field("employee", &self.employee).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::subject_hash;

    #[test]
    fn a_subject_belongs_to_its_issuer() {
        let hash = subject_hash("https://idp.example.com", "a");
        assert_eq!(hash.len(), 43);
        assert_ne!(hash, subject_hash("https://idp.example.com/", "a"));
        assert_ne!(hash, subject_hash("https://idp.example.coma", ""));
    }
}

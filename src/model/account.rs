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
    /// The revision. It starts at the time of the link in milliseconds, so no later link repeats it.
    pub revision: u64,
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
    /// The time until which the sessions without a `sid` ended; `None` when they never did.
    pub ended_without_sid: Option<OffsetDateTime>,
    /// The sessions that ended one by one, the oldest first: hashes of the provider's `sid`, and ids of our own
    /// sessions. At most [`MOST_ENDED_SIDS`].
    pub ended_sids: Vec<String>,
}

impl Account {
    /// Makes the account of a new link.
    pub fn new(
        employee: Uuid,
        issuer: &str,
        subject: String,
        shown: String,
        linked: OffsetDateTime,
    ) -> Self {
        let millis = linked.unix_timestamp_nanos().unsigned_abs() / 1_000_000;
        Self {
            employee,
            revision: u64::try_from(millis).unwrap_or_default(),
            issuer: issuer.to_owned(),
            subject,
            shown,
            linked,
            last_sign_in: linked.date(),
            ended_at: None,
            ended_without_sid: None,
            ended_sids: Vec::new(),
        }
    }

    /// Ends all sessions that were issued until a time, also in the same second. A later end stays.
    pub fn end_all(&mut self, at: OffsetDateTime) {
        self.ended_at = self.ended_at.max(Some(at));
    }

    /// Ends the sessions without a `sid` that were issued until a time. A later end stays.
    pub fn end_without_sid(&mut self, at: OffsetDateTime) {
        self.ended_without_sid = self.ended_without_sid.max(Some(at));
    }

    /// Ends one session: a hash of the provider's `sid`, or an id of our own.
    ///
    /// When the account names [`MOST_ENDED_SIDS`] sessions already, all its sessions end at `now`. A session that was
    /// signed out must not open again because the list forgets it.
    pub fn end_session(&mut self, sid: &str, now: OffsetDateTime) {
        if self.ended_sids.iter().any(|ended| ended == sid) {
            return;
        }
        if self.ended_sids.len() >= MOST_ENDED_SIDS {
            self.ended_sids.clear();
            self.end_all(now);
        }
        self.ended_sids.push(sid.to_owned());
    }
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

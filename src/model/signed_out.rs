//! Sessions of administrators that were signed out.

use std::collections::BTreeSet;

/// The sessions that were signed out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignedOut(pub(crate) BTreeSet<String>);

impl SignedOut {
    /// Whether a session was signed out.
    pub fn contains(&self, session: &str) -> bool {
        self.0.contains(session)
    }
}

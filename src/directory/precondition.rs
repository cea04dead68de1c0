//! The condition of a request on the version of a record.

use super::error::Error;
use scim::version::TagCondition;

/// The versions of a record from which a change may start (RFC 7644 §3.14, RFC 9110 §13.1).
///
/// For an identity provider this is the version of the SCIM resource. For an administrator it is the revision of the
/// record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precondition {
    /// The change may start from these versions only.
    pub if_match: Option<TagCondition>,
    /// The change must not start from these versions.
    pub if_none_match: Option<TagCondition>,
}

impl Precondition {
    /// Checks the version from which a change starts.
    ///
    /// # Errors
    /// Fails with [`Error::VersionDiffers`].
    pub(super) fn check(&self, version: u64) -> Result<(), Error> {
        let holds = self.if_match.as_ref().is_none_or(|condition| condition.matches(version))
            && !self.if_none_match.as_ref().is_some_and(|condition| condition.matches(version));
        if holds { Ok(()) } else { Err(Error::VersionDiffers { current: version }) }
    }
}

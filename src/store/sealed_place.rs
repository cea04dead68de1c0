//! The places of sealed secrets.

use super::keys::Key;

/// The place of a sealed secret in the table. The secret opens only in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPlace {
    /// The key of the item.
    pub key: Key,
    /// The attribute.
    pub attribute: &'static str,
}

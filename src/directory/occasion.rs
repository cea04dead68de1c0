//! The time and the actor of a change.

use time::OffsetDateTime;

/// The time and the actor of a change.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The time of the change.
    pub at: OffsetDateTime,
    /// The actor: the label of a token, or the administrator.
    pub by: &'a str,
}

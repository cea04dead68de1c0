//! The time and the actor of a change.

use crate::model::actor::ActorRecord;
use time::OffsetDateTime;

/// The time and the actor of a change.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The time of the change.
    pub at: OffsetDateTime,
    /// The actor of the change.
    pub actor: &'a ActorRecord,
}

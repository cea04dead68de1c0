//! The actor of the command's changes.

use rollcall::directory::ActorRecord;
use rollcall::directory::tenants::display_name::COMMAND;
use std::sync::LazyLock;

/// The actor of changes by this command, in the history.
pub static ACTOR: LazyLock<ActorRecord> = LazyLock::new(|| ActorRecord::operator(COMMAND));

//! The author of the command's changes.

/// The author of changes by this command, in the history.
pub const ACTOR: &str = rollcall::directory::tenants::display_name::COMMAND;

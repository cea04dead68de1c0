//! The command.

pub(crate) mod command;
pub(crate) mod shared_folder;

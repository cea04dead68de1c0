//! The pages of one employee: profile, history, groups, reports and the raw record. An administrator can change own
//! values, archive, restore and erase.

mod head;
mod done;
mod conflict;
mod plain_values;
pub(super) mod account;
pub(super) mod profile;
pub(super) mod value;
pub(super) mod history;
pub(super) mod groups;
pub(super) mod reports;
pub(super) mod raw;
pub(super) mod archive;
pub(super) mod erase;

//! The `rollcall` command.

pub(crate) mod server;
pub(crate) mod data_folder;
pub(crate) mod demo;
pub(crate) mod destinations;
pub(crate) mod shared_folder;
pub(crate) mod endpoint;
pub(crate) mod profiles;
pub(crate) mod tenants;
pub(crate) mod sso;
mod sign_in_links;
pub(crate) mod employees;
pub(crate) mod employee_import;
pub(crate) mod groups;
pub(crate) mod events;
pub(crate) mod output;

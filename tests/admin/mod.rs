//! The administration's JSON API, as another product or the account settings page calls it.

pub(crate) mod routes;
pub(crate) mod openapi;
pub(crate) mod errors;
pub(crate) mod settings;
pub(crate) mod sso;
pub(crate) mod tokens;
pub(crate) mod read_tokens;
pub(crate) mod employees;
pub(crate) mod reports;
pub(crate) mod employee_lists;
pub(crate) mod people;
pub(crate) mod people_search;
pub(crate) mod import;
pub(crate) mod export;
pub(crate) mod groups;
pub(crate) mod sync;
pub(crate) mod requests;
pub(crate) mod recordings;
mod sources;
mod dismissals;
pub(crate) mod destinations;
pub(crate) mod destination_actions;
pub(crate) mod destination_limits;
pub(crate) mod destination_secrets;

//! The administration's JSON API, as another product or the account settings page calls it.

pub(crate) mod routes;
pub(crate) mod openapi;
pub(crate) mod errors;
pub(crate) mod settings;
pub(crate) mod tokens;
pub(crate) mod employees;
pub(crate) mod export;
pub(crate) mod groups;
pub(crate) mod sync;

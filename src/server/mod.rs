//! HTTP in, HTTP out: routes, credentials, bodies, headers and status codes. The server has no rules of the directory
//! and no DynamoDB.

pub mod scim;
pub mod pages;
pub(crate) mod page_urls;
pub mod router;
pub mod context;
pub mod tenant_urls;
pub(crate) mod path;
pub mod observe;
mod malformed;
mod auth;
mod request_notes;
mod request_trace;
mod compress;
mod csv_text;
pub(crate) mod query;
mod precondition;
pub(crate) mod body;
mod form_body;
mod health;
mod admin;
mod sso;
mod problems;
mod response;
pub mod people_csv;
pub(crate) mod error;

/// Formats single sign-on as JSON, with its addresses. The command uses it too.
pub mod sso_json {
    pub use super::admin::sso_actions::{SignInsBody, SsoCheckBody};
    pub use super::admin::sso_body::SsoBody;
    pub use super::sso::addresses::SsoAddresses;
}

/// Formats the lines of an export. The command uses it too.
pub mod export {
    pub use super::admin::export_lines::{ExportFormat, ExportLines};
}

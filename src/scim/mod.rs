//! The SCIM 2.0 protocol, pure: RFC 7643 (schema) and RFC 7644 (protocol) as functions over JSON values.
//!
//! Knows nothing about HTTP, DynamoDB, clocks, the environment or employees. Everything here is decided by the
//! [`schema`] tables: discovery documents, body validation, filters, PATCH and projection.

pub mod urn;
pub mod error;
pub mod json;
mod message;
pub mod work;
pub mod fold;
pub mod date_time;
pub mod schema;
pub mod attr_path;
pub mod bound_path;
mod values;
pub mod validate;
pub mod undeclared;
pub mod filter;
pub mod patch;
pub mod body;
pub mod unknown;
pub mod resource;
pub mod projection;
pub mod sort;
pub mod version;
pub mod list;
pub mod search;
pub mod cursor;
pub mod bulk;
pub mod discovery;

pub use error::{Error, ScimType};

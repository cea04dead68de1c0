//! The SCIM 2.0 protocol, pure: RFC 7643 (schema) and RFC 7644 (protocol) as functions over JSON.
//!
//! A client sends a [`Body`](json::Body). Validation and PATCH make a [`Document`](document::Document) of it, which is
//! stored. A [`Resource`](resource::Resource) borrows a document for filters, orders and answers.
//!
//! Knows nothing about HTTP, DynamoDB, clocks, the environment or employees. Everything here is decided by the
//! [`schema`] tables: discovery documents, body validation, filters, PATCH and projection.

pub mod urn;
pub mod error;
pub mod json;
pub mod document;
mod message;
pub mod work;
pub mod letter;
pub mod fold;
pub mod date_time;
mod number;
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
pub mod reference;
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

//! The SCIM 2.0 protocol as pure functions over JSON: RFC 7643 (schema), RFC 7644 (protocol) and RFC 9865 (cursors).
//!
//! The [`schema`] tables hold the attributes of each resource type, with their characteristics. Discovery documents,
//! validation, filters, PATCH, sorting and projection read only these tables.
//!
//! A client sends a [`Body`](json::Body). Validation and PATCH turn it into a [`Document`](document::Document), which a
//! service stores. A [`Resource`](resource::Resource) borrows a document for filters, orders and responses.
//!
//! The crate has no HTTP, storage, clock or I/O. A request fails with an [`Error`]: a keyword of RFC 7644 §3.12 or
//! RFC 9865 §2.1, and a text. The text says what is wrong, where, and what the crate expects. Only a bulk request with
//! too many operations fails with [`BulkError::TooLarge`](bulk::request::BulkError::TooLarge), which has no keyword.
//!
//! # Choose the limits
//!
//! [`Limits`] holds the limits that a service chooses, such as the size of a resource or of a page. The schema tables
//! carry them to validation, filters and PATCH.
//!
//! ```
//! use scim::{Limits, json::Body, body::read_body, schema::ResourceTypes};
//!
//! let limits = Limits { identifier_chars: 8, ..Limits::default() };
//! let types = ResourceTypes::with_limits(limits);
//! let body = Body::read(br#"{"userName": "ada@example.com"}"#)?;
//! let error = read_body(&types.users, body).unwrap_err();
//! assert_eq!(error.detail, "userName has 15 characters; at most 8 are accepted");
//! # Ok::<(), scim::Error>(())
//! ```
//!
//! # Validate a body
//!
//! ```
//! use scim::{body::read_body, json::Body, schema::ResourceTypes};
//!
//! let types = ResourceTypes::standard();
//! let body = Body::read(br#"{"USERNAME": "ada@example.com", "active": "True", "shoeSize": 39}"#)?;
//! let user = read_body(&types.users, body)?;
//! assert_eq!(user.text("userName"), Some("ada@example.com"));
//! assert_eq!(user.get("active"), Some(&true.into()));
//! assert_eq!(user.get("shoeSize"), None);
//!
//! let body = Body::read(br#"{"active": true}"#)?;
//! let error = read_body(&types.users, body).unwrap_err();
//! assert_eq!(error.detail, "userName is required and must not be empty");
//! # Ok::<(), scim::Error>(())
//! ```
//!
//! # Apply a PATCH
//!
//! ```
//! use scim::{body::read_body, json::Body, patch::{self, PatchRequest}, schema::ResourceTypes};
//!
//! let users = ResourceTypes::standard().users;
//! let user = read_body(&users, Body::read(br#"{"userName": "ada@example.com"}"#)?)?;
//! let request = PatchRequest::read(Body::read(
//!     br#"{
//!         "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
//!         "Operations": [
//!             {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "ada@example.com"},
//!             {"op": "Replace", "path": "active", "value": "False"}
//!         ]
//!     }"#,
//! )?, &users.limits)?;
//! let user = patch::apply(&users, user, &request)?;
//! assert_eq!(user.get("active"), Some(&false.into()));
//! assert_eq!(user.get("emails").unwrap()[0]["value"], "ada@example.com");
//! # Ok::<(), scim::Error>(())
//! ```
//!
//! # Evaluate a filter
//!
//! ```
//! use scim::{body::read_body, filter::Filter, json::Body, schema::ResourceTypes};
//!
//! let users = ResourceTypes::standard().users;
//! let body = br#"{"userName": "Ada@example.com", "emails": [{"type": "work", "value": "a@x.example"}]}"#;
//! let user = read_body(&users, Body::read(body)?)?;
//! let filter = Filter::parse(
//!     "userName eq \"ada@EXAMPLE.com\" and emails[type eq \"work\"]",
//!     &users.limits,
//! )?;
//! assert!(filter.bind(&users)?.matches(user.as_object()));
//!
//! let error = Filter::parse("userName is \"ada\"", &users.limits).unwrap_err();
//! assert_eq!(error.scim_type, scim::ScimType::InvalidFilter);
//! # Ok::<(), scim::Error>(())
//! ```
//!
//! # Make `/Schemas` from a table
//!
//! ```
//! use scim::schema::{Attribute, ResourceTypes};
//!
//! let mut types = ResourceTypes::standard();
//! types.users.schema.attributes.push(Attribute::string("badge", "The number on the badge"));
//! let documents = scim::discovery::schemas(&types, "https://scim.example/v2");
//! let user = documents.iter().find(|document| document["name"] == "User").unwrap();
//! let attributes = user["attributes"].as_array().unwrap();
//! assert!(attributes.iter().any(|attribute| attribute["name"] == "badge"));
//! ```

pub mod urn;
pub mod problem;
pub mod error;
pub mod json;
pub mod limits;
pub mod document;
mod message;
pub mod comparison_budget;
pub mod invisible_characters;
pub mod fold;
pub mod date_time;
mod number;
pub mod schema;
pub mod attr_path;
pub mod bound_path;
mod values;
pub mod validate;
pub mod undeclared_values;
pub mod filter;
pub mod patch;
pub mod body;
pub mod json_shape;
pub mod unknown_attributes;
pub mod reference;
pub mod resource;
pub mod projection;
pub mod sort;
pub mod version;
pub mod list_response;
pub mod page;
pub mod search;
pub mod cursor;
pub mod bulk;
pub mod discovery;

pub use error::{Error, ScimType};
pub use limits::Limits;

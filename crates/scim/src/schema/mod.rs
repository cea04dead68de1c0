//! The schema tables: the attributes of a resource, and the characteristics of each attribute (RFC 7643 §2.2 and §7).
//!
//! Every other part of the protocol reads these tables and holds no attribute names of its own.

mod attribute;
mod characteristics;
mod common_attributes;
pub mod custom;
mod enterprise;
mod group;
mod resource_type;
mod resource_types;
mod discovery_schemas;
mod user;

pub use attribute::Attribute;
pub use characteristics::{AttributeType, Mutability, Returned, Uniqueness, WithoutValue};
pub use discovery_schemas::service_schemas;
pub use resource_type::{ResourceType, Schema, Target};
pub use resource_types::ResourceTypes;

//! The rules of the product: what an identity provider and a tenant's administrator may do to the employee list, and
//! what follows from it. Knows nothing about HTTP, and of the store only its verbs.
//!
//! Each use case is a read, a pure decision ([`change`]) and one conditional write, repeated when the write lost a
//! race.

pub mod users;
pub mod lists;
pub mod sources;
pub mod error;
mod names;
pub mod groups;
pub mod related_record;
pub mod resources;
#[cfg(feature = "local")]
pub mod sample;
pub mod tenants;
pub mod access;
pub mod readiness;

pub use error::Error;
// The records the directory works on and gives out. What stands above it takes them from here, and never sees the
// store.
pub use crate::model::employee::Employee;
pub use crate::store::check::{Report, Violation, ViolationKind};
pub use crate::store::dynamodb::usage::{Usage, clock, metered};
pub use crate::store::groups::Group;
pub use crate::store::history::{AttributeChange, EventKind, RecordedEntry};
pub use crate::store::keys::Kind;
pub use crate::store::members::Member;
pub use crate::store::members::unfinished::{Unfinished, Work};
pub use crate::store::sync::{Refusal, UnknownAttribute};
pub use crate::store::tenants::{Scope, Settings, Stage, Tenant, TenantId, TokenRecord};

use crate::store::TenantStore;
use groups::memory::GroupMemory;
use scim::schema::ResourceTypes;
use sources::Sources;
use std::sync::Arc;

/// One tenant's employees and groups.
#[derive(Debug, Clone)]
pub struct Directory {
    store: TenantStore,
    types: Arc<ResourceTypes>,
    sources: Sources,
    memory: GroupMemory,
}

impl Directory {
    /// The list kept in `store`, with resources as `types` defines them.
    pub fn new(
        store: TenantStore,
        types: Arc<ResourceTypes>,
        sources: Sources,
        memory: GroupMemory,
    ) -> Self {
        Self { store, types, sources, memory }
    }

    /// The types of resources that the tenant has.
    pub fn types(&self) -> Arc<ResourceTypes> {
        Arc::clone(&self.types)
    }
}

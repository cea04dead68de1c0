//! The rules of the product: what an identity provider and a tenant's administrator may do to the employee list, and
//! what follows from it. Knows nothing about HTTP, and of the store only its verbs.
//!
//! Each use case is a read, a pure decision ([`change`]) and one conditional write, repeated when the write lost a
//! race.

pub mod sources;
pub mod error;
pub mod change;
mod names;
pub mod employees;
mod group_change;
pub mod groups;
mod membership;
mod departures;
mod unfinished;
pub mod check;
pub mod relations;
pub mod related_record;
pub mod cursor;
pub mod memory;
pub mod resources;
pub mod query;
mod order;
pub mod view;
pub mod administration;
pub mod listing;
pub mod group_view;
pub mod pepper;
pub mod token;
#[cfg(feature = "local")]
pub mod sample;
pub mod actor;
pub mod tenants;
pub mod attributes;
pub mod shown_name;
pub mod token_set;
pub mod session;
pub mod lockout;
pub mod access;
pub mod sync;
pub mod share;
pub mod readiness;

pub use error::Error;
// The records the directory works on and gives out. What stands above it takes them from here, and never sees the
// store.
pub use crate::store::check::{Report, Violation, ViolationKind};
pub use crate::store::dynamodb::usage::{Usage, clock, metered};
pub use crate::store::employee::Employee;
pub use crate::store::group::Group;
pub use crate::store::history::{AttributeChange, EventKind, RecordedEntry};
pub use crate::store::keys::Kind;
pub use crate::store::member::Member;
pub use crate::store::sync::{Refusal, UnknownAttribute};
pub use crate::store::tenant::{Scope, Settings, Stage, Tenant, TenantId, TokenRecord};
pub use crate::store::unfinished::{Unfinished, Work};

use crate::store::TenantStore;
use memory::GroupMemory;
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

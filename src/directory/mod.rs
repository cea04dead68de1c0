//! The rules of the product: the operations of identity providers and administrators on the employee list, and their
//! effects. This module knows nothing about HTTP. Of the store, it knows only the verbs.
//!
//! Each use case is a read, a pure decision ([`users::change`], `groups::change`) and one conditional write. A stale
//! write is retried from the read.

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
mod tenant_map;
pub mod access;
pub mod readiness;

pub use error::Error;
// The records that the directory works on and returns. Callers import them from here, and never from the store.
pub use crate::model::employee::Employee;
pub use crate::model::group::Group;
pub use crate::model::history::{AttributeChange, EventKind, RecordedEntry};
pub use crate::model::kind::Kind;
pub use crate::model::member::Member;
pub use crate::model::sync::{Refusal, UnknownAttribute};
pub use crate::model::tenant::{Scope, Settings, Stage, Tenant, TenantId, TokenRecord};
pub use crate::model::unfinished::{Unfinished, Work};
pub use crate::store::check::{Report, Violation, ViolationKind};
pub use crate::store::dynamodb::usage::{Usage, clock, metered};

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
    /// Creates the directory of the tenant in `store`, with resources as `types` defines them.
    pub fn new(
        store: TenantStore,
        types: Arc<ResourceTypes>,
        sources: Sources,
        memory: GroupMemory,
    ) -> Self {
        Self { store, types, sources, memory }
    }

    /// Returns the resource types of the tenant.
    pub fn types(&self) -> Arc<ResourceTypes> {
        Arc::clone(&self.types)
    }
}

//! The context of one tenant. Every use case of the tenant works on it.

use super::groups::presence::GroupPresence;
use super::people::managers::ColleagueCache;
use super::sources::Sources;
use crate::model::kind::Kind;
use crate::store::TenantStore;
use scim::schema::{ResourceType, ResourceTypes};
use std::sync::Arc;

/// The store, the resource types and the sources of one tenant. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Context {
    pub(super) store: TenantStore,
    pub(super) types: Arc<ResourceTypes>,
    pub(super) sources: Sources,
    pub(super) group_presence: GroupPresence,
    pub(super) colleagues: ColleagueCache,
}

impl Context {
    /// Returns the resource type of a kind.
    pub(super) fn resource_type(&self, kind: Kind) -> &ResourceType {
        kind.resource_type(&self.types)
    }
}

//! The rules of the product: the operations of identity providers and administrators on the employee list, and their
//! effects. This module knows nothing about HTTP. It makes no keys, items or transactions: the store makes them.
//!
//! Each use case is a read, a pure decision ([`users::change`], `groups::change`) and one conditional write. A stale
//! write is retried from the read.

pub mod users;
pub mod people;
pub mod lists;
mod sealing;
pub mod sources;
pub mod sso;
mod minute_count;
pub mod destinations;
pub mod error;
pub mod events;
mod names;
pub mod record_names;
pub mod groups;
pub mod context;
pub mod history;
pub mod occasion;
pub mod precondition;
pub mod record;
pub mod related;
pub mod reseal;
pub mod resources;
#[cfg(feature = "local")]
pub mod sample;
pub mod tenant_counts;
pub mod tenants;
mod tenant_map;
pub mod access;
pub mod actor_names;
pub mod readiness;

pub use error::Error;
// The records that the directory works on and returns. Callers import them from here, and never from the store.
pub use crate::model::actor::{ActorKind, ActorRecord};
pub use crate::model::dismissals::Dismissals;
pub use crate::model::employee::Employee;
pub use crate::model::governed::{GovernedAttribute, PEOPLE_CHANGED};
pub use crate::model::group::Group;
pub use crate::model::history::{AttributeChange, EventKind, RecordedEntry};
pub use crate::model::kind::Kind;
pub use crate::model::link::{Link, LinkScope, OPEN_COMMAND};
pub use crate::model::member::Member;
pub use crate::model::provider::{PROVIDER, PROVIDER_RULE, Provider};
pub use crate::model::sign_in::{BrowserFamily, SignInMethod, SignInOutcome, SignInRecord};
pub use crate::model::silence::{HOURS_RULE, SilentAfter};
pub use crate::model::sync::{SyncRecord, UnknownAttribute};
pub use crate::model::tenant::{
    SILENT_AFTER_HOURS, Scope, Settings, Stage, Tenant, TenantId, TokenRecord,
};
pub use crate::model::unauthorized::UnauthorizedReason;
pub use crate::model::unfinished::{Unfinished, Work};
pub use crate::store::check::{Report, Violation, ViolationKind};
pub use crate::store::dynamodb::usage::{Usage, clock, metered};
pub use crate::store::events::announcements::Announcements;

use crate::store::TenantStore;
use context::Context;
use events::Events;
use groups::Groups;
use groups::member_list::Members;
use groups::presence::GroupPresence;
use groups::unfinished_work::UnfinishedWork;
use history::History;
use lists::Lists;
use people::People;
use people::managers::ColleagueCache;
use related::relations::RelatedRecords;
use scim::schema::{ResourceType, ResourceTypes};
use sources::Sources;
use std::sync::Arc;
use tenants::check::Integrity;
use users::Users;

/// One tenant's employees and groups, by noun. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Directory {
    context: Context,
}

impl Directory {
    /// Creates the directory of the tenant in `store`, with resources as `types` defines them.
    pub fn new(
        store: TenantStore,
        types: Arc<ResourceTypes>,
        sources: Sources,
        group_presence: GroupPresence,
    ) -> Self {
        let colleagues = ColleagueCache::default();
        Self { context: Context { store, types, sources, group_presence, colleagues } }
    }

    /// Shares a cache of colleagues with other directories of this process.
    pub fn sharing(mut self, colleagues: ColleagueCache) -> Self {
        self.context.colleagues = colleagues;
        self
    }

    /// Returns the resource types of the tenant.
    pub fn types(&self) -> &Arc<ResourceTypes> {
        &self.context.types
    }

    /// Returns the resource type of a kind.
    pub fn resource_type(&self, kind: Kind) -> &ResourceType {
        self.context.resource_type(kind)
    }

    /// Returns the use cases for users and employees.
    pub fn users(&self) -> Users<'_> {
        Users(&self.context)
    }

    /// Returns the lists of people, for the administrator.
    pub fn people(&self) -> People<'_> {
        People(&self.context)
    }

    /// Returns the use cases for groups.
    pub fn groups(&self) -> Groups<'_> {
        Groups(&self.context)
    }

    /// Returns the members of groups.
    pub fn members(&self) -> Members<'_> {
        Members(&self.context)
    }

    /// Returns the records with their relations.
    pub fn related(&self) -> RelatedRecords<'_> {
        RelatedRecords(&self.context)
    }

    /// Returns the lists and searches.
    pub fn lists(&self) -> Lists<'_> {
        Lists(&self.context)
    }

    /// Returns the histories.
    pub fn history(&self) -> History<'_> {
        History(&self.context)
    }

    /// Returns the events of the tenant.
    pub fn events(&self) -> Events<'_> {
        Events(&self.context)
    }

    /// Returns the unfinished work of the tenant.
    pub fn unfinished(&self) -> UnfinishedWork<'_> {
        UnfinishedWork(&self.context)
    }

    /// Returns the check of the stored items.
    pub fn integrity(&self) -> Integrity<'_> {
        Integrity(&self.context)
    }
}

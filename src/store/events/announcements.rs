//! Announces committed events within the process, so that a local delivery starts at once.

use crate::model::tenant::TenantId;
use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// The tenants whose outbox got an event in this process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Announcements(Arc<Announced>);

#[derive(Debug, Default)]
struct Announced {
    /// `None` as long as nothing listens: a process without a delivery collects no tenants.
    tenants: Mutex<Option<BTreeSet<TenantId>>>,
    added: Notify,
}

impl Announcements {
    /// Starts to collect announcements.
    pub fn listen(&self) {
        self.with_tenants(|tenants| tenants.get_or_insert_default().len());
    }

    /// Waits for announcements, and takes them.
    pub async fn next(&self) -> BTreeSet<TenantId> {
        loop {
            let tenants = self.with_tenants(|tenants| mem::take(tenants.get_or_insert_default()));
            if !tenants.is_empty() {
                return tenants;
            }
            self.0.added.notified().await;
        }
    }

    /// Announces an event of a tenant.
    pub(in crate::store) fn add(&self, tenant: TenantId) {
        let is_new = self
            .with_tenants(|tenants| tenants.as_mut().is_some_and(|tenants| tenants.insert(tenant)));
        if is_new {
            self.0.added.notify_one();
        }
    }

    fn with_tenants<T>(&self, change: impl FnOnce(&mut Option<BTreeSet<TenantId>>) -> T) -> T {
        change(&mut self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! The table, as the store calls it. `read.rs` has the reads, and `transact.rs` the transactions.

use super::port::DynamoDb;
use crate::store::events::announcements::Announcements;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The table of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Table {
    pub(in crate::store) db: Arc<dyn DynamoDb>,
    /// Whether the table had this program's format.
    pub(in crate::store) is_checked: Arc<AtomicBool>,
    pub(in crate::store) announcements: Announcements,
}

impl Table {
    /// Makes the table of a connection to DynamoDB.
    pub(in crate::store) fn new(db: Arc<dyn DynamoDb>) -> Self {
        Self { db, is_checked: Arc::default(), announcements: Announcements::default() }
    }
}

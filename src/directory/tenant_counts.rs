//! The numbers of a tenant's employees and groups.

use super::Directory;
use super::error::Error;
use crate::model::kind::Kind;
use crate::model::people_counts::PeopleCounts;

/// The numbers of a tenant's employees and groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantCounts {
    /// The numbers of employees.
    pub people: PeopleCounts,
    /// The number of groups.
    pub groups: u64,
}

impl Directory {
    /// Counts employees and groups, with two eventually consistent queries at the same time.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn counts(&self) -> Result<TenantCounts, Error> {
        let records = self.context.store.records();
        let groups = async { Ok(records.count(Kind::Group).await?) };
        let (people, groups) = tokio::try_join!(self.people().counts(), groups)?;
        Ok(TenantCounts { people, groups })
    }
}

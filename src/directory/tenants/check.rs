//! The check of a tenant's items, and its repair.

use crate::directory::{Directory, Error};
use crate::store::check::{Report, Violation};

/// How many times a repair starts again, because one repair revealed another violation.
const MOST_ROUNDS: usize = 5;

/// The result of a repair.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repair {
    /// The violations that are repaired.
    pub repaired: Vec<Violation>,
    /// The check after it.
    pub left: Report,
}

impl Directory {
    /// Checks all items of the tenant, and changes nothing.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn check(&self) -> Result<Report, Error> {
        Ok(self.store.check().await?)
    }

    /// Repairs everything that follows from the records, finishes unfinished work, and checks again, until nothing changes.
    /// There are at most five rounds.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn repair(&self, by: &str) -> Result<Repair, Error> {
        let mut repair = Repair::default();
        for _ in 0..MOST_ROUNDS {
            let found = self.store.check().await?;
            let is_repairable = found.violations.iter().any(|violation| violation.is_repairable);
            if !is_repairable && found.unfinished.is_empty() {
                break;
            }
            // Damage first: finishing the deletion of an existing group would remove its members.
            let written = self.store.repair(&found.violations, self.sources.now(), by).await?;
            let finished = self.finish_all().await;
            repair.repaired.extend(found.violations);
            // Work that cannot be finished stays in the report. Nothing else can be repaired then.
            if written == 0 && (finished.is_err() || found.unfinished.is_empty()) {
                break;
            }
        }
        repair.left = self.store.check().await?;
        repair.repaired.retain(|violation| !repair.left.violations.contains(violation));
        repair.repaired.sort_unstable();
        repair.repaired.dedup();
        Ok(repair)
    }
}

//! Checks a tenant's items, and repairs them.

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::unfinished_work::UnfinishedWork;
use crate::model::actor::ActorRecord;
use crate::store::check::{Report, Violation};

/// The most rounds of a repair: one repair may reveal another violation.
const MOST_ROUNDS: usize = 5;

/// The result of a repair.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repair {
    /// The repaired violations.
    pub repaired: Vec<Violation>,
    /// The result of the check after the repair.
    pub left: Report,
}

/// The check of the stored items.
#[derive(Debug, Clone, Copy)]
pub struct Integrity<'a>(pub(in crate::directory) &'a Context);

impl Integrity<'_> {
    /// Checks all items of the tenant, and changes nothing.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn check(self) -> Result<Report, Error> {
        Ok(self.0.store.checks().check().await?)
    }

    /// Restores every item that can be derived from the records, finishes unfinished work, and checks again, until
    /// nothing changes.
    ///
    /// A repair has at most 5 rounds.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn repair(self, actor: &ActorRecord) -> Result<Repair, Error> {
        let mut repair = Repair::default();
        for _ in 0..MOST_ROUNDS {
            let found = self.0.store.checks().check().await?;
            let is_repairable = found.violations.iter().any(|violation| violation.is_repairable);
            if !is_repairable && found.unfinished.is_empty() {
                break;
            }
            // Damage is repaired first: finishing the deletion of an existing group would remove its members.
            let at = self.0.sources.now();
            let written = self.0.store.checks().repair(&found.violations, at, actor).await?;
            let finished = UnfinishedWork(self.0).finish_all().await;
            repair.repaired.extend(found.violations);
            // Work that cannot be finished stays in the report. Then nothing else can be repaired.
            if written == 0 && (finished.is_err() || found.unfinished.is_empty()) {
                break;
            }
        }
        repair.left = self.0.store.checks().check().await?;
        repair.repaired.retain(|violation| !repair.left.violations.contains(violation));
        repair.repaired.sort_unstable();
        repair.repaired.dedup();
        Ok(repair)
    }
}

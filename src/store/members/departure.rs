//! Departures: a hidden or erased employee, or a deleted group, leaves all groups.
//!
//! The transaction that hides, erases or deletes the record closes its memberships. It also removes the record from as
//! many groups as fit. Further transactions remove the record from the other groups.

use crate::model::memberships::Memberships;
use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::groups::GroupItems;
use crate::store::groups::change::GroupChange;
use crate::store::keys;
use crate::store::members::memberships::MembershipItems;
use crate::store::members::unfinished::UnfinishedItems;
use crate::store::tenant_part::TenantPart;
use crate::store::write_outcome::{Written, finish};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One step of a departure: the writes of one transaction.
#[derive(Debug, Clone)]
pub struct Departure {
    /// The employee or group that leaves.
    pub id: Uuid,
    /// The memberships as they were read.
    pub before: Memberships,
    /// The groups that the employee or group leaves in this step.
    pub left: BTreeSet<Uuid>,
    /// The changes of these groups. A deleted group has none.
    pub groups: Vec<GroupChange>,
    /// The work that is unfinished after this step, unless the list has its entry already.
    pub begins: Option<Unfinished>,
    /// The work that ends with this step.
    pub ends: Option<Work>,
}

impl Departure {
    /// The memberships after the step.
    pub fn after(&self) -> Memberships {
        Memberships { groups: &self.before.groups - &self.left, is_closed: true }
    }
}

/// The departures of a tenant's records from their groups.
#[derive(Debug, Clone, Copy)]
pub struct DepartureItems<'a>(pub(in crate::store) &'a TenantPart);

impl DepartureItems<'_> {
    /// Writes a step after the first step.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn write_step(self, step: &Departure) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        self.write(&mut transaction, step)?;
        finish(transaction).await
    }

    /// Adds a step to its transaction: four items for each group, the memberships, and an entry of the list of
    /// unfinished work.
    pub(in crate::store) fn write(
        self,
        transaction: &mut Transaction<'_>,
        step: &Departure,
    ) -> Result<(), Error> {
        for change in &step.groups {
            GroupItems(self.0).write_change(transaction, Step::Departure, change)?;
        }
        for group in &step.left {
            let row = keys::member(&self.0.tenant, *group, step.id);
            transaction.delete(Step::Companion, &row, Condition::none());
        }
        MembershipItems(self.0).replace(transaction, step.id, &step.before, &step.after());
        if let Some(entry) = &step.begins {
            UnfinishedItems(self.0).begin(transaction, entry)?;
        }
        if let Some(work) = step.ends {
            UnfinishedItems(self.0).end(transaction, work, step.id);
        }
        Ok(())
    }
}

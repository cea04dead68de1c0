//! The delivery logs: the last 256 runs of each destination. A save of the position writes a run.

use crate::model::delivery_log::{DeliveryRun, LOGGED_RUNS};
use crate::model::due_item::DueItem;
use crate::store::destinations::positions::fence;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::read::Range;
use crate::store::dynamodb::retry::{Attempt, retry};
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::items::delivery_run::SAYS;
use crate::store::keys;
use crate::store::record::RecordItems;
use crate::store::tenant_part::TenantPart;
use time::OffsetDateTime;
use uuid::Uuid;

/// The most runs that one transaction clears.
const MOST_CLEARED: usize = 25;

/// The delivery logs of a tenant's destinations.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryItems<'a>(pub(in crate::store) &'a TenantPart);

impl DeliveryItems<'_> {
    /// Lists the runs of a destination from a run backwards, newest first: at most `most` runs. The list leaves out
    /// runs that a later run has overwritten.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_until(
        self,
        id: Uuid,
        run: u64,
        most: u64,
    ) -> Result<Vec<DeliveryRun>, Error> {
        let oldest = run.saturating_sub(most.min(LOGGED_RUNS)).saturating_add(1);
        let wanted = oldest..=run;
        let places: Vec<_> =
            wanted.clone().map(|run| keys::delivery_run(&self.0.tenant, id, run)).collect();
        let items = self.0.table.batch_get(&places).await?;
        let runs = items.into_iter().map(DeliveryRun::from_item);
        let mut runs: Vec<DeliveryRun> = runs.collect::<Result<_, _>>()?;
        runs.retain(|found| wanted.contains(&found.run));
        runs.sort_unstable_by_key(|found| std::cmp::Reverse(found.run));
        Ok(runs)
    }

    /// Removes the answers of receivers from all logs of the tenant. They may name an erased person.
    ///
    /// A worker may hold such an answer that it has not saved. So the store first raises the revision of each position:
    /// the worker then saves nothing more. Work that is due at `now` continues its deliveries.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn clear_answers(self, now: OffsetDateTime) -> Result<(), Error> {
        // A removed destination has a position for as long as it has a log.
        let positions = keys::positions(&self.0.tenant);
        for id in RecordItems(self.0).list_ids_in(&positions).await? {
            self.stop_worker(id, now).await?;
            self.clear_log(id).await?;
        }
        Ok(())
    }

    async fn stop_worker(self, id: Uuid, now: OffsetDateTime) -> Result<(), Error> {
        let mut transaction = Transaction::new(&self.0.table);
        fence(&mut transaction, &keys::position(&self.0.tenant, id));
        // The position keeps the time of its own work, such as the end of a window.
        let due = DueItem::new(now, self.0.tenant.clone(), id, true);
        transaction.put(Step::Companion, due.to_item(), Condition::none());
        // The condition fails when a removal of the destination has removed the position meanwhile.
        transaction.commit().await.map(drop)
    }

    async fn clear_log(self, id: Uuid) -> Result<(), Error> {
        retry!({
            let range = Range::all(&keys::deliveries(&self.0.tenant, id)).long();
            let mut items = self.0.table.query_all(&range, None).await?;
            items.retain(|item| item.contains_key(SAYS));
            for chunk in items.chunks(MOST_CLEARED) {
                let mut transaction = Transaction::new(&self.0.table);
                for key in chunk.iter().filter_map(keys::key) {
                    // A removal of the destination may remove the run meanwhile.
                    let (change, values) = (format!("REMOVE {SAYS}"), Item::new());
                    let present = Condition::present();
                    transaction.update(Step::Companion, &key, &change, values, present);
                }
                if !transaction.commit_if_unchanged().await? {
                    return Ok::<_, Error>(Attempt::done_if(false));
                }
            }
            Ok(Attempt::Done(()))
        })
    }
}

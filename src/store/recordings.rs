//! Starts and stops recordings of requests, and removes recorded requests.

use super::dynamodb::error::Error;
use super::dynamodb::port::Item;
use super::dynamodb::read::Range;
use super::dynamodb::transact::{Condition, Step, Transaction, number, text};
use super::items::sync::RECORD_UNTIL;
use super::keys;
use super::requests::RequestItems;
use super::sync::SyncItems;
use super::tenants::TenantItems;
use crate::model::history::HistoryEntry;
use crate::model::sync::SyncRecord;
use crate::model::tenant::Tenant;
use scim::date_time;
use time::OffsetDateTime;

impl SyncItems<'_> {
    /// Starts or stops a recording, together with the entry in the tenant's history. `false` when another process changed
    /// the tenant or the recording since they were read.
    ///
    /// A recording that goes on keeps the number of its rows.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn set_recording(
        self,
        before: &SyncRecord,
        until: Option<OffsetDateTime>,
        (tenant, history): (&Tenant, &HistoryEntry),
    ) -> Result<bool, Error> {
        let is_running = before.record_until.is_some_and(|end| end > history.at);
        let value = |name: &str, value| (name.to_owned(), value);
        let mut values = Item::from([value(":one", number(1))]);
        values.extend(until.map(|until| value(":until", text(date_time::format(until)))));
        let expression = match (until, is_running) {
            (None, _) => "REMOVE recordUntil ADD revision :one",
            (Some(_), true) => "SET recordUntil = :until ADD revision :one",
            (Some(_), false) => {
                values.extend([value(":none", number(0))]);
                "SET recordUntil = :until, recorded = :none ADD revision :one"
            }
        };
        let condition = match before.record_until {
            None => Condition::expression(&format!("attribute_not_exists({RECORD_UNTIL})")),
            Some(known) => Condition::expression("recordUntil = :known")
                .with(":known", text(date_time::format(known))),
        };
        let mut transaction = Transaction::new(&self.0.table);
        TenantItems(self.0).put(&mut transaction, tenant, history)?;
        transaction.update(
            Step::Record,
            &keys::sync(&self.0.tenant),
            expression,
            values,
            condition,
        );
        transaction.commit_if_unchanged().await
    }
}

impl RequestItems<'_> {
    /// Removes all recorded requests. Their names of ignored attributes may name an erased person.
    ///
    /// # Errors
    /// Fails as every call of the store does. A later call removes what is left.
    pub async fn clear_recorded(self) -> Result<(), Error> {
        self.delete(&Range::all(&keys::recording(&self.0.tenant)), |_| Ok(true)).await
    }

    /// Removes the items of a range for which `is_removed` holds, page by page.
    pub(super) async fn delete(
        self,
        range: &Range,
        is_removed: impl Fn(&Item) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let range = range.clone().long();
        let mut start = None;
        loop {
            let page = self.0.table.query_page(&range, Some(ITEMS_A_PAGE), start).await?;
            let mut removed = Vec::new();
            for item in page.items {
                if is_removed(&item)? {
                    removed.push(item);
                }
            }
            self.0.table.batch_delete(&removed).await?;
            start = page.next;
            if start.is_none() {
                return Ok(());
            }
        }
    }
}

/// The most items that a removal reads before it deletes them. One call deletes as many.
const ITEMS_A_PAGE: usize = 25;

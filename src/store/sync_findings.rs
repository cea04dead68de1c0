//! Puts findings about the identity provider's requests into the outbox.
//!
//! The transaction of a finding also changes the notes, on the condition that they are as they were read. Therefore
//! only one process puts a finding.

use super::dynamodb::error::Error;
use super::dynamodb::port::Item;
use super::dynamodb::transact::{Condition, Step, Transaction, number, text};
use super::events::outbox::OutboxItems;
use super::items::attributes::format_time;
use super::keys;
use super::sync::SyncItems;
use crate::model::event::{SyncFinding, SyncRef};
use crate::model::sync::{SyncNews, SyncRecord};
use scim::date_time;
use time::OffsetDateTime;

impl SyncItems<'_> {
    /// Puts the findings in the news into the outbox. `false` when the notes changed since `record` was read.
    pub(super) async fn put_findings(
        self,
        record: &SyncRecord,
        news: &SyncNews,
    ) -> Result<bool, Error> {
        if news.ends_silence(record) && !self.put_resumed(news.at).await? {
            return Ok(false);
        }
        let check = news.check_failures(record.failed_at).filter(|check| check.is_first);
        let (Some(check), Some(finding)) = (check, news.failed()) else { return Ok(true) };
        let condition = match record.failed_at {
            None => Condition::expression("attribute_not_exists(failedAt)"),
            Some(at) => Condition::expression("failedAt = :known")
                .with(":known", text(date_time::format(at))),
        };
        let last = Item::from([(":last".to_owned(), text(date_time::format(check.last)))]);
        let finding = SyncRef { finding, at: news.at };
        self.put_finding(finding, "SET failedAt = :last ADD revision :one", last, condition).await
    }

    /// Ends a silence, and puts the finding into the outbox. `false` when another process was faster.
    async fn put_resumed(self, at: OffsetDateTime) -> Result<bool, Error> {
        let now = Item::from([(":now".to_owned(), text(format_time(at)?))]);
        let finding = SyncRef { finding: SyncFinding::Resumed, at };
        let is_silent = Condition::expression("attribute_exists(silentAt)");
        self.put_finding(
            finding,
            "SET lastRequest = :now REMOVE silentAt ADD revision :one",
            now,
            is_silent,
        )
        .await
    }

    /// Notes that the identity provider is silent, and puts the finding into the outbox. `false` when the notes changed
    /// since `record` was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn put_silent(self, record: &SyncRecord, at: OffsetDateTime) -> Result<bool, Error> {
        let Some(last) = record.last_request else { return Ok(false) };
        let now = Item::from([(":now".to_owned(), text(date_time::format(at)))]);
        let finding = SyncRef { finding: SyncFinding::Silent, at };
        let is_unchanged = "lastRequest = :last AND attribute_not_exists(silentAt)";
        let is_unchanged =
            Condition::expression(is_unchanged).with(":last", text(format_time(last)?));
        self.put_finding(finding, "SET silentAt = :now ADD revision :one", now, is_unchanged).await
    }

    async fn put_finding(
        self,
        finding: SyncRef,
        change: &str,
        mut values: Item,
        condition: Condition,
    ) -> Result<bool, Error> {
        values.insert(":one".to_owned(), number(1));
        let mut transaction = Transaction::new(&self.0.table);
        let notes = keys::sync(&self.0.tenant);
        transaction.update(Step::Record, &notes, change, values, condition);
        OutboxItems(self.0).put_finding(&mut transaction, finding);
        transaction.commit_if_unchanged().await
    }
}

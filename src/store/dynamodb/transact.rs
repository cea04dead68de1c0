//! One atomic, conditional write of several items (`TransactWriteItems`), and what its cancellation means.

use super::retry::Pauses;
use super::usage::counted;
use crate::store::keys::Key;
use crate::store::{Error, Item, Store};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Delete, Put, ReturnConsumedCapacity,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use uuid::Uuid;

/// What a write in a transaction is about, so that a failed condition can be told apart from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Step {
    /// The record itself, on its expected revision or absence.
    Record,
    /// The claim on a name that is to be taken.
    Claim,
    /// The claim on a name that is to be given up.
    FormerClaim,
    /// Where somebody is a member who joins a group.
    Member,
    /// Where somebody is a member who comes or goes, and the groups that change with it.
    Move,
    /// Counts, pointers, history, members, journals: written without a condition, for the record's guards them.
    Companion,
}

/// How a transaction ended when nothing broke.
#[derive(Debug)]
pub(in crate::store) enum Outcome {
    /// All writes are there.
    Committed,
    /// Nothing was written: these conditions did not hold. With each, the item as it was found.
    Refused(Vec<(Step, Option<Item>)>),
}

/// A transaction in the making: at most 100 writes, all or nothing.
#[derive(Debug)]
pub(in crate::store) struct Transaction<'a> {
    store: &'a Store,
    writes: Vec<(Step, TransactWriteItem)>,
}

/// A condition with the values it mentions.
#[derive(Debug, Default)]
pub(in crate::store) struct Condition {
    expression: Option<String>,
    values: Item,
}

impl Condition {
    /// No condition.
    pub(in crate::store) fn none() -> Self {
        Self::default()
    }

    /// There must be no such item.
    pub(in crate::store) fn absent() -> Self {
        Self::expression("attribute_not_exists(PK)")
    }

    /// The item must be at this revision.
    pub(in crate::store) fn revision(revision: u64) -> Self {
        Self::expression("revision = :expected").with(":expected", number(revision))
    }

    /// Any condition, with values as `:name`.
    pub(in crate::store) fn expression(expression: &str) -> Self {
        Self { expression: Some(expression.to_owned()), values: Item::new() }
    }

    /// Adds a value the expression mentions.
    pub(in crate::store) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    fn values(&self) -> Option<Item> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

/// A number attribute.
pub(in crate::store) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A number attribute of something that is counted.
pub(in crate::store) fn size(value: usize) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A text attribute.
pub(in crate::store) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

impl<'a> Transaction<'a> {
    /// An empty transaction.
    pub(in crate::store) fn new(store: &'a Store) -> Self {
        Self { store, writes: Vec::new() }
    }

    /// Writes a whole item.
    pub(in crate::store) fn put(
        &mut self,
        step: Step,
        item: Item,
        condition: Condition,
    ) -> Result<(), Error> {
        let put = Put::builder()
            .table_name(&*self.store.table)
            .set_item(Some(item))
            .set_expression_attribute_values(condition.values())
            .set_condition_expression(condition.expression)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(Error::bad_item)?;
        self.writes.push((step, TransactWriteItem::builder().put(put).build()));
        Ok(())
    }

    /// Removes an item.
    pub(in crate::store) fn delete(
        &mut self,
        step: Step,
        key: &Key,
        condition: Condition,
    ) -> Result<(), Error> {
        let delete = Delete::builder()
            .table_name(&*self.store.table)
            .set_key(Some(key.to_item()))
            .set_expression_attribute_values(condition.values())
            .set_condition_expression(condition.expression)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(Error::bad_item)?;
        self.writes.push((step, TransactWriteItem::builder().delete(delete).build()));
        Ok(())
    }

    /// Changes an item by an update expression; the values it mentions stand beside the condition's.
    pub(in crate::store) fn update(
        &mut self,
        step: Step,
        key: &Key,
        expression: &str,
        values: Item,
        condition: Condition,
    ) -> Result<(), Error> {
        let mut all = condition.values.clone();
        all.extend(values);
        let update = Update::builder()
            .table_name(&*self.store.table)
            .set_key(Some(key.to_item()))
            .update_expression(expression)
            .set_expression_attribute_values((!all.is_empty()).then_some(all))
            .set_condition_expression(condition.expression)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(Error::bad_item)?;
        self.writes.push((step, TransactWriteItem::builder().update(update).build()));
        Ok(())
    }

    /// Writes it all, or nothing.
    ///
    /// The client request token makes a call that is sent twice apply once. A conflict with another transaction is
    /// tried again here: the SDK does not.
    pub(in crate::store) async fn commit(self) -> Result<Outcome, Error> {
        let token = Uuid::new_v4().to_string();
        let (steps, items): (Vec<Step>, Vec<TransactWriteItem>) = self.writes.into_iter().unzip();
        let mut pauses = Pauses::new();
        loop {
            let call = self
                .store
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .client_request_token(&token)
                .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
                .send();
            let Err(error) = counted(call).await else { return Ok(Outcome::Committed) };
            match verdict(&steps, &error) {
                Verdict::Refused(refused) => return Ok(Outcome::Refused(refused)),
                Verdict::Contended => pauses.pause().await?,
                Verdict::Broken => return Err(error.into()),
            }
        }
    }
}

enum Verdict {
    Refused(Vec<(Step, Option<Item>)>),
    Contended,
    Broken,
}

fn verdict<R>(steps: &[Step], error: &SdkError<TransactWriteItemsError, R>) -> Verdict {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => Verdict::Contended,
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons();
            let code_is = |reason: &&CancellationReason, codes: &[&str]| {
                reason.code().is_some_and(|code| codes.contains(&code))
            };
            let refused: Vec<_> = steps
                .iter()
                .zip(reasons)
                .filter(|(_, reason)| code_is(reason, &["ConditionalCheckFailed"]))
                .map(|(step, reason)| (*step, reason.item.clone()))
                .collect();
            const CONTENTION: &[&str] =
                &["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
            if !refused.is_empty() {
                Verdict::Refused(refused)
            } else if reasons.iter().any(|reason| code_is(&reason, CONTENTION)) {
                Verdict::Contended
            } else {
                Verdict::Broken
            }
        }
        _ => Verdict::Broken,
    }
}

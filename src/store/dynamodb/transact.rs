//! Writes several items in one atomic, conditional transaction (`TransactWriteItems`), and interprets its cancellation.

use super::error::Error;
use super::port::{Action, CancellationReason, Item, TransactWriteCall, Transacted, Write};
use super::retry::{Attempt, NextAttempt, retry};
use super::usage::counted_write;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::table::Table;
use crate::store::keys::Key;
use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

/// The purpose of a write in a transaction. It tells failed conditions apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Step {
    /// The record itself, on its expected revision or absence.
    Record,
    /// The claim on a name that the record takes.
    Claim,
    /// The claim on a name that the record gives up.
    FormerClaim,
    /// The memberships of a member that joins a group.
    Member,
    /// The memberships of a record that is hidden, restored or deleted, and its groups.
    Departure,
    /// Counts, pointers, history, rows, redo logs. Most of these writes have no condition, because the condition on the
    /// record guards them.
    Companion,
}

/// The outcome of a transaction that DynamoDB decided.
#[derive(Debug)]
pub(in crate::store) enum Outcome {
    /// All writes are committed.
    Committed,
    /// No write is committed: these conditions failed. Each comes with the item as it was found.
    Refused(Vec<(Step, Option<Item>)>),
}

/// A transaction before its commit: at most 100 writes, all or nothing.
#[derive(Debug)]
pub(in crate::store) struct Transaction<'a> {
    table: &'a Table,
    steps: Vec<Step>,
    writes: Vec<Write>,
    /// The tenant whose outbox gets an event.
    announced: Option<TenantId>,
}

/// A condition, with the values that it names.
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

    /// The condition that the item does not exist.
    pub(in crate::store) fn absent() -> Self {
        Self::expression("attribute_not_exists(PK)")
    }

    /// The condition that the item exists.
    pub(in crate::store) fn present() -> Self {
        Self::expression("attribute_exists(PK)")
    }

    /// The condition that the item has this revision.
    pub(in crate::store) fn revision(revision: u64) -> Self {
        Self::expression("revision = :expected").with(":expected", number(revision))
    }

    /// Any condition, with values as `:name`.
    pub(in crate::store) fn expression(expression: &str) -> Self {
        Self { expression: Some(expression.to_owned()), values: Item::new() }
    }

    /// Adds a value that the expression names.
    pub(in crate::store) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }
}

/// A number attribute.
pub(in crate::store) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A number attribute with a size.
pub(in crate::store) fn size(value: usize) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A text attribute.
pub(in crate::store) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

impl<'a> Transaction<'a> {
    /// An empty transaction.
    pub(in crate::store) fn new(table: &'a Table) -> Self {
        Self { table, steps: Vec::new(), writes: Vec::new(), announced: None }
    }

    /// Writes a whole item.
    pub(in crate::store) fn put(&mut self, step: Step, item: Item, condition: Condition) {
        self.add(step, Action::Put(item), Item::new(), condition);
    }

    /// Removes an item.
    pub(in crate::store) fn delete(&mut self, step: Step, key: &Key, condition: Condition) {
        self.add(step, Action::Delete(key.to_item()), Item::new(), condition);
    }

    /// Changes an item by an update expression. `values` has the values that the expression names, and the condition
    /// has its own.
    pub(in crate::store) fn update(
        &mut self,
        step: Step,
        key: &Key,
        expression: &str,
        values: Item,
        condition: Condition,
    ) {
        let (key, expression) = (key.to_item(), expression.to_owned());
        self.add(step, Action::Update { key, expression }, values, condition);
    }

    /// Makes the transaction fail when an item has another revision, or is gone. The write keeps the revision, because a
    /// transaction of this store has no condition without a write.
    pub(in crate::store) fn expect_revision(&mut self, key: &Key, revision: u64) {
        let values = Item::from([(":revision".to_owned(), number(revision))]);
        let same = "SET revision = :revision";
        self.update(Step::Record, key, same, values, Condition::revision(revision));
    }

    fn add(&mut self, step: Step, action: Action, mut values: Item, condition: Condition) {
        values.extend(condition.values);
        self.steps.push(step);
        self.writes.push(Write { action, condition: condition.expression, values });
    }

    /// Announces the commit to this process: the outbox of a tenant gets an event.
    pub(in crate::store) fn announce(&mut self, tenant: &TenantId) {
        self.announced = Some(tenant.clone());
    }

    /// Commits all writes, or none if a condition does not hold. Returns whether the writes are committed.
    pub(in crate::store) async fn commit_if_unchanged(self) -> Result<bool, Error> {
        Ok(matches!(self.commit().await?, Outcome::Committed))
    }

    /// Commits all writes, or none.
    ///
    /// The client request token makes a call that is sent twice apply once. The function retries after a conflict with
    /// another transaction, because the SDK does not.
    pub(in crate::store) async fn commit(self) -> Result<Outcome, Error> {
        let call = TransactWriteCall { writes: self.writes, token: Uuid::new_v4() };
        let outcome = retry!({
            Ok(match counted_write(self.table.db.transact_write(&call)).await? {
                Transacted::Committed => Attempt::Done(Outcome::Committed),
                Transacted::InProgress => Attempt::Again(NextAttempt::AfterPause),
                Transacted::Cancelled(reasons) => outcome(&self.steps, reasons)?
                    .map_or(Attempt::Again(NextAttempt::AfterPause), Attempt::Done),
            })
        });
        if let (Ok(Outcome::Committed), Some(tenant)) = (&outcome, self.announced) {
            self.table.announcements.add(tenant);
        }
        outcome
    }
}

/// The outcome of a cancelled transaction. `None` after a conflict with another transaction or throttling: a retry can
/// succeed.
fn outcome(steps: &[Step], reasons: Vec<CancellationReason>) -> Result<Option<Outcome>, Error> {
    const CONTENTION: &[&str] =
        &["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    let is_contended = reasons.iter().any(|reason| CONTENTION.contains(&&*reason.code));
    let codes: Vec<String> = reasons.iter().map(|reason| reason.code.clone()).collect();
    let refused: Vec<_> = (steps.iter().zip(reasons))
        .filter(|(_, reason)| reason.code == "ConditionalCheckFailed")
        .map(|(step, reason)| (*step, reason.item))
        .collect();
    match refused.is_empty() {
        false => Ok(Some(Outcome::Refused(refused))),
        true if is_contended => Ok(None),
        true => Err(Error::Refused(format!("transaction cancelled: {}", codes.join(", ")).into())),
    }
}

//! Imports employees before the identity provider knows them.
//!
//! An imported employee is an ordinary visible user without an externalId. The identity provider finds it by userName,
//! and its first change links it. An import is idempotent: it never changes, archives or restores a known employee.

pub mod row;

use super::change::{self, Change};
use crate::directory::error::Error;
use crate::directory::occasion::Occasion;
use crate::directory::users::Users;
use crate::model::actor::ActorRecord;
use crate::model::claim::Claim;
use crate::model::employee::Employee;
use crate::model::kind::Kind;
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use crate::store::write_outcome::Written;
use futures_util::{StreamExt, TryStreamExt, stream};
use row::{CheckedRow, ImportColumn, ImportRow, RowProblem};
use scim::fold::fold;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The most rows of an import in one request.
pub const MOST_ROWS_OF_REQUEST: usize = 500;
/// The most rows of an import by the command.
pub const MOST_ROWS_OF_COMMAND: usize = 5_000;
/// The rows that an import writes at the same time.
const ROWS_AT_ONCE: usize = 20;

/// Whether an import writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    /// The import creates employees.
    Write,
    /// The import only reports the result that it would have.
    DryRun,
}

/// The result of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportResult {
    /// The line of the row in the file, or its place in the list.
    pub line: u64,
    /// The userName of the row; empty if the row has none.
    pub user_name: String,
    /// The outcome.
    pub outcome: ImportOutcome,
}

/// The outcome of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The import creates the employee. A dry run has no id.
    Created(Option<Uuid>),
    /// An active employee has the userName. The import does not change it.
    Skipped(Uuid),
    /// An archived employee has the userName, or had it when the identity provider deleted the user.
    SkippedArchived(Uuid),
    /// The row is not valid.
    Failed(RowProblem),
}

/// The number of rows by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportCounts {
    /// The created employees, or the employees that a write would create.
    pub created: usize,
    /// The rows of active employees.
    pub skipped: usize,
    /// The rows of archived employees.
    pub skipped_archived: usize,
    /// The rows that are not valid.
    pub failed: usize,
}

impl ImportCounts {
    /// Counts results.
    pub fn of(results: &[ImportResult]) -> Self {
        let mut counts = Self::default();
        for result in results {
            *match result.outcome {
                ImportOutcome::Created(_) => &mut counts.created,
                ImportOutcome::Skipped(_) => &mut counts.skipped,
                ImportOutcome::SkippedArchived(_) => &mut counts.skipped_archived,
                ImportOutcome::Failed(_) => &mut counts.failed,
            } += 1;
        }
        counts
    }
}

impl Users<'_> {
    /// Imports employees, and returns one result for each row, in order. An invalid row stops no other row.
    ///
    /// A failure of the store ends the import. Repeat it then: it skips the employees that it already created.
    ///
    /// # Errors
    /// Fails with [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::Contention`], or as every call of the store
    /// does.
    pub async fn import(
        self,
        rows: &[ImportRow],
        mode: ImportMode,
        actor: &ActorRecord,
    ) -> Result<Vec<ImportResult>, Error> {
        self.check_actor(actor).await?;
        let mut lines: BTreeMap<String, u64> = BTreeMap::new();
        let mut imports = Vec::with_capacity(rows.len());
        for row in rows {
            let first = *lines.entry(fold(row.user_name())).or_insert(row.line);
            let checked = match row.check(&self.0.types.users) {
                Ok(_) if first != row.line => Err(RowProblem::repeated(first)),
                checked => checked,
            };
            imports.push(Box::pin(self.import_row(row, checked, mode, actor)));
        }
        stream::iter(imports).buffered(ROWS_AT_ONCE).try_collect().await
    }

    /// Imports one employee.
    ///
    /// # Errors
    /// Fails with [`Error::Protocol`] for a row that is not valid, with [`Error::UserNameTaken`] for a known userName,
    /// and as [`Self::import`] does.
    pub async fn import_one(self, row: &ImportRow, actor: &ActorRecord) -> Result<Uuid, Error> {
        self.check_actor(actor).await?;
        let checked = row.check(&self.0.types.users).map_err(RowProblem::into_error)?;
        match self.create_imported(checked, ImportMode::Write, actor).await? {
            ImportOutcome::Created(Some(id)) => Ok(id),
            ImportOutcome::Skipped(holder) | ImportOutcome::SkippedArchived(holder) => {
                Err(Error::UserNameTaken { holder })
            }
            ImportOutcome::Created(None) | ImportOutcome::Failed(_) => Err(Error::Contention),
        }
    }

    async fn import_row(
        self,
        row: &ImportRow,
        checked: Result<CheckedRow, RowProblem>,
        mode: ImportMode,
        actor: &ActorRecord,
    ) -> Result<ImportResult, Error> {
        let outcome = match checked {
            Ok(checked) => self.create_imported(checked, mode, actor).await?,
            Err(problem) => ImportOutcome::Failed(problem),
        };
        Ok(ImportResult { line: row.line, user_name: row.user_name().to_owned(), outcome })
    }

    /// Creates an employee, unless the userName is known.
    ///
    /// Most names are new, so the first write does not read the claim. The write itself detects a claimed name.
    async fn create_imported(
        self,
        CheckedRow { attributes, local }: CheckedRow,
        mode: ImportMode,
        actor: &ActorRecord,
    ) -> Result<ImportOutcome, Error> {
        let user_name = attributes.text(ImportColumn::UserName.as_str()).unwrap_or_default();
        if mode == ImportMode::DryRun {
            let claim = self.0.store.claims().get(Kind::Employee, user_name).await?;
            return Ok(self.find_known(&claim).await?.unwrap_or(ImportOutcome::Created(None)));
        }
        let mut claim = Claim::default();
        retry!({
            if let Some(known) = self.find_known(&claim).await? {
                return Ok(Attempt::Done(known));
            }
            let occasion = Occasion { at: self.0.sources.now(), actor };
            let (id, types) = (self.0.sources.new_id(), &self.0.types.users);
            let Change { after, entry } =
                change::imported(types, id, attributes.clone(), local.clone(), occasion);
            let written = self.0.store.employees().create(&after, &claim, &entry).await?;
            Ok::<_, Error>(match written {
                Written::Done => Attempt::Done(ImportOutcome::Created(Some(id))),
                Written::ClaimDiffers(found) => {
                    claim = found;
                    Attempt::Again(NextAttempt::AtOnce)
                }
                Written::Stale => Attempt::Again(NextAttempt::AfterPause),
            })
        })
    }

    /// Finds the employee whom a userName's claim names, with the outcome for its row. A holder comes before a deleted
    /// user, and the last deletion before earlier ones.
    async fn find_known(self, claim: &Claim) -> Result<Option<ImportOutcome>, Error> {
        if let Some(id) = claim.holder {
            let holder: Option<Employee> = self.0.store.records().get(id).await?;
            let is_archived = holder.is_some_and(|holder| holder.is_archived());
            return Ok(Some(match is_archived {
                true => ImportOutcome::SkippedArchived(id),
                false => ImportOutcome::Skipped(id),
            }));
        }
        if claim.former.is_empty() {
            return Ok(None);
        }
        let last_first: Vec<Uuid> = claim.former.iter().rev().copied().collect();
        let hidden = self.0.store.employees().get_hidden(&last_first).await?;
        Ok(hidden.first().map(|employee| ImportOutcome::SkippedArchived(employee.id)))
    }
}

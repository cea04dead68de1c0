//! `rollcall employee import`.

use super::actor::ACTOR;
use super::exit::Refused;
use super::{input, output};
use rollcall::directory::Directory;
use rollcall::directory::users::import::row::ImportColumn;
use rollcall::directory::users::import::{
    ImportCounts, ImportMode, ImportOutcome, ImportResult, MOST_ROWS_OF_COMMAND,
};
use rollcall::server::people_csv::read_people;
use serde_json::{Value, json};
use std::path::Path;

/// The most bytes of a file: far more than the longest list of people needs.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Imports the people of a file, and prints the results. A line that is not valid makes the command fail at the end.
pub async fn import(
    directory: &Directory,
    file: &Path,
    mode: ImportMode,
    json: bool,
) -> anyhow::Result<()> {
    let bytes = input::read(file, MOST_BYTES)?.bytes;
    let rows =
        read_people(&bytes, MOST_ROWS_OF_COMMAND).map_err(|error| Refused(error.to_string()))?;
    let results = directory.users().import(&rows, mode, &ACTOR).await?;
    let counts = ImportCounts::of(&results);
    if json {
        output::print_json(&to_json(&results, counts))?;
    } else {
        print(&results, counts, mode)?;
    }
    match counts.failed {
        0 => Ok(()),
        failed => {
            let all = results.len();
            let text = format!(
                "the lines of {failed} of {all} people are not valid, and the import leaves them out"
            );
            Err(Refused(text).into())
        }
    }
}

fn print(results: &[ImportResult], counts: ImportCounts, mode: ImportMode) -> anyhow::Result<()> {
    let failed = results.iter().filter_map(|result| match &result.outcome {
        ImportOutcome::Failed(problem) => Some(vec![
            result.line.to_string(),
            result.user_name.clone(),
            problem.attribute.map_or("-", ImportColumn::as_str).to_owned(),
            problem.detail.clone(),
        ]),
        _ => None,
    });
    let failed: Vec<Vec<String>> = failed.collect();
    if !failed.is_empty() {
        output::print_table(&["line", "userName", "attribute", "problem"], failed, "")?;
        output::print("")?;
    }
    let ImportCounts { created, skipped, skipped_archived, failed } = counts;
    let created = match mode {
        ImportMode::Write => format!("{created} created"),
        ImportMode::DryRun => format!("{created} would be created"),
    };
    output::print(&format!(
        "{created}, {skipped} skipped, {skipped_archived} skipped (archived), {failed} failed"
    ))
}

fn to_json(results: &[ImportResult], counts: ImportCounts) -> Value {
    let results = results.iter().map(|ImportResult { line, user_name, outcome }| {
        let (outcome, id, problem) = match outcome {
            ImportOutcome::Created(id) => ("created", *id, None),
            ImportOutcome::Skipped(id) => ("skipped", Some(*id), None),
            ImportOutcome::SkippedArchived(id) => ("skippedArchived", Some(*id), None),
            ImportOutcome::Failed(problem) => ("failed", None, Some(problem)),
        };
        json!({
            "line": line,
            "userName": user_name,
            "outcome": outcome,
            "id": id,
            "attribute": problem.and_then(|one| one.attribute).map(ImportColumn::as_str),
            "detail": problem.map(|one| &one.detail),
        })
    });
    let results: Value = results.collect();
    let ImportCounts { created, skipped, skipped_archived, failed } = counts;
    json!({
        "created": created,
        "skipped": skipped,
        "skippedArchived": skipped_archived,
        "failed": failed,
        "results": results,
    })
}

//! Prints the history of a tenant, an employee or a group.

use super::output;
use rollcall::directory::RecordedEntry;
use serde_json::{Value, json};

/// Formats history entries as JSON.
pub fn history_json(history: &[RecordedEntry]) -> Value {
    let entries = history.iter().map(|RecordedEntry { revision, entry }| {
        json!({
            "revision": revision,
            "at": output::instant(entry.at),
            "actor": entry.actor,
            "kind": entry.kind,
            "changes": entry.changes,
        })
    });
    entries.collect()
}

/// Prints history entries as a table, with a line for each change of an attribute.
pub fn print_history(history: &[RecordedEntry]) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for RecordedEntry { entry, .. } in history {
        let kind = entry.kind.as_str().to_owned();
        let first = [output::instant(entry.at), entry.actor.to_string(), kind];
        if entry.changes.is_empty() {
            rows.push(first.to_vec());
        }
        for (position, change) in entry.changes.iter().enumerate() {
            let mut row = match position {
                0 => first.to_vec(),
                _ => vec![String::new(); first.len()],
            };
            row.push(change.attribute.clone());
            row.push(output::value(change.old.as_ref()));
            row.push(output::value(change.new.as_ref()));
            rows.push(row);
        }
    }
    let header = ["time", "by", "change", "attribute", "before", "after"];
    output::print_table(&header, rows, "There is no history.")
}

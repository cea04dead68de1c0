//! Prints the history of a tenant, an employee or a group.

use super::output;
use rollcall::directory::actor_names::ActorNames;
use rollcall::directory::{ActorRecord, Directory, RecordedEntry};
use serde_json::{Value, json};

/// A history with the names of the administrators in it.
pub struct NamedHistory {
    entries: Vec<RecordedEntry>,
    names: ActorNames,
}

impl NamedHistory {
    /// Reads the names for some entries.
    pub async fn of(directory: &Directory, entries: Vec<RecordedEntry>) -> anyhow::Result<Self> {
        let actors = entries.iter().map(|row| &row.entry.actor);
        let names = directory.history().actor_names(actors).await?;
        Ok(Self { entries, names })
    }

    /// Formats the entries as JSON.
    pub fn to_json(&self) -> Value {
        let entries = self.entries.iter().map(|RecordedEntry { revision, entry }| {
            json!({
                "revision": revision,
                "at": output::instant(entry.at),
                "actor": self.actor_json(&entry.actor),
                "kind": entry.kind,
                "changes": entry.changes,
            })
        });
        entries.collect()
    }

    fn actor_json(&self, actor: &ActorRecord) -> Value {
        let mut body = json!(actor);
        if let (Some(body), Some(name)) = (body.as_object_mut(), self.names.of(actor)) {
            body.insert("name".to_owned(), name.into());
        }
        body
    }

    /// Prints the entries as a table, with a line for each change of an attribute.
    pub fn print(&self) -> anyhow::Result<()> {
        let mut rows = Vec::new();
        for RecordedEntry { entry, .. } in &self.entries {
            let kind = entry.kind.as_str().to_owned();
            let first = [output::instant(entry.at), self.names.text(&entry.actor), kind];
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
}

//! Prints tables and sentences for people, and JSON for programs.

use anyhow::Context;
use comfy_table::Width::Fixed;
use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table};
use serde_json::Value;
use std::io::{ErrorKind, IsTerminal, Write};
use terminal_size::{Width, terminal_size_of};
use time::OffsetDateTime;

/// Prints lines to standard output.
pub fn print(text: &str) -> anyhow::Result<()> {
    print_bytes(format!("{}\n", text.trim_end()).as_bytes()).map(drop)
}

/// Prints a line to standard error.
pub fn print_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}

/// Prints text to standard output. A terminal gets printable text; a pipe or a file gets the text unchanged. Returns
/// `false` if the reader has closed the pipe (`| head`), which is not a failure.
///
/// # Errors
/// Standard output cannot be written, such as a file on a full disk.
pub fn print_bytes(text: &[u8]) -> anyhow::Result<bool> {
    let mut output = std::io::stdout().lock();
    let written = match output.is_terminal() {
        true => output.write_all(printable_lines(text).as_bytes()),
        false => output.write_all(text),
    };
    match written.and_then(|()| output.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("cannot write to standard output"),
    }
}

/// Prints JSON: indented on a terminal, on one line in a pipe.
pub fn print_json(value: &Value) -> anyhow::Result<()> {
    match std::io::stdout().is_terminal() {
        true => print(&format!("{value:#}")),
        false => print(&value.to_string()),
    }
}

/// The minimum width of tables on a terminal, in columns.
const LEAST_WIDTH: u16 = 80;

/// The titles of columns that are never wrapped, because people copy their values.
const NEVER_WRAPPED: [&str; 3] = ["id", "time", "created"];

/// The minimum width of a column of attribute names, in characters. `name.familyName` fits on one line; a URN is
/// wrapped.
const ATTRIBUTE_WIDTH: u16 = 15;

/// The spaces beside each cell.
const PADDING: u16 = 2;

/// Prints a table, or a sentence if there are no rows. On a terminal, long cells are wrapped at its width. In a pipe,
/// each row is one line, for `grep`.
pub fn print_table(
    header: &[&str],
    rows: Vec<Vec<String>>,
    when_empty: &str,
) -> anyhow::Result<()> {
    if rows.is_empty() {
        return print(when_empty);
    }
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|title| title.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    let output = std::io::stdout();
    if output.is_terminal() {
        let columns = terminal_size_of(output).map_or(LEAST_WIDTH, |(Width(columns), _)| columns);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(columns.max(LEAST_WIDTH));
    }
    let widths = table.column_max_content_widths();
    for ((title, width), column) in header.iter().zip(widths).zip(table.column_iter_mut()) {
        if NEVER_WRAPPED.contains(title) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        } else if *title == "attribute" {
            let least = Fixed(width.min(ATTRIBUTE_WIDTH) + PADDING);
            column.set_constraint(ColumnConstraint::LowerBoundary(least));
        }
    }
    print(&trimmed(&table))
}

/// Prints names and values, a pair on each line.
pub fn print_record(fields: &[(&str, String)]) -> anyhow::Result<()> {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for (name, value) in fields {
        table.add_row([(*name).to_owned(), printable(value)]);
    }
    print(&trimmed(&table))
}

/// Formats a time, for people and for JSON.
pub fn instant(at: OffsetDateTime) -> String {
    scim::date_time::format(at)
}

/// Formats the day of a time, for people.
pub fn day(at: OffsetDateTime) -> String {
    at.date().to_string()
}

/// Formats a value for people: text without quotes, other values as JSON.
pub fn value(value: Option<&Value>) -> String {
    match value {
        None => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Replaces characters that would move the cursor, colour the terminal or reverse the reading direction.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_harmless(c) { c } else { '\u{fffd}' }).collect()
}

/// Makes each line of a text printable.
fn printable_lines(text: &[u8]) -> String {
    String::from_utf8_lossy(text).lines().map(|line| printable(line) + "\n").collect()
}

fn is_harmless(character: char) -> bool {
    let formats = matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    !character.is_control() && !formats
}

fn trimmed(table: &Table) -> String {
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

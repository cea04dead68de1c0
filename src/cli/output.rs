//! Tables and sentences for people, JSON for programs.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table};
use serde_json::Value;
use std::io::{IsTerminal, Write};
use time::OffsetDateTime;

/// Prints lines to standard output. A reader that has gone away (`| head`) is no failure.
pub fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// Prints a line to standard error.
pub fn print_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}

/// Prints text as it is. Says whether somebody still reads.
pub fn print_bytes(bytes: &[u8]) -> bool {
    std::io::stdout().write_all(bytes).is_ok()
}

/// Prints JSON: indented and harmless for a terminal, on one line for a pipe.
pub fn print_json(value: &Value) {
    if std::io::stdout().is_terminal() {
        let text = format!("{value:#}");
        let lines: Vec<String> = text.lines().map(printable).collect();
        print(&lines.join("\n"));
    } else {
        print(&value.to_string());
    }
}

/// The width of tables, in columns of a terminal.
const WIDTH: u16 = 80;

/// Columns that are never wrapped: a reader copies them.
const WHOLE: [&str; 3] = ["id", "at", "created"];

/// Prints a table of [`WIDTH`] at most, or a sentence when there are no rows. Long cells are wrapped.
pub fn print_table(header: &[&str], rows: Vec<Vec<String>>, when_empty: &str) {
    if rows.is_empty() {
        return print(when_empty);
    }
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table.set_header(header.iter().map(|title| title.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    for (title, column) in header.iter().zip(table.column_iter_mut()) {
        if WHOLE.contains(title) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    print(&trimmed(&table));
}

/// Prints names and values below each other.
pub fn print_record(fields: &[(&str, String)]) {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for (name, value) in fields {
        table.add_row([(*name).to_owned(), printable(value)]);
    }
    print(&trimmed(&table));
}

/// A time for people and JSON.
pub fn instant(at: OffsetDateTime) -> String {
    rollcall::scim::date_time::format(at)
}

/// The day of a time, for people.
pub fn day(at: OffsetDateTime) -> String {
    at.date().to_string()
}

/// A value for people: text without quotes, anything else as JSON.
pub fn value(value: Option<&Value>) -> String {
    match value {
        None => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Client text must not move the cursor, colour the terminal or turn the reading direction round.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_harmless(c) { c } else { '\u{fffd}' }).collect()
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

//! Lines of CSV (RFC 4180), with texts that no spreadsheet runs as formulas.

use std::io;

/// Writes a line of CSV. All cells are quoted, so that only a comma separates cells.
///
/// # Errors
/// No failure is known: the line is written to memory.
pub(crate) fn csv_line(
    write: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    write(&mut writer)?;
    writer.into_inner().map_err(|error| error.into_error())
}

/// The first characters of formulas, in ASCII and in full width (OWASP, *CSV Injection*).
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Returns a text with an apostrophe before each formula that a spreadsheet would run.
///
/// A spreadsheet may read the file with a separator other than the comma. Then a cell also begins after that separator
/// or a line break, and our quotes have no effect.
pub(crate) fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    let mut is_at_start = true;
    for c in text.chars() {
        if is_at_start && FORMULA.contains(&c) {
            harmless.push('\'');
        }
        is_at_start = is_separator(c) || is_at_start && (c.is_whitespace() || c == '"');
        harmless.push(c);
    }
    harmless
}

/// Whether a spreadsheet may begin a cell after this character: a separator of cells, or a line break.
fn is_separator(c: char) -> bool {
    matches!(c, ';' | '|' | '\u{2028}' | '\u{2029}') || c.is_control()
}

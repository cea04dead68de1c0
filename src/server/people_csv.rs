//! Reads the rows of an import from CSV.

use crate::directory::users::import::row::{ImportColumn, ImportRow, RowProblem};

/// A text that is not a table of people. The sentence says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CsvProblem(String);

/// The mark that some programs put before UTF-8 text.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Reads people from CSV. The first line has the names of the columns. A cell can be quoted.
///
/// The separator is the first comma, semicolon or tab of the first line, because spreadsheets differ.
///
/// # Errors
/// Fails when the text is not UTF-8, when the first line is not valid, or when there are too many rows. A row that
/// cannot be read becomes a row with a problem.
pub fn read_people(bytes: &[u8], most_rows: usize) -> Result<Vec<ImportRow>, CsvProblem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        CsvProblem(format!("Line {line} is not UTF-8 text. Save the file as CSV UTF-8"))
    })?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator_of(text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let Some(header) = records.next().transpose().map_err(unreadable)? else {
        let text = format!(
            "There are no people. The first line has the columns: {}",
            ImportColumn::list()
        );
        return Err(CsvProblem(text));
    };
    let columns = read_header(&header)?;
    let (mut rows, mut lines) =
        (Vec::new(), LineCounter { text: text.as_bytes(), read: 0, newlines: 0 });
    for record in records {
        let record = record.map_err(unreadable)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == most_rows {
            let text = format!("There are more than {most_rows} people. Split the file");
            return Err(CsvProblem(text));
        }
        rows.push(read_row(&columns, &record, lines.line_of(&record)));
    }
    match rows.is_empty() {
        true => Err(CsvProblem("There are no people below the first line".to_owned())),
        false => Ok(rows),
    }
}

/// Counts the lines before records. The reader's own count is wrong after `\r\n`.
struct LineCounter<'t> {
    text: &'t [u8],
    /// The bytes that are counted.
    read: usize,
    newlines: u64,
}

impl LineCounter<'_> {
    /// Returns the first line of a record. The records come in order.
    fn line_of(&mut self, record: &csv::StringRecord) -> u64 {
        let byte = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.text.get(start..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = start.saturating_add(blank);
        let before = self.text.get(self.read..start).unwrap_or_default();
        self.newlines += before.iter().filter(|byte| **byte == b'\n').map(|_| 1).sum::<u64>();
        self.read = start;
        self.newlines + 1
    }
}

fn separator_of(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    header.bytes().find(|byte| matches!(byte, b',' | b';' | b'\t')).unwrap_or(b',')
}

fn unreadable(error: csv::Error) -> CsvProblem {
    let line = error.position().map_or_else(String::new, |at| format!("Line {}: ", at.line()));
    CsvProblem(format!("{line}this is not CSV. Separate the values with commas"))
}

fn read_header(header: &csv::StringRecord) -> Result<Vec<ImportColumn>, CsvProblem> {
    let mut columns = Vec::with_capacity(header.len());
    for name in header {
        let quoted: String = name.trim().chars().take(MOST_QUOTED_CHARS).collect();
        let Some(column) = ImportColumn::parse(name.trim()) else {
            return Err(CsvProblem(format!(
                "There is no column \"{quoted}\". The first line has the names of the columns: {}",
                ImportColumn::list()
            )));
        };
        if columns.contains(&column) {
            return Err(CsvProblem(format!("The column {quoted} appears twice. Keep one of them")));
        }
        columns.push(column);
    }
    match columns.contains(&ImportColumn::UserName) {
        true => Ok(columns),
        false => {
            Err(CsvProblem("The column userName is missing. Every person needs one".to_owned()))
        }
    }
}

/// The most characters of an error that quote the file.
const MOST_QUOTED_CHARS: usize = 60;

fn read_row(columns: &[ImportColumn], record: &csv::StringRecord, line: u64) -> ImportRow {
    if record.len() != columns.len() {
        let (found, expected) = (record.len(), columns.len());
        let text = format!(
            "The line has {found} values, and the first line has {expected} columns. Put a value with the separator in \
             quotes"
        );
        return ImportRow::unreadable(line, RowProblem::of_row(text));
    }
    let cells = record.iter().map(str::to_owned);
    ImportRow::new(line, columns.iter().copied().zip(cells))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<ImportRow> {
        read_people(text.as_bytes(), 10).unwrap()
    }

    fn problem(bytes: &[u8]) -> String {
        read_people(bytes, 2).unwrap_err().to_string()
    }

    #[test]
    fn cells_can_be_quoted_and_lines_keep_their_numbers() {
        let rows = read(
            "\u{feff}userName, Title ,department\r\n\"ada@x\",\"Countess, \"\"the\"\"\",\"R\nD\"\r\n\r\n,,\r\n grace@x , ,\r\n",
        );
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].line, rows[0].user_name()), (2, "ada@x"));
        assert_eq!(rows[0].get(ImportColumn::Title), Some("Countess, \"the\""));
        assert_eq!(rows[0].get(ImportColumn::Department), Some("R\nD"));
        assert_eq!((rows[1].line, rows[1].user_name()), (6, "grace@x"));
        assert_eq!(rows[1].get(ImportColumn::Title), None);
    }

    #[test]
    fn the_first_line_decides_the_separator() {
        for separator in [",", ";", "\t"] {
            let rows = read(&["userName,title", "ada,Countess"].join("\n").replace(',', separator));
            assert_eq!(rows[0].get(ImportColumn::Title), Some("Countess"), "{separator:?}");
        }
        assert_eq!(read("userName\nada;x")[0].user_name(), "ada;x");
    }

    #[test]
    fn a_line_with_another_number_of_values_has_a_problem() {
        let rows = read("userName,title\nada\ngrace,Admiral\n");
        assert_eq!(
            rows[1],
            ImportRow::new(
                3,
                [
                    (ImportColumn::UserName, "grace".to_owned()),
                    (ImportColumn::Title, "Admiral".to_owned()),
                ]
            )
        );
        assert_eq!((rows[0].line, rows[0].user_name()), (2, ""));
        assert_ne!(rows[0], ImportRow::new(2, []));
    }

    #[test]
    fn a_text_that_is_no_table_of_people_says_why() {
        for (bytes, start) in [
            (&b""[..], "There are no people. The first line has"),
            (b"userName\n\n", "There are no people below the first line"),
            (b"title\nx", "The column userName is missing"),
            (b"userName,shoe\nx,4", "There is no column \"shoe\". The first line has"),
            (b"userName,username\nx,y", "The column username appears twice"),
            (b"userName\na\nb\nc", "There are more than 2 people"),
            (b"userName\nada\nZo\xeb", "Line 3 is not UTF-8 text"),
        ] {
            assert!(problem(bytes).starts_with(start), "{}", problem(bytes));
        }
    }
}

//! Checks `docs/conformance.md` against the files in `tests/conformance/`. The files name the requirements of the RFCs,
//! and the tests that show each requirement.

use super::known_tests::known_tests;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// The documents, each with its file and its title.
const DOCUMENTS: [(&str, &str); 3] = [
    ("rfc7643", "RFC 7643: Core Schema"),
    ("rfc7644", "RFC 7644: Protocol"),
    ("rfc9865", "RFC 9865: Cursor-Based Pagination"),
];

/// A requirement on the service.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    section: String,
    level: String,
    text: String,
    /// The tests that show the requirement, with their names in `cargo test -- --list`.
    tests: Vec<String>,
    /// The reason why the service does not meet the requirement. If tests show a part, the part that is not met.
    no: Option<String>,
}

impl Row {
    fn section_numbers(&self) -> Vec<u32> {
        self.section.split('.').map(|number| number.parse().expect("a section")).collect()
    }

    fn shown_by(&self) -> String {
        let tests: Vec<String> = self.tests.iter().map(|test| format!("`{test}`")).collect();
        let no = self.no.as_ref().map(|reason| match tests.is_empty() {
            true => format!("no: {reason}"),
            false => format!("but: {reason}"),
        });
        tests.into_iter().chain(no).collect::<Vec<_>>().join("<br>")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rows(document: &str) -> Vec<Row> {
    let text = read(&root().join(format!("tests/conformance/{document}.json")));
    serde_json::from_str(&text).expect(document)
}

fn document() -> String {
    let documents = DOCUMENTS.map(|(document, title)| (title, rows(document)));
    let all = || documents.iter().flat_map(|(_, rows)| rows);
    let count = |tests: bool, no: bool| {
        all().filter(|row| row.tests.is_empty() != tests && row.no.is_some() == no).count()
    };
    let mut text = format!(
        "# Conformance\n\n\
         The requirements of RFC 7643, RFC 7644 and RFC 9865 on a service provider, each with the tests that show it. \
         `tests/docs/conformance.rs`\nmakes this page from the files in `tests/conformance/`, and fails when a test \
         on this page does not exist or is ignored.\n\n\
         Tests show {1} of {0} requirements, and {2} more with a named exception. The other {3} are not met or do not \
         apply,\neach with its reason. The list is this project's own reading of the RFCs. A test shows its row only for \
         the cases that it\ntries, and proves no more.\n",
        all().count(),
        count(true, false),
        count(true, true),
        count(false, true),
    );
    for (title, rows) in &documents {
        write!(
            text,
            "\n## {title}\n\n| section | level | requirement | shown by |\n|---|---|---|---|\n"
        )
        .expect("text");
        for row in rows {
            let cells = [&row.section, &row.level, &row.text, &row.shown_by()]
                .map(|cell| cell.replace('|', "\\|"));
            writeln!(text, "| {} |", cells.join(" | ")).expect("text");
        }
    }
    text
}

#[test]
fn every_requirement_has_tests_that_exist_or_a_reason() {
    let known = known_tests();
    for (document, _) in DOCUMENTS {
        for row in rows(document) {
            let place = format!("{document} section {}: {}", row.section, row.text);
            assert!(!row.tests.is_empty() || row.no.is_some(), "{place}");
            assert!(row.no.is_none_or(|reason| reason.len() > 20), "{place}: no reason");
            for test in &row.tests {
                assert!(known.contains(test), "{place}: {test} does not exist, or is ignored");
            }
            let distinct: BTreeSet<&String> = row.tests.iter().collect();
            assert_eq!(distinct.len(), row.tests.len(), "{place}: a test is named twice");
        }
    }
}

#[test]
fn requirements_are_in_the_order_of_the_sections() {
    for (document, _) in DOCUMENTS {
        let rows = rows(document);
        assert!(rows.is_sorted_by_key(Row::section_numbers), "{document}");
        let levels = ["MUST", "REQUIRED", "SHALL", "SHOULD", "RECOMMENDED"];
        for Row { level, text, .. } in &rows {
            assert!(levels.contains(&level.trim_end_matches(" NOT")), "{level}: {text}");
        }
    }
}

#[test]
fn the_page_says_what_the_tests_show() {
    let path = root().join("docs/conformance.md");
    let expected = document();
    if std::env::var_os("ROLLCALL_UPDATE_FILES").is_some() {
        std::fs::write(&path, &expected).expect("the page is written");
    }
    assert!(
        read(&path) == expected,
        "docs/conformance.md is not what is made of tests/conformance/; run this test with \
         ROLLCALL_UPDATE_FILES=1"
    );
}

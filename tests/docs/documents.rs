//! Checks that the files, commands and tests that documents name exist.

use super::known_tests::known_tests;
use std::path::Path;

/// Every rule in `docs/clients.md` names its tests and exchanges in the last column.
#[test]
fn every_rule_for_a_client_names_tests_that_exist() {
    let exchanges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchanges");
    let tests = known_tests();
    let document = include_str!("../../docs/clients.md");
    let rules: Vec<&str> = document.lines().filter(|line| line.starts_with("| **")).collect();
    assert!(rules.len() > 20, "{} rules", rules.len());
    for row in rules {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [rule, _, _, shown] = *cells else { panic!("four columns: {row}") };
        let named: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{rule} is shown by nothing");
        for name in named {
            let exists = tests.contains(name) || exchanges.join(name).exists();
            assert!(exists, "{rule} names {name}, which is not there");
        }
    }
}

//! The tests that documents may name.

use super::sources::sources;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Returns every test that runs, with its name in `cargo test -- --list`. Names of tests of the crates `scim` and `oidc`
/// begin with the name of the crate.
///
/// This program lists its own tests. The other programs may be stale or not built. So the function reads the unit tests
/// of all crates from the sources.
pub(super) fn known_tests() -> BTreeSet<String> {
    let mut tests = listed(&["--list"]);
    for ignored in listed(&["--list", "--ignored"]) {
        tests.remove(&ignored);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates =
        [("src", None), ("crates/scim/src", Some("scim")), ("crates/oidc/src", Some("oidc"))];
    for (folder, name) in crates {
        let folder = root.join(folder);
        for file in sources(&folder) {
            let mut module = module(&folder, &file);
            assert_declared(&folder, &module);
            module.splice(0..0, name.map(str::to_owned));
            let text = std::fs::read_to_string(&file).expect("a file");
            collect_tests(&module, &text, &mut tests);
        }
    }
    tests
}

/// Returns the tests that this test program lists.
fn listed(arguments: &[&str]) -> BTreeSet<String> {
    let program = std::env::current_exe().expect("the test program");
    let output = Command::new(program).args(arguments).output().expect("a list");
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// Returns the module of a file, without the name of its crate.
fn module(folder: &Path, file: &Path) -> Vec<String> {
    let below = file.strip_prefix(folder).expect("a file below").with_extension("");
    let mut parts: Vec<String> =
        below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.pop_if(|part| ["mod", "lib", "main"].contains(&part.as_str()));
    parts
}

/// Checks that the parent module declares a module. The compiler does not see an undeclared file.
fn assert_declared(folder: &Path, module: &[String]) {
    let Some((name, above)) = module.split_last() else { return };
    let is_program = above.first().map_or(name == "bin", |first| first == "bin");
    let path = above.join("/");
    let files = match above.is_empty() {
        true => ["lib.rs".to_owned(), "main.rs".to_owned()],
        false => [format!("{path}.rs"), format!("{path}/mod.rs")],
    };
    let declaration = format!("mod {name};");
    let is_declared = files.iter().any(|file| {
        let text = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        text.lines().any(|line| line == declaration || line.ends_with(&format!(" {declaration}")))
    });
    assert!(is_program || is_declared, "nothing declares {}", module.join("::"));
}

/// Collects the tests in a file that are not ignored. In formatted code, the indentation shows the end of a module.
fn collect_tests(module: &[String], text: &str, tests: &mut BTreeSet<String>) {
    let mut inside = module.to_vec();
    let (mut is_test, mut is_ignored) = (false, false);
    for line in text.lines() {
        let code = line.trim_start();
        if code.starts_with("#[") {
            is_test |= code.starts_with("#[test]") || code.starts_with("#[tokio::test");
            is_ignored |= code.starts_with("#[ignore");
            is_ignored |= code.starts_with("#[cfg_attr(") && code.contains("ignore");
            continue;
        }
        if code.starts_with("//") {
            continue;
        }
        if let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(" {")) {
            inside.push(name.to_owned());
        } else if line == "}" {
            inside.truncate(module.len());
        } else if is_test && !is_ignored {
            let function = code.strip_prefix("async ").unwrap_or(code).strip_prefix("fn ");
            if let Some((name, _)) = function.and_then(|function| function.split_once('(')) {
                tests.insert(format!("{}::{name}", inside.join("::")));
            }
        }
        (is_test, is_ignored) = (false, false);
    }
}

#[test]
fn tests_are_found_in_every_form_in_which_they_are_written() {
    let known = known_tests();
    for test in [
        "scim::users::a_password_is_taken_and_never_shown",
        "scim::paging::all_pages_together_are_all_employees_also_while_others_come_and_leave",
        "scim::exchanges::entra_id_is_answered_as_it_expects",
        "scim::fold::tests::folding_twice_changes_nothing",
        "scim::filter::tests::evaluation::null_is_no_value",
        "scim::bulk::tests::each_operation_is_done_once_or_fails",
        "scim::cursor::tests::what_is_written_is_read_again",
        "server::query::tests::the_query_is_decoded_once",
    ] {
        assert!(known.contains(test), "{test}");
    }
    assert!(!known.contains("scim::users::with_ada"));
}

#[test]
fn an_ignored_test_is_none() {
    let text = "\
mod tests {
    #[test]
    /// A comment between.
    fn one() {}

    #[test]
    #[ignore = \"slow\"]
    fn two() {}

    #[cfg_attr(windows, ignore)]
    #[tokio::test]
    async fn three() {}

    fn four() {}
}
#[tokio::test(start_paused = true)]
async fn five() {}
";
    let mut found = BTreeSet::new();
    collect_tests(&["a".to_owned()], text, &mut found);
    assert_eq!(found, BTreeSet::from(["a::five".to_owned(), "a::tests::one".to_owned()]));
}

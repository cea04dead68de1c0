//! The data folder of the command.

use crate::support::command::Operator;

#[cfg(unix)]
#[test]
fn the_data_folders_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    for entry in std::fs::read_dir(operator.folder()).expect("the folder") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("its data").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
}

#[test]
fn a_folder_without_data_stays_without_data() {
    let operator = Operator::new();
    let folder = operator.folder();
    for arguments in [
        &["tenant", "list"][..],
        &["tenant", "show", "acme"],
        &["employee", "list", "acme"],
        &["employee", "archive", "acme", "ada"],
        &["token", "replace", "acme"],
        &["settings", "show", "acme"],
        &["tenant", "delete", "acme", "--confirm", "acme"],
    ] {
        let (code, text) = operator.failure(arguments);
        assert_eq!(code, 3, "{arguments:?}: {text}");
        assert!(text.contains(&format!("there is no data in {}", folder.display())), "{text}");
        let files = std::fs::read_dir(folder).expect("the folder").count();
        assert_eq!(files, 0, "{arguments:?} makes files");
    }
    operator.text(&["tenant", "create", "acme"]);
    operator.text(&["tenant", "list"]);
    // An unreadable folder is an error. The command does not treat it as an empty folder.
    let unreadable = folder.join("secret.json").join("data");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rollcall"));
    command.arg("--data").arg(unreadable).args(["tenant", "list"]);
    let output = command.output().expect("the command runs");
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("cannot use the data folder"), "{text}");
}

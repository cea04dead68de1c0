//! `rollcall employee import`.

use crate::support::command::Operator;
use serde_json::{Value, json};
use std::path::Path;

const PEOPLE: &str = "\u{feff}userName,displayName,title,location\r\n\
    ada@example.com,\"Lovelace, Ada\",\"Countess, \"\"the\"\"\",London\r\n\
    grace@example.com,Grace Hopper,,\r\n";

fn write(operator: &Operator, name: &str, bytes: &[u8]) -> String {
    let file = operator.folder().join(name);
    std::fs::write(&file, bytes).expect("a file");
    file.display().to_string()
}

#[test]
fn people_of_a_file_become_employees_once() {
    let operator = Operator::new();
    operator.json(&["tenant", "create", "acme"]);
    let file = write(&operator, "people.csv", PEOPLE.as_bytes());
    let import = ["employee", "import", "acme", &file];
    let dry = operator.text(&["employee", "import", "acme", &file, "--dry-run"]);
    assert_eq!(dry, "2 would be created, 0 skipped, 0 skipped (archived), 0 failed\n");
    assert_eq!(operator.json(&["employee", "list", "acme"]), json!([]));
    let text = operator.text(&import);
    assert_eq!(text, "2 created, 0 skipped, 0 skipped (archived), 0 failed\n");
    let ada = operator.json(&["employee", "show", "acme", "ada@example.com"]);
    assert_eq!(ada["location"]["local"], "London");
    let sent = &ada["fromIdentityProvider"];
    assert_eq!(
        (&sent["displayName"], &sent["title"]),
        (&json!("Lovelace, Ada"), &json!("Countess, \"the\""))
    );
    let history = operator.json(&["employee", "history", "acme", "ada@example.com"]);
    assert_eq!(history[0]["kind"], "imported");
    assert_eq!(history[0]["actor"], json!({"kind": "operator", "label": "rollcall command"}));
    operator.text(&["employee", "archive", "acme", "grace@example.com"]);
    let again = operator.json(&import);
    assert_eq!(
        (&again["created"], &again["skipped"], &again["skippedArchived"]),
        (&json!(0), &json!(1), &json!(1))
    );
    let grace = operator.json(&["employee", "show", "acme", "grace@example.com"]);
    assert_eq!(grace["status"], "archived");
}

#[test]
fn a_wrong_line_fails_at_the_end_and_stops_no_other_line() {
    let operator = Operator::new();
    operator.json(&["tenant", "create", "acme"]);
    let text = "userName,email\nada,ada\ngrace,grace@x\n,eve@x\neve\n";
    let file = write(&operator, "people.csv", text.as_bytes());
    let output = operator.run(&["employee", "import", "acme", &file, "--json"]);
    assert_eq!(output.status.code(), Some(4));
    let result: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let failed = result["results"].as_array().expect("results").iter();
    let failed: Vec<(&Value, &Value)> = failed
        .filter(|one| one["outcome"] == "failed")
        .map(|one| (&one["line"], &one["attribute"]))
        .collect();
    assert_eq!(
        failed,
        [(&json!(2), &json!("email")), (&json!(4), &json!("userName")), (&json!(5), &Value::Null)]
    );
    let (code, text) = operator.failure(&["employee", "import", "acme", &file]);
    assert_eq!(
        (code, &*text),
        (4, "rollcall: the lines of 3 of 4 people are not valid, and the import leaves them out\n")
    );
    assert_eq!(operator.json(&["employee", "list", "acme"]).as_array().expect("rows").len(), 1);
}

#[test]
fn a_file_that_is_no_list_of_people_changes_nothing() {
    let operator = Operator::new();
    operator.json(&["tenant", "create", "acme"]);
    let many: String = (0..5_001).map(|n| format!("user{n}\n")).collect();
    for (bytes, error) in [
        (b"userName\nZo\xeb\n".to_vec(), "Line 2 is not UTF-8 text. Save the file as CSV UTF-8"),
        (
            format!("userName\n{many}").into_bytes(),
            "There are more than 5000 people. Split the file",
        ),
    ] {
        let file = write(&operator, "people.csv", &bytes);
        let (code, text) = operator.failure(&["employee", "import", "acme", &file]);
        assert_eq!((code, text), (4, format!("rollcall: {error}\n")));
    }
    let missing = operator.folder().join("missing.csv");
    assert!(!Path::new(&missing).exists());
    let (code, _) =
        operator.failure(&["employee", "import", "acme", &missing.display().to_string()]);
    assert_eq!(code, 1);
    assert_eq!(operator.json(&["employee", "list", "acme"]), json!([]));
}

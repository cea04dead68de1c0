//! Employees through the command: search, restore, erase and export.

use crate::support::command::{Operator, call};
use serde_json::{Value, json};

#[test]
fn an_archived_employee_can_be_erased_and_no_other() {
    let operator = Operator::new();
    let server = operator.serve();
    let (users, token) = (format!("{}/Users", server.tenant_url()), server.token());
    let (_, ada) = call("POST", &users, &token, Some(&json!({"userName": "ada@example.com"})));
    let id = ada["id"].as_str().expect("an id");
    let erase = ["employee", "erase", "demo", id, "--confirm", id];
    let (code, text) = operator.failure(&erase);
    assert_eq!((code, text), (4, format!("rollcall: employee {id} is not archived\n")));
    let archived = operator.json(&["employee", "archive", "demo", "ada@example.com"]);
    assert_eq!(archived["status"], "archived");
    let again = operator.json(&["employee", "archive", "demo", id]);
    assert_eq!(again, archived, "once is enough");
    let history = operator.json(&["employee", "history", "demo", id]);
    let kinds: Vec<&Value> =
        history.as_array().expect("entries").iter().map(|e| &e["kind"]).collect();
    assert_eq!(kinds, ["created", "archived"]);
    assert_eq!(history[1]["actor"], json!({"kind": "operator", "label": "rollcall command"}));
    let text = operator.text(&["employee", "history", "demo", id]);
    assert!(
        text.contains("Identity Provider") && text.contains("rollcall command (operator)"),
        "{text}"
    );
    assert_eq!(call("DELETE", &format!("{users}/{id}"), &token, None), (204, Value::Null));
    let hidden = operator.json(&["employee", "show", "demo", id]);
    assert_eq!((&hidden["status"], &hidden["deletedInIdp"]), (&json!("archived"), &json!(true)));
    let by_name = operator.json(&["employee", "show", "demo", "ADA@example.com"]);
    assert_eq!(by_name, hidden, "also by the userName it had");
    operator.text(&erase);
    let (code, _) = operator.failure(&["employee", "history", "demo", id]);
    assert_eq!(code, 3);
    let tenant = operator.json(&["tenant", "show", "demo"]).to_string();
    assert!(
        tenant.contains("erased") && tenant.contains(id) && !tenant.contains("ada@"),
        "{tenant}"
    );
}

#[test]
fn values_of_custom_attributes_are_shown_with_an_employee() {
    const ACME: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
    let operator = Operator::new();
    operator.json(&["tenant", "create", "acme"]);
    operator.json(&["attribute", "set", "acme", ACME, "badge", "--type", "integer"]);
    operator.json(&["attribute", "set", "acme", ACME, "location"]);
    operator.json(&["attribute", "set", "acme", ACME, "skills", "--several"]);
    let server = operator.serve();
    let token = operator.json(&["token", "replace", "acme", "--drop-earlier"]);
    let token = token["token"].as_str().expect("a token");
    let users = server.tenant_url().replace("/demo/", "/acme/") + "/Users";
    let values = json!({"badge": 4711, "location": "Desk 7"});
    let body = json!({"userName": "ada", ACME: values});
    assert_eq!(call("POST", &users, token, Some(&body)).0, 201);
    let text = operator.text(&["employee", "show", "acme", "ada"]);
    let words: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    let location = format!("{ACME}:location");
    for line in [["badge", "4711"], ["skills", "-"]] {
        assert!(words.contains(&line.to_vec()), "{text}");
    }
    assert!(words.contains(&vec![&*location, "Desk", "7"]), "{text}");
    let shown = operator.json(&["employee", "show", "acme", "ada"]);
    assert_eq!(shown["fromIdentityProvider"][ACME]["badge"], 4711);
}

/// Control characters from a client could change the title or the colours of the terminal.
#[cfg(target_os = "linux")]
#[test]
fn an_export_is_harmless_on_a_terminal_and_complete_in_a_pipe() {
    let operator = Operator::new();
    let server = operator.serve();
    let users = format!("{}/Users", server.tenant_url());
    let name = "Ada \u{1b}[31mRED\u{1b}]0;title\u{7}\u{202e}\u{7f}";
    let body = json!({"userName": "ada", "displayName": name});
    assert_eq!(call("POST", &users, &server.token(), Some(&body)).0, 201);
    for format in ["csv", "jsonl"] {
        let export = ["employee", "export", "demo", "--format", format];
        let text = operator.on_terminal(80, &export);
        assert!(text.contains("Ada") && text.contains("RED"), "{text}");
        let is_harmful = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!text.contains(is_harmful), "{text:?}");
        assert!(operator.text(&export).contains('\u{202e}'), "a file has the text as it is");
    }
}

#[test]
fn a_user_name_that_somebody_else_has_now_restores_nobody() {
    let operator = Operator::new();
    let server = operator.serve();
    let (users, token) = (format!("{}/Users", server.tenant_url()), server.token());
    let create = || {
        let body = json!({"userName": "ada@example.com"});
        let (status, user) = call("POST", &users, &token, Some(&body));
        assert_eq!(status, 201);
        user["id"].as_str().expect("an id").to_owned()
    };
    let deleted = create();
    assert_eq!(call("DELETE", &format!("{users}/{deleted}"), &token, None).0, 204);
    let active = create();
    assert_ne!(deleted, active);
    let (code, text) = operator.failure(&["employee", "restore", "demo", "ada@example.com"]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("is active") && text.contains(&deleted), "{text}");
    let (code, text) = operator.failure(&["employee", "restore", "demo", &deleted]);
    assert!(code == 4 && text.contains("userName is in use"), "{code} {text}");
    let restored = operator.json(&["employee", "restore", "demo", &active]);
    assert_eq!(restored["status"], "active", "once is enough");
}

#[test]
fn employees_are_searched_restored_and_exported() {
    let operator = Operator::new();
    let server = operator.serve();
    let (users, token) = (format!("{}/Users", server.tenant_url()), server.token());
    let mut ids = Vec::new();
    for name in ["ada", "grace", "=hyperlink"] {
        let body = json!({"userName": format!("{name}@example.com"), "displayName": name});
        let (status, user) = call("POST", &users, &token, Some(&body));
        assert_eq!(status, 201);
        ids.push(user["id"].as_str().expect("an id").to_owned());
    }
    let names = |arguments: &[&str]| {
        let listed = operator.json(&[&["employee", "list", "demo"], arguments].concat());
        let rows = listed.as_array().expect("a list").clone();
        rows.iter().map(|row| row["userName"].as_str().expect("text").to_owned()).collect()
    };
    let all: Vec<String> = names(&[]);
    assert_eq!(all.len(), 3);
    assert_eq!(names(&["--search", "GRA"]), ["grace@example.com"]);
    assert_eq!(names(&["--search", "race"]), Vec::<String>::new());
    assert_eq!(names(&["--limit", "2"]), all[..2]);
    assert_eq!(operator.failure(&["employee", "list", "demo", "--limit", "0"]).0, 2);
    assert_eq!(operator.failure(&["employee", "list", "demo", "--search", &"a".repeat(201)]).0, 2);

    assert_eq!(call("DELETE", &format!("{users}/{}", ids[0]), &token, None).0, 204);
    assert_eq!(names(&["--status", "archived"]), ["ada@example.com"]);
    let restored = operator.json(&["employee", "restore", "demo", "ada@example.com"]);
    assert_eq!((&restored["id"], &restored["status"]), (&json!(ids[0]), &json!("active")));
    assert_eq!(call("GET", &format!("{users}/{}", ids[0]), &token, None).0, 200);
    let history = operator.json(&["employee", "history", "demo", &ids[0]]);
    assert_eq!(history[2]["kind"], "restored");

    let csv = operator.text(&["employee", "export", "demo"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("\"id\",\"userName\","), "{csv}");
    assert!(csv.contains("\"'=hyperlink@example.com\""), "a spreadsheet runs no formula: {csv}");
    for json_lines in [&["--format", "jsonl"][..], &["--json"]] {
        let text = operator.text(&[&["employee", "export", "demo"], json_lines].concat());
        let rows: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().any(|row| row["userName"] == "=hyperlink@example.com"), "{text}");
    }
    let archived = operator.text(&["employee", "export", "demo", "--status", "archived", "--json"]);
    assert_eq!(archived, "");
}

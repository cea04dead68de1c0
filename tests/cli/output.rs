//! Output of the command: exit codes, JSON, tables, and closed pipes.

use crate::support::command::{Operator, call};
use serde_json::{Value, json};

#[test]
fn failures_have_their_own_exit_codes_and_say_what_is_wrong() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    let check = |arguments: &[&str], code: i32, text: &str| {
        let (found, said) = operator.failure(arguments);
        assert_eq!(found, code, "{arguments:?}: {said}");
        assert!(said.contains(text), "{arguments:?}: {said}");
    };
    check(&["tenant", "create", "acme"], 4, "the tenant id is in use");
    check(&["tenant", "create", "Ac_me"], 2, "hyphens that are neither first nor last");
    check(&["tenant", "show", "nobody"], 3, "there is no such tenant");
    check(&["employee", "list", "nobody"], 3, "there is no such tenant");
    check(&["employee", "show", "acme", "ada@example.com"], 3, "ada@example.com");
    check(&["settings", "set", "acme"], 2, "--location");
    check(&["settings", "set", "acme", "--silent-after", "0"], 2, "from 1 to 168, or off");
    check(&["token", "replace", "acme", "--overlap", "soon"], 2, "--overlap");
    check(&["serve", "--listen", "256.0.0.1:1"], 2, "--listen");
    check(&["serve", "--listen", "localhost:1"], 2, "it must be an IP address and a port");
    for url in ["https://my_host.example", "nonsense", "http://example.com", "http://x'; id; '"] {
        check(&["tenant", "list", "--public-url", url], 2, "without an underscore");
    }
    check(&["token", "replace", "acme", "--overlap", "9000years"], 4, "overlap");
    check(&["--table", "rollcall", "employee", "list", "acme"], 4, "--secret-arn is missing");
    check(&["--table", "rollcall", "tenant", "list"], 4, "--secret-arn is missing");
    check(&["--table", "rollcall", "tenant", "list", "--json"], 4, "--public-url is missing");
    check(&["--table", "rollcall", "token", "replace", "acme"], 4, "--public-url is missing");
    let revoke = ["--table", "rollcall", "token", "revoke", "acme", "--scope", "scim"];
    check(&revoke, 4, "--secret-arn is missing");
    check(&["--table", "rollcall", "tenant", "sample"], 4, "everybody knows its tokens");
    check(&["--table", "rollcall", "dynamodb"], 4, "--data");
    check(&["dynamodb", "--listen", "0.0.0.0:0"], 4, "--without-credentials");
    check(
        &["--dynamodb-endpoint", "http://127.0.0.1:1", "tenant", "list"],
        1,
        "http://127.0.0.1:1",
    );
    assert!(operator.text(&["employee", "list", "acme"]).contains("There are no such employees."));
    assert!(operator.text(&["completions", "bash"]).contains("rollcall"));
}

/// The reader of the pipe is closed, as after `| head -0`.
#[test]
fn a_closed_pipe_is_no_panic() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    for arguments in [
        &["completions", "bash"][..],
        &["--help"],
        &["tenant", "list"],
        &["employee", "export", "acme"],
        &["tenant", "show", "nobody"],
        &["nonsense"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = operator.command(arguments);
        let both = writer.try_clone().expect("a pipe");
        let status = command.stdout(writer).stderr(both).status().expect("the command runs");
        let code = status.code().unwrap_or_else(|| panic!("{arguments:?}: {status}"));
        assert!([0, 2, 3].contains(&code), "{arguments:?}: {code}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    for arguments in [
        &["employee", "export", "acme"][..],
        &["employee", "list", "acme"],
        &["employee", "list", "acme", "--json"],
        &["token", "replace", "acme", "--json"],
        &["tenant", "show", "acme"],
        &["completions", "bash"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a full disk");
        let output = operator.command(arguments).stdout(full).output().expect("the command runs");
        let text = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
        assert!(text.contains("cannot write to standard output"), "{arguments:?}: {text}");
    }
    for (arguments, code) in [(["--help"], 1), (["nonsense"], 2)] {
        let full = || std::fs::File::options().write(true).open("/dev/full").expect("a full disk");
        let mut command = operator.command(&arguments);
        let status = command.stdout(full()).stderr(full()).status().expect("the command runs");
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn with_json_errors_are_json_too() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    for (arguments, code, text) in [
        (&["tenant", "show", "nobody"][..], 3, "there is no such tenant"),
        (&["tenant", "create", "acme"], 4, "the tenant id is in use"),
        (&["tenant", "create", "Ac_me"], 2, "hyphens that are neither first nor last"),
        (&["tenant", "nonsense"], 2, "nonsense"),
    ] {
        let (found, error) = operator.failure(&[arguments, &["--json"]].concat());
        let error: Value = serde_json::from_str(&error).unwrap_or_else(|_| panic!("{error}"));
        assert_eq!((found, &error["exitCode"]), (code, &json!(code)), "{error}");
        assert!(error["error"].as_str().expect("text").contains(text), "{error}");
    }
}

/// Collects the keys of all objects in a value.
fn keys_of(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, below) in object {
                found.push(key.clone());
                keys_of(below, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|below| keys_of(below, found)),
        _ => {}
    }
}

#[test]
fn keys_have_one_spelling() {
    let operator = Operator::new();
    let mut keys = Vec::new();
    keys_of(&operator.json(&["tenant", "create", "acme"]), &mut keys);
    let server = operator.serve();
    keys_of(&server.ready, &mut keys);
    let users = server.tenant_url().replace("/demo/", "/acme/") + "/Users";
    let replaced = operator.json(&["token", "replace", "acme"]);
    let token = replaced["token"].as_str().expect("a token");
    call("POST", &users, token, Some(&json!({"userName": "ada"})));
    for arguments in [
        &["tenant", "list"][..],
        &["tenant", "show", "acme"],
        &["tenant", "check", "acme"],
        &["settings", "show", "acme"],
        &["token", "list", "acme"],
        &["token", "replace", "acme", "--drop-earlier"],
        &["employee", "list", "acme"],
        &["employee", "show", "acme", "ada"],
        &["employee", "history", "acme", "ada"],
        &["group", "list", "acme"],
    ] {
        keys_of(&operator.json(arguments), &mut keys);
    }
    assert!(keys.contains(&"tenantUrl".to_owned()) && keys.contains(&"userName".to_owned()));
    for key in keys {
        let is_camel_case = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_alphanumeric());
        assert!(is_camel_case, "{key}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn tables_fit_a_terminal_and_have_one_line_for_each_row_in_a_pipe() {
    let operator = Operator::new();
    let server = operator.serve();
    let (url, token) = (server.tenant_url(), server.token());
    let long = "x".repeat(60);
    let name = json!({"familyName": "Hopper"});
    let body =
        json!({"userName": format!("{long}@example.com"), "displayName": long, "name": name});
    let (status, user) = call("POST", &format!("{url}/Users"), &token, Some(&body));
    assert_eq!(status, 201);
    let members = json!([{"value": user["id"]}]);
    let group = json!({"displayName": long, "externalId": long, "members": members});
    assert_eq!(call("POST", &format!("{url}/Groups"), &token, Some(&group)).0, 201);
    operator.text(&["tenant", "create", "acme", "--name", &long]);
    operator.text(&["token", "replace", "demo", "--label", &long]);
    let id = user["id"].as_str().expect("an id");
    let urn = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
    operator.text(&["attribute", "set", "demo", urn, "badge", "--description", &long]);
    let width = |text: &str| text.lines().map(|line| line.chars().count()).max();
    for (arguments, whole) in [
        (&["tenant", "list"][..], "acme"),
        (&["token", "list", "demo"], "current"),
        (&["attribute", "list", "demo"], "badge"),
        (&["employee", "list", "demo"], id),
        (&["employee", "history", "demo", id], "name.familyName"),
        (&["group", "list", "demo"], "MEMBERS"),
    ] {
        let text = operator.on_terminal(80, arguments);
        assert!(text.contains(whole), "{text}");
        assert!(width(&text) <= Some(80), "{arguments:?}: {text}");
        let wide = operator.on_terminal(100, arguments);
        assert!((Some(81)..=Some(100)).contains(&width(&wide)), "{arguments:?}: {wide}");
        let piped = operator.text(arguments);
        assert!(piped.lines().any(|line| line.contains(&long)), "{arguments:?}: {piped}");
    }
    let groups = operator.json(&["group", "list", "demo", "--search", "xxx", "--limit", "1"]);
    let id = groups[0]["id"].as_str().expect("an id");
    assert!(operator.on_terminal(80, &["group", "list", "demo"]).contains(id), "whole ids");
    assert_eq!(operator.json(&["group", "list", "demo", "--search", "y"]), json!([]));
}

//! `rollcall event`: the feed of a tenant on the command line.

use crate::support::command::{Operator, Server, call};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use std::thread;

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A running `rollcall event list --follow`. Dropping this value kills the process.
struct Follower {
    process: Child,
    /// The reader of its output; `None` when the pipe is closed.
    lines: Option<BufReader<ChildStdout>>,
}

impl Follower {
    fn start(operator: &Operator, arguments: &[&str]) -> Self {
        let follow = ["event", "list", "demo", "--follow"];
        let arguments: Vec<&str> = follow.iter().chain(arguments).copied().collect();
        let mut command = operator.command(&arguments);
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        let lines = process.stdout.take().map(BufReader::new);
        Self { process, lines }
    }

    /// Waits for the next line.
    fn line(&mut self) -> String {
        let mut line = String::new();
        let lines = self.lines.as_mut().expect("its output");
        let read = lines.read_line(&mut line).expect("a line");
        assert!(read > 0, "the command ended");
        line
    }

    /// Waits for the next line, which is an event as JSON.
    fn event(&mut self) -> Value {
        serde_json::from_str(&self.line()).expect("a line of JSON")
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Creates a user. Returns its id.
#[track_caller]
fn create(server: &Server, token: &str, name: &str) -> String {
    let body = json!({ "userName": name });
    let (status, user) =
        call("POST", &format!("{}/Users", server.tenant_url()), token, Some(&body));
    assert_eq!(status, 201, "{user}");
    user["id"].as_str().expect("an id").to_owned()
}

fn deactivate(server: &Server, token: &str, id: &str) {
    let body = json!({
        "schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": false}}],
    });
    let user = format!("{}/Users/{id}", server.tenant_url());
    assert_eq!(call("PATCH", &user, token, Some(&body)).0, 200);
}

/// The sequence and the type of each event.
fn numbered(events: &Value) -> Vec<(u64, &str)> {
    let events = events.as_array().expect("events").iter();
    let number = |event: &Value| event["sequence"].as_u64().expect("a number");
    events.map(|event| (number(event), event["type"].as_str().expect("a type"))).collect()
}

/// The epoch of a feed, from the id of an event: `evt_{tenant}_{epoch}_{number}`.
fn epoch(events: &Value) -> String {
    let id = events[0]["id"].as_str().expect("an id");
    id.split('_').nth(2).expect("an epoch").to_owned()
}

#[test]
fn events_are_listed_oldest_first_by_type_and_after_a_cursor() {
    let operator = Operator::new();
    let server = operator.serve_by_default();
    let token = server.token();
    let ada = create(&server, &token, "ada@example.com");
    create(&server, &token, "grace@example.com");
    deactivate(&server, &token, &ada);
    let list =
        |arguments: &[&str]| operator.json(&[&["event", "list", "demo"], arguments].concat());
    let all = list(&[]);
    let events = numbered(&all);
    let numbers: Vec<u64> = events.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=4).collect::<Vec<u64>>(), "{all}");
    let mut types: Vec<&str> = events.iter().map(|(_, kind)| *kind).collect();
    types.sort_unstable();
    let expected = ["employee.archived", "employee.created", "employee.created", "tenant.created"];
    assert_eq!(types, expected);
    assert_eq!(all[3]["data"]["employee"]["userName"], "ada@example.com");
    assert_eq!(numbered(&list(&["--type", "employee.archived"])), [(4, "employee.archived")]);
    assert_eq!(list(&["--type", "employee.*"]).as_array().map(Vec::len), Some(3));
    let two = list(&["--type", "employee.archived", "--type", "tenant.*"]);
    assert_eq!(two.as_array().map(Vec::len), Some(2));
    let after = format!("{}-2", epoch(&all));
    assert_eq!(numbered(&list(&["--after", &after])), events[2..]);
    let both = list(&["--after", &after, "--type", "employee.archived"]);
    assert_eq!(numbered(&both), [(4, "employee.archived")]);
    assert_eq!(list(&["--after", &format!("{}-4", epoch(&all))]), json!([]));
    let text = operator.text(&["event", "list", "demo"]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains("NUMBER") && lines[0].contains("TYPE"), "{text}");
    assert_eq!(lines.len(), 5, "{text}");
    let archived = ["4 ", "employee.archived", &format!("/employees/{ada}"), "active"];
    for part in archived {
        assert!(lines[4].contains(part), "{part} in {text}");
    }
    let none = operator.text(&["event", "list", "demo", "--type", "group.*"]);
    assert_eq!(none, "There are no events.\n");
}

#[test]
fn wrong_arguments_have_their_own_exit_codes() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    for (arguments, code, text) in [
        (&["event", "list", "nobody"][..], 3, "there is no such tenant"),
        (&["event", "list", "acme", "--after", "412"][..], 2, "a cursor is such as k7f2-412"),
        (&["event", "list", "acme", "--after", "0000-1"][..], 4, "belongs to another feed"),
        (&["event", "list", "acme", "--type", "employee"][..], 2, "employee.created"),
        (&["event", "restarted"][..], 2, "<TENANT|--all>"),
        (&["event", "restarted", "acme", "--all"][..], 2, "--all"),
        (&["event", "restarted", "nobody"][..], 3, "there is no such tenant"),
    ] {
        let (found, said) = operator.failure(arguments);
        assert_eq!(found, code, "{arguments:?}: {said}");
        assert!(said.contains(text), "{arguments:?}: {said}");
    }
}

#[test]
fn a_restarted_feed_refuses_old_cursors_and_has_all_events() {
    let operator = Operator::new();
    for tenant in ["acme", "other"] {
        operator.text(&["tenant", "create", tenant]);
    }
    let list = |tenant: &str| operator.json(&["event", "list", tenant]);
    let (acme, other) = (epoch(&list("acme")), epoch(&list("other")));
    let restarted = operator.json(&["event", "restarted", "acme"]);
    let new = epoch(&list("acme"));
    assert_eq!(restarted, json!([{"id": "acme", "epoch": new}]));
    assert_ne!(new, acme);
    assert_eq!(epoch(&list("other")), other);
    let after = format!("{acme}-1");
    let (code, said) = operator.failure(&["event", "list", "acme", "--after", &after]);
    assert!(code == 4 && said.contains(&format!("the epoch of this feed is {new}")), "{said}");
    let text = operator.text(&["event", "restarted", "--all"]);
    for tenant in ["acme", "other"] {
        let row = text.lines().find(|line| line.trim().starts_with(tenant)).expect("a row");
        assert!(row.ends_with(&epoch(&list(tenant))), "{text}");
    }
    assert_ne!(epoch(&list("other")), other);
    let events = list("acme");
    let expected = [(1, "tenant.created"), (2, "settings.changed"), (3, "settings.changed")];
    assert_eq!(numbered(&events), expected);
}

/// A follower and two servers read and write one file. One server dies while it writes.
#[test]
fn a_follower_prints_each_event_at_once_and_loses_none_when_the_server_is_killed() {
    let operator = Operator::new();
    let server = operator.serve_by_default();
    let token = server.token();
    let mut follower = Follower::start(&operator, &["--json"]);
    assert_eq!(follower.event()["type"], "tenant.created");
    for n in 0..3 {
        let id = create(&server, &token, &format!("first{n}@example.com"));
        let event = follower.event();
        assert_eq!(
            (&event["type"], &event["sequence"]),
            (&json!("employee.created"), &json!(n + 2))
        );
        assert_eq!(event["data"]["employee"]["id"], id);
    }
    let users = format!("{}/Users", server.tenant_url());
    let writer = {
        let token = token.clone();
        thread::spawn(move || {
            (0..).map_while(|n| try_create(&users, &token, n)).collect::<Vec<String>>()
        })
    };
    let mut printed: Vec<Value> = (0..20).map(|_| follower.event()).collect();
    server.kill();
    let acknowledged = writer.join().expect("the writer");
    let server = operator.serve();
    let last = create(&server, &token, "last@example.com");
    while printed.last().is_none_or(|event| event["data"]["employee"]["id"] != *last) {
        printed.push(follower.event());
    }
    let numbers: Vec<u64> =
        printed.iter().map(|event| event["sequence"].as_u64().expect("a number")).collect();
    assert_eq!(numbers, (5..).take(printed.len()).collect::<Vec<u64>>());
    let names: Vec<&Value> =
        printed.iter().map(|event| &event["data"]["employee"]["userName"]).collect();
    for name in &acknowledged {
        assert!(names.iter().any(|printed| **printed == *name.as_str()), "{name} is lost");
    }
}

/// Creates a user. Returns the userName when the server acknowledged the user, or `None` when the server ended first.
fn try_create(users: &str, token: &str, n: usize) -> Option<String> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let name = format!("user{n}@example.com");
    let answer = agent
        .post(users)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/scim+json")
        .send(json!({ "userName": name }).to_string())
        .ok()?;
    assert_eq!(answer.status().as_u16(), 201, "{name}");
    Some(name)
}

#[test]
fn a_follower_of_types_prints_lines_and_ends_when_nobody_reads_them() {
    let operator = Operator::new();
    let server = operator.serve_by_default();
    let token = server.token();
    let mut follower = Follower::start(&operator, &["--type", "employee.archived"]);
    let ada = create(&server, &token, "ada@example.com");
    deactivate(&server, &token, &ada);
    let line = follower.line();
    for part in ["3  ", "  employee.archived  ", &format!("/employees/{ada}"), "active"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    follower.lines = None;
    let grace = create(&server, &token, "grace@example.com");
    deactivate(&server, &token, &grace);
    assert!(follower.process.wait().expect("it ends").success());
}

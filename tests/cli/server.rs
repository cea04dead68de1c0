//! The local server as a process: start, stop, and acknowledged writes that survive.

use crate::support::command::{Operator, call};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// The server must not lose a signal while it starts.
#[test]
fn a_server_that_is_told_to_stop_as_soon_as_it_is_ready_ends_with_success() {
    let operator = Operator::new();
    for _ in 0..10 {
        assert!(operator.serve().terminate().success());
        assert!(operator.dynamodb().terminate().success());
    }
}

#[test]
fn everything_acknowledged_survives_kill_9() {
    let operator = Operator::new();
    let server = operator.serve_by_default();
    let (url, token) = (server.tenant_url(), server.token());
    assert_eq!(server.ready["consoleUrl"], url.replace("/scim/v2", "/"));
    let users = format!("{url}/Users");
    let mut created = Vec::new();
    for n in 0..20 {
        let body = json!({"userName": format!("user{n}@example.com"), "externalId": n.to_string()});
        let (status, user) = call("POST", &users, &token, Some(&body));
        assert_eq!(status, 201);
        created.push(user["id"].as_str().expect("an id").to_owned());
    }
    let deactivate = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "value": {"active": false}}],
    });
    let (status, _) = call("PATCH", &format!("{users}/{}", created[0]), &token, Some(&deactivate));
    assert_eq!(status, 200);
    server.kill();

    let server = operator.serve();
    assert_eq!(server.ready["scimToken"], Value::Null, "tokens are shown once");
    let users = format!("{}/Users", server.tenant_url());
    let (status, list) = call("GET", &users, &token, None);
    assert_eq!((status, &list["totalResults"]), (200, &json!(20)));
    let (_, first) = call("GET", &format!("{users}/{}", created[0]), &token, None);
    assert_eq!(first["active"], false);
    let archived = operator.json(&["employee", "list", "demo", "--status", "archived"]);
    assert_eq!(archived.as_array().map(Vec::len), Some(1));
    assert_eq!(archived[0]["userName"], "user0@example.com");
}

#[test]
fn a_server_killed_in_the_middle_of_writes_has_all_it_acknowledged_and_no_half() {
    let operator = Operator::new();
    let mut acknowledged = Vec::new();
    let mut token = String::new();
    for round in 0..4 {
        let server = operator.serve();
        if round == 0 {
            token = server.token();
        }
        let users = format!("{}/Users", server.tenant_url());
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..4)
                .map(|writer| {
                    let (users, token) = (&users, &token);
                    scope.spawn(move || {
                        let mut written = Vec::new();
                        for n in 0.. {
                            let name = format!("r{round}w{writer}n{n}@example.com");
                            match try_create(users, token, &name) {
                                Some(true) => written.push(name),
                                Some(false) => panic!("{name} was refused"),
                                None => return written,
                            }
                        }
                        written
                    })
                })
                .collect();
            // The test waits for some writes, then kills the server during other writes.
            while call("GET", &format!("{users}?count=0"), &token, None).1["totalResults"]
                .as_u64()
                .is_none_or(|total| total < 40 * (round + 1))
            {}
            server.kill();
            for writer in writers {
                acknowledged.extend(writer.join().expect("a writer"));
            }
        });
    }
    let server = operator.serve();
    let users = format!("{}/Users", server.tenant_url());
    for name in &acknowledged {
        let filter = format!("{users}?filter=userName%20eq%20%22{}%22", name.replace('@', "%40"));
        let (status, found) = call("GET", &filter, &token, None);
        assert_eq!((status, &found["totalResults"]), (200, &json!(1)), "{name}");
    }
    // No write is stored in part. The counted total is the number of rows, and the last user has one history entry.
    let listed = operator.json(&["employee", "list", "demo"]);
    let listed = listed.as_array().expect("a list");
    let (_, counted) = call("GET", &format!("{users}?count=0"), &token, None);
    assert_eq!(counted["totalResults"], json!(listed.len()));
    assert!(listed.len() >= acknowledged.len());
    let last = listed.last().and_then(|row| row["id"].as_str()).expect("an id");
    let history = operator.json(&["employee", "history", "demo", last]);
    assert_eq!(history.as_array().map(Vec::len), Some(1));
    println!("{} writes acknowledged over 4 kills, {} found", acknowledged.len(), listed.len());
}

/// Creates a user. Returns whether the server acknowledged the user, or `None` when the server ended first.
fn try_create(users: &str, token: &str, name: &str) -> Option<bool> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let answer = agent
        .post(users)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/scim+json")
        .send(json!({ "userName": name }).to_string())
        .ok()?;
    Some(answer.status().as_u16() == 201)
}

/// Starts a server, waits until the server is ready, and kills it. Returns the text on standard error.
fn errors_of_start(arguments: &[&str]) -> String {
    let operator = Operator::new();
    let mut command = operator.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("the server starts");
    let mut line = String::new();
    let output = process.stdout.as_mut().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("its first line");
    process.kill().expect("it is running");
    let output = process.wait_with_output().expect("it ends");
    assert!(line.contains("listens at"), "{line}");
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn a_permission_for_developers_is_off_by_default_and_warns() {
    let warning = "Warning: webhooks may call this machine";
    assert!(!errors_of_start(&[]).contains(warning));
    assert!(errors_of_start(&["--allow-private-destinations"]).contains(warning));
}

#[test]
fn a_wrong_private_host_stops_the_start_with_a_sentence() {
    let operator = Operator::new();
    for (host, sentence) in [
        ("localhost", "\"localhost\" always means this machine. List hosts of your own network"),
        ("10.0.0.1", "\"10.0.0.1\" is an IP address. List the name of the host"),
    ] {
        let (code, text) = operator.failure(&["serve", "--private-hosts", host]);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(sentence), "{text}");
    }
}

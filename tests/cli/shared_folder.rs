//! The embedded engine in a file, with many connections and several processes. The next request sees every acknowledged
//! write, on any connection and in any process. No write is lost.

use crate::support::command::{Operator, Server, call};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};

const WRITERS: usize = 6;
const USERS: usize = 8;

/// Sets a flag at the end of a test, even if the test fails. The flag ends the test's threads.
struct Ends<'f>(&'f AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn patch(operation: Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [operation],
    })
}

fn retitle(title: &str) -> Value {
    patch(json!({"op": "replace", "path": "title", "value": title}))
}

/// A client of one tenant at one server. Each request has a connection of its own.
#[derive(Clone)]
struct Client {
    url: String,
    token: String,
}

impl Client {
    fn of(server: &Server, token: &str) -> Self {
        Self { url: server.tenant_url(), token: token.to_owned() }
    }

    #[track_caller]
    fn send(&self, method: &str, path: &str, body: Option<&Value>, status: u16) -> Value {
        let (found, answer) = call(method, &format!("{}{path}", self.url), &self.token, body);
        assert_eq!(found, status, "{method} {path}: {answer}");
        answer
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        self.send("GET", path, None, 200)
    }

    /// Returns the number of users with a value. The filter reads keys only.
    #[track_caller]
    fn count(&self, attribute: &str, value: &str) -> Value {
        let path = format!("/Users?filter={attribute}%20eq%20%22{value}%22");
        self.get(&path)["totalResults"].clone()
    }
}

/// Creates, changes, renames and deletes users at one server. Reads the users at another server after each write.
/// Returns the ids and titles of the remaining users.
fn write_and_look(at: &Client, seen_at: &Client, writer: &str) -> Vec<(String, String)> {
    let mut left = Vec::new();
    for n in 0..USERS {
        let name = format!("{writer}-{n}");
        assert_eq!(seen_at.count("userName", &name), 0);
        let body = json!({"userName": name, "externalId": format!("x-{name}")});
        let user = at.send("POST", "/Users", Some(&body), 201);
        let id = user["id"].as_str().expect("an id").to_owned();
        let path = format!("/Users/{id}");
        let version = |path: &str| seen_at.get(path)["meta"]["version"].clone();
        assert_eq!(version(&path), "W/\"1\"");
        assert_eq!(seen_at.count("userName", &name), 1);
        assert_eq!(seen_at.count("externalId", &format!("x-{name}")), 1);
        at.send("PATCH", &path, Some(&retitle(&name)), 200);
        assert_eq!(seen_at.get(&path)["title"], name);
        if n % 4 == 3 {
            at.send("DELETE", &path, None, 204);
            seen_at.send("GET", &path, None, 404);
            assert_eq!(seen_at.count("userName", &name), 0);
        } else {
            let renamed = format!("{name}-new");
            let rename = patch(json!({"op": "replace", "path": "userName", "value": renamed}));
            at.send("PATCH", &path, Some(&rename), 200);
            assert_eq!(seen_at.count("userName", &name), 0);
            assert_eq!(seen_at.count("userName", &renamed), 1);
            left.push((id, name));
        }
    }
    left
}

/// Checks that each server and the command show every written user once.
fn expect_all_there(operator: &Operator, clients: &[&Client], written: &[(String, String)]) {
    for client in clients {
        let list = client.get("/Users?count=200");
        assert_eq!(list["totalResults"], written.len());
        let rows = list["Resources"].as_array().expect("rows");
        assert_eq!(rows.len(), written.len());
        for (id, title) in written {
            let row = rows.iter().find(|row| row["id"] == id.as_str()).expect("a row");
            let expected = (json!(title), json!(format!("{title}-new")), json!("W/\"3\""));
            let found = (&row["title"], &row["userName"], &row["meta"]["version"]);
            assert_eq!(found, (&expected.0, &expected.1, &expected.2));
        }
    }
    let listed = operator.json(&["employee", "list", "demo"]);
    let is_there = |row: &&Value| written.iter().any(|(id, _)| row["id"] == id.as_str());
    let found = listed.as_array().expect("rows").iter().filter(is_there).count();
    assert_eq!(found, written.len());
}

#[test]
fn connections_see_each_others_writes_at_once_and_none_is_lost() {
    let operator = Operator::new();
    let server = operator.serve();
    let client = Client::of(&server, &server.token());
    let body = json!({"displayName": "Crew"});
    let crew = client.send("POST", "/Groups", Some(&body), 201);
    let crew = format!("/Groups/{}", crew["id"].as_str().expect("an id"));
    let is_over = AtomicBool::new(false);
    let mut written = Vec::new();
    std::thread::scope(|scope| {
        let (client, crew, is_over) = (&client, &crew, &is_over);
        let ends = Ends(is_over);
        let readers = [0, 1].map(|_| {
            scope.spawn(move || {
                let mut pages = 0_usize;
                while !is_over.load(Ordering::Relaxed) {
                    let list = client.get("/Users?count=200&attributes=userName");
                    assert_eq!(
                        list["itemsPerPage"],
                        list["Resources"].as_array().map_or(0, Vec::len)
                    );
                    client.get(crew);
                    pages += 1;
                }
                pages
            })
        });
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| {
                scope.spawn(move || {
                    let written = write_and_look(client, client, &format!("writer{n}"));
                    let id = &written[0].0;
                    let join = json!({"op": "add", "path": "members", "value": [{"value": id}]});
                    client.send("PATCH", crew, Some(&patch(join)), 200);
                    let group = client.get(crew);
                    let members = group["members"].as_array().expect("members");
                    assert!(members.iter().any(|member| member["value"] == id.as_str()), "{group}");
                    assert_eq!(client.get(&format!("/Users/{id}"))["groups"][0]["display"], "Crew");
                    written
                })
            })
            .collect();
        for writer in writers {
            written.extend(writer.join().expect("a writer"));
        }
        drop(ends);
        for reader in readers {
            assert!(reader.join().expect("a reader") > 0);
        }
    });
    assert_eq!(written.len(), WRITERS * USERS * 3 / 4);
    let members = client.get(&crew)["members"].as_array().map(Vec::len);
    assert_eq!(members, Some(WRITERS));
    expect_all_there(&operator, &[&client], &written);
}

#[test]
fn servers_on_one_folder_see_each_others_writes_at_once_and_none_is_lost() {
    let operator = Operator::new();
    let servers = [operator.serve(), operator.serve()];
    let token = servers[0].token();
    let [first, second] = &servers.each_ref().map(|server| Client::of(server, &token));
    let mut written = Vec::new();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|n| {
                let (at, seen_at) = if n % 2 == 0 { (first, second) } else { (second, first) };
                scope.spawn(move || write_and_look(at, seen_at, &format!("writer{n}")))
            })
            .collect();
        for writer in writers {
            written.extend(writer.join().expect("a writer"));
        }
    });
    expect_all_there(&operator, &[first, second], &written);
}

#[test]
fn the_command_and_a_busy_server_see_each_others_writes_at_once() {
    let operator = Operator::new();
    let server = operator.serve();
    let client = Client::of(&server, &server.token());
    let ada = client.send("POST", "/Users", Some(&json!({"userName": "ada"})), 201);
    let path = format!("/Users/{}", ada["id"].as_str().expect("an id"));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (client, is_over) = (&client, &is_over);
        let ends = Ends(is_over);
        let writers: Vec<_> = (0..3)
            .map(|n| {
                scope.spawn(move || {
                    let mut created = 0_usize;
                    while !is_over.load(Ordering::Relaxed) {
                        let body = json!({"userName": format!("busy{n}-{created}")});
                        client.send("POST", "/Users", Some(&body), 201);
                        created += 1;
                    }
                    created
                })
            })
            .collect();
        for round in 0..5 {
            operator.text(&["employee", "archive", "demo", "ada"]);
            assert_eq!(client.get(&path)["active"], false);
            let active = patch(json!({"op": "replace", "path": "active", "value": true}));
            client.send("PATCH", &path, Some(&active), 200);
            let title = format!("round {round}");
            client.send("PATCH", &path, Some(&retitle(&title)), 200);
            let shown = operator.json(&["employee", "show", "demo", "ada"]);
            assert_eq!(shown["status"], "active");
            assert_eq!(shown["fromIdentityProvider"]["title"], title);
        }
        drop(ends);
        let created: usize = writers.into_iter().map(|one| one.join().expect("a writer")).sum();
        assert!(created > 0);
        assert_eq!(client.get("/Users?count=0")["totalResults"], created + 1);
        let listed = operator.json(&["employee", "list", "demo"]);
        assert_eq!(listed.as_array().map(Vec::len), Some(created + 1));
    });
    let history = operator.json(&["employee", "history", "demo", "ada"]);
    assert_eq!(history.as_array().map(Vec::len), Some(16), "{history}");
}

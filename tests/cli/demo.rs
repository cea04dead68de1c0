//! `rollcall demo`.

use crate::support::command::{Operator, Server, call};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use time::OffsetDateTime;

/// Reads a page with a session's cookie. Returns the status, the cookie that the answer sets, and the text.
fn page(method: &str, url: &str, cookie: &str) -> (u16, String, String) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent: ureq::Agent = config.build().into();
    let origin = url.split_once("/tenants/").expect("a URL of a tenant").0;
    let request = http::Request::builder()
        .method(method)
        .uri(url)
        .header("origin", origin)
        .header("cookie", cookie)
        .body(String::new())
        .expect("a request");
    let mut answer = agent.run(request).expect("an answer");
    let cookie = answer.headers().get("set-cookie").map(|cookie| cookie.to_str().expect("text"));
    let cookie = cookie.and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
    (answer.status().as_u16(), cookie, answer.body_mut().read_to_string().expect("text"))
}

fn text<'s>(server: &'s Server, name: &str) -> &'s str {
    server.ready[name].as_str().expect(name)
}

/// Reads from the JSON API of the demo.
fn api(server: &Server, path: &str) -> Value {
    let url = server.tenant_url().replace("/scim/v2", "/api") + path;
    let (status, body) = call("GET", &url, text(server, "adminToken"), None);
    assert_eq!(status, 200, "{path}: {body}");
    body
}

#[test]
fn a_demo_has_a_month_of_history_and_leaves_nothing() {
    let operator = Operator::new();
    let server = operator.demo(&["--still"]);
    let folder = Path::new(text(&server, "data")).to_owned();
    assert_eq!(folder.parent(), Some(operator.folder()));
    assert!(folder.join("rollcall.db").exists());

    let link = text(&server, "signIn");
    let (status, _, shown) = page("GET", link, "");
    assert!(status == 200 && shown.contains("Northwind Logistics"), "{shown}");
    let (status, cookie, _) = page("POST", link, "");
    assert!(status == 303 && cookie.starts_with("rollcall_session="), "{status} {cookie}");
    let root = link.split_once("sign-in/").expect("a link").0;
    for (below, expected) in [
        ("employees", "<bdi>"),
        ("employees/import", "Import employees"),
        ("groups", "Works Council"),
        ("activity", "<time"),
    ] {
        let (status, _, shown) = page("GET", &format!("{root}{below}"), &cookie);
        assert_eq!(status, 200, "{below}");
        assert!(shown.contains(expected), "{below}: {shown}");
    }

    let count = |path: &str, rows: &str| api(&server, path)[rows].as_array().expect("rows").len();
    assert_eq!(count("/employees?status=active&limit=200", "employees"), 190);
    assert_eq!(count("/employees?status=archived&limit=200", "employees"), 10);
    assert_eq!(count("/groups?limit=200", "groups"), 12);
    let people = api(&server, "/employees?limit=200");
    let people = people["employees"].as_array().expect("people");
    let deleted = people.iter().filter(|person| person["deletedInIdp"] == true).count();
    assert_eq!(deleted, 1);
    let id = |login: &str| {
        let user_name = format!("{login}@northwind.example");
        let found = people.iter().find(|person| person["userName"] == *user_name);
        found.expect("the person")["id"].as_str().expect("an id").to_owned()
    };
    let kinds = |login: &str| {
        let history = api(&server, &format!("/employees/{}/history", id(login)));
        let entries = history["entries"].as_array().expect("entries").iter();
        entries.map(|entry| entry["kind"].as_str().expect("a kind").to_owned()).collect::<Vec<_>>()
    };
    let table = include_str!("../../src/cli/demo/people.csv").lines().skip(1);
    let logins: Vec<&str> = table.map(|line| line.split(',').nth(3).expect("a login")).collect();
    assert_eq!(kinds(logins[193]), ["linked", "imported"]);
    for login in &logins[195..200] {
        assert_eq!(kinds(login), ["imported"]);
    }

    // A change made now has the time of now.
    let before = scim::date_time::format(OffsetDateTime::now_utc());
    let own = serde_json::json!({"location": "Oslo"});
    let path = format!("/employees/{}", id(logins[10]));
    let url = server.tenant_url().replace("/scim/v2", "/api") + &path;
    let (status, changed) = call("PATCH", &url, text(&server, "adminToken"), Some(&own));
    assert_eq!(status, 200, "{changed}");
    let newest = api(&server, &format!("{path}/history"))["entries"][0].clone();
    assert!(newest["at"].as_str() >= Some(&before), "{before}: {newest}");

    let status = server.interrupt();
    assert!(status.success(), "{status}");
    let left =
        std::fs::read_dir(operator.folder()).expect("a folder").map(|entry| entry.unwrap().path());
    assert_eq!(left.collect::<Vec<_>>(), [] as [&Path; 0]);
}

#[test]
fn a_demo_with_a_stopped_clock_is_always_the_same() {
    let stopped = ["--still", "--stopped-clock"];
    let operators = [Operator::new(), Operator::new()];
    let [one, other] = operators.each_ref().map(|operator| operator.demo(&stopped));
    for path in ["/employees?limit=200", "/groups?limit=200"] {
        assert_eq!(api(&one, path), api(&other, path), "pictures of {path} stay the same");
    }
    let (code, text) = operators[0].failure(&["demo", "--stopped-clock"]);
    assert!(code == 2 && text.contains("--still"), "{code}: {text}");
}

#[test]
fn a_demo_prints_the_sign_in_link_first_and_can_keep_its_data() {
    let operator = Operator::new();
    let kept = operator.folder().join("kept");
    let keep = kept.display().to_string();
    let mut process = operator
        .command(&["demo", "--port", "0", "--keep", &keep])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the demo starts");
    let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
    let mut output = Vec::new();
    while !output.last().is_some_and(|line: &String| line.ends_with("Ctrl+C ends it.")) {
        output.push(lines.next().expect("a line").expect("text"));
    }
    let start = "Sign in: http://127.0.0.1:";
    assert!(output[0].starts_with(start) && output[0].contains("/sign-in/link/rco_northwind_"));
    for start in ["Tenant URL", "Secret Token", "curl -H 'Authorization: Bearer rc_northwind_"] {
        assert!(output.iter().any(|line| line.trim().starts_with(start)), "{start}: {output:?}");
    }
    let id = process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert!(process.wait().expect("it ends").success());
    let list = Command::new(env!("CARGO_BIN_EXE_rollcall"))
        .args(["--data", &keep, "--json", "tenant", "list"])
        .env_clear()
        .output()
        .expect("the command runs");
    let tenants: Value = serde_json::from_slice(&list.stdout).expect("JSON");
    assert_eq!(tenants[0]["name"], "Northwind Logistics");
    let (code, text) = operator.failure(&["demo", "--port", "0", "--keep", &keep]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("is not empty"), "{text}");
}

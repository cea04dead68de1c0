//! `rollcall open`, and the hint of the server that leads to it.

use crate::support::command::Operator;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// Opens a link as the button of its page does. Returns the status and the cookie.
fn press(url: &str) -> (u16, String) {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let request = http::Request::post(url).body(String::new()).expect("a request");
    let response = agent.run(request).expect("an answer");
    let cookie = response.headers().get("set-cookie").map(|value| value.to_str().expect("text"));
    (response.status().as_u16(), cookie.unwrap_or_default().to_owned())
}

#[test]
fn an_operator_opens_the_pages_with_a_link_and_ends_all_links() {
    let operator = Operator::new();
    let server = operator.serve();
    let origin = server.tenant_url().replace("/tenants/demo/scim/v2", "");
    let made = operator.json(&["open", "demo", "--url", &origin]);
    let url = made["url"].as_str().expect("a URL");
    assert!(url.starts_with(&format!("{origin}/tenants/demo/sign-in/link/rco_demo_")), "{url}");
    let (status, cookie) = press(url);
    assert_eq!(status, 303);
    assert!(cookie.starts_with("rollcall_session=") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(press(url).0, 410, "a link opens once");
    let pages = |cookie: &str| {
        let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).build().into();
        let request = http::Request::get(format!("{origin}/tenants/demo/employees"))
            .header("cookie", cookie.split(';').next().expect("a cookie"))
            .body(String::new());
        agent.run(request.expect("a request")).expect("an answer").status().as_u16()
    };
    assert_eq!(pages(&cookie), 200);
    let unopened = operator.text(&["open", "demo", "--print", "--url", &origin]);
    let unopened = unopened.lines().next().expect("a URL");
    assert_eq!(operator.json(&["open", "demo", "--revoke"])["revoked"], 2);
    assert_eq!(pages(&cookie), 303);
    assert_eq!(press(unopened).0, 404);
    assert_eq!(operator.json(&["open", "demo", "--revoke"])["revoked"], 0);
}

#[test]
fn a_link_needs_a_tenant_and_a_place() {
    let operator = Operator::new();
    let (code, text) = operator.failure(&["open", "demo", "--print"]);
    assert_eq!(code, 3, "{text}");
    operator.text(&["tenant", "create", "demo"]);
    let (code, text) = operator.failure(&["open", "other", "--print"]);
    assert_eq!(code, 3, "{text}");
    let url = operator.text(&["open", "demo", "--print"]);
    assert!(url.starts_with("http://127.0.0.1:8080/tenants/demo/sign-in/link/rco_demo_"), "{url}");
    let (code, _) = operator.failure(&["open", "demo", "--print", "--revoke"]);
    assert_eq!(code, 2);
    // Without a browser on the machine, the command prints the link.
    let url = operator.text(&["open", "demo"]);
    assert!(url.contains("/sign-in/link/rco_demo_"), "{url}");
}

#[test]
fn the_second_start_of_the_server_says_how_to_sign_in() {
    let operator = Operator::new();
    operator.serve().kill();
    let mut process = operator
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts");
    let output = BufReader::new(process.stdout.take().expect("its output"));
    let lines: Vec<String> = output
        .lines()
        .map(|line| line.expect("a line"))
        .take_while(|line| !line.starts_with("Press Ctrl-C"))
        .collect();
    process.kill().expect("it is running");
    process.wait().expect("it ends");
    assert!(lines.iter().any(|line| line == "Sign in: rollcall open demo"), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("token")), "{lines:?}");
}

#[cfg(unix)]
#[test]
fn the_browser_opens_a_page_that_only_the_user_reads_and_the_link_is_no_argument() {
    use std::os::unix::fs::PermissionsExt;
    let operator = Operator::new();
    operator.text(&["tenant", "create", "demo"]);
    let folder = tempfile::tempdir().expect("a folder");
    let (programs, opened) = (folder.path().join("bin"), folder.path().join("opened"));
    std::fs::create_dir(&programs).expect("a folder");
    for name in ["xdg-open", "open"] {
        let program = programs.join(name);
        let text = format!("#!/bin/sh\necho \"$@\" > '{}'\n", opened.display());
        std::fs::write(&program, text).expect("a program");
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o700)).expect("a mode");
    }
    let open = || {
        let mut command = operator.command(&["open", "demo"]);
        command.env("HOME", folder.path()).env("PATH", &programs);
        let output = command.output().expect("the command runs");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success() && text.contains("The browser opens"), "{text}");
        assert!(!text.contains("rco_"), "{text}");
        let argument = std::fs::read_to_string(&opened).expect("the argument");
        assert!(!argument.contains("rco_"), "{argument}");
        std::path::PathBuf::from(argument.trim_end())
    };
    let mode = |path: &std::path::Path| {
        std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
    };
    let page = open();
    assert_eq!((mode(&page), mode(page.parent().expect("a folder"))), (0o600, 0o700));
    let text = std::fs::read_to_string(&page).expect("a page");
    let start = "http-equiv=\"refresh\" content=\"0; url=http://127.0.0.1:8080/tenants/demo/sign-in/link/rco_demo_";
    assert!(text.contains(start), "{text}");
    let next = open();
    assert!(next != page && next.exists() && !page.exists(), "the next call removes the page");
}

//! Single sign-on through the command. A secret comes from a file or from standard input.

use crate::support::command::Operator;
use serde_json::json;
use std::net::TcpListener;

const SET: [&str; 7] =
    ["sso", "set", "acme", "--issuer", "https://example.okta.com", "--client-id", "0oa1b2c3"];
const SECRET: &str = "s3cr3t-of-the-client";

/// An operator with a tenant, and the id of its one employee.
fn operator() -> (Operator, String) {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    let file = operator.folder().join("people.csv");
    std::fs::write(&file, "userName,displayName\nada@example.com,Ada Lovelace\n").expect("a file");
    operator.text(&["employee", "import", "acme", file.to_str().expect("a path")]);
    let shown = operator.json(&["employee", "show", "acme", "ada@example.com"]);
    let id = shown["id"].as_str().expect("an id").to_owned();
    (operator, id)
}

#[test]
fn single_sign_on_is_managed_by_commands() {
    let (operator, ada) = operator();
    let (code, text) = operator.failure(&["sso", "show", "acme"]);
    assert!(code == 3 && text.contains("not configured"), "{code} {text}");
    let (code, text) = operator.failure(&["sso", "set", "acme", "--hours", "4"]);
    assert!(code == 4 && text.contains("--issuer and --client-id"), "{code} {text}");

    let file = operator.folder().join("secret.txt");
    std::fs::write(&file, format!("{SECRET}\n")).expect("a file");
    let more = ["--secret-file", file.to_str().expect("a path"), "--add-admin", &ada];
    let set = operator.json(&[&SET[..], &more, &["--secret-ends", "2027-11-30"]].concat());
    assert_eq!((&set["provider"], &set["hours"]), (&json!("okta"), &json!(8)));
    assert_eq!(set["secret"]["endsOn"], "2027-11-30");
    assert_eq!(set["admins"][0]["id"], ada);
    assert!(
        set["addresses"]["redirectUri"].as_str().unwrap().ends_with("/tenants/acme/sso/callback")
    );

    // The other parts stay.
    let set = operator.json(&["sso", "set", "acme", "--hours", "4"]);
    assert_eq!((&set["hours"], &set["secret"]["endsOn"]), (&json!(4), &json!("2027-11-30")));
    let text = operator.text(&["sso", "show", "acme"]);
    for part in
        ["https://example.okta.com", "Ada", "ends on 2027-11-30", "/sso/jwks.json", "not yet"]
    {
        assert_eq!(text.contains(part), part != "Ada", "{part}: {text}");
    }
    assert!(!text.contains("s3cr3t"), "{text}");

    // A secret does not follow another issuer.
    let moved = ["sso", "set", "acme", "--issuer", "https://evil.example"];
    let (code, text) = operator.failure(&moved);
    assert!(code == 4 && text.contains("Enter the client secret again"), "{code} {text}");
    let (code, text) = operator.failure(&["sso", "set", "acme", "--token-sign-in", "off"]);
    assert!(code == 4 && text.contains("Sign in with single sign-on first"), "{code} {text}");
    let (code, text) = operator.failure(&["sso", "set", "acme", "--remove-admin", &ada]);
    assert!(code == 4 && text.contains("name at least one employee"), "{code} {text}");

    assert_eq!(operator.json(&["sso", "sign-ins", "acme"]), json!([]));
    operator.text(&["sso", "sign-out", "acme"]);
    let history = operator.json(&["tenant", "show", "acme"]).to_string();
    assert!(history.contains("ssoChanged") && !history.contains("s3cr3t"), "{history}");
    let (code, text) = operator.failure(&["employee", "unlink", "acme", &ada]);
    assert!(code == 3 && text.contains("no linked account"), "{code} {text}");
    operator.text(&["sso", "remove", "acme"]);
    assert_eq!(operator.failure(&["sso", "remove", "acme"]).0, 3);
}

#[test]
fn a_secret_is_no_argument_and_comes_from_standard_input() {
    let (operator, ada) = operator();
    let set = [&SET[..], &["--add-admin", &ada, "--secret-stdin"]].concat();
    for (secret, text) in
        [("\n", "there is no secret"), (&*"s3cr3t".repeat(1_000), "more than 4096 bytes")]
    {
        let output = operator.run_with_input(&set, secret);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{errors}");
        assert!(errors.contains(text) && !errors.contains("s3cr3t"), "{errors}");
    }
    let output = operator.run_with_input(&set, SECRET);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("s3cr3t"));
    assert_eq!(operator.failure(&["sso", "set", "acme", "--secret", SECRET]).0, 2);
    assert_eq!(operator.failure(&["sso", "set", "acme"]).0, 2, "nothing to change");
    assert_eq!(operator.failure(&["sso", "set", "acme", "--hours", "25"]).0, 2);
    let (code, text) = operator.failure(&["sso", "set", "acme", "--match", "sub=userName"]);
    assert!(code == 2 && text.contains("preferred_username=userName"), "{code} {text}");
}

#[test]
fn keys_are_made_by_commands_and_show_no_private_half() {
    let (operator, ada) = operator();
    let more = ["--client-auth", "key", "--add-admin", &ada];
    let set = operator.json(&[&SET[..], &more].concat());
    assert_eq!(set["keys"][0]["state"], "current", "the first key comes with the configuration");
    let (code, text) = operator.failure(&["sso", "keys", "use-next", "acme"]);
    assert!(code == 4 && text.contains("no next key"), "{code} {text}");
    let made = operator.json(&["sso", "keys", "make", "acme"]);
    assert_eq!(made["keys"][1]["state"], "next");
    let next = made["keys"][1]["kid"].clone();
    let used = operator.json(&["sso", "keys", "use-next", "acme"]);
    assert_eq!((&used["keys"][0]["kid"], used["keys"].as_array().unwrap().len()), (&next, 1));
}

#[test]
fn a_check_reports_a_provider_that_does_not_answer() {
    let (operator, ada) = operator();
    // The deployment is on this machine, so a provider on this machine is asked. No program listens at a port that was
    // free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port");
    let issuer = format!("http://{free}");
    let set = ["sso", "set", "acme", "--issuer", &issuer, "--client-id", "rollcall"];
    operator.json(&[&set[..], &["--client-auth", "none", "--add-admin", &ada]].concat());
    let report = operator.json(&["sso", "check", "acme"]);
    assert_eq!((&report["ok"], &report["problem"]["code"]), (&json!(false), &json!("unreachable")));
    let text = operator.text(&["sso", "check", "acme"]);
    assert!(text.contains("Problem") && text.contains("127.0.0.1"), "{text}");
}

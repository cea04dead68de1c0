//! Destinations through the command. A URL comes from a file or from standard input.

use crate::support::command::Operator;
use serde_json::{Value, json};

const URL: &str = "https://hooks.example.com/rollcall/path-that-nobody-sees?key=s3cr3t-of-hook";
const CREATE: [&str; 9] = [
    "destination",
    "create",
    "acme",
    "--kind",
    "webhook",
    "--name",
    "Asset manager",
    "--type",
    "employee.*",
];

fn operator() -> Operator {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    operator
}

fn create(operator: &Operator) -> Value {
    let output = operator.run_with_input(&[&CREATE[..], &["--json"]].concat(), &format!("{URL}\n"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_destination_is_managed_by_commands() {
    let operator = operator();
    let new = create(&operator);
    assert!(new["signingSecret"].as_str().expect("a secret").starts_with("whsec_"));
    let id = new["id"].as_str().expect("an id").to_owned();
    let listed = operator.json(&["destination", "list", "acme"]);
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &new["id"]));
    assert_eq!(listed[0].get("signingSecret"), None);
    let text = operator.text(&["destination", "list", "acme"]);
    assert!(text.contains("hooks.example.com …hook") && text.contains("delivers"), "{text}");

    let named = |command: &'static str| vec!["destination", command, "acme", &id];
    let file = operator.folder().join("url.txt");
    std::fs::write(&file, "https://other.example.com/a-path-of-another-hook").unwrap();
    let changes = ["--name", "Other", "--payload", "ids", "--url-file", file.to_str().unwrap()];
    let set = operator.json(&[&named("set")[..], &changes].concat());
    assert_eq!((&set["name"], &set["payload"]), (&json!("Other"), &json!("ids")));
    assert_eq!(set["hint"], "other.example.com …hook");
    assert_eq!(operator.json(&named("pause"))["state"]["status"], "paused");
    let resumed = operator.json(&[&named("resume")[..], &["--from", "end"]].concat());
    assert_eq!(resumed["state"]["status"], "delivers");
    let replaced = operator.text(&named("replace-secret"));
    assert!(replaced.contains("whsec_") && replaced.contains("shown only once"), "{replaced}");
    let (code, text) = operator.failure(&named("replace-secret"));
    assert!(code == 4 && text.contains("previous signing secret"), "{code} {text}");
    let replace = |overlap| [&named("replace-secret")[..], &["--overlap", overlap]].concat();
    let (code, text) = operator.failure(&replace("8d"));
    assert!(code == 4 && text.contains("The overlap is at most 7 days"), "{code} {text}");
    assert!(operator.text(&replace("0s")).contains("whsec_"));
    let shown = operator.text(&named("show"));
    assert!(shown.contains("set on") && !shown.contains("whsec_"), "{shown}");
    assert_eq!(operator.json(&named("deliveries")), json!([]));
    let epoch =
        resumed["state"]["position"].as_str().unwrap().split('-').next().unwrap().to_owned();
    let first = format!("{epoch}-1");
    let replay = [&named("replay")[..], &["--after", &first]].concat();
    assert_eq!(operator.json(&replay)["state"]["position"], first);
    operator.text(&named("remove"));
    let (code, text) = operator.failure(&named("show"));
    assert!(code == 3 && text.contains("no destination"), "{code} {text}");
    let history = operator.json(&["tenant", "show", "acme"]).to_string();
    assert!(history.contains("rollcall command") && !history.contains("path-"), "{history}");
}

#[test]
fn a_refused_url_is_not_repeated() {
    let operator = operator();
    for (url, text) in [
        ("http://hooks.example.com/s3cr3t-of-hook", "url: The URL must begin with https://"),
        ("https://127.0.0.1/s3cr3t-of-hook", "url: The host of the URL must be a name"),
        ("  ", "there is no URL"),
        (&*"s3cr3t".repeat(1_000), "standard input has more than 4096 bytes"),
    ] {
        let output = operator.run_with_input(&CREATE, url);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{errors}");
        assert!(errors.contains(text) && !errors.contains("s3cr3t"), "{errors}");
    }
    let missing = [&CREATE[..], &["--url-file", "/nowhere/url.txt"]].concat();
    assert_eq!(operator.failure(&missing).0, 1);
    assert_eq!(operator.failure(&["destination", "create", "acme", "--url", URL]).0, 2);
}

#[test]
fn a_reseal_reports_lost_secrets() {
    let operator = operator();
    create(&operator);
    let reseal = ["pepper", "reseal"];
    let report = operator.json(&reseal);
    assert_eq!(
        report,
        json!({"sealed": {}, "skipped": {"url": 1, "signingSecret": 1}, "unreadable": []})
    );
    let file = operator.folder().join("secret.json");
    let secret = |pepper: &str| json!({"pepper": pepper}).to_string();
    let first: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let (second, third) = (secret(&"2".repeat(32)), secret(&"3".repeat(32)));
    let write = |current: &Value, previous: &Value| {
        let text = json!({"AWSCURRENT": current, "AWSPREVIOUS": previous}).to_string();
        std::fs::write(&file, text).unwrap();
    };
    write(&json!(second), &first["AWSCURRENT"]);
    let checked = operator.json(&["pepper", "reseal", "--check"]);
    assert_eq!(checked["sealed"], json!({"url": 1, "signingSecret": 1}));
    assert!(operator.text(&reseal).contains("signing secret"));
    write(&json!(third), &first["AWSCURRENT"]);
    let (code, text) = operator.failure(&[&reseal[..], &["--json"]].concat());
    assert!(code == 1 && text.contains("2 secrets"), "{code} {text}");
    let output = operator.run(&reseal);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("Paste the URL again") && text.contains("Replace the signing"), "{text}");
}

//! The command with a DynamoDB API at an endpoint.

use crate::support::command::{Operator, call};
use serde_json::Value;

#[test]
fn the_embedded_engine_can_be_a_dynamodb_api() {
    let operator = Operator::new();
    let engine = operator.dynamodb();
    let endpoint = engine.ready["endpoint"].as_str().expect("an endpoint");
    let other = Operator::new();
    let through = ["--dynamodb-endpoint", endpoint, "--table", "through-http"];
    let new = other.json(&[&through[..], &["tenant", "create", "acme"]].concat());
    assert_eq!(new["id"], "acme");
    let listed = other.json(&[&through[..], &["tenant", "list"]].concat());
    assert_eq!(listed[0]["id"], "acme");
    assert_eq!(operator.failure(&["tenant", "list"]).0, 3, "each table is a store of its own");
    let from_a_page = ureq::post(endpoint)
        .header("origin", "http://page.example")
        .header("x-amz-target", "DynamoDB_20120810.ListTables")
        .send_empty();
    assert!(matches!(from_a_page, Err(ureq::Error::StatusCode(403))), "a browser");
    let under_another_name = ureq::post(endpoint)
        .header("host", "rebound.example")
        .header("x-amz-target", "DynamoDB_20120810.ListTables")
        .send_empty();
    assert!(matches!(under_another_name, Err(ureq::Error::StatusCode(403))), "a browser");
}

/// The server would refuse the tokens of a second pepper.
#[test]
fn at_an_endpoint_only_the_first_command_makes_the_pepper() {
    let (operator, other) = (Operator::new(), Operator::new());
    let engine_folder = Operator::new();
    let engine = engine_folder.dynamodb();
    let endpoint = engine.ready["endpoint"].as_str().expect("an endpoint");
    let through =
        |arguments: &[&'static str]| [&["--dynamodb-endpoint", endpoint][..], arguments].concat();
    let files = || std::fs::read_dir(other.folder()).expect("the folder").count();
    let replace = ["token", "replace", "acme"];
    for arguments in [&["tenant", "list"][..], &["employee", "list", "acme"], &replace] {
        let (code, text) = other.failure(&through(arguments));
        assert_eq!(code, 3, "{arguments:?}: {text}");
        assert!(text.contains(&format!("there is no data in table rollcall at {endpoint}")));
        assert_eq!(files(), 0, "{arguments:?} makes files");
    }
    let server = operator.serve_through(endpoint);
    assert_eq!(server.ready["tenantUrl"], Value::Null, "no demo tenant");
    let refused = |arguments: &[&'static str]| {
        let (code, text) = other.failure(&through(arguments));
        assert_eq!(code, 4, "{arguments:?}: {text}");
        let folder = other.folder().display();
        assert!(text.contains(&format!("there is no pepper in {folder}")), "{text}");
        assert_eq!(files(), 0, "{arguments:?} makes files");
    };
    refused(&["tenant", "create", "acme"]);
    operator.text(&through(&["tenant", "create", "acme"]));
    assert_eq!(other.json(&through(&["tenant", "list"]))[0]["id"], "acme");
    assert_eq!(files(), 0);
    refused(&replace);
    let replaced = operator.json(&through(&replace));
    let server = operator.serve_through(endpoint);
    let users = format!("{}/Users", server.tenant_url());
    assert_eq!(call("GET", &users, replaced["token"].as_str().expect("a token"), None).0, 200);
}

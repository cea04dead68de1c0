//! PATCH requests with wrong operations or malformed paths.

use super::refusals::{Bench, PATCH_OP, patch_body};
use serde_json::json;

#[tokio::test]
async fn a_patch_without_proper_operations_is_refused() {
    let bench = Bench::new().await;
    let none = "Operations must be a list of operations";
    let shape = "Operation 1: an operation must be an object with op, path and value";
    let many = json!(vec![json!({"op": "add", "path": "title", "value": "x"}); 2_001]);
    let cases = [
        (json!({}), none),
        (json!("add"), none),
        (json!([5]), shape),
        (json!([[]]), shape),
        (json!([null]), shape),
        (json!([{}]), "Operation 1: op must be add, remove or replace, found none"),
        (
            json!([{"op": 5}]),
            "Operation 1: op must be add, remove or replace, found a value that is not text",
        ),
        (
            json!([{"op": "delete", "path": "title"}]),
            "Operation 1: op must be add, remove or replace, found \"delete\"",
        ),
        (
            json!([{"op": "add", "path": "title", "value": "x"}, {"op": "add", "path": 5, "value": "x"}]),
            "Operation 2: path must be text, such as name.familyName",
        ),
        (
            json!([{"op": "add", "OP": "remove", "path": "title", "value": "x"}]),
            "Operation 1: op occurs more than once; names are equal in any case, so send it once",
        ),
        (
            many,
            "Operations has 2001 operations; at most 2000 are accepted, and a value that is an object counts one for each member, or for each member of a member that is an object",
        ),
    ];
    for (operations, detail) in cases {
        let answer = bench.send("PATCH", patch_body(&operations)).await;
        assert_eq!(bench.refused(answer, 400, Some("invalidSyntax")).await, detail);
    }
    let attributes = json!({"active": false}).to_string();
    let answer = bench.send("PATCH", attributes).await;
    let missing = "Operations is missing or empty; put the attributes beside it into the value of an operation";
    assert_eq!(bench.refused(answer, 400, Some("invalidSyntax")).await, missing);
    let twice = json!({"schemas": [PATCH_OP], "Operations": [], "operations": []}).to_string();
    let detail = bench.refused(bench.send("PATCH", twice).await, 400, Some("invalidSyntax")).await;
    assert_eq!(
        detail,
        "Operations occurs more than once; names are equal in any case, so send it once"
    );
}

#[tokio::test]
async fn malformed_paths_are_refused_with_the_path() {
    let bench = Bench::new().await;
    let cases = [
        (
            "..",
            "invalidPath",
            "\"..\" is not a path; expected an attribute such as name.familyName or emails[type eq \"work\"].value",
        ),
        (
            "name..familyName",
            "invalidPath",
            "\"name..familyName\" is not a path; expected an attribute such as name.familyName or emails[type eq \"work\"].value",
        ),
        (
            "\0",
            "invalidPath",
            "\"\\0\" is not a path; expected an attribute such as name.familyName or emails[type eq \"work\"].value",
        ),
        (
            "/title",
            "invalidPath",
            "\"/title\" is not a path; expected an attribute such as name.familyName or emails[type eq \"work\"].value",
        ),
        (
            "title[value eq \"x\"]",
            "invalidPath",
            "\"title[value eq \\\"x\\\"]\" has a filter on an attribute that is not a list of objects; a filter in [ ] can follow an attribute such as emails",
        ),
        (
            "emails[type eq \"work\"",
            "invalidFilter",
            "Path: expected \"and\", \"or\" or \"]\" after \"work\" at character 22, found the end",
        ),
        (
            "emails[]",
            "invalidFilter",
            "Path: expected an attribute name, \"not (\" or \"(\" after \"[\" at character 8, found \"]\"",
        ),
    ];
    for (path, scim_type, detail) in cases {
        for op in ["add", "replace", "remove"] {
            let operations = json!([{"op": op, "path": path, "value": "x"}]);
            let answer = bench.send("PATCH", patch_body(&operations)).await;
            let found = bench.refused(answer, 400, Some(scim_type)).await;
            assert_eq!(found, format!("Operation 1: {detail}"), "{op} {path}");
        }
    }
    let long = format!("emails[{}]", vec!["type pr"; 10_000].join(" or "));
    let answer = bench.send("PATCH", patch_body(&json!([{"op": "remove", "path": long}]))).await;
    let detail = bench.refused(answer, 400, Some("invalidFilter")).await;
    assert_eq!(detail, "Operation 1: Path: the text has 110004 bytes; at most 4096 are accepted");
}

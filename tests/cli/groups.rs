//! Groups through the command.

use crate::support::command::{Operator, call};
use serde_json::json;

#[test]
fn groups_are_listed_and_shown_with_members_and_history() {
    let operator = Operator::new();
    let server = operator.serve();
    let (url, token) = (server.tenant_url(), server.token());
    let (_, ada) = call("POST", &format!("{url}/Users"), &token, Some(&json!({"userName": "ada"})));
    let groups = format!("{url}/Groups");
    let members = json!([{"value": ada["id"]}]);
    let body = json!({"displayName": "Crew", "externalId": "g-1", "members": members});
    let (status, crew) = call("POST", &groups, &token, Some(&body));
    assert_eq!(status, 201);
    let fleet = json!({"displayName": "Fleet", "externalId": "g-2\u{1b}[31m"});
    assert_eq!(call("POST", &groups, &token, Some(&fleet)).0, 201);
    let id = crew["id"].as_str().expect("an id");

    let listed = operator.json(&["group", "list", "demo"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    let by_name = operator.json(&["group", "list", "demo", "--name", "CREW"]);
    let row = &by_name[0];
    assert_eq!((&row["id"], &row["memberCount"]), (&crew["id"], &json!(1)));
    assert_eq!(operator.json(&["group", "list", "demo", "--name", "Cre"]), json!([]));
    assert_eq!(operator.failure(&["group", "list", "demo", "--name", ""]).0, 2);
    let text = operator.text(&["group", "list", "demo"]);
    assert!(text.contains("Crew") && text.contains("Fleet"), "{text}");
    let text = operator.text(&["group", "show", "demo", "fleet"]);
    assert!(text.contains("g-2") && !text.contains('\u{1b}'), "{text}");

    let shown = operator.json(&["group", "show", "demo", "crew"]);
    assert_eq!(&shown, row);
    let all = operator.json(&["group", "show", "demo", id, "--members", "--history"]);
    let expected = json!([{"id": ada["id"], "type": "User", "display": "ada"}]);
    assert_eq!((&all["displayName"], &all["members"]), (&json!("Crew"), &expected));
    assert_eq!(all["history"][0]["kind"], "created");
    let text = operator.text(&["group", "show", "demo", "Crew", "--members", "--history"]);
    for part in ["externalId", "g-1", "User", "created", "Identity", "Provider"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(operator.failure(&["group", "show", "demo", "Cre"]).0, 3);

    assert_eq!(call("DELETE", &format!("{groups}/{id}"), &token, None).0, 204);
    let (code, text) = operator.failure(&["group", "show", "demo", id]);
    assert_eq!((code, text), (3, format!("rollcall: no group has the id or name {id}\n")));
    let gone = operator.json(&["group", "show", "demo", id, "--history"]);
    assert_eq!((&gone["deleted"], &gone["history"][1]["kind"]), (&json!(true), &json!("deleted")));
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert_eq!(operator.failure(&["group", "show", "demo", nobody, "--history"]).0, 3);
}

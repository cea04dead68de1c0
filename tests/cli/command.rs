//! The `rollcall` command and the local server as processes: what an operator types, and what survives.

use crate::support::command::{Operator, call};
use crate::support::damage;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use rollcall::store::dynamodb::port::Action;
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A signal must not be lost while the server starts.
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
    assert_eq!(server.ready["settingsUrl"], url.replace("/scim/v2", "/"));
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
            // Let some writes through, then pull the plug while others are under way.
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
    // No half write: the counted total is the number of rows, and each has exactly one history entry.
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

/// Whether a create was acknowledged; `None` when the server went away first.
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

#[test]
fn settings_take_effect_at_once_and_scim_never_sees_them() {
    let operator = Operator::new();
    let server = operator.serve();
    let (url, token) = (server.tenant_url(), server.token());
    let users = format!("{url}/Users");
    let boss = json!({"userName": "grace@example.com", "displayName": "Grace Hopper"});
    let (_, boss) = call("POST", &users, &token, Some(&boss));
    let body = json!({
        "userName": "ada@example.com",
        ENTERPRISE: {"location": "GB", "department": "R&D", "manager": "grace@example.com"},
    });
    let (_, ada) = call("POST", &users, &token, Some(&body));
    let one = format!("{users}/{}", ada["id"].as_str().expect("an id"));
    let show = || operator.json(&["employee", "show", "demo", "ada@example.com"]);

    let values = ["--location", "Paris", "--department", "Sales", "--manager", "nobody"];
    let set = [&["employee", "set", "demo", "ada@example.com"][..], &values].concat();
    operator.text(&set);
    let off = show();
    for (name, local, idp) in [
        ("location", "Paris", "GB"),
        ("department", "Sales", "R&D"),
        ("manager", "nobody", "grace@example.com"),
    ] {
        assert_eq!(
            off[name],
            json!({"value": local, "origin": "local", "fromIdp": idp, "local": local})
        );
    }
    assert_eq!(off["managerColleague"], Value::Null);

    let switches = ["--location", "on", "--department", "on", "--manager", "on"];
    let text = operator.text(&[&["settings", "set", "demo"][..], &switches].concat());
    assert!(text.contains("Set employee location info from Identity Provider    on"), "{text}");
    let on = show();
    assert_eq!(on["location"]["value"], "GB");
    assert_eq!(on["department"]["value"], "R&D");
    assert_eq!(on["manager"]["value"], "grace@example.com");
    assert_eq!(on["managerColleague"]["id"], boss["id"]);
    assert_eq!(on["managerColleague"]["displayName"], "Grace Hopper");
    assert_eq!(call("GET", &one, &token, None), (200, ada.clone()), "SCIM sees no difference");

    operator.text(&["settings", "set", "demo", "--location", "off"]);
    assert_eq!(show()["location"]["value"], "Paris");
    assert_eq!(show()["department"]["value"], "R&D");
    assert_eq!(call("GET", &one, &token, None), (200, ada));
}

#[test]
fn tenants_and_tokens_are_managed_beside_a_running_server() {
    let operator = Operator::new();
    let server = operator.serve();
    let acme = operator.json(&["tenant", "create", "acme", "--name", "Acme Ltd"]);
    let old = acme["scimToken"].as_str().expect("a token").to_owned();
    let users = server.tenant_url().replace("/demo/", "/acme/") + "/Users";
    assert_eq!(call("GET", &users, &old, None).0, 200);

    let rotated = operator.json(&["token", "rotate", "acme", "--label", "Okta"]);
    let new = rotated["token"].as_str().expect("a token").to_owned();
    let earlier = &rotated["earlier"];
    assert_eq!(earlier[0]["label"], "Identity Provider");
    assert!(earlier[0]["expires"].as_str().expect("an end").starts_with("20"), "{earlier}");
    let (code, text) = operator.failure(&["token", "rotate", "acme"]);
    assert!(code == 4 && text.contains("--replace-unused"), "{text}");
    assert_eq!(call("GET", &users, &old, None).0, 200, "within the overlap");
    assert_eq!(call("GET", &users, &new, None).0, 200);
    let tokens = operator.json(&["token", "list", "acme"]);
    assert_eq!(tokens[0]["stage"], "current");
    assert_eq!(tokens[0]["label"], "Okta");
    assert!(!tokens.to_string().contains("digest"));
    let shell = operator.text(&["token", "rotate", "acme", "--scope", "admin", "--shell"]);
    assert!(shell.starts_with(
        "TENANT_URL='http://127.0.0.1:8080/tenants/acme/scim/v2'\nSECRET_TOKEN='rc_acme_"
    ));
    let (code, text) = operator.failure(&["token", "rotate", "acme"]);
    assert_eq!(code, 4);
    assert!(text.contains("is still valid until 20") && text.contains("--drop-earlier"), "{text}");
    assert!(!text.contains("--replace-unused"), "the current token was used: {text}");
    let revoked = operator.json(&["token", "revoke", "acme", "--scope", "scim"]);
    assert_eq!(revoked, json!({"revoked": 2}));
    drop(server);

    let server = operator.serve();
    let users = server.tenant_url().replace("/demo/", "/acme/") + "/Users";
    for token in [&old, &new] {
        assert_eq!(call("GET", &users, token, None).0, 401, "revoked");
    }
    drop(server);
    let (code, text) = operator.failure(&["tenant", "delete", "acme", "--confirm", "acne"]);
    assert_eq!((code, text.as_str()), (4, "rollcall: --confirm must repeat the id: acme\n"));
    operator.text(&["tenant", "delete", "acme", "--confirm", "acme", "--no-wait"]);
    let left = operator.json(&["tenant", "list"]);
    assert_eq!(left.as_array().map(Vec::len), Some(1));
    operator.text(&["tenant", "create", "acme"]);
}

#[test]
fn an_archived_employee_can_be_erased_and_no_other() {
    let operator = Operator::new();
    let server = operator.serve();
    let (users, token) = (format!("{}/Users", server.tenant_url()), server.token());
    let (_, ada) = call("POST", &users, &token, Some(&json!({"userName": "ada@example.com"})));
    let id = ada["id"].as_str().expect("an id");
    let erase = ["employee", "erase", "demo", id, "--confirm", id];
    let (code, text) = operator.failure(&erase);
    assert_eq!((code, text), (4, format!("rollcall: employee {id} is not archived\n")));
    let archived = operator.json(&["employee", "archive", "demo", "ada@example.com"]);
    assert_eq!(archived["status"], "archived");
    let again = operator.json(&["employee", "archive", "demo", id]);
    assert_eq!(again, archived, "once is enough");
    let history = operator.json(&["employee", "history", "demo", id]);
    let kinds: Vec<&Value> =
        history.as_array().expect("entries").iter().map(|e| &e["kind"]).collect();
    assert_eq!(kinds, ["created", "archived"]);
    assert_eq!(history[1]["by"], "rollcall command");
    assert_eq!(call("DELETE", &format!("{users}/{id}"), &token, None), (204, Value::Null));
    let hidden = operator.json(&["employee", "show", "demo", id]);
    assert_eq!((&hidden["status"], &hidden["deletedInIdp"]), (&json!("archived"), &json!(true)));
    let by_name = operator.json(&["employee", "show", "demo", "ADA@example.com"]);
    assert_eq!(by_name, hidden, "also by the userName it had");
    operator.text(&erase);
    let (code, _) = operator.failure(&["employee", "history", "demo", id]);
    assert_eq!(code, 3);
    let tenant = operator.json(&["tenant", "show", "demo"]).to_string();
    assert!(
        tenant.contains("erased") && tenant.contains(id) && !tenant.contains("ada@"),
        "{tenant}"
    );
}

#[test]
fn failures_have_their_own_exit_codes_and_say_what_is_wrong() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    let check = |arguments: &[&str], code: i32, text: &str| {
        let (found, said) = operator.failure(arguments);
        assert_eq!(found, code, "{arguments:?}: {said}");
        assert!(said.contains(text), "{arguments:?}: {said}");
    };
    check(&["tenant", "create", "acme"], 4, "the tenant id is in use");
    check(&["tenant", "create", "Ac_me"], 2, "lower-case letters, digits and inner hyphens");
    check(&["tenant", "show", "nobody"], 3, "there is no such tenant");
    check(&["employee", "list", "nobody"], 3, "there is no such tenant");
    check(&["employee", "show", "acme", "ada@example.com"], 3, "ada@example.com");
    check(&["settings", "set", "acme"], 2, "--location");
    check(&["token", "rotate", "acme", "--overlap", "soon"], 2, "--overlap");
    check(&["serve", "--listen", "256.0.0.1:1"], 2, "--listen");
    for url in ["https://my_host.example", "nonsense", "http://example.com", "http://x'; id; '"] {
        check(&["tenant", "list", "--public-url", url], 2, "without an underscore");
    }
    check(&["token", "rotate", "acme", "--overlap", "9000years"], 4, "overlap");
    check(&["--table", "rollcall", "employee", "list", "acme"], 4, "--secret-arn is missing");
    check(&["--table", "rollcall", "tenant", "list"], 4, "--secret-arn is missing");
    check(&["--table", "rollcall", "tenant", "list", "--json"], 4, "--public-url is missing");
    check(&["--table", "rollcall", "token", "rotate", "acme"], 4, "--public-url is missing");
    let revoke = ["--table", "rollcall", "token", "revoke", "acme", "--scope", "scim"];
    check(&revoke, 4, "--secret-arn is missing");
    check(&["--table", "rollcall", "tenant", "sample"], 4, "everybody knows its tokens");
    check(&["--table", "rollcall", "dynamodb"], 4, "--data");
    check(&["dynamodb", "--listen", "0.0.0.0:0"], 4, "--without-credentials");
    check(
        &["--dynamodb-endpoint", "http://127.0.0.1:1", "tenant", "list"],
        1,
        "http://127.0.0.1:1",
    );
    assert!(operator.text(&["employee", "list", "acme"]).contains("There are no such employees."));
    assert!(operator.text(&["completions", "bash"]).contains("rollcall"));
}

#[cfg(unix)]
#[test]
fn the_data_folders_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    for entry in std::fs::read_dir(operator.folder()).expect("the folder") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("its data").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
}

#[test]
fn the_sample_tenants_tokens_work_under_the_sample_pepper_only() {
    use rollcall::directory::sample::SCIM_TOKEN;
    let operator = Operator::new();
    let made = operator.json(&["tenant", "sample"]);
    assert_eq!((&made["id"], &made["scimToken"]), (&json!("demo"), &json!(SCIM_TOKEN)));
    let server = operator.serve();
    let users = format!("{}/Users", server.tenant_url());
    let (status, _) = call("GET", &users, SCIM_TOKEN, None);
    assert_eq!(status, 401, "the folder has a pepper of its own");
    let (code, text) = operator.failure(&["tenant", "sample"]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("the tenant id is in use"), "{text}");
}

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

/// A second pepper would make tokens that the server refuses.
#[test]
fn at_an_endpoint_only_the_first_command_makes_the_pepper() {
    let (operator, other) = (Operator::new(), Operator::new());
    let engine_folder = Operator::new();
    let engine = engine_folder.dynamodb();
    let endpoint = engine.ready["endpoint"].as_str().expect("an endpoint");
    let through =
        |arguments: &[&'static str]| [&["--dynamodb-endpoint", endpoint][..], arguments].concat();
    let files = || std::fs::read_dir(other.folder()).expect("the folder").count();
    let rotate = ["token", "rotate", "acme"];
    for arguments in [&["tenant", "list"][..], &["employee", "list", "acme"], &rotate] {
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
    refused(&rotate);
    let rotated = operator.json(&through(&rotate));
    let server = operator.serve_through(endpoint);
    let users = format!("{}/Users", server.tenant_url());
    assert_eq!(call("GET", &users, rotated["token"].as_str().expect("a token"), None).0, 200);
}

#[test]
fn custom_attributes_are_declared_listed_and_removed() {
    const ACME: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
    let operator = Operator::new();
    operator.json(&["tenant", "create", "acme"]);
    let text = operator.text(&["attribute", "list", "acme"]);
    assert!(text.contains("No custom attributes"), "{text}");
    let set = ["attribute", "set", "acme", ACME, "skills", "--several", "--description", "Can do"];
    let listed = operator.json(&set);
    assert_eq!(
        listed,
        json!([{"urn": ACME, "name": "skills", "type": "string", "multiValued": true,
            "caseExact": false, "description": "Can do"}])
    );
    assert!(operator.text(&["attribute", "list", "acme"]).contains("string, several values"));
    let other = ["attribute", "set", "acme", ACME, "skills", "--type", "integer"];
    let (code, text) = operator.failure(&other);
    assert!(code == 4 && text.contains("remove it first"), "{code} {text}");
    let (code, _) = operator.failure(&["attribute", "set", "acme", ACME, "a", "--type", "complex"]);
    assert_eq!(code, 2);
    assert_eq!(operator.json(&["attribute", "remove", "acme", ACME, "skills"]), json!([]));
    assert_eq!(operator.failure(&["attribute", "remove", "acme", ACME, "skills"]).0, 3);
}

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

#[test]
fn values_of_custom_attributes_are_shown_with_an_employee() {
    const ACME: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
    let operator = Operator::new();
    operator.json(&["tenant", "create", "acme"]);
    operator.json(&["attribute", "set", "acme", ACME, "badge", "--type", "integer"]);
    operator.json(&["attribute", "set", "acme", ACME, "location"]);
    operator.json(&["attribute", "set", "acme", ACME, "skills", "--several"]);
    let server = operator.serve();
    let token = operator.json(&["token", "rotate", "acme", "--drop-earlier"]);
    let token = token["token"].as_str().expect("a token");
    let users = server.tenant_url().replace("/demo/", "/acme/") + "/Users";
    let values = json!({"badge": 4711, "location": "Desk 7"});
    let body = json!({"userName": "ada", ACME: values});
    assert_eq!(call("POST", &users, token, Some(&body)).0, 201);
    let text = operator.text(&["employee", "show", "acme", "ada"]);
    let words: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    let location = format!("{ACME}:location");
    for line in [["badge", "4711"], ["skills", "-"]] {
        assert!(words.contains(&line.to_vec()), "{text}");
    }
    assert!(words.contains(&vec![&*location, "Desk", "7"]), "{text}");
    let shown = operator.json(&["employee", "show", "acme", "ada"]);
    assert_eq!(shown["fromIdentityProvider"][ACME]["badge"], 4711);
}

#[test]
fn a_damaged_tenant_is_reported_and_repaired() {
    let operator = Operator::new();
    let server = operator.serve();
    let (url, token) = (server.tenant_url(), server.token());
    let (_, ada) = call("POST", &format!("{url}/Users"), &token, Some(&json!({"userName": "ada"})));
    let id = ada["id"].as_str().expect("an id");
    let sound = operator.json(&["tenant", "check", "demo"]);
    assert_eq!((&sound["violations"], &sound["repaired"]), (&json!([]), &json!([])));
    assert!(operator.text(&["tenant", "check", "demo"]).contains("No item contradicts another."));
    assert_eq!(operator.failure(&["tenant", "check", "nobody"]).0, 3);
    server.kill();

    let remove = |partition: &str, sort: &str| {
        let engine = Engine::open(operator.folder()).expect("the engine");
        let table = EmbeddedTable::new(engine, "rollcall");
        let action = Action::Delete(damage::key(partition, sort));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(damage::write(&table, action));
    };
    remove("TENANT#demo#USERNAME", "ada");
    let (code, text) = operator.failure(&["tenant", "check", "demo"]);
    let expected = "rollcall: tenant demo is damaged, 1 violation: run the check with --repair, which restores every item that can be derived from the records\n";
    assert_eq!((code, &*text), (5, expected));
    let output = operator.run(&["tenant", "check", "demo"]).stdout;
    let text = String::from_utf8(output).expect("text");
    assert!(text.contains("claimMissing") && text.contains(id) && !text.contains("ada"), "{text}");

    let repaired = operator.json(&["tenant", "check", "demo", "--repair"]);
    let violation = &repaired["repaired"][0];
    assert_eq!((&violation["kind"], &violation["id"]), (&json!("claimMissing"), &ada["id"]));
    assert_eq!(repaired["violations"], json!([]));
    assert_eq!(operator.json(&["employee", "show", "demo", "ada"])["id"], ada["id"]);

    remove(&format!("TENANT#demo#HISTORY#{id}"), "000000000001");
    for arguments in [&["tenant", "check", "demo", "--repair"][..], &["tenant", "check", "demo"]] {
        let (code, text) = operator.failure(arguments);
        assert_eq!((code, &*text), (5, "rollcall: tenant demo is damaged, 1 violation\n"));
        let text = String::from_utf8(operator.run(arguments).stdout).expect("text");
        assert!(text.contains("historyGap: Copy the entries from a backup."), "{text}");
    }
}

/// A profile in the AWS configuration file of a machine, and the command with it.
fn with_profile(operator: &Operator, profile: &str, arguments: &[&str]) -> std::process::Output {
    let file = operator.folder().join("aws-config");
    std::fs::write(&file, format!("[default]\n{profile}\n")).expect("the file");
    let aws =
        ["--table", "rollcall", "--secret-arn", "pepper", "--public-url", "https://x.example"];
    let mut command = operator.command(&[&aws[..], arguments].concat());
    command
        .env("AWS_CONFIG_FILE", file)
        .env("HOME", operator.folder())
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command.output().expect("the command runs")
}

#[test]
fn an_operator_logs_in_with_every_kind_of_profile() {
    let operator = Operator::new();
    let engine = operator.dynamodb();
    let endpoint = engine.ready["endpoint"].as_str().expect("an endpoint");
    let made = ["--dynamodb-endpoint", endpoint, "tenant", "create", "acme"];
    Operator::new().text(&made);
    let script = operator.folder().join("credentials.json");
    let credentials = json!({"Version": 1, "AccessKeyId": "local", "SecretAccessKey": "local"});
    std::fs::write(&script, credentials.to_string()).expect("the file");
    let runs = operator.folder().join("runs");
    // The endpoint of the profile counts, as AWS_ENDPOINT_URL does.
    let profile = format!(
        "region = eu-west-1\nendpoint_url = {endpoint}\ncredential_process = echo run >>{} && cat {}",
        runs.display(),
        script.display()
    );
    let output = with_profile(&operator, &profile, &["tenant", "list", "--json"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let listed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(listed[0]["id"], "acme");
    let runs = std::fs::read_to_string(runs).expect("the file");
    assert_eq!(runs, "run\n", "the process may ask for a code that works once");

    // These two ask for a log-in, which a test cannot do.
    let identity_center = "region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n\
                           sso_region = eu-west-1\nsso_account_id = 123456789012\n\
                           sso_role_name = operator";
    let console = "region = eu-west-1\nlogin_session = arn:aws:iam::123456789012:user/ada";
    for profile in [identity_center, console] {
        let output = with_profile(&operator, profile, &["tenant", "list"]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "{errors}");
        assert!(errors.contains("there are no AWS credentials: log in"), "{errors}");
        assert!(!errors.contains("feature"), "{errors}");
    }
}

#[test]
fn no_region_and_no_credentials_are_errors_of_their_own() {
    let operator = Operator::new();
    let output = with_profile(&operator, "", &["tenant", "list"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{errors}");
    assert!(errors.contains("there is no AWS region: set AWS_REGION"), "{errors}");
    let output = with_profile(&operator, "region = eu-west-1", &["tenant", "list"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{errors}");
    assert!(errors.contains("there are no AWS credentials"), "{errors}");
}

/// A pipe whose reader has gone, as after `| head -0`.
#[test]
fn a_closed_pipe_is_no_panic() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    for arguments in [
        &["completions", "bash"][..],
        &["--help"],
        &["tenant", "list"],
        &["employee", "export", "acme"],
        &["tenant", "show", "nobody"],
        &["nonsense"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = operator.command(arguments);
        let both = writer.try_clone().expect("a pipe");
        let status = command.stdout(writer).stderr(both).status().expect("the command runs");
        let code = status.code().unwrap_or_else(|| panic!("{arguments:?}: {status}"));
        assert!([0, 2, 3].contains(&code), "{arguments:?}: {code}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    for arguments in [
        &["employee", "export", "acme"][..],
        &["employee", "list", "acme"],
        &["employee", "list", "acme", "--json"],
        &["token", "rotate", "acme", "--json"],
        &["tenant", "show", "acme"],
        &["completions", "bash"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a full disk");
        let output = operator.command(arguments).stdout(full).output().expect("the command runs");
        let text = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
        assert!(text.contains("cannot write to standard output"), "{arguments:?}: {text}");
    }
    for (arguments, code) in [(["--help"], 1), (["nonsense"], 2)] {
        let full = || std::fs::File::options().write(true).open("/dev/full").expect("a full disk");
        let mut command = operator.command(&arguments);
        let status = command.stdout(full()).stderr(full()).status().expect("the command runs");
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

/// Control characters of a client would retitle the terminal, or colour it.
#[cfg(target_os = "linux")]
#[test]
fn an_export_is_harmless_on_a_terminal_and_complete_in_a_pipe() {
    let operator = Operator::new();
    let server = operator.serve();
    let users = format!("{}/Users", server.tenant_url());
    let name = "Ada \u{1b}[31mRED\u{1b}]0;title\u{7}\u{202e}\u{7f}";
    let body = json!({"userName": "ada", "displayName": name});
    assert_eq!(call("POST", &users, &server.token(), Some(&body)).0, 201);
    for format in ["csv", "jsonl"] {
        let export = ["employee", "export", "demo", "--format", format];
        let text = operator.on_terminal(80, &export);
        assert!(text.contains("Ada") && text.contains("RED"), "{text}");
        let is_harmful = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!text.contains(is_harmful), "{text:?}");
        assert!(operator.text(&export).contains('\u{202e}'), "a file has the text as it is");
    }
}

#[test]
fn a_folder_without_data_stays_without_data() {
    let operator = Operator::new();
    let folder = operator.folder();
    for arguments in [
        &["tenant", "list"][..],
        &["tenant", "show", "acme"],
        &["employee", "list", "acme"],
        &["employee", "archive", "acme", "ada"],
        &["token", "rotate", "acme"],
        &["settings", "show", "acme"],
        &["tenant", "delete", "acme", "--confirm", "acme"],
    ] {
        let (code, text) = operator.failure(arguments);
        assert_eq!(code, 3, "{arguments:?}: {text}");
        assert!(text.contains(&format!("there is no data in {}", folder.display())), "{text}");
        let files = std::fs::read_dir(folder).expect("the folder").count();
        assert_eq!(files, 0, "{arguments:?} makes files");
    }
    operator.text(&["tenant", "create", "acme"]);
    operator.text(&["tenant", "list"]);
    // A folder that cannot be read is not one without data.
    let unreadable = folder.join("secret.json").join("data");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rollcall"));
    command.arg("--data").arg(unreadable).args(["tenant", "list"]);
    let output = command.output().expect("the command runs");
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("cannot use the data folder"), "{text}");
}

#[test]
fn with_json_errors_are_json_too() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    for (arguments, code, text) in [
        (&["tenant", "show", "nobody"][..], 3, "there is no such tenant"),
        (&["tenant", "create", "acme"], 4, "the tenant id is in use"),
        (&["tenant", "create", "Ac_me"], 2, "lower-case letters"),
        (&["tenant", "nonsense"], 2, "nonsense"),
    ] {
        let (found, error) = operator.failure(&[arguments, &["--json"]].concat());
        let error: Value = serde_json::from_str(&error).unwrap_or_else(|_| panic!("{error}"));
        assert_eq!((found, &error["exitCode"]), (code, &json!(code)), "{error}");
        assert!(error["error"].as_str().expect("text").contains(text), "{error}");
    }
}

/// Collects the keys of all objects in a value.
fn keys_of(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, below) in object {
                found.push(key.clone());
                keys_of(below, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|below| keys_of(below, found)),
        _ => {}
    }
}

#[test]
fn keys_have_one_spelling() {
    let operator = Operator::new();
    let mut keys = Vec::new();
    keys_of(&operator.json(&["tenant", "create", "acme"]), &mut keys);
    let server = operator.serve();
    keys_of(&server.ready, &mut keys);
    let users = server.tenant_url().replace("/demo/", "/acme/") + "/Users";
    let rotated = operator.json(&["token", "rotate", "acme"]);
    let token = rotated["token"].as_str().expect("a token");
    call("POST", &users, token, Some(&json!({"userName": "ada"})));
    for arguments in [
        &["tenant", "list"][..],
        &["tenant", "show", "acme"],
        &["tenant", "check", "acme"],
        &["settings", "show", "acme"],
        &["token", "list", "acme"],
        &["token", "rotate", "acme", "--drop-earlier"],
        &["employee", "list", "acme"],
        &["employee", "show", "acme", "ada"],
        &["employee", "history", "acme", "ada"],
        &["group", "list", "acme"],
    ] {
        keys_of(&operator.json(arguments), &mut keys);
    }
    assert!(keys.contains(&"tenantUrl".to_owned()) && keys.contains(&"userName".to_owned()));
    for key in keys {
        let is_camel_case = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_alphanumeric());
        assert!(is_camel_case, "{key}");
    }
}

#[test]
fn a_user_name_that_somebody_else_has_now_restores_nobody() {
    let operator = Operator::new();
    let server = operator.serve();
    let (users, token) = (format!("{}/Users", server.tenant_url()), server.token());
    let create = || {
        let body = json!({"userName": "ada@example.com"});
        let (status, user) = call("POST", &users, &token, Some(&body));
        assert_eq!(status, 201);
        user["id"].as_str().expect("an id").to_owned()
    };
    let deleted = create();
    assert_eq!(call("DELETE", &format!("{users}/{deleted}"), &token, None).0, 204);
    let active = create();
    assert_ne!(deleted, active);
    let (code, text) = operator.failure(&["employee", "restore", "demo", "ada@example.com"]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("is active") && text.contains(&deleted), "{text}");
    let (code, text) = operator.failure(&["employee", "restore", "demo", &deleted]);
    assert!(code == 4 && text.contains("userName is in use"), "{code} {text}");
    let restored = operator.json(&["employee", "restore", "demo", &active]);
    assert_eq!(restored["status"], "active", "once is enough");
}

#[test]
fn employees_are_searched_restored_and_exported() {
    let operator = Operator::new();
    let server = operator.serve();
    let (users, token) = (format!("{}/Users", server.tenant_url()), server.token());
    let mut ids = Vec::new();
    for name in ["ada", "grace", "=hyperlink"] {
        let body = json!({"userName": format!("{name}@example.com"), "displayName": name});
        let (status, user) = call("POST", &users, &token, Some(&body));
        assert_eq!(status, 201);
        ids.push(user["id"].as_str().expect("an id").to_owned());
    }
    let names = |arguments: &[&str]| {
        let listed = operator.json(&[&["employee", "list", "demo"], arguments].concat());
        let rows = listed.as_array().expect("a list").clone();
        rows.iter().map(|row| row["userName"].as_str().expect("text").to_owned()).collect()
    };
    let all: Vec<String> = names(&[]);
    assert_eq!(all.len(), 3);
    assert_eq!(names(&["--search", "GRA"]), ["grace@example.com"]);
    assert_eq!(names(&["--search", "race"]), Vec::<String>::new());
    assert_eq!(names(&["--limit", "2"]), all[..2]);
    assert_eq!(operator.failure(&["employee", "list", "demo", "--limit", "0"]).0, 2);
    assert_eq!(operator.failure(&["employee", "list", "demo", "--search", &"a".repeat(201)]).0, 2);

    assert_eq!(call("DELETE", &format!("{users}/{}", ids[0]), &token, None).0, 204);
    assert_eq!(names(&["--status", "archived"]), ["ada@example.com"]);
    let restored = operator.json(&["employee", "restore", "demo", "ada@example.com"]);
    assert_eq!((&restored["id"], &restored["status"]), (&json!(ids[0]), &json!("active")));
    assert_eq!(call("GET", &format!("{users}/{}", ids[0]), &token, None).0, 200);
    let history = operator.json(&["employee", "history", "demo", &ids[0]]);
    assert_eq!(history[2]["kind"], "restored");

    let csv = operator.text(&["employee", "export", "demo"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("\"id\",\"userName\","), "{csv}");
    assert!(csv.contains("\"'=hyperlink@example.com\""), "a spreadsheet runs no formula: {csv}");
    for json_lines in [&["--format", "jsonl"][..], &["--json"]] {
        let text = operator.text(&[&["employee", "export", "demo"], json_lines].concat());
        let rows: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().any(|row| row["userName"] == "=hyperlink@example.com"), "{text}");
    }
    let archived = operator.text(&["employee", "export", "demo", "--status", "archived", "--json"]);
    assert_eq!(archived, "");
}

#[cfg(target_os = "linux")]
#[test]
fn tables_fit_a_terminal_and_have_one_line_for_each_row_in_a_pipe() {
    let operator = Operator::new();
    let server = operator.serve();
    let (url, token) = (server.tenant_url(), server.token());
    let long = "x".repeat(60);
    let name = json!({"familyName": "Hopper"});
    let body =
        json!({"userName": format!("{long}@example.com"), "displayName": long, "name": name});
    let (status, user) = call("POST", &format!("{url}/Users"), &token, Some(&body));
    assert_eq!(status, 201);
    let members = json!([{"value": user["id"]}]);
    let group = json!({"displayName": long, "externalId": long, "members": members});
    assert_eq!(call("POST", &format!("{url}/Groups"), &token, Some(&group)).0, 201);
    operator.text(&["tenant", "create", "acme", "--name", &long]);
    operator.text(&["token", "rotate", "demo", "--label", &long]);
    let id = user["id"].as_str().expect("an id");
    let urn = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
    operator.text(&["attribute", "set", "demo", urn, "badge", "--description", &long]);
    let width = |text: &str| text.lines().map(|line| line.chars().count()).max();
    for (arguments, whole) in [
        (&["tenant", "list"][..], "acme"),
        (&["token", "list", "demo"], "current"),
        (&["attribute", "list", "demo"], "badge"),
        (&["employee", "list", "demo"], id),
        (&["employee", "history", "demo", id], "name.familyName"),
        (&["group", "list", "demo"], "MEMBERS"),
    ] {
        let text = operator.on_terminal(80, arguments);
        assert!(text.contains(whole), "{text}");
        assert!(width(&text) <= Some(80), "{arguments:?}: {text}");
        let wide = operator.on_terminal(100, arguments);
        assert!((Some(81)..=Some(100)).contains(&width(&wide)), "{arguments:?}: {wide}");
        let piped = operator.text(arguments);
        assert!(piped.lines().any(|line| line.contains(&long)), "{arguments:?}: {piped}");
    }
    let groups = operator.json(&["group", "list", "demo", "--search", "xxx", "--limit", "1"]);
    let id = groups[0]["id"].as_str().expect("an id");
    assert!(operator.on_terminal(80, &["group", "list", "demo"]).contains(id), "whole ids");
    assert_eq!(operator.json(&["group", "list", "demo", "--search", "y"]), json!([]));
}

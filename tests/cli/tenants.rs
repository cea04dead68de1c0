//! Tenants, tokens, settings and custom attributes through the command.

use crate::support::command::{Operator, call};
use crate::support::damage;
use crate::support::urns::ENTERPRISE;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use rollcall::store::dynamodb::port::Action;
use serde_json::{Value, json};

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

    let text = operator.text(&["settings", "set", "demo", "--silent-after", "24"]);
    assert!(
        text.contains("Report a silent Identity Provider after              24 hours"),
        "{text}"
    );
    let text = operator.text(&["settings", "set", "demo", "--provider", "entra"]);
    assert!(text.contains("Identity Provider                                    entra"), "{text}");
    let settings = operator.json(&["settings", "set", "demo", "--silent-after", "off"]);
    assert_eq!(
        (&settings["silentAfterHours"], &settings["managerFromIdp"]),
        (&Value::Null, &json!(true))
    );

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

    let replaced = operator.json(&["token", "replace", "acme", "--label", "Okta"]);
    let new = replaced["token"].as_str().expect("a token").to_owned();
    let earlier = &replaced["earlier"];
    assert_eq!(earlier[0]["label"], "Identity Provider");
    assert!(earlier[0]["expires"].as_str().expect("an end").starts_with("20"), "{earlier}");
    let (code, text) = operator.failure(&["token", "replace", "acme"]);
    assert!(code == 4 && text.contains("rollcall token create"), "{text}");
    assert_eq!(call("GET", &users, &old, None).0, 200, "within the overlap");
    assert_eq!(call("GET", &users, &new, None).0, 200);
    let tokens = operator.json(&["token", "list", "acme"]);
    assert_eq!(tokens[0]["stage"], "current");
    assert_eq!(tokens[0]["label"], "Okta");
    assert!(!tokens.to_string().contains("digest"));
    let shell = operator.text(&["token", "replace", "acme", "--scope", "admin", "--shell"]);
    assert!(shell.starts_with(
        "TENANT_URL='http://127.0.0.1:8080/tenants/acme/scim/v2'\nADMIN_TOKEN='rc_acme_"
    ));
    let (code, text) = operator.failure(&["token", "replace", "acme"]);
    assert_eq!(code, 4);
    assert!(text.contains("is still valid until 20") && text.contains("--drop-earlier"), "{text}");
    assert!(!text.contains("token create"), "the current token was used: {text}");
    let (code, text) = operator.failure(&["token", "create", "acme"]);
    assert!(code == 4 && text.contains("rollcall token replace"), "{text}");
    let read = operator.json(&["token", "create", "acme", "--scope", "read", "--label", "Payroll"]);
    assert_eq!(read["earlier"], json!([]));
    let again = operator.json(&["token", "create", "acme", "--scope", "read"]);
    assert_eq!(again["earlier"][0]["label"], "Payroll");
    assert_eq!(again["earlier"][0]["expires"], json!(null), "an unused token ends");
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
fn a_read_token_is_made_by_its_first_replacement() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    let scopes = || {
        let tokens = operator.json(&["token", "list", "acme"]);
        let scopes = tokens.as_array().expect("tokens").iter().map(|token| token["scope"].clone());
        scopes.collect::<Vec<Value>>()
    };
    assert_eq!(scopes(), ["scim", "admin"]);
    let replace = ["token", "replace", "acme", "--scope", "read"];
    let text = operator.text(&replace);
    assert!(text.contains("API URL") && text.contains("/tenants/acme/api"), "{text}");
    assert!(text.contains("Read token") && text.contains("rc_acme_"), "{text}");
    assert!(!text.contains("Tenant URL"), "{text}");
    let replaced = operator.json(&replace);
    let earlier = &replaced["earlier"][0];
    assert_eq!(earlier["label"], "Read-only Client");
    assert!(earlier["expires"].is_string(), "24 hours, as for a Secret Token: {earlier}");
    let (code, text) = operator.failure(&replace);
    assert!(code == 4 && text.contains("--drop-earlier"), "{text}");
    assert_eq!(scopes(), ["scim", "admin", "read", "read"]);
    let revoked = operator.json(&["token", "revoke", "acme", "--scope", "read"]);
    assert_eq!(revoked, json!({"revoked": 2}));
    assert_eq!(scopes(), ["scim", "admin"]);
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

//! `POST /employees` and `POST /employees/import`.

use crate::support::actors::administrator;
use crate::support::admin::{admin, call, get, make_read_token, problem, problem_of};
use crate::support::{TestTenant, acme};
use serde_json::{Value, json};

async fn import(tenant: &TestTenant, body: Value) -> Value {
    admin(tenant, "POST", "/employees/import", body).await.expect(200)
}

/// The outcomes of the people, in order.
fn outcomes(result: &Value) -> Vec<&str> {
    let results = result["results"].as_array().expect("results").iter();
    results.map(|one| one["outcome"].as_str().expect("an outcome")).collect()
}

#[tokio::test]
async fn an_added_employee_has_all_values_and_is_a_user() {
    let tenant = acme().await;
    let person = json!({
        "userName": " ada@example.com ", "givenName": "Ada", "familyName": "Lovelace", "displayName": "Ada Lovelace",
        "email": "ada@example.com", "title": "Countess", "employeeNumber": "7", "department": "Engines",
        "location": "London", "manager": "",
    });
    let made = admin(&tenant, "POST", "/employees", person.clone()).await;
    let body = made.expect(201);
    assert_eq!(made.header("etag"), "W/\"1\"");
    let id = body["id"].as_str().expect("an id");
    let user = tenant.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(user["userName"], "ada@example.com");
    assert_eq!(user["name"], json!({"familyName": "Lovelace", "givenName": "Ada"}));
    assert_eq!(
        user["emails"],
        json!([{"value": "ada@example.com", "type": "work", "primary": true}])
    );
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(user[enterprise], json!({"employeeNumber": "7"}));
    assert_eq!((&user["active"], &user["externalId"]), (&json!(true), &Value::Null));
    for (value, local) in [("department", "Engines"), ("location", "London")] {
        assert_eq!(body[value]["local"], local);
        assert_eq!((&body[value]["value"], &body[value]["fromIdp"]), (&json!(local), &Value::Null));
    }
    assert_eq!(body["manager"]["local"], Value::Null);
    let history = get(&tenant, &format!("/employees/{id}/history")).await;
    assert_eq!(history["entries"][0]["kind"], "imported");
    assert_eq!(history["entries"][0]["actor"], administrator(&tenant).await);
    let detail = problem(&admin(&tenant, "POST", "/employees", person).await, 409);
    assert!(detail.contains(id), "{detail}");
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_person_who_is_not_valid_is_refused() {
    let tenant = acme().await;
    for (person, start) in [
        (json!({"title": "Countess"}), "userName is missing"),
        (json!({"userName": " "}), "userName is missing"),
        (json!({"userName": "ada", "email": "ada"}), "email has no @"),
        (json!({"userName": "ada", "location": "a\nb"}), "location has a control character"),
        (json!({"userName": "ada", "shoe": 4}), "shoe is not valid: unknown field `shoe`"),
        (json!({"userName": 7}), "userName is not valid"),
    ] {
        let detail = problem(&admin(&tenant, "POST", "/employees", person).await, 400);
        assert!(detail.starts_with(start), "{detail}");
    }
    assert_eq!(get(&tenant, "/employees").await["employees"], json!([]));
}

#[tokio::test]
async fn an_import_reports_each_person_and_can_be_repeated() {
    let tenant = acme().await;
    let user =
        async |name: &str| tenant.create(&json!({"userName": name, "externalId": name})).await;
    let (here, left, gone) = (user("here").await, user("left").await, user("gone").await);
    let leave = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{left}"), &leave).await.expect(200);
    tenant.delete(&format!("/Users/{gone}")).await.expect(204);
    let people = json!([
        {"userName": "new"}, {"userName": "HERE", "title": "X"}, {"userName": "left"}, {"userName": "gone"},
        {"userName": "new2", "title": 7}, {"userName": "NEW"}, {"userName": "new3", "email": "none"},
        {"userName": "new4", "shoe": 4}, "Ada",
    ]);
    let dry = import(&tenant, json!({"employees": people, "dryRun": true})).await;
    let result = import(&tenant, json!({"employees": people})).await;
    let expected = [
        "created",
        "skipped",
        "skippedArchived",
        "skippedArchived",
        "failed",
        "failed",
        "failed",
        "failed",
        "failed",
    ];
    assert_eq!(outcomes(&result), expected);
    assert_eq!(outcomes(&dry), expected);
    assert_eq!(dry["results"][0]["id"], Value::Null);
    let counts = |result: &Value| {
        ["created", "skipped", "skippedArchived", "failed"]
            .map(|name| result[name].as_u64().unwrap())
    };
    assert_eq!(counts(&result), [1, 1, 2, 5]);
    let result = |at: usize| &result["results"][at];
    assert_eq!(
        (&result(1)["id"], &result(2)["id"], &result(3)["id"]),
        (&json!(here), &json!(left), &json!(gone))
    );
    for (at, attribute, detail) in [
        (4, json!("title"), "invalid type: integer `7`, expected a string"),
        (5, json!("userName"), "userName is on line 1 too. Keep one line for each person"),
        (6, json!("email"), "email has no @. Enter an address, such as ada@example.com"),
    ] {
        assert_eq!(result(at)["line"], at + 1);
        assert_eq!((&result(at)["attribute"], &result(at)["detail"]), (&attribute, &json!(detail)));
    }
    for at in [7, 8] {
        assert_eq!(result(at)["attribute"], Value::Null);
    }
    let again = import(&tenant, json!({"employees": [{"userName": "new", "title": "Y"}]})).await;
    assert_eq!((outcomes(&again), &again["results"][0]["id"]), (vec!["skipped"], &result(0)["id"]));
    assert_eq!(get(&tenant, "/counts").await["unlinked"], 1);
    let statuses = async |name: &str| {
        let page = get(&tenant, &format!("/employees?search={name}")).await;
        page["employees"][0]["status"].clone()
    };
    assert_eq!(
        (statuses("here").await, statuses("left").await),
        (json!("active"), json!("archived"))
    );
    tenant.expect_sound().await;
}

#[tokio::test]
async fn values_that_scim_refuses_name_their_attribute() {
    let tenant = acme().await;
    let long = "x".repeat(600);
    let people = json!([{"userName": long}, {"userName": "ada", "email": format!("{long}@x")}]);
    let result = import(&tenant, json!({"employees": people})).await;
    assert_eq!(outcomes(&result), ["failed", "failed"]);
    let attributes: Vec<&Value> =
        result["results"].as_array().unwrap().iter().map(|one| &one["attribute"]).collect();
    assert_eq!(attributes, ["userName", "email"]);
}

#[tokio::test]
async fn a_request_has_at_most_500_people_and_an_admin_token() {
    let tenant = acme().await;
    let people = |count: usize| {
        let people = (0..count).map(|n| json!({"userName": format!("user{n}")}));
        json!({"employees": people.collect::<Vec<_>>()})
    };
    for count in [0, 501] {
        let answer = admin(&tenant, "POST", "/employees/import", people(count)).await;
        assert!(problem(&answer, 400).starts_with("employees must have 1 to 500 entries"));
    }
    let result = import(&tenant, people(500)).await;
    assert_eq!(result["created"], 500);
    let again = import(&tenant, people(500)).await;
    assert_eq!((&again["created"], &again["skipped"]), (&json!(0), &json!(500)));
    let token = make_read_token(&tenant).await;
    for path in ["/employees", "/employees/import"] {
        let answer = call(&tenant, &token, "POST", path, json!({"userName": "ada"})).await;
        problem_of(&answer, 403, "read-only-token");
    }
}

#[tokio::test]
async fn the_feed_has_imports_and_links() {
    let tenant = acme().await;
    let start = get(&tenant, "/events?from=end").await["nextCursor"].as_str().unwrap().to_owned();
    admin(&tenant, "POST", "/employees", json!({"userName": "ada"})).await.expect(201);
    tenant.post("/Users", &json!({"userName": "ada", "externalId": "00u1"})).await.expect(201);
    let page = get(&tenant, &format!("/events?cursor={start}")).await;
    let events = page["events"].as_array().unwrap();
    let types: Vec<&Value> = events.iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["employee.imported", "employee.linked"]);
    let uris = |at: usize| events[at]["scim"][0].as_str().unwrap().to_owned();
    assert_eq!(uris(0), "urn:ietf:params:scim:event:prov:create:notice");
    assert_eq!(uris(1), "urn:ietf:params:scim:event:prov:patch:notice");
    assert_eq!(events[1]["data"]["attributes"], json!(["externalId"]));
}

//! Least privilege: each policy allows exactly the calls of the program, for each action and each resource.

use crate::support::actors::OPERATOR;
use crate::support::faults::Call;
use crate::support::template::{list, load};
use crate::support::{TestApp, TestTenant};
use axum::body::Body;
use http::Request;
use rollcall::directory::access::token_set::{DEFAULT_OVERLAP, Earlier, Replacement};
use rollcall::directory::groups::view::GroupSearch;
use rollcall::directory::lists::admin_list::EmployeesInIdOrder;
use rollcall::directory::people::{PeopleFilters, PeopleQuery};
use rollcall::directory::precondition::Precondition;
use rollcall::directory::users::administration::{LocalChange, LocalChanges, Status};
use rollcall::model::tenant::{Scope, Settings};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use uuid::Uuid;

/// An IAM action and its resource: the table, or an index with its name.
type Permission = (String, String);

/// Returns the statements of a policy that allow, including the statements under a condition.
pub(super) fn statements(policy: &Value) -> Vec<&Value> {
    let statements = policy["Statement"].as_array().expect("statements").iter();
    let mut statements: Vec<&Value> =
        statements.map(|statement| statement.pointer("/Fn::If/1").unwrap_or(statement)).collect();
    statements.retain(|statement| statement["Effect"] != "Deny");
    for statement in &statements {
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        for action in list(&statement["Action"]) {
            assert!(!action.as_str().expect("an action").contains('*'), "{action}");
        }
    }
    statements
}

/// Whether a statement is for Lambda, which reads the stream with the role of the function.
pub(super) fn is_of_the_stream(statement: &Value) -> bool {
    ["Stream", "Streams"].map(Value::from).contains(&statement["Sid"])
}

/// Returns the permissions on DynamoDB that a policy grants to the program.
pub(super) fn allowed(policy: &Value) -> BTreeSet<Permission> {
    let mut found = BTreeSet::new();
    for statement in statements(policy).into_iter().filter(|one| !is_of_the_stream(one)) {
        for action in list(&statement["Action"]) {
            if let Some(("dynamodb", name)) = action.as_str().and_then(|text| text.split_once(':'))
            {
                for resource in list(&statement["Resource"]) {
                    found.insert((name.to_owned(), resource_kind(resource)));
                }
            }
        }
    }
    found
}

/// Returns the kind of a resource: the table, or one of its indexes. Any other resource and any wildcard fails the
/// test.
fn resource_kind(resource: &Value) -> String {
    let arn = resource["Fn::Sub"][0].as_str().expect("an ARN");
    let name = arn.split_once(":table/${Table}").expect("this table only").1;
    assert!(!name.contains('*'), "{arn}");
    if name.is_empty() { "table".to_owned() } else { name.replace("/index/", "index ") }
}

/// Returns the statements of a policy for other services than DynamoDB: actions, resource and condition.
pub(super) fn others(policy: &Value) -> Vec<Value> {
    let is_dynamodb = |statement: &&Value| statement["Action"].to_string().contains("dynamodb:");
    let rest = statements(policy).into_iter().filter(|statement| !is_dynamodb(statement));
    rest.map(|statement| {
        json!([statement["Action"], statement["Resource"], statement["Condition"]])
    })
    .collect()
}

/// The permissions to write to a log group and no other, and to send traces.
pub(super) fn logs_and_traces(group: &str) -> [Value; 2] {
    let group = json!({"Fn::GetAtt": format!("{group}.Arn")});
    [
        json!([["logs:CreateLogStream", "logs:PutLogEvents"], group, null]),
        json!([["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*", null]),
    ]
}

/// Returns the one policy of a function's role.
pub(super) fn policy_of(template: &Value, role: &str) -> Value {
    let role = &template["Resources"][role]["Properties"];
    assert_eq!(
        role["ManagedPolicyArns"],
        Value::Null,
        "a managed policy allows more than its name says"
    );
    let [policy] = &role["Policies"].as_array().expect("policies")[..] else {
        panic!("one policy")
    };
    policy["PolicyDocument"].clone()
}

/// The permission to read the pepper and no other secret.
pub(super) fn pepper() -> Value {
    let secret = json!({"Fn::If": ["HasSecret", {"Ref": "ExistingSecretArn"}, {"Fn::GetAtt": "Data.Outputs.SecretArn"}]});
    json!(["secretsmanager:GetSecretValue", secret, null])
}

/// The permission to decrypt with the customer's key, only through DynamoDB and Secrets Manager.
pub(super) fn key() -> Value {
    let services = ["dynamodb", "secretsmanager"].map(
        |service| json!({"Fn::Sub": format!("{service}.${{AWS::Region}}.${{AWS::URLSuffix}}")}),
    );
    let condition = json!({"StringEquals": {"kms:ViaService": services}});
    json!(["kms:Decrypt", {"Ref": "KmsKeyArn"}, condition])
}

/// Returns the permissions that calls need. A transaction needs the permissions of its writes or reads.
fn needed(calls: &[Call]) -> BTreeSet<Permission> {
    let mut found = BTreeSet::new();
    for Call { operation, request, .. } in calls {
        let on = match request["IndexName"].as_str() {
            Some(index) => format!("index {index}"),
            None => "table".to_owned(),
        };
        match &**operation {
            "TransactWriteItems" | "TransactGetItems" => {
                for item in request["TransactItems"].as_array().expect("items") {
                    let kind =
                        item.as_object().and_then(|item| item.keys().next()).expect("a kind");
                    found.insert((format!("{kind}Item"), "table".to_owned()));
                }
            }
            name => {
                found.insert((name.to_owned(), on));
            }
        }
    }
    found
}

/// Returns the operations of every SCIM request and of every use case of the command.
pub(super) async fn operations() -> BTreeSet<String> {
    let app = TestApp::new().await;
    app.faults.take_calls();
    let tenant = app.tenant("acme").await;
    everything_over_scim(&tenant).await;
    everything_by_command(&tenant).await;
    app.faults.take_operations().into_iter().collect()
}

/// Makes the first read of the function, then sends every kind of request that an identity provider can send.
async fn everything_over_scim(tenant: &TestTenant) {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    tenant.app.store.table().check().await.expect("the first read");
    let body = json!({
        "userName": "ada@example.com",
        "externalId": "00u1",
        "emails": [{"value": "ada@example.com", "primary": true}, {"value": "ada@home.example"}],
        ENTERPRISE: {"manager": {"value": "grace@example.com"}},
    });
    let id = tenant.create(&body).await;
    let path = format!("/Users/{id}");
    tenant.post("/Users", &body).await.expect_error(409, Some("uniqueness"));
    tenant.get(&path).await.expect(200);
    tenant.get("/Users").await.expect(200);
    for filter in
        ["userName eq", "externalId eq", "id eq", "emails eq", "emails.value co", "title ne"]
    {
        tenant.filter(&format!("{filter} \"ada@home.example\"")).await.expect(200);
    }
    for change in [
        json!({"title": "Countess"}),
        json!({"userName": "lovelace@example.com"}),
        json!({"externalId": "00u2"}),
        json!({"emails": [{"value": "lovelace@example.com"}]}),
        json!({"active": false}),
        json!({"active": true}),
    ] {
        tenant.patch(&path, &json!([{"op": "replace", "value": change}])).await.expect(200);
    }
    tenant.put(&path, &body).await.expect(200);
    tenant.delete(&path).await.expect(204);
    assert_eq!(tenant.create(&body).await, id, "the same person");
    everything_with_groups(tenant, &id).await;
    tenant.get("/ServiceProviderConfig").await.expect(200);
}

/// Sends requests for small groups, for groups too large for one transaction, and queries of every kind.
async fn everything_with_groups(tenant: &TestTenant, user: &str) {
    let mut members = vec![json!({"value": user})];
    for n in 0..50 {
        let id = tenant.create(&json!({"userName": format!("member-{n}")})).await;
        members.push(json!({"value": id}));
    }
    let last = members[50]["value"].as_str().expect("an id").to_owned();
    let body = json!({"displayName": "Crew", "externalId": "crew", "members": members});
    let created = tenant.post("/Groups", &body).await.expect(201);
    let path = format!("/Groups/{}", created["id"].as_str().expect("an id"));
    tenant.get(&path).await.expect(200);
    tenant.get(&format!("/Users/{user}")).await.expect(200);
    let remove = json!([{"op": "remove", "path": "members", "value": [{"value": user}]}]);
    tenant.patch(&path, &remove).await.expect(200);
    let rename = json!([{"op": "replace", "path": "displayName", "value": "Fleet"}]);
    tenant.patch(&path, &rename).await.expect(200);
    for query in [
        "/Groups?filter=displayName%20eq%20%22fleet%22",
        "/Groups?filter=externalId%20eq%20%22crew%22",
        "/Users?sortBy=userName",
        "/Users?cursor&count=1",
        "?count=3",
    ] {
        tenant.get(query).await.expect(200);
    }
    let members = format!("/Groups?filter=members.value%20eq%20%22{user}%22");
    tenant.get(&members).await.expect(200);
    tenant.delete(&path).await.expect(204);
    let bulk = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
    let operations = json!([{"method": "DELETE", "path": format!("/Users/{last}")}]);
    let body = json!({"schemas": [bulk], "Operations": operations});
    tenant.post("/Bulk", &body).await.expect(200);
}

/// Sends a request to every operation of the administration.
async fn everything_over_the_api(tenant: &TestTenant) {
    let api = async |method: &str, rest: &str, body: Value| {
        let request = Request::builder()
            .method(method)
            .uri(format!("/tenants/{}/api{rest}", tenant.id))
            .header("authorization", format!("Bearer {}", tenant.admin_token))
            .body(Body::from(body.to_string()));
        let answer = tenant.app.send(request.expect("a request")).await;
        assert!(answer.status.is_success(), "{method} {rest}: {}", answer.status);
        answer
    };
    let id = tenant.create(&json!({"userName": "admin@example.com"})).await;
    let employee = format!("/employees/{id}");
    for path in
        ["/settings", "/tokens", "/sync", "/employees", "/employees/export", "/history", &employee]
    {
        api("GET", path, json!({})).await;
    }
    api("GET", &format!("{employee}/history"), json!({})).await;
    let body = json!({"displayName": "Admins", "members": [{"value": id}]});
    let group = tenant.post("/Groups", &body).await.expect(201);
    let group = format!("/groups/{}", group["id"].as_str().expect("an id"));
    for path in ["/groups", "/groups?name=admins", &group] {
        api("GET", path, json!({})).await;
    }
    for part in ["members", "history"] {
        api("GET", &format!("{group}/{part}"), json!({})).await;
    }
    let badge = "/attributes/urn:ietf:params:scim:schemas:extension:acme:2.0:User/badge";
    api("PUT", badge, json!({"type": "integer"})).await;
    api("GET", "/attributes", json!({})).await;
    api("DELETE", badge, json!({})).await;
    api("PATCH", "/settings", json!({"managerFromIdp": true})).await;
    api("PATCH", &employee, json!({"location": "GB", "manager": "ada@example.com"})).await;
    api("POST", "/tokens/scim/replace", json!({})).await;
    let listed = api("GET", "/tokens", json!({})).await.expect(200);
    let mut tokens = listed["tokens"].as_array().expect("tokens").iter();
    let token = tokens.find(|token| token["stage"] == "previous").expect("a replaced token");
    let token = token["id"].as_str().expect("an id");
    api("DELETE", &format!("/tokens/scim/{token}"), json!({})).await;
    api("POST", &format!("{employee}/archive"), json!({})).await;
    api("POST", &format!("{employee}/restore"), json!({})).await;
    api("POST", &format!("{employee}/archive"), json!({})).await;
    api("POST", &format!("{employee}/erase"), json!({"confirm": id})).await;
}

/// Calls every use case of the `rollcall` command.
async fn everything_by_command(tenant: &TestTenant) {
    let (tenants, id) = (&tenant.app.app.tenants, &tenant.id);
    let directory = tenant.directory();
    tenants.list().await.expect("tenants");
    tenants.get(id).await.expect("the tenant");
    tenants.history(id).await.expect("its history");
    let on = |_| Settings { location_from_idp: true, ..Settings::default() };
    let settings = tenants
        .set_settings(id, on, &Precondition::default(), &OPERATOR)
        .await
        .expect("settings")
        .settings;
    let (overlap, earlier) = (DEFAULT_OVERLAP, Earlier::Drop);
    let replacement = Replacement { label: None, overlap, earlier, expected: None };
    tenants.replace_token(id, Scope::Scim, &replacement, &OPERATOR).await.expect("a token");
    let all = EmployeesInIdOrder { status: Status::All, cursor: None, limit: 100 };
    directory.lists().in_id_order(all).await.expect("employees");
    let query = PeopleQuery {
        status: Status::Active,
        search: "ada",
        filters: PeopleFilters::default(),
        settings,
        cursor: None,
        limit: 100,
    };
    directory.people().page(&query).await.expect("people");
    let found = directory.users().find_by_any_name("ada@example.com").await.expect("a search");
    let employee: Uuid = found.expect("ada").id;
    directory
        .users()
        .archive(employee, &Precondition::default(), &OPERATOR)
        .await
        .expect("an archived employee");
    let body = json!({"displayName": "Crew", "members": [{"value": employee}]});
    tenant.post("/Groups", &body).await.expect(201);
    let all = GroupSearch { name: "", text: "", cursor: None, limit: 100 };
    directory.groups().search(all).await.expect("groups");
    let group = directory.groups().find_by_any_name("crew").await.expect("a search");
    let group = group.expect("the crew");
    directory.history().of_group(group.id).await.expect("a history");
    directory.members().of(group).await.expect("members");
    directory.users().find_deleted("nobody@example.com").await.expect("a search");
    directory.users().view(employee, settings).await.expect("a view");
    directory.history().of_user(employee).await.expect("a history");
    let location = LocalChange::Set("GB".to_owned());
    let local = LocalChanges { location, ..LocalChanges::default() };
    directory
        .users()
        .set_local(employee, &local, &Precondition::default(), &OPERATOR)
        .await
        .expect("local values");
    tenant.delete(&format!("/Users/{employee}")).await.expect(204);
    directory.users().erase(employee, &OPERATOR).await.expect("an erasure");
    tenants.retire(id, &OPERATOR).await.expect("a retirement");
    tenants.delete(id).await.expect("a removal");
}

/// Checks that a function's role allows recorded calls, and nothing else on DynamoDB.
#[track_caller]
pub(super) fn may_do_exactly(role: &str, calls: &[Call]) {
    assert_eq!(allowed(&policy_of(&load("template.yaml"), role)), needed(calls), "{role}");
}

#[tokio::test]
async fn the_function_may_do_what_it_calls_and_nothing_else() {
    let tenant = TestApp::new().await.tenant("acme").await;
    tenant.app.faults.take_calls();
    everything_over_scim(&tenant).await;
    everything_over_the_api(&tenant).await;
    may_do_exactly("FunctionRole", &tenant.app.faults.take_calls());
    let policy = policy_of(&load("template.yaml"), "FunctionRole");
    // `tests/deploy/secrets.rs` checks that `GetSecretValue` is the only call to Secrets Manager.
    let [logs, traces] = logs_and_traces("FunctionLogs");
    assert_eq!(others(&policy), [pepper(), logs, traces, key()]);
}

#[tokio::test]
async fn an_operator_may_do_what_the_command_calls_and_nothing_else() {
    let app = TestApp::new().await;
    app.faults.take_calls();
    let tenant = app.tenant("acme").await;
    everything_over_scim(&tenant).await;
    everything_by_command(&tenant).await;
    let needed = needed(&app.faults.take_calls());
    let template = load("template.yaml");
    let policy = &template["Resources"]["OperatorPolicy"]["Properties"]["PolicyDocument"];
    assert_eq!(allowed(policy), needed);
    assert_eq!(others(policy), [pepper(), key()]);
}

/// Checks that the source has only the operations called above. A new call that no test reaches fails this test.
#[test]
fn the_source_has_no_other_calls() {
    let mut found = BTreeSet::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let text: String = code.flat_map(str::split_whitespace).collect();
        for call in text.split("client.").skip(1) {
            let name: String =
                call.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.insert(name);
        }
    }
    // The clones and settings of clients are not calls, and the client for other hosts does not call AWS.
    let others = ["clone", "", "for_issuer", "policy", "send", "with_lookup"];
    let calls: Vec<&str> =
        found.iter().map(|name| &**name).filter(|name| !others.contains(name)).collect();
    let expected = [
        "batch_get_item",
        "batch_write_item",
        "create_table",
        "get_item",
        "get_secret_value",
        "query",
        "transact_get_items",
        "transact_write_items",
        "update_item",
    ];
    assert_eq!(calls, expected);
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

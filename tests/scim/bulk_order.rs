//! Bulk operations run at the same time, with the answers and effects of one after the other.

use super::bulk::bulk;
use crate::support::engine::Fault;
use crate::support::groups::{group, members, user};
use crate::support::{Ids, TestApp, TestTenant, acme, is_on_an_endpoint};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Notify;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn operation(method: &str, path: &str, data: Value) -> Value {
    json!({"method": method, "path": path, "data": data})
}

fn post(bulk_id: &str, path: &str, data: Value) -> Value {
    json!({"method": "POST", "path": path, "bulkId": bulk_id, "data": data})
}

fn patch(path: &str, change: Value) -> Value {
    operation("PATCH", path, json!({"Operations": [change]}))
}

fn statuses(results: &Value) -> Vec<&str> {
    let results = results.as_array().unwrap().iter();
    results.map(|result| result["status"].as_str().unwrap()).collect()
}

/// Keeps the first transactions from the engine for some rounds of the runtime.
fn delay_writes(tenant: &TestTenant, rounds: &[usize]) {
    for rounds in rounds.iter().copied() {
        let let_go = Arc::new(Notify::new());
        tenant.app.faults.plan("TransactWriteItems", Fault::Held(Arc::clone(&let_go)));
        tokio::spawn(async move {
            for _ in 0..rounds {
                tokio::task::yield_now().await;
            }
            let_go.notify_one();
        });
    }
}

async fn check(tenant: &TestTenant, operations: Value, expected: &[&str]) {
    if !is_on_an_endpoint() {
        delay_writes(tenant, &[200]);
    }
    let results = bulk(tenant, json!({"Operations": operations})).await;
    assert_eq!(statuses(&results), expected, "{results:#}");
    tenant.app.faults.clear();
    tenant.expect_sound().await;
}

#[tokio::test]
async fn changes_of_a_resource_stay_in_order_when_one_refers_to_a_later_operation() {
    let tenant = acme().await;
    let crew = group(&tenant, "Crew", &[]).await;
    let path = format!("/Groups/{crew}");
    let join =
        patch(&path, json!({"op": "add", "path": "members", "value": [{"value": "bulkId:g"}]}));
    let rename = patch(&path, json!({"op": "replace", "path": "displayName", "value": "Team"}));
    let guests = |name: &str| post("g", "/Groups", json!({"displayName": name}));
    let operations = json!([join, rename, guests("Guests")]);
    check(&tenant, operations, &["200", "200", "201"]).await;
    assert_eq!(members(&tenant, &crew).await.len(), 1);
    let operations = json!([join, operation("DELETE", &path, Value::Null), guests("Others")]);
    check(&tenant, operations, &["200", "204", "201"]).await;
}

#[tokio::test]
async fn an_operation_with_references_has_its_name_before_later_ones() {
    let tenant = acme().await;
    let crew = json!({"displayName": "Crew", "members": [{"value": "bulkId:u"}]});
    let operations = json!([
        post("u", "/Users", json!({"userName": "ada"})),
        post("a", "/Groups", crew),
        post("b", "/Groups", json!({"displayName": "crew"})),
    ]);
    check(&tenant, operations, &["201", "201", "409"]).await;
}

#[tokio::test]
async fn a_unique_value_is_known_in_every_form() {
    let forms = [
        (json!({"userName": ["ada"]}), json!({"USERNAME": ["ＡＤＡ"]})),
        (json!({"userName": 7}), json!({"userName": "7"})),
        (json!({"userName": "ada"}), json!({"userName": " Ada "})),
    ];
    for (first, second) in forms {
        let tenant = acme().await;
        let operations = json!([post("a", "/Users", first), post("b", "/Users", second)]);
        check(&tenant, operations, &["201", "409"]).await;
    }
    for change in [
        json!({"Op": "replace", "Path": " userName ", "Value": "X"}),
        json!({"op": "replace", "value": {"username": ["x"]}}),
        json!({"op": "replace", "value": "{\"user\\u004eame\": \"x\"}"}),
        json!({"op": "replace", "path": USER, "value": {"userName": "x"}}),
        json!({"op": "replace", "path": USER, "value": [{"userName": "x"}]}),
    ] {
        let tenant = acme().await;
        let ada = user(&tenant, "ada").await;
        let create = post("a", "/Users", json!({"userName": "x"}));
        let operations = json!([create, patch(&format!("/Users/{ada}"), change)]);
        check(&tenant, operations, &["201", "409"]).await;
    }
}

#[tokio::test]
async fn each_of_several_renames_frees_the_name_of_the_next() {
    let tenant = acme().await;
    let mut operations = Vec::new();
    for n in 0..6 {
        let id = user(&tenant, &n.to_string()).await;
        let data = json!({"userName": (n - 1).to_string()});
        operations.push(operation("PUT", &format!("/Users/{id}"), data));
    }
    check(&tenant, json!(operations), &["200"; 6]).await;
}

#[tokio::test]
async fn a_deletion_comes_after_the_operations_before_it() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let create = post("a", "/Users", json!({"userName": "Ada"}));
    let delete = operation("DELETE", &format!("/Users/{ada}"), Value::Null);
    check(&tenant, json!([create, delete]), &["409", "204"]).await;
    let inner = group(&tenant, "Inner", &[]).await;
    let outer = group(&tenant, "Outer", &[&inner]).await;
    let mut delete = operation("DELETE", &format!("/Groups/{outer}"), Value::Null);
    delete["version"] = json!("W/\"1\"");
    let delete_inner = operation("DELETE", &format!("/Groups/{inner}"), Value::Null);
    check(&tenant, json!([delete, delete_inner]), &["204", "204"]).await;
}

#[tokio::test]
async fn a_user_who_comes_back_is_there_for_the_operations_after_it() {
    let tenant = acme().await;
    let body = json!({"userName": "kim", "externalId": "x"});
    let kim = tenant.create(&body).await;
    let path = format!("/Users/{kim}");
    tenant.delete(&path).await.expect(204);
    let change = json!({"op": "replace", "path": "title", "value": "x"});
    let operations = json!([
        post("a", "/Users", body),
        post("b", "/Groups", json!({"displayName": "Crew", "members": [{"value": kim}]})),
        patch(&path, change),
    ]);
    check(&tenant, operations, &["201", "201", "200"]).await;
    let kim = tenant.get(&path).await.expect(200);
    assert_eq!(kim["groups"][0]["display"], "Crew");
}

/// How many requests the comparison tries.
const REQUESTS: u32 = 48;
const NAMES: [&str; 5] = ["ada", "Bob", "ＡＤＡ", " kim ", "7"];

/// An operation that is not written yet.
#[derive(Debug, Clone)]
struct Draft {
    kind: usize,
    name: &'static str,
    form: usize,
    target: usize,
    others: Vec<usize>,
    has_version: bool,
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let others = vec(0..12_usize, 0..3);
    (0..14_usize, select(&NAMES[..]), 0..5_usize, 0..12_usize, others, prop::bool::weighted(0.3))
        .prop_map(|(kind, name, form, target, others, has_version)| Draft {
            kind,
            name,
            form,
            target,
            others,
            has_version,
        })
}

impl Draft {
    fn creates_user(&self) -> bool {
        self.kind < 3
    }

    fn creates_group(&self) -> bool {
        self.kind == 3
    }

    /// The operation with this number. A POST refers to earlier ones only, so that there are no circles.
    fn write(&self, number: usize, drafts: &[Draft], scene: &Scene) -> Value {
        let is_post = self.creates_user() || self.creates_group();
        let all = (0..drafts.len()).filter(|other| *other < number || !is_post);
        let named = |ids: &[String], is_meant: fn(&Draft) -> bool| {
            let new = all.clone().filter(|other| is_meant(&drafts[*other]));
            let new = new.map(|other| format!("bulkId:{other}"));
            ids.iter().cloned().chain(new).collect::<Vec<_>>()
        };
        let users = named(&scene.users, Draft::creates_user);
        let groups = named(&scene.groups, Draft::creates_group);
        let pick = |from: &[String], n: usize| from[n % from.len()].clone();
        let others = self.others.iter().map(|n| match n % 3 {
            0 => pick(&groups, *n),
            _ => pick(&users, *n),
        });
        let others: Vec<Value> = others.map(|id| json!({"value": id})).collect();
        let user = format!("/Users/{}", pick(&users, self.target));
        let group = format!("/Groups/{}", pick(&groups, self.target));
        let name = self.name;
        let user_data = match self.form {
            0 => json!({"userName": [name]}),
            1 => json!({"USERNAME": name, "externalId": "x0"}),
            2 => json!({"username": [name], "nickName": "x"}),
            3 => json!({"userName": 7, "externalId": "x1"}),
            _ => json!({"userName": name, "externalId": "x0"}),
        };
        let group_data = json!({"displayName": name, "members": others});
        let rename = match self.form {
            0 => json!({"Op": "Replace", "Path": " userName ", "Value": [name]}),
            1 => json!({"op": "replace", "value": {"username": name}}),
            2 => json!({"op": "replace", "value": json!({"userName": name}).to_string()}),
            _ => json!({"op": "add", "path": format!("{USER}:userName"), "value": name}),
        };
        let with_members = |op: &str| json!({"op": op, "path": "members", "value": others});
        let mut operation = match self.kind {
            0..3 => post(&number.to_string(), "/Users", user_data),
            3 => post(&number.to_string(), "/Groups", group_data),
            4 => operation("PUT", &user, user_data),
            5 => patch(&user, rename),
            6 => patch(&user, json!({"op": "replace", "path": "title", "value": name})),
            7 | 13 => operation("DELETE", &user, Value::Null),
            8 => operation("PUT", &group, group_data),
            9 => patch(&group, json!({"op": "replace", "path": "displayName", "value": name})),
            10 => patch(&group, with_members(["replace", "remove"][self.form % 2])),
            11 => patch(&group, with_members("add")),
            _ => operation("DELETE", &group, Value::Null),
        };
        if self.has_version && !is_post {
            operation["version"] = json!("W/\"1\"");
        }
        operation
    }
}

struct Scene {
    users: Vec<String>,
    groups: Vec<String>,
}

impl Scene {
    async fn new(tenant: &TestTenant) -> Self {
        let mut users = Vec::new();
        for (name, external_id) in [("ada", "x0"), ("bob", "x1"), ("eve", "x0")] {
            let body = json!({"userName": name, "externalId": external_id});
            users.push(tenant.create(&body).await);
        }
        let [ada, bob] = [&users[0], &users[1]];
        let crew = group(tenant, "Crew", &[ada, bob]).await;
        let staff = group(tenant, "Staff", &[ada, &crew]).await;
        // A user who can come back.
        let gone = json!({"userName": "kim", "externalId": "x0"});
        users.push(tenant.create(&gone).await);
        tenant.delete(&format!("/Users/{}", users[3])).await.expect(204);
        Self { users, groups: vec![crew, staff] }
    }
}

/// The effect of a request: the status and version of each operation, and all resources. An id of a new resource is the
/// number of its operation.
#[derive(Debug, PartialEq)]
struct Effect {
    results: Vec<(String, Value)>,
    resources: BTreeSet<String>,
}

impl Effect {
    async fn new(
        tenant: &TestTenant,
        results: Vec<(String, Value)>,
        ids: &BTreeMap<String, String>,
    ) -> Self {
        let mut resources = BTreeSet::new();
        for endpoint in ["Users", "Groups"] {
            for resource in tenant.listed(endpoint).await {
                let text = ids.iter().fold(resource.to_string(), |text, (bulk_id, id)| {
                    text.replace(id, &format!("new {bulk_id}"))
                });
                resources.insert(sorted(serde_json::from_str(&text).unwrap()).to_string());
            }
        }
        Self { results, resources }
    }
}

/// A value with its lists in one order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.into_iter().map(sorted).collect();
            elements.sort_by_key(Value::to_string);
            elements.into()
        }
        Value::Object(object) => object
            .into_iter()
            .map(|(key, value)| (key, sorted(value)))
            .collect::<Map<_, _>>()
            .into(),
        simple => simple,
    }
}

fn last_part(location: &str) -> String {
    location.rsplit('/').next().unwrap().to_owned()
}

/// Sends the operations in one request, whose writes take different times.
async fn at_once(tenant: &TestTenant, operations: &[Value], delays: &[usize]) -> Effect {
    delay_writes(tenant, delays);
    let answer = bulk(tenant, json!({"Operations": operations})).await;
    tenant.app.faults.clear();
    let mut ids = BTreeMap::new();
    let results = answer.as_array().unwrap().iter().map(|result| {
        if result["status"] == "201" {
            let bulk_id = result["bulkId"].as_str().unwrap().to_owned();
            ids.insert(bulk_id, last_part(result["location"].as_str().unwrap()));
        }
        (result["status"].as_str().unwrap().to_owned(), result["version"].clone())
    });
    let results = results.collect();
    Effect::new(tenant, results, &ids).await
}

/// Sends the operations alone and in their order. One that refers to a new resource follows its POST, and later operations
/// on the same path follow it.
async fn one_by_one(tenant: &TestTenant, operations: &[Value]) -> Effect {
    let mut results = vec![None; operations.len()];
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    while let Some(next) = (0..operations.len()).find(|next| {
        let text = operations[*next].to_string();
        let is_waiting = |other: usize| results[other].is_none();
        let refers = |other: usize| text.contains(&format!("bulkId:{other}\""));
        let has_path = |other: usize| operations[other]["path"] == operations[*next]["path"];
        let is_post = operations[*next]["method"] == "POST";
        is_waiting(*next)
            && !(0..operations.len()).any(|other| is_waiting(other) && refers(other))
            && (is_post || !(0..*next).any(|other| is_waiting(other) && has_path(other)))
    }) {
        let text = operations[next].to_string();
        let text = ids.iter().fold(text, |text, (bulk_id, id)| {
            text.replace(&format!("bulkId:{bulk_id}\""), &format!("{id}\""))
        });
        if text.contains("bulkId:") {
            results[next] = Some(("409".to_owned(), Value::Null));
            continue;
        }
        let operation: Value = serde_json::from_str(&text).unwrap();
        let part = |name: &str| operation[name].as_str().unwrap_or_default();
        let mut headers = vec![("content-type", "application/scim+json")];
        headers.extend(operation["version"].as_str().map(|version| ("if-match", version)));
        let body = match part("method") {
            "DELETE" => String::new(),
            _ => operation["data"].to_string(),
        };
        let answer = tenant.request(part("method"), part("path"), &headers, body).await;
        if answer.status == 201 {
            ids.insert(next.to_string(), last_part(answer.header("location")));
        }
        let version = match answer.header("etag") {
            "" => Value::Null,
            version => json!(version),
        };
        results[next] = Some((answer.status.as_u16().to_string(), version));
    }
    let results = results.into_iter().map(Option::unwrap).collect();
    Effect::new(tenant, results, &ids).await
}

#[test]
fn random_requests_have_the_effect_of_their_operations_one_by_one() {
    if is_on_an_endpoint() {
        return;
    }
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scene.db");
    let (tenant, scene) = runtime().block_on(async {
        let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
        let scene = Scene::new(&tenant).await;
        tenant.app.copy_to(&file);
        (tenant, scene)
    });
    let copy = |file: &Path| tenant.at(tenant.app.on_copy(file));
    let config = Config { cases: REQUESTS, failure_persistence: None, ..Config::default() };
    let delays = select(&[0, 5, 20, 200][..]);
    let requests = (vec(any_draft(), 1..14), vec(delays, 14));
    let result = TestRunner::new(config).run(&requests, |(drafts, delays)| {
        let operations = drafts.iter().enumerate();
        let operations: Vec<Value> =
            operations.map(|(number, draft)| draft.write(number, &drafts, &scene)).collect();
        let (found, expected) = runtime().block_on(async {
            let (ours, theirs) = (copy(&file), copy(&file));
            let found = at_once(&ours, &operations, &delays).await;
            ours.expect_sound().await;
            (found, one_by_one(&theirs, &operations).await)
        });
        prop_assert_eq!(found, expected, "{}", json!(operations));
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

//! A random bulk request has the same effect as its operations, sent one by one.

use super::bulk::bulk;
use super::bulk_order::{USER, delay_writes, operation, patch, post};
use crate::support::groups::group;
use crate::support::{Ids, TestApp, TestTenant, is_on_an_endpoint};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of random requests in the comparison.
const REQUESTS: u32 = 48;
const NAMES: [&str; 5] = ["ada", "Bob", "ＡＤＡ", " kim ", "7"];

/// A random choice from which [`Draft::write`] writes an operation.
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

    /// Writes the operation with this number. A POST refers only to earlier operations, so references form no circle.
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
        // An operation can restore this deleted user.
        let gone = json!({"userName": "kim", "externalId": "x0"});
        users.push(tenant.create(&gone).await);
        tenant.delete(&format!("/Users/{}", users[3])).await.expect(204);
        Self { users, groups: vec![crew, staff] }
    }
}

/// The effect of a request: the status and version of each operation, and all resources. The number of the operation
/// replaces the id of a new resource.
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

/// Sorts the lists in a value, because their order does not count.
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

/// Sends the operations in one request, and delays its writes by different times. Adds the delayed writes to `delayed`.
async fn at_once(
    tenant: &TestTenant,
    operations: &[Value],
    delays: &[usize],
    delayed: &AtomicUsize,
) -> Effect {
    delay_writes(tenant, delays);
    let answer = bulk(tenant, json!({"Operations": operations})).await;
    delayed.fetch_add(delays.len() - tenant.app.faults.withdraw(), Ordering::Relaxed);
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

/// Sends each operation alone, in order. An operation that refers to a new resource follows the resource's POST. Later
/// operations on the same path follow that operation.
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
    let delayed = AtomicUsize::new(0);
    let delays = select(&[0, 5, 20, 200][..]);
    let requests = (vec(any_draft(), 1..14), vec(delays, 14));
    let result = TestRunner::new(config).run(&requests, |(drafts, delays)| {
        let operations = drafts.iter().enumerate();
        let operations: Vec<Value> =
            operations.map(|(number, draft)| draft.write(number, &drafts, &scene)).collect();
        let (found, expected) = runtime().block_on(async {
            let (ours, theirs) = (copy(&file), copy(&file));
            let found = at_once(&ours, &operations, &delays, &delayed).await;
            ours.expect_sound().await;
            (found, one_by_one(&theirs, &operations).await)
        });
        prop_assert_eq!(found, expected, "{}", json!(operations));
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let delayed = delayed.into_inner();
    assert!(delayed > REQUESTS as usize, "{delayed} writes were delayed");
}

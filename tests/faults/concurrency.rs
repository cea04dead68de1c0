//! Many requests at once. The service applies each request once, and every invariant of the list holds.

use crate::support::request::Answer;
use crate::support::{Ids, TestApp, TestTenant};
use futures_util::future::join_all;
use rollcall::model::history::{EventKind, RecordedEntry};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::future::Future;
use uuid::Uuid;

const MANY: usize = 32;

/// Runs one request for each number, all at the same time.
async fn all_at_once<T, F>(requests: impl Iterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = requests.map(tokio::spawn).collect();
    join_all(tasks).await.into_iter().map(|done| done.expect("a task that ends")).collect()
}

async fn tenant() -> TestTenant {
    TestApp::with_ids(Ids::Random).await.tenant("acme").await
}

/// Returns one of 32 spellings of a userName.
fn spelling(of: &str, n: usize) -> String {
    let mut letters = 0;
    of.chars()
        .map(|letter| {
            let upper = letter.is_ascii_alphabetic() && (n >> (letters % 5)) & 1 == 1;
            letters += usize::from(letter.is_ascii_alphabetic());
            if upper { letter.to_ascii_uppercase() } else { letter }
        })
        .collect()
}

fn with_status(answers: &[Answer], status: u16) -> Vec<&Answer> {
    answers.iter().filter(|answer| answer.status == status).collect()
}

async fn history(tenant: &TestTenant, id: &str) -> Vec<RecordedEntry> {
    let directory = tenant.directory();
    directory.history().of_user(Uuid::parse_str(id).expect("an id")).await.expect("a history")
}

/// Returns the whole list. The total must equal the number of rows, and each userName must be unique.
/// A filter by userName must find each row.
async fn listed(tenant: &TestTenant) -> Vec<Value> {
    let body = tenant.get("/Users?count=200").await.expect(200);
    let rows = body["Resources"].as_array().expect("rows").clone();
    assert_eq!(body["totalResults"], rows.len(), "the total is not the number of rows");
    let names: HashSet<String> = rows.iter().map(|row| user_name(row).to_lowercase()).collect();
    assert_eq!(names.len(), rows.len(), "a userName is there twice");
    for row in &rows {
        let filter = format!("userName eq \"{}\"", user_name(row));
        assert_eq!(tenant.filter(&filter).await.expect(200)["Resources"], json!([row]));
    }
    rows
}

fn user_name(row: &Value) -> &str {
    row["userName"].as_str().expect("a userName")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_creates_of_one_user_name_in_different_spellings_exactly_one_succeeds() {
    let tenant = tenant().await;
    let answers = all_at_once((0..MANY).map(|n| {
        let tenant = tenant.clone();
        let body = json!({"userName": spelling("ada.lovelace@example.com", n)});
        async move { tenant.post("/Users", &body).await }
    }))
    .await;
    let created = with_status(&answers, 201);
    assert_eq!(created.len(), 1);
    let refused = with_status(&answers, 409);
    assert_eq!(refused.len(), MANY - 1);
    for answer in refused {
        answer.expect_error(409, Some("uniqueness"));
    }
    assert_eq!(listed(&tenant).await, [created[0].json()]);
    let id = created[0].json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(history(&tenant, &id).await.len(), 1);
    tenant.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_patches_of_one_user_none_is_lost() {
    let tenant = tenant().await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let path = format!("/Users/{id}");
    let answers = all_at_once((0..MANY).map(|n| {
        let (tenant, path) = (tenant.clone(), path.clone());
        let value = json!([{"value": format!("+44 {n}"), "type": "work"}]);
        let operations = json!([{"op": "add", "path": "phoneNumbers", "value": value}]);
        async move { tenant.patch(&path, &operations).await }
    }))
    .await;
    let versions: HashSet<String> = answers
        .iter()
        .map(|answer| answer.expect(200)["meta"]["version"].as_str().expect("a tag").to_owned())
        .collect();
    assert_eq!(versions.len(), MANY, "every change has a version of its own");
    let user = tenant.get(&path).await.expect(200);
    assert_eq!(user["meta"]["version"], "W/\"33\"");
    let numbers: HashSet<&str> = user["phoneNumbers"]
        .as_array()
        .expect("phone numbers")
        .iter()
        .map(|number| number["value"].as_str().expect("a number"))
        .collect();
    assert_eq!(numbers.len(), MANY);
    let history = history(&tenant, &id).await;
    let revisions: Vec<u64> = history.iter().map(|recorded| recorded.revision).collect();
    assert_eq!(revisions, (1..=33).collect::<Vec<u64>>());
    for recorded in &history[1..] {
        let [change] = recorded.entry.changes.as_slice() else { panic!("{recorded:?}") };
        let length = |value: &Option<Value>| {
            value.as_ref().and_then(Value::as_array).map_or(0, std::vec::Vec::len)
        };
        assert_eq!(length(&change.new), length(&change.old) + 1, "one value more each time");
    }
    tenant.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_patches_for_one_version_exactly_one_succeeds() {
    let tenant = tenant().await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let path = format!("/Users/{id}");
    let answers = all_at_once((0..MANY).map(|n| {
        let (tenant, path) = (tenant.clone(), path.clone());
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "title", "value": format!("Title {n}")}],
        });
        let headers = [("content-type", "application/scim+json"), ("if-match", "W/\"1\"")];
        async move { tenant.request("PATCH", &path, &headers, body.to_string()).await }
    }))
    .await;
    let changed = with_status(&answers, 200);
    assert_eq!(changed.len(), 1);
    let refused = with_status(&answers, 412);
    assert_eq!(refused.len(), MANY - 1);
    for answer in refused {
        answer.expect_error(412, None);
    }
    assert_eq!(changed[0].json()["meta"]["version"], "W/\"2\"");
    assert_eq!(tenant.get(&path).await.expect(200), changed[0].json());
    assert_eq!(history(&tenant, &id).await.len(), 2);
    tenant.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_renames_onto_one_name_exactly_one_succeeds() {
    let tenant = tenant().await;
    let mut ids = Vec::new();
    for n in 0..MANY {
        ids.push(tenant.create(&json!({"userName": format!("user{n}@example.com")})).await);
    }
    let answers = all_at_once(ids.iter().enumerate().map(|(n, id)| {
        let (tenant, path) = (tenant.clone(), format!("/Users/{id}"));
        let name = spelling("wanted@example.com", n);
        let operations = json!([{"op": "replace", "path": "userName", "value": name}]);
        async move { tenant.patch(&path, &operations).await }
    }))
    .await;
    assert_eq!(with_status(&answers, 200).len(), 1);
    for answer in with_status(&answers, 409) {
        answer.expect_error(409, Some("uniqueness"));
    }
    assert_eq!(with_status(&answers, 409).len(), MANY - 1);
    let winner = answers.iter().position(|answer| answer.status == 200).expect("a winner");
    assert_eq!(listed(&tenant).await.len(), MANY);
    for (n, id) in ids.iter().enumerate() {
        let renamed = n == winner;
        assert_eq!(history(&tenant, id).await.len(), 1 + usize::from(renamed));
        let old_name = format!("userName eq \"user{n}@example.com\"");
        assert_eq!(tenant.found(&old_name).await.len(), usize::from(!renamed));
    }
    tenant.create(&json!({"userName": format!("USER{winner}@example.com")})).await;
    tenant.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn users_who_take_over_each_others_names_never_share_one() {
    let tenant = tenant().await;
    let mut ids = Vec::new();
    for n in 0..8 {
        ids.push(tenant.create(&json!({"userName": format!("user{n}@example.com")})).await);
    }
    // Each user asks for names of other users. The other user may still have the name, or may have left it.
    let answers = all_at_once(ids.iter().enumerate().flat_map(|(n, id)| {
        let tenant = tenant.clone();
        (1..=4).map(move |step| {
            let (tenant, path) = (tenant.clone(), format!("/Users/{id}"));
            let name = format!("user{}@example.com", (n + step) % 9);
            let operations = json!([{"op": "replace", "path": "userName", "value": name}]);
            async move { tenant.patch(&path, &operations).await }
        })
    }))
    .await;
    let (renamed, refused) = (with_status(&answers, 200), with_status(&answers, 409));
    assert_eq!(renamed.len() + refused.len(), answers.len());
    let rows = listed(&tenant).await;
    assert_eq!(rows.len(), ids.len());
    let held: HashSet<&str> = rows.iter().map(user_name).collect();
    for n in 0..9 {
        let name = format!("user{n}@example.com");
        let found = tenant.found(&format!("userName eq \"{name}\"")).await;
        assert_eq!(found.len(), usize::from(held.contains(name.as_str())), "{name}");
    }
    tenant.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counts_stay_exact_while_one_user_name_is_created_and_deleted_again_and_again() {
    let tenant = tenant().await;
    tenant.create(&json!({"userName": "bystander@example.com"})).await;
    let outcomes = all_at_once((0..16).map(|n| {
        let tenant = tenant.clone();
        // Half of the creates are for the same person each time. The other half are for different people.
        let body = match n % 2 {
            0 => json!({"userName": spelling("ada@example.com", n)}),
            _ => json!({"userName": "ada@example.com", "externalId": format!("00u{n}")}),
        };
        async move {
            let mut created = Vec::new();
            for _ in 0..4 {
                let answer = tenant.post("/Users", &body).await;
                if answer.status == 409 {
                    continue;
                }
                let id = answer.expect(201)["id"].as_str().expect("an id").to_owned();
                tenant.delete(&format!("/Users/{id}")).await.expect(204);
                created.push(id);
            }
            created
        }
    }))
    .await;
    let created: Vec<String> = outcomes.into_iter().flatten().collect();
    assert!(!created.is_empty());
    assert_eq!(listed(&tenant).await.len(), 1);
    let people: HashSet<&String> = created.iter().collect();
    let mut lives = 0;
    for id in people {
        let kinds: Vec<EventKind> =
            history(&tenant, id).await.iter().map(|recorded| recorded.entry.kind).collect();
        for (place, kind) in kinds.iter().enumerate() {
            let expected = match place {
                0 => EventKind::Created,
                _ if place % 2 == 1 => EventKind::Deleted,
                _ => EventKind::Restored,
            };
            assert_eq!(*kind, expected, "{kinds:?}");
        }
        assert_eq!(kinds.len() % 2, 0, "{kinds:?}");
        lives += kinds.len() / 2;
    }
    assert_eq!(lives, created.len(), "each create that was answered with 201 is in the history");
    tenant.create(&json!({"userName": "ADA@example.com", "externalId": "another"})).await;
    assert_eq!(listed(&tenant).await.len(), 2);
    tenant.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_patch_that_races_with_a_delete_never_brings_the_user_back() {
    let tenant = tenant().await;
    for round in 0..8 {
        let id = tenant.create(&json!({"userName": format!("user{round}@example.com")})).await;
        let path = format!("/Users/{id}");
        let answers = all_at_once((0..8).map(|n| {
            let (tenant, path) = (tenant.clone(), path.clone());
            async move {
                if n == 3 {
                    return tenant.delete(&path).await;
                }
                let value = json!({"title": format!("Title {n}"), "active": true});
                tenant.patch(&path, &json!([{"op": "replace", "value": value}])).await
            }
        }))
        .await;
        answers[3].expect(204);
        let patched = with_status(&answers, 200).len();
        assert_eq!(patched + with_status(&answers, 404).len(), 7);
        tenant.get(&path).await.expect_error(404, None);
        let history = history(&tenant, &id).await;
        assert_eq!(history.len(), 2 + patched);
        assert_eq!(history.last().map(|recorded| recorded.entry.kind), Some(EventKind::Deleted));
    }
    assert!(listed(&tenant).await.is_empty());
    tenant.expect_sound().await;
}

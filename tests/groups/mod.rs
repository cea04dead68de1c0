//! Groups: who is in them, who sees that, and what happens to members who come and go.

pub(crate) mod departures;
pub(crate) mod stale_rows;

use crate::support::log::Log;
use crate::support::request::Answer;
use crate::support::{Ids, ORIGIN, TestApp, TestTenant, counting_id};
use futures_util::future::join_all;
use serde_json::{Value, json};

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

async fn acme() -> TestTenant {
    TestApp::new().await.tenant("acme").await
}

pub async fn user(tenant: &TestTenant, name: &str) -> String {
    tenant.create(&json!({"userName": name})).await
}

pub async fn group(tenant: &TestTenant, name: &str, members: &[&str]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
    let created = tenant.post("/Groups", &body).await.expect(201);
    created["id"].as_str().unwrap().to_owned()
}

pub async fn members(tenant: &TestTenant, group: &str) -> Vec<String> {
    let body = tenant.get(&format!("/Groups/{group}")).await.expect(200);
    let members = body["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
}

/// The groups of a user, each with whether it is direct.
pub async fn groups_of(tenant: &TestTenant, user: &str) -> Vec<(String, String)> {
    let body = tenant.get(&format!("/Users/{user}")).await.expect(200);
    let groups = body["groups"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    groups.iter().map(|group| (text(&group["display"]), text(&group["type"]))).collect()
}

pub fn direct(name: &str) -> (String, String) {
    (name.to_owned(), "direct".to_owned())
}

pub fn path(group: &str) -> String {
    format!("/Groups/{group}")
}

pub async fn found(tenant: &TestTenant, resource: &str, filter: &str) -> Vec<String> {
    let encoded = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
    let body = tenant.get(&format!("/{resource}?filter={encoded}")).await.expect(200);
    let rows = body["Resources"].as_array().unwrap();
    assert_eq!(body["totalResults"], rows.len());
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_group_is_created_with_its_members() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let body = json!({
        "schemas": [GROUP],
        "displayName": "Engineering",
        "externalId": "g-1",
        "members": [{"value": ada, "display": "Ada L."}],
    });
    let answer = tenant.post("/Groups", &body).await;
    let id = counting_id(2);
    let location = format!("https://rollcall.example/tenants/acme/scim/v2/Groups/{id}");
    assert_eq!(
        answer.expect(201),
        json!({
            "schemas": [GROUP],
            "id": id,
            "externalId": "g-1",
            "displayName": "Engineering",
            "members": [{
                "value": ada,
                "$ref": format!("https://rollcall.example/tenants/acme/scim/v2/Users/{ada}"),
                "type": "User",
                "display": "Ada L.",
            }],
            "meta": {
                "resourceType": "Group",
                "created": "2026-11-23T09:30:00.000Z",
                "lastModified": "2026-11-23T09:30:00.000Z",
                "location": location,
                "version": "W/\"1\"",
            },
        })
    );
    assert_eq!(answer.header("location"), location);
    assert_eq!(answer.header("etag"), "W/\"1\"");
    assert_eq!(tenant.get(&path(&id.to_string())).await.json(), answer.json());
    let user = tenant.get(&format!("/Users/{ada}")).await.expect(200);
    assert_eq!(
        user["groups"],
        json!([{"value": id, "$ref": location, "display": "Engineering", "type": "direct"}])
    );
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_body_cannot_set_id_or_meta_of_a_group() {
    let tenant = acme().await;
    let body = json!({
        "displayName": "Crew",
        "id": counting_id(99),
        "meta": {
            "resourceType": "User",
            "created": "1999-01-01T00:00:00Z",
            "version": "W/\"9\"",
            "location": "x",
        },
    });
    let created = tenant.post("/Groups", &body).await.expect(201);
    let id = counting_id(1).to_string();
    assert_eq!(created["id"], id);
    assert_eq!(
        created["meta"],
        json!({
            "resourceType": "Group",
            "created": "2026-11-23T09:30:00.000Z",
            "lastModified": "2026-11-23T09:30:00.000Z",
            "location": format!("{ORIGIN}{}", tenant.path(&path(&id))),
            "version": "W/\"1\"",
        })
    );
    assert_eq!(tenant.put(&path(&id), &body).await.expect(200), created);
    tenant.get(&path(&counting_id(99).to_string())).await.expect_error(404, None);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_name_of_a_group_is_unique_in_any_case() {
    let tenant = acme().await;
    let first = group(&tenant, "Straße", &[]).await;
    let other = group(&tenant, "Other", &[]).await;
    let body = json!({"displayName": "STRASSE"});
    let detail = tenant.post("/Groups", &body).await.expect_error(409, Some("uniqueness"));
    assert!(detail.contains(&first), "{detail}");
    let rename = json!([{"op": "replace", "path": "displayName", "value": "strasse"}]);
    tenant.patch(&path(&other), &rename).await.expect_error(409, Some("uniqueness"));
    let detail = tenant.put(&path(&other), &body).await.expect_error(409, Some("uniqueness"));
    assert!(detail.contains("displayName eq"), "{detail}");
    // Its own name in another spelling is no conflict, and a name that was given up is free.
    tenant.put(&path(&first), &json!({"displayName": "Strasse"})).await.expect(200);
    tenant.put(&path(&first), &json!({"displayName": "Avenue"})).await.expect(200);
    tenant.patch(&path(&other), &rename).await.expect(200);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_group_is_found_by_what_is_known_of_it() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let body = json!({"displayName": "Board", "externalId": "x#1", "members": [{"value": crew}]});
    let board = tenant.post("/Groups", &body).await.expect(201)["id"].as_str().unwrap().to_owned();
    let check = async |filter: &str, expected: &[&String]| {
        let found = found(&tenant, "Groups", filter).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
    };
    check("displayName eq \"CREW\"", &[&crew]).await;
    check("displayName eq \"nobody\"", &[]).await;
    check("externalId eq \"x#1\"", &[&board]).await;
    check(&format!("id eq \"{board}\""), &[&board]).await;
    check("displayName sw \"b\" or displayName co \"REW\"", &[&crew, &board]).await;
    check(&format!("members eq \"{ada}\""), &[&crew]).await;
    check(&format!("members.value eq \"{crew}\""), &[&board]).await;
    check(&format!("members[value eq \"{bob}\"]"), &[]).await;
    check(&format!("not (members.value eq \"{ada}\")"), &[&board]).await;
    check(&format!("members.value ne \"{ada}\""), &[&board]).await;
    let filter = "/Groups?filter=members.display%20co%20%22a%22";
    let detail = tenant.get(filter).await.expect_error(400, Some("invalidFilter"));
    assert!(detail.contains("members.value"), "{detail}");
    for filter in ["groups.display co \"a\"", "groups pr"] {
        let detail = tenant.filter(filter).await.expect_error(400, Some("invalidFilter"));
        assert!(detail.contains("groups.value"), "{filter}: {detail}");
    }
    let users = async |filter: &str| found(&tenant, "Users", filter).await;
    assert_eq!(users(&format!("groups.value eq \"{board}\"")).await, std::slice::from_ref(&ada));
    assert_eq!(users(&format!("not (groups eq \"{board}\")")).await, [bob]);
    assert_eq!(users(&format!("groups[value eq \"{crew}\"] and userName eq \"ada\"")).await, [ada]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn members_come_and_go_in_every_form_that_clients_send() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let bob = user(&tenant, "bob").await;
    let eve = user(&tenant, "eve").await;
    let crew = group(&tenant, "Crew", &[]).await;
    let check = async |operations: Value, expected: &[&String]| {
        tenant.patch(&path(&crew), &operations).await.expect(200);
        let members = members(&tenant, &crew).await;
        assert_eq!(members.iter().collect::<Vec<_>>(), expected, "{operations}");
    };
    let two = json!([{"value": ada, "display": "Ada"}, {"value": bob}]);
    check(json!([{"op": "add", "path": "members", "value": two}]), &[&ada, &bob]).await;
    // The same once more is no change.
    let before = tenant.get(&path(&crew)).await;
    check(json!([{"op": "Add", "path": "members", "value": [{"value": ada}]}]), &[&ada, &bob])
        .await;
    assert_eq!(tenant.get(&path(&crew)).await.json(), before.json());
    check(json!([{"op": "add", "value": {"members": [{"value": eve}]}}]), &[&ada, &bob, &eve])
        .await;
    check(json!([{"op": "remove", "path": format!("members[value eq \"{bob}\"]")}]), &[&ada, &eve])
        .await;
    check(json!([{"op": "Remove", "path": "members", "value": [{"value": eve}]}]), &[&ada]).await;
    // One who is not there is as good as removed.
    check(json!([{"op": "Remove", "path": "members", "value": [{"value": eve}]}]), &[&ada]).await;
    let swap = json!([
        {"op": "remove", "path": format!("members[value eq \"{ada}\"]")},
        {"op": "add", "path": "members", "value": [{"value": bob}, {"value": eve}]},
        {"op": "replace", "value": {"id": crew, "displayName": "Fleet"}},
    ]);
    check(swap, &[&bob, &eve]).await;
    assert_eq!(groups_of(&tenant, &bob).await, [direct("Fleet")]);
    assert_eq!(groups_of(&tenant, &ada).await, []);
    check(json!([{"op": "replace", "path": "members", "value": [{"value": ada}]}]), &[&ada]).await;
    check(json!([{"op": "replace", "path": "members", "value": []}]), &[]).await;
    assert_eq!(groups_of(&tenant, &ada).await, []);
    let put = json!({"displayName": "Fleet", "members": [{"value": bob}, {"value": ada}]});
    let body = tenant.put(&path(&crew), &put).await.expect(200);
    assert_eq!(body["members"].as_array().unwrap().len(), 2);
    check(json!([{"op": "remove", "path": "members"}]), &[]).await;
    tenant.expect_sound().await;
}

/// A value that only the client library understands must not empty a group, nor leave somebody in it.
#[tokio::test]
async fn members_are_read_one_level_too_deep_and_by_reference() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let reference = |id: &str| format!("{ORIGIN}{}", tenant.path(&format!("/Users/{id}")));
    let check = async |operations: Value, expected: &[&String]| {
        tenant.patch(&path(&crew), &operations).await.expect(200);
        let members = members(&tenant, &crew).await;
        assert_eq!(members.iter().collect::<Vec<_>>(), expected, "{operations}");
    };
    let operation = |op: &str, value: Value| json!([{"op": op, "path": "members", "value": value}]);
    let deep = |id: &str| json!({"members": [{"value": id}]});
    check(operation("add", deep(&bob)), &[&ada, &bob]).await;
    check(operation("Remove", deep(&ada)), &[&bob]).await;
    check(operation("replace", deep(&ada)), &[&ada]).await;
    check(operation("replace", json!([deep(&bob)])), &[&bob]).await;
    check(json!([{"op": "replace", "value": {"members": deep(&ada)}}]), &[&ada]).await;
    // Under the schema's URI the object may stand in a list too.
    let listed = |id: &str| json!([deep(id)]);
    check(json!([{"op": "replace", "path": GROUP, "value": listed(&bob)}]), &[&bob]).await;
    check(json!([{"op": "add", "path": GROUP, "value": listed(&bob)}]), &[&bob]).await;
    check(json!([{"op": "replace", "value": {(GROUP): listed(&ada)}}]), &[&ada]).await;
    check(operation("add", json!([{"$ref": reference(&bob)}])), &[&ada, &bob]).await;
    check(operation("remove", json!([{"$ref": reference(&ada)}])), &[&bob]).await;
    check(operation("replace", json!({"$ref": format!("../Users/{ada}")})), &[&ada]).await;
    for wanted in [deep(&bob), json!([{"$ref": reference(&bob)}])] {
        let body = json!({"displayName": "Crew", "members": wanted});
        tenant.put(&path(&crew), &body).await.expect(200);
        assert_eq!(members(&tenant, &crew).await, std::slice::from_ref(&bob), "{body}");
        let body = json!({"displayName": "Fleet", "members": wanted});
        let fleet = tenant.post("/Groups", &body).await.expect(201);
        assert_eq!(fleet["members"][0]["value"], bob);
        tenant.delete(&path(fleet["id"].as_str().unwrap())).await.expect(204);
        check(operation("replace", json!([{"value": ada}])), &[&ada]).await;
    }
    tenant.expect_sound().await;
}

#[tokio::test]
async fn members_without_a_readable_value_are_refused() {
    let app = TestApp::new().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("umbrella").await);
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let before = tenant.get(&path(&crew)).await.expect(200);
    let foreign = format!("{ORIGIN}{}", other.path(&format!("/Users/{bob}")));
    let text = json!({"value": bob}).to_string();
    for unreadable in [
        json!([{"id": bob}]),
        json!([{"display": "bob"}]),
        json!([{"foo": bob}]),
        json!([{"value": ada}, {"foo": bob}]),
        json!([{"$ref": foreign}]),
        json!([{"value": ""}]),
        json!([{"value": null, "type": "User"}]),
        json!([null]),
        json!([{}]),
        json!({}),
        json!({"id": bob}),
        json!({"users": [{"value": bob}]}),
        json!({"members": [{"id": bob}]}),
        json!(text),
        json!([text]),
    ] {
        let refuses = async |answer: Answer| {
            let detail = answer.expect_error(400, Some("invalidValue"));
            assert!(detail.contains("members") && detail.contains("has no value"), "{detail}");
            assert_eq!(tenant.get(&path(&crew)).await.expect(200), before, "{unreadable}");
        };
        for op in ["add", "replace", "remove"] {
            if op == "remove" && unreadable == json!({}) {
                continue;
            }
            let operation = json!([{"op": op, "path": "members", "value": unreadable}]);
            refuses(tenant.patch(&path(&crew), &operation).await).await;
        }
        let pathless = json!([{"op": "replace", "value": {"members": unreadable}}]);
        refuses(tenant.patch(&path(&crew), &pathless).await).await;
        let body = json!({"displayName": "Crew", "members": unreadable});
        refuses(tenant.put(&path(&crew), &body).await).await;
    }
    tenant.expect_sound().await;
}

#[tokio::test]
async fn who_is_not_here_is_left_out() {
    let app = TestApp::new().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("umbrella").await);
    let (ada, foreign) = (user(&tenant, "ada").await, user(&other, "ada").await);
    let log = Log::default();
    let guard = log.start();
    let crew = group(&tenant, "Crew", &[&ada, &foreign, "fake-member-id"]).await;
    drop(guard);
    let left_out = log.lines().iter().find_map(|line| line["fields"]["left_out"].as_u64());
    assert_eq!(left_out, Some(2), "operations can see it");
    assert_eq!(members(&tenant, &crew).await, [ada]);
    assert_eq!(groups_of(&other, &foreign).await, []);
    let itself = json!([{"op": "add", "path": "members", "value": [{"value": crew}]}]);
    let detail = tenant.patch(&path(&crew), &itself).await.expect_error(400, Some("invalidValue"));
    assert!(detail.contains("itself"), "{detail}");
    other.get(&path(&crew)).await.expect_error(404, None);
    other.delete(&path(&crew)).await.expect_error(404, None);
    other.patch(&path(&crew), &itself).await.expect_error(404, None);
    other.put(&path(&crew), &json!({"displayName": "Mine"})).await.expect_error(404, None);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn groups_in_groups_are_indirect_also_in_a_circle() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let inner = group(&tenant, "Inner", &[&ada]).await;
    let middle = group(&tenant, "Middle", &[&inner]).await;
    let outer = group(&tenant, "Outer", &[&middle, &ada]).await;
    let indirect = |name: &str| (name.to_owned(), "indirect".to_owned());
    let all = [direct("Inner"), indirect("Middle"), direct("Outer")];
    assert_eq!(groups_of(&tenant, &ada).await, all);
    let circle = json!([{"op": "add", "path": "members", "value": [{"value": outer}]}]);
    tenant.patch(&path(&inner), &circle).await.expect(200);
    assert_eq!(groups_of(&tenant, &ada).await, all);
    let body = tenant.get(&path(&middle)).await.expect(200);
    assert_eq!(body["members"][0]["type"], "Group");
    assert_eq!(body["members"][0]["display"], "Inner");
    tenant.delete(&path(&middle)).await.expect(204);
    assert_eq!(groups_of(&tenant, &ada).await, [direct("Inner"), direct("Outer")]);
    assert_eq!(members(&tenant, &outer).await, [ada]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_deleted_group_is_gone_and_its_name_is_free() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let wrong = [("if-match", "W/\"9\"")];
    tenant.request("DELETE", &path(&crew), &wrong, "").await.expect_error(412, None);
    tenant.delete(&path(&crew)).await.expect(204);
    tenant.delete(&path(&crew)).await.expect_error(404, None);
    tenant.get(&path(&crew)).await.expect_error(404, None);
    assert_eq!(groups_of(&tenant, &ada).await, []);
    assert_eq!(found(&tenant, "Groups", "displayName pr").await, Vec::<String>::new());
    let again = group(&tenant, "crew", &[&ada]).await;
    assert_ne!(again, crew);
    assert_eq!(groups_of(&tenant, &ada).await, [direct("crew")]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn members_that_cannot_be_told_apart_make_no_work() {
    let tenant = acme().await;
    let crew = group(&tenant, "Crew", &[]).await;
    // Each request spends its whole budget of 10 million comparisons, which is most of this test's time.
    let typed: Vec<Value> =
        (0..5_000).map(|n| json!({"value": "x", "type": n.to_string()})).collect();
    let add = json!([{"op": "add", "path": "members", "value": typed}]);
    let refused = tenant.patch(&path(&crew), &add).await;
    let detail = refused.expect_error(400, Some("invalidValue"));
    assert!(detail.contains("too many text comparisons"), "{detail}");
    let body = json!({"displayName": "Fleet", "members": typed});
    let refused = tenant.post("/Groups", &body).await;
    let detail = refused.expect_error(400, Some("invalidValue"));
    assert!(detail.contains("with the same \"value\", or without one"), "{detail}");
    let keys: serde_json::Map<String, Value> =
        (0..2_001).map(|n| (format!("members[display eq \"{n}\"].type"), json!("User"))).collect();
    let whole = json!([{"op": "add", "path": GROUP, "value": keys}]);
    tenant.patch(&path(&crew), &whole).await.expect_error(400, Some("invalidSyntax"));
    tenant.expect_sound().await;
}

#[tokio::test]
async fn members_added_at_the_same_time_are_all_there() {
    let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.push(user(&tenant, &format!("user-{n}")).await);
    }
    let crew = group(&tenant, "Crew", &[]).await;
    let requests = ids.iter().map(|id| {
        let (tenant, path) = (tenant.clone(), path(&crew));
        let add = json!([{"op": "add", "path": "members", "value": [{"value": id}]}]);
        tokio::spawn(async move { tenant.patch(&path, &add).await.expect(200) })
    });
    for done in join_all(requests).await {
        done.unwrap();
    }
    ids.sort_unstable();
    assert_eq!(members(&tenant, &crew).await, ids);
    let body = tenant.get(&path(&crew)).await.expect(200);
    assert_eq!(body["meta"]["version"], "W/\"11\"");
    tenant.expect_sound().await;
}

/// A tenant with this many users, and their ids in order.
pub async fn many(number: usize) -> (TestTenant, Vec<String>) {
    let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
    let mut ids = Vec::new();
    for n in 0..number {
        ids.push(user(&tenant, &format!("user-{n}")).await);
    }
    ids.sort_unstable();
    (tenant, ids)
}

/// Adds many members, with a server that dies after the commit.
pub async fn cut_change_short(tenant: &TestTenant, group: &str, ids: &[String]) {
    tenant.app.faults.end_writes_after(1);
    let url = format!("{}?excludedAttributes=members", path(group));
    tenant.patch(&url, &add_one_by_one(ids)).await.expect(200);
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
}

pub fn add_one_by_one(ids: &[String]) -> Value {
    let add = |id| json!({"op": "add", "path": "members", "value": [{"value": id}]});
    ids.iter().map(add).collect()
}

#[tokio::test]
async fn a_thousand_operations_are_one_change() {
    let (tenant, ids) = many(1_001).await;
    let crew = group(&tenant, "Crew", &[]).await;
    let answer = tenant.patch(&path(&crew), &add_one_by_one(&ids[..1_000])).await.expect(200);
    assert_eq!(answer["members"].as_array().unwrap().len(), 1_000);
    assert_eq!(answer["meta"]["version"], "W/\"2\"");
    assert_eq!(members(&tenant, &crew).await, ids[..1_000]);
    assert_eq!(groups_of(&tenant, &ids[999]).await, [direct("Crew")]);
    // One more is too many to be answered with, unless the request says what it wants.
    let one_more = add_one_by_one(&ids[1_000..]);
    let answer = tenant.patch(&path(&crew), &one_more).await;
    assert_eq!((answer.expect(204), answer.header("content-type")), (Value::Null, ""));
    assert_eq!(answer.header("etag"), "W/\"3\"");
    assert_eq!(members(&tenant, &crew).await, ids);
    let answer = tenant.patch(&format!("{}?attributes=displayName", path(&crew)), &one_more).await;
    let expected = json!({"schemas": [GROUP], "id": crew, "displayName": "Crew"});
    assert_eq!((answer.expect(200), answer.header("etag")), (expected, "W/\"3\""));
    let without = format!("{}?excludedAttributes=members", path(&crew));
    let answer = tenant.patch(&without, &one_more).await.expect(200);
    assert_eq!((&answer["displayName"], answer.get("members")), (&json!("Crew"), None));
    let remove = |id| json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")});
    let removals: Value = ids[1..].iter().map(remove).collect();
    tenant.patch(&path(&crew), &removals).await.expect(200);
    assert_eq!(members(&tenant, &crew).await, ids[..1]);
    assert_eq!(groups_of(&tenant, &ids[1]).await, []);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_large_change_that_is_cut_short_is_seen_whole_and_finished_later() {
    let (tenant, ids) = many(200).await;
    let crew = group(&tenant, "Crew", &[&ids[0]]).await;
    let faults = &tenant.app.faults;
    // The commit and one part of the members go through; nothing after that.
    faults.end_writes_after(2);
    let answer = tenant.patch(&path(&crew), &add_one_by_one(&ids)).await.expect(200);
    assert_eq!(faults.left(), 0, "it was cut short");
    assert_eq!(answer["members"].as_array().unwrap().len(), 200);
    assert_eq!(members(&tenant, &crew).await, ids, "committed, so all of it is seen");
    let one = json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", ids[7])}]);
    tenant.patch(&path(&crew), &one).await.expect(200);
    let mut rest = ids.clone();
    rest.remove(7);
    assert_eq!(members(&tenant, &crew).await, rest);
    assert_eq!(groups_of(&tenant, &ids[199]).await, [direct("Crew")], "the change is finished");
    assert_eq!(groups_of(&tenant, &ids[7]).await, []);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_large_change_that_is_not_committed_is_no_change() {
    let (tenant, ids) = many(100).await;
    let crew = group(&tenant, "Crew", &[]).await;
    tenant.app.faults.end_writes_after(0);
    tenant.patch(&path(&crew), &add_one_by_one(&ids)).await.expect_error(500, None);
    assert_eq!(members(&tenant, &crew).await, Vec::<String>::new());
    assert_eq!(groups_of(&tenant, &ids[3]).await, []);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn without_members_no_member_is_read() {
    let (tenant, ids) = many(60).await;
    let crew = group(&tenant, "Crew", &[]).await;
    tenant.patch(&path(&crew), &add_one_by_one(&ids)).await.expect(200);
    let calls = async |path: &str| {
        tenant.app.faults.take_calls();
        let body = tenant.get(path).await.expect(200);
        assert!(!body.to_string().contains("\"members\""), "{body}");
        let calls = tenant.app.faults.take_calls();
        calls.into_iter().map(|call| call.operation).collect::<Vec<_>>()
    };
    assert_eq!(calls(&format!("/Groups/{crew}?excludedAttributes=members")).await, ["GetItem"]);
    assert_eq!(calls(&format!("/Groups/{crew}?attributes=displayName")).await, ["GetItem"]);
    let filter = "/Groups?excludedAttributes=members&filter=displayName%20eq%20%22crew%22";
    assert_eq!(calls(filter).await, ["GetItem", "GetItem"]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn references_between_users_and_groups_lead_there() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let inner = group(&tenant, "Inner", &[&ada]).await;
    let outer = group(&tenant, "Outer", &[&inner]).await;
    let base = format!("{ORIGIN}{}", tenant.path(""));
    let follow = async |reference: &Value, id: &str| {
        let path = reference["$ref"].as_str().unwrap().strip_prefix(&base).unwrap();
        assert_eq!(tenant.get(path).await.expect(200)["id"], id);
        assert_eq!(reference["value"], id);
    };
    let body = tenant.get(&path(&inner)).await.expect(200);
    follow(&body["members"][0], &ada).await;
    let body = tenant.get(&path(&outer)).await.expect(200);
    follow(&body["members"][0], &inner).await;
    let body = tenant.get(&format!("/Users/{ada}")).await.expect(200);
    follow(&body["groups"][0], &inner).await;
    follow(&body["groups"][1], &outer).await;
    // An id is one of its kind alone.
    tenant.get(&format!("/Users/{inner}")).await.expect_error(404, None);
    tenant.get(&path(&ada)).await.expect_error(404, None);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_group_has_a_name_whatever_a_request_says() {
    let tenant = acme().await;
    let crew = path(&group(&tenant, "Crew", &[]).await);
    for body in [json!({}), json!({"displayName": ""}), json!({"displayName": null})] {
        tenant.post("/Groups", &body).await.expect_error(400, Some("invalidValue"));
        tenant.put(&crew, &body).await.expect_error(400, Some("invalidValue"));
    }
    let remove = json!([{"op": "remove", "path": "displayName"}]);
    tenant.patch(&crew, &remove).await.expect_error(400, Some("mutability"));
    assert_eq!(tenant.get(&crew).await.expect(200)["displayName"], "Crew");
    tenant.expect_sound().await;
}

#[tokio::test]
async fn who_a_member_is_cannot_be_changed() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let before = tenant.get(&path(&crew)).await.json();
    let replace = async |name: &str, value: &str| {
        let member = format!("members[value eq \"{ada}\"].{name}");
        let replace = json!([{"op": "replace", "path": member, "value": value}]);
        tenant.patch(&path(&crew), &replace).await
    };
    replace("value", &bob).await.expect_error(400, Some("mutability"));
    replace("type", "Group").await.expect_error(400, Some("mutability"));
    // The service makes each $ref itself, and reads none.
    replace("$ref", "https://x.example").await.expect(200);
    assert_eq!(tenant.get(&path(&crew)).await.json(), before);
    assert_eq!(members(&tenant, &crew).await, [ada]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_last_of_many_operations_can_undo_them_all() {
    let (tenant, ids) = many(20).await;
    let crew = group(&tenant, "Crew", &[&ids[0]]).await;
    let before = tenant.get(&path(&crew)).await.json();
    let mut operations = add_one_by_one(&ids.iter().cloned().cycle().take(999).collect::<Vec<_>>());
    let last = json!({"op": "replace", "path": "displayName", "value": 1.5});
    operations.as_array_mut().unwrap().push(last);
    let detail = tenant.patch(&path(&crew), &operations).await;
    let detail = detail.expect_error(400, Some("invalidValue"));
    assert!(detail.contains("Operation 1000"), "{detail}");
    assert_eq!(tenant.get(&path(&crew)).await.json(), before);
    assert_eq!(groups_of(&tenant, &ids[1]).await, []);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn pages_of_groups_follow_each_other() {
    let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(group(&tenant, &format!("Group {n}"), &[]).await);
    }
    ids.sort_unstable();
    let mut seen = Vec::new();
    for (start_index, rows) in [(1, 2), (3, 2), (5, 1), (7, 0)] {
        let query = format!("/Groups?startIndex={start_index}&count=2");
        let page = tenant.get(&query).await.expect(200);
        assert_eq!((&page["totalResults"], &page["itemsPerPage"]), (&json!(5), &json!(rows)));
        let resources = page["Resources"].as_array().unwrap();
        assert_eq!(resources.len(), rows);
        seen.extend(resources.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen, ids);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_version_of_a_group_moves_with_its_members() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = path(&group(&tenant, "Crew", &[]).await);
    let tag = tenant.get(&crew).await.header("etag").to_owned();
    assert_eq!(tenant.get(&crew).await.json()["meta"]["version"], *tag);
    let same = tenant.request("GET", &crew, &[("if-none-match", &tag)], "").await;
    same.expect(304);
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    tenant.patch(&crew, &add).await.expect(200);
    tenant.request("GET", &crew, &[("if-none-match", &tag)], "").await.expect(200);
    let headers = [("if-match", &*tag), ("content-type", "application/scim+json")];
    let body = json!({"displayName": "Fleet"}).to_string();
    tenant.request("PUT", &crew, &headers, body.clone()).await.expect_error(412, None);
    let now = tenant.get(&crew).await.header("etag").to_owned();
    let headers = [("if-match", &*now), ("content-type", "application/scim+json")];
    tenant.request("PUT", &crew, &headers, body.clone()).await.expect(200);
    tenant.delete(&crew).await.expect(204);
    let body: Value = serde_json::from_str(&body).unwrap();
    tenant.put(&crew, &body).await.expect_error(404, None);
    tenant.patch(&crew, &add).await.expect_error(404, None);
    tenant.expect_sound().await;
}

/// The version of a user says nothing of groups: who asks for them is told.
#[tokio::test]
async fn the_groups_of_a_user_are_told_whatever_version_a_client_has() {
    let tenant = acme().await;
    let ada = format!("/Users/{}", user(&tenant, "ada").await);
    let tag = tenant.get(&ada).await.header("etag").to_owned();
    let if_changed = [("if-none-match", &*tag)];
    let ask = async |rest: &str| {
        let path = format!("{ada}{rest}");
        tenant.request("GET", &path, &if_changed, "").await
    };
    ask("").await.expect(304);
    let id = ada.strip_prefix("/Users/").unwrap();
    group(&tenant, "Crew", &[id]).await;
    let told = ask("").await;
    assert_eq!(told.expect(200)["groups"][0]["display"], "Crew");
    assert_eq!(told.header("etag"), tag);
    ask("?excludedAttributes=groups").await.expect(304);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_member_who_is_named_twice_is_one_member() {
    let (tenant, ids) = many(121).await;
    let twice =
        |id: &str| [json!({"value": id, "type": "User"}), json!({"value": id, "type": "Group"})];
    let body = json!({"displayName": "Pair", "members": twice(&ids[0])});
    let pair = tenant.post("/Groups", &body).await.expect(201);
    assert_eq!(pair["members"].as_array().unwrap().len(), 1);
    // Also where the two stand in different parts of a large change.
    for second in [100, 111] {
        let mut values: Vec<Value> =
            ids.iter().map(|id| json!({"value": id, "type": "User"})).collect();
        values.insert(second, json!({"value": ids[0], "type": "Group"}));
        let body = json!({"displayName": format!("Crew {second}"), "members": values});
        let crew = tenant.post("/Groups", &body).await.expect(201);
        assert_eq!(crew["members"].as_array().unwrap().len(), 121);
        tenant.delete(&path(crew["id"].as_str().unwrap())).await.expect(204);
    }
    tenant.expect_sound().await;
}

#[tokio::test]
async fn of_very_many_members_a_list_shows_the_ids() {
    let (tenant, ids) = many(1_000).await;
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut groups = Vec::new();
    for n in 0..11 {
        groups.push(group(&tenant, &format!("Group {n:02}"), &all).await);
    }
    let shown = async |query: &str| {
        let list = tenant.get(&format!("/Groups?{query}")).await.expect(200);
        let rows = list["Resources"].as_array().unwrap();
        let members = |row: &Value| row["members"].as_array().unwrap().clone();
        assert!(rows.iter().all(|row| members(row).len() == 1_000), "{query}");
        members(&rows[0])[0].clone()
    };
    let user = format!("{ORIGIN}/tenants/acme/scim/v2/Users/{}", ids[0]);
    let name = tenant.get(&format!("/Users/{}", ids[0])).await.expect(200)["userName"].clone();
    let named = json!({"value": ids[0], "$ref": user, "type": "User", "display": name});
    assert_eq!(shown("count=10").await, named, "10,000 in all");
    assert_eq!(shown("count=11").await, json!({"value": ids[0]}));
    assert_eq!(shown("excludedAttributes=externalId").await, json!({"value": ids[0]}));
    // Who names what it wants gets it.
    assert_eq!(shown("attributes=members").await, named);
    assert_eq!(shown("attributes=members.display").await, json!({"display": name}));
}

#[tokio::test]
async fn a_small_request_cannot_make_much_work_of_members() {
    let tenant = acme().await;
    let crew = group(&tenant, "Crew", &[]).await;
    let texts: Vec<Value> = (0..60_000).map(|n| json!(n.to_string())).collect();
    let mut operations = vec![json!({"op": "add", "path": "members", "value": texts})];
    for n in 0..1_900 {
        operations
            .push(json!({"op": "add", "path": "members", "value": [{"value": format!("x{n}")}]}));
    }
    let refused = tenant.patch(&path(&crew), &Value::Array(operations)).await;
    let detail = refused.expect_error(400, Some("invalidValue"));
    assert!(detail.contains("too many text comparisons"), "{detail}");
    let terms: Vec<String> =
        (0..6).map(|n| format!("groups.value eq \"{}\"", counting_id(n))).collect();
    let answer = tenant.filter(&terms.join(" or ")).await;
    assert!(answer.expect_error(400, Some("invalidFilter")).contains("5 values"));
}

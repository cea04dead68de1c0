//! Members of groups: the resources that can be members, and every form in which clients add and remove members.

use crate::support::groups::{direct, group, groups_of, many, members, path, user};
use crate::support::log::Log;
use crate::support::request::Answer;
use crate::support::urns::GROUP;
use crate::support::{Ids, ORIGIN, TestApp, acme};
use futures_util::future::join_all;
use serde_json::{Value, json};

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
    // A repeated addition changes nothing.
    let before = tenant.get(&path(&crew)).await;
    check(json!([{"op": "Add", "path": "members", "value": [{"value": ada}]}]), &[&ada, &bob])
        .await;
    assert_eq!(tenant.get(&path(&crew)).await.json(), before.json());
    check(json!([{"op": "add", "value": {"members": [{"value": eve}]}}]), &[&ada, &bob, &eve])
        .await;
    check(json!([{"op": "remove", "path": format!("members[value eq \"{bob}\"]")}]), &[&ada, &eve])
        .await;
    check(json!([{"op": "Remove", "path": "members", "value": [{"value": eve}]}]), &[&ada]).await;
    // The removal of an absent member succeeds and changes nothing.
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

/// Client libraries send some values in a form of their own.
/// Such a value must not empty a group, and must not keep a removed member in it.
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
    // Under the schema's URI, the object may also be in a list.
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
async fn members_that_cannot_be_told_apart_make_no_work() {
    let tenant = acme().await;
    let crew = group(&tenant, "Crew", &[]).await;
    // Each request spends its whole budget of 10 million comparisons. The comparisons take most of this test's time.
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
    // An id belongs to one resource type only.
    tenant.get(&format!("/Users/{inner}")).await.expect_error(404, None);
    tenant.get(&path(&ada)).await.expect_error(404, None);
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
    // The service generates each `$ref` itself, and ignores this value.
    replace("$ref", "https://x.example").await.expect(200);
    assert_eq!(tenant.get(&path(&crew)).await.json(), before);
    assert_eq!(members(&tenant, &crew).await, [ada]);
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
    // The two entries count as one member even in different parts of a large change.
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

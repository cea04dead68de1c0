//! Large changes of members, and their cost. A large change stays one change, even when it is cut short.

use crate::support::groups::{add_one_by_one, direct, group, groups_of, many, members, path};
use crate::support::urns::GROUP;
use crate::support::{ORIGIN, acme, counting_id};
use serde_json::{Value, json};

#[tokio::test]
async fn a_thousand_operations_are_one_change() {
    let (tenant, ids) = many(1_001).await;
    let crew = group(&tenant, "Crew", &[]).await;
    let answer = tenant.patch(&path(&crew), &add_one_by_one(&ids[..1_000])).await.expect(200);
    assert_eq!(answer["members"].as_array().unwrap().len(), 1_000);
    assert_eq!(answer["meta"]["version"], "W/\"2\"");
    assert_eq!(members(&tenant, &crew).await, ids[..1_000]);
    assert_eq!(groups_of(&tenant, &ids[999]).await, [direct("Crew")]);
    // A response shows at most 1,000 members. With one more, the answer is 204, unless the query selects attributes.
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
    // The commit and one part of the members succeed. The next transaction fails.
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
    // A request that names attributes gets these attributes.
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

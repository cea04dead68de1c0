//! The state of the sync: the last requests of the identity provider, unknown attributes, and refused requests.

use crate::support::admin::{admin, get};
use crate::support::faults::Fault;
use crate::support::{TestTenant, acme};
use serde_json::{Value, json};
use time::Duration;

#[tokio::test]
async fn how_the_sync_is_doing_is_noticed() {
    let tenant = acme().await;
    let never = get(&tenant, "/sync").await;
    let nothing =
        json!({"created": 0, "updated": 0, "archived": 0, "restored": 0, "partial": false});
    assert_eq!(
        never,
        json!({"lastRequest": null, "lastDay": nothing, "client": null, "failedRequests": 0,
               "unauthorizedRequests": 0, "unknownAttributes": []})
    );
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let bob = json!({"userName": "bob@example.com", "externalId": "00u2"});
    let bob = tenant.create(&bob).await;
    let set = |value: Value| json!([{"op": "replace", "value": value}]);
    let (ada, bob) = (format!("/Users/{ada}"), format!("/Users/{bob}"));
    tenant.patch(&ada, &set(json!({"title": "Countess"}))).await.expect(200);
    tenant.patch(&ada, &set(json!({"active": false}))).await.expect(200);
    tenant.patch(&ada, &set(json!({"active": true}))).await.expect(200);
    tenant.delete(&bob).await.expect(204);
    // The identity provider creates Bob again, but inactive. Bob stays archived, so this request restores no user.
    let again = json!({"userName": "bob@example.com", "externalId": "00u2", "active": false});
    tenant.post("/Users", &again).await.expect(201);
    tenant.app.advance(Duration::seconds(10));
    let perhaps = set(json!({"active": "perhaps"}));
    tenant.patch(&ada, &perhaps).await.expect_error(400, Some("invalidValue"));
    tenant.get("/Users/nobody").await.expect_error(404, None);
    let taken = tenant.post("/Users", &json!({"userName": "ADA@example.com"})).await;
    taken.expect_error(409, Some("uniqueness"));
    let status = get(&tenant, "/sync").await;
    assert_eq!(status["lastRequest"], "2026-11-23T09:30:10.000Z");
    let expected =
        json!({"created": 2, "updated": 1, "archived": 2, "restored": 1, "partial": false});
    assert_eq!(status["lastDay"], expected);
    assert_eq!((&status["failedRequests"], &status["client"]), (&json!(2), &json!("other")));
    let tokens = get(&tenant, "/tokens").await;
    let used = |scope: &str| {
        let tokens = tokens["tokens"].as_array().expect("tokens");
        tokens.iter().find(|token| token["scope"] == scope).expect("a token")["lastUsed"].clone()
    };
    assert_eq!((used("scim"), used("admin")), (json!("2026-11-23"), json!("2026-11-23")));
    tenant.app.advance(Duration::hours(23));
    assert_eq!(get(&tenant, "/sync").await["lastDay"], expected);
    tenant.app.advance(Duration::hours(1));
    assert_eq!(get(&tenant, "/sync").await["lastDay"], nothing);
    tenant.app.advance(Duration::days(6));
    assert_eq!(get(&tenant, "/sync").await["failedRequests"], 0, "a week is over");
}

/// A wrong mapping sends unknown attributes. After a correction, the attributes leave the list.
#[tokio::test]
async fn unknown_attributes_are_shown() {
    let tenant = acme().await;
    let unknown = async |tenant: &TestTenant| -> Vec<String> {
        let status = get(tenant, "/sync").await;
        let rows = status["unknownAttributes"].as_array().expect("rows").iter();
        rows.map(|row| format!("{} {} {}", row["resourceType"], row["attribute"], row["day"]))
            .map(|row| row.replace('"', ""))
            .collect()
    };
    let body = json!({"userName": "ada", "urn:example:2.0:User": {"badge": "7"}});
    let ada = format!("/Users/{}", tenant.create(&body).await);
    tenant.put(&ada, &json!({"userName": "ada", "name": {"nick": "A"}})).await.expect(200);
    let patch =
        json!([{"op": "add", "path": "emails[type eq \"ada@example.com\"].seen", "value": "x"}]);
    tenant.patch(&ada, &patch).await.expect(200);
    let crew = tenant.post("/Groups", &json!({"displayName": "Crew"})).await.expect(201);
    let crew = format!("/Groups/{}", crew["id"].as_str().expect("an id"));
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "PATCH", "path": crew, "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
            {"op": "replace", "value": {"description": "All of us"}}]}}]});
    tenant.post("/Bulk", &bulk).await.expect(200);
    let day = "2026-11-23";
    let expected = [
        format!("User emails.seen {day}"),
        format!("User name.nick {day}"),
        format!("Group description {day}"),
        format!("User urn:example:2.0:User:badge {day}"),
    ];
    let mut found = unknown(&tenant).await;
    let mut sorted = expected.to_vec();
    found.sort();
    sorted.sort();
    assert_eq!(found, sorted);
    // Another server knows the attributes once the first server has written them.
    let other = tenant.at_another_server();
    tenant.app.advance(Duration::minutes(1));
    tenant.get("/Users").await.expect(200);
    assert_eq!(unknown(&other).await.len(), 4);
    // The server has already recorded these attributes, so it writes nothing.
    tenant.app.faults.take_calls();
    tenant.patch(&ada, &patch).await.expect(200);
    let calls = tenant.app.faults.take_calls();
    assert!(calls.iter().all(|call| call.operation != "UpdateItem"), "{calls:?}");

    let badge = "/attributes/urn:example:2.0:User/badge";
    admin(&tenant, "PUT", badge, json!({"type": "string"})).await.expect(201);
    assert!(!unknown(&tenant).await.iter().any(|row| row.contains("badge")), "declared");
    tenant.app.advance(Duration::days(3));
    tenant.patch(&ada, &patch).await.expect(200);
    tenant.app.advance(Duration::days(5));
    assert_eq!(unknown(&other).await, ["User emails.seen 2026-11-26"], "the others are mended");

    let id = tenant.create(&json!({"userName": "bob", "active": false, "bob": 1})).await;
    assert_eq!(unknown(&tenant).await.len(), 2);
    let erase = format!("/employees/{id}/erase");
    admin(&tenant, "POST", &erase, json!({"confirm": id})).await.expect(204);
    assert!(unknown(&tenant).await.is_empty(), "a name may be somebody's");
}

#[tokio::test]
async fn a_note_that_cannot_be_written_is_written_later_and_harms_no_answer() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    tenant.app.advance(Duration::minutes(2));
    let throttling = tenant.app.faults.plan_all("UpdateItem", Fault::throttled());
    tenant.post("/Users", &json!({})).await.expect_error(400, Some("invalidValue"));
    throttling.end();
    tenant.app.advance(Duration::minutes(2));
    tenant.get("/Users").await.expect(200);
    let status = get(&tenant.at_another_server(), "/sync").await;
    assert_eq!(status["failedRequests"], 1, "{status}");
}

//! RFC 7644 §3.5.2: every example of PATCH, each with the version that it expects. The tests in
//! `crates/scim/src/patch/tests/` apply the examples to all kinds of resources, without the service.

use super::{BABS, BASE, GROUP, JAMES, PATCH, acme, here, id};
use crate::support::TestTenant;
use crate::support::request::Answer;
use serde_json::{Value, json};

/// The two users of the examples, a third user, and a group.
struct Guides {
    tenant: TestTenant,
    ids: [(&'static str, String); 2],
    other: String,
    path: String,
}

impl Guides {
    /// Creates the group with these members, by the ids of the RFC. `other` is the third user.
    async fn with(members: &[&str]) -> Self {
        let tenant = acme().await;
        let [babs, james, other] = ["babs", "james", "other"].map(|name| json!({"userName": name}));
        let ids = [(BABS, tenant.create(&babs).await), (JAMES, tenant.create(&james).await)];
        let other = tenant.create(&other).await;
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        let mut guides = Self { tenant, ids, other, path: String::new() };
        let body = json!({"schemas": [GROUP], "displayName": "Tour Guides", "members": members});
        let created = guides.tenant.post("/Groups", &guides.here(&body)).await.expect(201);
        guides.path = format!("/Groups/{}", id(&created));
        guides
    }

    fn here(&self, example: &Value) -> Value {
        let [(babs, babs_here), (james, james_here)] = &self.ids;
        here(example, &[(babs, babs_here), (james, james_here), ("other", &self.other)])
    }

    /// Sends the operations of an example and compares the members with the example's.
    async fn check(&self, operations: Value, members: Value) {
        let answer = patch(&self.tenant, &self.path, &self.here(&operations)).await;
        let body = answer.expect(200);
        let expected = self.here(&members);
        assert_eq!(body.get("members").cloned().unwrap_or(json!([])), expected);
        assert_eq!(self.tenant.get(&self.path).await.expect(200), body);
    }
}

/// Sends a PATCH with the current version in `If-Match`.
async fn patch(tenant: &TestTenant, path: &str, operations: &Value) -> Answer {
    let version = tenant.get(path).await.header("etag").to_owned();
    let headers = [
        ("accept", "application/scim+json"),
        ("content-type", "application/scim+json"),
        ("if-match", &*version),
    ];
    let body = json!({"schemas": [PATCH], "Operations": operations});
    tenant.request("PATCH", path, &headers, body.to_string()).await
}

/// A member in an example's request, with its URL and its name.
fn sent(id: &str, name: &str) -> Value {
    json!({"display": name, "$ref": format!("https://example.com/v2/Users/{id}"), "value": id})
}

/// The same member in the answer, which adds its type.
fn member(id: &str, name: &str) -> Value {
    json!({
        "display": name,
        "$ref": format!("{BASE}/Users/{id}"),
        "type": "User",
        "value": id,
    })
}

#[tokio::test]
async fn section_3_5_2_1_add_a_member() {
    let guides = Guides::with(&[]).await;
    let add = json!([{"op": "add", "path": "members", "value": [sent(BABS, "Babs Jensen")]}]);
    guides.check(add.clone(), json!([member(BABS, "Babs Jensen")])).await;
    let version = guides.tenant.get(&guides.path).await.header("etag").to_owned();
    guides.check(add, json!([member(BABS, "Babs Jensen")])).await;
    let after = guides.tenant.get(&guides.path).await;
    assert_eq!(after.header("etag"), version, "who is a member is not added again");
}

#[tokio::test]
async fn section_3_5_2_2_remove_a_member() {
    let guides = Guides::with(&[BABS, JAMES]).await;
    let path = format!("members[value eq \"{BABS}\"]");
    let james = member(JAMES, "James Smith");
    let display = format!("members[value eq \"{JAMES}\"].display");
    let name = json!([{"op": "replace", "path": display, "value": "James Smith"}]);
    patch(&guides.tenant, &guides.path, &guides.here(&name)).await.expect(200);
    guides.check(json!([{"op": "remove", "path": path}]), json!([james])).await;
    guides.check(json!([{"op": "remove", "path": path}]), json!([james])).await;
}

#[tokio::test]
async fn section_3_5_2_2_remove_all_members() {
    let guides = Guides::with(&[BABS, JAMES]).await;
    guides.check(json!([{"op": "remove", "path": "members"}]), json!([])).await;
}

#[tokio::test]
async fn section_3_5_2_2_remove_a_member_and_add_another() {
    let guides = Guides::with(&[BABS]).await;
    let operations = json!([
        // The RFC's path has no space after `eq`.
        {"op": "remove", "path": format!("members[value eq\"{BABS}\"]")},
        {"op": "add", "path": "members", "value": [sent(JAMES, "James Smith")]},
    ]);
    guides.check(operations, json!([member(JAMES, "James Smith")])).await;
}

#[tokio::test]
async fn section_3_5_2_2_replace_all_members_by_removing_and_adding() {
    let guides = Guides::with(&["other"]).await;
    let both = [sent(BABS, "Babs Jensen"), sent(JAMES, "James Smith")];
    let operations = json!([
        {"op": "remove", "path": "members"},
        {"op": "add", "path": "members", "value": both},
    ]);
    let expected = json!([member(BABS, "Babs Jensen"), member(JAMES, "James Smith")]);
    guides.check(operations, expected).await;
}

#[tokio::test]
async fn section_3_5_2_3_replace_all_members() {
    let guides = Guides::with(&["other"]).await;
    let both = [sent(BABS, "Babs Jensen"), sent(JAMES, "James Smith")];
    let operations = json!([{"op": "replace", "path": "members", "value": both}]);
    let expected = json!([member(BABS, "Babs Jensen"), member(JAMES, "James Smith")]);
    guides.check(operations, expected).await;
}

/// Applies the operations of an example to a user with the attributes `before`. Compares the result with `after`.
async fn check_user(before: Value, operations: Value, after: Value) {
    let tenant = acme().await;
    let mut user = before;
    user["userName"] = json!("bjensen");
    let path = format!("/Users/{}", tenant.create(&user).await);
    let body = patch(&tenant, &path, &operations).await.expect(200);
    for (name, expected) in after.as_object().unwrap() {
        assert_eq!(body.get(name), Some(expected), "{name}");
    }
    assert_eq!(tenant.get(&path).await.expect(200), body);
}

#[tokio::test]
async fn section_3_5_2_1_add_attributes_without_a_path() {
    let work = json!({"value": "bjensen@example.com", "type": "work"});
    let home = json!({"value": "babs@jensen.org", "type": "home"});
    check_user(
        json!({"emails": [work], "nickName": "B"}),
        json!([{"op": "add", "value": {"emails": [home], "nickname": "Babs"}}]),
        json!({"emails": [work, home], "nickName": "Babs"}),
    )
    .await;
}

#[tokio::test]
async fn section_3_5_2_2_remove_emails_by_a_filter() {
    let home = json!({"value": "babs@jensen.org", "type": "home"});
    check_user(
        json!({"emails": [{"value": "bjensen@example.com", "type": "work"}, home]}),
        json!([{
            "op": "remove",
            "path": "emails[type eq \"work\" and value ew \"example.com\"]",
        }]),
        json!({"emails": [home]}),
    )
    .await;
}

fn home_address() -> Value {
    json!({"type": "home", "streetAddress": "456 Hollywood Blvd"})
}

#[tokio::test]
async fn section_3_5_2_3_replace_the_work_address() {
    let work = json!({
        "type": "work",
        "streetAddress": "911 Universal City Plaza",
        "locality": "Hollywood",
        "region": "CA",
        "postalCode": "91608",
        "country": "US",
        "formatted": "911 Universal City Plaza\nHollywood, CA 91608 US",
        "primary": true,
    });
    let old_work = json!({"type": "work", "streetAddress": "100 Universal City Plaza"});
    let mut primary_home = home_address();
    primary_home["primary"] = json!(true);
    let mut home = home_address();
    home["primary"] = json!(false); // At most one address is primary.
    check_user(
        json!({"addresses": [primary_home, old_work]}),
        json!([{"op": "replace", "path": "addresses[type eq \"work\"]", "value": work}]),
        json!({"addresses": [home, work]}),
    )
    .await;
}

#[tokio::test]
async fn section_3_5_2_3_replace_the_street_of_the_work_address() {
    let work = |street: &str| json!({"type": "work", "streetAddress": street, "region": "CA"});
    check_user(
        json!({"addresses": [work("100 Universal City Plaza"), home_address()]}),
        json!([{
            "op": "replace",
            "path": "addresses[type eq \"work\"].streetAddress",
            "value": "1010 Broadway Ave",
        }]),
        json!({"addresses": [work("1010 Broadway Ave"), home_address()]}),
    )
    .await;
}

#[tokio::test]
async fn section_3_5_2_3_replace_all_values_of_some_attributes() {
    let emails = json!([
        {"value": "bjensen@example.com", "type": "work", "primary": true},
        {"value": "babs@jensen.org", "type": "home"},
    ]);
    check_user(
        json!({"title": "Guide", "nickName": "B", "emails": [{"value": "old@example.com"}]}),
        json!([{"op": "replace", "value": {"emails": emails, "nickname": "Babs"}}]),
        json!({"title": "Guide", "nickName": "Babs", "emails": emails}),
    )
    .await;
}

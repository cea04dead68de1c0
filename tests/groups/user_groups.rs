//! The attribute `groups` of users, including groups in groups.

use crate::support::acme;
use crate::support::groups::{direct, group, groups_of, members, path, user};
use serde_json::json;

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

/// The version of a user does not cover the user's groups.
/// A request that asks for groups gets them, even if the client has the current version.
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

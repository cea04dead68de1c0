//! Groups as SCIM resources: creation, names, filters, pages, deletion and versions.

use crate::support::groups::{direct, found, group, groups_of, path, user};
use crate::support::urns::GROUP;
use crate::support::{Ids, ORIGIN, TestApp, acme, counting_id};
use serde_json::{Value, json};

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
    assert!(detail.contains("Link to that group"), "{detail}");
    // A group may change the spelling of its own name. Another group may take a name that is free again.
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

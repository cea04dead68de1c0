//! Queries that do more than page by index: sorted queries, queries by POST, and queries over all resource types.

use crate::support::request::Answer;
use crate::support::{TestApp, TestTenant};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// A tenant with five users and two groups. Two of the users have no title.
pub async fn acme() -> TestTenant {
    let tenant = TestApp::new().await.tenant("acme").await;
    for (name, title, family, email) in [
        ("dora", Some("engineer"), "Ünal", "d@x.example"),
        ("Adam", None, "zimmer", "a@x.example"),
        ("carl", Some("Architect"), "Adams", "c@x.example"),
        ("BEA", Some("director"), "brown", "b@x.example"),
        ("eve", None, "Adams", "e@x.example"),
    ] {
        tenant
            .create(&json!({
                "userName": name,
                "title": title,
                "name": {"familyName": family},
                "emails": [{"value": "z@x.example"}, {"value": email, "primary": true}],
            }))
            .await;
    }
    for name in ["Crew", "Board"] {
        tenant.post("/Groups", &json!({"displayName": name})).await.expect(201);
    }
    tenant
}

/// The userNames of users and the displayNames of groups, in the order of an answer.
pub fn names(body: &Value) -> Vec<&str> {
    let rows = body["Resources"].as_array().unwrap().iter();
    rows.map(|row| row["userName"].as_str().or(row["displayName"].as_str()).unwrap()).collect()
}

pub async fn search(tenant: &TestTenant, path: &str, mut body: Value) -> Answer {
    body["schemas"] = json!([SEARCH]);
    tenant.post(path, &body).await
}

#[tokio::test]
async fn a_list_is_sorted_by_any_attribute_both_ways() {
    let tenant = acme().await;
    let check = async |query: &str, expected: &[&str]| {
        let body = tenant.get(&format!("/Users?{query}")).await.expect(200);
        assert_eq!(names(&body), expected, "{query}");
        assert_eq!(body["totalResults"], 5, "{query}");
    };
    let by_name = ["Adam", "BEA", "carl", "dora", "eve"];
    let backwards = ["eve", "dora", "carl", "BEA", "Adam"];
    check("sortBy=userName", &by_name).await;
    check("sortBy=USERNAME&sortOrder=Descending", &backwards).await;
    check("sortBy=emails", &by_name).await;
    check("sortBy=emails.value&sortOrder=descending", &backwards).await;
    // Users with equal family names stay in id order, in both directions.
    check("sortBy=name.familyName", &["carl", "eve", "BEA", "Adam", "dora"]).await;
    // A user without the attribute comes last, or first in descending order (RFC 7644 §3.4.2.3).
    check("sortBy=title", &["carl", "BEA", "dora", "Adam", "eve"]).await;
    check("sortBy=title&sortOrder=descending", &["Adam", "eve", "dora", "BEA", "carl"]).await;
    check("sortBy=meta.created", &["dora", "Adam", "carl", "BEA", "eve"]).await;
    check("sortBy=&sortOrder=sideways", &["dora", "Adam", "carl", "BEA", "eve"]).await;
    let page = tenant.get("/Users?sortBy=userName&startIndex=2&count=2").await.expect(200);
    assert_eq!((names(&page), &page["totalResults"]), (vec!["BEA", "carl"], &json!(5)));
    let filtered = "/Users?sortBy=userName&filter=name.familyName%20eq%20%22adams%22";
    assert_eq!(names(&tenant.get(filtered).await.expect(200)), ["carl", "eve"]);
    let found = "/Users?sortBy=userName&filter=userName%20eq%20%22EVE%22";
    assert_eq!(names(&tenant.get(found).await.expect(200)), ["eve"]);
    let groups = tenant.get("/Groups?sortBy=displayName").await.expect(200);
    assert_eq!(names(&groups), ["Board", "Crew"]);
}

#[tokio::test]
async fn what_cannot_be_sorted_by_is_refused() {
    let tenant = acme().await;
    for (query, scim_type, status, word) in [
        ("sortBy=nothing", "invalidValue", 400, "nothing"),
        ("sortBy=name", "invalidValue", 400, "familyName"),
        ("sortBy=userName&sortOrder=sideways", "invalidValue", 400, "ascending or descending"),
        ("sortBy=password", "sensitive", 403, "password"),
        ("sortBy=a%20b", "invalidValue", 400, "sortBy"),
    ] {
        let answer = tenant.get(&format!("/Users?{query}")).await;
        let detail = answer.expect_error(status, Some(scim_type));
        assert!(detail.contains(word), "{query}: {detail}");
    }
    // The store keeps memberships apart from the resources, so a list cannot be sorted by them.
    let group = "urn:ietf:params:scim:schemas:core:2.0:Group";
    for (query, attribute) in [
        ("/Users?sortBy=groups", "groups"),
        ("/Users?sortBy=Groups.display&sortOrder=descending", "groups"),
        ("/Users?sortBy=groups.value&filter=userName%20pr", "groups"),
        ("/Groups?sortBy=members", "members"),
        ("/Groups?sortBy=members.value", "members"),
        (&format!("/Groups?sortBy={group}:members.type"), "members"),
        ("?sortBy=groups", "groups"),
        ("?sortBy=members.display", "members"),
    ] {
        let detail = tenant.get(query).await.expect_error(400, Some("invalidValue"));
        let expected = format!("sortBy: {attribute} and its sub-attributes cannot be sorted by");
        assert_eq!(detail, expected, "{query}");
    }
}

#[tokio::test]
async fn a_search_by_post_is_the_same_query() {
    let tenant = acme().await;
    let body = json!({
        "filter": "title pr",
        "sortBy": "userName",
        "sortOrder": "descending",
        "startIndex": 2,
        "count": 1,
        "attributes": ["userName"],
    });
    let by_post = search(&tenant, "/Users/.search", body).await.expect(200);
    let query = "/Users?filter=title%20pr&sortBy=userName&sortOrder=descending&startIndex=2&count=1\
                 &attributes=userName";
    assert_eq!(by_post, tenant.get(query).await.expect(200));
    assert_eq!((names(&by_post), &by_post["totalResults"]), (vec!["carl"], &json!(3)));
    let groups = search(&tenant, "/Groups/.search", json!({"sortBy": "displayName"})).await;
    assert_eq!(names(&groups.expect(200)), ["Board", "Crew"]);
    let wrong = tenant.post("/Users/.search", &json!({"filter": "title pr"})).await;
    assert!(wrong.expect_error(400, Some("invalidSyntax")).contains(SEARCH));
    tenant.get("/Users/.search").await.expect_error(405, None);
}

#[tokio::test]
async fn the_root_is_asked_for_all_kinds() {
    let tenant = acme().await;
    let all = tenant.get("").await.expect(200);
    assert_eq!(names(&all), ["dora", "Adam", "carl", "BEA", "eve", "Crew", "Board"]);
    assert_eq!(all["totalResults"], 7);
    assert_eq!(all["Resources"][5]["meta"]["resourceType"], "Group");
    assert_eq!(search(&tenant, "/.search", json!({})).await.expect(200), all);
    for root in ["", "/"] {
        let query = format!("{root}?filter=meta.resourceType%20eq%20%22Group%22");
        let found = tenant.get(&query).await.expect(200);
        assert_eq!((names(&found), &found["totalResults"]), (vec!["Crew", "Board"], &json!(2)));
    }
    let page = tenant.get("?startIndex=5&count=2").await.expect(200);
    assert_eq!((names(&page), &page["totalResults"]), (vec!["eve", "Crew"], &json!(7)));
    // A resource has no value of an attribute that its type lacks (RFC 7644 §3.4.2.1).
    let body = json!({"filter": "displayName co \"r\" or userName eq \"eve\""});
    let found = search(&tenant, "/.search", body).await.expect(200);
    assert_eq!(names(&found), ["eve", "Crew", "Board"]);
    let body = json!({"filter": "displayName co \"r\""});
    let found = search(&tenant, "/.search", body).await.expect(200);
    assert_eq!(names(&found), ["Crew", "Board"]);
    let filter = "meta.resourceType eq \"Group\"";
    let body = json!({"filter": filter, "sortBy": "displayName", "attributes": ["displayName"]});
    assert_eq!(names(&search(&tenant, "/.search", body).await.expect(200)), ["Board", "Crew"]);
    let sorted = tenant.get("?sortBy=userName&count=6").await.expect(200);
    assert_eq!(names(&sorted), ["Adam", "BEA", "carl", "dora", "eve", "Crew"]);
    let nowhere = search(&tenant, "/.search", json!({"filter": "nothing pr"})).await;
    nowhere.expect_error(400, Some("invalidFilter"));
    search(&tenant, "/.search", json!({"sortBy": "nothing"}))
        .await
        .expect_error(400, Some("invalidValue"));
}

#[tokio::test]
async fn there_is_no_me() {
    let tenant = acme().await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for path in ["/Me", "/Me/groups/1"] {
            tenant.request(method, path, &[], "").await.expect_error(501, None);
            let request = Request::builder().method(method).uri(tenant.path(path));
            let answer = tenant.app.send(request.body(Body::empty()).unwrap()).await;
            answer.expect_error(401, None);
        }
    }
}

#[tokio::test]
async fn a_search_has_the_parameters_of_a_get_in_its_body_and_makes_nothing() {
    let tenant = acme().await;
    let core = "urn:ietf:params:scim:schemas:core:2.0:User";
    let check = async |body: Value, query: &str| {
        let answer = search(&tenant, "/Users/.search", body).await.expect(200);
        assert_eq!(answer, tenant.get(&format!("/Users?{query}")).await.expect(200), "{query}");
        for number in ["totalResults", "startIndex", "itemsPerPage"] {
            assert!(answer[number].is_u64(), "{number}");
        }
    };
    let name = format!("{core}:userName");
    let query = format!("attributes={name},emails.value");
    check(json!({"attributes": [name, "emails.value"]}), &query).await;
    check(
        json!({"excludedAttributes": ["emails", "id", "meta"]}),
        "excludedAttributes=emails,meta",
    )
    .await;
    check(json!({"sortBy": name}), "sortBy=userName").await;
    check(json!({"startIndex": 2, "count": 1}), "startIndex=2&count=1").await;
    let broken = search(&tenant, "/Users/.search", json!({"filter": "title"})).await;
    broken.expect_error(400, Some("invalidFilter"));
    let other = json!({"schemas": [core], "filter": "title pr"});
    for path in ["/.search", "/Users/.search", "/Groups/.search"] {
        tenant.post(path, &other).await.expect_error(400, Some("invalidSyntax"));
        search(&tenant, path, json!({"userName": "new", "displayName": "New"})).await.expect(200);
    }
    assert_eq!(tenant.get("").await.expect(200)["totalResults"], 7);
}

#[tokio::test]
async fn at_the_root_what_a_kind_lacks_has_no_value() {
    let tenant = acme().await;
    let users = ["dora", "Adam", "carl", "BEA", "eve"];
    let check = async |filter: &str, expected: &[&str]| {
        let found = search(&tenant, "/.search", json!({"filter": filter})).await.expect(200);
        assert_eq!(names(&found), expected, "{filter}");
        assert_eq!(found["totalResults"], expected.len(), "{filter}");
    };
    check("userName pr", &users).await;
    check("meta.resourceType eq \"User\"", &users).await;
    check("members.value eq \"x\"", &[]).await;
    check("displayName co \"r\" or userName eq \"eve\"", &["eve", "Crew", "Board"]).await;
    check("not (userName pr) and displayName sw \"b\"", &["Board"]).await;
    check("userName ne \"eve\" and displayName eq \"crew\"", &["Crew"]).await;
    check("title eq null and displayName eq \"crew\"", &["Crew"]).await;
    // A filter can look up a group by the id of a member. It cannot test the members of every group.
    let members = search(&tenant, "/.search", json!({"filter": "members pr"})).await;
    members.expect_error(400, Some("invalidFilter"));
}

//! RFC 7644 §3.4, §3.8 and §3.9: reading, querying, and the content of an answer.

use super::{BABS, BASE, LIST, SEARCH, USER, acme, create_babs, here, id, settled};
use crate::support::TestTenant;
use serde_json::{Value, json};

async fn query(tenant: &TestTenant, path: &str, filter: &str) -> crate::support::request::Answer {
    let encoded = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
    tenant.get(&format!("{path}?filter={encoded}")).await
}

#[tokio::test]
async fn section_3_4_1_retrieve_a_user() {
    let tenant = acme().await;
    let example = json!({
        "schemas": [USER],
        "id": BABS,
        "externalId": "bjensen",
        "meta": {
            "resourceType": "User",
            "created": "2011-08-01T18:29:49.793Z",
            "lastModified": "2011-08-01T18:29:49.793Z",
            "location": format!("https://example.com/v2/Users/{BABS}"),
            "version": "W/\"f250dd84f0671c3\"",
        },
        "name": {
            "formatted": "Ms. Barbara J Jensen III",
            "familyName": "Jensen",
            "givenName": "Barbara",
        },
        "userName": "bjensen",
        "phoneNumbers": [{"value": "555-555-8377", "type": "work"}],
        "emails": [{"value": "bjensen@example.com", "type": "work"}],
    });
    let babs = tenant.create(&example).await;
    let accept = [("accept", "application/scim+json")];
    let read = tenant.request("GET", &format!("/Users/{babs}"), &accept, "").await;
    let body = read.expect(200);
    assert_eq!(read.header("content-type"), "application/scim+json");
    assert_eq!(read.header("etag"), body["meta"]["version"]);
    let mut expected = here(&example, &[(BABS, &babs)]);
    expected["active"] = json!(true);
    assert_eq!(settled(body), settled(expected));
}

#[tokio::test]
async fn section_3_4_2_query_the_names_of_all_users() {
    let tenant = acme().await;
    let babs = create_babs(&tenant).await;
    let smith = tenant.create(&json!({"userName": "jsmith"})).await;
    let expected = json!({
        "schemas": [LIST],
        "totalResults": 2,
        // The example omits `startIndex` and `itemsPerPage`, because all rows are on one page. It also omits the
        // schemas of the rows.
        "startIndex": 1,
        "itemsPerPage": 2,
        "Resources": [
            {"schemas": [USER], "id": babs, "userName": "bjensen"},
            {"schemas": [USER], "id": smith, "userName": "jsmith"},
        ],
    });
    assert_eq!(tenant.get("/Users?attributes=userName").await.expect(200), expected);
}

#[tokio::test]
async fn section_3_4_2_1_query_the_root_for_two_resource_types() {
    let tenant = acme().await;
    let babs = create_babs(&tenant).await;
    let guides = tenant.post("/Groups", &json!({"displayName": "Tour Guides"})).await.expect(201);
    let filter = "(meta.resourceType eq \"User\") or (meta.resourceType eq \"Group\")";
    let found = query(&tenant, "/", filter).await.expect(200);
    let rows = found["Resources"].as_array().unwrap();
    assert_eq!(found["totalResults"], 2);
    assert_eq!((id(&rows[0]), id(&rows[1])), (&*babs, id(&guides)));
    // The RFC writes the filter without quotation marks. Its own grammar requires them.
    assert_eq!(query(&tenant, "/", &filter.replace('"', "")).await.expect(200), found);
}

#[tokio::test]
async fn section_3_4_2_2_names_and_operators_in_any_case() {
    let tenant = acme().await;
    create_babs(&tenant).await;
    let john = tenant.create(&json!({"userName": "john"})).await;
    for filter in ["userName Eq \"john\"", "Username eq \"john\""] {
        let found = query(&tenant, "/Users", filter).await.expect(200);
        assert_eq!((&found["totalResults"], id(&found["Resources"][0])), (&json!(1), &*john));
    }
}

#[tokio::test]
async fn section_3_4_2_2_an_operator_that_is_not_supported() {
    let tenant = acme().await;
    create_babs(&tenant).await;
    let detail = query(&tenant, "/Users", "userName regex \"b.*\"")
        .await
        .expect_error(400, Some("invalidFilter"));
    assert!(detail.contains("regex"), "{detail}");
}

#[tokio::test]
async fn section_3_4_2_2_figure_2_filters() {
    let tenant = acme().await;
    let example = json!({
        "userName": "Jensen",
        "name": {"familyName": "O'Malley"},
        "title": "Tour Guide",
        "userType": "Employee",
        "emails": [{"type": "work", "value": "j@example.com"}],
        super::ENTERPRISE: {"division": "Theme Park"},
    });
    tenant.create(&example).await;
    let (before, now) = ("2011-05-13T04:42:34Z", 1);
    for (filter, expected) in [
        ("userName eq \"bjensen\"".to_owned(), 0),
        ("name.familyName co \"O'Malley\"".to_owned(), 1),
        ("userName sw \"J\"".to_owned(), 1),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"".to_owned(), 1),
        ("title pr".to_owned(), 1),
        (format!("meta.lastModified gt \"{before}\""), now),
        (format!("meta.lastModified ge \"{before}\""), now),
        (format!("meta.lastModified lt \"{before}\""), 0),
        (format!("meta.lastModified le \"{before}\""), 0),
        ("title pr and userType eq \"Employee\"".to_owned(), 1),
        ("title pr or userType eq \"Intern\"".to_owned(), 1),
        (format!("schemas eq \"{}\"", super::ENTERPRISE), 1),
        (
            "userType eq \"Employee\" and (emails co \"example.com\" or \
             emails.value co \"example.org\")"
                .to_owned(),
            1,
        ),
        (
            "userType ne \"Employee\" and not (emails co \"example.com\" or \
             emails.value co \"example.org\")"
                .to_owned(),
            0,
        ),
        ("userType eq \"Employee\" and (emails.type eq \"work\")".to_owned(), 1),
        (
            "userType eq \"Employee\" and emails[type eq \"work\" and \
             value co \"@example.com\"]"
                .to_owned(),
            1,
        ),
        (
            "emails[type eq \"work\" and value co \"@example.com\"] or \
             ims[type eq \"xmpp\" and value co \"@foo.com\"]"
                .to_owned(),
            1,
        ),
    ] {
        let found = query(&tenant, "/Users", &filter).await.expect(200);
        assert_eq!(found["totalResults"], expected, "{filter}");
    }
}

#[tokio::test]
async fn section_3_4_2_4_page_through_users_ten_at_a_time() {
    let tenant = acme().await;
    for number in 0..100 {
        tenant.create(&json!({"userName": format!("user{number}")})).await;
    }
    let page = tenant.get("/Users?startIndex=1&count=10").await.expect(200);
    let rows = page["Resources"].as_array().unwrap();
    let expected = json!({
        "totalResults": 100,
        "itemsPerPage": 10,
        "startIndex": 1,
        "schemas": [LIST],
        "Resources": rows,
    });
    assert_eq!(page, expected);
    let next = tenant.get("/Users?startIndex=11&count=10").await.expect(200);
    let next_rows = next["Resources"].as_array().unwrap();
    assert_eq!((rows.len(), next_rows.len(), &next["startIndex"]), (10, 10, &json!(11)));
    assert!(next_rows.iter().all(|row| !rows.contains(row)));
}

#[tokio::test]
async fn section_3_4_3_search_the_root_by_post() {
    let tenant = acme().await;
    let smith = tenant.create(&json!({"userName": "jsmith", "displayName": "Smith, James"})).await;
    tenant.create(&json!({"userName": "smithson", "displayName": "A. Smith"})).await;
    let family = tenant.post("/Groups", &json!({"displayName": "Smith Family"})).await.expect(201);
    let request = json!({
        "schemas": [SEARCH],
        "attributes": ["displayName", "userName"],
        "filter": "displayName sw \"smith\"",
        "startIndex": 1,
        "count": 10,
    });
    let expected = json!({
        "schemas": [LIST],
        "totalResults": 2,
        "itemsPerPage": 2,
        "startIndex": 1,
        "Resources": [
            {
                "schemas": [USER],
                "id": smith,
                "userName": "jsmith",
                "displayName": "Smith, James",
            },
            {"schemas": [super::GROUP], "id": id(&family), "displayName": "Smith Family"},
        ],
    });
    assert_eq!(tenant.post("/.search", &request).await.expect(200), expected);
}

#[tokio::test]
async fn section_3_8_formats_that_a_client_may_accept() {
    let tenant = acme().await;
    let path = format!("/Users/{}", create_babs(&tenant).await);
    for accept in ["application/scim+json", "application/json"] {
        let answer = tenant.request("GET", &path, &[("accept", accept)], "").await;
        assert_eq!(answer.expect(200)["userName"], "bjensen");
        assert_eq!(answer.header("content-type"), "application/scim+json", "{accept}");
    }
}

#[tokio::test]
async fn section_3_9_only_the_user_name() {
    let tenant = acme().await;
    let babs = create_babs(&tenant).await;
    let answer = tenant.get(&format!("/Users/{babs}?attributes=userName")).await;
    let expected: Value = json!({"schemas": [USER], "id": babs, "userName": "bjensen"});
    assert_eq!(answer.expect(200), expected);
    assert_eq!(answer.header("etag"), "W/\"1\"");
    let location = tenant.get(&format!("/Users/{babs}?attributes=meta.location")).await;
    assert_eq!(location.expect(200)["meta"]["location"], format!("{BASE}/Users/{babs}"));
}

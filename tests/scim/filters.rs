//! Filters over HTTP: the users that a filter finds, the key of the lookup, the page, and refused filters. The tests in
//! `crates/scim/src/filter/tests` check the grammar and the meaning of operators.

use crate::support::urns::ENTERPRISE;
use crate::support::{TestApp, TestTenant, counting_id};
use serde_json::json;
use time::Duration;

/// Creates Barbara (1), James (2), Jennifer (3) and Otto (4), one hour apart. Otto is inactive and has almost no
/// attributes.
async fn company() -> TestTenant {
    let tenant = TestApp::new().await.tenant("acme").await;
    let people = [
        json!({
            "userName": "bjensen",
            "externalId": "00u1",
            "name": {"familyName": "O'Malley", "givenName": "Barbara"},
            "title": "Vice President",
            "userType": "Employee",
            "emails": [
                {"type": "work", "value": "bjensen@example.com", "primary": true},
                {"type": "home", "value": "babs@jensen.org"},
            ],
            "ims": [{"type": "xmpp", "value": "babs@foo.com"}],
            ENTERPRISE: {"department": "Tours", "employeeNumber": "701984", "manager": {"value": "jsmith"}},
        }),
        json!({
            "userName": "jsmith",
            "externalId": "00u2",
            "name": {"familyName": "Smith"},
            "userType": "Intern",
            "emails": [{"type": "work", "value": "smith@example.org"}],
        }),
        json!({
            "userName": "Jennifer",
            "title": "Engineer",
            "userType": "Employee",
            "emails": [{"type": "home", "value": "jenny@example.com"}],
        }),
        json!({"userName": "otto", "active": false}),
    ];
    for person in people {
        tenant.create(&person).await;
        tenant.app.advance(Duration::hours(1));
    }
    tenant
}

#[tokio::test]
async fn the_examples_of_rfc_7644_find_who_they_say() {
    let tenant = company().await;
    let everyone = ["bjensen", "jsmith", "Jennifer", "otto"];
    let cases: [(&str, &[&str]); 26] = [
        ("userName eq \"bjensen\"", &["bjensen"]),
        ("name.familyName co \"O'Malley\"", &["bjensen"]),
        ("userName sw \"J\"", &["jsmith", "Jennifer"]),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"", &["jsmith", "Jennifer"]),
        ("title pr", &["bjensen", "Jennifer"]),
        ("meta.lastModified gt \"2026-11-23T10:30:00Z\"", &["Jennifer", "otto"]),
        ("meta.lastModified ge \"2026-11-23T10:30:00Z\"", &["jsmith", "Jennifer", "otto"]),
        ("meta.lastModified lt \"2026-11-23T11:30:00+01:00\"", &["bjensen"]),
        ("meta.lastModified le \"2026-11-23T11:30:00+01:00\"", &["bjensen", "jsmith"]),
        ("title pr and userType eq \"Employee\"", &["bjensen", "Jennifer"]),
        ("title pr or userType eq \"Intern\"", &["bjensen", "jsmith", "Jennifer"]),
        ("schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"", &["bjensen"]),
        (
            "userType eq \"Employee\" and (emails co \"example.com\" or emails.value co \"example.org\")",
            &["bjensen", "Jennifer"],
        ),
        (
            "userType ne \"Employee\" and not (emails co \"example.com\" or emails.value co \"example.org\")",
            &["otto"],
        ),
        ("userType eq \"Employee\" and (emails.type eq \"work\")", &["bjensen"]),
        (
            "userType eq \"Employee\" and emails[type eq \"work\" and value co \"@example.com\"]",
            &["bjensen"],
        ),
        (
            "emails[type eq \"work\" and value co \"@example.com\"] or ims[type eq \"xmpp\" and value co \"@foo.com\"]",
            &["bjensen"],
        ),
        ("emails[type eq \"home\" and value co \"@example.com\"]", &["Jennifer"]),
        ("active eq true", &["bjensen", "jsmith", "Jennifer"]),
        ("active eq \"False\"", &["otto"]),
        ("emails ew \"ORG\"", &["bjensen", "jsmith"]),
        ("name.familyName eq null", &["Jennifer", "otto"]),
        ("not (userName sw \"j\")", &["bjensen", "otto"]),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"JSMITH\"",
            &["bjensen"],
        ),
        ("MANAGER pr AND userNAME Pr", &["bjensen"]),
        ("id pr", &everyone),
    ];
    for (filter, expected) in cases {
        assert_eq!(tenant.found(filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn and_binds_closer_than_or() {
    let tenant = company().await;
    let filter = "userName eq \"otto\" or userName sw \"j\" and title pr";
    assert_eq!(tenant.found(filter).await, ["Jennifer", "otto"]);
    let filter = "(userName eq \"otto\" or userName sw \"j\") and title pr";
    assert_eq!(tenant.found(filter).await, ["Jennifer"]);
}

#[tokio::test]
async fn keys_find_whom_a_full_reading_finds() {
    let tenant = company().await;
    let (one, two) = (counting_id(1), counting_id(2));
    let cases = [
        ("userName eq \"BJensen\"".to_owned(), "bjensen"),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:username EQ \"bjensen\"".to_owned(),
            "bjensen",
        ),
        ("externalId eq \"00u2\"".to_owned(), "jsmith"),
        ("emails eq \"BJENSEN@example.com\"".to_owned(), "bjensen"),
        ("emails.value eq \"babs@Jensen.org\"".to_owned(), "bjensen"),
        ("emails[value eq \"babs@jensen.org\"]".to_owned(), "bjensen"),
        ("emails[type eq \"work\"].value eq \"smith@example.org\"".to_owned(), "jsmith"),
        ("emails[type eq \"home\" and value eq \"jenny@example.com\"]".to_owned(), "Jennifer"),
        (format!("id eq \"{one}\""), "bjensen"),
        (format!("id eq \"{one}\" and manager eq \"jsmith\""), "bjensen"),
        (format!("manager eq \"jsmith\" and id eq \"{one}\""), "bjensen"),
        ("userType eq \"Employee\" and userName eq \"jennifer\"".to_owned(), "Jennifer"),
        ("(active eq true) and (externalId eq \"00u1\" and title pr)".to_owned(), "bjensen"),
        (
            "emails eq \"smith@example.org\" and externalId eq \"00u2\" and userName eq \"JSMITH\""
                .to_owned(),
            "jsmith",
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(tenant.found(&filter).await, [expected], "{filter}");
        // The same filter, in a form that a lookup by key cannot answer.
        let read = format!("not (not ({filter}))");
        assert_eq!(tenant.found(&read).await, [expected], "{read}");
    }
    let nobody = [
        format!("id eq \"{two}\" and manager eq \"jsmith\""),
        format!("id eq \"{}\"", one.to_string().replace("8000", "ABCD")),
        format!("id eq \"{{{one}}}\""),
        "id eq \"nonsense\"".to_owned(),
        "externalId eq \"00U2\"".to_owned(),
        "emails[type eq \"home\"].value eq \"bjensen@example.com\"".to_owned(),
        "userName eq \"bjensen\" and userName eq \"jsmith\"".to_owned(),
        "userName eq \"bjensen\" and active eq false".to_owned(),
    ];
    for filter in nobody {
        let body = tenant.filter(&filter).await.expect(200);
        assert_eq!(
            (&body["totalResults"], &body["Resources"]),
            (&json!(0), &json!([])),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn nobody_has_an_empty_name() {
    let tenant = company().await;
    for attribute in ["userName", "externalId", "emails", "emails.value", "id", "title"] {
        for filter in [format!("{attribute} eq \"\""), format!("title pr and {attribute} eq \"\"")]
        {
            let body = tenant.filter(&filter).await.expect(200);
            assert_eq!(body["totalResults"], 0, "{filter}");
        }
    }
    let directory = tenant.directory();
    assert_eq!(directory.users().find_colleague("").await.unwrap(), None);
}

#[tokio::test]
async fn ids_are_compared_exactly() {
    let tenant = TestApp::with_ids(crate::support::Ids::Random).await.tenant("acme").await;
    let id = tenant.create(&json!({"userName": "ada"})).await;
    assert_eq!(tenant.found(&format!("id eq \"{id}\"")).await, ["ada"]);
    for other in [id.to_uppercase(), id.replace('-', ""), format!("urn:uuid:{id}")] {
        assert!(tenant.found(&format!("id eq \"{other}\"")).await.is_empty(), "{other}");
        tenant.get(&format!("/Users/{other}")).await.expect_error(404, None);
    }
}

#[tokio::test]
async fn an_address_two_people_share_finds_both() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let shared = json!({"value": "office@example.com"});
    let own = json!({"value": "own@example.com", "primary": true});
    let people = [json!([shared]), json!([own, shared]), json!([shared, own])];
    for (n, emails) in people.iter().enumerate() {
        tenant
            .create(&json!({"userName": format!("u{n}"), "emails": emails, "externalId": "same"}))
            .await;
    }
    assert_eq!(tenant.found("emails eq \"Office@Example.com\"").await, ["u0", "u1", "u2"]);
    assert_eq!(tenant.found("externalId eq \"same\"").await, ["u0", "u1", "u2"]);
    let body =
        tenant.get("/Users?filter=externalId+eq+%22same%22&startIndex=2&count=1").await.expect(200);
    assert_eq!((&body["totalResults"], &body["itemsPerPage"]), (&json!(3), &json!(1)));
    assert_eq!(body["Resources"][0]["userName"], "u1");
}

#[tokio::test]
async fn a_filter_that_is_not_understood_finds_nobody_and_says_so() {
    let tenant = company().await;
    let cases = [
        (
            "",
            "Filter: the text is empty; expected a comparison such as userName eq \"ada@example.com\"",
        ),
        ("nonsense eq \"x\"", "Filter: the resource type User has no attribute \"nonsense\""),
        (
            "name.nonsense eq \"x\"",
            "Filter: \"name\" has no sub-attribute \"nonsense\"; it has formatted, familyName, givenName, middleName, honorificPrefix, honorificSuffix",
        ),
        (
            "urn:x:y:userName eq \"x\"",
            "Filter: the resource type User has no attribute \"urn:x:y:userName\"",
        ),
        (
            "externalId sw jyoung",
            "Filter: text must be in double quotes: expected true, false, null, a number or text such as \"ada\" at character 15, found jyoung",
        ),
        (
            "userName is \"x\"",
            "Filter: expected a comparison operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr) after \"userName\" at character 10, found \"is\"",
        ),
        (
            "userName eq",
            "Filter: expected a value (text in double quotes, a number, true, false or null) after \"eq\" at character 12, found the end",
        ),
        (
            "active gt true",
            "Filter: \"active\" has the type boolean, which gt does not support; use eq, ne or pr",
        ),
        (
            "userName eq 5.5",
            "Filter: \"userName\" must be compared with text in double quotes, found 5.5",
        ),
        (
            "meta.created gt \"yesterday\"",
            "Filter: \"meta.created\" must be compared with a date and time such as \"2026-11-23T09:30:00Z\", found \"yesterday\"",
        ),
        (
            "name eq \"x\"",
            "Filter: \"name\" cannot be compared as a whole; name one of its sub-attributes: formatted, familyName, givenName, middleName, honorificPrefix, honorificSuffix",
        ),
    ];
    for (filter, detail) in cases {
        let answer = tenant.filter(filter).await;
        assert_eq!(answer.expect_error(400, Some("invalidFilter")), detail, "{filter}");
    }
    let more = [
        "(userName pr",
        "userName pr)",
        "userName pr and",
        "or userName pr",
        "userName eq \"x",
        "userName eq \"x\" userName eq \"y\"",
        "not userName pr",
        "emails[type eq \"work\"",
        "emails[]",
        "userName",
        "userName pr pr",
        "x509Certificates.value sw \"a\"",
        "userName eq 'x'",
        "\"userName\" eq \"x\"",
        "userName == \"x\"",
        "userName eq \"\\x\"",
        "active eq \"maybe\"",
        "userName gt null",
        "emails[value.x eq \"a\"]",
        "title[value eq \"a\"]",
        "userName eq \"a\"; drop table",
        "*",
        "1 eq 1",
    ];
    for filter in more {
        tenant.filter(filter).await.expect_error(400, Some("invalidFilter"));
    }
}

#[tokio::test]
async fn a_password_cannot_be_guessed_by_filters() {
    let tenant = company().await;
    for filter in
        ["password eq \"x\"", "password pr", "userName eq \"bjensen\" and not (PASSWORD sw \"a\")"]
    {
        let detail = tenant.filter(filter).await.expect_error(403, Some("sensitive"));
        assert!(detail.ends_with("is never returned and cannot be used in a filter"), "{detail}");
    }
}

#[tokio::test]
async fn a_filtered_list_is_paged_like_any_other() {
    let tenant = TestApp::new().await.tenant("acme").await;
    for n in 0..25 {
        let kind = if n % 2 == 0 { "even" } else { "odd" };
        tenant.create(&json!({"userName": format!("u{n:02}"), "userType": kind})).await;
    }
    let page = |query: &'static str| {
        let tenant = tenant.clone();
        async move {
            let path = format!("/Users?filter=userType%20eq%20%22even%22{query}");
            let body = tenant.get(&path).await.expect(200);
            let rows = body["Resources"].as_array().unwrap().clone();
            assert_eq!(
                (&body["totalResults"], &body["itemsPerPage"]),
                (&json!(13), &json!(rows.len())),
                "{query}"
            );
            let names: Vec<String> =
                rows.iter().map(|row| row["userName"].as_str().unwrap().to_owned()).collect();
            (body["startIndex"].as_u64().unwrap(), names.join(" "))
        }
    };
    let all = "u00 u02 u04 u06 u08 u10 u12 u14 u16 u18 u20 u22 u24";
    assert_eq!(page("").await, (1, all.to_owned()));
    assert_eq!(page("&startIndex=1&count=5").await, (1, "u00 u02 u04 u06 u08".to_owned()));
    assert_eq!(page("&startIndex=6&count=5").await, (6, "u10 u12 u14 u16 u18".to_owned()));
    assert_eq!(page("&startIndex=11&count=5").await, (11, "u20 u22 u24".to_owned()));
    assert_eq!(page("&startIndex=14&count=5").await, (14, String::new()));
    assert_eq!(page("&startIndex=13").await, (13, "u24".to_owned()));
    assert_eq!(page("&count=0").await, (1, String::new()));
    assert_eq!(page("&startIndex=-3&count=-1").await, (1, String::new()));
}

#[tokio::test]
async fn every_encoding_of_a_query_is_decoded_once() {
    let tenant = TestApp::new().await.tenant("acme").await;
    for name in ["a+b@example.com", "100%25", "é&=?"] {
        tenant.create(&json!({"userName": name})).await;
    }
    let cases = [
        ("userName+eq+%22a%2Bb%40example.com%22", Some("a+b@example.com")),
        ("userName%20eq%20%22a%2bb@example.com%22", Some("a+b@example.com")),
        ("userName%20eq%20%22a+b@example.com%22", None),
        ("userName%20eq%20%22100%2525%22", Some("100%25")),
        ("userName%20eq%20%22%C3%A9%26%3D%3f%22", Some("é&=?")),
        ("userName%20eq%20%22e%CC%81%26%3D%3F%22", Some("é&=?")),
        ("userName%20eq%20%22\\u00e9%26=%3F%22", Some("é&=?")),
        ("%75serName%20eq%20%22a%2Bb%40example.com%22", Some("a+b@example.com")),
    ];
    for (query, expected) in cases {
        let body = tenant.get(&format!("/Users?filter={query}")).await.expect(200);
        let found = body["Resources"][0]["userName"].as_str();
        assert_eq!(
            (found, &body["totalResults"]),
            (expected, &json!(u8::from(expected.is_some()))),
            "{query}"
        );
    }
}

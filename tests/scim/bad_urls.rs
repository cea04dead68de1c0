//! Wrong methods, routes, ids and query parameters.

use super::refusals::{Bench, JSON, patch_body};
use crate::support::counting_id;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn wrong_methods_are_refused_with_those_that_are_taken() {
    let bench = Bench::new().await;
    let cases: [(&str, &[&str], &[&str]); 2] = [
        ("/Users", &["PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"], &["GET", "HEAD", "POST"]),
        (&bench.path, &["POST", "OPTIONS", "LOCK"], &["GET", "HEAD", "PUT", "PATCH", "DELETE"]),
    ];
    for (path, wrong, right) in cases {
        for method in wrong {
            let answer = bench.tenant.request(method, path, &JSON, "{}").await;
            let allowed: BTreeSet<String> =
                answer.header("allow").split(',').map(|word| word.trim().to_owned()).collect();
            assert_eq!(
                allowed,
                right.iter().map(|word| (*word).to_owned()).collect(),
                "{method} {path}"
            );
            let detail = bench.refused(answer, 405, None).await;
            assert_eq!(
                detail,
                "The endpoint does not support this method. The Allow header lists the methods that \
                 it supports"
            );
        }
    }
}

#[tokio::test]
async fn unknown_routes_are_refused_with_those_that_exist() {
    let bench = Bench::new().await;
    let id = bench.path.clone();
    for path in [
        "/nonsense",
        "/user",
        "/User",
        "/Users/a/b",
        &format!("{id}/emails"),
        "/Bulks",
        "/.Search",
        "/%55sers/x/y",
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = bench.tenant.request(method, path, &JSON, "{}").await;
            let detail = bench.refused(answer, 404, None).await;
            assert!(
                detail.starts_with("There is no endpoint at this path. /Users"),
                "{method} {path}: {detail}"
            );
        }
    }
}

#[tokio::test]
async fn ids_that_cannot_be_are_nobodys() {
    let bench = Bench::new().await;
    let id = bench.path.trim_start_matches("/Users/").to_owned();
    let ids = [
        "x".to_owned(),
        "1".to_owned(),
        "a%2Fb".to_owned(),
        format!("{id}%2F"),
        format!("..%2F{id}"),
        "..".to_owned(),
        ".".to_owned(),
        "%2E%2E".to_owned(),
        "%2e%2e%2f%2e%2e%2fetc".to_owned(),
        "%00".to_owned(),
        format!("{id}%00"),
        "%FF".to_owned(),
        "%".to_owned(),
        "%zz".to_owned(),
        "%20".to_owned(),
        format!("%20{id}"),
        format!("%7B{id}%7D"),
        id.replace('-', ""),
        id.replace("8000", "8000-"),
        "x".repeat(300),
        "%F0%9F%A6%80".repeat(300),
        "x".repeat(30_000),
        "TENANT%23acme%23EMPLOYEE".to_owned(),
        counting_id(2).to_string(),
        uuid::Uuid::nil().to_string(),
    ];
    for id in ids {
        let path = format!("/Users/{id}");
        let body = json!({"userName": "stolen"}).to_string();
        let patch = patch_body(&json!([{"op": "replace", "value": {"active": false}}]));
        for (method, body) in [("GET", ""), ("PUT", &body), ("PATCH", &patch), ("DELETE", "")] {
            let answer = bench.tenant.request(method, &path, &JSON, body.to_owned()).await;
            let detail = bench.refused(answer, 404, None).await;
            assert_eq!(
                detail,
                "There is no user with this id; it may have been deleted. Look it up by userName; if nobody is found, create the user",
                "{method} {id:.80}"
            );
        }
    }
}

#[tokio::test]
async fn queries_that_make_no_sense_are_refused_with_the_parameter() {
    let bench = Bench::new().await;
    let utf_8 = "The query string is not percent-encoded UTF-8 text";
    let cases = [
        ("startIndex=x", "invalidValue", "startIndex must be a whole number"),
        ("startIndex=1.5", "invalidValue", "startIndex must be a whole number"),
        ("startIndex=1e3", "invalidValue", "startIndex must be a whole number"),
        ("count=ten", "invalidValue", "count must be a whole number"),
        ("count=0x10", "invalidValue", "count must be a whole number"),
        ("count=%EF%BC%91", "invalidValue", "count must be a whole number"),
        (
            "count=1&count=2",
            "invalidValue",
            "The query parameter count occurs more than once; send it once",
        ),
        (
            "filter=userName+pr&filter=title+pr",
            "invalidValue",
            "The query parameter filter occurs more than once; send it once",
        ),
        ("filter=%FF", "invalidValue", utf_8),
        ("filter=userName+eq+%22%C3%28%22", "invalidValue", utf_8),
        ("attributes=%ED%A0%80", "invalidValue", utf_8),
        ("%FF=x", "invalidValue", utf_8),
        (
            "filter",
            "invalidFilter",
            "Filter: the text is empty; expected a comparison such as userName eq \"ada@example.com\"",
        ),
        (
            "filter=nonsense+eq+%22x%22",
            "invalidFilter",
            "Filter: the resource type User has no attribute \"nonsense\"",
        ),
        (
            "filter=userName+eq+%22a%00%22",
            "invalidFilter",
            "Filter: the text at character 13 is not a JSON string: \"a\0\"; a backslash is written \\\\ and a quote \\\"",
        ),
        (
            "filter=%zz",
            "invalidFilter",
            "Filter: expected an attribute name, \"not (\" or \"(\" at character 1, found \"%zz\"",
        ),
    ];
    for (query, scim_type, detail) in cases {
        let answer = bench.tenant.get(&format!("/Users?{query}")).await;
        assert_eq!(bench.refused(answer, 400, Some(scim_type)).await, detail, "{query}");
    }
}

#[tokio::test]
async fn page_numbers_of_any_size_are_numbers() {
    let bench = Bench::new().await;
    let huge = "9".repeat(500);
    for (query, rows) in [
        ("count=-1".to_owned(), 0),
        (format!("count=-{huge}"), 0),
        (format!("count={huge}"), 1),
        ("startIndex=0".to_owned(), 1),
        (format!("startIndex=-{huge}"), 1),
        ("startIndex=9223372036854775808".to_owned(), 0),
        (format!("startIndex={huge}&count={huge}"), 0),
        (format!("startIndex={huge}&filter=userName+pr"), 0),
        (format!("startIndex={huge}&filter=userName+eq+%22ada@example.com%22"), 0),
        ("nonsense=1&STARTINDEX=7".to_owned(), 0),
    ] {
        let body = bench.tenant.get(&format!("/Users?{query}")).await.expect(200);
        assert_eq!(body["totalResults"], 1, "{query}");
        assert_eq!(body["itemsPerPage"], rows, "{query}");
        assert_eq!(body["Resources"].as_array().unwrap().len(), rows, "{query}");
        assert!(body["startIndex"].as_u64().is_some_and(|index| index >= 1), "{query}");
    }
}

#[tokio::test]
async fn filters_of_any_size_are_refused_or_answered() {
    let bench = Bench::new().await;
    // The filter has as many terms as a URI can hold.
    let terms = vec!["id+pr"; 7_000].join("+or+");
    let answer = bench.tenant.get(&format!("/Users?filter={terms}")).await;
    let detail = bench.refused(answer, 400, Some("invalidFilter")).await;
    assert_eq!(detail, "Filter: the text has 62996 bytes; at most 4096 are accepted");
    for (open, close) in [("(", ")"), ("not+(", ")")] {
        let nested = |depth: usize| {
            format!("/Users?filter={}userName+pr{}", open.repeat(depth), close.repeat(depth))
        };
        bench.tenant.get(&nested(32)).await.expect(200);
        let answer = bench.tenant.get(&nested(33)).await;
        let detail = bench.refused(answer, 400, Some("invalidFilter")).await;
        assert!(detail.starts_with("Filter: nested too deeply at character "), "{detail}");
        bench.refused(bench.tenant.get(&nested(5_000)).await, 400, Some("invalidFilter")).await;
    }
    let widest = vec!["id+pr"; 455].join("+or+");
    assert_eq!(
        bench.tenant.get(&format!("/Users?filter={widest}")).await.expect(200)["totalResults"],
        1
    );
}

use super::SearchParams;
use crate::projection::Projection;
use crate::{Error, Limits, urn};
use serde_json::{Value, json};

fn read(mut body: Value) -> Result<SearchParams, Error> {
    body["schemas"] = json!([urn::SEARCH_REQUEST.to_uppercase()]);
    SearchParams::from_body(&body.as_object().unwrap().clone().into(), &Limits::default())
}

#[test]
fn a_body_and_a_query_are_read_alike() {
    let body = read(json!({
        "attributes": ["displayName", "userName"],
        "filter": "displayName sw \"smith\"",
        "SORTBY": "userName",
        "sortOrder": "descending",
        "startIndex": 1,
        "count": "10",
        "cursor": null,
        "domain": "x",
    }));
    let query = [
        ("Attributes", "displayName,userName"),
        ("filter", "displayName sw \"smith\""),
        ("sortBy", "userName"),
        ("sortOrder", "descending"),
        ("startIndex", "1"),
        ("count", "10"),
        ("aadOptscim062020", ""),
    ];
    let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let params = SearchParams::from_query(query, &Limits::default()).unwrap();
    assert_eq!(body.unwrap(), params);
    assert_eq!(
        (
            params.page(&Limits::default()).unwrap().start_index,
            params.page(&Limits::default()).unwrap().count
        ),
        (1, 10)
    );
    assert!(params.sort().unwrap().is_some());
    assert!(matches!(params.projection(), Ok(Projection::Only(paths)) if paths.len() == 2));
}

#[test]
fn numbers_may_be_written_in_other_ways() {
    for count in [json!(10), json!(10.0), json!("10"), json!(1e1)] {
        assert_eq!(
            read(json!({"count": count})).unwrap().page(&Limits::default()).unwrap().count,
            10,
            "{count}"
        );
    }
    assert_eq!(read(json!({"count": 1e30})).unwrap().page(&Limits::default()).unwrap().count, 200);
    assert!(read(json!({"count": 1.5})).unwrap().page(&Limits::default()).is_err());
    assert_eq!(read(json!({"cursor": ""})).unwrap().cursor.as_deref(), Some(""));
    assert_eq!(read(json!({"attributes": []})).unwrap().projection(), Ok(Projection::Default));
    let empty = json!({
        "startIndex": "", "count": " ", "sortBy": "", "sortOrder": "", "attributes": "",
        "excludedAttributes": "",
    });
    assert_eq!(read(empty).unwrap(), SearchParams::default());
    assert_eq!(read(json!({"filter": ""})).unwrap().filter.as_deref(), Some(""));
}

#[test]
fn what_is_malformed_is_refused_by_name() {
    let check = |body: Value, detail: &str| {
        assert_eq!(read(body).unwrap_err().to_string(), detail);
    };
    check(json!({"filter": 1}), "invalidSyntax: filter must be text");
    check(json!({"cursor": 1}), "invalidSyntax: cursor must be text");
    check(json!({"count": true}), "invalidSyntax: count must be a whole number");
    check(
        json!({"attributes": ["id", 1]}),
        "invalidSyntax: attributes must be a list of attribute names",
    );
    check(
        json!({"excludedAttributes": "x".repeat(10_241)}),
        "invalidValue: excludedAttributes has 10241 bytes; at most 10240 are accepted",
    );
    let error = read(json!({"count": 1, "Count": 1})).unwrap_err();
    assert!(error.detail.starts_with("count occurs more than once"), "{error}");
    let error =
        SearchParams::from_body(&crate::json::Body::default(), &Limits::default()).unwrap_err();
    assert!(error.detail.contains(urn::SEARCH_REQUEST), "{error}");
    let twice = [("count".to_owned(), "1".to_owned()), ("COUNT".to_owned(), "1".to_owned())];
    assert!(SearchParams::from_query(twice, &Limits::default()).is_err());
}

#[test]
fn the_digest_tells_queries_apart_but_not_their_pages() {
    let digest = |body: Value| read(body).unwrap().digest("/Users");
    let first = digest(json!({"filter": "userName sw \"j\"", "cursor": "", "count": 1}));
    assert_eq!(first, digest(json!({"filter": "username sw \"J\"", "cursor": "abc"})));
    assert_ne!(first, digest(json!({"filter": "userName sw \"k\""})));
    assert_ne!(digest(json!({"filter": "a"})), digest(json!({"sortBy": "a"})));
    assert_ne!(digest(json!({})), read(json!({})).unwrap().digest("/Groups"));
}

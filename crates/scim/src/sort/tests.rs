use super::{SortBy, SortKey};
use crate::ScimType;
use crate::comparison_budget::ComparisonBudget;
use crate::fold::fold;
use crate::schema::{Attribute, AttributeType, ResourceType, ResourceTypes, Returned};
use crate::urn::{ENTERPRISE_USER, USER};
use serde_json::{Value, json};

/// The User resource type, with attributes of types that it does not use.
fn resource_type() -> ResourceType {
    let mut resource_type = ResourceTypes::standard().users;
    resource_type.schema.attributes.extend([
        Attribute::new(AttributeType::Integer, "logins", "How often the person came"),
        Attribute::string("tags", "Plain text, many times").multi_valued(),
        Attribute::complex(
            "badge",
            vec![Attribute::string("value", "A secret").returned(Returned::Never)],
            "What opens the door",
        ),
    ]);
    resource_type
}

/// Checks the order of the `id`s. Equal resources are ordered by `id`.
#[track_caller]
fn check(sort_by: &str, sort_order: Option<&str>, resources: Value, expected: &str) {
    let sort = SortBy::read(Some(sort_by), sort_order).unwrap().unwrap();
    let sort = sort.bind(&resource_type()).unwrap();
    let mut rows: Vec<(SortKey, String)> = Vec::new();
    for resource in resources.as_array().unwrap() {
        let id = resource["id"].as_str().unwrap().to_owned();
        rows.push((sort.key(resource.as_object().unwrap()), id));
    }
    rows.sort_by(|(left, left_id), (right, right_id)| {
        sort.compare(left, right).then_with(|| left_id.cmp(right_id))
    });
    let ids: Vec<String> = rows.into_iter().map(|(_, id)| id).collect();
    assert_eq!(ids.join(" "), expected, "{sort_by} {sort_order:?}");
}

#[track_caller]
fn refuse(sort_by: &str, scim_type: ScimType, detail: &str) {
    let sort = SortBy::read(Some(sort_by), None).and_then(|sort| {
        let sort = sort.unwrap_or_else(|| panic!("{sort_by} is read as none"));
        sort.bind(&resource_type())
    });
    let error = sort.expect_err(sort_by);
    assert_eq!(error.scim_type, scim_type, "{sort_by}");
    assert!(error.detail.contains(detail), "{sort_by}: {}", error.detail);
}

#[test]
fn text_is_ordered_without_regard_to_case_unless_it_is_case_exact() {
    let people = json!([
        {"id": "1", "userName": "bob", "externalId": "b"},
        {"id": "2", "userName": "Ada", "externalId": "B"},
        {"id": "3", "userName": "BOB", "externalId": "a"},
        {"id": "4", "userName": "Émile"},
    ]);
    check("userName", None, people.clone(), "2 1 3 4");
    check("USERNAME", Some("Descending"), people.clone(), "4 1 3 2");
    check(&format!("{USER}:userName"), Some("ASCENDING"), people.clone(), "2 1 3 4");
    check("externalId", None, people, "2 3 1 4");
}

#[test]
fn what_has_no_value_is_last_ascending_and_first_descending() {
    let people = json!([
        {"id": "1"},
        {"id": "2", "title": "B"},
        {"id": "3", "title": ""},
        {"id": "4", "title": "A"},
    ]);
    check("title", Some("ascending"), people.clone(), "4 2 1 3");
    check("title", Some("descending"), people, "1 3 2 4");
}

#[test]
fn each_type_has_its_own_order() {
    let people = json!([
        {"id": "1", "active": true, "logins": 10, "meta": {"created": "2026-01-01T01:00:00+02:00"}},
        {"id": "2", "active": false, "logins": 9, "meta": {"created": "2026-01-01T00:00:00Z"}},
        {"id": "3", "active": true, "logins": -1.5, "meta": {"created": "2025-12-31T23:30:00Z"}},
    ]);
    check("active", None, people.clone(), "2 1 3");
    check("logins", None, people.clone(), "3 2 1");
    check("meta.created", None, people, "1 3 2");
}

#[test]
fn of_a_list_the_primary_value_counts_or_else_the_first() {
    let people = json!([
        {"id": "1", "emails": [{"value": "z", "type": "a"}, {"value": "b", "type": "work", "primary": true}]},
        {"id": "2", "emails": [{"value": "c", "type": "home"}, {"value": "a", "type": "work"}]},
        {"id": "3", "emails": []},
        {"id": "4", "emails": [{"value": "A", "primary": false}]},
    ]);
    check("emails", None, people.clone(), "4 1 2 3");
    check("emails.value", None, people.clone(), "4 1 2 3");
    check("emails.type", None, people, "2 1 3 4");
    check(
        "tags",
        None,
        json!([{"id": "1", "tags": ["b", "a"]}, {"id": "2", "tags": ["a"]}]),
        "2 1",
    );
}

#[test]
fn parts_and_extensions_are_found() {
    let people = json!([
        {"id": "1", "name": {"familyName": "Z"}, ENTERPRISE_USER: {"manager": {"value": "a"}}},
        {"id": "2", "name": {"familyName": "A"}, ENTERPRISE_USER: {"department": "X"}},
        {"id": "3", "name": "odd", ENTERPRISE_USER: "odd"},
    ]);
    check("name.familyName", None, people.clone(), "2 1 3");
    check("manager", None, people.clone(), "1 2 3");
    check(&format!("{ENTERPRISE_USER}:department"), None, people, "2 1 3");
}

#[test]
fn what_cannot_be_sorted_by_is_refused() {
    use ScimType::{InvalidValue, Sensitive};
    refuse("userName,title", InvalidValue, "must be an attribute such as userName");
    refuse(
        "shoeSize",
        InvalidValue,
        "sortBy: the resource type User has no attribute \"shoeSize\"",
    );
    refuse("userName.first", InvalidValue, "\"userName\" has no sub-attributes");
    refuse("name.first", InvalidValue, "no sub-attribute \"first\"; it has formatted, familyName");
    refuse("name", InvalidValue, "name one of its sub-attributes: formatted, familyName");
    refuse("addresses", InvalidValue, "name one of its sub-attributes: formatted, streetAddress");
    refuse(ENTERPRISE_USER, InvalidValue, "is a schema");
    refuse("password", Sensitive, "never returned");
    refuse("badge", Sensitive, "never returned");
}

#[test]
fn sort_order_is_one_of_two_words_and_nothing_without_sort_by() {
    let error = SortBy::read(Some("title"), Some("down")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalidValue: sortOrder must be ascending or descending, found \"down\""
    );
    for sort_by in [None, Some(""), Some(" ")] {
        assert_eq!(SortBy::read(sort_by, Some("down")), Ok(None));
    }
    let ascending = SortBy::read(Some("title"), Some("ascending"));
    assert_eq!(SortBy::read(Some("title"), Some("")), ascending);
}

#[test]
fn keys_are_small_and_folding_for_them_is_counted() {
    assert!(size_of::<SortKey>() <= 24);
    let sort = SortBy::read(Some("title"), None).unwrap().unwrap().bind(&resource_type()).unwrap();
    let resource = json!({"title": "É".repeat(4_096)});
    let work = ComparisonBudget::new(513);
    let key = work.run(|| sort.key(resource.as_object().unwrap()));
    assert_eq!(key, sort.key(json!({"title": fold(&"É".repeat(256))}).as_object().unwrap()));
    assert!(!work.is_exhausted(), "the beginning alone is folded");
    work.run(|| sort.key(resource.as_object().unwrap()));
    assert!(work.is_exhausted());
}

use super::{Identity, Reference, Relation, Resource};
use crate::Limits;
use crate::document::Document;
use crate::filter::Filter;
use crate::projection::Projection;
use crate::schema::ResourceTypes;
use crate::sort::SortBy;
use crate::urn::{ENTERPRISE_USER, USER};
use serde_json::json;
use time::macros::datetime;

/// The document of Ada, with unordered attributes and values that no table declares.
fn stored() -> Document {
    let stored = json!({
        "active": true,
        (ENTERPRISE_USER): {"manager": {"value": "m"}, "department": 5, "shoe": "x"},
        "urn:x:gone": {"a": 1},
        "emails": [{"type": "work", "value": "a@x"}],
        "name": {"familyName": "L", "givenName": "Ada"},
        "userName": "ada",
    });
    Document::from_canonical(stored.as_object().unwrap().clone())
}

/// Calls `check` with Ada as a resource in two groups.
fn with_ada<T>(check: impl FnOnce(Resource<'_>) -> T) -> T {
    let (document, resource_type) = (stored(), ResourceTypes::standard().users);
    let identity = Identity {
        id: "7",
        created: datetime!(2026-01-02 03:04:05 UTC),
        last_modified: datetime!(2026-02-03 04:05:06 UTC),
        version: 3,
    };
    let (endpoint, kind) = (Some("/Groups"), Some("direct"));
    let values = vec![
        Reference { id: &"g1", endpoint, kind, display: Some("G \"1\"") },
        Reference::to(&"g2"),
    ];
    check(Resource {
        resource_type: &resource_type,
        identity,
        document: &document,
        relation: Some(Relation { attribute: "groups", values }),
        base_url: "https://x/scim",
    })
}

fn written(attributes: Option<&str>, excluded: Option<&str>) -> String {
    with_ada(|ada| {
        let projection = Projection::read(attributes, excluded).unwrap();
        let projection = projection.bind(ada.resource_type);
        serde_json::to_string(&ada.clone().projected(&projection)).unwrap()
    })
}

#[test]
fn a_whole_resource_is_written_in_table_order() {
    let expected =
        format!(r#"{{"schemas":["{USER}","{ENTERPRISE_USER}"],"id":"7","userName":"ada","#)
            + r#""name":{"familyName":"L","givenName":"Ada"},"active":true,"#
            + r#""emails":[{"value":"a@x","type":"work"}],"#
            + &format!(r#""{ENTERPRISE_USER}":{{"manager":{{"value":"m"}}}},"#)
            + r#""groups":[{"value":"g1","$ref":"https://x/scim/Groups/g1","display":"G \"1\"","#
            + r#""type":"direct"},{"value":"g2"}],"#
            + r#""meta":{"resourceType":"User","created":"2026-01-02T03:04:05.000Z","#
            + r#""lastModified":"2026-02-03T04:05:06.000Z","location":"https://x/scim/Users/7","#
            + r#""version":"W/\"3\""}}"#;
    assert_eq!(written(None, None), expected);
}

#[test]
fn parts_of_meta_and_of_the_relation_can_be_chosen() {
    let start = format!(r#"{{"schemas":["{USER}","{ENTERPRISE_USER}"],"id":"7""#);
    let check = |attributes, excluded, expected: &str| {
        assert_eq!(written(attributes, excluded), format!("{start}{expected}}}"));
    };
    check(
        Some("groups.display,meta.version"),
        None,
        r#","groups":[{"display":"G \"1\""}],"meta":{"version":"W/\"3\""}"#,
    );
    check(Some("emails.display,department"), None, "");
    let excluded = format!(
        "{USER}:userName,name,active,emails,{ENTERPRISE_USER},groups.$ref,groups.type,groups.value,meta"
    );
    check(None, Some(&excluded), r#","groups":[{"display":"G \"1\""}]"#);
}

#[test]
fn filters_see_what_an_answer_shows() {
    let check = |filter: &str, expected: bool| {
        let parsed = Filter::parse(filter, &Limits::default()).unwrap();
        with_ada(|ada| {
            assert_eq!(parsed.bind(ada.resource_type).unwrap().matches(&ada), expected, "{filter}");
        });
    };
    check("id eq \"7\" and schemas pr and not (id eq \"8\")", true);
    check(&format!("schemas eq \"{ENTERPRISE_USER}\""), true);
    check("schemas eq \"urn:x:gone\"", false);
    check("meta.created eq \"2026-01-02T03:04:05Z\" and meta.version eq \"W/\\\"3\\\"\"", true);
    check("meta[resourceType eq \"User\" and location ew \"/Users/7\"] and meta pr", true);
    check("meta.lastModified gt \"2026-02-03T04:05:06Z\"", false);
    check("groups.value eq \"g2\" and groups[value eq \"g1\"]", true);
    check("groups.value eq \"g3\"", false);
    check(&format!("{ENTERPRISE_USER} pr and manager eq \"m\""), true);
    check("department pr", false);
    check("title pr or nickName co \"x\"", false);
    check("userName eq \"ADA\" and emails.value co \"A@\" and name.givenName gt \"abc\"", true);
}

#[test]
fn an_extension_without_declared_values_is_invisible() {
    let document = json!({"userName": "ada", (ENTERPRISE_USER): {"shoe": "x", "department": 5}});
    let types = ResourceTypes::standard();
    with_ada(|ada| {
        let document = &Document::from_canonical(document.as_object().unwrap().clone());
        let resource = Resource { document, relation: None, resource_type: &types.users, ..ada };
        let filter = Filter::parse(&format!("{ENTERPRISE_USER} pr"), &Limits::default()).unwrap();
        assert!(!filter.bind(&types.users).unwrap().matches(&resource));
        let shown = json!(resource.projected(&Projection::Default.bind(&types.users)));
        assert_eq!(shown["schemas"], json!([USER]));
        assert_eq!(shown.get(ENTERPRISE_USER), None);
    });
}

#[test]
fn orders_see_what_an_answer_shows() {
    let key = |sort_by: &str| {
        let sort = SortBy::read(Some(sort_by), None).unwrap().unwrap();
        with_ada(|ada| {
            let sort = sort.bind(ada.resource_type).unwrap();
            let whole = json!(ada.clone().projected(&Projection::Default.bind(ada.resource_type)));
            assert_eq!(sort.key(&ada), sort.key(whole.as_object().unwrap()), "{sort_by}");
        });
    };
    let plain = ["id", "meta.created", "meta.location", "userName", "name.givenName"];
    let others = ["emails", "manager", "department", "active", "groups"];
    plain.into_iter().chain(others).for_each(key);
}

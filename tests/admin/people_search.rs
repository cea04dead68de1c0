//! Searches that stop before their end, and an index that is older than the records.

use crate::support::actors::OPERATOR;
use crate::support::damage::text;
use crate::support::employees::{ALL_ON, create};
use crate::support::urns::ENTERPRISE;
use crate::support::{TestTenant, acme};
use rollcall::directory::people::{PeopleFilters, PeoplePage, PeopleQuery};
use rollcall::directory::users::administration::Status;
use rollcall::model::tenant::Settings;
use scim::json::Body;
use scim::schema::ResourceTypes;
use serde_json::{Value, json};
use uuid::Uuid;

/// The records after which a page of 50 stops: the first multiple of its batch of 51 from 1,000 on.
const MOST_RECORDS: usize = 1_020;

async fn page(tenant: &TestTenant, query: &PeopleQuery<'_>) -> PeoplePage {
    tenant.directory().people().page(query).await.expect("a page")
}

/// Creates more users than a page reads, with the same attributes.
async fn create_many(tenant: &TestTenant, attributes: &Value) {
    let (directory, types) = (tenant.directory(), ResourceTypes::standard());
    for n in 0..MOST_RECORDS + 20 {
        let mut body = attributes.as_object().unwrap().clone();
        body.insert("userName".to_owned(), json!(format!("u{n:04}")));
        let document = scim::validate::read_resource(&types.users, Body::from(body)).unwrap();
        directory.users().create(document, &OPERATOR).await.unwrap();
    }
}

fn query(settings: Settings) -> PeopleQuery<'static> {
    let filters = PeopleFilters { location: Some("GB"), ..PeopleFilters::default() };
    PeopleQuery { status: Status::Active, search: "", filters, settings, cursor: None, limit: 50 }
}

#[tokio::test]
async fn a_search_with_many_records_to_read_stops_and_goes_on() {
    let tenant = acme().await;
    create_many(&tenant, &json!({ENTERPRISE: {"location": "GB"}})).await;
    // The index has the words of both sources. The values of the identity provider are not in use here.
    let asked = query(Settings::default());
    let stopped = page(&tenant, &asked).await;
    assert_eq!((stopped.rows.len(), stopped.total), (0, None));
    assert_eq!(stopped.stopped_after, Some(MOST_RECORDS as u64));
    let next = PeopleQuery { cursor: stopped.next.as_deref(), ..asked };
    let end = page(&tenant, &next).await;
    assert_eq!((end.rows.len(), end.total, end.stopped_after), (0, Some(0), None));
    assert_eq!(end.next, None);
    // A page that is full costs no more than its rows.
    let full = page(&tenant, &query(ALL_ON)).await;
    assert_eq!((full.rows.len(), full.stopped_after, full.total), (50, None, None));
    let next = PeopleQuery { cursor: full.next.as_deref(), ..query(ALL_ON) };
    let second = page(&tenant, &next).await;
    assert_eq!(second.first_ordinal, 51);
    assert_eq!(second.rows[0].employee.user_name(), "u0050");
    let back = PeopleQuery { cursor: second.previous.as_deref(), ..query(ALL_ON) };
    let back = page(&tenant, &back).await;
    assert_eq!((back.first_ordinal, &back.rows), (1, &full.rows));
    assert_eq!(back.previous, None);
}

#[tokio::test]
async fn a_manager_filter_with_a_common_title_does_not_count_titles_as_names() {
    let tenant = acme().await;
    create_many(&tenant, &json!({"title": "Engineer"})).await;
    let report = |manager: &str| json!({"manager": {"value": manager}});
    for (name, manager) in [("v1", "Engineer"), ("v2", "u0000")] {
        create(&tenant, json!({"userName": name, ENTERPRISE: report(manager)})).await;
    }
    let filters = PeopleFilters { manager: Some("engineer"), ..PeopleFilters::default() };
    let found = page(&tenant, &PeopleQuery { filters, ..query(ALL_ON) }).await;
    let names: Vec<&str> = found.rows.iter().map(|row| row.employee.user_name()).collect();
    assert_eq!((names, found.managers.len()), (vec!["v1"], 0));
}

#[tokio::test]
async fn a_row_whose_record_has_another_standing_is_left_out() {
    let tenant = acme().await;
    let mut ids: Vec<Uuid> = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(create(&tenant, json!({"userName": name})).await);
    }
    // The index still has `b` as active.
    let stale = ids[1].to_string();
    tenant
        .tamper("EMPLOYEE", &stale, |item| {
            let archived = aws_sdk_dynamodb::types::AttributeValue::Bool(true);
            item.insert("archived".to_owned(), archived);
            item.insert("archivedAt".to_owned(), text("2026-11-23T09:30:00Z"));
        })
        .await;
    let asked = PeopleQuery { filters: PeopleFilters::default(), limit: 2, ..query(ALL_ON) };
    let page = page(&tenant, &asked).await;
    let names: Vec<&str> = page.rows.iter().map(|row| row.employee.user_name()).collect();
    assert_eq!((names, page.next), (vec!["a", "c"], None));
}

#[tokio::test]
async fn words_that_do_not_fit_the_index_are_found_in_the_record() {
    let tenant = acme().await;
    let title: Vec<String> = (0..100).map(|n| format!("word{n}")).collect();
    let long: Value = json!({"userName": "ada", "title": title.join(" ")});
    create(&tenant, long).await;
    create(&tenant, json!({"userName": "bob", "title": "word99"})).await;
    let all = PeopleQuery { filters: PeopleFilters::default(), ..query(ALL_ON) };
    for (search, found) in [("word99", 2), ("word98", 1), ("word100", 0), ("ada word50", 1)] {
        let page = page(&tenant, &PeopleQuery { search, ..all }).await;
        assert_eq!(page.rows.len(), found, "{search}");
    }
}

//! Departures that are cut short. Another request finishes the departure, and no reader sees half of it.

use super::departures::{
    MANY, all_names, cut_deletion_short, delete, expect_members, expect_settled, many_groups, name,
    pass_by, person, unfinished,
};
use crate::support::actors::OPERATOR;
use crate::support::browser::Browser;
use crate::support::faults::Fault;
use crate::support::groups::{
    cut_change_short, found, group, groups_of, many, members, path, user,
};
use crate::support::{acme, admin, is_on_an_endpoint};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::directory::Error;
use rollcall::model::unfinished::Work;
use serde_json::{Value, json};
use std::time::Duration as StdDuration;
use time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn a_deletion_that_is_cut_short_is_finished_by_the_first_reader() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    cut_deletion_short(&tenant, &ada).await;
    let by_member = format!("members eq \"{ada}\"");
    assert_eq!(found(&tenant, "Groups", &by_member).await, Vec::<String>::new());
    // Ada has already left the first group, so a reader of its members does not finish the departure.
    assert_eq!(members(&tenant, &groups[0]).await, std::slice::from_ref(&bob));
    assert_eq!(unfinished(&tenant).await.len(), 1);
    assert_eq!(members(&tenant, &groups[MANY - 1]).await, std::slice::from_ref(&bob));
    assert_eq!(unfinished(&tenant).await, []);
    expect_members(&tenant, &groups, &[&bob]).await;
    let history = admin::get(&tenant, &format!("/groups/{}/history", groups[MANY - 1])).await;
    assert_eq!(history["entries"][0]["actor"], json!(&*OPERATOR), "the actor of the deletion");
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_later_request_of_any_kind_finishes_what_is_left_over() {
    let (tenant, ids) = many(60).await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    let crew = group(&tenant, "Crew", &[]).await;
    let fleet = group(&tenant, "Fleet", &[&ids[0]]).await;
    let faults = &tenant.app.faults;
    cut_deletion_short(&tenant, &ada).await;
    faults.end_writes_after(1);
    tenant.delete(&path(&fleet)).await.expect(204);
    faults.end_writes_after(1);
    tenant.delete(&format!("/Users/{bob}")).await.expect(204);
    faults.end_writes_after(1);
    let directory = tenant.directory();
    let erased = directory.users().erase(bob.parse().unwrap(), &OPERATOR).await;
    assert!(matches!(erased, Err(Error::Broken(_))), "{erased:?}");
    cut_change_short(&tenant, &crew, &ids).await;
    let id = |text: &str| text.parse::<Uuid>().unwrap();
    let all = [
        (Work::Change, id(&crew)),
        (Work::Deletion, id(&fleet)),
        (Work::Departure, id(&ada)),
        (Work::Erasure, id(&bob)),
    ];
    assert_eq!(unfinished(&tenant).await, all);
    // The requests that began this work may still run, so other requests leave it alone for a minute.
    tenant.app.advance(Duration::seconds(59));
    tenant.get("/Users?count=1").await.expect(200);
    assert_eq!(unfinished(&tenant).await, all);
    pass_by(&tenant).await;
    assert_eq!(unfinished(&tenant).await, []);
    assert_eq!(
        directory.history().of_user(id(&bob)).await.unwrap_err().to_string(),
        format!("there is no employee {bob}")
    );
    assert_eq!(members(&tenant, &crew).await, ids);
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_console_finishes_what_is_left_over_too() {
    let tenant = acme().await;
    let browser = Browser::signed_in(&tenant).await;
    for (name, page) in [("ada", "employees"), ("bob", "")] {
        let id = tenant.create(&person(name)).await;
        let groups = many_groups(&tenant, &[&id]).await;
        cut_deletion_short(&tenant, &id).await;
        tenant.app.advance(Duration::minutes(2));
        browser.get(page).await.page(200);
        assert_eq!(unfinished(&tenant).await, [], "{page:?}");
        for group in groups {
            tenant.delete(&path(&group)).await.expect(204);
        }
    }
}

#[tokio::test]
async fn a_request_of_a_tenant_over_its_share_finishes_what_is_left_over_too() {
    let tenant = acme().await;
    let slow = tenant.app.app.with_own_caches().with_tenant_units(1);
    let slow = tenant.at(tenant.app.serving(slow));
    let ada = user(&tenant, "ada").await;
    let groups = many_groups(&tenant, &[&ada]).await;
    slow.get("/Users?count=1").await.expect(200);
    cut_deletion_short(&tenant, &ada).await;
    tenant.app.advance(Duration::seconds(50));
    let create = |n: usize| {
        let body = json!({"userName": format!("new{n}")});
        json!({"method": "POST", "path": "/Users", "bulkId": n.to_string(), "data": body})
    };
    // DynamoDB Local counts two units for a creation, and a bucket holds 60.
    let creates: Vec<Value> = (0..60).map(create).collect();
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    let request = json!({"schemas": schemas, "Operations": creates});
    slow.post("/Bulk", &request).await.expect(200);
    assert_eq!(unfinished(&tenant).await.len(), 1);
    tenant.app.advance(Duration::seconds(12));
    slow.get("/Users?count=1").await.expect_error(429, None);
    expect_settled(&tenant, &groups).await;
}

/// The memberships of erased employees and deleted groups refuse new groups for a day. They are then removed.
#[tokio::test]
async fn memberships_of_erased_employees_and_deleted_groups_end() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let fleet = group(&tenant, "Fleet", &[&crew]).await;
    delete(&tenant, &ada).await;
    let directory = tenant.directory();
    directory.users().erase(ada.parse().unwrap(), &OPERATOR).await.unwrap();
    tenant.delete(&path(&crew)).await.expect(204);
    tenant.delete(&path(&fleet)).await.expect(204);
    let store = tenant.app.store.tenant(&tenant.id);
    let ids: Vec<Uuid> = [&ada, &crew, &fleet].map(|id| id.parse().unwrap()).to_vec();
    tenant.app.advance(Duration::hours(23));
    pass_by(&tenant).await;
    let found = store.memberships().get(&ids).await.unwrap();
    assert!(ids.iter().all(|id| found[id].is_closed), "{found:?}");
    let expiring = || store.unfinished().list(Work::Expiry..=Work::Expiry);
    assert_eq!(expiring().await.unwrap().len(), 3);
    tenant.app.advance(Duration::hours(1));
    pass_by(&tenant).await;
    assert!(store.memberships().get(&ids).await.unwrap().is_empty());
    assert_eq!(expiring().await.unwrap(), []);
    tenant.expect_sound().await;
}

/// The removal of a long history can take longer than a request.
/// The erasure is committed first, and any later request continues it.
#[tokio::test]
async fn an_erasure_that_takes_longer_than_a_request_finishes_by_itself() {
    if is_on_an_endpoint() {
        return;
    }
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let url = format!("/Users/{ada}");
    for n in 0..60 {
        let retitle = json!([{"op": "replace", "path": "title", "value": format!("Title {n}")}]);
        tenant.patch(&url, &retitle).await.expect(200);
    }
    delete(&tenant, &ada).await;
    // The second batch of the history hangs, and so does a batch of a later request.
    let faults = &tenant.app.faults;
    faults.plan("BatchWriteItem", Fault::Spared);
    for _ in 0..2 {
        faults.plan("BatchWriteItem", Fault::Silence);
    }
    let (erase, confirm) = (format!("/employees/{ada}/erase"), json!({"confirm": ada}));
    let answer = admin::admin(&tenant, "POST", &erase, confirm).await;
    assert!(admin::problem(&answer, 503).contains("may be committed"));
    assert_eq!(unfinished(&tenant).await, [(Work::Erasure, ada.parse().unwrap())]);
    for _ in 0..2 {
        pass_by(&tenant).await;
    }
    assert_eq!((faults.left(), unfinished(&tenant).await), (0, vec![]));
    for rest in ["", "/history"] {
        let path = format!("/employees/{ada}{rest}");
        admin::admin(&tenant, "GET", &path, Value::Null).await.expect(404);
    }
    expect_settled(&tenant, &[crew]).await;
    tenant.expect_sound().await;
}

/// A client may hang up, or a request may time out.
/// The paused clock jumps to the timeout, because no other work is left.
#[tokio::test]
async fn a_request_that_is_dropped_is_done_or_not_done() {
    let tenant = acme().await;
    let ada = tenant.create(&person("ada")).await;
    let groups = many_groups(&tenant, &[&ada]).await;
    let faults = &tenant.app.faults;
    let (url, a_while) = (format!("/Users/{ada}"), StdDuration::from_millis(700));
    faults.plan("TransactWriteItems", Fault::Silence);
    tokio::time::timeout(a_while, tenant.delete(&url)).await.unwrap_err();
    expect_members(&tenant, &groups, &[&ada]).await;
    assert_eq!(groups_of(&tenant, &ada).await, all_names());

    faults.plan("TransactWriteItems", Fault::Spared);
    faults.plan("TransactWriteItems", Fault::Silence);
    tokio::time::timeout(a_while, tenant.delete(&url)).await.unwrap_err();
    tenant.get(&url).await.expect_error(404, None);
    expect_members(&tenant, &groups, &[]).await;
    pass_by(&tenant).await;
    expect_settled(&tenant, &groups).await;

    faults.plan("TransactWriteItems", Fault::Spared);
    faults.plan("TransactWriteItems", Fault::Silence);
    tokio::time::timeout(a_while, tenant.post("/Users", &person("ada"))).await.unwrap_err();
    assert_eq!(faults.left(), 0);
    tenant.get(&url).await.expect_error(404, None);
    expect_settled(&tenant, &groups).await;
    tenant.expect_sound().await;
}

/// A change of a group counts, even if a deleted employee is still in the group's rows.
#[tokio::test]
async fn groups_that_have_not_followed_yet_are_changed_as_any_other() {
    let tenant = acme().await;
    let (ada, bob) = (tenant.create(&person("ada")).await, user(&tenant, "bob").await);
    let groups = many_groups(&tenant, &[&ada, &bob]).await;
    let last = |n: usize| &groups[MANY - n];
    let remove = json!([{"op": "remove", "path": "members", "value": [{"value": ada}]}]);
    let add = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    let only = json!([{"op": "replace", "path": "members", "value": [{"value": bob}]}]);
    cut_deletion_short(&tenant, &ada).await;
    for (n, change) in [(1, &remove), (2, &only), (3, &add)] {
        let url = format!("{}?excludedAttributes=members", path(last(n)));
        tenant.patch(&url, change).await.expect(200);
    }
    assert_eq!(unfinished(&tenant).await.len(), 1, "nobody has read members");
    let shown = tenant.patch(&path(last(3)), &add).await.expect(200);
    assert_eq!(shown["members"].as_array().map(Vec::len), Some(1), "an answer does not show them");
    tenant.delete(&path(last(4))).await.expect(204);
    let there: Vec<String> = groups.iter().filter(|id| *id != last(4)).cloned().collect();
    expect_members(&tenant, &there, &[&bob]).await;
    expect_settled(&tenant, &there).await;
    tenant.expect_sound().await;
}

/// Another change can remove a leaver from the last groups of a departure. The departure then still ends.
#[tokio::test]
async fn a_departure_ends_when_another_change_takes_the_last_group() {
    let tenant = acme().await;
    let people = [tenant.create(&person("ada")).await, tenant.create(&person("bob")).await];
    let mut groups = Vec::new();
    for n in 0..17 {
        groups.push(group(&tenant, &name(n), &[&people[0], &people[1]]).await);
    }
    for id in &people {
        cut_deletion_short(&tenant, id).await;
    }
    let last = format!("{}?excludedAttributes=members", path(&groups[16]));
    let remove = json!([{"op": "remove", "path": "members", "value": [{"value": people[0]}]}]);
    tenant.patch(&last, &remove).await.expect(200);
    tenant.delete(&path(&groups[16])).await.expect(204);
    assert_eq!(unfinished(&tenant).await.len(), 2);
    assert_eq!(tenant.create(&person("ada")).await, people[0]);
    assert_eq!(unfinished(&tenant).await, [(Work::Departure, people[1].parse().unwrap())]);
    pass_by(&tenant).await;
    expect_settled(&tenant, &groups[..16]).await;
    tenant.expect_settled_and_sound().await;
}

/// Requests succeed even if an entry of unfinished work cannot be read.
#[tokio::test]
async fn requests_go_on_beside_an_entry_that_cannot_be_read() {
    let tenant = acme().await;
    let ada = tenant.create(&person("ada")).await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    tenant.plant_own(&format!("UNFINISHED#departure#{ada}"), []).await;
    assert_eq!(members(&tenant, &crew).await, std::slice::from_ref(&ada));
    delete(&tenant, &ada).await;
    assert_eq!(tenant.create(&person("ada")).await, ada);
    pass_by(&tenant).await;
    let directory = tenant.directory();
    assert_eq!(directory.integrity().repair(&OPERATOR).await.unwrap().left.violations, []);
    tenant.expect_settled_and_sound().await;
}

/// A restore can hold half of a deletion or an erasure. The table then has both the entry and the record.
#[tokio::test]
async fn left_over_work_on_a_record_that_exists_removes_nothing() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let entry = || {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        [("actor", text(r#"{"kind":"operator"}"#)), ("since", text("2026-11-23T09:30:00Z"))]
    };
    tenant.plant_own(&format!("UNFINISHED#deletion#{crew}"), entry()).await;
    tenant.plant_own(&format!("UNFINISHED#erasure#{ada}"), entry()).await;
    pass_by(&tenant).await;
    assert_eq!(members(&tenant, &crew).await, std::slice::from_ref(&ada));
    let directory = tenant.directory();
    assert_eq!(directory.history().of_user(ada.parse().unwrap()).await.unwrap().len(), 1);
    assert_eq!(directory.integrity().repair(&OPERATOR).await.unwrap().left.violations, []);
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn an_erasure_that_is_cut_short_is_finished_by_the_next() {
    let tenant = acme().await;
    let ada = tenant.create(&person("ada")).await;
    let groups = many_groups(&tenant, &[&ada]).await;
    let directory = tenant.directory();
    cut_deletion_short(&tenant, &ada).await;
    tenant.app.faults.end_writes_after(0);
    let erased = directory.users().erase(ada.parse().unwrap(), &OPERATOR).await;
    assert!(matches!(erased, Err(Error::Broken(_))), "{erased:?}");
    assert_eq!(unfinished(&tenant).await, [(Work::Departure, ada.parse().unwrap())]);
    tenant.app.faults.end_writes_after(1);
    let erased = directory.users().erase(ada.parse().unwrap(), &OPERATOR).await;
    assert!(matches!(erased, Err(Error::Broken(_))), "{erased:?}");
    assert_eq!(unfinished(&tenant).await, [(Work::Erasure, ada.parse().unwrap())]);
    expect_members(&tenant, &groups, &[]).await;
    directory.users().erase(ada.parse().unwrap(), &OPERATOR).await.unwrap();
    let again = directory.users().erase(ada.parse().unwrap(), &OPERATOR).await.unwrap_err();
    assert_eq!(again.to_string(), format!("there is no employee {ada}"));
    expect_settled(&tenant, &groups).await;
    assert_ne!(tenant.create(&person("ada")).await, ada);
    tenant.expect_sound().await;
}

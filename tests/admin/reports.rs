//! The reports of an employee in the JSON API.

use crate::support::acme;
use crate::support::admin::admin;
use crate::support::admin::{get, problem};
use crate::support::counting_id;
use crate::support::employees::{ALL_ON, set};
use crate::support::urns::ENTERPRISE;
use serde_json::{Value, json};

#[tokio::test]
async fn the_reports_are_those_by_the_manager_in_use() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    for (name, manager) in [("bob", "ada@example.com"), ("cy", &*ada), ("dee", "bob")] {
        let body = json!({"userName": name, ENTERPRISE: {"manager": {"value": manager}}});
        tenant.create(&body).await;
    }
    let path = format!("/employees/{ada}/reports");
    assert_eq!(get(&tenant, &path).await["reports"], json!([]));
    set(&tenant, ALL_ON).await;
    let first = get(&tenant, &format!("{path}?limit=1")).await;
    assert_eq!(first["reports"][0]["userName"], "bob");
    assert_eq!(first["reports"][0]["manager"]["id"], ada.as_str());
    let next = first["nextCursor"].as_str().expect("a cursor");
    let second = get(&tenant, &format!("{path}?limit=1&cursor={next}")).await;
    assert_eq!(second["reports"][0]["userName"], "cy");
    let previous = second["previousCursor"].as_str().expect("a cursor");
    let back = get(&tenant, &format!("{path}?limit=1&cursor={previous}")).await;
    assert_eq!(back["reports"], first["reports"]);
    assert_eq!(get(&tenant, &path).await["nextCursor"], Value::Null);
}

#[tokio::test]
async fn wrong_requests_for_reports_are_refused() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada"})).await;
    for (path, status) in [
        (format!("/employees/{}/reports", counting_id(999)), 404),
        ("/employees/ada/reports".to_owned(), 404),
        (format!("/employees/{ada}/reports?cursor=x"), 400),
        (format!("/employees/{ada}/reports?limit=0"), 400),
        (format!("/employees/{ada}/reports?name=x"), 400),
    ] {
        problem(&admin(&tenant, "GET", &path, Value::Null).await, status);
    }
}

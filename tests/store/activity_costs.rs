//! The cost of the pages about activity and groups.

use super::request_costs::Measure;
use crate::support::browser::Browser;
use crate::support::groups::group;
use std::time::Duration;

const ACTIVITY: &str = "page Activity, 50 changes";
const NEW: &str = "page Activity, new changes (live)";
const OF_A_KIND: &str = "page Activity, changes of settings only";
const PERSON: &str = "page Activity, changes of one employee";
const GROUPS: &str = "page Groups, 21 groups";
const MEMBERS: &str = "page Group, 50 of 60 members";
const HISTORY: &str = "page Group, history";

/// Measures the pages of a tenant with 1,000 employees.
pub async fn measure(m: &mut Measure) {
    let tenant = m.tenant.clone();
    let body = tenant.get("/Users?count=60&attributes=userName").await.expect(200);
    let rows = body["Resources"].as_array().expect("rows");
    let ids: Vec<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    let crew = group(&tenant, "Crew", &ids).await;
    for number in 0..20 {
        group(&tenant, &format!("Team {number}"), &[]).await;
    }
    // A page sequences for a short time only. On a slow engine that does not empty the outbox of 1,000 employees.
    let sequenced = tenant.directory().events().sequence(Duration::from_secs(300)).await;
    assert!(sequenced.expect("the events get numbers").is_done, "the outbox is empty");
    let browser = Browser::signed_in(&tenant).await;
    let page = browser.get("activity").await.page(200);
    let live = page.split("data-live=\"/tenants/acme/").nth(1).expect("a live part");
    let live = live.split('"').next().unwrap_or_default().to_owned();
    tenant.app.faults.take_calls();
    for (path, name) in [
        ("activity", ACTIVITY),
        (&*live, NEW),
        ("activity?kind=settings", OF_A_KIND),
        (&*format!("activity?person={}", ids[0]), PERSON),
        ("groups", GROUPS),
        (&*format!("groups/{crew}"), MEMBERS),
        (&*format!("groups/{crew}/history"), HISTORY),
    ] {
        // A script asks for the new changes, so the rail has no state.
        let headers: &[_] = if name == NEW { &[("rollcall-fragment", "1")] } else { &[] };
        browser.get_with(path, headers).await.page(200);
        m.note(name);
    }
}

/// Checks the calls of the pages, and that none of them writes.
pub fn check(m: &Measure) {
    m.check(NEW, &[("Query", 2)], &[]);
    m.check(GROUPS, &[("GetItem", 1), ("Query", 2)], &[]);
    m.check(MEMBERS, &[("BatchGetItem", 1), ("GetItem", 2), ("Query", 2)], &[]);
    m.check(HISTORY, &[("BatchGetItem", 1), ("GetItem", 2), ("Query", 1)], &[]);
    for (name, most) in [(ACTIVITY, 250.0), (NEW, 2.0), (OF_A_KIND, 120.0), (GROUPS, 12.0)] {
        let units = m.line(name).units(false);
        assert!(units <= most, "{name}: {units}");
    }
    for name in [ACTIVITY, NEW, OF_A_KIND, PERSON, GROUPS, MEMBERS, HISTORY] {
        assert!(m.line(name).units(true).abs() < f64::EPSILON, "{name} writes");
    }
}

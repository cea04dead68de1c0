//! The cost of the pages about one employee.

use super::request_costs::Measure;
use crate::support::browser::Browser;

const PROFILE: &str = "page Employee, profile";
const HISTORY: &str = "page Employee, history";
const GROUPS: &str = "page Employee, groups of a deleted user";
const REPORTS: &str = "page Employee, reports among 1,000 people";
const RAW: &str = "page Employee, raw";
const ARCHIVE: &str = "page Employee, question before the archiving";
const SAVE: &str = "form of an own value";

/// Measures the pages of an employee of a tenant with 1,000 employees.
pub async fn measure(m: &mut Measure) {
    let tenant = m.tenant.clone();
    let body = tenant.get("/Users?count=2&attributes=userName").await.expect(200);
    let id = |row: usize| body["Resources"][row]["id"].as_str().expect("an id").to_owned();
    let (ada, gone) = (id(0), id(1));
    let browser = Browser::signed_in(&tenant).await;
    browser.get(&format!("employees/{ada}")).await.page(200);
    tenant.delete(&format!("/Users/{gone}")).await.expect(204);
    tenant.app.faults.take_calls();
    for (path, name) in [
        (format!("employees/{ada}"), PROFILE),
        (format!("employees/{ada}/history"), HISTORY),
        (format!("employees/{gone}/groups"), GROUPS),
        (format!("employees/{ada}/reports"), REPORTS),
        (format!("employees/{ada}/raw"), RAW),
        (format!("employees/{ada}/archive"), ARCHIVE),
    ] {
        browser.get(&path).await.page(200);
        m.note(name);
    }
    let form = format!("employees/{ada}/values/location");
    browser.submit(&form, &[("value", "London")]).await.redirect();
    m.note(SAVE);
}

/// Checks that the pages stay within their units, and that none of them writes.
pub fn check(m: &Measure) {
    for (name, most) in [
        (PROFILE, 12.0),
        (HISTORY, 60.0),
        (GROUPS, 30.0),
        (REPORTS, 120.0),
        (RAW, 14.0),
        (ARCHIVE, 120.0),
    ] {
        let line = m.line(name);
        assert!(line.units(false) <= most, "{name}: {}", line.units(false));
        assert!(line.units(true).abs() < f64::EPSILON, "{name} writes");
    }
    assert_eq!(m.line(SAVE).items(), [3]);
}

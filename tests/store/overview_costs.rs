//! The cost of *Overview*, *Data sources* and the preview of a source.

use super::request_costs::Measure;
use crate::support::admin::admin;
use crate::support::browser::Browser;
use serde_json::{Value, json};

/// Measures the pages, after the tenant has 1,000 employees.
pub async fn measure(m: &mut Measure) {
    let tenant = m.tenant.clone();
    let browser = Browser::signed_in(&tenant).await;
    // The first page numbers the events of the measurements before.
    browser.get("").await.page(200);
    tenant.app.faults.take_calls();
    browser.get("").await.page(200);
    m.note("Overview, 1,000 employees");
    browser.get_with("", &[("rollcall-fragment", "1")]).await.page(200);
    m.note("Overview, the live part");
    browser.get("menu").await.page(200);
    m.note("a page without data: the state in the rail");
    browser.get("sources").await.page(200);
    m.note("Data sources");
    let on = json!({"fromIdp": true});
    admin(&tenant, "POST", "/sources/department/preview", on).await.expect(200);
    m.note("preview of another source, 1,000 employees");
    admin(&tenant, "GET", "/counts", Value::Null).await.expect(200);
    m.note("numbers of employees and groups (`GET /counts`)");
}

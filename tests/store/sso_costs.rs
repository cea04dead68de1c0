//! The cost of single sign-on: the check of each page view, and sign-ins.

use super::request_costs::Measure;
use crate::support::START;
use crate::support::admins::{claims, naming, settings};
use crate::support::groups::group;
use rollcall::directory::sso::sign_in::FinishResult;
use serde_json::json;
use time::Duration;

const MEMBER: &str = "page view of a member of the administrators' group: the check";
const NAMED: &str = "page view of a named administrator: the check";
const FIRST: &str = "first sign-in with single sign-on, links the account";
const NEXT: &str = "sign-in with single sign-on";
const SAME_DAY: &str = "another sign-in with single sign-on on the same day";
const FULL: &str = "sign-in with single sign-on, 50 lines in the log";

/// Measures sign-ins and the check of sessions.
pub async fn measure(m: &mut Measure) {
    let tenant = m.tenant.clone();
    let body = json!({"userName": "bjensen@example.com", "externalId": "sso-1",
        "displayName": "Barbara Jensen"});
    let id = tenant.create(&body).await;
    let crew = group(&tenant, "Administrators", &[&id]).await;
    tenant.configure(Some(settings(Some(&crew)))).await;
    let configured = tenant.configuration().await;
    tenant.get("/Users?count=1").await.expect(200);
    let (sso, family) = (tenant.sso(), rollcall::directory::BrowserFamily::Firefox);
    let claims = claims("sso-1");
    let admit = async || {
        let admitted = sso.admit(&tenant.id, &configured, &claims, false, family).await;
        assert!(matches!(admitted, Ok(FinishResult::SignedIn { .. })), "{admitted:?}");
    };
    tenant.app.faults.take_calls();
    admit().await;
    m.note(FIRST);
    admit().await;
    m.note(SAME_DAY);
    tenant.app.advance(Duration::days(1));
    admit().await;
    m.note(NEXT);
    for _ in 0..50 {
        admit().await;
    }
    tenant.app.advance(Duration::days(1));
    tenant.app.faults.take_calls();
    admit().await;
    m.note(FULL);

    let browser = tenant.sign_in(&claims).await;
    let open = async || {
        assert!(tenant.session(&[&browser.pass]).await.is_some(), "an open session");
    };
    open().await;
    tenant.app.faults.take_calls();
    open().await;
    m.note(MEMBER);
    tenant.configure(Some(naming(id.parse().expect("an id"), START))).await;
    let browser = tenant.sign_in(&claims).await;
    let open = async || {
        assert!(tenant.session(&[&browser.pass]).await.is_some(), "an open session");
    };
    open().await;
    tenant.app.faults.take_calls();
    open().await;
    m.note(NAMED);
    tenant.configure(None).await;
    tenant.get("/Users?count=1").await.expect(200);
    tenant.app.faults.take_calls();
}

/// Checks the budget of the design: one call a page view, and few units a sign-in.
pub fn check(m: &Measure) {
    m.check(MEMBER, &[("BatchGetItem", 1)], &[]);
    m.check(NAMED, &[("BatchGetItem", 1)], &[]);
    for (name, reads, writes) in [
        (MEMBER, 4.0, 0.0),
        (NAMED, 2.0, 0.0),
        (FIRST, 10.0, 9.0),
        (SAME_DAY, 7.0, 1.0),
        (NEXT, 7.0, 2.0),
        (FULL, 8.0, 8.0),
    ] {
        let line = m.line(name);
        assert!(line.units(false) <= reads, "{name}: reads {}", line.units(false));
        assert!(line.units(true) <= writes, "{name}: writes {}", line.units(true));
    }
}

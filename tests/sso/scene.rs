//! A tenant with a provider on this machine, and browser tabs that go back and forth between the two.

use crate::support::browser::{Browser, after};
use crate::support::identity_provider::{Authorized, CLIENT_ID, CLIENT_SECRET, IdentityProvider};
use crate::support::request::Answer;
use crate::support::{TestApp, TestTenant};
use axum::body::Body;
use http::Request;
use rollcall::outbound::AddressPolicy;
use serde_json::{Value, json};
use time::Duration;

/// The root of the tenant's pages.
pub const ROOT: &str = "/tenants/acme/";
/// The subject of Barbara at the provider.
pub const BARBARA: &str = "00u1barbara";

/// A tenant, its provider, and Barbara Jensen, who is the named administrator.
pub struct Scene {
    pub idp: IdentityProvider,
    pub tenant: TestTenant,
    /// The id of Barbara.
    pub barbara: String,
    /// An administrator with the admin token.
    pub admin: Browser,
}

/// A tab of a browser, with its cookies.
#[derive(Clone)]
pub struct Tab {
    pub app: TestApp,
    /// Name, value and path.
    pub cookies: Vec<(String, String, String)>,
}

impl Scene {
    /// A tenant whose single sign-on is saved, and not tested.
    pub async fn saved() -> Self {
        let scene = Self::without_sso().await;
        let page = scene.save(&[]).await.page(200);
        assert!(page.contains("Saved."), "{page}");
        scene
    }

    /// A tenant whose single sign-on is saved and tested.
    pub async fn proven() -> Self {
        let scene = Self::saved().await;
        scene.prove().await;
        scene
    }

    /// A tenant without single sign-on.
    pub async fn without_sso() -> Self {
        let app = TestApp::new().await;
        let policy = AddressPolicy::allowing_loopback(None);
        let app = app.serving(app.app.clone().with_addresses(policy));
        let tenant = app.tenant("acme").await;
        let idp = IdentityProvider::start(app.sources()).await;
        let barbara = json!({
            "userName": "bjensen@example.com", "displayName": "Barbara Jensen", "externalId": BARBARA,
        });
        let barbara = tenant.create(&barbara).await;
        let admin = Browser::signed_in(&tenant).await;
        Self { idp, tenant, barbara, admin }
    }

    /// Sends the form of the card. The fields replace the usual ones.
    pub async fn save(&self, fields: &[(&str, &str)]) -> Answer {
        let page = self.admin.get("access/sso").await.page(200);
        let revision = after(&page, "name=\"revision\" value=\"", "\"").to_owned();
        let issuer = self.idp.issuer();
        let usual = [
            ("issuer", &*issuer),
            ("clientId", CLIENT_ID),
            ("clientAuth", "secret"),
            ("clientSecret", CLIENT_SECRET),
            ("match", "sub=externalId"),
            ("admins", "bjensen@example.com"),
            ("hours", "8"),
            ("revision", &revision),
        ];
        let is_other = |(name, _): &&(&str, &str)| !fields.iter().any(|(other, _)| other == name);
        let all: Vec<_> = usual.iter().filter(is_other).chain(fields).copied().collect();
        self.admin.submit("access/sso", &all).await
    }

    /// Tests the configuration as Barbara. Returns the text of the result.
    pub async fn prove(&self) -> String {
        let location = self.test(json!({"sub": BARBARA})).await;
        assert_eq!(location, format!("{ROOT}sso/result"));
        let page = self.admin.get("sso/result").await.page(200);
        assert!(page.contains("You may sign in."), "{page}");
        page
    }

    /// Tests the configuration as the person with these claims. Returns the location after the callback.
    pub async fn test(&self, claims: Value) -> String {
        // The newest line of the log is the last one of a moment.
        self.tenant.app.advance(Duration::SECOND);
        let mut tab = self.tab();
        tab.cookies.push(("rollcall_session".into(), self.admin.pass.clone(), ROOT.into()));
        let start = tab.get(&format!("{ROOT}sso/start?try={}", self.admin.csrf)).await;
        let authorized = self.idp.authorize(start.header("location"), claims);
        let answer = tab.call_back(&authorized).await;
        // A test leaves the session as it is.
        assert_eq!(tab.session(), self.admin.pass);
        answer.redirect()
    }

    /// A new browser.
    pub fn tab(&self) -> Tab {
        Tab { app: self.tenant.app.clone(), cookies: Vec::new() }
    }

    /// Starts a sign-in, and logs the person with these claims in at the provider.
    pub async fn authorize(&self, tab: &mut Tab, start: &str, claims: Value) -> Authorized {
        let answer = tab.get(&format!("{ROOT}{start}")).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.idp.authorize(answer.header("location"), claims)
    }

    /// Signs Barbara in. Returns her browser.
    pub async fn sign_in(&self) -> Tab {
        let mut tab = self.tab();
        let authorized = self.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
        assert_eq!(tab.call_back(&authorized).await.redirect(), ROOT);
        assert!(!tab.session().is_empty());
        tab
    }

    /// Lets the caches of all processes run out.
    pub fn wait_a_minute(&self) {
        self.tenant.app.advance(Duration::seconds(61));
    }
}

impl Tab {
    /// Opens an address of the service.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "").await
    }

    /// Follows the provider's redirect to the callback.
    pub async fn call_back(&mut self, authorized: &Authorized) -> Answer {
        self.get(&format!("{ROOT}sso/callback?{}", authorized.query)).await
    }

    /// Sends a request as a browser does that comes from another site. Keeps the cookies of the answer.
    pub async fn send(&mut self, method: &str, path: &str, form: &str) -> Answer {
        let below = path.split('?').next().unwrap_or_default();
        let fitting = self.cookies.iter().filter(|(_, _, path)| below.starts_with(&**path));
        let cookies: Vec<String> =
            fitting.map(|(name, value, _)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header("accept", "text/html");
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if method == "POST" {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", "https://idp.example.com")
                .header("sec-fetch-site", "cross-site");
        }
        let request = request.body(Body::from(form.to_owned())).expect("a request");
        let answer = self.app.send(request).await;
        for cookie in set_cookies(&answer) {
            self.keep(&cookie);
        }
        answer
    }

    /// The pass of the session; empty without one.
    pub fn session(&self) -> String {
        let found = self.cookies.iter().find(|(name, _, _)| name == "rollcall_session");
        found.map(|(_, value, _)| value.clone()).unwrap_or_default()
    }

    /// The names of the attempts' cookies, the oldest first.
    pub fn attempts(&self) -> Vec<String> {
        let names = self.cookies.iter().map(|(name, _, _)| name.clone());
        names.filter(|name| name.starts_with("rollcall_attempt_")).collect()
    }

    fn keep(&mut self, cookie: &str) {
        let (name, rest) = cookie.split_once('=').expect("a cookie");
        let value = rest.split(';').next().unwrap_or_default();
        let path = after(rest, "Path=", ";");
        self.cookies.retain(|(known, _, known_path)| (&**known, &**known_path) != (name, path));
        if !cookie.contains("Max-Age=0") {
            self.cookies.push((name.to_owned(), value.to_owned(), path.to_owned()));
        }
    }
}

/// The `Set-Cookie` headers of an answer.
pub fn set_cookies(answer: &Answer) -> Vec<String> {
    let values = answer.headers.get_all("set-cookie").iter();
    values.map(|value| value.to_str().expect("text").to_owned()).collect()
}

/// Checks that an answer leads to the page of a refusal with this reason. Returns the reference.
#[track_caller]
pub fn expect_refusal(answer: &Answer, reason: &str) -> String {
    let location = answer.redirect();
    let query = location.strip_prefix(&format!("{ROOT}sso/refused?")).unwrap_or(&location);
    assert_eq!(after(query, "reason=", "&"), reason, "{location}");
    assert!(answer.bytes.is_empty());
    assert!(!set_cookies(answer).iter().any(|cookie| cookie.starts_with("rollcall_session=")));
    let reference = after(query, "ref=", "&").to_owned();
    assert_eq!(reference.len(), 8, "{location}");
    reference
}

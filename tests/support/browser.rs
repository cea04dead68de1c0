//! A browser without JavaScript. It keeps the session's cookie, sends forms as browsers do, and reads redirects.

use super::request::Answer;
use super::{ORIGIN, TestTenant};
use axum::body::Body;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A browser at a tenant's account settings page.
#[derive(Clone)]
pub struct Browser {
    pub tenant: TestTenant,
    /// The pass in the session's cookie. It is empty without a session.
    pub pass: String,
    /// The pass in the cookie of a set-up link. It is empty without such a session.
    pub connect_pass: String,
    /// The CSRF token that each form of the page carries.
    pub csrf: String,
}

impl Browser {
    pub fn new(tenant: &TestTenant) -> Self {
        Self {
            tenant: tenant.clone(),
            pass: String::new(),
            connect_pass: String::new(),
            csrf: String::new(),
        }
    }

    /// A browser whose user signed in with the tenant's admin token.
    pub async fn signed_in(tenant: &TestTenant) -> Self {
        let mut browser = Self::new(tenant);
        let answer = browser.post("sign-in", &[("token", &tenant.admin_token)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser.keep(&answer);
        let page = browser.get("menu").await.page(200);
        browser.csrf = after(&page, "name=\"csrf\" value=\"", "\"").to_owned();
        browser
    }

    /// Keeps the cookie of an answer.
    pub fn keep(&mut self, answer: &Answer) {
        let cookie = answer.header("set-cookie");
        if cookie.starts_with("rollcall_connect=") {
            self.connect_pass = after(cookie, "rollcall_connect=", ";").to_owned();
        } else {
            self.pass = after(cookie, "rollcall_session=", ";").to_owned();
        }
    }

    pub async fn get(&self, below: &str) -> Answer {
        self.send("GET", below, &[("sec-fetch-site", "same-origin")], Body::empty()).await
    }

    /// Sends a GET with these headers.
    pub async fn get_with(&self, below: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", below, headers, Body::empty()).await
    }

    /// Posts a form of the page, with the page's CSRF token.
    pub async fn submit(&self, below: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", &*self.csrf)]).collect();
        self.post(below, &fields).await
    }

    /// Posts these fields.
    pub async fn post(&self, below: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(below, fields, &[("origin", ORIGIN), ("sec-fetch-site", "same-origin")])
            .await
    }

    /// Posts these fields with these headers.
    pub async fn post_from(
        &self,
        below: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let headers: Vec<_> = headers.iter().copied().chain([kind]).collect();
        self.send("POST", below, &headers, Body::from(pairs.join("&"))).await
    }

    async fn send(
        &self,
        method: &str,
        below: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let uri = format!("/tenants/{}/{below}", self.tenant.id);
        let mut request =
            Request::builder().method(method).uri(uri).header("accept", "text/html,*/*;q=0.8");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.pass.is_empty() {
            let cookie = format!("other=1; rollcall_session={}", self.pass);
            request = request.header("cookie", cookie);
        }
        if !self.connect_pass.is_empty() {
            let cookie = format!("rollcall_connect={}", self.connect_pass);
            request = request.header("cookie", cookie);
        }
        self.tenant.app.send(request.body(body).unwrap()).await
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).expect("text")
    }

    /// Checks the status, and every header that a page must have. The page must have no inline style or script.
    /// Returns the page's text.
    #[track_caller]
    pub fn page(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8");
        self.is_protected();
        assert_eq!(self.header("cache-control"), "no-store");
        let text = self.text();
        for unsafe_text in [" style=", "<style", "<script>", " onclick", "javascript:"] {
            assert!(!text.contains(unsafe_text), "{unsafe_text} in {text}");
        }
        text
    }

    /// Checks the security headers that every answer of the page's routes has.
    #[track_caller]
    pub fn is_protected(&self) {
        let expected = [
            (
                "content-security-policy",
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                 connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            ),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
        ];
        for (name, value) in expected {
            assert_eq!(self.header(name), value, "{name}");
        }
    }

    /// Checks that the answer redirects after a form. Returns the location.
    #[track_caller]
    pub fn redirect(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text());
        self.is_protected();
        self.header("location").to_owned()
    }
}

/// The part of `text` between `start` and `end`. Without `start` the part is empty. Without `end` it reaches the end of
/// the text.
pub fn after<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    rest.split_once(end).map_or(rest, |(found, _)| found)
}

//! Requests and answers, with shorthands for the requests that identity providers send.

use super::{TestApp, TestTenant};
use axum::body::Body;
use flate2::read::GzDecoder;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use std::borrow::Cow;
use std::io::Read;
use tower::ServiceExt;

/// An answer with its whole body.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON. An empty body is null.
    #[track_caller]
    pub fn json(&self) -> Value {
        if self.bytes.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.decoded()).expect("a JSON body")
    }

    /// The body without its content coding.
    #[track_caller]
    pub fn decoded(&self) -> Cow<'_, [u8]> {
        match self.header("content-encoding") {
            "" => Cow::Borrowed(&self.bytes),
            coding => {
                assert_eq!(coding, "gzip");
                Cow::Owned(decompress(&self.bytes))
            }
        }
    }

    /// A header's text. The text of an absent header is empty.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Checks the status. Returns the body as JSON.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        let body = self.decoded();
        let body = String::from_utf8_lossy(&body);
        assert_eq!(self.status.as_u16(), status, "{body}");
        self.json()
    }

    /// Checks that the request succeeded. The answer may have a body or none.
    #[track_caller]
    pub fn expect_success(&self) {
        assert!(self.status.is_success(), "{}: {}", self.status, self.json());
    }

    /// Checks everything that a SCIM error must have (RFC 7644 §3.12). Returns the error's detail.
    #[track_caller]
    pub fn expect_error(&self, status: u16, scim_type: Option<&str>) -> String {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), "application/scim+json");
        assert_eq!(
            body["schemas"],
            serde_json::json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
        );
        assert_eq!(body["status"], status.to_string());
        assert_eq!(body.get("scimType").and_then(Value::as_str), scim_type, "{body}");
        body["detail"].as_str().expect("a detail").to_owned()
    }
}

/// Decompresses gzip.
#[track_caller]
pub fn decompress(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).expect("gzip");
    plain
}

impl TestApp {
    /// Sends a request unchanged. Returns the answer.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.service.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }
}

impl TestTenant {
    /// The full path of `rest`, a path below the tenant's SCIM root.
    pub fn path(&self, rest: &str) -> String {
        format!("/tenants/{}/scim/v2{rest}", self.id)
    }

    /// Sends a request with the tenant's SCIM token and these further headers.
    pub async fn request(
        &self,
        method: &str,
        rest: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(self.path(rest))
            .header("authorization", format!("Bearer {}", self.scim_token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.app.send(request.body(body.into()).expect("a request")).await
    }

    pub async fn get(&self, rest: &str) -> Answer {
        self.request("GET", rest, &[], Body::empty()).await
    }

    pub async fn post(&self, rest: &str, body: &Value) -> Answer {
        self.with_json("POST", rest, body).await
    }

    pub async fn put(&self, rest: &str, body: &Value) -> Answer {
        self.with_json("PUT", rest, body).await
    }

    /// Sends a PATCH with these operations.
    pub async fn patch(&self, rest: &str, operations: &Value) -> Answer {
        let body = serde_json::json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        self.with_json("PATCH", rest, &body).await
    }

    pub async fn delete(&self, rest: &str) -> Answer {
        self.request("DELETE", rest, &[], Body::empty()).await
    }

    /// Sends `GET /Users` with a filter, and percent-encodes the filter.
    pub async fn filter(&self, filter: &str) -> Answer {
        let encoded =
            percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        self.get(&format!("/Users?filter={encoded}")).await
    }

    /// The userNames that a filter finds, in the order of the answer.
    pub async fn found(&self, filter: &str) -> Vec<String> {
        let body = self.filter(filter).await.expect(200);
        let rows = body["Resources"].as_array().expect("rows").iter();
        rows.map(|row| row["userName"].as_str().expect("a userName").to_owned()).collect()
    }

    /// Creates a user and returns its id.
    pub async fn create(&self, body: &Value) -> String {
        let created = self.post("/Users", body).await.expect(201);
        created["id"].as_str().expect("an id").to_owned()
    }

    async fn with_json(&self, method: &str, rest: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/scim+json; charset=utf-8")];
        self.request(method, rest, &headers, body.to_string()).await
    }
}

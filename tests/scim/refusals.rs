//! Bad requests to a tenant with one user. Each answer is a SCIM error with the place of the mistake and the expected
//! form. The request changes nothing.

use crate::support::request::Answer;
use crate::support::urns::ENTERPRISE;
use crate::support::{TestApp, TestTenant};
use axum::body::Body;
use serde_json::{Value, json};

pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
pub const JSON: [(&str, &str); 1] = [("content-type", "application/scim+json")];

/// A tenant with one user. Every check of a refusal also checks that the tenant is unchanged.
pub struct Bench {
    pub tenant: TestTenant,
    pub path: String,
    pub before: Value,
}

impl Bench {
    pub async fn new() -> Self {
        let tenant = TestApp::new().await.tenant("acme").await;
        let body = json!({
            "userName": "ada@example.com",
            "emails": [{"value": "ada@example.com", "type": "work"}],
            ENTERPRISE: {"department": "Engines"},
        });
        let id = tenant.create(&body).await;
        let before = tenant.get("/Users").await.expect(200);
        Self { tenant, path: format!("/Users/{id}"), before }
    }

    pub async fn send(&self, method: &str, body: impl Into<Body>) -> Answer {
        let path = if method == "POST" { "/Users" } else { &self.path };
        self.tenant.request(method, path, &JSON, body).await
    }

    /// Checks the error, and that the tenant is unchanged. Returns the detail.
    pub async fn refused(&self, answer: Answer, status: u16, scim_type: Option<&str>) -> String {
        let detail = answer.expect_error(status, scim_type);
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(self.tenant.get("/Users").await.expect(200), self.before, "{detail}");
        detail
    }

    /// Checks that POST and PUT refuse a body with the same detail.
    pub async fn refuses(&self, body: &str, scim_type: &str, detail: &str) {
        for method in ["POST", "PUT"] {
            let answer = self.send(method, body.to_owned()).await;
            assert_eq!(
                self.refused(answer, 400, Some(scim_type)).await,
                detail,
                "{method} {body:.200}"
            );
        }
    }
}

pub fn patch_body(operations: &Value) -> String {
    json!({"schemas": [PATCH_OP], "Operations": operations}).to_string()
}

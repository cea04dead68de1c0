//! Bodies with a change at every position, and odd values in every operation. The service answers every request.

use super::refusals::{Bench, PATCH_OP, patch_body};
use crate::support::urns::{CORE, ENTERPRISE};
use serde_json::{Value, json};

#[tokio::test]
async fn a_body_changed_anywhere_never_breaks_the_service() {
    let mut sweep = Sweep::new().await;
    let user = json!({
        "schemas": [CORE, ENTERPRISE],
        "id": "x",
        "externalId": "00u1",
        "userName": "grace",
        "name": {"givenName": "Grace"},
        "active": true,
        "emails": [{"value": "g@example.com", "type": "work", "primary": true}],
        "addresses": [{"country": "US"}],
        "groups": [],
        "x509Certificates": [{"value": "AAAA"}],
        ENTERPRISE: {"location": "US", "manager": {"value": "boss", "$ref": "x"}},
        "meta": {"created": "x"},
    });
    let operations = json!([
        {"op": "add", "path": "emails", "value": [{"value": "g@example.com", "type": "work"}]},
        {"op": "replace", "value": {"name.givenName": "Grace", ENTERPRISE: {"manager": "boss"}}},
        {"op": "remove", "path": "emails[type eq \"work\"]", "value": null},
    ]);
    let patch = json!({"schemas": [PATCH_OP], "Operations": operations});
    for (methods, base) in [(&["POST", "PUT"][..], &user), (&["PATCH"][..], &patch)] {
        let mut pointers = Vec::new();
        collect_pointers(base, String::new(), &mut pointers);
        for pointer in &pointers {
            for value in odd_values() {
                let mut body = base.clone();
                *body.pointer_mut(pointer).unwrap() = value;
                for method in methods {
                    sweep.survives(method, body.to_string().into_bytes()).await;
                }
            }
        }
        let bytes = base.to_string().into_bytes();
        for position in (0..bytes.len()).step_by(17) {
            for method in methods {
                sweep.survives(method, bytes[..position].to_vec()).await;
                for byte in [b'"', b'{', 0xff] {
                    let mut changed = bytes.clone();
                    changed[position] = byte;
                    sweep.survives(method, changed).await;
                }
            }
        }
    }
    assert!(sweep.sent > 1_000, "{}", sweep.sent);
}

#[tokio::test]
async fn any_operation_on_any_path_with_any_value_never_breaks_the_service() {
    let mut sweep = Sweep::new().await;
    let enterprise = [
        ENTERPRISE.to_owned(),
        format!("{ENTERPRISE}:manager"),
        format!("{ENTERPRISE}:manager.value"),
        format!("{CORE}:userName"),
        CORE.to_owned(),
    ];
    let paths = [
        "userName",
        "active",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        "emails.primary",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[primary eq true].primary",
        "emails[not (value pr)].display",
        "addresses",
        "x509Certificates",
        "roles[primary eq \"True\"].value",
        "password",
        "schemas",
        "id",
        "meta",
        "groups",
        "",
        "externalId",
    ];
    for path in paths.into_iter().chain(enterprise.iter().map(String::as_str)) {
        for op in ["add", "replace", "remove"] {
            for value in odd_values() {
                let operations = json!([{"op": op, "path": path, "value": value}]);
                sweep.survives("PATCH", patch_body(&operations).into_bytes()).await;
            }
        }
    }
}

/// Sends bodies of all kinds, and keeps the user as last read.
struct Sweep {
    bench: Bench,
    last: Vec<u8>,
    sent: usize,
}

impl Sweep {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let last = bench.tenant.get(&bench.path).await.bytes;
        Self { bench, last, sent: 0 }
    }

    /// Sends a body. When the service refuses the body, the user must be unchanged.
    async fn survives(&mut self, method: &str, body: Vec<u8>) {
        self.sent += 1;
        let answer = self.bench.send(method, body.clone()).await;
        let status = answer.status.as_u16();
        let user = self.bench.tenant.get(&self.bench.path).await.bytes;
        if status < 400 {
            self.last = user;
            return;
        }
        let (shown, error) = (String::from_utf8_lossy(&body), answer.json());
        assert!(status < 500, "{method} {shown:.2000}: {error}");
        answer.expect_error(status, error["scimType"].as_str());
        assert!(error["detail"].as_str().expect("a detail").len() > 15, "{error}");
        assert_eq!(user, self.last, "{method} {shown:.2000}");
    }
}

fn collect_pointers(value: &Value, at: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect_pointers(member, format!("{at}/{key}"), pointers);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect_pointers(element, format!("{at}/{index}"), pointers);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        pointers.push(at);
    }
}

fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(false),
        json!(0),
        json!(-1.5e300),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("x"),
        json!("\0"),
        json!("İ\u{307}🦀\u{202e}\u{fffd}"),
        json!("y".repeat(5_000)),
        json!([]),
        json!([null, "", 1, {}]),
        json!([[["x"]]]),
        json!({}),
        json!({"value": "x"}),
        json!({"value": {"value": []}}),
        json!([{"value": "x", "primary": true}, {"value": "X", "primary": true}]),
        json!([{"value": "x"}, {"value": "X", "type": "work"}, {"value": ""}]),
    ]
}

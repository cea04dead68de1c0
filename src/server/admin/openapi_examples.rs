//! Makes the examples of the OpenAPI description from its schemas. Each example fits its schema.

use serde_json::{Map, Value, json};

/// The deepest example. A schema that contains itself ends there.
const MOST_LEVELS: usize = 12;

/// Makes examples from the schemas of a description.
pub(super) struct Examples {
    schemas: Value,
}

impl Examples {
    /// Reads the schemas of a description.
    pub(super) fn of(document: &Value) -> Self {
        let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
        Self { schemas }
    }

    /// Returns an example of a schema.
    pub(super) fn of_schema(&self, schema: &Value) -> Value {
        self.of_named("", schema, MOST_LEVELS)
    }

    /// Returns an example of the value with this name.
    fn of_named(&self, name: &str, schema: &Value, levels: usize) -> Value {
        let Some(levels) = levels.checked_sub(1) else { return Value::Null };
        if let Some(example) = given(schema) {
            return example;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = reference.rsplit('/').next().and_then(|name| self.schemas.get(name));
            return target.map_or(Value::Null, |target| self.of_named(name, target, levels));
        }
        for choices in ["oneOf", "anyOf"] {
            if let Some(choices) = schema.get(choices).and_then(Value::as_array) {
                let found = choices.iter().find(|choice| !is_null(choice));
                return found.map_or(Value::Null, |found| self.of_named(name, found, levels));
            }
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let mut all = Map::new();
            for part in parts {
                if let Value::Object(part) = self.of_named(name, part, levels) {
                    all.extend(part);
                }
            }
            return Value::Object(all);
        }
        match type_of(schema) {
            "object" => self.of_object(schema, levels),
            "array" => match schema.get("items") {
                Some(items) => json!([self.of_named(name, items, levels)]),
                None => json!([]),
            },
            "boolean" => json!(true),
            "integer" | "number" => number(name, schema),
            "string" => text(name, schema),
            _ => json!("Research"),
        }
    }

    fn of_object(&self, schema: &Value, levels: usize) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object);
        let members = properties.into_iter().flatten();
        let members =
            members.map(|(name, schema)| (name.clone(), self.of_named(name, schema, levels)));
        Value::Object(members.collect())
    }
}

/// Returns the example or the only values that a schema gives.
fn given(schema: &Value) -> Option<Value> {
    let example = schema.get("example").or_else(|| schema.get("const"));
    let first = |name: &str| schema.get(name)?.as_array()?.first();
    example.or_else(|| first("examples")).or_else(|| first("enum")).cloned()
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|name| name == "null")
}

/// Returns the type of a schema. Of several types, it is the first that is not `null`.
fn type_of(schema: &Value) -> &str {
    let first = |types: &'_ Value| match types {
        Value::Array(types) => types.iter().position(|name| name != "null"),
        _ => None,
    };
    let Some(types) = schema.get("type") else {
        return if schema.get("properties").is_some() { "object" } else { "" };
    };
    let found = first(types).and_then(|place| types.get(place)).unwrap_or(types);
    found.as_str().unwrap_or_default()
}

fn number(name: &str, schema: &Value) -> Value {
    let value = match name {
        "overlapSecs" => 86_400,
        "silentAfterHours" => 24,
        "status" => 200,
        _ => 1,
    };
    let least = schema.get("minimum").and_then(Value::as_i64).unwrap_or(i64::MIN);
    let most = schema.get("maximum").and_then(Value::as_i64).unwrap_or(i64::MAX);
    json!(value.clamp(least, most.max(least)))
}

fn text(name: &str, schema: &Value) -> Value {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    json!(match (format, name) {
        ("date-time", _) => "2026-11-23T09:30:00.000Z",
        ("date", _) => "2026-11-23",
        ("uuid", _) => "995a3d17-16c8-4a52-9f0e-2f7b6a1c8d90",
        (_, "tenantUrl") => "https://rollcall.example/tenants/acme/scim/v2",
        (_, "url") => "https://hooks.example.com/rollcall",
        ("uri", _) => "https://rollcall.example/",
        (_, "userName" | "email") => "ada@example.com",
        (_, "displayName" | "formatted") => "Ada Lovelace",
        (_, "givenName") => "Ada",
        (_, "familyName") => "Lovelace",
        (_, "title") => "Countess",
        (_, "location") => "GB",
        (_, "department") => "Research",
        (_, "manager") => "grace@example.com",
        (_, "externalId") => "00u1ero7vZFVEIYLWPBN",
        (_, "employeeNumber") => "1815",
        (_, "label") => "Okta 2027",
        (_, "token") => "rc_acme_EXAMPLE",
        (_, "id" | "tokenId") => "hN3kq0Zr5xVw",
        (_, "urn") => "urn:ietf:params:scim:schemas:extension:acme:2.0:User",
        (_, "name") => "badgeNumber",
        (_, "attribute") => "title",
        (_, "types") => "employee.*",
        (_, "attributes") => "department",
        (_, "redirectUri") => "https://rollcall.example/tenants/acme/sso/callback",
        (_, "initiateLoginUri") => "https://rollcall.example/tenants/acme/sso/start",
        (_, "signOutUri") => "https://rollcall.example/tenants/acme/sign-in",
        (_, "backChannelLogoutUri") => "https://rollcall.example/tenants/acme/sso/logout",
        (_, "jwksUri") => "https://rollcall.example/tenants/acme/sso/jwks.json",
        (_, "keyIssuer") => "https://rollcall.example/tenants/acme/sso",
        (_, "issuer") => "https://example.okta.com",
        (_, "clientId") => "0oa1b2c3",
        (_, "clientSecret") => "EXAMPLE",
        (_, "hd") => "example.com",
        (_, "kid") => "4Yx0cq2mJx1m",
        (_, "how") => "sso",
        (_, "outcome") => "notAdministrator",
        (_, "shown") => "ada@example.com",
        (_, "browser") => "Firefox",
        (_, "reference") => "7K3F9Q2M",
        (_, "algorithms") => "RS256",
        (_, "authorizationEndpoint") => "https://example.okta.com/oauth2/v1/authorize",
        (_, "tokenEndpoint") => "https://example.okta.com/oauth2/v1/token",
        (_, "code") => "issuerMismatch",
        (_, "nextCursor" | "cursor") => "k7f2-412",
        (_, "requestId") => "0f8fad5b-d9cb-469f-a165-70867728950e",
        _ => "Research",
    })
}

#[cfg(test)]
mod tests {
    use super::Examples;
    use serde_json::json;

    #[test]
    fn an_example_has_the_parts_of_its_schema() {
        let document = json!({"components": {"schemas": {
            "Token": {"type": "object", "properties": {
                "label": {"type": ["string", "null"]},
                "created": {"type": "string", "format": "date-time"},
                "stage": {"$ref": "#/components/schemas/Stage"},
                "next": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Stage"}]},
                "overlapSecs": {"type": "integer", "maximum": 60},
            }},
            "Stage": {"type": "string", "enum": ["current", "previous"]},
        }}});
        let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Token"}});
        let expected = json!([{
            "label": "Okta 2027", "created": "2026-11-23T09:30:00.000Z", "stage": "current",
            "next": "current", "overlapSecs": 60,
        }]);
        assert_eq!(Examples::of(&document).of_schema(&list), expected);
    }
}

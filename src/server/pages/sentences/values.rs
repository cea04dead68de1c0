//! Values of attributes as text for people.

use crate::server::pages::words::shortened;
use serde_json::{Map, Value};

/// The longest value in a sentence, in characters.
const MOST_CHARS: usize = 200;
/// The sub-attributes that can stand for a whole value, the best first.
const MAIN_PARTS: [&str; 4] = ["value", "formatted", "displayName", "display"];

/// Returns a value as text, shortened to 200 characters.
pub(super) fn text(value: &Value) -> String {
    shortened(plain(value), MOST_CHARS)
}

/// Returns the values before and after a change as texts. Texts that look alike become JSON, which has all details.
pub(super) fn both(old: Option<&Value>, new: Option<&Value>) -> [Option<String>; 2] {
    let texts = [old, new].map(|value| value.map(text));
    match &texts {
        [Some(old_text), Some(new_text)] if old_text == new_text => {
            [old, new].map(|value| value.map(|value| shortened(value.to_string(), MOST_CHARS)))
        }
        _ => texts,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(parts) => of_parts(parts),
        other => other.to_string(),
    }
}

/// Returns the main part of a complex value with its type, such as `ada@example.com (work)`, or else all parts.
fn of_parts(parts: &Map<String, Value>) -> String {
    let main = MAIN_PARTS.iter().find_map(|name| parts.get(*name));
    let Some(main) = main else {
        return parts.values().map(plain).collect::<Vec<_>>().join(", ");
    };
    match parts.get("type").and_then(Value::as_str) {
        Some(kind) => format!("{} ({kind})", plain(main)),
        None => plain(main),
    }
}

#[cfg(test)]
mod tests {
    use super::{both, text};
    use serde_json::json;

    #[test]
    fn values_read_as_people_write_them() {
        for (value, expected) in [
            (json!("Engineer"), "Engineer"),
            (json!(true), "true"),
            (json!({"value": "boss", "displayName": "Grace Hopper"}), "boss"),
            (
                json!([
                    {"value": "ada@x", "type": "work", "primary": true},
                    {"value": "a@y"},
                ]),
                "ada@x (work), a@y",
            ),
            (json!({"locality": "London", "country": "GB"}), "London, GB"),
            (json!([]), ""),
        ] {
            assert_eq!(text(&value), expected);
        }
        assert_eq!(text(&json!("x".repeat(201))), format!("{}…", "x".repeat(200)));
        assert_eq!(text(&json!("é".repeat(200))), "é".repeat(200));
    }

    #[test]
    fn values_that_look_alike_have_all_details() {
        let [old, new] = [json!([{"value": "a@x", "primary": true}]), json!([{"value": "a@x"}])];
        let expected = [r#"[{"value":"a@x","primary":true}]"#, r#"[{"value":"a@x"}]"#];
        assert_eq!(both(Some(&old), Some(&new)), expected.map(|text| Some(text.to_owned())));
        assert_eq!(both(None, Some(&new)), [None, Some("a@x".to_owned())]);
    }
}

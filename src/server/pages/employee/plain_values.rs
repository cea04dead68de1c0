//! The attributes of an employee in plain words, such as *Work email* and *Cost center*. Pure.

use crate::server::pages::sentences;
use crate::server::pages::words::{capitalised, shortened};
use scim::urn::ENTERPRISE_USER;
use serde_json::{Map, Value};

/// The longest value on the page, in characters. The tab *Raw* has all of it.
const MOST_CHARS: usize = 300;

/// Every text of the console calls this attribute as the standard does.
const USER_NAME: &str = "userName";
/// Attributes that the page shows elsewhere.
const SHOWN_ELSEWHERE: [&str; 2] = ["active", "schemas"];
/// Attributes of the enterprise extension that the page shows elsewhere.
const ENTERPRISE_SHOWN_ELSEWHERE: [&str; 3] = ["department", "location", "manager"];

/// The attributes with several values whose plain words are a plural.
const PLURALS: [&str; 4] = ["photos", "entitlements", "roles", "x509Certificates"];

/// The parts of an address, in the order of a letter.
const ADDRESS: [&str; 5] = ["streetAddress", "postalCode", "locality", "region", "country"];

/// A value with its label.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PlainValue {
    pub(super) label: String,
    pub(super) value: String,
}

/// Returns the values of a document, without the values that the page shows elsewhere. `email` is the address that
/// the page shows elsewhere.
pub(super) fn plain_values(
    attributes: &Map<String, Value>,
    email: Option<&str>,
) -> Vec<PlainValue> {
    let mut values = Vec::new();
    let (extensions, core): (Vec<_>, Vec<_>) =
        attributes.iter().partition(|(name, _)| name.contains(':'));
    for (name, value) in core {
        if !SHOWN_ELSEWHERE.contains(&name.as_str()) {
            add(&mut values, name, value, email);
        }
    }
    for (urn, extension) in extensions {
        for (name, value) in extension.as_object().into_iter().flatten() {
            let is_elsewhere =
                urn == ENTERPRISE_USER && ENTERPRISE_SHOWN_ELSEWHERE.contains(&name.as_str());
            if !is_elsewhere {
                add(&mut values, name, value, None);
            }
        }
    }
    values
}

fn add(values: &mut Vec<PlainValue>, name: &str, value: &Value, email: Option<&str>) {
    match value {
        Value::Object(parts) => {
            for (part, value) in parts {
                push(values, label(&format!("{name}.{part}")), text(value));
            }
        }
        Value::Array(elements) => {
            for element in elements {
                if name != "emails" || element.get("value").and_then(Value::as_str) != email {
                    push(values, element_label(name, element), text(element));
                }
            }
        }
        _ => push(values, label(name), text(value)),
    }
}

fn push(values: &mut Vec<PlainValue>, label: String, value: String) {
    if !value.is_empty() {
        values.push(PlainValue { label, value: shortened(value, MOST_CHARS) });
    }
}

/// Returns the label of one of several values, such as *Mobile phone*.
fn element_label(name: &str, element: &Value) -> String {
    let noun = words(name);
    let noun = match PLURALS.contains(&name) {
        true => noun.trim_end_matches('s'),
        false => &noun,
    };
    let kind = element.get("type").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    match kind.is_empty() {
        true => capitalised(noun),
        false => capitalised(&format!("{kind} {noun}")),
    }
}

/// Returns a value as text.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Null => String::new(),
        Value::Number(number) => number.to_string(),
        Value::Array(elements) => joined(elements.iter(), ", "),
        Value::Object(parts) => {
            let whole = ["formatted", "value", "display"].iter().find_map(|name| parts.get(*name));
            match whole {
                Some(whole) => text(whole),
                None => joined(ADDRESS.iter().filter_map(|name| parts.get(*name)), ", "),
            }
        }
    }
}

fn joined<'v>(values: impl Iterator<Item = &'v Value>, separator: &str) -> String {
    let texts: Vec<String> = values.map(text).filter(|text| !text.is_empty()).collect();
    texts.join(separator)
}

/// Returns an attribute in plain words, such as *Employee number*.
pub(super) fn label(path: &str) -> String {
    match path {
        USER_NAME => path.to_owned(),
        _ => capitalised(&words(path)),
    }
}

/// Returns an attribute in plain words. A name without words of its own is split at its capital letters.
fn words(path: &str) -> String {
    let known = sentences::label(path);
    if known != path {
        return known;
    }
    let mut words = String::with_capacity(path.len() + 4);
    let mut was_small = false;
    for letter in path.chars() {
        if letter == '.' {
            words.push_str(": ");
        } else if letter.is_uppercase() && was_small {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
        was_small = letter.is_lowercase() || letter.is_ascii_digit();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{MOST_CHARS, plain_values};
    use serde_json::{Value, json};

    fn check(document: &Value, email: Option<&str>, expected: &[&str]) {
        let values = plain_values(document.as_object().unwrap(), email);
        let values: Vec<String> =
            values.iter().map(|value| format!("{} = {}", value.label, value.value)).collect();
        assert_eq!(values, expected);
    }

    #[test]
    fn attributes_have_plain_words_instead_of_the_names_of_the_standard() {
        let document = json!({
            "userName": "ada", "active": true, "nickName": "A", "preferredLanguage": "en",
            "name": {"givenName": "Ada", "formatted": "Ada King", "honorificPrefix": "Countess"},
            "emails": [
                {"value": "a@x", "type": "work", "primary": true},
                {"value": "b@x", "type": "home"}, {"value": "c@x"},
            ],
            "phoneNumbers": [{"value": "1", "type": "mobile"}],
            "addresses": [{"type": "work", "locality": "London", "streetAddress": "1 Road"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                {"costCenter": "9", "department": "R&D", "manager": {"value": "grace"}},
            "urn:x:2.0:User": {"badgeNumber": 7, "remote": false, "tags": ["a", "b"]},
        });
        let expected = [
            "userName = ada",
            "Nickname = A",
            "Preferred language = en",
            "Given name = Ada",
            "Full name = Ada King",
            "Name prefix = Countess",
            "Home email = b@x",
            "Email = c@x",
            "Mobile phone = 1",
            "Work address = 1 Road, London",
            "Cost center = 9",
            "Badge number = 7",
            "Remote = No",
            "Tags = a",
            "Tags = b",
        ];
        check(&document, Some("a@x"), &expected);
    }

    #[test]
    fn empty_and_long_values_stay_small() {
        let long = "é".repeat(MOST_CHARS + 1);
        let document = json!({"title": long, "photos": [{"type": "photo"}], "nickName": null});
        check(&document, None, &[&format!("Title = {}…", "é".repeat(MOST_CHARS))]);
    }
}

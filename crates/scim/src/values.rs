//! Rules for the values of an attribute (RFC 7643 §2.4): equal values, at most one primary value in a list, and content
//! in each value.

use super::Error;
use super::comparison_budget::charge;
use super::fold::{fold, is_plain};
use super::problem::Problem;
use super::schema::{Attribute, AttributeType, WithoutValue};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

/// Whether `value` stands for no value (RFC 7643 §2.5). Identity providers also send empty text for no value.
pub(super) fn is_no_value(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// Whether a list counts as absent: it is `null` or has no elements (RFC 7643 §2.5).
pub(super) fn is_absent_list(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Takes the value out of a list of one, as Entra ID sends a manager. Returns every other value unchanged.
pub(super) fn unwrapped(value: &Value) -> &Value {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) if !only.is_array() => only,
        _ => value,
    }
}

/// The value of a list that stands one level too deep, under the name of its attribute. An example is
/// `{"members": […]}` in the place of the list. `None` for every other value.
pub(super) fn nested<'v>(attribute: &Attribute, value: &'v Value) -> Option<&'v Value> {
    let mut members = unwrapped(value).as_object()?.iter();
    let ((key, inner), None) = (members.next()?, members.next()) else { return None };
    let is_deep = attribute.multi_valued
        && attribute.is_named(key)
        && attribute.sub_attribute(key).is_none()
        && matches!(inner, Value::Array(_) | Value::Object(_));
    is_deep.then_some(inner)
}

/// Whether reading a value loses a part of it: an unknown sub-attribute, or text that is left out for its length. A
/// list must not become empty because a client uses another name for its values.
pub(super) fn loses_a_part(attribute: &Attribute, value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(|value| loses_a_part(attribute, value)),
        Value::Object(members) if attribute.kind == AttributeType::Complex => {
            members.iter().any(|(key, value)| match attribute.sub_attribute(key) {
                Some(part) => loses_a_part(part, value),
                None => !is_no_value(value),
            })
        }
        Value::String(text) => attribute.leaves_out(text),
        _ => false,
    }
}

/// Refuses an element of a list without a `value`, where the table requires a `value`.
///
/// # Errors
/// `invalidValue` when the element is refused.
pub(super) fn check_has_value(
    attribute: &Attribute,
    element: &Value,
    at: &str,
) -> Result<(), Error> {
    let value = match element {
        Value::Object(members) => {
            let is_value =
                |key: &str| attribute.sub_attribute(key).is_some_and(|part| part.name == "value");
            members.iter().find_map(|(key, value)| is_value(key).then_some(value))
        }
        simple => Some(simple),
    };
    // The id of a member never begins with a brace or bracket. Such a text is JSON.
    let is_json = |value: &Value| {
        value.as_str().is_some_and(|text| text.trim_start().starts_with(['{', '[']))
    };
    let is_refused = match attribute.without_value {
        WithoutValue::LeftOut | WithoutValue::Kept => false,
        WithoutValue::RefusedUnderAnotherName => {
            value.is_none() && loses_a_part(attribute, element)
        }
        WithoutValue::Refused => value.is_none_or(|value| is_no_value(value) || is_json(value)),
    };
    if is_refused {
        let expected = "has no value; expected an object such as {\"value\": …}";
        let text = format!("{at} {expected}");
        return Err(Error::invalid_value(text).about(Problem::ElementWithoutValue, at));
    }
    Ok(())
}

/// Whether two values of `attribute` are equal. Text follows the attribute's `caseExact` (RFC 7643 §2.2).
pub(super) fn is_same(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) if !attribute.case_exact => {
            if is_plain(left) && is_plain(right) {
                left.eq_ignore_ascii_case(right)
            } else {
                fold(left) == fold(right)
            }
        }
        _ => left == right,
    }
}

/// The identity of a value in a list: its `value` sub-attribute, in the form for comparison. `None` for values without
/// one, such as an address.
pub(super) fn identity<'v>(attribute: &Attribute, element: &'v Value) -> Option<Cow<'v, str>> {
    let (attribute, value) = match element {
        Value::Object(object) => (attribute.sub_attribute("value")?, object.get("value")?),
        simple => (attribute, simple),
    };
    Some(match value {
        Value::String(text) if attribute.case_exact => {
            charge(text);
            Cow::Borrowed(text.as_str())
        }
        Value::String(text) => Cow::Owned(fold(text)),
        other => Cow::Owned(other.to_string()),
    })
}

/// Whether two elements have the same `type`, or both have none.
pub(super) fn is_same_type(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    match (left.get("type"), right.get("type"), attribute.sub_attribute("type")) {
        (Some(left), Some(right), Some(sub_attribute)) => is_same(sub_attribute, left, right),
        (left, right, _) => left == right,
    }
}

/// Whether two elements are the same value, with the same `type` and `value`. RFC 7643 §2.4 allows no two such
/// elements. Elements without a `value` must be equal.
pub(super) fn is_same_value(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    match (identity(attribute, left), identity(attribute, right)) {
        (Some(same), Some(identity)) if same == identity => is_same_type(attribute, left, right),
        _ => left == right,
    }
}

/// Merges equal values of a list. The first value keeps its sub-attributes, and gets the missing ones from later
/// values. A later `"primary": true` wins.
pub(super) fn merge_repeated(attribute: &Attribute, elements: &mut Vec<Value>) {
    if elements.len() < 2 {
        return;
    }
    let mut kept: Vec<Value> = Vec::with_capacity(elements.len());
    let mut positions: HashMap<Option<String>, Vec<usize>> = HashMap::with_capacity(elements.len());
    for element in elements.drain(..) {
        let identity = identity(attribute, &element).map(Cow::into_owned);
        let has_value = identity.is_some();
        let alike = positions.entry(identity).or_default();
        let is_same = |earlier: &Value| {
            if has_value { is_same_type(attribute, earlier, &element) } else { *earlier == element }
        };
        let mut alike_so_far = alike.iter().copied().take_while(|_| charge(""));
        let earlier = alike_so_far.find(|at| kept.get(*at).is_some_and(is_same));
        if let Some(earlier) = earlier.and_then(|at| kept.get_mut(at)) {
            fill_in(earlier, element);
        } else {
            alike.push(kept.len());
            kept.push(element);
        }
    }
    *elements = kept;
}

fn fill_in(earlier: &mut Value, later: Value) {
    let (Value::Object(earlier), Value::Object(later)) = (earlier, later) else { return };
    for (name, value) in later {
        if name == "primary" && value == Value::Bool(true) {
            earlier.insert(name, value);
        } else {
            earlier.entry(name).or_insert(value);
        }
    }
}

/// Whether an element has only the companions of a value (RFC 7643 §2.4): `type`, `primary`, `display`. A `display` is
/// content in a list that keeps elements without a `value`.
pub(super) fn has_only_companions(attribute: &Attribute, element: &Value) -> bool {
    let is_kept = attribute.without_value == WithoutValue::Kept;
    has_only(element, if is_kept { &["type", "primary"] } else { &COMPANIONS })
}

/// Whether an element has only companions of a value (RFC 7643 §2.4), and no `value`, although it could have one. In a
/// list that keeps elements without a `value`, `primary` is the only companion.
pub(super) fn lacks_content(attribute: &Attribute, element: &Value) -> bool {
    let is_kept = attribute.without_value == WithoutValue::Kept;
    attribute.sub_attribute("value").is_some()
        && has_only(element, if is_kept { &["primary"] } else { &COMPANIONS })
}

/// The sub-attributes that say something about a `value` (RFC 7643 §2.4).
const COMPANIONS: [&str; 3] = ["type", "primary", "display"];

fn has_only(element: &Value, names: &[&str]) -> bool {
    element.as_object().is_some_and(|object| object.keys().all(|name| names.contains(&&**name)))
}

/// Brings a list into its stored form. Removes elements without content ([`lacks_content`]), and merges equal values.
pub(super) fn normalize_list(attribute: &Attribute, elements: &mut Vec<Value>) {
    elements.retain(|element| !lacks_content(attribute, element));
    merge_repeated(attribute, elements);
}

/// Whether an element is marked as primary.
pub(super) fn is_primary(element: &Value) -> bool {
    element.get("primary").and_then(Value::as_bool) == Some(true)
}

/// Checks that a list has at most one primary value (RFC 7643 §2.4). Elements without content ([`lacks_content`]) do
/// not count.
///
/// # Errors
/// `invalidValue` for more than one primary value.
pub(super) fn check_primary(
    attribute: &Attribute,
    elements: &[Value],
    at: &str,
) -> Result<(), Error> {
    let is_counted = |element: &&Value| is_primary(element) && !lacks_content(attribute, element);
    let primaries = elements.iter().filter(is_counted).count();
    if primaries > 1 { Err(too_many_primary(primaries, at)) } else { Ok(()) }
}

/// The `invalidValue` error for more than one primary value.
pub(super) fn too_many_primary(primaries: usize, at: &str) -> Error {
    Error::invalid_value(format!(
        "{at} has {primaries} primary values; mark at most one value as primary"
    ))
    .about(Problem::SeveralPrimaryValues, at)
}

/// Checks the length of a list, before or after its values are compared with each other.
///
/// # Errors
/// `invalidValue` when the list has more values than the table allows.
pub(super) fn check_number(attribute: &Attribute, values: usize, at: &str) -> Result<(), Error> {
    if values > attribute.max_values {
        let limit = attribute.max_values;
        let text = format!("{at} has {values} values; at most {limit} are accepted");
        return Err(Error::invalid_value(text).about(Problem::TooManyValues { limit }, at));
    }
    Ok(())
}

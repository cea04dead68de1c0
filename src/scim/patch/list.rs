//! What the values of a multi-valued attribute have in common (RFC 7643 §2.4): which two are the same value, and that
//! one at most is primary.

use super::part::is_same;
use crate::scim::Error;
use crate::scim::fold::fold;
use crate::scim::schema::Attribute;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// Takes the values of a list out of their container, to be put back with [`put_list`].
pub(super) fn take_list(container: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match container.get_mut(name) {
        Some(Value::Array(elements)) => std::mem::take(elements),
        _ => Vec::new(),
    }
}

/// Puts a list back; one without values disappears.
pub(super) fn put_list(container: &mut Map<String, Value>, name: &str, elements: Vec<Value>) {
    if elements.is_empty() {
        container.shift_remove(name);
    } else {
        container.insert(name.to_owned(), Value::Array(elements));
    }
}

/// What tells values of a list apart: the `value` sub-attribute, in the form in which it is compared. `None` for what
/// has none, such as an address.
pub(super) fn identity(attribute: &Attribute, element: &Value) -> Option<String> {
    let (attribute, value) = match element {
        Value::Object(object) => (attribute.sub_attribute("value")?, object.get("value")?),
        simple => (attribute, simple),
    };
    Some(match value {
        Value::String(text) if attribute.case_exact => text.clone(),
        Value::String(text) => fold(text),
        other => other.to_string(),
    })
}

/// The values of a list by [`identity`], so that many can be looked up without comparing each with each.
pub(super) struct Index(HashMap<Option<String>, Vec<usize>>);

impl Index {
    /// The index of `elements`.
    pub fn new(attribute: &Attribute, elements: &[Value]) -> Self {
        let mut index = Self(HashMap::with_capacity(elements.len()));
        for (element, position) in elements.iter().zip(0..) {
            index.insert(attribute, element, position);
        }
        index
    }

    /// Adds one more.
    pub fn insert(&mut self, attribute: &Attribute, element: &Value, position: usize) {
        self.0.entry(identity(attribute, element)).or_default().push(position);
    }

    /// Where `elements` holds the value that `wanted` is: an equal one, or one with the same `value` and `type`
    /// (RFC 7643 §2.4 lets no two have both). Without a `type`, its `value` alone says which.
    pub fn find(&self, attribute: &Attribute, elements: &[Value], wanted: &Value) -> Option<usize> {
        let identity = identity(attribute, wanted);
        let candidates = self.0.get(&identity)?;
        let found = |is_meant: &dyn Fn(&Value) -> bool| {
            candidates.iter().copied().find(|at| elements.get(*at).is_some_and(is_meant))
        };
        if identity.is_none() {
            return found(&|element| element == wanted);
        }
        found(&|element| is_same_type(attribute, element.get("type"), wanted.get("type"))).or_else(
            || match wanted.get("type") {
                None => candidates.first().copied(),
                Some(_) => None,
            },
        )
    }
}

/// Whether both are the same `type`, or neither is any.
fn is_same_type(attribute: &Attribute, left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right, attribute.sub_attribute("type")) {
        (Some(left), Some(right), Some(sub_attribute)) => is_same(sub_attribute, left, right),
        (left, right, _) => left == right,
    }
}

/// Whether a value is marked as primary.
pub(super) fn is_primary(element: &Value) -> bool {
    element.get("primary").and_then(Value::as_bool) == Some(true)
}

/// Makes the values that an operation marked as primary the only ones: "the server SHALL set the value of the existing
/// attribute to false" (RFC 7644 §3.5.2). `marked` are their positions.
///
/// # Errors
/// `invalidValue` when the operation marked more than one.
pub(super) fn settle_primary(
    elements: &mut [Value],
    marked: &BTreeSet<usize>,
    at: &str,
) -> Result<(), Error> {
    if marked.len() > 1 {
        return Err(Error::invalid_value(format!(
            "{at} would get {} primary values; one at most can be",
            marked.len()
        )));
    }
    let Some(marked) = marked.first() else { return Ok(()) };
    for (element, position) in elements.iter_mut().zip(0_usize..) {
        if position != *marked
            && let Some(primary @ Value::Bool(true)) = element.get_mut("primary")
        {
            *primary = Value::Bool(false);
        }
    }
    Ok(())
}

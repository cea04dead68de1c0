//! A list as a whole: takes it out of its container, puts it back, searches it, and keeps at most one value primary.

use crate::Error;
use crate::comparison_budget::charge;
use crate::schema::Attribute;
use crate::values::{identity, is_same_type, is_same_value, too_many_primary};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Takes the values of a list out of their container. [`put_list`] puts them back.
pub(super) fn take_list(container: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match container.get_mut(name) {
        Some(Value::Array(elements)) => std::mem::take(elements),
        _ => Vec::new(),
    }
}

/// Puts a list back into its container. An empty list disappears.
pub(super) fn put_list(container: &mut Map<String, Value>, name: &str, elements: Vec<Value>) {
    if elements.is_empty() {
        container.shift_remove(name);
    } else {
        container.insert(name.to_owned(), Value::Array(elements));
    }
}

/// An index of list values by [`identity`]. It finds many values without comparing each value with each other.
pub(super) struct Index(HashMap<Option<String>, Vec<usize>>);

impl Index {
    /// Indexes only those of `elements` whose identity is the identity of a value in `wanted`. A request may add a few
    /// values to a long list many times.
    pub fn new(attribute: &Attribute, elements: &[Value], wanted: &[Value]) -> Self {
        let wanted: HashSet<Option<Cow<'_, str>>> =
            wanted.iter().map(|element| identity(attribute, element)).collect();
        let mut index = Self(HashMap::with_capacity(wanted.len()));
        for (element, position) in elements.iter().zip(0..) {
            let identity = identity(attribute, element);
            if wanted.contains(&identity) {
                index.insert_at(identity, position);
            }
        }
        index
    }

    /// Adds an element to the index.
    pub fn insert(&mut self, attribute: &Attribute, element: &Value, position: usize) {
        self.insert_at(identity(attribute, element), position);
    }

    fn insert_at(&mut self, identity: Option<Cow<'_, str>>, position: usize) {
        self.0.entry(identity.map(Cow::into_owned)).or_default().push(position);
    }

    /// The position in `elements` of the same value as `wanted`.
    ///
    /// Two elements are the same value when their `value` and `type` are (RFC 7643 §2.4 allows each pair once). When
    /// `wanted` has no `type`, its `value` alone may identify the element. Elements without a `value` must be equal.
    pub fn find(&self, attribute: &Attribute, elements: &[Value], wanted: &Value) -> Option<usize> {
        let identity = identity(attribute, wanted).map(Cow::into_owned);
        let candidates = self.0.get(&identity)?;
        let found = |is_meant: &dyn Fn(&Value) -> bool| {
            let mut candidates = candidates.iter().copied().take_while(|_| charge(""));
            candidates.find(|at| elements.get(*at).is_some_and(is_meant))
        };
        if identity.is_none() {
            return found(&|element| element == wanted);
        }
        found(&|element| is_same_type(attribute, element, wanted)).or_else(|| {
            match wanted.get("type") {
                None => candidates.first().copied(),
                Some(_) => None,
            }
        })
    }
}

/// Makes the value that an operation marked as primary the only primary value. RFC 7644 §3.5.2: "the server SHALL set
/// the value of the existing attribute to false". `marked` holds the positions of the marked values.
///
/// # Errors
/// `invalidValue` when the operation marked two different values.
pub(super) fn keep_one_primary(
    attribute: &Attribute,
    elements: &mut [Value],
    marked: &BTreeSet<usize>,
    at: &str,
) -> Result<(), Error> {
    let Some(first) = marked.first() else { return Ok(()) };
    let mut values = marked.iter().filter_map(|position| elements.get(*position));
    // Marked values that the operation made the same become one value in the end.
    if let Some(value) = values.next()
        && !values.all(|other| is_same_value(attribute, value, other))
    {
        return Err(too_many_primary(marked.len(), at));
    }
    for (element, position) in elements.iter_mut().zip(0_usize..) {
        if position != *first
            && let Some(primary @ Value::Bool(true)) = element.get_mut("primary")
        {
            *primary = Value::Bool(false);
        }
    }
    Ok(())
}

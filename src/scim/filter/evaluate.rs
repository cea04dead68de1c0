//! Whether a resource meets a bound filter. Knows no tables; takes JSON as it comes and is never surprised by it.

use super::bound::{Node, Order, Place, Test, TextRelation};
use crate::scim::values::is_primary;
use crate::scim::work::charge;
use crate::scim::{date_time, fold};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::cmp::Ordering;

pub(super) fn matches(node: &Node, object: &Map<String, Value>) -> bool {
    match node {
        Node::Constant(holds) => *holds,
        Node::And(nodes) => nodes.iter().all(|node| matches(node, object)),
        Node::Or(nodes) => nodes.iter().any(|node| matches(node, object)),
        Node::Not(node) => !matches(node, object),
        Node::Present(place) => place.values(object).any(is_present),
        Node::Compare { place, test: Test::Primary(constant), .. } => match place.sub_attribute {
            Some(_) => place.elements(object).iter().any(|one| is_primary(one) == *constant),
            None => place.values(object).any(|value| value == true) == *constant,
        },
        Node::Compare { place, test, .. } => place.values(object).any(|value| test.holds(value)),
        Node::Element { place, filter } => {
            place.values(object).any(|element| matches_element(filter, element))
        }
    }
}

pub(super) fn matches_element(node: &Node, element: &Value) -> bool {
    element.as_object().is_some_and(|object| matches(node, object))
}

impl Place {
    /// The values of the attribute, whatever its sub-attributes hold: of a multi-valued one each.
    fn elements<'v>(&self, object: &'v Map<String, Value>) -> &'v [Value] {
        let owner = match &self.extension {
            Some(extension) => object.get(extension).and_then(Value::as_object),
            None => Some(object),
        };
        owner.and_then(|owner| owner.get(&self.attribute)).map_or(&[][..], each)
    }

    /// The values at this place: of a multi-valued attribute each one.
    fn values<'v>(&self, object: &'v Map<String, Value>) -> impl Iterator<Item = &'v Value> {
        self.elements(object).iter().flat_map(|value| match &self.sub_attribute {
            Some(name) => value.as_object().and_then(|value| value.get(name)).map_or(&[][..], each),
            None => std::slice::from_ref(value),
        })
    }
}

fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        single => std::slice::from_ref(single),
    }
}

/// RFC 7644 §3.4.2.2, `pr`: a non-empty value, or a complex value with a non-empty part.
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_present),
        Value::Object(parts) => parts.values().any(is_present),
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Test::Text { relation, case_exact, constant } => value.as_str().is_some_and(|text| {
                let text = match case_exact {
                    // Folding counts as comparing by itself.
                    true if !charge(text) => return false,
                    true => Cow::Borrowed(text),
                    false => fold::fold(text).into(),
                };
                relation.holds(&text, constant)
            }),
            Test::Boolean(constant) | Test::Primary(constant) => value.as_bool() == Some(*constant),
            Test::Number { order, constant } => value
                .as_number()
                .and_then(|number| compare_numbers(number, constant))
                .is_some_and(|ordering| order.holds(ordering)),
            Test::Instant { order, constant } => value
                .as_str()
                .and_then(date_time::parse)
                .is_some_and(|instant| order.holds(instant.cmp(constant))),
        }
    }
}

impl TextRelation {
    fn holds(self, text: &str, constant: &str) -> bool {
        match self {
            TextRelation::Contains => text.contains(constant),
            TextRelation::StartsWith => text.starts_with(constant),
            TextRelation::EndsWith => text.ends_with(constant),
            TextRelation::Ordered(order) => order.holds(text.cmp(constant)),
        }
    }
}

impl Order {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Order::Equal => ordering.is_eq(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterOrEqual => ordering.is_ge(),
            Order::Less => ordering.is_lt(),
            Order::LessOrEqual => ordering.is_le(),
        }
    }
}

/// Whole numbers exactly, since an `f64` cannot tell the large ones apart.
fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    let whole = |number: &Number| {
        number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
    };
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

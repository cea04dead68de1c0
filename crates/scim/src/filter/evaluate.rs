//! Evaluates a bound filter for a resource. Evaluation reads no tables, and accepts any JSON in the resource.

use super::bound::{Node, Order, Test, TextRelation};
use crate::bound_path::{BoundPath, Subject};
use crate::comparison_budget::charge;
use crate::values::is_primary;
use crate::{date_time, fold};
use serde_json::{Number, Value};
use std::cmp::Ordering;

pub(super) fn matches<S: Subject>(node: &Node, subject: &S) -> bool {
    match node {
        Node::Constant(holds) => *holds,
        Node::And(nodes) => nodes.iter().all(|node| matches(node, subject)),
        Node::Or(nodes) => nodes.iter().any(|node| matches(node, subject)),
        Node::Not(node) => !matches(node, subject),
        Node::Present(path) => any_value(path, subject, is_present),
        Node::Compare { path, test: Test::Primary(constant), .. } => match path.sub_attribute {
            Some(_) => subject.elements(path).iter().any(|one| is_primary(one) == *constant),
            None => any_value(path, subject, |value| value == true) == *constant,
        },
        Node::Compare { path, test, .. } => any_value(path, subject, |value| test.holds(value)),
        Node::Element { path, filter } => {
            any_value(path, subject, |element| matches_element(filter, element))
        }
    }
}

pub(super) fn matches_element(node: &Node, element: &Value) -> bool {
    element.as_object().is_some_and(|object| matches(node, object))
}

/// Returns whether `holds` is true for one of the values at `path`. Each value of a multi-valued attribute is tested.
fn any_value<S: Subject>(path: &BoundPath, subject: &S, holds: impl Fn(&Value) -> bool) -> bool {
    subject.elements(path).iter().flat_map(|element| path.in_element(element)).any(holds)
}

/// Returns whether `pr` holds: the value is not empty, or a part of a complex value is not (RFC 7644 §3.4.2.2).
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
            Test::Text { relation, case_exact: true, constant } => {
                value.as_str().is_some_and(|text| charge(text) && relation.holds(text, constant))
            }
            Test::Text { relation, case_exact: false, constant } => {
                value.as_str().is_some_and(|text| relation.holds_folded(text, constant))
            }
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
    /// Compares `text` without regard to case with a folded constant. Allocates only for text that is longer than 256
    /// bytes or not plain.
    fn holds_folded(self, text: &str, constant: &str) -> bool {
        const LONGEST: usize = 256;
        let mut buffer = [0; LONGEST];
        let Some(lower) = buffer.get_mut(..text.len()).filter(|_| fold::is_plain(text)) else {
            // Folding charges the work budget itself.
            return self.holds(&fold::fold(text), constant);
        };
        if !charge(text) {
            return false;
        }
        if self == TextRelation::EQUAL {
            return text.eq_ignore_ascii_case(constant);
        }
        lower.copy_from_slice(text.as_bytes());
        lower.make_ascii_lowercase();
        std::str::from_utf8(lower).is_ok_and(|lower| self.holds(lower, constant))
    }

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

/// Compares whole numbers exactly, since an `f64` cannot tell the large ones apart.
fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    let whole = |number: &Number| {
        number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
    };
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

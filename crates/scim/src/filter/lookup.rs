//! Derives facts from a bound filter without a resource: the values to ask an index for, and the element that it
//! describes.

use super::bound::{Node, Order, Test, TextRelation};
use crate::bound_path::BoundPath;
use serde_json::Value;
use std::collections::BTreeSet;

/// An `eq` comparison with text that holds for every match. Names are canonical, of common and core attributes.
///
/// A lookup only narrows a search. The caller must still match each resource it finds against the whole filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The attribute, such as `userName`.
    pub attribute: String,
    /// The sub-attribute, such as the `value` of `emails`.
    pub sub_attribute: Option<String>,
    /// The text as written. The caller folds it where the attribute is not caseExact (RFC 7643 §2.2).
    pub value: String,
}

pub(super) fn lookups(root: &Node) -> Vec<Lookup> {
    let mut lookups = Vec::new();
    collect(root, &mut |path, text| {
        lookups.extend(path.extension.is_none().then(|| Lookup {
            attribute: path.attribute.clone(),
            sub_attribute: path.sub_attribute.clone(),
            value: text.to_owned(),
        }));
    });
    lookups
}

/// The way in which a filter names one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mention {
    /// The filter only tests whether the `value` of an element equals one of these texts. The set is empty when the
    /// filter does not name the attribute.
    Values(BTreeSet<String>),
    /// The filter has another test of the attribute.
    Other,
}

pub(super) fn is_never_met(node: &Node) -> bool {
    match node {
        Node::Constant(holds) => !holds,
        Node::Or(nodes) => nodes.iter().all(is_never_met),
        Node::And(nodes) => nodes.iter().any(is_never_met),
        Node::Not(_) | Node::Compare { .. } | Node::Element { .. } | Node::Present(_) => false,
    }
}

pub(super) fn mention(node: &Node, attribute: &str) -> Mention {
    let is_meant = |path: &BoundPath| path.extension.is_none() && path.attribute == attribute;
    match node {
        Node::And(nodes) | Node::Or(nodes) => {
            let mut values = BTreeSet::new();
            for node in nodes {
                match mention(node, attribute) {
                    Mention::Values(more) => values.extend(more),
                    Mention::Other => return Mention::Other,
                }
            }
            Mention::Values(values)
        }
        Node::Not(node) => mention(node, attribute),
        Node::Compare { path, test, written } if is_meant(path) => match written {
            Value::String(text)
                if test.is_equality() && path.sub_attribute.as_deref() == Some("value") =>
            {
                Mention::Values(BTreeSet::from([text.clone()]))
            }
            _ => Mention::Other,
        },
        Node::Element { path, filter } if is_meant(path) => match eq_terms(filter).as_deref() {
            Some([(name, Value::String(text))]) if name == "value" => {
                Mention::Values(BTreeSet::from([text.clone()]))
            }
            _ => Mention::Other,
        },
        Node::Present(path) if is_meant(path) => Mention::Other,
        Node::Constant(_) | Node::Compare { .. } | Node::Element { .. } | Node::Present(_) => {
            Mention::Values(BTreeSet::new())
        }
    }
}

/// Calls `found` with path and text of each `eq` comparison that must hold.
fn collect(node: &Node, found: &mut dyn FnMut(&BoundPath, &str)) {
    match node {
        Node::And(nodes) => nodes.iter().for_each(|node| collect(node, found)),
        Node::Compare {
            path,
            test: Test::Text { relation: TextRelation::EQUAL, .. },
            written: Value::String(text),
        } => found(path, text),
        Node::Element { path: outer, filter } => collect(filter, &mut |inner, text| {
            let sub_attribute = Some(inner.attribute.clone());
            found(&BoundPath { sub_attribute, ..outer.clone() }, text);
        }),
        Node::Constant(_)
        | Node::Compare { .. }
        | Node::Or(_)
        | Node::Not(_)
        | Node::Present(_) => {}
    }
}

pub(super) fn eq_terms(root: &Node) -> Option<Vec<(String, Value)>> {
    let nodes = match root {
        Node::And(nodes) => nodes.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut terms: Vec<(String, Value)> = Vec::new();
    for node in nodes {
        let Node::Compare { path, test, written } = node else { return None };
        let BoundPath { extension: None, attribute, sub_attribute: None, .. } = path else {
            return None;
        };
        if !test.is_equality() {
            return None;
        }
        match terms.iter().find(|(name, _)| name == attribute) {
            Some((_, value)) if value == written => {}
            Some(_) => return None,
            None => terms.push((attribute.clone(), written.clone())),
        }
    }
    Some(terms)
}

impl Test {
    fn is_equality(&self) -> bool {
        match self {
            Test::Text { relation, .. } => *relation == TextRelation::EQUAL,
            Test::Boolean(_) | Test::Primary(_) => true,
            Test::Number { order, .. } | Test::Instant { order, .. } => *order == Order::Equal,
        }
    }
}

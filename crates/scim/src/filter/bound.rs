//! A bound filter: paths into a resource, and tests with prepared constants.
//!
//! Binding fails for combinations that do not fit the tables, so every bound filter is valid.

use super::CompareOp;
use crate::bound_path::BoundPath;
use serde_json::{Number, Value};
use time::OffsetDateTime;

/// A filter whose evaluation needs no tables.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// A term about an attribute that the resource type does not have. Its result is the same for every resource.
    Constant(bool),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Present(BoundPath),
    Compare {
        path: BoundPath,
        test: Test,
        /// The constant as the client wrote it, except that a boolean in quotes became a boolean.
        written: Value,
    },
    /// At least one value of the attribute matches the whole filter. The paths in the filter begin at that value.
    Element {
        path: BoundPath,
        filter: Box<Node>,
    },
}

/// A test of a single value. There is no test for `ne`: it negates `eq` over all values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Test {
    Text {
        relation: TextRelation,
        case_exact: bool,
        /// Folded unless `case_exact`.
        constant: String,
    },
    Boolean(bool),
    /// `primary` of a multi-valued attribute. A value without `primary` is not primary (RFC 7643 §2.4).
    Primary(bool),
    Number {
        order: Order,
        constant: Number,
    },
    Instant {
        order: Order,
        constant: OffsetDateTime,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TextRelation {
    Contains,
    StartsWith,
    EndsWith,
    Ordered(Order),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Order {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl TextRelation {
    pub(super) const EQUAL: Self = Self::Ordered(Order::Equal);

    pub(super) fn of(op: CompareOp) -> Self {
        match op {
            CompareOp::Co => Self::Contains,
            CompareOp::Sw => Self::StartsWith,
            CompareOp::Ew => Self::EndsWith,
            CompareOp::Eq | CompareOp::Ne => Self::EQUAL,
            CompareOp::Gt => Self::Ordered(Order::Greater),
            CompareOp::Ge => Self::Ordered(Order::GreaterOrEqual),
            CompareOp::Lt => Self::Ordered(Order::Less),
            CompareOp::Le => Self::Ordered(Order::LessOrEqual),
        }
    }
}

impl Order {
    /// Returns `None` for `co`, `sw` and `ew`, which search within text.
    pub(super) fn of(op: CompareOp) -> Option<Self> {
        match TextRelation::of(op) {
            TextRelation::Ordered(order) => Some(order),
            TextRelation::Contains | TextRelation::StartsWith | TextRelation::EndsWith => None,
        }
    }
}

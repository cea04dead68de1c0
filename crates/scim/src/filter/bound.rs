//! A filter after binding: bound paths into a resource, and tests with prepared constants.
//!
//! Holds nothing that could be wrong: what does not go together is refused before it gets here.

use super::CompareOp;
use crate::bound_path::BoundPath;
use serde_json::{Number, Value};
use time::OffsetDateTime;

/// A filter that needs no tables any more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// The same for every resource: what is said of an attribute that no resource of the type has.
    Constant(bool),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Present(BoundPath),
    Compare {
        path: BoundPath,
        test: Test,
        /// The constant as the client wrote it, with booleans as booleans.
        written: Value,
    },
    /// One value meets the filter; paths in it begin at that value.
    Element {
        path: BoundPath,
        filter: Box<Node>,
    },
}

/// What a single value is held against. `ne` is not among them: it is the negation of `eq` over all values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Test {
    Text {
        relation: TextRelation,
        case_exact: bool,
        /// Folded unless `case_exact`.
        constant: String,
    },
    Boolean(bool),
    /// `primary` of a multi-valued attribute: a value that does not say whether it is primary is not (RFC 7643 §2.4).
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
    /// `None` for the operators that look into text.
    pub(super) fn of(op: CompareOp) -> Option<Self> {
        match TextRelation::of(op) {
            TextRelation::Ordered(order) => Some(order),
            TextRelation::Contains | TextRelation::StartsWith | TextRelation::EndsWith => None,
        }
    }
}

//! Filters (RFC 7644 §3.4.2.2): the syntax tree, its canonical text, and what a filter means for a resource.
//!
//! Knows nothing about where resources are kept: [`BoundFilter::lookups`] says what an index could be asked for, the
//! caller decides whether it has one.

mod bind;
mod bound;
mod evaluate;
mod lexer;
mod lookup;
mod parser;
mod print;
#[cfg(test)]
mod tests;

pub use lookup::{Lookup, Mention};

use super::Error;
use super::attr_path::AttrPath;
use super::bound_path::Subject;
use super::schema::{Attribute, ResourceType};
use serde_json::{Number, Value};

/// The longest filter that is read, in bytes.
pub const MAX_FILTER_BYTES: usize = 4096;

/// How many `(` and `[` may be open at one place of a filter.
pub const MAX_NESTING: usize = 32;

/// A filter as written (RFC 7644 §3.4.2.2, Figure 1); whether its attributes exist is for [`Filter::bind`] to say.
///
/// In a parsed tree an `And` holds no `And` and an `Or` no `Or`, and both hold at least two terms; so a tree, printed
/// and parsed again, is the same tree, as long as its text is within the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All terms hold.
    And(Vec<Filter>),
    /// At least one term holds.
    Or(Vec<Filter>),
    /// The filter does not hold.
    Not(Box<Filter>),
    /// `attrPath compareOp compValue`.
    Compare {
        /// What is compared.
        path: AttrPath,
        /// How.
        op: CompareOp,
        /// With what.
        value: CompareValue,
    },
    /// `attrPath pr`: the attribute has a value.
    Present(AttrPath),
    /// `attrPath[valFilter]`: one and the same value of the attribute meets the whole filter.
    ValuePath {
        /// The complex attribute.
        path: AttrPath,
        /// What its value must meet; paths in it name sub-attributes.
        filter: Box<Filter>,
    },
}

/// A comparison operator (RFC 7644 §3.4.2.2, Table 3); `pr` takes no value and is [`Filter::Present`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal: wherever `eq` does not hold, so also where there is no value.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal to.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal to.
    Le,
}

/// A comparison value (RFC 7644 §3.4.2.2): a JSON literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompareValue {
    /// Text, decoded.
    String(String),
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`: no value.
    Null,
}

impl Filter {
    /// Parses the `filter` parameter of a query (RFC 7644 §3.4.2.2).
    ///
    /// More is accepted than the grammar has: white space of any kind and amount, or none where tokens are distinct
    /// without it, and `emails[type eq "work"].value eq "x"`, which Entra ID sends and which is read as
    /// `emails[type eq "work" and value eq "x"]`. After `eq`, a single word is text also without quotes.
    ///
    /// # Errors
    /// `invalidFilter` with the character position: empty, not in the grammar, longer than [`MAX_FILTER_BYTES`] or
    /// nested deeper than [`MAX_NESTING`].
    pub fn parse(text: &str) -> Result<Filter, Error> {
        parser::parse_filter(text)
    }

    /// Parses the path of a PATCH operation that selects values: `attrPath "[" valFilter "]" ["." subAttr]`
    /// (RFC 7644 §3.5.2, Figure 7). Gives its three parts.
    ///
    /// # Errors
    /// `invalidFilter` for what is wrong between the brackets and for the limits of [`Filter::parse`], else
    /// `invalidPath`.
    pub fn parse_value_path(text: &str) -> Result<(AttrPath, Filter, Option<String>), Error> {
        parser::parse_value_path(text)
    }

    /// Finds the attributes in the tables of `resource_type`, for use with [`BoundFilter::matches`].
    ///
    /// # Errors
    /// `invalidFilter` for an unknown attribute, and for an operator or a value that does not go with the
    /// attribute's type; `sensitive` for an attribute that is never returned (RFC 7643 §7).
    pub fn bind(&self, resource_type: &ResourceType) -> Result<BoundFilter, Error> {
        self.bind_among(resource_type, &[])
    }

    /// As [`Filter::bind`], for a query over resources of several types (RFC 7644 §3.4.2.1): an attribute that only
    /// `others` have is one without a value.
    ///
    /// # Errors
    /// As [`Filter::bind`], when no type has the attribute.
    pub fn bind_among(
        &self,
        resource_type: &ResourceType,
        others: &[&ResourceType],
    ) -> Result<BoundFilter, Error> {
        bind::bind(self, bind::Scope::Resource(resource_type), others)
            .map(|root| BoundFilter { root: Box::new(root) })
            .map_err(|error| error.within("Filter"))
    }

    /// Finds the names in the sub-attributes of `attribute`, for use with [`BoundFilter::matches_element`]: what stands
    /// between the brackets of a PATCH path (RFC 7644 §3.5.2).
    ///
    /// # Errors
    /// As [`Filter::bind`]; also `invalidFilter` when the attribute is not complex.
    pub fn bind_elements(&self, attribute: &Attribute) -> Result<BoundFilter, Error> {
        bind::bind_elements(self, attribute)
            .map(|root| BoundFilter { root: Box::new(root) })
            .map_err(|error| error.within("Path"))
    }

    /// The attribute paths in it, from left to right.
    pub fn paths(&self) -> Vec<&AttrPath> {
        match self {
            Filter::And(terms) | Filter::Or(terms) => {
                terms.iter().flat_map(Filter::paths).collect()
            }
            Filter::Not(filter) => filter.paths(),
            Filter::Compare { path, .. } | Filter::Present(path) => vec![path],
            Filter::ValuePath { path, filter } => {
                std::iter::once(path).chain(filter.paths()).collect()
            }
        }
    }

    /// The terms joined by `and`, in the form a parsed tree has.
    fn and(terms: Vec<Filter>) -> Filter {
        let mut flat = Vec::with_capacity(terms.len());
        for term in terms {
            match term {
                Filter::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        <[Filter; 1]>::try_from(flat).map_or_else(Filter::And, |[only]| only)
    }

    /// The terms joined by `or`, in the form a parsed tree has.
    fn or(terms: Vec<Filter>) -> Filter {
        let mut flat = Vec::with_capacity(terms.len());
        for term in terms {
            match term {
                Filter::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        <[Filter; 1]>::try_from(flat).map_or_else(Filter::Or, |[only]| only)
    }
}

/// A filter whose attributes and constants are known to fit the schema tables (RFC 7644 §3.4.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BoundFilter {
    root: Box<bound::Node>,
}

impl BoundFilter {
    /// Whether a resource meets a filter of [`Filter::bind`] (RFC 7644 §3.4.2.2).
    ///
    /// Values of a type that the tables do not give the attribute are met by no comparison.
    pub fn matches(&self, resource: &impl Subject) -> bool {
        evaluate::matches(&self.root, resource)
    }

    /// Whether one value of a complex attribute meets a filter of [`Filter::bind_elements`] (RFC 7644 §3.5.2). What is
    /// not an object meets none.
    pub fn matches_element(&self, element: &Value) -> bool {
        evaluate::matches_element(&self.root, element)
    }

    /// The `eq` comparisons with text that hold for every resource a filter of [`Filter::bind`] matches: alone, or
    /// joined by `and` at the top level, or in a value path there. Only common and core attributes.
    pub fn lookups(&self) -> Vec<Lookup> {
        lookup::lookups(&self.root)
    }

    /// Whether no resource of the type can meet a filter of [`Filter::bind_among`].
    pub fn is_never_met(&self) -> bool {
        lookup::is_never_met(&self.root)
    }

    /// What a filter of [`Filter::bind`] says about a common or core attribute.
    pub fn mention(&self, attribute: &str) -> Mention {
        lookup::mention(&self.root, attribute)
    }

    /// The element that a filter of [`Filter::bind_elements`] describes when it is nothing but `eq` terms joined by
    /// `and`: canonical names of sub-attributes and their values, each name once.
    ///
    /// `None` for every other filter, for `eq null`, and when the terms contradict each other.
    pub fn eq_terms(&self) -> Option<Vec<(String, Value)>> {
        lookup::eq_terms(&self.root)
    }
}

impl CompareOp {
    /// The operator called `word`, in any case.
    fn from_word(word: &str) -> Option<Self> {
        const ALL: [CompareOp; 9] = [
            CompareOp::Eq,
            CompareOp::Ne,
            CompareOp::Co,
            CompareOp::Sw,
            CompareOp::Ew,
            CompareOp::Gt,
            CompareOp::Ge,
            CompareOp::Lt,
            CompareOp::Le,
        ];
        ALL.into_iter().find(|op| op.as_str().eq_ignore_ascii_case(word))
    }

    /// The operator in a filter (RFC 7644 §3.4.2.2, Table 3).
    pub fn as_str(self) -> &'static str {
        match self {
            CompareOp::Eq => "eq",
            CompareOp::Ne => "ne",
            CompareOp::Co => "co",
            CompareOp::Sw => "sw",
            CompareOp::Ew => "ew",
            CompareOp::Gt => "gt",
            CompareOp::Ge => "ge",
            CompareOp::Lt => "lt",
            CompareOp::Le => "le",
        }
    }
}

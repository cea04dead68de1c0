//! Filters (RFC 7644 §3.4.2.2): the syntax tree, its canonical text, and its result for a resource.
//!
//! The module does not know where resources are stored. [`BoundFilter::lookups`] lists values to ask an index for, and
//! the caller decides whether it has that index.

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

use super::attr_path::AttrPath;
use super::bound_path::Subject;
use super::schema::{Attribute, ResourceType};
use super::{Error, Limits};
use serde_json::{Number, Value};
use strum::{EnumString, IntoStaticStr};

/// The maximum number of `(` and `[` that are open at the same place of a filter.
pub const MAX_NESTING: usize = 32;

/// A filter as written (RFC 7644 §3.4.2.2, Figure 1). [`Filter::bind`] checks whether its attributes exist.
///
/// In a parsed tree an `And` holds no `And`, and an `Or` holds no `Or`. Both hold at least two terms. So a tree that is
/// printed and parsed again is the same tree, if its text is within the limits.
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
        /// The attribute to compare.
        path: AttrPath,
        /// The operator.
        op: CompareOp,
        /// The value to compare with.
        value: CompareValue,
    },
    /// `attrPath pr`: the attribute has a value.
    Present(AttrPath),
    /// `attrPath[valFilter]`: a single value of the attribute meets the whole filter.
    ValuePath {
        /// The complex attribute.
        path: AttrPath,
        /// The filter for its values. Paths in the filter name sub-attributes.
        filter: Box<Filter>,
    },
}

/// A comparison operator (RFC 7644 §3.4.2.2, Table 3), in any case. `pr` takes no value and is [`Filter::Present`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal: the negation of `eq`, so it also holds without a value.
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
    /// Decoded text.
    String(String),
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`, which means no value.
    Null,
}

impl Filter {
    /// Parses the `filter` parameter of a query (RFC 7644 §3.4.2.2).
    ///
    /// The parser accepts more than the grammar:
    /// - White space may be of any kind and amount. It may be absent where tokens are distinct without it.
    /// - Entra ID sends `emails[type eq "work"].value eq "x"`. It is read as `emails[type eq "work" and value eq "x"]`.
    /// - After `eq`, a single word without quotes is text.
    ///
    /// # Errors
    /// `invalidFilter` with the character position when the text is empty or not in the grammar. The same for text
    /// longer than [`Limits::filter_bytes`] or nested deeper than [`MAX_NESTING`].
    pub fn parse(text: &str, limits: &Limits) -> Result<Filter, Error> {
        parser::parse_filter(text, limits)
    }

    /// Parses the path of a PATCH operation that selects values: `attrPath "[" valFilter "]" ["." subAttr]` (RFC 7644
    /// §3.5.2, Figure 7). Returns its three parts.
    ///
    /// # Errors
    /// `invalidFilter` for an error between the brackets and for the limits of [`Filter::parse`], else `invalidPath`.
    pub fn parse_value_path(
        text: &str,
        limits: &Limits,
    ) -> Result<(AttrPath, Filter, Option<String>), Error> {
        parser::parse_value_path(text, limits)
    }

    /// Finds the attributes in the tables of `resource_type`, for use with [`BoundFilter::matches`].
    ///
    /// # Errors
    /// `invalidFilter` for an unknown attribute, and for an operator or value that does not fit the attribute's type.
    /// `sensitive` for an attribute that is never returned (RFC 7643 §7).
    pub fn bind(&self, resource_type: &ResourceType) -> Result<BoundFilter, Error> {
        self.bind_among(resource_type, &[])
    }

    /// Binds a filter as [`Filter::bind`] does, for a query over several resource types (RFC 7644 §3.4.2.1). An
    /// attribute that only `others` have is bound as an attribute without a value.
    ///
    /// # Errors
    /// Fails as [`Filter::bind`] does, when no type has the attribute.
    pub fn bind_among(
        &self,
        resource_type: &ResourceType,
        others: &[&ResourceType],
    ) -> Result<BoundFilter, Error> {
        bind::bind(self, bind::LookupScope::Resource(resource_type), others)
            .map(|root| BoundFilter { root: Box::new(root) })
            .map_err(|error| error.within("Filter"))
    }

    /// Finds the names in the sub-attributes of `attribute`, for use with [`BoundFilter::matches_element`]. Such a
    /// filter stands between the brackets of a PATCH path (RFC 7644 §3.5.2).
    ///
    /// # Errors
    /// Fails as [`Filter::bind`] does; also with `invalidFilter` when the attribute is not complex.
    pub fn bind_elements(&self, attribute: &Attribute) -> Result<BoundFilter, Error> {
        bind::bind_elements(self, attribute)
            .map(|root| BoundFilter { root: Box::new(root) })
            .map_err(|error| error.within("Path"))
    }

    /// The attribute paths in the filter, from left to right.
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

    /// Joins terms by `and`, in the form of a parsed tree.
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

    /// Joins terms by `or`, in the form of a parsed tree.
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

/// A filter whose attributes and constants fit the schema tables (RFC 7644 §3.4.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BoundFilter {
    root: Box<bound::Node>,
}

impl BoundFilter {
    /// Returns whether a resource meets a filter of [`Filter::bind`] (RFC 7644 §3.4.2.2).
    ///
    /// Comparisons ignore values of another type than the table declares.
    pub fn matches(&self, resource: &impl Subject) -> bool {
        evaluate::matches(&self.root, resource)
    }

    /// Returns whether a value of a complex attribute meets a filter of [`Filter::bind_elements`] (RFC 7644 §3.5.2). A
    /// value that is not an object meets no filter.
    pub fn matches_element(&self, element: &Value) -> bool {
        evaluate::matches_element(&self.root, element)
    }

    /// The `eq` comparisons with text that hold for every resource that a filter of [`Filter::bind`] matches.
    ///
    /// A comparison may stand alone, be joined by `and` at the top level, or stand in a value path there. Only common
    /// and core attributes are listed.
    pub fn lookups(&self) -> Vec<Lookup> {
        lookup::lookups(&self.root)
    }

    /// Returns whether no resource of the type can meet a filter of [`Filter::bind_among`].
    pub fn is_never_met(&self) -> bool {
        lookup::is_never_met(&self.root)
    }

    /// The way in which a filter of [`Filter::bind`] names a common or core attribute.
    pub fn mention(&self, attribute: &str) -> Mention {
        lookup::mention(&self.root, attribute)
    }

    /// The element that a filter of [`Filter::bind_elements`] describes: canonical sub-attribute names and their
    /// values, each name once. The filter may hold only `eq` terms, joined by `and`.
    ///
    /// Returns `None` for every other filter, for `eq null`, and when the terms contradict each other.
    pub fn eq_terms(&self) -> Option<Vec<(String, Value)>> {
        lookup::eq_terms(&self.root)
    }
}

impl CompareOp {
    /// The operator as written in a filter (RFC 7644 §3.4.2.2, Table 3).
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

//! The order of a list: `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3).
//!
//! [`SortBy::bind`] decides everything about types and case, once per request. The caller orders equal resources by
//! `id`, so that pages do not depend on where a list is stored.

use super::attr_path::AttrPath;
use super::bound_path::{BoundPath, Subject};
use super::error::quoted;
use super::schema::{Attribute, AttributeType, ResourceType, Returned, Target};
use super::{Error, ScimType, date_time, fold, values};
use serde_json::Value;
use std::cmp::Ordering;
use time::OffsetDateTime;

/// The order that a client requests (RFC 7644 §3.4.2.3). [`SortBy::bind`] checks whether the attribute exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortBy {
    path: AttrPath,
    descending: bool,
}

/// An order of the resources of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundSort {
    path: BoundPath,
    kind: AttributeType,
    case_exact: bool,
    descending: bool,
    max_chars: usize,
}

/// The key that gives a resource its place in an order.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey(KeyValue);

#[derive(Debug, Clone, PartialEq)]
enum KeyValue {
    Boolean(bool),
    Number(f64),
    Instant(OffsetDateTime),
    Text(Box<str>),
    Missing,
}

impl SortBy {
    /// Reads `sortBy` and `sortOrder`. Without `sortBy` there is no order, and `sortOrder` is ignored.
    ///
    /// # Errors
    /// `invalidValue` when `sortBy` is not an attribute path, or `sortOrder` is neither `ascending` nor `descending`.
    pub fn read(sort_by: Option<&str>, sort_order: Option<&str>) -> Result<Option<Self>, Error> {
        let Some(sort_by) = sort_by.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let path = AttrPath::parse(sort_by).ok_or_else(|| {
            Error::invalid_value(format!(
                "sortBy must be an attribute such as userName or name.familyName, found {}",
                quoted(sort_by)
            ))
        })?;
        let descending = match sort_order.map(str::trim).filter(|text| !text.is_empty()) {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("ascending") => false,
            Some(word) if word.eq_ignore_ascii_case("descending") => true,
            Some(word) => {
                return Err(Error::invalid_value(format!(
                    "sortOrder must be ascending or descending, found {}",
                    quoted(word)
                )));
            }
        };
        Ok(Some(Self { path, descending }))
    }

    /// Finds the attribute in the tables of `resource_type`. A complex attribute stands for its `value`.
    ///
    /// # Errors
    /// - `invalidValue` for an unknown attribute, a schema, or a complex attribute without a `value`.
    /// - `sensitive` for an attribute that is never returned, because an order would reveal its value (RFC 7643 §7).
    pub fn bind(&self, resource_type: &ResourceType) -> Result<BoundSort, Error> {
        self.find(resource_type).map_err(|error| error.within("sortBy"))
    }

    fn find(&self, resource_type: &ResourceType) -> Result<BoundSort, Error> {
        let path = &self.path;
        let Some(Target::Attribute { extension, attribute, sub_attribute }) =
            resource_type.resolve(path)
        else {
            return Err(Error::invalid_value(self.explain(resource_type)));
        };
        let sub_attribute = match sub_attribute {
            None if attribute.kind == AttributeType::Complex => {
                let value = attribute.sub_attribute("value").ok_or_else(|| {
                    Error::invalid_value(format!(
                        "a list cannot be sorted by \"{path}\" as a whole; name one of its sub-attributes: {}",
                        attribute.sub_attribute_names()
                    ))
                })?;
                Some(value)
            }
            named => named,
        };
        let compared = sub_attribute.unwrap_or(attribute);
        for attribute in [attribute, compared] {
            if attribute.returned == Returned::Never {
                let detail =
                    format!("\"{path}\" is never returned, so no list can be sorted by it");
                return Err(Error::new(ScimType::Sensitive, detail));
            }
        }
        Ok(BoundSort {
            path: BoundPath::new(extension, attribute, sub_attribute),
            kind: compared.kind,
            case_exact: compared.case_exact,
            descending: self.descending,
            max_chars: resource_type.limits.sort_key_chars,
        })
    }

    /// Explains why the path names no attribute to sort by.
    fn explain(&self, resource_type: &ResourceType) -> String {
        let path = &self.path;
        let owner = AttrPath { sub_attribute: None, ..path.clone() };
        let found: Option<(&Attribute, &String)> = match resource_type.resolve(&owner) {
            Some(Target::Attribute { attribute, .. }) => {
                path.sub_attribute.as_ref().map(|sub| (attribute, sub))
            }
            Some(Target::Core | Target::Extension(_)) => {
                return format!("\"{path}\" is a schema; name one of its attributes");
            }
            None => None,
        };
        match found {
            Some((attribute, sub)) => attribute.lacks(sub),
            None => {
                format!("the resource type {} has no attribute \"{path}\"", resource_type.name)
            }
        }
    }
}

impl BoundSort {
    /// Whether the order uses the common or core attribute `attribute`, or one of its sub-attributes.
    pub fn is_of(&self, attribute: &str) -> bool {
        self.path.extension.is_none() && self.path.attribute == attribute
    }

    /// The key of a resource. Folding its text counts as comparing
    /// ([`ComparisonBudget`](super::comparison_budget::ComparisonBudget)).
    pub fn key(&self, resource: &impl Subject) -> SortKey {
        let elements = resource.elements(&self.path);
        let element = one_of(&elements);
        let value = element.and_then(|element| one_of(self.path.in_element(element)));
        value.and_then(|value| self.key_of(value)).map_or(SortKey::MISSING, SortKey)
    }

    /// Compares two resources. A resource without a value is last when ascending, and first when descending.
    pub fn compare(&self, left: &SortKey, right: &SortKey) -> Ordering {
        let ordering = left.0.compare(&right.0);
        if self.descending { ordering.reverse() } else { ordering }
    }

    fn key_of(&self, value: &Value) -> Option<KeyValue> {
        match self.kind {
            AttributeType::Boolean => value.as_bool().map(KeyValue::Boolean),
            AttributeType::Integer | AttributeType::Decimal => value.as_f64().map(KeyValue::Number),
            AttributeType::DateTime => date_time::parse(value.as_str()?).map(KeyValue::Instant),
            AttributeType::String
            | AttributeType::Reference
            | AttributeType::Binary
            | AttributeType::Complex => {
                let text = beginning(value.as_str()?, self.max_chars);
                let text = if self.case_exact { text.to_owned() } else { fold::fold(text) };
                (!text.is_empty()).then(|| KeyValue::Text(text.into_boxed_str()))
            }
        }
    }
}

impl SortKey {
    /// The key of a resource without a value, or of a type without the attribute (RFC 7644 §3.4.2.1).
    pub const MISSING: Self = Self(KeyValue::Missing);
}

impl KeyValue {
    /// Compares any two keys in a total order, so that sorting finds no contradiction.
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (KeyValue::Boolean(left), KeyValue::Boolean(right)) => left.cmp(right),
            (KeyValue::Number(left), KeyValue::Number(right)) => left.total_cmp(right),
            (KeyValue::Instant(left), KeyValue::Instant(right)) => left.cmp(right),
            (KeyValue::Text(left), KeyValue::Text(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            KeyValue::Boolean(_) => 0,
            KeyValue::Number(_) => 1,
            KeyValue::Instant(_) => 2,
            KeyValue::Text(_) => 3,
            KeyValue::Missing => 4,
        }
    }
}

/// The value that the order uses: the primary value of a list, or else the first.
fn one_of(values: &[Value]) -> Option<&Value> {
    values.iter().find(|value| values::is_primary(value)).or(values.first())
}

fn beginning(text: &str, max_chars: usize) -> &str {
    let end = text.char_indices().nth(max_chars).map(|(end, _)| end);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests;

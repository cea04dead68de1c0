//! Binds a syntax tree to the schema tables: finds attributes, checks operators and constants, and prepares the
//! constants.
//!
//! Binding decides everything about types and case, once per request. It sees no resource. An error does not name the
//! text around the filter, which is a query's `filter` or a PATCH path.

use super::bound::{Node, Order, Test, TextRelation};
use super::evaluate;
use super::{CompareOp, CompareValue, Filter};
use crate::attr_path::AttrPath;
use crate::bound_path::BoundPath;
use crate::error::excerpt;
use crate::problem::Problem;
use crate::schema::{Attribute, AttributeType, ResourceType, Returned, Target};
use crate::{Error, ScimType, date_time, fold, number};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The tables in which binding looks up the names of a filter.
#[derive(Clone, Copy)]
pub(super) enum LookupScope<'s> {
    Resource(&'s ResourceType),
    /// The sub-attributes of this attribute, for a filter between brackets.
    Element(&'s Attribute),
}

/// The attribute `schemas`, which every resource has (RFC 7643 §3). No table lists it, since no client sets it.
static SCHEMAS: LazyLock<Attribute> = LazyLock::new(|| {
    Attribute::reference("schemas", &["uri"], "The schemas of the resource").multi_valued()
});

/// Binds `filter` to the tables of `scope`.
///
/// A term may name an attribute that `scope` lacks and one of `others` has. The term becomes a constant: its result for
/// a resource without a value.
pub(super) fn bind(
    filter: &Filter,
    scope: LookupScope<'_>,
    others: &[&ResourceType],
) -> Result<Node, Error> {
    let bind_all = |terms: &[Filter]| -> Result<Vec<Node>, Error> {
        terms.iter().map(|term| bind(term, scope, others)).collect()
    };
    match filter {
        Filter::And(terms) => bind_all(terms).map(Node::And),
        Filter::Or(terms) => bind_all(terms).map(Node::Or),
        Filter::Not(filter) => bind(filter, scope, others).map(Box::new).map(Node::Not),
        term => bind_term(term, scope).or_else(|error| {
            let elsewhere =
                |other: &&ResourceType| bind_term(term, LookupScope::Resource(other)).ok();
            let node = others.iter().find_map(elsewhere).ok_or(error)?;
            Ok(Node::Constant(evaluate::matches(&node, &Map::<String, Value>::new())))
        }),
    }
}

fn bind_term(term: &Filter, scope: LookupScope<'_>) -> Result<Node, Error> {
    match term {
        Filter::Present(path) => resolve(path, scope).map(|found| Node::Present(found.bound)),
        Filter::Compare { path, op, value } => compare(path, *op, value, scope),
        Filter::ValuePath { path, filter } => {
            let found = resolve(path, scope)?;
            let attribute = found.attribute(path)?;
            let filter = bind_elements(filter, attribute)?;
            Ok(Node::Element { path: found.bound, filter: Box::new(filter) })
        }
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) => bind(term, scope, &[]),
    }
}

pub(super) fn bind_elements(filter: &Filter, attribute: &Attribute) -> Result<Node, Error> {
    if attribute.kind != AttributeType::Complex {
        return Err(Error::invalid_filter(format!(
            "\"{}\" has no sub-attributes, so a filter in [ ] cannot follow it",
            attribute.name
        )));
    }
    bind(filter, LookupScope::Element(attribute), &[])
}

fn compare(
    path: &AttrPath,
    op: CompareOp,
    value: &CompareValue,
    scope: LookupScope<'_>,
) -> Result<Node, Error> {
    let found = resolve(path, scope)?;
    let mut attribute = found.attribute(path)?;
    let mut bound = found.bound;
    // This check comes before a complex attribute is replaced by its `value`. A comparison with `null` asks whether the
    // attribute has any value at all.
    if *value == CompareValue::Null {
        return match op {
            CompareOp::Eq => Ok(Node::Not(Box::new(Node::Present(bound)))),
            CompareOp::Ne => Ok(Node::Present(bound)),
            _ => Err(Error::invalid_filter(format!(
                "null can be compared with eq and ne only, not with {}",
                op.as_str()
            ))),
        };
    }
    if attribute.kind == AttributeType::Complex {
        attribute = attribute.sub_attribute("value").ok_or_else(|| no_value(path, attribute))?;
        refuse_secret(path, attribute)?;
        bound.sub_attribute = Some(attribute.name.clone());
    }
    let (mut test, written) = test(path, attribute, op, value)?;
    if found.in_list
        && attribute.name == "primary"
        && let Test::Boolean(constant) = test
    {
        test = Test::Primary(constant);
    }
    let node = Node::Compare { path: bound, test, written };
    Ok(if op == CompareOp::Ne { Node::Not(Box::new(node)) } else { node })
}

/// Checks operator and constant against the type of the attribute (RFC 7644 §3.4.2.2, Table 3).
fn test(
    path: &AttrPath,
    attribute: &Attribute,
    op: CompareOp,
    value: &CompareValue,
) -> Result<(Test, Value), Error> {
    let refuse_op = |usable: &str| {
        let (kind, op) = (attribute.kind.as_str(), op.as_str());
        Error::invalid_filter(format!(
            "\"{path}\" has the type {kind}, which {op} does not support; use {usable}"
        ))
    };
    let refuse_value = |expected: &str| {
        let found = excerpt(&value.to_string());
        Error::invalid_filter(format!("\"{path}\" must be compared with {expected}, found {found}"))
    };
    const ORDERED: &str = "eq, ne, gt, ge, lt, le or pr";
    const UNORDERED: &str = "eq, ne or pr";
    match attribute.kind {
        AttributeType::String | AttributeType::Reference | AttributeType::Binary => {
            let relation = TextRelation::of(op);
            if attribute.kind == AttributeType::Binary && relation != TextRelation::EQUAL {
                return Err(refuse_op(UNORDERED));
            }
            let text = match value {
                CompareValue::String(text) => text.clone(),
                // Some clients send digits without their quotes.
                CompareValue::Number(number)
                    if attribute.kind == AttributeType::String
                        && op == CompareOp::Eq
                        && !number.is_f64() =>
                {
                    number.to_string()
                }
                _ => return Err(refuse_value("text in double quotes")),
            };
            let case_exact = attribute.case_exact;
            let constant = match relation {
                _ if case_exact => text.clone(),
                TextRelation::Ordered(_) => fold::fold(&text),
                TextRelation::Contains | TextRelation::StartsWith | TextRelation::EndsWith => {
                    fold::fold_part(&text)
                }
            };
            Ok((Test::Text { relation, case_exact, constant }, Value::from(text)))
        }
        AttributeType::Boolean => {
            if TextRelation::of(op) != TextRelation::EQUAL {
                return Err(refuse_op(UNORDERED));
            }
            let boolean = match value {
                CompareValue::Boolean(boolean) => *boolean,
                // Entra ID sends `roles[primary eq "True"]`.
                CompareValue::String(text) if text.eq_ignore_ascii_case("true") => true,
                CompareValue::String(text) if text.eq_ignore_ascii_case("false") => false,
                _ => return Err(refuse_value("true or false")),
            };
            Ok((Test::Boolean(boolean), Value::from(boolean)))
        }
        AttributeType::Integer | AttributeType::Decimal => {
            let order = Order::of(op).ok_or_else(|| refuse_op(ORDERED))?;
            let number = match value {
                CompareValue::Number(number) => Some(number.clone()),
                CompareValue::String(text) => number::any(text),
                CompareValue::Boolean(_) | CompareValue::Null => None,
            };
            let number = number.ok_or_else(|| refuse_value("a number"))?;
            Ok((Test::Number { order, constant: number.clone() }, Value::Number(number)))
        }
        AttributeType::DateTime => {
            let order = Order::of(op).ok_or_else(|| refuse_op(ORDERED))?;
            let expected = "a date and time such as \"2026-11-23T09:30:00Z\"";
            let CompareValue::String(text) = value else { return Err(refuse_value(expected)) };
            let text = date_time::with_time(text);
            let constant = date_time::parse(&text).ok_or_else(|| refuse_value(expected))?;
            Ok((Test::Instant { order, constant }, Value::from(text)))
        }
        AttributeType::Complex => Err(no_value(path, attribute)),
    }
}

struct ResolvedPath<'s> {
    bound: BoundPath,
    /// The attribute or sub-attribute that the path names; `None` for an extension as a whole.
    attribute: Option<&'s Attribute>,
    /// Whether the path names a sub-attribute of a multi-valued attribute.
    in_list: bool,
}

impl<'s> ResolvedPath<'s> {
    fn attribute(&self, path: &AttrPath) -> Result<&'s Attribute, Error> {
        self.attribute.ok_or_else(|| {
            Error::invalid_filter(format!(
                "\"{path}\" is a schema extension; only pr can be used with it as a whole"
            ))
        })
    }
}

fn resolve<'s>(path: &AttrPath, scope: LookupScope<'s>) -> Result<ResolvedPath<'s>, Error> {
    let (extension, attribute, sub_attribute) = match scope {
        LookupScope::Resource(resource_type) => match find(path, resource_type)? {
            Target::Attribute { extension, attribute, sub_attribute } => {
                (extension, attribute, sub_attribute)
            }
            Target::Core => return Err(no_attribute(path, resource_type)),
            Target::Extension(extension) => {
                let bound = BoundPath::whole(extension);
                return Ok(ResolvedPath { bound, attribute: None, in_list: false });
            }
        },
        LookupScope::Element(owner) => {
            let plain = path.urn.is_none() && path.sub_attribute.is_none();
            let attribute = owner.sub_attribute(&path.name).filter(|_| plain);
            (
                None,
                attribute.ok_or_else(|| Error::invalid_filter(owner.lacks(&path.to_string())))?,
                None,
            )
        }
    };
    refuse_secret(path, attribute)?;
    let named = sub_attribute.unwrap_or(attribute);
    let in_list = match scope {
        LookupScope::Resource(_) => sub_attribute.is_some() && attribute.multi_valued,
        LookupScope::Element(owner) => owner.multi_valued,
    };
    refuse_secret(path, named)?;
    let bound = BoundPath::new(extension, attribute, sub_attribute);
    Ok(ResolvedPath { bound, attribute: Some(named), in_list })
}

fn find<'s>(path: &AttrPath, resource_type: &'s ResourceType) -> Result<Target<'s>, Error> {
    if let Some(target) = resource_type.resolve(path) {
        return Ok(target);
    }
    let of_core = path.urn.as_ref().is_none_or(|urn| resource_type.schema.is_identified(urn));
    let owner = if of_core && SCHEMAS.is_named(&path.name) {
        Some(Target::Attribute { extension: None, attribute: &SCHEMAS, sub_attribute: None })
    } else {
        resource_type.resolve(&AttrPath { sub_attribute: None, ..path.clone() })
    };
    match (owner, &path.sub_attribute) {
        (Some(target), None) => Ok(target),
        (Some(Target::Attribute { attribute, .. }), Some(sub)) => {
            let error = Error::invalid_filter(attribute.lacks(sub));
            Err(error.because(Problem::UnknownFilterAttribute))
        }
        _ => Err(no_attribute(path, resource_type)),
    }
}

/// Fails for an attribute that is never returned. Otherwise, clients could guess its value with filters (RFC 7644
/// §7.5.2, RFC 7643 §7 `returned`).
fn refuse_secret(path: &AttrPath, attribute: &Attribute) -> Result<(), Error> {
    if attribute.returned == Returned::Never {
        let detail = format!("\"{path}\" is never returned and cannot be used in a filter");
        return Err(Error::new(ScimType::Sensitive, detail));
    }
    Ok(())
}

fn no_attribute(path: &AttrPath, resource_type: &ResourceType) -> Error {
    Error::invalid_filter(format!(
        "the resource type {} has no attribute \"{path}\"",
        resource_type.name
    ))
    .because(Problem::UnknownFilterAttribute)
}

fn no_value(path: &AttrPath, attribute: &Attribute) -> Error {
    Error::invalid_filter(format!(
        "\"{path}\" cannot be compared as a whole; name one of its sub-attributes: {}",
        attribute.sub_attribute_names()
    ))
}

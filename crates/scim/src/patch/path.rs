//! The `path` of an operation (RFC 7644 §3.5.2, Figure 7): `attrPath / valuePath [subAttr]`, or a schema's URI.
//!
//! Says where a path leads according to the schema tables; knows nothing about values.

use super::request::Operation;
use crate::Error;
use crate::attr_path::AttrPath;
use crate::error::quoted;
use crate::filter::{BoundFilter, Filter};
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned, Schema, Target};
use serde_json::{Map, Value};

/// Where a path leads.
pub(super) enum Destination<'s> {
    /// `schemas`: not an attribute of any table, because it follows from the extensions a resource has.
    Schemas,
    /// All attributes of the core schema.
    Core,
    /// All attributes of an extension.
    Extension(&'s Schema),
    /// An attribute, or some of its values, or a part of it.
    Place(Place<'s>),
    /// An attribute that no table has. There is nothing to do, as for such a one in a body: a refusal would take the
    /// rest of the request with it, and with that perhaps somebody's `active`.
    Unknown,
}

/// An attribute, or some of its values, or a part of it.
pub(super) struct Place<'s> {
    /// The extension it belongs to; `None` for common and core attributes.
    pub extension: Option<&'s Schema>,
    /// The attribute.
    pub attribute: &'s Attribute,
    /// The value filter, which only a list can have.
    pub filter: Option<BoundFilter>,
    /// The sub-attribute, when the path names one.
    pub sub_attribute: Option<&'s Attribute>,
}

/// Finds where `path` leads.
///
/// # Errors
/// `invalidPath` when it is malformed or filters what is not a list of objects; `invalidFilter` when the filter in it is
/// wrong.
pub(super) fn resolve<'s>(
    resource_type: &'s ResourceType,
    path: &str,
) -> Result<Destination<'s>, Error> {
    if path.eq_ignore_ascii_case("schemas") {
        return Ok(Destination::Schemas);
    }
    // A schema's URI may be one that does not read as an attribute path.
    if let Some(container) = resource_type.container(path) {
        return Ok(container.into());
    }
    if path.contains('[') {
        return resolve_value_path(resource_type, path);
    }
    let Some(attr_path) = AttrPath::parse(path) else {
        return Err(Error::invalid_path(format!(
            "{} is not a path; expected an attribute such as name.familyName or emails[type eq \"work\"].value",
            quoted(path)
        )));
    };
    Ok(resource_type.resolve(&attr_path).map_or(Destination::Unknown, Destination::from))
}

fn resolve_value_path<'s>(
    resource_type: &'s ResourceType,
    path: &str,
) -> Result<Destination<'s>, Error> {
    let (attr_path, filter, sub_name) = Filter::parse_value_path(path)?;
    let Some(target) = resource_type.resolve(&attr_path) else {
        return Ok(Destination::Unknown);
    };
    let (extension, attribute) = match target {
        Target::Attribute { extension, attribute, sub_attribute: None }
            if attribute.multi_valued && attribute.kind == AttributeType::Complex =>
        {
            (extension, attribute)
        }
        _ => {
            return Err(Error::invalid_path(format!(
                "{} filters what is not a list of objects; a filter in [ ] can follow an attribute such as emails",
                quoted(path)
            )));
        }
    };
    if unknown_parts(attribute, &filter).next().is_some() {
        return Ok(Destination::Unknown);
    }
    let filter = Some(filter.bind_elements(attribute)?);
    let sub_attribute = match sub_name.map(|name| attribute.sub_attribute(&name)) {
        Some(None) => return Ok(Destination::Unknown),
        found => found.flatten(),
    };
    Ok(Destination::Place(Place { extension, attribute, filter, sub_attribute }))
}

/// Whether the path of an operation has a value filter after an attribute of a single value. There is nothing to choose
/// from, but a refusal would take the rest of the request with it. `active` is excluded: the client must
/// learn that the deactivation failed.
pub(super) fn filters_single_value(resource_type: &ResourceType, operation: &Operation) -> bool {
    let path = operation.path.as_deref().filter(|path| path.contains('['));
    let parsed = path.and_then(|path| Filter::parse_value_path(path).ok());
    let target = parsed.and_then(|(attr_path, ..)| resource_type.resolve(&attr_path));
    matches!(target, Some(Target::Attribute { attribute, sub_attribute: None, .. })
        if !attribute.multi_valued && !attribute.defaulted && attribute.mutability != Mutability::ReadOnly)
}

/// The names in a value filter that are no sub-attributes of `attribute`.
pub(crate) fn unknown_parts<'f>(
    attribute: &'f Attribute,
    filter: &'f Filter,
) -> impl Iterator<Item = &'f str> {
    let plain = |path: &&AttrPath| path.urn.is_none() && path.sub_attribute.is_none();
    let names = filter.paths().into_iter().filter(plain).map(|path| path.name.as_str());
    names.filter(|name| attribute.sub_attribute(name).is_none())
}

impl<'s> From<Target<'s>> for Destination<'s> {
    fn from(target: Target<'s>) -> Self {
        match target {
            Target::Core => Destination::Core,
            Target::Extension(extension) => Destination::Extension(extension),
            Target::Attribute { extension, attribute, sub_attribute } => {
                Destination::Place(Place { extension, attribute, filter: None, sub_attribute })
            }
        }
    }
}

impl Place<'_> {
    /// What is there, whatever a filter selects of it.
    pub fn value<'a>(&self, attributes: &'a Map<String, Value>) -> Option<&'a Value> {
        let container = match self.extension {
            Some(extension) => attributes.get(&extension.id)?.as_object()?,
            None => attributes,
        };
        let value = container.get(&self.attribute.name)?;
        match self.sub_attribute {
            Some(sub_attribute) => value.get(&sub_attribute.name),
            None => Some(value),
        }
    }

    /// The attribute in canonical spelling, for errors.
    pub fn attribute_at(&self) -> String {
        match self.extension {
            Some(extension) => format!("{}:{}", extension.id, self.attribute.name),
            None => self.attribute.name.clone(),
        }
    }

    /// The place in canonical spelling, for errors.
    pub fn at(&self) -> String {
        let mut at = self.attribute_at();
        if let Some(sub_attribute) = self.sub_attribute {
            at.push('.');
            at.push_str(&sub_attribute.name);
        }
        at
    }

    /// Whether only the server may set it.
    pub fn is_read_only(&self) -> bool {
        self.named().any(|attribute| attribute.mutability == Mutability::ReadOnly)
    }

    /// Whether its values are taken and forgotten, such as a password.
    pub fn is_never_kept(&self) -> bool {
        self.named().any(|attribute| attribute.returned == Returned::Never)
    }

    /// Whether it is a single boolean that always has a value, such as `active`. "No value" would have to mean true or
    /// false for it, and an account must not change sides by a slip.
    pub fn is_switch(&self) -> bool {
        self.attribute.kind == AttributeType::Boolean
            && self.attribute.defaulted
            && !self.attribute.multi_valued
            && self.sub_attribute.is_none()
    }

    /// Whether `element` of the list is meant; all are when there is no filter.
    pub fn selects(&self, element: &Value) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches_element(element))
    }

    /// What an element must have for the filter to match it, when the filter says no more than that.
    pub fn described_element(&self) -> Option<Map<String, Value>> {
        match &self.filter {
            Some(filter) => filter.eq_terms().map(Map::from_iter),
            None => Some(Map::new()),
        }
    }

    fn named(&self) -> impl Iterator<Item = &Attribute> {
        std::iter::once(self.attribute).chain(self.sub_attribute)
    }
}

/// Refuses a path to what only the server may set (RFC 7644 §3.5.2: "each operation against an attribute MUST be
/// compatible with the attribute's mutability").
pub(super) fn refuse_read_only(place: &Place<'_>) -> Result<(), Error> {
    if place.is_read_only() {
        return Err(Error::mutability(format!(
            "{} is readOnly: only this service sets it",
            place.at()
        )));
    }
    Ok(())
}

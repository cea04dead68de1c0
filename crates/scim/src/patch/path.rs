//! The `path` of an operation (RFC 7644 §3.5.2, Figure 7): `attrPath / valuePath [subAttr]`, or a schema's URI.
//!
//! The module finds the destination of a path in the schema tables. It reads no values.

use super::request::PatchOperation;
use crate::Error;
use crate::attr_path::AttrPath;
use crate::error::quoted;
use crate::filter::{BoundFilter, Filter};
use crate::problem::Problem;
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned, Schema, Target};
use serde_json::{Map, Value};

/// The destination of a path.
pub(super) enum Destination<'s> {
    /// `schemas`. No table has this attribute, because it follows from the extensions of a resource.
    Schemas,
    /// All attributes of the core schema.
    Core,
    /// All attributes of an extension.
    Extension(&'s Schema),
    /// An attribute, some of its values, or a part of it.
    Attribute(AttributePlace<'s>),
    /// An attribute that no table has. The operation is ignored, as an unknown attribute in a body is. A failure would
    /// also stop the rest of the request, which may set `active`.
    Unknown,
}

/// An attribute, some of its values, or a part of it.
pub(super) struct AttributePlace<'s> {
    /// The extension of the attribute; `None` for common and core attributes.
    pub extension: Option<&'s Schema>,
    /// The attribute.
    pub attribute: &'s Attribute,
    /// The value filter. Only a list can have one.
    pub filter: Option<BoundFilter>,
    /// The sub-attribute, when the path names one.
    pub sub_attribute: Option<&'s Attribute>,
}

/// Finds the destination of `path`.
///
/// # Errors
/// `invalidPath` when the path is malformed, or filters an attribute that is no list of objects. `invalidFilter` when
/// the filter in the path is wrong.
pub(super) fn resolve<'s>(
    resource_type: &'s ResourceType,
    path: &str,
) -> Result<Destination<'s>, Error> {
    if path.eq_ignore_ascii_case("schemas") {
        return Ok(Destination::Schemas);
    }
    // The URI of a schema may lack the form of an attribute path.
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
    let (attr_path, filter, sub_name) = Filter::parse_value_path(path, &resource_type.limits)?;
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
                "{} has a filter on an attribute that is not a list of objects; a filter in [ ] can follow an attribute such as emails",
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
    Ok(Destination::Attribute(AttributePlace { extension, attribute, filter, sub_attribute }))
}

/// Whether the path of an operation has a value filter after an attribute of a single value.
///
/// Such a filter has no values to choose from, but a failure would stop the rest of the request. `active` is excluded:
/// the client must learn that the deactivation failed.
pub(super) fn filters_single_value(
    resource_type: &ResourceType,
    operation: &PatchOperation,
) -> bool {
    let path = operation.path.as_deref().filter(|path| path.contains('['));
    let parsed = path.and_then(|path| Filter::parse_value_path(path, &resource_type.limits).ok());
    let target = parsed.and_then(|(attr_path, ..)| resource_type.resolve(&attr_path));
    matches!(target, Some(Target::Attribute { attribute, sub_attribute: None, .. })
        if !attribute.multi_valued && !attribute.defaulted && attribute.mutability != Mutability::ReadOnly)
}

/// The names in a value filter that are not sub-attributes of `attribute`.
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
                Destination::Attribute(AttributePlace {
                    extension,
                    attribute,
                    filter: None,
                    sub_attribute,
                })
            }
        }
    }
}

impl AttributePlace<'_> {
    /// The current value at the place. The filter is ignored.
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

    /// The attribute in canonical spelling, for error texts.
    pub fn attribute_at(&self) -> String {
        match self.extension {
            Some(extension) => format!("{}:{}", extension.id, self.attribute.name),
            None => self.attribute.name.clone(),
        }
    }

    /// The place in canonical spelling, for error texts.
    pub fn at(&self) -> String {
        let mut at = self.attribute_at();
        if let Some(sub_attribute) = self.sub_attribute {
            at.push('.');
            at.push_str(&sub_attribute.name);
        }
        at
    }

    /// Whether only the server may set the place.
    pub fn is_read_only(&self) -> bool {
        self.named().any(|attribute| attribute.mutability == Mutability::ReadOnly)
    }

    /// Whether the service accepts and discards the values, such as a password.
    pub fn is_never_kept(&self) -> bool {
        self.named().any(|attribute| attribute.returned == Returned::Never)
    }

    /// Whether the place is a single boolean that always has a value, such as `active`.
    ///
    /// "No value" would have to mean true or false for it. A client mistake must not activate or deactivate an account.
    pub fn is_switch(&self) -> bool {
        self.attribute.kind == AttributeType::Boolean
            && self.attribute.defaulted
            && !self.attribute.multi_valued
            && self.sub_attribute.is_none()
    }

    /// Whether the path selects `element` of the list. Without a filter, it selects all elements.
    pub fn selects(&self, element: &Value) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches_element(element))
    }

    /// The sub-attributes that an element needs to match the filter. `None` when the filter says more than that.
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

/// Fails for a path to a place that only the server may set. RFC 7644 §3.5.2: "each operation against an attribute MUST
/// be compatible with the attribute's mutability".
pub(super) fn refuse_read_only(place: &AttributePlace<'_>) -> Result<(), Error> {
    if place.is_read_only() {
        let at = place.at();
        let text = format!("{at} is readOnly: only this service sets it");
        return Err(Error::mutability(text).about(Problem::ReadOnly, &at));
    }
    Ok(())
}

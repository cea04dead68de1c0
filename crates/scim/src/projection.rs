//! The attributes that a response shows: `attributes`, `excludedAttributes` and `returned` (RFC 7644 §3.9, RFC 7643
//! §7).

use super::Error;
use super::attr_path::AttrPath;
use super::document::find;
use super::schema::{Attribute, ResourceType, Returned, Schema, Target};
use serde_json::Value;

/// The attributes that a client requests of each resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Projection {
    /// All attributes that are returned by default.
    #[default]
    Default,
    /// The attributes in the list, and all attributes that are always returned.
    Only(Vec<AttrPath>),
    /// All attributes that are returned by default, except the attributes in the list.
    Without(Vec<AttrPath>),
}

impl Projection {
    /// Reads the query parameters, each a comma-separated list. Malformed names are ignored here, and unknown names in
    /// [`Projection::bind`].
    ///
    /// # Errors
    /// `invalidValue` when both parameters are present. RFC 7644 §3.9 gives them as alternatives. A guess could leave
    /// out attributes that the client relies on.
    pub fn read(attributes: Option<&str>, excluded: Option<&str>) -> Result<Self, Error> {
        let attributes = attributes.map(str::trim).filter(|text| !text.is_empty());
        let excluded = excluded.map(str::trim).filter(|text| !text.is_empty());
        match (attributes, excluded) {
            (None, None) => Ok(Projection::Default),
            (Some(list), None) => Ok(Projection::Only(paths(list))),
            (None, Some(list)) => Ok(Projection::Without(paths(list))),
            (Some(_), Some(_)) => Err(Error::invalid_value(
                "attributes and excludedAttributes cannot be used together; send one of them",
            )),
        }
    }

    /// Finds the attributes in the tables of `resource_type`. Unknown attributes are ignored.
    pub fn bind<'s>(&self, resource_type: &'s ResourceType) -> BoundProjection<'s> {
        let paths = match self {
            Projection::Default => &[][..],
            Projection::Only(paths) | Projection::Without(paths) => paths,
        };
        let targets: Vec<Target<'s>> =
            paths.iter().filter_map(|path| resource_type.resolve(path)).collect();
        let in_extension = |extension: &'s Schema| {
            let attributes = extension.attributes.iter();
            attributes.filter_map(|one| self.project(&targets, Some(extension), one)).collect()
        };
        let attributes = resource_type.attributes();
        let extensions = resource_type.extensions.iter();
        BoundProjection {
            core: attributes.filter_map(|one| self.project(&targets, None, one)).collect(),
            extensions: extensions.map(|one| (one, in_extension(one))).collect(),
        }
    }

    /// The part of an attribute that a response shows; `None` when the response leaves the attribute out.
    fn project<'s>(
        &self,
        targets: &[Target<'s>],
        extension: Option<&Schema>,
        attribute: &'s Attribute,
    ) -> Option<ProjectedAttribute<'s>> {
        let whole = || ProjectedAttribute { attribute, hidden: Vec::new() };
        let in_part = |is_hidden: &dyn Fn(&str) -> bool| {
            let names = attribute.sub_attributes.iter().map(|part| part.name.as_str());
            ProjectedAttribute { attribute, hidden: names.filter(|name| is_hidden(name)).collect() }
        };
        match attribute.returned {
            Returned::Always => return Some(whole()),
            Returned::Never => return None,
            Returned::Default | Returned::Request => {}
        }
        match (self, Selection::among(targets, extension, attribute)) {
            (Projection::Default, _) | (Projection::Without(_), Selection::No) => {
                (attribute.returned == Returned::Default).then(whole)
            }
            (Projection::Only(_), Selection::Whole) => Some(whole()),
            (Projection::Only(_), Selection::No) | (Projection::Without(_), Selection::Whole) => {
                None
            }
            (Projection::Only(_), Selection::Parts(parts)) => {
                Some(in_part(&|name| !parts.contains(&name)))
            }
            (Projection::Without(_), Selection::Parts(parts)) => {
                Some(in_part(&|name| parts.contains(&name)))
            }
        }
    }
}

/// The attributes of a resource type that a response shows, in table order. Every response shows `schemas` (RFC 7643
/// §3).
#[derive(Debug, Clone)]
pub struct BoundProjection<'s> {
    core: Vec<ProjectedAttribute<'s>>,
    extensions: Vec<(&'s Schema, Vec<ProjectedAttribute<'s>>)>,
}

/// An attribute that a response shows, whole or in part.
#[derive(Debug, Clone)]
pub(super) struct ProjectedAttribute<'s> {
    /// The attribute.
    pub(super) attribute: &'s Attribute,
    /// The names of the sub-attributes that the response hides.
    hidden: Vec<&'s str>,
}

impl<'s> BoundProjection<'s> {
    /// Whether a response shows the common or core attribute `name`, or a part of it, if it has a value.
    pub fn shows(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    /// The common and core attributes that are shown.
    pub(super) fn core(&self) -> &[ProjectedAttribute<'s>] {
        &self.core
    }

    /// The shown attributes of each extension.
    pub(super) fn extensions(&self) -> &[(&'s Schema, Vec<ProjectedAttribute<'s>>)] {
        &self.extensions
    }

    /// The common or core attribute `name`, if it is shown.
    pub(super) fn attribute(&self, name: &str) -> Option<&ProjectedAttribute<'s>> {
        self.core.iter().find(|shown| shown.attribute.name == name)
    }
}

impl<'s> ProjectedAttribute<'s> {
    /// The names of the shown sub-attributes, in table order.
    pub(super) fn parts(&self) -> impl Iterator<Item = &'s str> {
        let names = self.attribute.sub_attributes.iter().map(|part| part.name.as_str());
        names.filter(|name| !self.hidden.contains(name))
    }

    /// Whether a response shows any part of a value. A complex value without a shown sub-attribute is left out.
    pub(super) fn is_in(&self, value: &Value) -> bool {
        match value {
            _ if self.hidden.is_empty() => true,
            Value::Array(elements) => elements.iter().any(|element| self.is_in(element)),
            Value::Object(object) => self.parts().any(|name| find(object, name).is_some()),
            _ => true,
        }
    }
}

/// How the client's list names an attribute.
enum Selection<'s> {
    No,
    Whole,
    Parts(Vec<&'s str>),
}

impl<'s> Selection<'s> {
    fn among(targets: &[Target<'s>], owner: Option<&Schema>, of: &Attribute) -> Self {
        let mut parts = Vec::new();
        for target in targets {
            match target {
                Target::Core if owner.is_none() => return Selection::Whole,
                Target::Extension(extension)
                    if owner.is_some_and(|owner| std::ptr::eq(owner, *extension)) =>
                {
                    return Selection::Whole;
                }
                // Each attribute stands once in the tables, so its memory address identifies it.
                Target::Attribute { attribute, sub_attribute, .. }
                    if std::ptr::eq(*attribute, of) =>
                {
                    match sub_attribute {
                        None => return Selection::Whole,
                        Some(sub_attribute) => parts.push(sub_attribute.name.as_str()),
                    }
                }
                Target::Core | Target::Extension(_) | Target::Attribute { .. } => {}
            }
        }
        if parts.is_empty() { Selection::No } else { Selection::Parts(parts) }
    }
}

fn paths(list: &str) -> Vec<AttrPath> {
    list.split(',').filter_map(|name| AttrPath::parse(name.trim())).collect()
}

#[cfg(test)]
mod tests;

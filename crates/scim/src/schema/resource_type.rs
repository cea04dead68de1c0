//! Schemas and resource types (RFC 7643 §6 and §7), and how an attribute path finds its attribute in them.

use super::Attribute;
use crate::attr_path::AttrPath;

/// A schema: a URI and its attributes (RFC 7643 §7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The schema URI: the one that every answer has.
    pub id: String,
    /// Other URIs by which clients call this schema; they are taken in requests, and no answer has them.
    pub aliases: Vec<String>,
    /// A short name for people.
    pub name: String,
    /// For people who read `/Schemas`.
    pub description: String,
    /// The attributes, in the order in which answers show them.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// Whether a client that writes `urn` means this schema; URNs are compared without regard to case.
    pub fn is_identified(&self, urn: &str) -> bool {
        self.is_called(urn) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(urn))
    }

    /// Whether `urn` is this schema's own URI, under which `/Schemas` has it.
    pub fn is_called(&self, urn: &str) -> bool {
        self.id.eq_ignore_ascii_case(urn)
    }

    /// Whether `urn` is a URI of this schema with `:` and more after it, in any case.
    pub fn is_extended_by(&self, urn: &str) -> bool {
        let begins_with = |own: &String| {
            urn.as_bytes().get(own.len()) == Some(&b':')
                && urn.get(..own.len()).is_some_and(|start| start.eq_ignore_ascii_case(own))
        };
        !self.is_identified(urn) && std::iter::once(&self.id).chain(&self.aliases).any(begins_with)
    }

    /// The attribute called `name`.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.is_named(name))
    }
}

/// A type of resource: its endpoint, its core schema and the extensions it may carry (RFC 7643 §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// `User`; also its `id` and its `meta.resourceType`.
    pub name: String,
    /// `/Users`, relative to the service's base URL.
    pub endpoint: String,
    /// For people who read `/ResourceTypes`.
    pub description: String,
    /// The common attributes `id`, `externalId`, `meta` (RFC 7643 §3.1): part of every resource, of no schema document.
    pub common: Vec<Attribute>,
    /// The core schema.
    pub schema: Schema,
    /// The optional extensions.
    pub extensions: Vec<Schema>,
}

/// What an attribute path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'s> {
    /// All common and core attributes, by the URI of the core schema alone.
    Core,
    /// All attributes of an extension, by its URI alone.
    Extension(&'s Schema),
    /// An attribute, or a part of one.
    Attribute {
        /// The extension it belongs to; `None` for common and core attributes.
        extension: Option<&'s Schema>,
        /// The attribute.
        attribute: &'s Attribute,
        /// The sub-attribute, when the path names one.
        sub_attribute: Option<&'s Attribute>,
    },
}

impl ResourceType {
    /// The extension identified by `urn`.
    pub fn extension(&self, urn: &str) -> Option<&Schema> {
        self.extensions.iter().find(|extension| extension.is_identified(urn))
    }

    /// What `urn` alone names: the core schema or an extension as a whole.
    pub fn container(&self, urn: &str) -> Option<Target<'_>> {
        if self.schema.is_identified(urn) {
            return Some(Target::Core);
        }
        self.extension(urn).map(Target::Extension)
    }

    /// Common and core attributes, in the order in which answers show them.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.common.iter().chain(&self.schema.attributes)
    }

    /// The common or core attribute called `name`.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes().find(|attribute| attribute.is_named(name))
    }

    /// Finds what `path` names; `None` when no table has it.
    ///
    /// An unqualified name is looked for among the common and core attributes first (RFC 7644 §3.10), then in the
    /// extensions: Entra ID writes plain `manager` for the enterprise one.
    pub fn resolve(&self, path: &AttrPath) -> Option<Target<'_>> {
        let Some(urn) = &path.urn else {
            let core = self.attribute(&path.name).map(|attribute| (None, attribute));
            let (extension, attribute) = core.or_else(|| {
                self.extensions.iter().find_map(|extension| {
                    extension.attribute(&path.name).map(|attribute| (Some(extension), attribute))
                })
            })?;
            return with_sub_attribute(extension, attribute, path);
        };
        if self.schema.is_identified(urn) {
            return with_sub_attribute(None, self.attribute(&path.name)?, path);
        }
        if let Some(extension) = self.extension(urn) {
            return with_sub_attribute(Some(extension), extension.attribute(&path.name)?, path);
        }
        // `urn:…:2.0:User` reads as an attribute `User`: the whole text may be a schema's URI.
        let whole = format!("{urn}:{}", path.name);
        match &path.sub_attribute {
            None => self.container(&whole),
            // Old jobs of Entra ID write `urn:…:2.0:User.department`: a dot where a colon belongs.
            Some(name) => {
                self.extension(&whole)?;
                self.resolve(&AttrPath {
                    urn: Some(whole),
                    name: name.clone(),
                    sub_attribute: None,
                })
            }
        }
    }
}

fn with_sub_attribute<'s>(
    extension: Option<&'s Schema>,
    attribute: &'s Attribute,
    path: &AttrPath,
) -> Option<Target<'s>> {
    let sub_attribute = match &path.sub_attribute {
        Some(name) => Some(attribute.sub_attribute(name)?),
        None => None,
    };
    Some(Target::Attribute { extension, attribute, sub_attribute })
}

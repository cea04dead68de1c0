//! Schemas and resource types (RFC 7643 §6 and §7), and the search for an attribute by its path.

use super::attribute::Attribute;
use crate::Limits;
use crate::attr_path::AttrPath;

/// A schema: a URI and its attributes (RFC 7643 §7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The schema URI that responses use.
    pub id: String,
    /// Other URIs that clients use for this schema. Requests may have them, and responses never do.
    pub aliases: Vec<String>,
    /// A short name for readers.
    pub name: String,
    /// A description for readers of `/Schemas`.
    pub description: String,
    /// The attributes, in the order of responses.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// Whether `urn` identifies this schema, as its URI or as an alias. URNs are compared without regard to ASCII case.
    pub fn is_identified(&self, urn: &str) -> bool {
        self.is_called(urn) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(urn))
    }

    /// Whether `urn` is the URI of this schema, without aliases. `/Schemas` has the schema under this URI.
    pub fn is_called(&self, urn: &str) -> bool {
        self.id.eq_ignore_ascii_case(urn)
    }

    /// Whether `urn` is a URI of this schema with `:` and more text after it, without regard to ASCII case.
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
    /// The name, such as `User`. It is also the `id` and the `meta.resourceType`.
    pub name: String,
    /// The path relative to the service's base URL, such as `/Users`.
    pub endpoint: String,
    /// A description for readers of `/ResourceTypes`.
    pub description: String,
    /// The common attributes `id`, `externalId` and `meta` (RFC 7643 §3.1). Every resource has them, and no schema
    /// document lists them.
    pub common: Vec<Attribute>,
    /// The core schema.
    pub schema: Schema,
    /// The optional extensions.
    pub extensions: Vec<Schema>,
    /// The limits of the service.
    pub limits: Limits,
}

/// The target of an attribute path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'s> {
    /// All common and core attributes: the path is the URI of the core schema alone.
    Core,
    /// All attributes of an extension: the path is its URI alone.
    Extension(&'s Schema),
    /// An attribute, or a sub-attribute.
    Attribute {
        /// The extension of the attribute; `None` for common and core attributes.
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

    /// The target of `urn` alone: the core schema or an extension as a whole.
    pub fn container(&self, urn: &str) -> Option<Target<'_>> {
        if self.schema.is_identified(urn) {
            return Some(Target::Core);
        }
        self.extension(urn).map(Target::Extension)
    }

    /// Common and core attributes, in the order of responses.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.common.iter().chain(&self.schema.attributes)
    }

    /// The common or core attribute called `name`.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes().find(|attribute| attribute.is_named(name))
    }

    /// Finds the target of `path`. Returns `None` when no table has it.
    ///
    /// The search for an unqualified name begins with the common and core attributes (RFC 7644 §3.10). The extensions
    /// follow: Entra ID writes plain `manager` for the enterprise attribute.
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
        // `urn:…:2.0:User` parses as an attribute `User`, but the whole text may be the URI of a schema.
        let whole = format!("{urn}:{}", path.name);
        match &path.sub_attribute {
            None => self.container(&whole),
            // Old jobs of Entra ID write `urn:…:2.0:User.department`, with a dot instead of a colon.
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

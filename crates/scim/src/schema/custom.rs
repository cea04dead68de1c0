//! Attributes that customers of a service declare for their Users: the rules for a declaration, and the tables with
//! such attributes (RFC 7643 §3.3, schema extensions).
//!
//! A custom attribute always belongs to an extension, so it cannot shadow a core attribute. Its URN never begins with a
//! built-in URN, so it cannot shadow an attribute of an extension either.

mod custom_type;
#[cfg(test)]
mod tests;

pub use custom_type::CustomType;

use super::{Attribute, ResourceTypes, Schema};
use crate::Error;
use crate::document::Document;
use crate::error::quoted;
use crate::undeclared_values;
use crate::urn::ENTERPRISE_USER;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The maximum length of an extension's URN, in characters.
pub const MAX_URN_CHARS: usize = 200;
/// The maximum length of an attribute's name, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// The maximum length of an attribute's description, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 200;

/// Namespaces that only the RFCs may define (RFC 7643 §10.3, RFC 7644 §8.2).
const RESERVED: [&str; 2] = ["urn:ietf:params:scim:schemas:core:", "urn:ietf:params:scim:api:"];
/// The names that every resource has already (RFC 7643 §3 and §3.1).
const COMMON: [&str; 4] = ["schemas", "id", "externalId", "meta"];

/// An attribute that a customer declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomAttribute {
    /// The URI of the extension that has the attribute: the customer's own extension, or the enterprise extension.
    pub urn: String,
    /// The name of the attribute.
    pub name: String,
    /// The data type of the attribute.
    #[serde(rename = "type")]
    pub kind: CustomType,
    /// Whether the attribute holds a list of values.
    #[serde(default)]
    pub multi_valued: bool,
    /// Whether text is compared exactly. Only the type string has a choice.
    #[serde(default)]
    pub case_exact: bool,
    /// A description for readers of `/Schemas`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

impl CustomAttribute {
    /// Whether this is the attribute `name` of the extension `urn`. Both are compared without regard to ASCII case.
    pub fn is_identified(&self, urn: &str, name: &str) -> bool {
        self.urn.eq_ignore_ascii_case(urn) && self.name.eq_ignore_ascii_case(name)
    }

    /// The path of the attribute with its URN (RFC 7644 §3.10).
    pub fn path(&self) -> String {
        format!("{}:{}", self.urn, self.name)
    }

    /// The value of the attribute in a document. Also `None` for a value of another type, from an earlier declaration
    /// of the attribute.
    pub fn value_in<'a>(&self, document: &'a Document) -> Option<&'a Value> {
        let value = document.get(&self.urn)?.get(&self.name)?;
        undeclared_values::fits(self.kind.into(), self.multi_valued, value).then_some(value)
    }

    /// Checks the declaration alone (RFC 7643 §2.1 for the name, RFC 8141 for the URN).
    ///
    /// # Errors
    /// `invalidValue` for a malformed URN or name, and for a description that is too long or has control characters.
    pub fn check(&self) -> Result<(), Error> {
        if !is_urn(&self.urn) {
            return Err(Error::invalid_value(format!(
                "{} is not a valid URN for attributes; expected letters, digits and . _ - : as in \
                 urn:ietf:params:scim:schemas:extension:acme:2.0:User, with at most {MAX_URN_CHARS} characters",
                quoted(&self.urn)
            )));
        }
        if !is_name(&self.name) {
            return Err(Error::invalid_value(format!(
                "{} is not a valid attribute name; a name begins with a letter, continues with letters, digits, - \
                 and _, and has at most {MAX_NAME_CHARS} characters",
                quoted(&self.name)
            )));
        }
        if self.description.chars().count() > MAX_DESCRIPTION_CHARS
            || self.description.contains(char::is_control)
        {
            return Err(Error::invalid_value(format!(
                "The description is too long or contains a control character; at most {MAX_DESCRIPTION_CHARS} \
                 characters are accepted"
            )));
        }
        Ok(())
    }

    /// Explains a clash with the built-in attributes, or with the `others` that the customer declares. Returns `None`
    /// without a clash. The sentence is for an administrator.
    pub fn clash(&self, standard: &ResourceTypes, others: &[CustomAttribute]) -> Option<String> {
        let (urn, name) = (&self.urn, &self.name);
        // Such a URN can be the path of a built-in attribute. The text would then name a schema too.
        if let Some(built_in) = standard.schemas().find(|schema| schema.is_extended_by(urn)) {
            return Some(format!(
                "{urn} begins with {}, which is reserved for SCIM; declare the attribute under a URN of your own, or \
                 under {ENTERPRISE_USER}",
                built_in.id
            ));
        }
        let is_core = standard.all().iter().any(|one| one.schema.is_identified(urn));
        let starts_with = |prefix: &str| {
            urn.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if is_core || RESERVED.into_iter().any(starts_with) {
            return Some(format!(
                "{urn} is reserved for SCIM; declare the attribute under a URN of your own"
            ));
        }
        if COMMON.iter().any(|common| common.eq_ignore_ascii_case(name)) {
            return Some(format!("Every resource already has {name}; choose another name"));
        }
        let built_in = standard.users.extension(urn).and_then(|schema| schema.attribute(name));
        if let Some(built_in) = built_in {
            return Some(format!(
                "{urn} already has the attribute {}; use it without a declaration",
                built_in.name
            ));
        }
        // A text must not name both an attribute and a whole schema.
        let path = self.path();
        let schemas = standard.schemas().map(|schema| schema.id.as_str());
        let mut urns = schemas.chain(others.iter().map(|other| other.urn.as_str()));
        if urns.any(|other| other.eq_ignore_ascii_case(&path))
            || others.iter().any(|other| other.path().eq_ignore_ascii_case(urn))
        {
            return Some(format!(
                "{path} would name an attribute and a schema; choose another name"
            ));
        }
        None
    }

    /// The same declaration in the existing spelling. URNs and names that differ only in case are the same.
    pub fn spelled_as(self, standard: &ResourceTypes, others: &[CustomAttribute]) -> Self {
        let Self { urn, name, .. } = &self;
        if let Some(known) = others.iter().find(|other| other.is_identified(urn, name)) {
            let (urn, name) = (known.urn.clone(), known.name.clone());
            return Self { urn, name, ..self };
        }
        let extension = standard.users.extension(urn).map(|extension| &extension.id);
        let declared = others.iter().map(|other| &other.urn);
        let mut declared = declared.filter(|id| id.eq_ignore_ascii_case(urn));
        let known = extension.or_else(|| declared.next());
        let urn = known.unwrap_or(urn).clone();
        Self { urn, ..self }
    }

    /// The same declaration with the `caseExact` that its type requires (RFC 7643 §2.3).
    pub fn with_case_of_type(self) -> Self {
        let case_exact = match self.kind {
            CustomType::String => self.case_exact,
            CustomType::Reference | CustomType::Binary => true,
            CustomType::Boolean
            | CustomType::Decimal
            | CustomType::Integer
            | CustomType::DateTime => false,
        };
        Self { case_exact, ..self }
    }
}

impl From<&CustomAttribute> for Attribute {
    fn from(custom: &CustomAttribute) -> Self {
        let mut attribute = Attribute::new(custom.kind.into(), &custom.name, &custom.description);
        attribute.multi_valued = custom.multi_valued;
        attribute.case_exact = custom.case_exact;
        if custom.kind == CustomType::Reference {
            attribute.reference_types = vec!["external".to_owned(), "uri".to_owned()];
        }
        attribute
    }
}

impl ResourceTypes {
    /// Returns these types with the attributes that a customer declared for Users. An existing extension gets them at
    /// its end. New extensions follow in the order of their first attribute.
    ///
    /// An attribute that clashes with the built-in attributes is ignored. An earlier version stored it, or a later
    /// version has it built in.
    pub fn with_custom(&self, attributes: &[CustomAttribute]) -> Self {
        let mut types = self.clone();
        let extensions = &mut types.users.extensions;
        for custom in attributes.iter().filter(|custom| custom.clash(self, &[]).is_none()) {
            if !extensions.iter().any(|extension| extension.is_identified(&custom.urn)) {
                extensions.push(new_extension(&custom.urn));
            }
            let mut known = extensions.iter_mut();
            if let Some(extension) = known.find(|known| known.is_identified(&custom.urn))
                && extension.attribute(&custom.name).is_none()
            {
                extension.attributes.push(Attribute::from(custom));
            }
        }
        types
    }
}

/// Makes an extension for a customer's own attributes.
fn new_extension(urn: &str) -> Schema {
    Schema {
        id: urn.to_owned(),
        aliases: Vec::new(),
        name: "CustomUser".to_owned(),
        description: "Custom attributes".to_owned(),
        attributes: Vec::new(),
    }
}

/// Whether text is `urn:NID:NSS` (RFC 8141 §2). Characters with a meaning in a filter or a list of attributes are
/// excluded.
fn is_urn(text: &str) -> bool {
    let Some((nid, nss)) = text.strip_prefix("urn:").and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    let is_nid = (2..=32).contains(&nid.len())
        && nid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !nid.starts_with('-')
        && !nid.ends_with('-');
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    text.len() <= MAX_URN_CHARS && is_nid && nss.split(':').all(is_part)
}

/// Whether text is an `ATTRNAME` of RFC 7643 §2.1, without `$`: a path or filter cannot contain a name with `$`
/// (RFC 7644 §3.10).
fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME_CHARS
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

//! Reads the members of an object without a path, or at the path of a whole schema. Each member is written as if it had
//! a path of its own, and no place is written twice.
//!
//! The module says which values to write, and in which order. It changes nothing.

use super::mode::Mode;
use super::path::{AttributePlace, Destination, resolve};
use crate::Error;
use crate::error::quoted;
use crate::filter::{BoundFilter, Filter};
use crate::schema::{Attribute, ResourceType, Schema};
use crate::validate::value::wrong_type;
use crate::values::{is_no_value, unwrapped};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// One of the writes that an object asks for.
pub(super) enum ObjectWrite<'s, 'v> {
    /// Removes all attributes of an extension.
    Clear(&'s Schema),
    /// Writes a value.
    Write(AttributePlace<'s>, &'v Value),
}

/// Reads an object of attributes. Keys are paths of any form: Entra ID sends `name.givenName` and whole URNs.
///
/// Unknown and readOnly attributes are ignored, as in any body (RFC 7644 §3.3): Okta sends the `id` of a group along.
/// The members of an object have no order, so the function sorts them. A whole attribute comes before its parts, and a
/// `value` before the parts that describe it.
///
/// # Errors
/// - `invalidSyntax` for a place that the object names twice, in any spelling.
/// - `invalidPath` or `invalidFilter` for a key with `[` that is no valid value path.
/// - `invalidValue` for an extension that is no object.
pub(super) fn read_members<'s, 'v>(
    mode: Mode,
    resource_type: &'s ResourceType,
    members: &'v Map<String, Value>,
) -> Result<Vec<ObjectWrite<'s, 'v>>, Error> {
    let mut reader = Reader::new(mode, resource_type);
    for (key, value) in members {
        reader.read(key, value)?;
    }
    Ok(reader.in_order())
}

/// Reads the value of a whole schema: an extension, or the core schema without an `extension`.
///
/// # Errors
/// Fails as [`read_members`] does.
pub(super) fn read_container<'s, 'v>(
    mode: Mode,
    resource_type: &'s ResourceType,
    extension: Option<&'s Schema>,
    value: &'v Value,
) -> Result<Vec<ObjectWrite<'s, 'v>>, Error> {
    let mut reader = Reader::new(mode, resource_type);
    reader.read_container(extension, value)?;
    Ok(reader.in_order())
}

struct Reader<'s, 'v> {
    mode: Mode,
    resource_type: &'s ResourceType,
    members: Vec<ObjectWrite<'s, 'v>>,
    named: HashSet<ClaimedPlace<'s>>,
}

/// The place that a key, or a member of its value, names: a schema, an attribute in it, or a part of the attribute. The
/// core schema is `None`.
#[derive(PartialEq, Eq, Hash)]
struct ClaimedPlace<'s> {
    extension: Option<&'s str>,
    attribute: Option<&'s str>,
    filter: Option<BoundFilter>,
    sub_attribute: Option<&'s str>,
}

impl<'s, 'v> Reader<'s, 'v> {
    fn new(mode: Mode, resource_type: &'s ResourceType) -> Self {
        Self { mode, resource_type, members: Vec::new(), named: HashSet::new() }
    }

    fn read(&mut self, key: &str, value: &'v Value) -> Result<(), Error> {
        match resolve(self.resource_type, key) {
            Ok(Destination::Schemas | Destination::Unknown) => Ok(()),
            Ok(Destination::Core) => self.read_container(None, value),
            Ok(Destination::Extension(extension)) => self.read_container(Some(extension), value),
            Ok(Destination::Attribute(place)) if place.is_read_only() => Ok(()),
            Ok(Destination::Attribute(place)) => {
                self.claim_place(&place, value)?;
                self.members.push(ObjectWrite::Write(place, value));
                Ok(())
            }
            // A key that is no path may belong to another vendor, and is ignored. A malformed value path fails, because
            // the change would get lost.
            Err(error)
                if key.contains('[')
                    && Filter::parse_value_path(key, &self.resource_type.limits).is_err() =>
            {
                Err(error.within(format_args!("the key {} in value", quoted(key))))
            }
            Err(_) => Ok(()),
        }
    }

    fn read_container(
        &mut self,
        extension: Option<&'s Schema>,
        value: &'v Value,
    ) -> Result<(), Error> {
        let id = &extension.unwrap_or(&self.resource_type.schema).id;
        let named = ClaimedPlace {
            extension: extension.map(|extension| extension.id.as_str()),
            attribute: None,
            filter: None,
            sub_attribute: None,
        };
        self.claim(named, || id.clone())?;
        match (unwrapped(value), extension) {
            (Value::Object(members), _) => {
                members.iter().try_for_each(|(key, value)| self.read(&format!("{id}:{key}"), value))
            }
            (nothing, _) if is_no_value(nothing) && self.mode == Mode::Add => Ok(()),
            (nothing, Some(extension)) if is_no_value(nothing) => {
                self.members.push(ObjectWrite::Clear(extension));
                Ok(())
            }
            (other, _) => Err(wrong_type(id, "an object", other)),
        }
    }

    fn claim_place(&mut self, place: &AttributePlace<'s>, value: &Value) -> Result<(), Error> {
        let attribute = place.attribute;
        let named = |filter, sub_attribute: Option<&'s Attribute>| ClaimedPlace {
            extension: place.extension.map(|extension| extension.id.as_str()),
            attribute: Some(attribute.name.as_str()),
            filter,
            sub_attribute: sub_attribute.map(|sub_attribute| sub_attribute.name.as_str()),
        };
        self.claim(named(place.filter.clone(), place.sub_attribute), || place.at())?;
        let is_whole = place.sub_attribute.is_none() && !attribute.multi_valued;
        // `name.givenName` and `{"name": {"givenName": …}}` are the same place.
        for part in if is_whole { named_parts(attribute, value) } else { Vec::new() } {
            let at = || format!("{}.{}", place.attribute_at(), part.name);
            self.claim(named(None, Some(part)), at)?;
        }
        Ok(())
    }

    fn claim(&mut self, named: ClaimedPlace<'s>, at: impl FnOnce() -> String) -> Result<(), Error> {
        if self.named.insert(named) { Ok(()) } else { Err(Error::repeated(&at())) }
    }

    fn in_order(mut self) -> Vec<ObjectWrite<'s, 'v>> {
        self.members.sort_by_key(rank);
        self.members
    }
}

/// The sub-attributes that the value of a single complex attribute names, for each form of such a value.
fn named_parts<'s>(attribute: &'s Attribute, value: &Value) -> Vec<&'s Attribute> {
    match unwrapped(value) {
        Value::Object(members) => {
            members.keys().filter_map(|key| attribute.sub_attribute(key)).collect()
        }
        Value::String(text) if attribute.bare_value && !text.is_empty() => {
            attribute.sub_attribute("value").into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The rank of a member in the order of writing.
fn rank(member: &ObjectWrite<'_, '_>) -> u8 {
    match member {
        ObjectWrite::Clear(_) => 0,
        ObjectWrite::Write(AttributePlace { filter: None, sub_attribute: None, .. }, _) => 1,
        ObjectWrite::Write(
            AttributePlace { filter: None, attribute, sub_attribute: Some(part), .. },
            _,
        ) if !attribute.multi_valued && part.name == "value" => 2,
        ObjectWrite::Write(..) => 3,
    }
}

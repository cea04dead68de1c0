//! Finds the values of a list kept apart that a request can touch. So adding one member to a group of 50,000 reads one
//! member.

use super::path::{AttributePlace, Destination, resolve};
use super::request::{Op, PatchRequest};
use crate::schema::{Attribute, ResourceType};
use crate::values::{nested, unwrapped};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The values that a request can touch of the attribute that is kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AffectedValues {
    /// The values with one of these texts in `value`. An empty set means no value.
    Only(BTreeSet<String>),
    /// Any value of the attribute.
    Any,
}

impl AffectedValues {
    fn and(self, other: AffectedValues) -> AffectedValues {
        match (self, other) {
            (AffectedValues::Only(mut these), AffectedValues::Only(others)) => {
                these.extend(others);
                AffectedValues::Only(these)
            }
            (AffectedValues::Any, _) | (_, AffectedValues::Any) => AffectedValues::Any,
        }
    }

    fn nothing() -> AffectedValues {
        AffectedValues::Only(BTreeSet::new())
    }
}

/// Finds the values that `request` can touch of the attribute of `resource_type` that is kept apart.
///
/// [`super::apply`] needs only these values, and leaves the others unchanged. An operation that cannot be applied
/// touches no value: [`super::apply`] reports its error.
pub fn affected_values(resource_type: &ResourceType, request: &PatchRequest) -> AffectedValues {
    let affected = request.operations.iter().map(|operation| {
        let (op, value) = (operation.op, operation.value.as_ref());
        match (&operation.path, value) {
            (Some(path), value) => affected_by_path(resource_type, path, op, value),
            (None, Some(Value::Object(members))) => {
                affected_by_members(resource_type, "", op, members)
            }
            (None, _) => AffectedValues::nothing(),
        }
    });
    affected.fold(AffectedValues::nothing(), AffectedValues::and)
}

fn affected_by_members(
    resource_type: &ResourceType,
    prefix: &str,
    op: Op,
    members: &Map<String, Value>,
) -> AffectedValues {
    let affected = members.iter().map(|(key, value)| {
        affected_by_path(resource_type, &format!("{prefix}{key}"), op, Some(value))
    });
    affected.fold(AffectedValues::nothing(), AffectedValues::and)
}

fn affected_by_path(
    resource_type: &ResourceType,
    path: &str,
    op: Op,
    value: Option<&Value>,
) -> AffectedValues {
    match resolve(resource_type, path) {
        Ok(Destination::Core) => {
            let members = value.map(unwrapped).and_then(Value::as_object);
            let prefix = format!("{}:", resource_type.schema.id);
            members.map_or_else(AffectedValues::nothing, |members| {
                affected_by_members(resource_type, &prefix, op, members)
            })
        }
        Ok(Destination::Attribute(place)) if place.attribute.kept_apart => {
            affected_by_place(&place, op, value)
        }
        _ => AffectedValues::nothing(),
    }
}

fn affected_by_place(place: &AttributePlace<'_>, op: Op, value: Option<&Value>) -> AffectedValues {
    let value = value.filter(|value| !value.is_null());
    match (&place.filter, place.sub_attribute, op, value) {
        (Some(filter), _, _, _) => {
            let terms = filter.eq_terms().unwrap_or_default();
            let value = terms.into_iter().find(|(name, _)| name == "value");
            match value {
                Some((_, Value::String(text))) => AffectedValues::Only(BTreeSet::from([text])),
                _ => AffectedValues::Any,
            }
        }
        (None, None, Op::Add | Op::Remove, Some(value)) => values_in(place.attribute, value),
        (None, None, Op::Add, None) => AffectedValues::nothing(),
        _ => AffectedValues::Any,
    }
}

/// The `value` of each element that an operation names.
fn values_in(attribute: &Attribute, value: &Value) -> AffectedValues {
    match nested(attribute, value).unwrap_or(value) {
        Value::Array(elements) => elements
            .iter()
            .map(|element| values_in(attribute, element))
            .fold(AffectedValues::nothing(), AffectedValues::and),
        Value::String(text) => AffectedValues::Only(BTreeSet::from([text.clone()])),
        Value::Object(members) => {
            let named = members.iter().find(|(key, _)| {
                attribute.sub_attribute(key).is_some_and(|found| found.name == "value")
            });
            match named {
                Some((_, Value::String(text))) => {
                    AffectedValues::Only(BTreeSet::from([text.clone()]))
                }
                _ => AffectedValues::Any,
            }
        }
        _ => AffectedValues::nothing(),
    }
}

#[cfg(test)]
mod tests {
    use super::{AffectedValues, affected_values};
    use crate::Limits;
    use crate::patch::PatchRequest;
    use crate::schema::ResourceTypes;
    use crate::urn;
    use serde_json::{Value, json};

    #[track_caller]
    fn check(operation: Value, expected: Option<&[&str]>) {
        let body = json!({"schemas": [urn::PATCH_OP], "Operations": [operation]});
        let request =
            PatchRequest::read(body.as_object().unwrap().clone().into(), &Limits::default())
                .unwrap();
        let expected = match expected {
            Some(ids) => AffectedValues::Only(ids.iter().map(|id| (*id).to_owned()).collect()),
            None => AffectedValues::Any,
        };
        assert_eq!(affected_values(&ResourceTypes::standard().groups, &request), expected);
    }

    #[test]
    fn what_names_its_members_reaches_those() {
        let two = json!([{"value": "a"}, {"Value": "b", "display": "B"}]);
        check(json!({"op": "add", "path": "members", "value": two}), Some(&["a", "b"]));
        check(json!({"op": "Add", "path": "Members", "value": {"value": "a"}}), Some(&["a"]));
        check(json!({"op": "add", "path": "members", "value": ["a", "b"]}), Some(&["a", "b"]));
        check(json!({"op": "add", "value": {"members": two}}), Some(&["a", "b"]));
        check(json!({"op": "add", "value": {(urn::GROUP): {"members": two}}}), Some(&["a", "b"]));
        let listed = json!([{"members": two}]);
        check(json!({"op": "add", "value": {(urn::GROUP): listed}}), Some(&["a", "b"]));
        check(json!({"op": "add", "path": urn::GROUP, "value": listed}), Some(&["a", "b"]));
        check(json!({"op": "remove", "path": "members", "value": two}), Some(&["a", "b"]));
        let deep = json!({"members": two});
        check(json!({"op": "add", "path": "members", "value": deep}), Some(&["a", "b"]));
        check(json!({"op": "remove", "path": "members", "value": [deep]}), Some(&["a", "b"]));
        check(json!({"op": "remove", "path": "members[value eq \"a\"]"}), Some(&["a"]));
        let both = "members[type eq \"User\" and value eq \"a\"].display";
        check(json!({"op": "replace", "path": both, "value": "x"}), Some(&["a"]));
    }

    #[test]
    fn what_names_no_members_reaches_none() {
        check(json!({"op": "replace", "value": {"displayName": "x", "id": "1"}}), Some(&[]));
        check(json!({"op": "replace", "path": "displayName", "value": "x"}), Some(&[]));
        check(json!({"op": "add", "path": "members", "value": []}), Some(&[]));
    }

    #[test]
    fn what_is_about_the_whole_list_reaches_all() {
        check(json!({"op": "replace", "path": "members", "value": [{"value": "a"}]}), None);
        check(json!({"op": "replace", "value": {"members": []}}), None);
        let listed = json!([{"members": [{"value": "a"}]}]);
        check(json!({"op": "replace", "value": {(urn::GROUP): listed}}), None);
        check(json!({"op": "replace", "path": urn::GROUP, "value": listed}), None);
        check(json!({"op": "remove", "path": "members"}), None);
        check(json!({"op": "remove", "path": "members", "value": null}), None);
        check(json!({"op": "remove", "path": "members[type eq \"Group\"]"}), None);
        check(json!({"op": "remove", "path": "members[value ne \"a\"]"}), None);
        check(json!({"op": "replace", "path": "members.display", "value": "x"}), None);
        check(json!({"op": "add", "path": "members", "value": [{"display": "x"}]}), None);
    }
}

//! The locks of the operations in a bulk request. They decide which operations can run at the same time.
//!
//! Operations start in their order. An operation starts when its locks are compatible with the locks of all running
//! operations. So the responses equal the responses of serial execution.
//!
//! - A POST can take a name that a DELETE, PUT or PATCH frees. It can restore a deleted user, and later operations may
//!   name that user's id.
//! - A DELETE changes the versions of the groups that had the resource as a member.

use super::request::Method;
use crate::document::Document;
use crate::fold::fold;
use crate::patch::{self, AffectedValues, PatchRequest};
use crate::schema::{Attribute, Mutability, ResourceType, Uniqueness};
use serde_json::Value;
use std::collections::BTreeSet;

/// The locks of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locks {
    /// No lock: the operation is refused before it reads or writes a resource.
    Nothing,
    /// All locks, so that the operation runs alone. A PUT needs them: it may free any unique value, and touch any
    /// member.
    Everything,
    /// Locks that are compatible with those of the same method and resource type if they have no name in common.
    Names {
        /// The method.
        method: Method,
        /// The name of the resource type.
        resource_type: String,
        /// The ids and the unique values that the operation depends on.
        names: BTreeSet<String>,
    },
}

impl Locks {
    /// The locks of a POST: its unique values and its members.
    pub fn of_post(resource_type: &ResourceType, document: &Document) -> Self {
        let unique = unique_attributes(resource_type);
        let values = unique.filter_map(|attribute| document.text(&attribute.name)).map(fold);
        let apart = resource_type.attributes().filter(|attribute| attribute.kept_apart);
        let elements = apart.filter_map(|attribute| document.get(&attribute.name)?.as_array());
        let ids = elements.flatten().filter_map(|element| element.get("value")?.as_str());
        Self::names(Method::Post, resource_type, values.chain(ids.map(str::to_owned)).collect())
    }

    /// The locks of a PATCH: its resource and the members that it names. It runs alone when it may free a unique value,
    /// or may touch any member.
    pub fn of_patch(resource_type: &ResourceType, id: &str, request: &PatchRequest) -> Self {
        match patch::affected_values(resource_type, request) {
            AffectedValues::Only(mut names) if !mentions_unique(resource_type, request) => {
                names.insert(id.to_owned());
                Self::names(Method::Patch, resource_type, names)
            }
            AffectedValues::Only(_) | AffectedValues::Any => Self::Everything,
        }
    }

    /// The locks of a DELETE: its resource. With a version it runs alone, because another DELETE may change the
    /// version.
    pub fn of_delete(resource_type: &ResourceType, id: &str, has_version: bool) -> Self {
        match has_version {
            true => Self::Everything,
            false => Self::names(Method::Delete, resource_type, BTreeSet::from([id.to_owned()])),
        }
    }

    fn names(method: Method, resource_type: &ResourceType, names: BTreeSet<String>) -> Self {
        Self::Names { method, resource_type: resource_type.name.clone(), names }
    }

    /// Whether two operations can run at the same time.
    pub fn is_compatible_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => true,
            (Self::Everything, _) | (_, Self::Everything) => false,
            (
                Self::Names { method, resource_type, names },
                Self::Names { method: other_method, resource_type: other_type, names: others },
            ) => method == other_method && resource_type == other_type && names.is_disjoint(others),
        }
    }
}

fn unique_attributes(resource_type: &ResourceType) -> impl Iterator<Item = &Attribute> {
    resource_type.attributes().filter(|attribute| {
        attribute.uniqueness != Uniqueness::None && attribute.mutability != Mutability::ReadOnly
    })
}

/// Whether the name of a unique attribute occurs in a path or a value. Otherwise the PATCH cannot set the attribute.
fn mentions_unique(resource_type: &ResourceType, request: &PatchRequest) -> bool {
    let names: Vec<String> = unique_attributes(resource_type)
        .map(|attribute| attribute.name.to_ascii_lowercase())
        .collect();
    let has_name = |text: &str| {
        let text = text.to_ascii_lowercase();
        names.iter().any(|name| text.contains(name))
    };
    request.operations.iter().any(|operation| {
        let value = operation.value.as_ref().map(Value::to_string);
        operation.path.as_deref().is_some_and(has_name) || value.as_deref().is_some_and(has_name)
    })
}

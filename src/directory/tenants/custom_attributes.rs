//! Custom attributes: the attributes that a tenant declares for its employees, beside the attributes of every tenant.
//!
//! The crate `scim` decides which declarations are valid. This module decides about stored values. Values of a removed
//! attribute stay in the records, hidden. They are shown again once the attribute is declared again.

use super::Tenants;
use crate::directory::Directory;
use crate::directory::error::Error;
use crate::directory::precondition::Precondition;
use crate::limits::MAX_CUSTOM_ATTRIBUTES;
use crate::model::actor::ActorRecord;
use crate::model::history::{AttributeChange, EventKind};
use crate::model::tenant::{Tenant, TenantId};
use scim::schema::ResourceTypes;
use scim::schema::custom::CustomAttribute;
use serde_json::{Value, json};
use std::sync::Arc;

/// The result of a declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// The tenant after the declaration.
    pub tenant: Tenant,
    /// The attribute after the declaration.
    pub attribute: CustomAttribute,
    /// Whether the attribute is new.
    pub is_new: bool,
}

/// Returns the titles of declared attributes beside other attributes.
///
/// A title is the name alone. It has the URN too where another declared attribute, or one of `others`, has the same
/// name in any case.
pub fn titles(declared: &[CustomAttribute], others: &[&str]) -> Vec<String> {
    let title = |attribute: &CustomAttribute| {
        let is_same = |name: &str| name.eq_ignore_ascii_case(&attribute.name);
        let alike = declared.iter().filter(|other| is_same(&other.name)).count();
        match alike > 1 || others.iter().any(|other| is_same(other)) {
            true => attribute.path(),
            false => attribute.name.clone(),
        }
    };
    declared.iter().map(title).collect()
}

impl Tenants {
    /// Returns the resource types of a tenant. Tenants without custom attributes share them.
    pub fn types_of(&self, tenant: &Tenant) -> Arc<ResourceTypes> {
        match tenant.attributes.as_slice() {
            [] => Arc::clone(&self.types),
            declared => Arc::new(self.types.with_custom(declared)),
        }
    }

    /// Returns the directory of a tenant, with the attributes that the tenant declared.
    pub fn directory_of(&self, tenant: &Tenant) -> Directory {
        self.directory_with(&tenant.id, self.types_of(tenant))
    }

    /// Declares an attribute, or changes the description and the case-exactness of a declared attribute. A repeated
    /// declaration changes nothing.
    ///
    /// The type cannot change, because employees may have values of the declared type.
    ///
    /// # Errors
    /// Fails with [`Error::Protocol`] for an invalid declaration. Fails with [`Error::AttributeRefused`] for a conflict
    /// with existing attributes, such as another type, and for too many attributes. Other failures are
    /// [`Error::VersionDiffers`], [`Error::NoTenant`], [`Error::TokenEnded`], [`Error::TokenReplaced`],
    /// [`Error::Contention`], and the errors of the store.
    pub async fn declare_attribute(
        &self,
        id: &TenantId,
        attribute: CustomAttribute,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Declared, Error> {
        attribute.check()?;
        let (mut declared, mut is_new) = (attribute.clone(), true);
        let updated = self.update(id, actor, |tenant| {
            precondition.check(tenant.revision)?;
            let (after, before) = declare(&self.types, &mut tenant.attributes, attribute.clone())?;
            let change = change(before.as_ref(), Some(&after));
            (declared, is_new) = (after, before.is_none());
            Ok(self.entry_of(EventKind::AttributesChanged, change, actor))
        });
        Ok(Declared { tenant: updated.await?, attribute: declared, is_new })
    }

    /// Removes an attribute. Its values stay in the records, hidden.
    ///
    /// # Errors
    /// Fails with [`Error::NoAttribute`], [`Error::VersionDiffers`], [`Error::NoTenant`], [`Error::TokenEnded`],
    /// [`Error::TokenReplaced`], [`Error::Contention`], or as every call of the store does.
    pub async fn remove_attribute(
        &self,
        id: &TenantId,
        (urn, name): (&str, &str),
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Tenant, Error> {
        self.update(id, actor, |tenant| {
            precondition.check(tenant.revision)?;
            let declared = &mut tenant.attributes;
            let at = declared.iter().position(|one| one.is_identified(urn, name));
            let removed = declared.remove(at.ok_or(Error::NoAttribute)?);
            let change = change(Some(&removed), None);
            Ok(self.entry_of(EventKind::AttributesChanged, change, actor))
        })
        .await
    }
}

/// Adds or replaces a declaration. Returns the stored declaration, and the declaration that it replaced.
fn declare(
    standard: &ResourceTypes,
    declared: &mut Vec<CustomAttribute>,
    attribute: CustomAttribute,
) -> Result<(CustomAttribute, Option<CustomAttribute>), Error> {
    let attribute = attribute.spelled_as(standard, declared).with_case_of_type();
    if let Some(clash) = attribute.clash(standard, declared) {
        return Err(Error::AttributeRefused(clash));
    }
    let (urn, name) = (&attribute.urn, &attribute.name);
    if let Some(known) = declared.iter_mut().find(|known| known.is_identified(urn, name)) {
        if (known.kind, known.multi_valued) != (attribute.kind, attribute.multi_valued) {
            return Err(Error::AttributeRefused(format!(
                "{name} is declared as {} and employees may have such values; to declare it otherwise, remove it first",
                described(known)
            )));
        }
        let before = std::mem::replace(known, attribute.clone());
        return Ok((attribute, Some(before)));
    }
    if declared.len() >= MAX_CUSTOM_ATTRIBUTES {
        return Err(Error::AttributeRefused(format!(
            "{MAX_CUSTOM_ATTRIBUTES} attributes are declared, and there cannot be more; remove one that is not needed"
        )));
    }
    declared.push(attribute.clone());
    Ok((attribute, None))
}

/// Returns the type in words, such as *string, several values*.
pub fn described(attribute: &CustomAttribute) -> String {
    let several = if attribute.multi_valued { ", several values" } else { "" };
    format!("{}{several}", attribute.kind.as_str())
}

/// Returns the change for the history; empty when nothing changes.
fn change(
    before: Option<&CustomAttribute>,
    after: Option<&CustomAttribute>,
) -> Vec<AttributeChange> {
    let changed = before.or(after).filter(|_| before != after);
    let change = changed.map(|attribute| AttributeChange {
        attribute: attribute.path(),
        old: before.map(definition),
        new: after.map(definition),
    });
    change.into_iter().collect()
}

fn definition(attribute: &CustomAttribute) -> Value {
    json!({
        "type": attribute.kind.as_str(),
        "multiValued": attribute.multi_valued,
        "caseExact": attribute.case_exact,
        "description": attribute.description,
    })
}

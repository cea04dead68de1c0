//! The attributes that a tenant declares for its employees, beside those that every tenant has: listed, declared, removed.
//!
//! What a declaration may say is decided in `scim`; here is what becomes of the values that are kept already. They stay
//! in the records when their attribute is removed, are shown to nobody, and are there again when it is.

use super::Tenants;
use crate::directory::access::actor::Actor;
use crate::directory::users::Precondition;
use crate::directory::{Directory, Error};
use crate::store::history::{AttributeChange, EventKind};
use crate::store::tenants::{Tenant, TenantId};
use scim::schema::ResourceTypes;
use scim::schema::custom::{CustomAttribute, MAX_ATTRIBUTES};
use serde_json::{Value, json};
use std::sync::Arc;

/// What came of a declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// The tenant as it is now.
    pub tenant: Tenant,
    /// The attribute as it is now.
    pub attribute: CustomAttribute,
    /// Whether it was there before.
    pub is_new: bool,
}

/// What declared attributes are called where they stand beside others: by the name alone, or with the URN where another
/// of them, or one of `others`, has the name too. Names are the same in any case.
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
    /// The types of resources that a tenant has. They are shared by all that declared nothing.
    pub fn types_of(&self, tenant: &Tenant) -> Arc<ResourceTypes> {
        match tenant.attributes.as_slice() {
            [] => Arc::clone(&self.types),
            declared => Arc::new(self.types.with_custom(declared)),
        }
    }

    /// A tenant's employee list, with the attributes that the tenant declared.
    pub fn directory_of(&self, tenant: &Tenant) -> Directory {
        Directory { types: self.types_of(tenant), ..self.directory(&tenant.id) }
    }

    /// Declares an attribute, or changes the description and the case of one that is there. The same declaration once more
    /// changes nothing.
    ///
    /// # Errors
    /// [`Error::Protocol`] for a declaration that is none; [`Error::AttributeRefused`] for one that does not go with what
    /// is there, such as another type than the values have that are kept; [`Error::VersionDiffers`], [`Error::NoTenant`],
    /// [`Error::TokenEnded`], [`Error::Contention`], and as for every call of the store.
    pub async fn declare_attribute(
        &self,
        id: &TenantId,
        attribute: CustomAttribute,
        precondition: &Precondition,
        by: impl Into<Actor<'_>>,
    ) -> Result<Declared, Error> {
        let by = by.into();
        attribute.check()?;
        let (mut declared, mut is_new) = (attribute.clone(), true);
        let updated = self.update(id, by, |tenant| {
            precondition.check(tenant.revision)?;
            let (after, before) = declare(&self.types, &mut tenant.attributes, attribute.clone())?;
            let change = change(before.as_ref(), Some(&after));
            (declared, is_new) = (after, before.is_none());
            Ok(self.entry_of(EventKind::AttributesChanged, change, by.label))
        });
        Ok(Declared { tenant: updated.await?, attribute: declared, is_new })
    }

    /// Removes an attribute. Its values stay in the records, and nobody sees them.
    ///
    /// # Errors
    /// [`Error::NoAttribute`], [`Error::VersionDiffers`], [`Error::NoTenant`], [`Error::TokenEnded`],
    /// [`Error::Contention`], and as for every call of the store.
    pub async fn remove_attribute(
        &self,
        id: &TenantId,
        (urn, name): (&str, &str),
        precondition: &Precondition,
        by: impl Into<Actor<'_>>,
    ) -> Result<Tenant, Error> {
        let by = by.into();
        self.update(id, by, |tenant| {
            precondition.check(tenant.revision)?;
            let declared = &mut tenant.attributes;
            let at = declared.iter().position(|one| one.is_identified(urn, name));
            let removed = declared.remove(at.ok_or(Error::NoAttribute)?);
            let change = change(Some(&removed), None);
            Ok(self.entry_of(EventKind::AttributesChanged, change, by.label))
        })
        .await
    }
}

/// Puts a declaration among the others. Gives it as it is there now, and the one that it took the place of.
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
    if declared.len() >= MAX_ATTRIBUTES {
        return Err(Error::AttributeRefused(format!(
            "{MAX_ATTRIBUTES} attributes are declared, and there cannot be more; remove one that is not needed"
        )));
    }
    declared.push(attribute.clone());
    Ok((attribute, None))
}

/// The type in words, as in *string, several values*.
pub fn described(attribute: &CustomAttribute) -> String {
    let several = if attribute.multi_valued { ", several values" } else { "" };
    format!("{}{several}", attribute.kind.as_str())
}

/// What the history keeps of a change; nothing when there is none.
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

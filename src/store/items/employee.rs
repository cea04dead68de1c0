//! Converts employees from and to DynamoDB items, and makes the keys that lead to them.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::actor::ActorKind;
use crate::model::employee::{Employee, LocalValues};
use crate::model::kind::Kind;
use crate::model::search_words::index_words;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::keys::{Key, Standing};
use crate::store::record::{Record, id_in_key};
use scim::document::Document;
use scim::fold::fold;
use scim::urn;
use std::collections::BTreeSet;
use uuid::Uuid;

// The names of an employee's attributes. `userName`, `externalId` and `archived` hold values that the document leaves
// out. So each value is stored once, and an operator can read these values at a glance.
const REVISION: &str = "revision";
const VERSION: &str = "version";
const CREATED: &str = "created";
const LAST_MODIFIED: &str = "lastModified";
const ARCHIVED: &str = "archived";
const ARCHIVED_AT: &str = "archivedAt";
const ARCHIVED_BY: &str = "archivedBy";
const USER_NAME: &str = "userName";
const EXTERNAL_ID: &str = "externalId";
const DOCUMENT: &str = "document";
const ENTERPRISE: &str = "enterprise";
const LOCAL: &str = "local";
const IMPORTED: &str = "imported";
const LINKED: &str = "linked";
const RETURNED_AT: &str = "returnedAt";
/// The attribute of the document with the opposite value of [`ARCHIVED`].
const ACTIVE: &str = "active";
/// The attributes that have an attribute of the item of their own.
const APART: &[&str] = &[USER_NAME, EXTERNAL_ID, ACTIVE, urn::ENTERPRISE_USER];
/// The actor that archives most employees. The item leaves it out.
const ARCHIVED_BY_DEFAULT: ActorKind = ActorKind::IdentityProvider;

/// The key of the employee's item. Visible and hidden employees have different partitions, so that a list of visible
/// employees reads no hidden employee.
pub(in crate::store) fn key_of(tenant: &TenantId, employee: &Employee) -> Key {
    if employee.hidden {
        keys::hidden_employee(tenant, employee.id)
    } else {
        keys::record(tenant, Kind::Employee, employee.id)
    }
}

/// The pointers that lead to a visible employee: from the externalId, and from each address except the primary address,
/// which the index has.
pub(in crate::store) fn pointers(tenant: &TenantId, employee: &Employee) -> BTreeSet<Key> {
    if employee.hidden {
        return BTreeSet::new();
    }
    let primary = employee.primary_email().map(fold);
    let external_id = employee
        .external_id()
        .map(|value| keys::external_id(tenant, Kind::Employee, value, employee.id));
    employee
        .email_addresses()
        .filter(|email| primary.as_ref() != Some(&fold(email)))
        .map(|email| keys::email(tenant, email, employee.id))
        .chain(external_id)
        .collect()
}

pub(in crate::store) fn to_item(tenant: &TenantId, employee: &Employee) -> Result<Item, Error> {
    let mut item = ItemWriter::new(&key_of(tenant, employee))
        .number(REVISION, employee.revision)
        .time(CREATED, employee.created)?
        .time(LAST_MODIFIED, employee.last_modified)?
        .flag(ARCHIVED, employee.is_archived())
        .text(USER_NAME, employee.user_name())
        .optional_text(EXTERNAL_ID, employee.external_id())
        .json(DOCUMENT, &employee.attributes.without(APART))?;
    // An item up to 1 KB costs less to write. So the item has no long URN, and no value that it has already.
    if let Some(enterprise) = employee.attributes.get(urn::ENTERPRISE_USER) {
        item = item.json(ENTERPRISE, enterprise)?;
    }
    if employee.version != employee.revision {
        item = item.number(VERSION, employee.version);
    }
    if let Some(archived_at) = employee.archived_at.filter(|at| *at != employee.last_modified) {
        item = item.time(ARCHIVED_AT, archived_at)?;
    }
    if employee.imported {
        item = item.flag(IMPORTED, true);
        if let Some(linked) = employee.linked {
            item = item.time(LINKED, linked)?;
        }
    }
    item = item.optional_time(RETURNED_AT, employee.returned_at)?;
    if let Some(archived_by) = employee.archived_by.filter(|by| *by != ARCHIVED_BY_DEFAULT) {
        item = item.json(ARCHIVED_BY, &archived_by)?;
    }
    if employee.local != LocalValues::default() {
        item = item.json(LOCAL, &employee.local)?;
    }
    if let Some(email) = employee.primary_email().filter(|_| !employee.hidden) {
        item = item.text(keys::EMAIL_KEY, keys::primary_email(tenant, email));
    }
    for (name, value) in standing_attributes(tenant, employee) {
        item = item.text(name, value);
    }
    Ok(item.into_item())
}

/// The attributes that the index of standings has of an employee, visible or hidden.
pub(in crate::store) fn standing_attributes(
    tenant: &TenantId,
    employee: &Employee,
) -> [(&'static str, String); 3] {
    [
        (keys::STANDING, keys::standing(tenant, Standing::of(employee))),
        (keys::STANDING_KEY, keys::standing_key(employee)),
        (keys::WORDS, index_words(employee)),
    ]
}

pub(in crate::store) fn from_item(tenant: &TenantId, item: Item) -> Result<Employee, Error> {
    let id = id_in_key(&item)?;
    let hidden = keys::partition(&item) == Some(&*keys::hidden_employees(tenant));
    let mut item = ItemReader(item);
    let mut attributes = Document::from_text(&item.text(DOCUMENT)?).map_err(Error::bad_item)?;
    attributes.set(USER_NAME, item.text(USER_NAME)?.into());
    let is_archived = item.flag(ARCHIVED)?;
    attributes.set(ACTIVE, (!is_archived).into());
    if let Some(external_id) = item.optional_text(EXTERNAL_ID)? {
        attributes.set(EXTERNAL_ID, external_id.into());
    }
    if let Some(enterprise) = item.optional_json(ENTERPRISE)? {
        attributes.set(urn::ENTERPRISE_USER, enterprise);
    }
    let created = item.time(CREATED)?;
    let imported = item.flag_or_false(IMPORTED)?;
    // The identity provider knows a user that it created.
    let linked = if imported { item.optional_time(LINKED)? } else { Some(created) };
    let revision = item.number(REVISION)?;
    let last_modified = item.time(LAST_MODIFIED)?;
    let archived_at = item.optional_time(ARCHIVED_AT)?.unwrap_or(last_modified);
    let archived_at = is_archived.then_some(archived_at);
    let archived_by = item.optional_json(ARCHIVED_BY)?.unwrap_or(ARCHIVED_BY_DEFAULT);
    Ok(Employee {
        id,
        revision,
        version: item.optional_number(VERSION)?.unwrap_or(revision),
        created,
        last_modified,
        archived_at,
        archived_by: archived_at.map(|_| archived_by),
        hidden,
        imported,
        linked,
        returned_at: item.optional_time(RETURNED_AT)?,
        attributes,
        local: item.optional_json(LOCAL)?.unwrap_or_default(),
    })
}

impl Record for Employee {
    const KIND: Kind = Kind::Employee;

    fn id(&self) -> Uuid {
        self.id
    }

    fn from_item(tenant: &TenantId, item: Item) -> Result<Self, Error> {
        from_item(tenant, item)
    }
}

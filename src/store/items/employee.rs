//! Converts employees from and to DynamoDB items, and makes the keys that lead to them.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::employee::{Employee, LocalValues};
use crate::model::kind::Kind;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::record::{Record, id_in_key};
use scim::document::Document;
use scim::fold::fold;
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
const USER_NAME: &str = "userName";
const EXTERNAL_ID: &str = "externalId";
const DOCUMENT: &str = "document";
const LOCAL: &str = "local";
/// The attribute of the document with the opposite value of [`ARCHIVED`].
const ACTIVE: &str = "active";

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
        .number(VERSION, employee.version)
        .time(CREATED, employee.created)?
        .time(LAST_MODIFIED, employee.last_modified)?
        .flag(ARCHIVED, employee.is_archived())
        .text(USER_NAME, employee.user_name())
        .optional_text(EXTERNAL_ID, employee.external_id())
        .json(DOCUMENT, &employee.attributes.without(&[USER_NAME, EXTERNAL_ID, ACTIVE]))?;
    if let Some(archived_at) = employee.archived_at {
        item = item.time(ARCHIVED_AT, archived_at)?;
    }
    if employee.local != LocalValues::default() {
        item = item.json(LOCAL, &employee.local)?;
    }
    if let Some(email) = employee.primary_email().filter(|_| !employee.hidden) {
        item = item.text(keys::EMAIL_KEY, keys::primary_email(tenant, email));
    }
    Ok(item.into_item())
}

pub(in crate::store) fn from_item(tenant: &TenantId, item: Item) -> Result<Employee, Error> {
    let id = id_in_key(&item)?;
    let hidden = keys::partition(&item) == Some(&*keys::hidden_employees(tenant));
    let mut item = ItemReader(item);
    let mut attributes = Document::from_text(&item.text(DOCUMENT)?).map_err(Error::bad_item)?;
    attributes.set(USER_NAME, item.text(USER_NAME)?.into());
    attributes.set(ACTIVE, (!item.flag(ARCHIVED)?).into());
    if let Some(external_id) = item.optional_text(EXTERNAL_ID)? {
        attributes.set(EXTERNAL_ID, external_id.into());
    }
    Ok(Employee {
        id,
        revision: item.number(REVISION)?,
        version: item.number(VERSION)?,
        created: item.time(CREATED)?,
        last_modified: item.time(LAST_MODIFIED)?,
        archived_at: item.optional_time(ARCHIVED_AT)?,
        hidden,
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

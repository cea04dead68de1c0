//! An employee as a DynamoDB item, and the keys that lead to it.

use super::dynamodb::transact::text;
use super::employee::{Employee, LocalValues};
use super::keys::{self, Key, Kind};
use super::record::{Record, id_in_key};
use super::tenant::TenantId;
use super::{Error, Item};
use crate::scim::document::Document;
use crate::scim::fold::fold;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// The item's attributes beside its keys. `userName`, `externalId` and `archived` stand for what is taken out of the
/// document, so that each value is there once and an operator can read them at a glance.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmployeeFields {
    revision: u64,
    version: u64,
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    last_modified: OffsetDateTime,
    archived: bool,
    #[serde(
        with = "time::serde::rfc3339::option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    archived_at: Option<OffsetDateTime>,
    user_name: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<Value>,
    document: Map<String, Value>,
    #[serde(default)]
    local: LocalValues,
}

/// The key of the employee's item: visible and hidden ones are apart, so that lists never step over the hidden.
pub(super) fn key_of(tenant: &TenantId, employee: &Employee) -> Key {
    if employee.hidden {
        keys::hidden_employee(tenant, employee.id)
    } else {
        keys::record(tenant, Kind::Employee, employee.id)
    }
}

/// The pointers that lead to a visible employee: from the externalId, and from each address but the primary one,
/// which the index has.
pub(super) fn pointers(tenant: &TenantId, employee: &Employee) -> BTreeSet<Key> {
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

pub(super) fn to_item(tenant: &TenantId, employee: &Employee) -> Result<Item, Error> {
    let mut document = employee.attributes.clone().into_object();
    document.remove("active");
    let fields = EmployeeFields {
        revision: employee.revision,
        version: employee.version,
        created: employee.created,
        last_modified: employee.last_modified,
        archived: employee.is_archived(),
        archived_at: employee.archived_at,
        user_name: document.remove("userName").unwrap_or_default(),
        external_id: document.remove("externalId"),
        document,
        local: employee.local.clone(),
    };
    let mut item: Item =
        serde_dynamo::aws_sdk_dynamodb_1::to_item(fields).map_err(Error::bad_item)?;
    item.extend(key_of(tenant, employee).to_item());
    if let Some(email) = employee.primary_email().filter(|_| !employee.hidden) {
        item.insert(keys::EMAIL_KEY.to_owned(), text(keys::primary_email(tenant, email)));
    }
    Ok(item)
}

pub(super) fn from_item(tenant: &TenantId, item: Item) -> Result<Employee, Error> {
    let id = id_in_key(&item)?;
    let partition = item.get(keys::PARTITION).and_then(|value| value.as_s().ok());
    let hidden = partition == Some(&keys::hidden_employees(tenant));
    let fields: EmployeeFields =
        serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(Error::bad_item)?;
    let mut attributes = fields.document;
    attributes.insert("userName".to_owned(), fields.user_name);
    attributes.insert("active".to_owned(), Value::Bool(!fields.archived));
    if let Some(external_id) = fields.external_id {
        attributes.insert("externalId".to_owned(), external_id);
    }
    Ok(Employee {
        id,
        revision: fields.revision,
        version: fields.version,
        created: fields.created,
        last_modified: fields.last_modified,
        archived_at: fields.archived_at,
        hidden,
        attributes: Document::from_stored(attributes),
        local: fields.local,
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

//! The items that decide whether an employee may administer, with one consistent call.

use super::keys;
use crate::model::account::Account;
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::store::dynamodb::error::Error;
use crate::store::items::account;
use crate::store::record::Record;
use crate::store::tenant_part::TenantPart;
use uuid::Uuid;

/// The reads of a tenant that decide about administrators.
#[derive(Debug, Clone, Copy)]
pub struct AdmissionItems<'a>(pub(in crate::store) &'a TenantPart);

/// The items of one employee.
#[derive(Debug, Clone, Default)]
pub struct FoundItems {
    /// The employee, if it is visible.
    pub employee: Option<Employee>,
    /// The employee's account at the identity provider.
    pub account: Option<Account>,
    /// The administrators' group.
    pub group: Option<Group>,
    /// Whether the group has a row for the employee. Rows outlive a deleted group.
    pub has_row: bool,
}

impl AdmissionItems<'_> {
    /// Reads a visible employee, its account and, with a group, the group and the employee's row in it. The items are
    /// no snapshot: a read that overlaps a transaction may see a part of it.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, employee: Uuid, group: Option<Uuid>) -> Result<FoundItems, Error> {
        let tenant = &self.0.tenant;
        let record = keys::record(tenant, Kind::Employee, employee);
        let account_key = keys::account(tenant, employee);
        let of_group = group.map(|group| {
            [keys::record(tenant, Kind::Group, group), keys::member(tenant, group, employee)]
        });
        let mut wanted = vec![record.clone(), account_key.clone()];
        wanted.extend(of_group.iter().flatten().cloned());
        let mut found = FoundItems::default();
        for item in self.0.table.batch_get(&wanted).await? {
            let key = keys::key(&item).ok_or_else(|| Error::bad_item("no key"))?;
            if key == record {
                found.employee = Some(Employee::from_item(tenant, item)?);
            } else if key == account_key {
                found.account = Some(account::read(item)?);
            } else if of_group.as_ref().is_some_and(|[group, _]| key == *group) {
                found.group = Some(Group::from_item(tenant, item)?);
            } else {
                found.has_row = true;
            }
        }
        Ok(found)
    }
}

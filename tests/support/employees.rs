//! Helpers for a tenant's employees. SCIM requests create and change the users. The library reads the employees behind
//! them.

use super::TestTenant;
use super::actors::OPERATOR;
use rollcall::directory::lists::admin_list::EmployeesInIdOrder;
use rollcall::directory::precondition::Precondition;
use rollcall::directory::users::administration::Status;
use rollcall::directory::users::view::{EffectiveValue, EmployeeView, Origin};
use rollcall::directory::{ActorKind, Employee};
use rollcall::model::history::{EventKind, HistoryEntry};
use rollcall::model::tenant::Settings;
use serde_json::{Value, json};
use uuid::Uuid;

pub const ALL_ON: Settings = Settings {
    location_from_idp: true,
    department_from_idp: true,
    manager_from_idp: true,
    silent_after_hours: None,
    provider: None,
};

pub async fn list(tenant: &TestTenant, status: Status) -> Vec<Employee> {
    let search = EmployeesInIdOrder { status, cursor: None, limit: 100 };
    tenant.directory().lists().in_id_order(search).await.unwrap().rows
}

pub async fn create(tenant: &TestTenant, body: Value) -> Uuid {
    tenant.create(&body).await.parse().unwrap()
}

pub fn path(id: Uuid) -> String {
    format!("/Users/{id}")
}

pub async fn set_active(tenant: &TestTenant, id: Uuid, active: bool) {
    let operation = json!([{"op": "replace", "value": {"active": active}}]);
    tenant.patch(&path(id), &operation).await.expect(200);
}

/// The view of an employee, with the tenant's current settings.
pub async fn view(tenant: &TestTenant, id: Uuid) -> EmployeeView {
    let settings = tenant.app.app.tenants.get(&tenant.id).await.unwrap().settings;
    tenant.directory().users().view(id, settings).await.unwrap()
}

pub async fn set(tenant: &TestTenant, settings: Settings) {
    tenant
        .app
        .app
        .tenants
        .set_settings(&tenant.id, |_| settings, &Precondition::default(), &OPERATOR)
        .await
        .unwrap();
}

pub async fn history(tenant: &TestTenant, id: Uuid) -> Vec<HistoryEntry> {
    let entries = tenant.directory().history().of_user(id).await.unwrap();
    entries.into_iter().map(|recorded| recorded.entry).collect()
}

pub async fn kinds(tenant: &TestTenant, id: Uuid) -> Vec<EventKind> {
    history(tenant, id).await.into_iter().map(|entry| entry.kind).collect()
}

/// The kind of the last change, and each changed attribute with its values before and after. The identity provider must
/// have made the change.
pub async fn last_change(tenant: &TestTenant, id: Uuid) -> (EventKind, Value) {
    let last = history(tenant, id).await.pop().unwrap();
    assert_eq!(last.actor.kind, ActorKind::IdentityProvider);
    let changes =
        last.changes.into_iter().map(|change| (change.attribute, json!([change.old, change.new])));
    (last.kind, Value::Object(changes.collect()))
}

pub fn effective(
    value: Option<&str>,
    origin: Origin,
    from_idp: Option<&str>,
    local: Option<&str>,
) -> EffectiveValue {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    EffectiveValue { value: owned(value), origin, from_idp: owned(from_idp), local: owned(local) }
}

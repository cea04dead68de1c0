//! The actors of changes that tests make through the library.

use super::TestTenant;
use rollcall::directory::tenants::display_name::COMMAND;
use rollcall::directory::{ActorRecord, Scope};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The operator, with the command.
pub static OPERATOR: LazyLock<ActorRecord> = LazyLock::new(|| ActorRecord::operator(COMMAND));

/// The actor of the tenant's SCIM requests, as the administration shows it.
pub async fn identity_provider(tenant: &TestTenant) -> Value {
    with_token(tenant, Scope::Scim, "identityProvider").await
}

/// The actor of the tenant's administrator, as the administration shows it.
pub async fn administrator(tenant: &TestTenant) -> Value {
    with_token(tenant, Scope::Admin, "administrator").await
}

async fn with_token(tenant: &TestTenant, scope: Scope, kind: &str) -> Value {
    let record = tenant.app.app.tenants.get(&tenant.id).await.unwrap();
    let token = record.current_token(scope).unwrap();
    json!({"kind": kind, "tokenId": token.short_name(), "label": token.label})
}

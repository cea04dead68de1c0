//! *Custom attributes*: declares and removes attributes on the settings page.

use super::guard::{Form, Visitor};
use super::messages::explain;
use crate::directory::Tenant;
use crate::directory::precondition::Precondition;
use crate::directory::tenants::custom_attributes::described;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::response::redirect;
use axum::extract::State;
use scim::schema::custom::{CustomAttribute, CustomType};
use scim::urn::ENTERPRISE_USER;

/// The custom attributes on the settings page.
pub(super) struct AttributesCard {
    pub(super) rows: Vec<AttributeRow>,
    pub(super) types: [&'static str; 7],
    /// The initial namespace of the form. It is the tenant's last own namespace, so that an administrator need not type
    /// it twice, or a default.
    pub(super) urn: String,
    pub(super) enterprise: &'static str,
}

/// A custom attribute.
pub(super) struct AttributeRow {
    pub(super) name: String,
    pub(super) urn: String,
    pub(super) kind: String,
    pub(super) description: String,
}

impl AttributesCard {
    /// Lists the attributes that the tenant declared.
    pub(super) fn of(tenant: &Tenant) -> Self {
        let row = |attribute: &CustomAttribute| AttributeRow {
            name: attribute.name.clone(),
            urn: attribute.urn.clone(),
            kind: described(attribute),
            description: attribute.description.clone(),
        };
        let own = |attribute: &&CustomAttribute| attribute.urn != ENTERPRISE_USER;
        let last = tenant.attributes.iter().rev().find(own).map(|last| last.urn.clone());
        let id = &tenant.id;
        let first = || format!("urn:ietf:params:scim:schemas:extension:{id}:2.0:User");
        Self {
            rows: tenant.attributes.iter().map(row).collect(),
            types: CustomType::ALL.map(CustomType::as_str),
            urn: last.unwrap_or_else(first),
            enterprise: ENTERPRISE_USER,
        }
    }
}

/// Declares an attribute.
pub(super) async fn declare(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let Some(kind) = CustomType::parse(form.get("type")) else {
        return Err(ApiError::bad_request("Choose the type of the attribute"));
    };
    let text = |name: &str| form.get(name).trim().to_owned();
    let attribute = CustomAttribute {
        urn: text("urn"),
        name: text("name"),
        kind,
        multi_valued: form.has("several"),
        case_exact: form.has("exact"),
        description: text("description"),
    };
    let declared = services
        .access
        .declare_attribute(&visitor.tenant, attribute, &Precondition::default(), &visitor.actor)
        .await;
    declared.map_err(explain)?;
    Ok(redirect(&visitor.site.path("?done=declared")))
}

/// Removes an attribute.
pub(super) async fn remove(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let named = (form.get("urn"), form.get("name"));
    let removed = services
        .access
        .remove_attribute(&visitor.tenant, named, &Precondition::default(), &visitor.actor)
        .await;
    removed.map_err(explain)?;
    Ok(redirect(&visitor.site.path("?done=undeclared")))
}

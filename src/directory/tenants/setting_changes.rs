//! Changes settings, and compares them for the history.

use super::Tenants;
use crate::directory::error::Error;
use crate::directory::precondition::Precondition;
use crate::model::actor::ActorRecord;
use crate::model::history::{AttributeChange, EventKind};
use crate::model::provider::{PROVIDER, Provider};
use crate::model::tenant::{SILENT_AFTER_HOURS, Settings, Tenant, TenantId};

impl Tenants {
    /// Changes a tenant's settings.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::VersionDiffers`], [`Error::TokenEnded`], [`Error::TokenReplaced`],
    /// [`Error::Contention`], or as every call of the store does.
    pub async fn set_settings(
        &self,
        id: &TenantId,
        mut change: impl FnMut(Settings) -> Settings,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Tenant, Error> {
        self.update(id, actor, |tenant| {
            precondition.check(tenant.revision)?;
            let before = tenant.settings;
            tenant.settings = change(before);
            let changes = setting_changes(before, tenant.settings);
            Ok(self.entry_of(EventKind::SettingsChanged, changes, actor))
        })
        .await
    }
}

/// The changes between two states of the settings.
fn setting_changes(before: Settings, after: Settings) -> Vec<AttributeChange> {
    let hours = |settings: Settings| settings.silent_after_hours.map(|hours| hours.hours().into());
    let provider = |settings: Settings| settings.provider.map(Provider::as_str).map(Into::into);
    [
        ("locationFromIdp", before.location_from_idp, after.location_from_idp),
        ("departmentFromIdp", before.department_from_idp, after.department_from_idp),
        ("managerFromIdp", before.manager_from_idp, after.manager_from_idp),
    ]
    .into_iter()
    .map(|(name, before, after)| (name, Some(before.into()), Some(after.into())))
    .chain([
        (SILENT_AFTER_HOURS, hours(before), hours(after)),
        (PROVIDER, provider(before), provider(after)),
    ])
    .filter(|(_, before, after)| before != after)
    .map(|(name, old, new)| AttributeChange { attribute: name.to_owned(), old, new })
    .collect()
}

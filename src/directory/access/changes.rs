//! Changes of a tenant, which take effect in this process at once.

use super::Access;
use super::token_set::{IssuedToken, Replacement, TokenForm, Which};
use crate::directory::error::Error;
use crate::directory::precondition::Precondition;
use crate::directory::tenants::custom_attributes::Declared;
use crate::directory::tenants::sources::SourceChange;
use crate::model::actor::ActorRecord;
use crate::model::governed::GovernedAttribute;
use crate::model::link::Link;
use crate::model::tenant::{Scope, Settings, Tenant, TenantId};
use scim::schema::custom::CustomAttribute;

#[cfg(doc)]
use crate::directory::tenants::Tenants;

impl Access {
    /// Makes a change, and drops the cached record of the tenant.
    async fn invalidating<T>(&self, tenant: &TenantId, change: impl Future<Output = T>) -> T {
        let changed = change.await;
        self.cache.invalidate(tenant);
        changed
    }

    /// Calls [`Tenants::create_token`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::create_token`] does.
    pub async fn create_token(
        &self,
        tenant: &TenantId,
        scope: Scope,
        label: Option<&str>,
        actor: &ActorRecord,
    ) -> Result<IssuedToken, Error> {
        self.invalidating(tenant, self.tenants.create_token(tenant, scope, label, actor)).await
    }

    /// Calls [`Tenants::create_token_by_form`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::create_token_by_form`] does.
    pub async fn create_token_by_form(
        &self,
        tenant: &TenantId,
        scope: Scope,
        label: Option<&str>,
        form: TokenForm<'_>,
        actor: &ActorRecord,
    ) -> Result<IssuedToken, Error> {
        let created = self.tenants.create_token_by_form(tenant, scope, label, form, actor);
        self.invalidating(tenant, created).await
    }

    /// Calls [`Tenants::create_token_by_link`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::create_token_by_link`] does.
    pub async fn create_token_by_link(
        &self,
        tenant: &TenantId,
        label: Option<&str>,
        link: &Link,
    ) -> Result<IssuedToken, Error> {
        self.invalidating(tenant, self.tenants.create_token_by_link(tenant, label, link)).await
    }

    /// Calls [`Tenants::replace_token`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::replace_token`] does.
    pub async fn replace_token(
        &self,
        tenant: &TenantId,
        scope: Scope,
        replacement: &Replacement<'_>,
        actor: &ActorRecord,
    ) -> Result<IssuedToken, Error> {
        self.invalidating(tenant, self.tenants.replace_token(tenant, scope, replacement, actor))
            .await
    }

    /// Calls [`Tenants::revoke_tokens`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::revoke_tokens`] does.
    pub async fn revoke_tokens(
        &self,
        tenant: &TenantId,
        scope: Scope,
        which: Which<'_>,
        actor: &ActorRecord,
    ) -> Result<usize, Error> {
        self.invalidating(tenant, self.tenants.revoke_tokens(tenant, scope, which, actor)).await
    }

    /// Calls [`Tenants::set_settings`]. The pages of this process show the new name of the identity provider at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::set_settings`] does.
    pub async fn set_settings(
        &self,
        tenant: &TenantId,
        change: impl FnMut(Settings) -> Settings,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Tenant, Error> {
        self.invalidating(tenant, self.tenants.set_settings(tenant, change, precondition, actor))
            .await
    }

    /// Calls [`Tenants::set_source`].
    ///
    /// # Errors
    /// Fails as [`Tenants::set_source`] does.
    pub async fn set_source(
        &self,
        tenant: &TenantId,
        source: (GovernedAttribute, bool),
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<SourceChange, Error> {
        self.invalidating(tenant, self.tenants.set_source(tenant, source, precondition, actor))
            .await
    }

    /// Calls [`Tenants::declare_attribute`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::declare_attribute`] does.
    pub async fn declare_attribute(
        &self,
        tenant: &TenantId,
        attribute: CustomAttribute,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Declared, Error> {
        self.invalidating(
            tenant,
            self.tenants.declare_attribute(tenant, attribute, precondition, actor),
        )
        .await
    }

    /// Calls [`Tenants::remove_attribute`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::remove_attribute`] does.
    pub async fn remove_attribute(
        &self,
        tenant: &TenantId,
        attribute: (&str, &str),
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Tenant, Error> {
        self.invalidating(
            tenant,
            self.tenants.remove_attribute(tenant, attribute, precondition, actor),
        )
        .await
    }
}

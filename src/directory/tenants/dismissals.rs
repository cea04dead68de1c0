//! Dismisses to-do entries, and hides ignored attributes, for 30 days.

use super::sync::SyncWatch;
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::dismissals::Dismissals;
use crate::model::sync::{SyncRecord, UnknownAttribute};
use crate::model::tenant::TenantId;
use crate::store::dismissals::DismissalList;
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use std::collections::BTreeSet;

impl SyncWatch {
    /// Dismisses the to-do entry of a cause for 30 days, or shows it again. Returns the dismissals after the change.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::Contention`], or as every
    /// call of the store does.
    pub async fn dismiss_cause(
        &self,
        tenant: &TenantId,
        cause: &str,
        is_dismissed: bool,
        actor: &ActorRecord,
    ) -> Result<Dismissals, Error> {
        let change = |after: &mut Dismissals, now| after.set(cause, is_dismissed, now);
        self.change_dismissals(tenant, DismissalList::Causes, change, actor).await
    }

    /// Hides ignored attributes for 30 days, or shows them again. `keys` are those of [`UnknownAttribute::key`]. Returns
    /// the hidden attributes after the change.
    ///
    /// A key of no ignored attribute changes nothing.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::Contention`], or as every
    /// call of the store does.
    pub async fn hide_attributes(
        &self,
        tenant: &TenantId,
        keys: &BTreeSet<String>,
        is_hidden: bool,
        actor: &ActorRecord,
    ) -> Result<Dismissals, Error> {
        let record = self.record(tenant).await?;
        let pending = self.pending_unknown(tenant);
        let known = record.unknown.iter().chain(&pending);
        let known = known.filter(|attribute| keys.contains(&attribute.key()));
        let names: BTreeSet<String> = known.map(UnknownAttribute::hidden_name).collect();
        let change = |after: &mut Dismissals, now| {
            for name in &names {
                after.set(name, is_hidden, now);
            }
        };
        self.change_dismissals(tenant, DismissalList::Attributes, change, actor).await
    }

    async fn change_dismissals(
        &self,
        tenant: &TenantId,
        list: DismissalList,
        change: impl Fn(&mut Dismissals, time::OffsetDateTime),
        actor: &ActorRecord,
    ) -> Result<Dismissals, Error> {
        let record = self.tenants.get(tenant).await?;
        actor.check(&record, self.tenants.sources.now())?;
        let store = self.tenants.store.tenant(tenant);
        retry!({
            let SyncRecord { dismissed_causes, hidden_attributes, .. } = store.sync().get().await?;
            let before = match list {
                DismissalList::Causes => dismissed_causes,
                DismissalList::Attributes => hidden_attributes,
            };
            let mut after = before.clone();
            change(&mut after, self.tenants.sources.now());
            if before == after || store.sync().put_dismissals(list, &before, &after).await? {
                return Ok(Attempt::Done(after));
            }
            Ok(Attempt::Again(NextAttempt::AfterPause))
        })
    }
}

//! The checks for silent identity providers. A piece of due work carries each check, and comes again until the tenant
//! turns the setting off.

use super::sync::SyncWatch;
use crate::directory::error::Error;
use crate::model::due_item::DueItem;
use crate::model::tenant::Tenant;
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use time::OffsetDateTime;

impl SyncWatch {
    /// Checks whether a tenant's identity provider is silent, and moves the due work to the next check.
    ///
    /// Silence becomes one event. The next request makes the event of its end, also when the setting is off by then.
    ///
    /// # Errors
    /// Fails with [`Error::Contention`], or as every call of the store does. The due work then stays.
    pub async fn check_silence(&self, due: &DueItem) -> Result<(), Error> {
        let next = match self.tenants.get(&due.tenant).await {
            Ok(tenant) => self.find_silence(&tenant).await?,
            Err(Error::NoTenant) => None,
            Err(error) => return Err(error),
        };
        let next = next.map(|at| DueItem::of_sync(at, due.tenant.clone()));
        let work = self.tenants.store.due();
        if let Some(next) = &next {
            work.put(next).await?;
        }
        if next.is_none_or(|next| next.at != due.at) {
            work.delete(std::slice::from_ref(due)).await?;
        }
        Ok(())
    }

    /// Puts the finding of a new silence into the outbox. Returns the time of the next check; `None` when the setting is
    /// off.
    async fn find_silence(&self, tenant: &Tenant) -> Result<Option<OffsetDateTime>, Error> {
        let Some(silent_after) = tenant.settings.silent_after_hours else { return Ok(None) };
        let store = self.tenants.store.tenant(&tenant.id);
        retry!({
            let (record, now) = (store.sync().get().await?, self.tenants.sources.now());
            let is_silent = silent_after.is_silent(&record, now);
            if is_silent && !store.sync().put_silent(&record, now).await? {
                return Ok(Attempt::Again(NextAttempt::AfterPause));
            }
            let since = record.last_request.unwrap_or(tenant.created);
            Ok(Attempt::Done(Some(silent_after.next_check(since, now))))
        })
    }
}

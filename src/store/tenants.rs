//! Tenants: their id, name, settings and token digests, and the list of all tenants.

use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::transact::{Condition, Step, Transaction};
use super::keys;
use crate::model::due_item::DueItem;
use crate::model::event::Subject;
use crate::model::history::HistoryEntry;
use crate::model::signed_out::SignedOut;
use crate::model::tenant::{SILENT_AFTER_HOURS, Tenant, TenantId};
use crate::model::unfinished::Unfinished;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::table::Table;
use crate::store::history::HistoryItems;
use crate::store::items::tenant;
use crate::store::members::unfinished::UnfinishedItems;
use crate::store::tenant_part::TenantPart;
use uuid::Uuid;

/// The items that the check of a token reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantAndWork {
    /// The tenant's record.
    pub tenant: Tenant,
    /// The sessions that were signed out.
    pub signed_out: SignedOut,
    /// The tenant's unfinished work.
    pub unfinished: Vec<Unfinished>,
}

/// The most entries of unfinished work that the check of a token reads with the tenant: about 15 KB.
const MOST_WORK: usize = 100;

/// Lists the ids of all tenants, in order.
pub(super) async fn list_tenant_ids(table: &Table) -> Result<Vec<TenantId>, Error> {
    let items = table.query_all(&Range::all(&keys::tenants()), None).await?;
    Ok(items.iter().filter_map(|item| TenantId::parse(keys::sort_key(item)?)).collect())
}

/// The record of a tenant itself.
#[derive(Debug, Clone, Copy)]
pub struct TenantItems<'a>(pub(in crate::store) &'a TenantPart);

impl TenantItems<'_> {
    /// Gets the tenant's record; `None` when there is no such tenant.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self) -> Result<Option<Tenant>, Error> {
        self.0.table.check_once().await?;
        let item = self.0.table.get(&keys::settings(&self.0.tenant)).await?;
        item.map(|item| tenant::read(&self.0.tenant, item)).transpose()
    }

    /// Gets the tenant's record, its signed-out sessions and its unfinished work, with one query; `None` when there is
    /// no such tenant. From a long list of work, it reads the first entries only.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_with_work(self) -> Result<Option<TenantAndWork>, Error> {
        self.0.table.check_once().await?;
        let settings = keys::settings(&self.0.tenant);
        let range = Range::new(&settings.partition, SortRange::From(settings.sort.clone()));
        let mut items = self.0.table.query_all(&range, Some(2 + MOST_WORK)).await?;
        if items.first().and_then(keys::sort_key) != Some(&*settings.sort) {
            return Ok(None);
        }
        let tenant = tenant::read(&self.0.tenant, items.remove(0))?;
        let sessions = keys::signed_out(&self.0.tenant).sort;
        let sessions = items.extract_if(.., |item| keys::sort_key(item) == Some(&*sessions));
        let signed_out = sessions.map(|item| SignedOut::from_item(&item)).next();
        let signed_out = signed_out.unwrap_or_default();
        let unfinished = UnfinishedItems(self.0).read(items);
        Ok(Some(TenantAndWork { tenant, signed_out, unfinished }))
    }

    /// Creates the tenant; `false` when the id is taken.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn create(self, tenant: &Tenant, history: &HistoryEntry) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        transaction.put(
            Step::Record,
            keys::tenant_entry(&self.0.tenant).to_item(),
            Condition::absent(),
        );
        transaction.put(Step::Record, tenant::to_item(tenant)?, Condition::absent());
        HistoryItems(self.0).put(&mut transaction, (Subject::Tenant, tenant.revision), history)?;
        transaction.commit_if_unchanged().await
    }

    /// Replaces the tenant's record, on the condition of the revision before. `false` when the record has another
    /// revision.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace(self, tenant: &Tenant, history: &HistoryEntry) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        self.put(&mut transaction, tenant, history)?;
        if let Some(check) = first_check(tenant, history) {
            transaction.put(Step::Companion, check.to_item(), Condition::none());
        }
        transaction.commit_if_unchanged().await
    }

    /// Replaces the tenant's record, on the condition of the revision before, and adds the history entry.
    pub(super) fn put(
        self,
        transaction: &mut Transaction<'_>,
        tenant: &Tenant,
        history: &HistoryEntry,
    ) -> Result<(), Error> {
        put_record(transaction, tenant)?;
        HistoryItems(self.0).put(transaction, (Subject::Tenant, tenant.revision), history)
    }

    /// Does the same for the erasure of an employee. `last` is the employee with the last revision.
    pub(super) fn put_erasure(
        self,
        transaction: &mut Transaction<'_>,
        tenant: &Tenant,
        history: &HistoryEntry,
        last: (Uuid, u64),
    ) -> Result<(), Error> {
        put_record(transaction, tenant)?;
        HistoryItems(self.0).put_erasure(transaction, tenant.revision, history, last)
    }
}

/// The first check for a silent identity provider, when a change gives the number of hours. It is due at once: it finds
/// the time of the next check.
fn first_check(tenant: &Tenant, history: &HistoryEntry) -> Option<DueItem> {
    let is_changed = history.changes.iter().any(|change| change.attribute == SILENT_AFTER_HOURS);
    let is_on = tenant.settings.silent_after_hours.is_some();
    (is_changed && is_on).then(|| DueItem::of_sync(history.at, tenant.id.clone()))
}

/// Replaces the record, on the condition of the revision before.
fn put_record(transaction: &mut Transaction<'_>, tenant: &Tenant) -> Result<(), Error> {
    let before = Condition::revision(tenant.revision.saturating_sub(1));
    transaction.put(Step::Record, tenant::to_item(tenant)?, before);
    Ok(())
}

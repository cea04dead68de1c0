//! Removes data permanently: the history of an erased employee, and a whole tenant.

use super::dynamodb::read::Range;
use super::dynamodb::transact::{Condition, Step, Transaction};
use super::keys;
use super::partitions::{self, Partition};
use super::record::id_in_key;
use crate::model::credential::CredentialStage;
use crate::model::kind::Kind;
use crate::store::accounts::AccountItems;
use crate::store::destinations::due::DueItems;
use crate::store::destinations::positions::PositionItems;
use crate::store::dynamodb::error::Error;
use crate::store::history::HistoryItems;
use crate::store::record::RecordItems;
use crate::store::sign_ins::SignInItems;
use crate::store::tenant_part::TenantPart;
use uuid::Uuid;

/// The removal of a tenant's items.
#[derive(Debug, Clone, Copy)]
pub struct Purge<'a>(pub(in crate::store) &'a TenantPart);

impl Purge<'_> {
    /// Removes an employee's history, and gives the number of entries. An interrupted call can be repeated.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn history(self, id: Uuid) -> Result<usize, Error> {
        self.range(&Partition::History(id).range(&self.0.tenant)).await
    }

    /// Removes the history, the linked account and the sign-ins of an erased employee.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the employee exists: a restore from a backup can contain half of an erasure. Otherwise
    /// fails as every call of the store does.
    pub async fn erased(self, id: Uuid) -> Result<(), Error> {
        let places = [
            keys::record(&self.0.tenant, Kind::Employee, id),
            keys::hidden_employee(&self.0.tenant, id),
        ];
        if !self.0.table.get_at_once(&places).await?.is_empty() {
            return Err(Error::bad_item("an employee who exists is listed as erased"));
        }
        // The employee's record is gone, so no sign-in links another account.
        AccountItems(self.0).forget(id).await?;
        SignInItems(self.0).forget(id).await?;
        self.history(id).await.map(drop)
    }

    /// Whether the tenant has any employee, visible or hidden, any group, any claim on a name, or any
    /// linked account.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn holds_anything(self) -> Result<bool, Error> {
        for partition in [
            keys::records(&self.0.tenant, Kind::Employee),
            keys::hidden_employees(&self.0.tenant),
            keys::claims(&self.0.tenant, Kind::Employee),
            keys::records(&self.0.tenant, Kind::Group),
            keys::claims(&self.0.tenant, Kind::Group),
            keys::accounts(&self.0.tenant),
            keys::subjects(&self.0.tenant),
        ] {
            let page = self.0.table.query_page(&Range::all(&partition), Some(1), None).await?;
            if !page.items.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes all items of the tenant, and gives their number.
    ///
    /// The settings, the entry in the list of tenants, the notes, the signed-out sessions, the count of calls, the
    /// sign-in log and the credentials are removed after the rest. The number leaves out these items. A second pass then removes items that were written meanwhile. An
    /// interrupted call can be repeated.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn tenant(self) -> Result<usize, Error> {
        let purged = self.contents().await?;
        let mut transaction = Transaction::new(&self.0.table);
        transaction.delete(Step::Record, &keys::settings(&self.0.tenant), Condition::none());
        transaction.delete(Step::Record, &keys::tenant_entry(&self.0.tenant), Condition::none());
        transaction.delete(Step::Record, &keys::sync(&self.0.tenant), Condition::none());
        transaction.delete(Step::Record, &keys::signed_out(&self.0.tenant), Condition::none());
        transaction.delete(Step::Record, &keys::calls(&self.0.tenant), Condition::none());
        transaction.delete(Step::Record, &keys::sign_ins(&self.0.tenant), Condition::none());
        for stage in [CredentialStage::Current, CredentialStage::Next] {
            let key = keys::credential(&self.0.tenant, stage);
            transaction.delete(Step::Record, &key, Condition::none());
        }
        transaction.commit().await?;
        Ok(purged + self.contents().await?)
    }

    async fn contents(self) -> Result<usize, Error> {
        let mut purged = 0;
        for partition in
            [keys::records(&self.0.tenant, Kind::Employee), keys::hidden_employees(&self.0.tenant)]
        {
            let range = Range::all(&partition).long();
            let mut start = None;
            loop {
                let page = self.0.table.query_page(&range, None, start).await?;
                // The history goes first, because only the employee's item leads to it.
                for item in &page.items {
                    purged += self.history(id_in_key(item)?).await?;
                }
                purged += page.items.len();
                self.0.table.batch_delete(&page.items).await?;
                start = page.next;
                if start.is_none() {
                    break;
                }
            }
        }
        // An interrupted erasure leaves a history to which no employee leads.
        for recorded in HistoryItems(self.0).list_of_tenant().await? {
            for id in recorded.erased() {
                purged += self.history(id).await?;
            }
        }
        // Deleted groups may also have rows.
        let unfinished = Partition::Unfinished.range(&self.0.tenant);
        let unfinished = self.0.table.query_all(&unfinished, None).await?;
        let deleted = unfinished.iter().filter_map(|item| id_in_key(item).ok());
        let groups =
            RecordItems(self.0).list_ids_in(&keys::records(&self.0.tenant, Kind::Group)).await?;
        let of_groups = groups.into_iter().chain(deleted).flat_map(partitions::of_group);
        purged += self.destinations().await?;
        let rest = [Partition::Records(Kind::Group)].into_iter().chain(partitions::ABOUT_RECORDS);
        for partition in of_groups.chain(rest) {
            purged += self.range(&partition.range(&self.0.tenant)).await?;
        }
        Ok(purged)
    }

    /// Removes the destinations with their state. The positions go last, because they lead to the state.
    async fn destinations(self) -> Result<usize, Error> {
        let list = async |partition: String| RecordItems(self.0).list_ids_in(&partition).await;
        let mut ids = list(keys::positions(&self.0.tenant)).await?;
        let listed = list(keys::destinations(&self.0.tenant)).await?;
        let mut purged = self.range(&Partition::Destinations.range(&self.0.tenant)).await?;
        for id in &ids {
            PositionItems(self.0).end_lease(*id).await?;
        }
        ids.extend(listed);
        for partition in ids.into_iter().flat_map(partitions::of_destination) {
            purged += self.range(&partition.range(&self.0.tenant)).await?;
        }
        Ok(purged + DueItems(&self.0.table).purge(&self.0.tenant).await?)
    }

    async fn range(self, range: &Range) -> Result<usize, Error> {
        let mut purged = 0;
        let range = range.clone().long();
        let mut start = None;
        loop {
            let page = self.0.table.query_page(&range, None, start).await?;
            purged += page.items.len();
            self.0.table.batch_delete(&page.items).await?;
            start = page.next;
            if start.is_none() {
                return Ok(purged);
            }
        }
    }
}

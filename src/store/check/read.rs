//! Reads all items of a tenant, partition by partition, and keeps a snapshot of the values that the check compares. The
//! list in `partitions` leads to every item, so no read is a scan.

use super::Checks;
use super::record_facts::record_facts;
use super::snapshot::Snapshot;
use super::violation::{Finding, ViolationKind};
use crate::model::claim::Claim;
use crate::model::credential::CredentialStage;
use crate::model::delivery_log::DeliveryRun;
use crate::model::destination::{Destination, Position, RetryItem};
use crate::model::event::{ChangeRef, EventRef, Subject};
use crate::model::history::{EventKind, RecordedEntry};
use crate::model::kind::Kind;
use crate::model::memberships::Memberships;
use crate::model::tenant::TenantId;
use crate::model::unfinished::Unfinished;
use crate::store::counts::{Counter, counter_of};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::items::account;
use crate::store::items::day_counts;
use crate::store::items::event::{read_numbered, read_waiting};
use crate::store::items::history::read_entry;
use crate::store::items::link;
use crate::store::items::member::MemberRow;
use crate::store::items::redo_part;
use crate::store::items::request_page::{RecordedPage, RequestPage, TrafficPart};
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::partitions::{self, Partition};
use crate::store::record::id_in_key;
use crate::store::tenants::TenantItems;
use futures_util::{StreamExt, TryStreamExt, stream};

/// The number of partitions of single groups and employees that are read at the same time.
const PARTITIONS_AT_ONCE: usize = 8;

impl<'s> Checks<'s> {
    /// Reads all items. An item that cannot be read is a finding.
    pub(super) async fn read_snapshot(
        self,
        findings: &mut Vec<Finding<'s>>,
    ) -> Result<Snapshot, Error> {
        let mut snapshot = Snapshot::default();
        self.read_tenant_items(&mut snapshot, findings).await?;
        for partition in partitions::OF_RECORDS.into_iter().chain(partitions::ABOUT_RECORDS) {
            self.read_large(partition, &mut snapshot, findings).await?;
        }
        let groups = snapshot.named_groups().into_iter().flat_map(partitions::of_group);
        self.read_small(groups.collect(), &mut snapshot, findings).await?;
        let destinations = snapshot.named_destinations().into_iter();
        let destinations = destinations.flat_map(partitions::of_destination);
        self.read_small(destinations.collect(), &mut snapshot, findings).await?;
        let histories = snapshot.named_employees().into_iter().map(Partition::History);
        self.read_small(histories.collect(), &mut snapshot, findings).await?;
        Ok(snapshot)
    }

    async fn read_tenant_items(
        self,
        snapshot: &mut Snapshot,
        findings: &mut Vec<Finding<'s>>,
    ) -> Result<(), Error> {
        match TenantItems(self.0).get().await {
            Ok(tenant) => snapshot.tenant_revision = tenant.map(|tenant| tenant.revision),
            Err(Error::BadItem(_)) => {
                let detail = "the item of the tenant cannot be read";
                let kind = ViolationKind::UnreadableTenant;
                findings.push(Finding::permanent(kind, None, detail));
            }
            Err(other) => return Err(other),
        }
        let tenant = &self.0.tenant;
        let own = [
            keys::tenant_entry(tenant),
            keys::sync(tenant),
            keys::signed_out(tenant),
            keys::calls(tenant),
            keys::sign_ins(tenant),
            keys::credential(tenant, CredentialStage::Current),
            keys::credential(tenant, CredentialStage::Next),
        ];
        for key in own {
            let is_there = self.0.table.get(&key).await?.is_some();
            snapshot.items += usize::from(is_there);
            snapshot.is_listed |= is_there && key == keys::tenant_entry(&self.0.tenant);
        }
        snapshot.items += 1;
        Ok(())
    }

    /// Reads a partition page by page.
    async fn read_large(
        self,
        partition: Partition,
        snapshot: &mut Snapshot,
        findings: &mut Vec<Finding<'s>>,
    ) -> Result<(), Error> {
        let range = partition.range(&self.0.tenant).long();
        let mut start = None;
        loop {
            let page = self.0.table.query_page(&range, None, start).await?;
            for item in page.items {
                self.take(partition, item, snapshot, findings)?;
            }
            start = page.next;
            if start.is_none() {
                return Ok(());
            }
        }
    }

    /// Reads many partitions, several at a time.
    async fn read_small(
        self,
        partitions: Vec<Partition>,
        snapshot: &mut Snapshot,
        findings: &mut Vec<Finding<'s>>,
    ) -> Result<(), Error> {
        let reads = stream::iter(partitions).map(async |partition| {
            let range = partition.range(&self.0.tenant).long();
            Ok::<_, Error>((partition, self.0.table.query_all(&range, None).await?))
        });
        let mut reads = std::pin::pin!(reads.buffered(PARTITIONS_AT_ONCE));
        while let Some((partition, items)) = reads.try_next().await? {
            for item in items {
                self.take(partition, item, snapshot, findings)?;
            }
        }
        Ok(())
    }

    fn take(
        self,
        partition: Partition,
        item: Item,
        snapshot: &mut Snapshot,
        findings: &mut Vec<Finding<'s>>,
    ) -> Result<(), Error> {
        snapshot.items += 1;
        let key = keys::key(&item).ok_or_else(|| Error::bad_item("no key"))?;
        match keep(&self.0.tenant, partition, key.clone(), item, snapshot) {
            Err(Error::BadItem(_)) => findings.push(self.unreadable(partition, key, snapshot)),
            other => other?,
        }
        Ok(())
    }
}

/// Adds the values of an item to the snapshot.
fn keep(
    tenant: &TenantId,
    partition: Partition,
    key: Key,
    item: Item,
    snapshot: &mut Snapshot,
) -> Result<(), Error> {
    match partition {
        Partition::Records(kind) => {
            let id = id_in_key(&item)?;
            let Counter { item: counts, attribute, one } = counter_of(tenant, kind, id);
            *snapshot.counted.entry((counts, attribute)).or_default() += one;
            let summary = record_facts(tenant, kind, key, item, snapshot)?;
            snapshot.visible.insert(id, summary);
        }
        Partition::HiddenEmployees => {
            let id = id_in_key(&item)?;
            let summary = record_facts(tenant, Kind::Employee, key, item, snapshot)?;
            snapshot.hidden.insert(id, summary);
        }
        Partition::Claims(_) => drop(snapshot.claims.insert(key, Claim::from_item(&item)?)),
        Partition::ExternalIds(_) | Partition::Emails => {
            id_in_key(&item)?;
            snapshot.pointers.insert(key);
        }
        Partition::Counts(_) => {
            for (name, value) in &item {
                let is_counter = keys::read_counters(&key.sort, name).is_some();
                if is_counter || name == keys::PEOPLE_COUNTERS {
                    let number = value.as_n().ok().and_then(|number| number.parse().ok());
                    snapshot.counters.insert((key.clone(), name.clone()), number);
                }
            }
        }
        Partition::Memberships => {
            drop(snapshot.memberships.insert(id_in_key(&item)?, Memberships::from_item(&item)?));
        }
        Partition::Members(group) => {
            drop(snapshot.rows.insert((group, id_in_key(&item)?), MemberRow::from_item(&item)?));
        }
        Partition::RedoLog(group) => {
            snapshot.redo_parts.push((group, redo_part::revision_of_part(&item)?, key));
        }
        Partition::Unfinished => {
            let Unfinished { work, id, .. } = Unfinished::from_item(item)?;
            snapshot.unfinished.insert((work, id), key);
        }
        Partition::GroupHistories => {
            let id = keys::group_in_history(&key.sort);
            let id = id.ok_or_else(|| Error::bad_item("no group in the key"))?;
            let recorded = read_entry(item)?;
            snapshot.changes.push(change_of(Subject::Group(id), &recorded));
            let RecordedEntry { revision, entry } = recorded;
            snapshot.histories.entry(id).or_default().insert(revision);
            if entry.kind == EventKind::Deleted {
                snapshot.deleted_groups.insert(id);
            }
        }
        Partition::History(id) => {
            let recorded = read_entry(item)?;
            snapshot.changes.push(change_of(Subject::Employee(id), &recorded));
            snapshot.histories.entry(id).or_default().insert(recorded.revision);
        }
        Partition::TenantHistory => {
            let recorded = read_entry(item)?;
            snapshot.changes.push(change_of(Subject::Tenant, &recorded));
            snapshot.tenant_history.insert(recorded.revision);
            snapshot.erased.extend(recorded.erased());
        }
        Partition::Links => drop(link::read(item)?),
        Partition::Accounts => {
            let account = account::read(item)?;
            snapshot.accounts.insert(account.employee, account.subject);
        }
        Partition::Subjects => {
            let holder = account::read_claim(item)?;
            snapshot.subjects.insert(key.sort, holder);
        }
        Partition::Destinations => {
            snapshot.destinations.insert(id_in_key(&item)?);
            Destination::from_item(item)?;
        }
        Partition::Positions => {
            snapshot.positions.insert(id_in_key(&item)?, key);
            Position::from_item(item)?;
        }
        Partition::Retries(id) => {
            snapshot.of_destinations.push((id, partition, key));
            RetryItem::from_item(item)?;
        }
        Partition::Deliveries(id) => {
            DeliveryRun::from_item(item)?;
            snapshot.of_destinations.push((id, partition, key));
        }
        Partition::Days => drop(day_counts::read(item)?),
        Partition::Requests => drop(RequestPage::from_item(item)?),
        Partition::Traffic => drop(TrafficPart::from_item(item)?),
        Partition::Recording => drop(RecordedPage::from_item(item)?),
        Partition::Outbox => count_event(&read_waiting(item)?.event, snapshot),
        Partition::Feed => {
            let numbered = read_numbered(item)?;
            snapshot.feed.insert(numbered.number);
            count_event(&numbered.event, snapshot);
        }
    }
    Ok(())
}

/// The reference that the event of an entry has.
fn change_of(subject: Subject, recorded: &RecordedEntry) -> ChangeRef {
    let RecordedEntry { revision, entry } = recorded;
    let erased = recorded.erased().next();
    let (kind, actor, at) = (entry.kind, entry.actor.kind, entry.at);
    ChangeRef { subject, revision: *revision, kind, actor, at, erased }
}

fn count_event(event: &EventRef, snapshot: &mut Snapshot) {
    if let EventRef::Change(change) = event {
        *snapshot.events.entry((change.subject, change.revision)).or_default() += 1;
    }
}

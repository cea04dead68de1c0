//! Checks a tenant's items: reads all items, and compares them with the invariants of `docs/data-model.md`.
//!
//! The invariants hold after each transaction, so a crash never breaks them. The check counts unfinished work, which is
//! no violation. Damage comes from outside, such as a restore with half of a transaction.
//!
//! A running service changes items during the check. So a violation counts only when two reads in a row show it.

mod snapshot;
mod read;
mod record_facts;
mod violation;
mod names;
mod standing;
mod counts;
mod events;
mod members;
mod groups;
mod accounts;
mod destinations;

pub use violation::{Violation, ViolationKind};

use super::dynamodb::transact::{Condition, Step, Transaction};
use super::keys;
use super::partitions::Partition;
use crate::model::actor::ActorRecord;
use crate::model::kind::Kind;
use crate::model::unfinished::Work;
use crate::store::dynamodb::error::Error;
use crate::store::tenant_part::TenantPart;
use snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;
use uuid::Uuid;
use violation::Finding;

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The number of items that were read.
    pub items: usize,
    /// The number of entries in the list of unfinished work by kind, without [`Work::Expiry`].
    pub unfinished: BTreeMap<Work, usize>,
    /// The invariants that do not hold, in a fixed order.
    pub violations: Vec<Violation>,
}

/// Compares the snapshot of a tenant with the invariants.
struct Checker<'s> {
    part: &'s TenantPart,
    snapshot: Snapshot,
    /// The time of the repair, for histories.
    at: OffsetDateTime,
    /// The actor of the repair, for histories.
    actor: ActorRecord,
}

/// The check of a tenant's items.
#[derive(Debug, Clone, Copy)]
pub struct Checks<'a>(pub(in crate::store) &'a TenantPart);

impl<'s> Checks<'s> {
    /// Checks all items of the tenant, and changes nothing.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn check(self) -> Result<Report, Error> {
        let (at, actor) = (OffsetDateTime::UNIX_EPOCH, ActorRecord::system());
        let (report, _) = self.find_violations(at, &actor).await?;
        if report.violations.is_empty() {
            return Ok(report);
        }
        let (mut again, _) = self.find_violations(at, &actor).await?;
        again.violations.retain(|violation| report.violations.contains(violation));
        Ok(again)
    }

    /// Repairs each violation that the records can repair, with one transaction for each, and gives the number of
    /// repairs. A repair can reveal another violation, so the caller checks again.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn repair(
        self,
        found: &[Violation],
        at: OffsetDateTime,
        actor: &ActorRecord,
    ) -> Result<usize, Error> {
        let (_, findings) = self.find_violations(at, actor).await?;
        let mut written = 0;
        for Finding { violation, repair } in findings {
            let Some(repair) = repair.filter(|_| found.contains(&violation)) else { continue };
            // A repair fails when a request or another repair was faster.
            written += usize::from(repair.commit_if_unchanged().await?);
        }
        Ok(written)
    }

    async fn find_violations(
        self,
        at: OffsetDateTime,
        actor: &ActorRecord,
    ) -> Result<(Report, Vec<Finding<'s>>), Error> {
        let mut findings = Vec::new();
        let snapshot = self.read_snapshot(&mut findings).await?;
        let checker = Checker { part: self.0, snapshot, at, actor: actor.clone() };
        findings.extend(checker.check_tenant());
        for check in Checker::CHECKS {
            findings.extend(check(&checker));
        }
        let mut violations: Vec<_> = findings.iter().map(|one| one.violation.clone()).collect();
        violations.sort_unstable();
        let snapshot = &checker.snapshot;
        let mut unfinished = BTreeMap::new();
        for (work, _) in snapshot.unfinished.keys().filter(|(work, _)| *work != Work::Expiry) {
            *unfinished.entry(*work).or_default() += 1;
        }
        Ok((Report { items: snapshot.items, unfinished, violations }, findings))
    }

    /// Makes the finding of an item that cannot be read. A repair removes an item that is made from records. The next
    /// check finds the item that the records need.
    fn unreadable(
        self,
        partition: Partition,
        key: keys::Key,
        snapshot: &mut Snapshot,
    ) -> Finding<'s> {
        let id = snapshot::id_at_end(&key.sort);
        match partition {
            Partition::Records(_) | Partition::HiddenEmployees => {
                snapshot.unreadable.extend(id);
                let detail = "the item of the record cannot be read";
                Finding::permanent(ViolationKind::UnreadableRecord, id, detail)
            }
            Partition::Outbox | Partition::Feed => {
                if let Ok(number) = key.sort.parse() {
                    snapshot.feed.insert(number);
                }
                let detail = format!("{} {} cannot be read", partition.item_name(), key.sort);
                Finding::permanent(ViolationKind::UnreadableEvent, id, detail)
            }
            Partition::GroupHistories | Partition::TenantHistory | Partition::History(_) => {
                let revision = keys::revision(&key.sort).unwrap_or_default();
                let record = match partition {
                    Partition::History(id) => Some(id),
                    _ => keys::group_in_history(&key.sort),
                };
                let revisions = match record {
                    Some(record) => snapshot.histories.entry(record).or_default(),
                    None => &mut snapshot.tenant_history,
                };
                revisions.insert(revision);
                let detail = format!("the entry of revision {revision} cannot be read");
                Finding::permanent(ViolationKind::UnreadableHistory, record, detail)
            }
            Partition::Destinations | Partition::Positions | Partition::Retries(_) => {
                let detail = format!("{} cannot be read", partition.item_name());
                let id = partition.destination().or(id);
                Finding::permanent(ViolationKind::UnreadableDestination, id, detail)
            }
            _ => {
                let mut repair = Transaction::new(&self.0.table);
                repair.delete(Step::Companion, &key, Condition::none());
                let detail = format!("{} cannot be read", partition.item_name());
                let id = partition.group().or(partition.destination()).or(id);
                Finding::repairable(ViolationKind::UnreadableItem, id, detail, repair)
            }
        }
    }
}

impl<'s> Checker<'s> {
    /// The checks of the invariants, in the order in which repairs help each other.
    const CHECKS: [fn(&Self) -> Vec<Finding<'s>>; 19] = [
        Self::check_places,
        Self::check_holders,
        Self::check_former_holders,
        Self::check_claims,
        Self::check_pointers,
        Self::check_email_keys,
        Self::check_standing,
        Self::check_counts,
        Self::check_histories,
        Self::check_events,
        Self::check_feed,
        Self::check_listed,
        Self::check_unlisted,
        Self::check_redo_logs,
        Self::check_rows,
        Self::check_memberships,
        Self::check_member_counts,
        Self::check_destinations,
        Self::check_accounts,
    ];

    /// Makes a transaction without a guard.
    fn empty(&self) -> Transaction<'s> {
        Transaction::new(&self.part.table)
    }

    /// Makes a transaction on the condition that these records are as they were read.
    fn guarded<const N: usize>(&self, ids: [Uuid; N]) -> Transaction<'s> {
        let mut transaction = self.empty();
        for id in BTreeSet::from(ids) {
            let tenant = &self.part.tenant;
            for key in [
                keys::record(tenant, Kind::Employee, id),
                keys::hidden_employee(tenant, id),
                keys::record(tenant, Kind::Group, id),
            ] {
                let found = [self.snapshot.visible.get(&id), self.snapshot.hidden.get(&id)];
                let found = found.into_iter().flatten().find(|record| record.key == key);
                match found {
                    Some(record) => transaction.expect_revision(&key, record.revision),
                    None => transaction.delete(Step::Record, &key, Condition::absent()),
                }
            }
        }
        transaction
    }
}

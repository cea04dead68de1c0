//! Counts and histories: each counter has the number of its records, and each history the revisions of its record.

use super::Checker;
use super::violation::{Finding, ViolationKind};
use crate::model::kind::Kind;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::{Condition, Step};
use crate::store::keys::{self, Key};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::BTreeSet;
use uuid::Uuid;

impl<'s> Checker<'s> {
    /// Each counter has the number of visible records in its bucket. The number of people follows from all employees
    /// of its item.
    pub(super) fn check_counts(&self) -> Vec<Finding<'s>> {
        let (stored, counted) = (&self.snapshot.counters, &self.snapshot.counted);
        // The standing of an unreadable employee is unknown.
        let unreadable = self.snapshot.unreadable.iter();
        let unjudged: BTreeSet<Key> =
            unreadable.map(|id| keys::count(&self.part.tenant, Kind::Employee, *id)).collect();
        let places: BTreeSet<&(Key, String)> = stored.keys().chain(counted.keys()).collect();
        let findings = places.into_iter().filter_map(|place| {
            let (key, attribute) = place;
            let needed = counted.get(place).copied().unwrap_or_default();
            let found = stored.get(place).copied();
            if attribute == keys::PEOPLE_COUNTERS && unjudged.contains(key) {
                return None;
            }
            if found.unwrap_or(Some(0)) == Some(needed) {
                return None;
            }
            let number = |number: i128| AttributeValue::N(number.to_string());
            // A create or delete meanwhile changes the counter.
            let (text, as_read) = match found {
                Some(Some(found)) => {
                    let same = Condition::expression(&format!("{attribute} = :found"));
                    (found.to_string(), same.with(":found", number(found)))
                }
                Some(None) => ("no number".to_owned(), Condition::present()),
                None => {
                    let absent = format!("attribute_not_exists({attribute})");
                    ("nothing".to_owned(), Condition::expression(&absent))
                }
            };
            let values = Item::from([(":needed".to_owned(), number(needed))]);
            let change = format!("SET {attribute} = :needed");
            let mut repair = self.empty();
            repair.update(Step::Companion, key, &change, values, as_read);
            let Key { partition, sort } = key;
            let detail = format!(
                "{attribute} of the count item {partition} {sort} is {text}, and the records need {needed}"
            );
            Some(Finding::repairable(ViolationKind::CountWrong, None, detail, repair))
        });
        findings.collect()
    }

    /// Each history has one entry for each revision of its record.
    pub(super) fn check_histories(&self) -> Vec<Finding<'s>> {
        let none = BTreeSet::new();
        let mut findings = Vec::new();
        for (id, record) in self.snapshot.records() {
            let found = self.snapshot.histories.get(&id).unwrap_or(&none);
            findings.extend(gaps(Some(id), found, record.revision));
        }
        if let Some(revision) = self.snapshot.tenant_revision {
            findings.extend(gaps(None, &self.snapshot.tenant_history, revision));
        }
        let snapshot = &self.snapshot;
        for (id, found) in &snapshot.histories {
            let is_known = snapshot.visible.contains_key(id)
                || snapshot.hidden.contains_key(id)
                || snapshot.unreadable.contains(id)
                || snapshot.erased.contains(id);
            if is_known {
                continue;
            }
            match snapshot.deleted_groups.contains(id) {
                true => findings.extend(gaps(Some(*id), found, last(found))),
                false => {
                    let detail = format!("a history up to revision {} has no record", last(found));
                    findings.push(Finding::permanent(
                        ViolationKind::RecordMissing,
                        Some(*id),
                        detail,
                    ));
                }
            }
        }
        findings
    }

    /// The list of tenants has the tenant.
    pub(super) fn check_tenant(&self) -> Option<Finding<'s>> {
        if self.snapshot.is_listed || self.snapshot.tenant_revision.is_none() {
            return None;
        }
        let mut repair = self.empty();
        let line = keys::tenant_entry(&self.part.tenant).to_item();
        repair.put(Step::Companion, line, Condition::none());
        let detail = "the list of tenants lacks the tenant";
        Some(Finding::repairable(ViolationKind::TenantUnlisted, None, detail, repair))
    }
}

fn last(revisions: &BTreeSet<u64>) -> u64 {
    revisions.last().copied().unwrap_or_default()
}

/// Finds the revisions that a history lacks, and the revisions that its record lacks.
fn gaps<'s>(id: Option<Uuid>, found: &BTreeSet<u64>, revision: u64) -> Vec<Finding<'s>> {
    let expected: BTreeSet<u64> = (1..=revision).collect();
    let differences = [
        (ViolationKind::HistoryGap, &expected - found, "the history lacks revision"),
        (ViolationKind::HistoryAhead, found - &expected, "the record lacks revision"),
    ];
    let findings = differences.into_iter().filter(|(_, revisions, _)| !revisions.is_empty());
    let findings = findings.map(|(kind, revisions, text)| {
        let named: Vec<String> = revisions.iter().take(10).map(u64::to_string).collect();
        let detail = format!("{text} {} ({} in all)", named.join(", "), revisions.len());
        Finding::permanent(kind, id, detail)
    });
    findings.collect()
}

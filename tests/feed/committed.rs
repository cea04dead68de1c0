//! Compares a feed with the histories. Both are read from the items of the engine, below the code under test.

use crate::support::TestTenant;
use crate::support::key_condition::text;
use std::collections::{BTreeMap, BTreeSet};

/// A revision of a record. The record is the start of an event's reference, for example `E#{id}`; `T#` is the tenant.
pub type Revision = (String, u64);

/// All revisions with a history entry. `partitions` has the partitions of the tenant, and may have others.
pub async fn histories(tenant: &TestTenant, partitions: &BTreeSet<String>) -> BTreeSet<Revision> {
    let start = format!("TENANT#{}#HISTORY#", tenant.id);
    let mut found = BTreeSet::new();
    for partition in partitions {
        let Some(history) = partition.strip_prefix(&start) else { continue };
        for item in tenant.items(partition).await {
            let sort = text(&item, "SK").expect("a sort key");
            let (record, revision) = match (history, sort.split_once('#')) {
                ("GROUPS", Some((id, revision))) => (format!("G#{id}"), revision),
                ("SETTINGS", None) => ("T#".to_owned(), sort.as_str()),
                (id, None) => (format!("E#{id}"), sort.as_str()),
                (_, Some(_)) => panic!("{sort} is no key of a history entry"),
            };
            found.insert((record, revision.parse().expect("a revision")));
        }
    }
    found
}

/// The numbers of the feed, with their references.
pub async fn feed(tenant: &TestTenant) -> Vec<(u64, String)> {
    let items = tenant.items(&format!("TENANT#{}#FEED", tenant.id)).await;
    let number = |sort: String| sort.parse().expect("a number");
    let event = |item| Some((number(text(item, "SK")?), text(item, "event")?));
    items.iter().map(|item| event(item).expect("an event")).collect()
}

/// The revision that a reference names.
pub fn revision(reference: &str) -> Revision {
    let mut parts = reference.splitn(4, '#');
    let mut part = || parts.next().expect("a part of a reference");
    (format!("{}#{}", part(), part()), part().parse().expect("a revision"))
}

/// The employee that an event erases.
pub fn erased(reference: &str) -> Option<String> {
    let parts: Vec<&str> = reference.split('#').collect();
    matches!(parts[..], ["T", "", _, "erased", _, _, _]).then(|| format!("E#{}", parts[6]))
}

/// Checks a feed against the histories. Returns the first fault of each kind.
///
/// The history of an erased employee is gone. Its revisions are then all numbers up to the last, and the erasure comes
/// after them.
pub fn faults(feed: &[(u64, String)], histories: &BTreeSet<Revision>) -> Vec<String> {
    let mut committed = histories.clone();
    for record in feed.iter().filter_map(|(_, reference)| erased(reference)) {
        let revisions = feed.iter().map(|(_, reference)| revision(reference));
        let last = revisions.filter(|(of, _)| *of == record).map(|(_, revision)| revision).max();
        committed.extend((1..=last.unwrap_or(1)).map(|revision| (record.clone(), revision)));
    }
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let mut newest: BTreeMap<String, u64> = BTreeMap::new();
    let hole = (1..).zip(feed).find(|(expected, (number, _))| number != expected);
    faults.extend(hole.map(|(expected, (number, _))| format!("hole: {number}, not {expected}")));
    let (mut twice, mut inverted, mut foreign) = (None, None, None);
    for (number, reference) in feed {
        if reference.starts_with("S#") {
            // A finding about the sync has no history entry.
            continue;
        }
        let (record, of_record) = revision(reference);
        // An erasure is the end of its record.
        if let Some(employee) = erased(reference) {
            newest.insert(employee, u64::MAX);
        }
        let before = newest.get(&record).copied().unwrap_or_default();
        newest.insert(record.clone(), before.max(of_record));
        if before > of_record {
            inverted = inverted.or(Some(format!("inverted: {number} {reference} after {before}")));
        }
        if !committed.contains(&(record.clone(), of_record)) {
            foreign = foreign.or(Some(format!("without a history entry: {number} {reference}")));
        }
        if !seen.insert((record, of_record)) {
            twice = twice.or(Some(format!("twice: {number} {reference}")));
        }
    }
    let lost = committed.difference(&seen).next().map(|lost| format!("lost: {lost:?}"));
    faults.extend([lost, twice, inverted, foreign].into_iter().flatten());
    faults
}

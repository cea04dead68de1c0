//! The changes of employees on each day. The transaction that numbers events also counts them.

use super::WaitingEvent;
use crate::model::day_counts::DayCounts;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::read::{Range, SortRange};
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::items::day_counts::{counters, read};
use crate::store::keys;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::BTreeMap;
use time::Date;

/// The most events that one transaction numbers: two items for each event, and two days, of 100 items.
const MOST_AT_ONCE: usize = 49;
/// The most days of these events.
const MOST_DAYS: usize = 2;

/// The day items of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct DayItems<'a>(pub(in crate::store) &'a TenantPart);

impl DayItems<'_> {
    /// Lists the days with changes from a day on, in order. The read is eventually consistent.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_from(self, first: Date) -> Result<Vec<DayCounts>, Error> {
        let partition = keys::days(&self.0.tenant);
        let range = Range::new(&partition, SortRange::From(first.to_string())).eventual();
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(read).collect()
    }

    /// Adds the events to the counts of their days.
    pub(super) fn count(self, transaction: &mut Transaction<'_>, events: &[WaitingEvent]) {
        let mut days: BTreeMap<Date, DayCounts> = BTreeMap::new();
        for WaitingEvent { event, .. } in events {
            let day = DayCounts::day_of(event);
            days.entry(day).or_insert(DayCounts::none(day)).add(event);
        }
        for (day, counts) in days.into_iter().filter(|(_, counts)| counts.total() > 0) {
            let added = counters(counts).into_iter().filter(|(_, count)| *count > 0);
            let (mut adds, mut values) = (Vec::new(), Item::new());
            for (name, count) in added {
                adds.push(format!("{name} :{name}"));
                values.insert(format!(":{name}"), AttributeValue::N(count.to_string()));
            }
            let key = keys::day(&self.0.tenant, day);
            let add = format!("ADD {}", adds.join(", "));
            transaction.update(Step::Companion, &key, &add, values, Condition::none());
        }
    }
}

/// The number of events that one transaction numbers, from the start of `waiting`: at most 49 events of at most two days.
pub fn batch_len(waiting: &[WaitingEvent]) -> usize {
    let mut days: Vec<Date> = Vec::new();
    let first = waiting.iter().take(MOST_AT_ONCE).take_while(|event| {
        let day = DayCounts::day_of(&event.event);
        if !days.contains(&day) {
            days.push(day);
        }
        days.len() <= MOST_DAYS
    });
    first.count()
}

#[cfg(test)]
mod tests {
    use super::batch_len;
    use crate::model::event::{EventRef, SyncFinding, SyncRef};
    use crate::store::events::WaitingEvent;
    use time::Duration;
    use time::macros::datetime;

    #[test]
    fn a_transaction_numbers_few_events_of_few_days() {
        let of_days = |days: &[i64]| {
            let waiting: Vec<WaitingEvent> = days
                .iter()
                .map(|day| {
                    let at = datetime!(2026-11-23 09:30 UTC) + Duration::days(*day);
                    let event = EventRef::Sync(SyncRef { finding: SyncFinding::Silent, at });
                    WaitingEvent { sort: String::new(), event, after: None }
                })
                .collect();
            batch_len(&waiting)
        };
        assert_eq!(of_days(&[]), 0);
        assert_eq!(of_days(&[0; 49]), 49);
        assert_eq!(of_days(&[0; 50]), 49);
        assert_eq!(of_days(&[0, 0, 1, 1]), 4);
        assert_eq!(of_days(&[0, 1, 0, 2, 0]), 3);
    }
}

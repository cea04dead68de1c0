//! Counts the records of a kind that SCIM lists. There are 256 count items, by the first two hexadecimal digits of the
//! id. Each item has 16 counters, by the third digit. The counters give the exact total. They also lead any
//! `startIndex` to within a few rows of its place.
//!
//! One number holds six counters of six decimal digits: every page reads all counters, and each attribute costs time. A
//! number in DynamoDB has 38 digits, and DynamoDB adds to it exactly. One more number of the item counts the active and
//! the hidden employees, the active employees with values from the identity provider, and those that only an import
//! knows.

use super::dynamodb::read::Range;
use super::dynamodb::transact::{Condition, Step, Transaction};
use super::keys;
use super::keys::Key;
use crate::model::employee::Employee;
use crate::model::kind::Kind;
use crate::model::people_counts::PeopleCounts;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use std::iter::repeat_n;
use uuid::Uuid;

const BUCKETS: usize = 4_096;
/// The values of a hexadecimal digit.
const DIGITS: usize = 16;
/// The most counters in one number.
const COUNTERS: usize = 6;
/// One more than the highest value of a counter.
const BASE: i128 = 1_000_000;

/// The number of visible records for each three first hexadecimal digits of an id.
#[derive(Debug, Clone)]
pub(super) struct Counts(Vec<u64>);

/// The place of a row in the list: after `skip` other rows, counted from a sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowPosition {
    pub first_key: String,
    pub skip: usize,
}

impl Counts {
    /// The number of all visible records.
    pub(super) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Sets the counters of one number in a count item. `first` is the value of the item's two digits.
    fn set(&mut self, first: usize, number: usize, counters: i128) {
        let mut rest = counters.max(0);
        let digits = (number.saturating_mul(COUNTERS)..DIGITS).take(COUNTERS);
        for digit in digits {
            if let Some(count) = self.0.get_mut(first * DIGITS + digit) {
                *count = u64::try_from(rest % BASE).unwrap_or_default();
            }
            rest /= BASE;
        }
    }

    /// Finds the row after `offset` other rows; `None` when there are fewer rows.
    pub(super) fn place(&self, offset: u64) -> Option<RowPosition> {
        let mut before = 0;
        for (bucket, count) in self.0.iter().enumerate() {
            if before + count > offset {
                let skip = usize::try_from(offset - before).ok()?;
                return Some(RowPosition { first_key: keys::records_from_bucket(bucket), skip });
            }
            before += count;
        }
        None
    }
}

/// The count items of a tenant.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountItems<'a>(pub(in crate::store) &'a TenantPart);

impl CountItems<'_> {
    /// Reads all counters with one query.
    pub(super) async fn get(self, kind: Kind) -> Result<Counts, Error> {
        let partition = keys::counts(&self.0.tenant, kind);
        let items = self.0.table.query_all(&Range::all(&partition).eventual(), None).await?;
        let mut counts = Counts(vec![0; BUCKETS]);
        for item in &items {
            let key = keys::sort_key(item).ok_or_else(|| Error::bad_item("no sort key"))?;
            for (name, value) in item {
                let Some((first, number)) = keys::read_counters(key, name) else { continue };
                let sum: Option<i128> = value.as_n().ok().and_then(|number| number.parse().ok());
                counts.set(first, number, sum.ok_or_else(|| Error::bad_item("no number"))?);
            }
        }
        Ok(counts)
    }

    /// Reads the numbers of employees.
    pub(super) async fn people(self) -> Result<PeopleCounts, Error> {
        let partition = keys::counts(&self.0.tenant, Kind::Employee);
        let items = self.0.table.query_all(&Range::all(&partition).eventual(), None).await?;
        let mut visible = Counts(vec![0; BUCKETS]);
        let mut people = [0; PEOPLE];
        for item in &items {
            let key = keys::sort_key(item).ok_or_else(|| Error::bad_item("no sort key"))?;
            for (name, value) in item {
                let number = || -> Result<i128, Error> {
                    let number = value.as_n().ok().and_then(|number| number.parse().ok());
                    number.ok_or_else(|| Error::bad_item("no number"))
                };
                if let Some((first, place)) = keys::read_counters(key, name) {
                    visible.set(first, place, number()?);
                } else if name == keys::PEOPLE_COUNTERS {
                    let mut rest = number()?.max(0);
                    for sum in &mut people {
                        *sum += u64::try_from(rest % BASE).unwrap_or_default();
                        rest /= BASE;
                    }
                }
            }
        }
        let [active, hidden, sent_location, sent_department, sent_manager, unlinked] = people;
        // The counters of different items are read one after the other.
        let archived = visible.total().saturating_add(hidden).saturating_sub(active);
        Ok(PeopleCounts {
            active,
            archived,
            sent_location,
            sent_department,
            sent_manager,
            unlinked,
        })
    }

    /// Counts one group more or less.
    pub(super) fn add_group(
        self,
        transaction: &mut Transaction<'_>,
        id: Uuid,
        change: CountChange,
    ) {
        let Counter { item, attribute, one } = counter_of(&self.0.tenant, Kind::Group, id);
        let by = match change {
            CountChange::OneMore => one,
            CountChange::OneLess => -one,
        };
        add(transaction, &item, &[(&attribute, by)]);
    }

    /// Counts the change of an employee; `None` stands for no employee. A change that moves no counter writes nothing.
    pub(super) fn change_employee(
        self,
        transaction: &mut Transaction<'_>,
        before: Option<&Employee>,
        after: Option<&Employee>,
    ) {
        let Some(id) = after.or(before).map(|employee| employee.id) else { return };
        let Counter { item, attribute, one } = counter_of(&self.0.tenant, Kind::Employee, id);
        let visible = |employee: Option<&Employee>| {
            if employee.is_some_and(|employee| !employee.hidden) { one } else { 0 }
        };
        let people = |employee: Option<&Employee>| employee.map(people_counter).unwrap_or_default();
        let changes = [
            (&*attribute, visible(after) - visible(before)),
            (keys::PEOPLE_COUNTERS, people(after) - people(before)),
        ];
        add(transaction, &item, &changes);
    }
}

/// Adds to the numbers of a count item. Zeros are left out.
fn add(transaction: &mut Transaction<'_>, item: &Key, changes: &[(&str, i128)]) {
    let mut terms = Vec::new();
    let mut values = Item::new();
    for (place, (attribute, by)) in changes.iter().filter(|(_, by)| *by != 0).enumerate() {
        terms.push(format!("{attribute} :by{place}"));
        values.insert(format!(":by{place}"), AttributeValue::N(by.to_string()));
    }
    if !terms.is_empty() {
        let expression = format!("ADD {}", terms.join(", "));
        transaction.update(Step::Companion, item, &expression, values, Condition::none());
    }
}

/// The counters in the number [`keys::PEOPLE_COUNTERS`]: active, hidden, the active employees with a location, a
/// department and a manager from the identity provider, and the active employees that only an import knows.
const PEOPLE: usize = 6;

/// The value of an employee in the number [`keys::PEOPLE_COUNTERS`].
pub(super) fn people_counter(employee: &Employee) -> i128 {
    let is_active = !employee.is_archived();
    let sends = |name| is_active && employee.sent(name).is_some();
    let counts = [
        is_active,
        employee.hidden,
        sends("location"),
        sends("department"),
        sends("manager"),
        is_active && employee.is_unlinked(),
    ];
    counts.into_iter().rev().fold(0, |sum, is_counted| sum * BASE + i128::from(is_counted))
}

/// The counter of a record.
pub(super) struct Counter {
    /// The count item.
    pub item: Key,
    /// The attribute with the number that holds the counter, and up to five others.
    pub attribute: String,
    /// The value of one record in that number.
    pub one: i128,
}

/// The counter of the record with an id.
pub(super) fn counter_of(tenant: &TenantId, kind: Kind, id: Uuid) -> Counter {
    let digit = keys::third_digit(id);
    Counter {
        item: keys::count(tenant, kind, id),
        attribute: keys::counters(digit / COUNTERS),
        one: repeat_n(BASE, digit % COUNTERS).product(),
    }
}

/// A change of a counter.
#[derive(Debug, Clone, Copy)]
pub(super) enum CountChange {
    OneMore,
    OneLess,
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Counts, RowPosition};

    #[test]
    fn a_number_holds_six_counters_and_the_last_one_four() {
        let mut counts = Counts(vec![0; BUCKETS]);
        counts.set(0x0a, 0, 999_999_000_000_000_000_000_000_000_007);
        counts.set(0x0a, 2, 5_000_000_000_000_000_000);
        counts.set(0xff, 2, 1);
        // Damaged numbers do not stop a list.
        counts.set(0x0b, 0, -1);
        counts.set(0x0b, 3, 1);
        let counted = counts.0.iter().enumerate().filter(|(_, count)| **count > 0);
        let counted: Vec<(usize, u64)> = counted.map(|(bucket, count)| (bucket, *count)).collect();
        assert_eq!(counted, [(0x0a0, 7), (0x0a4, 999_999), (0x0af, 5), (0xffc, 1)]);
    }

    #[test]
    fn an_offset_is_led_to_its_bucket() {
        let mut buckets = vec![0; BUCKETS];
        buckets[0x001] = 2;
        buckets[0xa3f] = 3;
        let counts = Counts(buckets);
        let check = |offset, expected: Option<(&str, usize)>| {
            let expected =
                expected.map(|(digits, skip)| RowPosition { first_key: digits.to_owned(), skip });
            assert_eq!(counts.place(offset), expected, "offset {offset}");
        };
        assert_eq!(counts.total(), 5);
        check(0, Some(("001", 0)));
        check(1, Some(("001", 1)));
        check(2, Some(("a3f", 0)));
        check(4, Some(("a3f", 2)));
        check(5, None);
        check(u64::MAX, None);
    }
}

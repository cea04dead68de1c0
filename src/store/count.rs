//! How many records of a kind SCIM lists: 256 count items by the first two hexadecimal digits of the id, each with sixteen
//! counters by the third digit. They give the exact total, and lead any `startIndex` to within a few rows of its place.

use super::dynamodb::read::Range;
use super::dynamodb::transact::{Condition, Step, Transaction};
use super::keys::{self, Kind};
use super::{Error, Item, TenantStore};
use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

const BUCKETS: usize = 4_096;

/// How many visible records have an id that starts with each three hexadecimal digits.
#[derive(Debug, Clone)]
pub(super) struct Counts(Vec<u64>);

/// Where a row of the list is: from a sort key on, after `skip` others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub first_key: String,
    pub skip: usize,
}

impl Counts {
    /// All visible records.
    pub(super) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Where the row after `offset` others is; `None` when there are not so many.
    pub(super) fn place(&self, offset: u64) -> Option<Place> {
        let mut before = 0;
        for (bucket, count) in self.0.iter().enumerate() {
            if before + count > offset {
                let skip = usize::try_from(offset - before).ok()?;
                return Some(Place { first_key: keys::records_from_bucket(bucket), skip });
            }
            before += count;
        }
        None
    }
}

impl TenantStore {
    /// Reads all counters: one query.
    pub(super) async fn get_counts(&self, kind: Kind) -> Result<Counts, Error> {
        let partition = keys::counts(&self.tenant, kind);
        let items = self.store.query_all(&Range::all(&partition).eventual(), None).await?;
        let mut counts = vec![0; BUCKETS];
        for item in &items {
            let key = keys::sort_key(item).ok_or_else(|| Error::bad_item("no sort key"))?;
            for (name, value) in item {
                let Some(bucket) = keys::bucket(key, name) else { continue };
                let count: Option<i64> = value.as_n().ok().and_then(|number| number.parse().ok());
                let count = count.ok_or_else(|| Error::bad_item("a counter is no number"))?;
                if let Some(kept) = counts.get_mut(bucket) {
                    *kept = u64::try_from(count).unwrap_or(0);
                }
            }
        }
        Ok(Counts(counts))
    }

    /// Counts one record more, or one less.
    pub(super) fn add_to_count(
        &self,
        transaction: &mut Transaction<'_>,
        (kind, id): (Kind, Uuid),
        change: Change,
    ) {
        let by = match change {
            Change::OneMore => "1",
            Change::OneLess => "-1",
        };
        transaction.update(
            Step::Companion,
            &keys::count(&self.tenant, kind, id),
            &format!("ADD {} :by", keys::counter(id)),
            Item::from([(":by".to_owned(), AttributeValue::N(by.to_owned()))]),
            Condition::none(),
        );
    }
}

/// A change of a counter.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    OneMore,
    OneLess,
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Counts, Place};

    #[test]
    fn an_offset_is_led_to_its_bucket() {
        let mut buckets = vec![0; BUCKETS];
        buckets[0x001] = 2;
        buckets[0xa3f] = 3;
        let counts = Counts(buckets);
        let check = |offset, expected: Option<(&str, usize)>| {
            let expected =
                expected.map(|(digits, skip)| Place { first_key: digits.to_owned(), skip });
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

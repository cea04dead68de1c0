//! Converts the counts of a day from and to DynamoDB items.

use super::attributes::ItemReader;
use crate::model::day_counts::DayCounts;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;

/// The counters of a day, by the names of their attributes.
pub(in crate::store) fn counters(counts: DayCounts) -> [(&'static str, u64); 4] {
    let DayCounts { day: _, created, changed, archived, restored } = counts;
    [("created", created), ("changed", changed), ("archived", archived), ("restored", restored)]
}

/// Reads the counts of a day.
pub(in crate::store) fn read(item: Item) -> Result<DayCounts, Error> {
    let day = keys::sort_key(&item).and_then(keys::read_day);
    let day = day.ok_or_else(|| Error::bad_item("the sort key is no day"))?;
    let mut item = ItemReader(item);
    let mut count = |name| item.optional_number(name).map(Option::unwrap_or_default);
    Ok(DayCounts {
        day,
        created: count("created")?,
        changed: count("changed")?,
        archived: count("archived")?,
        restored: count("restored")?,
    })
}

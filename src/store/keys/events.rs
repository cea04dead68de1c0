//! Keys of the outbox and the feed.

use super::key::Key;
use crate::model::event::Subject;
use crate::model::tenant::TenantId;
use time::Date;
use time::macros::format_description;
use uuid::Uuid;

/// The partition of events that are committed and not numbered yet.
pub fn outbox(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#OUTBOX")
}

/// The outbox item of a change. The revision before it therefore has a key that the sequencer can compute.
pub fn outbox_of_change(tenant: &TenantId, subject: Subject, revision: u64) -> Key {
    let owner = match subject {
        Subject::Employee(id) => format!("E#{id}"),
        Subject::Group(id) => format!("G#{id}"),
        Subject::Tenant => format!("T#{tenant}"),
    };
    Key::new(outbox(tenant), format!("{owner}#{revision:012}"))
}

/// The outbox item with a sort key.
pub(in crate::store) fn outbox_item(tenant: &TenantId, sort: String) -> Key {
    Key::new(outbox(tenant), sort)
}

/// The outbox item of a finding about the sync.
pub fn outbox_of_sync(tenant: &TenantId, id: Uuid) -> Key {
    Key::new(outbox(tenant), format!("S#{id}"))
}

/// The partition of the numbered events.
pub fn feed(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#FEED")
}

/// The event with a number.
pub fn feed_event(tenant: &TenantId, number: u64) -> Key {
    Key::new(feed(tenant), feed_number(number))
}

/// The partition of the counts of days.
pub fn days(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#DAYS")
}

/// The counts of a day.
pub fn day(tenant: &TenantId, day: Date) -> Key {
    Key::new(days(tenant), day.to_string())
}

/// Reads the day in the sort key of its counts.
pub(in crate::store) fn read_day(sort: &str) -> Option<Date> {
    Date::parse(sort, format_description!("[year]-[month]-[day]")).ok()
}

/// The sort key of the event with a number.
pub(in crate::store) fn feed_number(number: u64) -> String {
    format!("{number:012}")
}

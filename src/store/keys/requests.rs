//! Keys of the notes on requests: pages of failed requests, counts and recordings.

use super::key::Key;
use crate::model::tenant::TenantId;
use scim::date_time;
use time::{OffsetDateTime, UtcOffset};

/// The number of pages of failed requests. A later page overwrites the page 100 numbers before it.
pub const REQUEST_PAGES: u64 = 100;

/// The partition of the pages of failed requests.
pub fn requests(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#REQUESTS")
}

/// The slot of a page of failed requests.
pub fn request_page(tenant: &TenantId, number: u64) -> Key {
    Key::new(requests(tenant), format!("{:03}", number % REQUEST_PAGES))
}

/// The partition of the counts of requests.
pub fn traffic_of(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#TRAFFIC")
}

/// The counts of ten minutes.
pub fn traffic(tenant: &TenantId, ten_minutes: &str) -> Key {
    Key::new(traffic_of(tenant), ten_minutes)
}

/// The sort key of the ten minutes of a time, such as `2026-11-29T12:3`.
pub fn ten_minutes(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{}T{:02}:{}", at.date(), at.hour(), at.minute() / 10)
}

/// The partition of the recorded requests.
pub fn recording(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#RECORDING")
}

/// An item of a recording. `process` keeps the items of two processes apart.
pub fn recorded(tenant: &TenantId, at: OffsetDateTime, process: &str) -> Key {
    Key::new(recording(tenant), format!("{}#{process}", date_time::format(at)))
}

/// An item of a recording, by its sort key.
pub fn recorded_at(tenant: &TenantId, sort_key: &str) -> Key {
    Key::new(recording(tenant), sort_key)
}

#[cfg(test)]
mod tests {
    use super::{request_page, ten_minutes};
    use crate::model::tenant::TenantId;
    use time::macros::datetime;

    #[test]
    fn pages_are_a_ring_of_100_slots() {
        let acme = TenantId::parse("acme").unwrap();
        assert_eq!(request_page(&acme, 7).sort, "007");
        assert_eq!(request_page(&acme, 107), request_page(&acme, 7));
    }

    #[test]
    fn ten_minutes_sort_by_time() {
        assert_eq!(ten_minutes(datetime!(2026-11-29 12:39:59 UTC)), "2026-11-29T12:3");
        assert_eq!(ten_minutes(datetime!(2026-11-29 09:00 UTC)), "2026-11-29T09:0");
    }
}

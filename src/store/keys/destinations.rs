//! Keys of destinations: their positions, waiting events, delivery logs, and the work that is due.

use super::key::Key;
use crate::model::delivery_log::LOGGED_RUNS;
use crate::model::tenant::TenantId;
use scim::date_time;
use time::OffsetDateTime;
use uuid::Uuid;

/// The partition of the destinations.
pub fn destinations(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#DESTINATION")
}

/// A destination.
pub fn destination(tenant: &TenantId, id: Uuid) -> Key {
    Key::new(destinations(tenant), id.to_string())
}

/// The partition of the positions of destinations.
pub fn positions(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#POSITION")
}

/// The position of a destination.
pub fn position(tenant: &TenantId, id: Uuid) -> Key {
    Key::new(positions(tenant), id.to_string())
}

/// The partition of the events of a destination that wait for another try.
pub fn retries(tenant: &TenantId, id: Uuid) -> String {
    format!("TENANT#{tenant}#RETRY#{id}")
}

/// An event that waits for another try.
pub fn retry(tenant: &TenantId, id: Uuid, number: u64) -> Key {
    Key::new(retries(tenant, id), format!("{number:012}"))
}

/// Reads the number of the event in the sort key of a [`retry`].
pub(in crate::store) fn number_of_retry(sort_key: &str) -> Option<u64> {
    sort_key.parse().ok()
}

/// The partition of a destination's delivery log.
pub fn deliveries(tenant: &TenantId, id: Uuid) -> String {
    format!("TENANT#{tenant}#DELIVERIES#{id}")
}

/// The place of a run in the delivery log. A later run overwrites it.
pub fn delivery_run(tenant: &TenantId, id: Uuid, run: u64) -> Key {
    Key::new(deliveries(tenant, id), format!("{:03}", run % LOGGED_RUNS))
}

/// The partition of the work that is due, of all tenants.
pub fn due() -> String {
    "DUE".to_owned()
}

/// Work of a destination that is due at a time. The work sorts by time.
pub fn due_item(at: OffsetDateTime, tenant: &TenantId, id: Uuid) -> Key {
    Key::new(due(), format!("{}#{tenant}#{id}", date_time::format(at)))
}

/// A sort key after all work that is due at this time, or before it.
pub(in crate::store) fn due_until(at: OffsetDateTime) -> String {
    // `~` comes after every character of a tenant's id.
    format!("{}#~", date_time::format(at))
}

/// Reads the time, the tenant and the destination in the sort key of a [`due_item`].
pub(in crate::store) fn read_due(sort_key: &str) -> Option<(OffsetDateTime, TenantId, Uuid)> {
    let mut parts = sort_key.split('#');
    let (at, tenant, id) = (parts.next()?, parts.next()?, parts.next()?);
    let none_left = parts.next().is_none();
    let read = (date_time::parse(at)?, TenantId::parse(tenant)?, Uuid::parse_str(id).ok()?);
    none_left.then_some(read)
}

#[cfg(test)]
mod tests {
    use super::{delivery_run, due_item, due_until, read_due};
    use crate::model::tenant::TenantId;
    use time::Duration;
    use time::macros::datetime;
    use uuid::Uuid;

    #[test]
    fn the_key_of_due_work_can_be_read_and_sorts_by_time() {
        let (acme, other) = (TenantId::parse("acme").unwrap(), TenantId::parse("zz-9").unwrap());
        let at = datetime!(2026-11-29 12:00:00 UTC);
        let key = due_item(at, &acme, Uuid::max());
        assert_eq!(key.sort, format!("2026-11-29T12:00:00.000Z#acme#{}", Uuid::max()));
        assert_eq!(read_due(&key.sort), Some((at, acme.clone(), Uuid::max())));
        assert!(key.sort < due_until(at) && due_item(at, &other, Uuid::max()).sort < due_until(at));
        let later = at + Duration::milliseconds(1);
        assert!(due_until(at) < due_item(later, &acme, Uuid::nil()).sort);
        for bad in ["", "2026", "2026-11-29T12:00:00.000Z#acme", "x#acme#y"] {
            assert_eq!(read_due(bad), None, "{bad}");
        }
        assert_eq!(read_due(&format!("{}#more", key.sort)), None);
    }

    #[test]
    fn a_delivery_log_has_256_places() {
        let (acme, id) = (TenantId::parse("acme").unwrap(), Uuid::nil());
        assert_eq!(delivery_run(&acme, id, 1).sort, "001");
        assert_eq!(delivery_run(&acme, id, 255).sort, "255");
        assert_eq!(delivery_run(&acme, id, 256), delivery_run(&acme, id, 0));
    }
}

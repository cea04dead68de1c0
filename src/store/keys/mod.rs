//! Makes every key string of the table. No other module puts a key together.
//!
//! Client text is escaped before it becomes part of a key. So no value can lead to the key of another value.
//!
//! A new partition also needs a line in `store/partitions.rs`. The removal of a tenant and the check of its items find
//! the items by that list.

mod destinations;
mod escape;
mod events;
mod groups;
mod history;
mod key;
mod sso;
mod standing;
mod requests;
mod tenant;

use crate::model::kind::Kind;
pub use destinations::*;
pub use events::*;
pub use groups::*;
pub use history::*;
pub use key::*;
pub use requests::*;
pub use sso::*;
pub use standing::*;
pub use tenant::*;

use crate::model::tenant::TenantId;
use escape::escape;
use scim::fold::fold;
use uuid::Uuid;

/// The sparse index over primary email addresses, keys only.
pub const EMAIL_INDEX: &str = "by-email";
/// The partition key attribute of [`EMAIL_INDEX`].
pub const EMAIL_KEY: &str = "emailKey";

/// The partition of the visible records of a kind.
pub fn records(tenant: &TenantId, kind: Kind) -> String {
    match kind {
        Kind::Employee => format!("TENANT#{tenant}#EMPLOYEE"),
        Kind::Group => format!("TENANT#{tenant}#GROUP"),
    }
}

/// A visible record.
pub fn record(tenant: &TenantId, kind: Kind, id: Uuid) -> Key {
    Key::new(records(tenant, kind), id.to_string())
}

/// The partition of hidden employees.
pub fn hidden_employees(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#HIDDEN")
}

/// A hidden employee.
pub fn hidden_employee(tenant: &TenantId, id: Uuid) -> Key {
    Key::new(hidden_employees(tenant), id.to_string())
}

/// The partition of claims on the names that are unique among the records of a kind: userNames, and names of groups.
pub fn claims(tenant: &TenantId, kind: Kind) -> String {
    match kind {
        Kind::Employee => format!("TENANT#{tenant}#USERNAME"),
        Kind::Group => format!("TENANT#{tenant}#GROUPNAME"),
    }
}

/// The claim on a name. All spellings of the name have the same claim.
pub fn claim(tenant: &TenantId, kind: Kind, name: &str) -> Key {
    Key::new(claims(tenant, kind), escape(&fold(name)))
}

/// The partition of externalId pointers.
pub fn external_ids(tenant: &TenantId, kind: Kind) -> String {
    match kind {
        Kind::Employee => format!("TENANT#{tenant}#EXTERNALID"),
        Kind::Group => format!("TENANT#{tenant}#GROUPEXTERNALID"),
    }
}

/// The start of the sort keys of all pointers from an externalId.
pub fn external_id_prefix(external_id: &str) -> String {
    format!("{}#", escape(external_id))
}

/// The pointer from an externalId to a record.
pub fn external_id(tenant: &TenantId, kind: Kind, external_id: &str, id: Uuid) -> Key {
    Key::new(external_ids(tenant, kind), format!("{}{id}", external_id_prefix(external_id)))
}

/// The partition of pointers from email addresses other than the primary one.
pub fn emails(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#EMAIL")
}

/// The start of the sort keys of all pointers from an email address.
pub fn email_prefix(email: &str) -> String {
    format!("{}#", escape(&fold(email)))
}

/// The pointer from an email address other than the primary one to an employee.
pub fn email(tenant: &TenantId, email: &str, id: Uuid) -> Key {
    Key::new(emails(tenant), format!("{}{id}", email_prefix(email)))
}

/// The value of [`EMAIL_KEY`] for a primary email address. It is short, because every employee's item has it.
pub fn primary_email(tenant: &TenantId, email: &str) -> String {
    format!("{tenant}#{}", escape(&fold(email)))
}

/// The partition of count items.
pub fn counts(tenant: &TenantId, kind: Kind) -> String {
    match kind {
        Kind::Employee => format!("TENANT#{tenant}#COUNT"),
        Kind::Group => format!("TENANT#{tenant}#GROUPCOUNT"),
    }
}

/// The count item for a record's id: one for each value of its first two hexadecimal digits.
pub fn count(tenant: &TenantId, kind: Kind, id: Uuid) -> Key {
    let first = id.as_bytes().first().copied().unwrap_or_default();
    Key::new(counts(tenant, kind), format!("{first:02x}"))
}

/// The first and the last sort key of the records with a hexadecimal digit at the start of their id.
pub(super) fn records_with_digit(digit: u8) -> (String, String) {
    // Ids are lower-case hexadecimal, so `g` comes after all ids with this first digit.
    (format!("{digit:x}"), format!("{digit:x}g"))
}

/// The sort key directly after a record, before the next record.
pub(super) fn after_record(id: Uuid) -> String {
    // All ids have the same length.
    format!("{id} ")
}

/// The sort key at which a bucket of records starts: the first three hexadecimal digits of their ids.
pub(super) fn records_from_bucket(bucket: usize) -> String {
    format!("{bucket:03x}")
}

/// The third hexadecimal digit of a record's id. Each digit has its own counter within the count item.
pub(super) fn third_digit(id: Uuid) -> usize {
    usize::from(id.as_bytes().get(1).copied().unwrap_or_default() >> 4)
}

/// The name of the attribute of a count item that holds one number of counters.
pub(super) fn counters(number: usize) -> String {
    format!("{COUNTERS}{number}")
}

/// Reads the first two hexadecimal digits of a count item, and which of its numbers an attribute holds. `None` for an
/// attribute without counters.
pub(super) fn read_counters(sort_key: &str, attribute: &str) -> Option<(usize, usize)> {
    let number = attribute.strip_prefix(COUNTERS)?.parse().ok()?;
    Some((usize::from_str_radix(sort_key, 16).ok()?, number))
}

/// The attribute of a count item with the counters of active and hidden employees.
pub(super) const PEOPLE_COUNTERS: &str = "people";
/// The start of the names of attributes with counters.
const COUNTERS: char = 'n';

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant() -> TenantId {
        TenantId::parse("acme").unwrap()
    }

    #[test]
    fn client_text_cannot_reach_into_another_key() {
        let id = Uuid::nil();
        let plain = external_id(&tenant(), Kind::Employee, "a", id);
        let hostile = external_id(&tenant(), Kind::Employee, &format!("a#{id}"), id);
        assert!(!hostile.sort.starts_with(&external_id_prefix("a")));
        assert_ne!(plain, hostile);
        assert_ne!(external_id_prefix("a#b"), external_id_prefix("a%23b"));
    }

    #[test]
    fn a_claim_is_the_same_for_all_spellings_of_a_user_name() {
        assert_eq!(
            claim(&tenant(), Kind::Employee, "Ada@Example.com"),
            claim(&tenant(), Kind::Employee, "ada@example.COM")
        );
        assert_eq!(
            claim(&tenant(), Kind::Employee, "STRASSE"),
            claim(&tenant(), Kind::Employee, "straße")
        );
        assert_eq!(
            claim(&tenant(), Kind::Employee, "ada"),
            claim(&tenant(), Kind::Employee, "ada\u{200b} ")
        );
        assert_ne!(
            claim(&tenant(), Kind::Employee, "ada"),
            claim(&tenant(), Kind::Employee, "a da")
        );
    }

    #[test]
    fn empty_text_makes_a_key_of_its_own() {
        assert!(!claim(&tenant(), Kind::Employee, "").sort.is_empty());
        assert_ne!(claim(&tenant(), Kind::Employee, ""), claim(&tenant(), Kind::Employee, "%"));
    }

    #[test]
    fn an_external_id_is_case_exact() {
        assert_ne!(external_id_prefix("AbC"), external_id_prefix("abc"));
    }

    #[test]
    fn the_longest_text_fits_a_sort_key_and_stays_distinct() {
        let long = "ΐ".repeat(512);
        let other = format!("{}x", "ΐ".repeat(511));
        let key = claim(&tenant(), Kind::Employee, &long);
        assert!(key.sort.len() <= 1024 - 37, "{}", key.sort.len());
        assert_ne!(key, claim(&tenant(), Kind::Employee, &other));
        assert!(
            external_id(&tenant(), Kind::Employee, &"#".repeat(512), Uuid::nil()).sort.len()
                <= 1024
        );
    }
}

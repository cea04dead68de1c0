//! Every key string of the table. No other file puts one together.
//!
//! Client text is escaped before it becomes part of a key, so that no value can reach into another one's key.

use super::tenant::TenantId;
use crate::scim::date_time;
use crate::scim::fold::fold;
use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The partition key attribute.
pub const PARTITION: &str = "PK";
/// The sort key attribute.
pub const SORT: &str = "SK";
/// The sparse index over primary email addresses, keys only.
pub const EMAIL_INDEX: &str = "by-email";
/// The partition key attribute of [`EMAIL_INDEX`].
pub const EMAIL_KEY: &str = "emailKey";

/// The index over changes by time, keys only.
pub const CHANGE_INDEX: &str = "by-time";
/// The partition key attribute of [`CHANGE_INDEX`].
pub const CHANGE_DAY: &str = "changeDay";
/// The sort key attribute of [`CHANGE_INDEX`].
pub const CHANGE_AT: &str = "changeAt";

/// The kinds of records that SCIM shows. Each has partitions of its own for its records, and for what leads to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Employees: User resources.
    Employee,
    /// Groups: Group resources.
    Group,
}

impl Kind {
    /// All of them, in the order in which they are listed together.
    pub const ALL: &[Self] = &[Self::Employee, Self::Group];

    /// The name of the resource type (RFC 7643 §6), and the `type` of a member (§4.2).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Employee => "User",
            Self::Group => "Group",
        }
    }
}

/// The full key of one item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The partition key.
    pub partition: String,
    /// The sort key.
    pub sort: String,
}

impl Key {
    fn new(partition: String, sort: impl Into<String>) -> Self {
        Self { partition, sort: sort.into() }
    }

    /// As key attributes of an item.
    pub fn to_item(&self) -> super::Item {
        super::Item::from([
            (PARTITION.to_owned(), AttributeValue::S(self.partition.clone())),
            (SORT.to_owned(), AttributeValue::S(self.sort.clone())),
        ])
    }
}

/// The partition with one item per tenant, for listing them.
pub fn tenants() -> String {
    "TENANTS".to_owned()
}

/// A tenant's line in the list of tenants.
pub fn tenant_entry(tenant: &TenantId) -> Key {
    Key::new(tenants(), tenant.as_str())
}

/// A tenant's settings and tokens.
pub fn settings(tenant: &TenantId) -> Key {
    Key::new(format!("TENANT#{tenant}"), "SETTINGS")
}

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

/// The claim on a name, the same for all its spellings.
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

/// What the sort keys of all pointers from an externalId start with.
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

/// What the sort keys of all pointers from an email address start with.
pub fn email_prefix(email: &str) -> String {
    format!("{}#", escape(&fold(email)))
}

/// The pointer from an email address other than the primary one to an employee.
pub fn email(tenant: &TenantId, email: &str, id: Uuid) -> Key {
    Key::new(emails(tenant), format!("{}{id}", email_prefix(email)))
}

/// The value of [`EMAIL_KEY`] for a primary email address.
pub fn primary_email(tenant: &TenantId, email: &str) -> String {
    format!("{}#{}", emails(tenant), escape(&fold(email)))
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

/// The partition of a group's members.
pub fn members(tenant: &TenantId, group: Uuid) -> String {
    format!("TENANT#{tenant}#MEMBER#{group}")
}

/// A member of a group.
pub fn member(tenant: &TenantId, group: Uuid, member: Uuid) -> Key {
    Key::new(members(tenant, group), member.to_string())
}

/// The partition of those who are away, and come back as members of a group.
pub fn all_away(tenant: &TenantId, group: Uuid) -> String {
    format!("TENANT#{tenant}#AWAY#{group}")
}

/// Somebody who is away, and comes back as a member of a group.
pub fn away(tenant: &TenantId, group: Uuid, member: Uuid) -> Key {
    Key::new(all_away(tenant, group), member.to_string())
}

/// The partition of those who came or went, and whose groups have not all followed.
pub fn movers(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#MOVING")
}

/// Somebody who came or went, and whose groups have not all followed.
pub fn mover(tenant: &TenantId, id: Uuid) -> Key {
    Key::new(movers(tenant), id.to_string())
}

/// The partition of what says which groups somebody is in.
pub fn memberships(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#MEMBEROF")
}

/// The groups that an employee or a group is a member of.
pub fn membership(tenant: &TenantId, member: Uuid) -> Key {
    Key::new(memberships(tenant), member.to_string())
}

/// The partition of what is committed of a group and not applied to its members yet.
pub fn journal(tenant: &TenantId, group: Uuid) -> String {
    format!("TENANT#{tenant}#JOURNAL#{group}")
}

/// The partition of groups that have a journal.
pub fn journals(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#JOURNALS")
}

/// Says that a group has a journal.
pub fn journal_entry(tenant: &TenantId, group: Uuid) -> Key {
    Key::new(journals(tenant), group.to_string())
}

/// What the sort keys of all parts of a journal start with.
pub fn journal_prefix(revision: u64) -> String {
    format!("{revision:012}#")
}

/// A part of what a revision of a group did to its members.
pub fn journal_part(tenant: &TenantId, group: Uuid, revision: u64, part: usize) -> Key {
    Key::new(journal(tenant, group), format!("{}{part:03}", journal_prefix(revision)))
}

/// The partition of deleted groups whose members are not removed yet.
pub fn graves(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#GRAVE")
}

/// A deleted group whose members are not removed yet.
pub fn grave(tenant: &TenantId, group: Uuid) -> Key {
    Key::new(graves(tenant), group.to_string())
}

/// The partition with the history of all groups: it outlives them.
pub fn group_histories(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#HISTORY#GROUPS")
}

/// What was noticed of the identity provider.
pub fn sync(tenant: &TenantId) -> Key {
    Key::new(format!("TENANT#{tenant}"), "SYNC")
}

/// The changes of a day (UTC), as partition of [`CHANGE_INDEX`].
pub fn changes_on(tenant: &TenantId, day: Date) -> String {
    format!("TENANT#{tenant}#CHANGES#{day}")
}

/// A change's place in its day: in the order of time.
pub fn change_at(at: OffsetDateTime, kind: &str) -> String {
    format!("{}#{kind}", date_time::format(at))
}

/// The kind in a [`change_at`].
pub(super) fn kind_of_change(change_at: &str) -> Option<&str> {
    change_at.split_once('#').map(|(_, kind)| kind)
}

/// Where the entries of one history are. Revisions grow by one with each change, so entries sort in the order in which
/// changes were made, whatever the clocks of those who made them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The partition.
    pub partition: String,
    /// What the sort keys of all its entries start with.
    pub prefix: String,
}

impl History {
    /// The entry of a revision.
    pub fn entry(&self, revision: u64) -> Key {
        Key::new(self.partition.clone(), format!("{}{revision:012}", self.prefix))
    }
}

/// The history of a record: an employee's has a partition of its own, groups share one.
pub fn history(tenant: &TenantId, kind: Kind, id: Uuid) -> History {
    match kind {
        Kind::Employee => {
            History { partition: format!("TENANT#{tenant}#HISTORY#{id}"), prefix: String::new() }
        }
        Kind::Group => History { partition: group_histories(tenant), prefix: format!("{id}#") },
    }
}

/// The history of the tenant's settings and tokens.
pub fn tenant_history(tenant: &TenantId) -> History {
    History { partition: format!("TENANT#{tenant}#HISTORY#SETTINGS"), prefix: String::new() }
}

/// The revision at the end of the sort key of a history's entry.
pub(super) fn revision(sort_key: &str) -> Option<u64> {
    sort_key.rsplit('#').next()?.parse().ok()
}

/// The partition key of an item.
pub(super) fn partition(item: &super::Item) -> Option<&str> {
    item.get(PARTITION)?.as_s().ok().map(String::as_str)
}

/// The sort key of an item.
pub(super) fn sort_key(item: &super::Item) -> Option<&str> {
    item.get(SORT)?.as_s().ok().map(String::as_str)
}

/// The sort keys of records whose id starts with a hexadecimal digit: from the first to the second.
pub(super) fn records_with_digit(digit: u8) -> (String, String) {
    // Ids are lower-case hexadecimal: `g` comes after all that start with the digit.
    (format!("{digit:x}"), format!("{digit:x}g"))
}

/// A sort key after that of a record, and not after that of any other record that comes after it.
pub(super) fn after_record(id: Uuid) -> String {
    // Ids are all of one length.
    format!("{id} ")
}

/// The sort key from which records come whose id starts with this bucket's three hexadecimal digits, or later ones.
pub(super) fn records_from_bucket(bucket: usize) -> String {
    format!("{bucket:03x}")
}

/// The counter for a record's id within its count item: one for each value of the third hexadecimal digit.
pub(super) fn counter(id: Uuid) -> String {
    let third = id.as_bytes().get(1).copied().unwrap_or_default() >> 4;
    format!("{COUNTER}{third:x}")
}

/// The bucket of a counter: its three hexadecimal digits. `None` for an attribute that is no counter.
pub(super) fn bucket(sort_key: &str, counter: &str) -> Option<usize> {
    let first = usize::from_str_radix(sort_key, 16).ok()?;
    let third = usize::from_str_radix(counter.strip_prefix(COUNTER)?, 16).ok()?;
    Some(first * 16 + third)
}

/// What the names of counters start with.
const COUNTER: char = 'n';

/// Makes client text safe inside a key: `#` separates the parts of a key, `%` marks an escape, `~` a digest. Text too
/// long for a sort key (1,024 bytes) keeps its beginning and stands on its SHA-256 digest.
fn escape(text: &str) -> String {
    const LONGEST: usize = 700;
    const BEGINNING: usize = 200;
    // DynamoDB takes no empty key. A lone `%` is nobody's escape.
    if text.is_empty() {
        return "%".to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '#' | '%' | '~') || character.is_control() {
            let _ = write!(escaped, "%{:02X}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    if escaped.len() <= LONGEST {
        return escaped;
    }
    let mut shortened = String::new();
    for character in escaped.chars() {
        if shortened.len() + character.len_utf8() > BEGINNING {
            break;
        }
        shortened.push(character);
    }
    shortened.push('~');
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(shortened, "{byte:02x}");
    }
    shortened
}

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
        assert_ne!(
            claim(&tenant(), Kind::Employee, "ada"),
            claim(&tenant(), Kind::Employee, "ada ")
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

//! The limits of the product, in one place.

use scim::Limits;

/// The limits of the SCIM service. [`scim::Limits`] says what each one means.
pub const LIMITS: Limits = Limits {
    // Discovery announces this limit for bulk requests. It holds for all requests.
    body_bytes: 1_048_576,
    // A resource fits in a DynamoDB item, which holds 400 KB. A history entry keeps the old and the new value of a
    // change.
    resource_bytes: 128 * 1024,
    identifier_chars: 512,
    // The store keeps each address except the primary one as a pointer item, and a transaction holds 100 items. A
    // change removes at most 39 items, adds at most 39, and writes 6 others.
    emails: 40,
    members: 100_000,
    default_page_resources: 100,
    page_resources: 200,
    cursor_bytes: 1_024,
    filter_bytes: 4_096,
    // A body must not ask for more than fits into a URL.
    attribute_list_bytes: 10_240,
    sort_key_chars: 256,
    // Okta removes up to 1,000 group members at once, with an operation for each member.
    patch_operations: 2_000,
    bulk_operations: 500,
    // About 0.5 s of work, and far more than identity providers cause.
    comparison_units: 10_000_000,
};

/// The maximum number of attributes that a tenant declares. The tenant's item holds all of them, and it is read often.
pub const MAX_CUSTOM_ATTRIBUTES: usize = 50;

// A transaction holds 100 items. A change of addresses and a departure from 16 groups must both fit.
const _: () = assert!(LIMITS.emails <= 40);
// A cursor holds the page size in 16 bits.
const _: () = assert!(LIMITS.page_resources <= 65_535);

//! The limits that a service provider chooses.

/// The limits of a service. [`ResourceTypes::with_limits`] puts them into the schema tables, where validation, filters
/// and PATCH find them. The functions that read a request without a resource type take them as a parameter.
///
/// Every limit may be any number from 1. A request over a limit fails. Only `count` has another rule: it becomes the
/// nearest number in range. Limits of one attribute, such as [`Attribute::max_chars`], stand in the schema tables. The
/// crate fixes only the limits that keep its own code safe, such as the nesting of JSON and of filters.
///
/// The defaults have three sources. The body, the pages and the bulk operations have the values of the RFCs' examples
/// (RFC 7643 §8.5, RFC 9865 §4). A PATCH may have twice as many operations as Okta sends to empty a group. The other
/// defaults let every request that the large identity providers send pass, with room to spare.
///
/// [`ResourceTypes::with_limits`]: crate::schema::ResourceTypes::with_limits
/// [`Attribute::max_chars`]: crate::schema::Attribute::max_chars
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The maximum size of a request body, in bytes. Discovery shows it as `bulk.maxPayloadSize` (RFC 7643 §5). The
    /// crate gets bodies that are in memory already, so the caller enforces this limit.
    pub body_bytes: usize,
    /// The maximum size of a resource, in bytes of JSON. Attributes that are kept apart do not count.
    pub resource_bytes: usize,
    /// The maximum length of text that identifies a resource, in Unicode characters: `userName`, `externalId`, an email
    /// address, the name of a group, and the `value` and `display` of a member.
    pub identifier_chars: usize,
    /// The maximum number of email addresses of a User.
    pub emails: usize,
    /// The maximum number of members of a Group.
    pub members: usize,
    /// The number of resources of a page when the client sends no `count`.
    pub default_page_resources: usize,
    /// The maximum number of resources of a page, at most 65,535, because a cursor holds the number in 16 bits. Discovery
    /// shows it as `filter.maxResults` (RFC 7643 §5).
    pub page_resources: usize,
    /// The maximum length of a cursor, in bytes.
    pub cursor_bytes: usize,
    /// The maximum length of a filter, in bytes. It also holds for the filter in the path of a PATCH operation.
    pub filter_bytes: usize,
    /// The maximum length of `attributes` and `excludedAttributes`, in bytes. Each resource of a response looks up each
    /// name.
    pub attribute_list_bytes: usize,
    /// The number of characters of a text that an order compares. The keys of a whole list are in memory at once.
    pub sort_key_chars: usize,
    /// The maximum number of operations of a PATCH. Each member of a value without a path counts as one.
    pub patch_operations: usize,
    /// The maximum number of operations of a bulk request. Discovery shows it as `bulk.maxOperations` (RFC 7643 §5).
    pub bulk_operations: usize,
    /// The budget for the comparisons of one write, in units of about 50 ns
    /// ([`ComparisonBudget`](crate::comparison_budget::ComparisonBudget)).
    pub comparison_units: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1_048_576,
            resource_bytes: 128 * 1024,
            identifier_chars: 512,
            emails: 100,
            members: 100_000,
            default_page_resources: 100,
            page_resources: 200,
            cursor_bytes: 1_024,
            filter_bytes: 4_096,
            attribute_list_bytes: 10_240,
            sort_key_chars: 256,
            patch_operations: 2_000,
            bulk_operations: 1_000,
            comparison_units: 10_000_000,
        }
    }
}

//! The table: its format, the costs of requests, destinations, and the note of a sync.

pub(crate) mod capacity;
pub(crate) mod destinations;
pub(crate) mod request_costs;
pub(crate) mod sync_note;
pub(crate) mod table_format;

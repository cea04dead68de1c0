//! The table: its format, its costs, and what is read of it.

pub(crate) mod capacity;
pub(crate) mod request_costs;
pub(crate) mod sync_note;
pub(crate) mod table_format;

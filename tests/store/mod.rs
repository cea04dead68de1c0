//! The table: its format, the costs of requests, destinations, and the note of a sync.

pub(crate) mod capacity;
pub(crate) mod activity_costs;
mod employee_costs;
mod group_costs;
pub(crate) mod destinations;
pub(crate) mod request_costs;
pub(crate) mod late_notes;
pub(crate) mod request_notes;
pub(crate) mod overview_costs;
mod sso_costs;
pub(crate) mod sync_note;
pub(crate) mod table_format;

//! *Overview*: tells whether the sync works, and what to do next.

mod chart;
mod latest;
mod page;
mod state_card;
mod to_do_rows;
pub(super) mod dismiss;

pub(super) use page::{show, with_final_slash};

//! The Activity page: every change of people, groups, settings and tokens, the newest first.

mod export;
mod live;
mod page;
mod person;
mod query;
mod rows;

pub(super) use export::export;
pub(super) use live::show_new;
pub(super) use page::show;

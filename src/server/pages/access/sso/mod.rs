//! The card *Single sign-on* of *Tokens & access*: connect the identity provider, choose administrators, test, and see
//! the recent sign-ins.

pub(super) mod actions;
mod check_words;
mod fields;
mod page;
mod problem;
pub(super) mod save;
pub(super) mod sign_in_rows;

pub(super) use page::show;

//! The reasons for which single sign-on refuses a sign-in or a session.

pub use crate::model::refusal::Refusal;

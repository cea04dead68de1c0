//! The pages of a sign-in with single sign-on: the start, the callback, the result of a test, and the refusal.

mod attempt_cookies;
pub(super) mod callback;
pub(super) mod refusal;
pub(super) mod result;
pub(super) mod start;
pub(super) mod words;

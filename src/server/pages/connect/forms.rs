//! The forms of the steps.

use super::guard::ConnectUser;
use super::page::no_such_step;
use super::step::Step;
use super::{choose, token};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::guard::Form;
use crate::server::path::PathParts;
use axum::extract::State;

/// Takes the form of a step: the choice of step 1, and the token of step 2, which step 3 shows.
pub(super) async fn send(
    State(services): State<Services>,
    user: ConnectUser,
    PathParts([step]): PathParts<1>,
    form: Form,
) -> Answer {
    match step.as_deref().and_then(Step::parse) {
        Some(Step::Choose) => choose::save(&services, &user, &form).await,
        Some(Step::Paste) => token::create(&services, &user, &form).await,
        _ => Err(no_such_step()),
    }
}

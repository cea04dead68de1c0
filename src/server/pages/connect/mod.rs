//! Connect: brings an identity provider from nothing to the first employee, in five steps. Later it answers whether the
//! identity provider still connects.
//!
//! The holder of a set-up link opens these pages without an admin token. [`guard`] admits administrators and guests here,
//! and no other page knows guests.

mod guard;
mod step;
mod facts;
mod live;
mod attributes;
mod attribute_check;
mod ignored;
mod person_card;
mod page;
mod forms;
mod choose;
mod token;
mod summary;
pub(in crate::server::pages) mod setup_link;

use crate::server::context::Services;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

/// The routes that a guest may use too.
pub(super) fn guest_router(services: &Services) -> Router<Services> {
    Router::new()
        .route("/connect", get(summary::show))
        .route("/connect/live", get(page::show_live))
        .route("/connect/{step}", get(page::show).post(forms::send))
        .layer(from_fn_with_state(services.clone(), guard::guard))
}

/// The routes for administrators only.
pub(super) fn admin_router() -> Router<Services> {
    Router::new()
        .route("/connect/link", get(setup_link::show_form).post(setup_link::create))
        .route("/connect/link/revoke", get(setup_link::show_revocation).post(setup_link::revoke))
        .route("/access/end-link-sessions", post(setup_link::end_sessions))
}

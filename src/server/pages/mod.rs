//! The account settings page: the view of a tenant's administrator, in a browser. The server writes the HTML, and the
//! page works without a script.
//!
//! The pages have no rules and no store: they call the directory as the JSON API does. The session cookie is valid only
//! for the pages, and a bearer token is not valid here.

mod headers;
mod assets;
mod guard;
mod frame;
mod searchable_list;
mod sign_in;
mod settings;
mod attributes;
mod tokens;
mod employees;
mod employee;
mod groups;
mod group;
mod attribute_values;
mod history;
mod activity;
mod activity_entry;
mod notifications;
mod messages;
pub(crate) mod failure_page;

use super::context::Services;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

/// Returns the routes below `/tenants/{tenant}` that are neither SCIM nor the JSON API. Behind the guard, every request
/// has a session, and every posted form comes from a page of that session.
pub(crate) fn router(services: &Services) -> Router<Services> {
    let guard = from_fn_with_state(services.clone(), guard::guard);
    let share = from_fn_with_state(services.clone(), guard::share);
    let sign_out = Router::new()
        .route("/sign-out", post(sign_in::sign_out))
        .layer(guard.clone())
        .layer(from_fn(sign_in::always_sign_out));
    // Token routes never wait for the share: a token that uses up the share can be revoked.
    let tokens = Router::new()
        .route("/tokens/{scope}/rotate", post(tokens::rotate))
        .route("/tokens/{scope}/revoke", post(tokens::revoke))
        .layer(guard.clone());
    let guarded = Router::new()
        .route("/settings", post(settings::save))
        .route("/attributes", post(attributes::declare))
        .route("/attributes/remove", post(attributes::remove))
        .route("/employees", get(employees::list))
        .route("/employees/{id}", get(employee::show))
        .route("/employees/{id}/local", post(employee::set_local))
        .route("/employees/{id}/archive", post(employee::archive))
        .route("/employees/{id}/restore", post(employee::restore))
        .route("/employees/{id}/erase", post(employee::erase))
        .route("/groups", get(groups::list))
        .route("/groups/{id}", get(group::show))
        .route("/activity", get(activity::show))
        .route("/notifications", get(notifications::list::list).post(notifications::create::create))
        .route("/notifications/new", get(notifications::create::show_form))
        .route(
            "/notifications/{id}",
            get(notifications::page::show).post(notifications::change::change),
        )
        .route("/notifications/{id}/test", post(notifications::calls::test))
        .route("/notifications/{id}/resend", post(notifications::calls::resend))
        .route("/notifications/{id}/pause", post(notifications::actions::pause))
        .route("/notifications/{id}/resume", post(notifications::actions::resume))
        .route("/notifications/{id}/rotate", post(notifications::actions::rotate))
        .route("/notifications/{id}/remove", post(notifications::actions::remove))
        .layer(share)
        .layer(guard);
    Router::new()
        .route("/", get(sign_in::index))
        .route("/sign-in", post(sign_in::sign_in))
        .route("/assets/{name}", get(assets::get))
        .merge(sign_out)
        .merge(tokens)
        .merge(guarded)
        .layer(from_fn(headers::protect))
}

//! The console: the view of a tenant's administrator, in a browser. The server writes the HTML, and the
//! page works without a script.
//!
//! The pages have no rules and no store: they call the directory as the JSON API does. The session cookie is valid only
//! for the pages, and a bearer token is not valid here.

mod headers;
mod assets;
mod cookies;
mod next_page;
mod guard;
mod find_visitor;
mod posted_form;
mod frame;
mod words;
mod state_words;
mod screens;
mod wrong_token;
mod navigation;
mod toast;
mod form;
mod fragment;
mod pager;
mod menu;
mod sign_in;
mod sso;
mod browser_name;
mod link;
mod connect;
mod sources;
mod overview;
mod access;
mod employees;
mod employee;
mod employee_import;
mod groups;
mod sentences;
mod activity;
mod notifications;
mod requests;
mod messages;
mod post_only;
pub(crate) mod public;
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
    // The first page shows the sync and leads to the tokens, so it does not wait for the share either.
    let first = Router::new()
        .route("/", get(overview::show))
        .layer(guard.clone())
        .layer(from_fn(overview::with_final_slash));
    let guarded = Router::new()
        .merge(connect::admin_router())
        .route("/menu", get(menu::show_menu))
        .route("/dismiss", post(overview::dismiss::save))
        .route("/sources", get(sources::show))
        .route("/sources/{attribute}", post(sources::switch::save))
        .route("/sources/{attribute}/preview", get(sources::preview::show))
        .route("/sources/hide", post(sources::hide::save))
        .route("/sources/custom", get(sources::custom::show_form).post(sources::custom::declare))
        .route(
            "/sources/custom/remove",
            get(sources::custom::confirm_removal).post(sources::custom::remove),
        )
        .route("/employees", get(employees::list))
        .route("/employees/export", get(employees::export))
        .route("/employees/import", get(employee_import::show_form).post(employee_import::import))
        .route("/employees/{id}", get(employee::profile::show))
        .route("/employees/{id}/history", get(employee::history::show))
        .route("/employees/{id}/groups", get(employee::groups::show))
        .route("/employees/{id}/reports", get(employee::reports::show))
        .route("/employees/{id}/raw", get(employee::raw::show))
        .route(
            "/employees/{id}/values/{name}",
            get(employee::value::show).post(employee::value::save),
        )
        .route(
            "/employees/{id}/archive",
            get(employee::archive::show).post(employee::archive::archive),
        )
        .route("/employees/{id}/restore", post(employee::archive::restore))
        .route("/employees/{id}/sign-out", post(employee::account::sign_out))
        .route("/employees/{id}/unlink", post(employee::account::unlink))
        .route("/employees/{id}/erase", get(employee::erase::show).post(employee::erase::erase))
        .route("/groups", get(groups::list))
        .route("/groups/{id}", get(groups::show))
        .route("/groups/{id}/history", get(groups::show_history))
        .route("/activity", get(activity::show))
        .route("/activity/new", get(activity::show_new))
        .route("/activity/export", get(activity::export))
        .route("/requests", get(requests::list::list))
        .route("/requests/record", post(requests::record::record))
        .route("/requests/{page}/{row}", get(requests::detail::show))
        .route("/sso/result", get(sso::result::show))
        .route("/notifications", get(notifications::list::list).post(notifications::create::create))
        .route("/notifications/silence", post(notifications::list::save_silence))
        .route("/notifications/new", get(notifications::create::show_form))
        .route(
            "/notifications/{id}",
            get(notifications::page::show).post(notifications::change::change),
        )
        .route("/notifications/{id}/test", post(notifications::calls::test))
        .route("/notifications/{id}/resend", post(notifications::calls::resend))
        .route("/notifications/{id}/pause", post(notifications::actions::pause))
        .route("/notifications/{id}/resume", post(notifications::actions::resume))
        .route("/notifications/{id}/replace", post(notifications::actions::replace_secret))
        .route("/notifications/{id}/remove", post(notifications::actions::remove))
        .layer(share)
        .layer(guard);
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sso/start", get(sso::start::start).post(sso::start::start_by_form))
        .route("/sso/callback", get(sso::callback::finish))
        .route("/sso/refused", get(sso::refusal::show))
        .route("/sign-in/link/{link}", get(link::show_sign_in).post(link::open_sign_in))
        .route("/connect/link/{link}", get(link::show_setup).post(link::open_setup))
        .route("/assets/{name}", get(assets::get))
        .merge(sign_out)
        .merge(access::router(services))
        .merge(first)
        .merge(connect::guest_router(services))
        .merge(guarded)
        .method_not_allowed_fallback(post_only::show_page)
        .layer(from_fn(headers::protect))
}

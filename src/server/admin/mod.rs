//! The administration of a tenant as a JSON API: settings, tokens, employees, groups and history. Other products use it
//! as an alternative to the console. The declarations of the handlers generate the OpenAPI description.

mod request;
mod messages;
mod openapi;
#[cfg(test)]
mod openapi_description;
#[cfg(test)]
mod openapi_details;
#[cfg(test)]
mod openapi_examples;
mod read_access;
mod routes;
mod problem;
mod settings;
mod sso;
pub(super) mod sso_actions;
pub(super) mod sso_body;
mod attributes;
mod tokens;
mod token_replacement;
mod connect_links;
mod employees;
mod employee_rows;
mod reports;
mod export;
pub(super) mod export_lines;
mod csv_columns;
mod employee;
mod import;
mod destinations;
mod destination_actions;
mod destination_calls;
mod destination_body;
mod events;
mod groups;
mod history;
mod counts;
mod sources;
mod sync;
mod requests;

use super::context::Services;
use super::error::fallback;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use read_access::ReadableRoutes;
use routes::{Route, readable, route};

/// Returns the router of everything below `/tenants/{tenant}/api`.
pub(super) fn router() -> Router<Services> {
    let all = all_routes();
    let readable = ReadableRoutes::of(&all);
    routes::add(Router::new(), all)
        .route("/openapi.json", get(openapi::get))
        .fallback(fallback::no_such_operation)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .layer(from_fn_with_state(readable, read_access::check))
}

/// Returns the routes of the operations. A read token opens only the `GET` operation of a `readable` route.
fn all_routes() -> Vec<Route> {
    vec![
        route!(settings::get_settings, settings::change_settings),
        route!(sso::get_sso, sso::put_sso, sso::remove_sso),
        route!(sso_actions::check_sso),
        route!(sso::make_key),
        route!(sso::use_next_key),
        route!(sso_actions::sign_out),
        route!(sso_actions::list_sign_ins),
        route!(sso_actions::unlink_account),
        readable(route!(attributes::list_attributes)),
        route!(attributes::declare_attribute, attributes::remove_attribute),
        route!(tokens::list_tokens),
        route!(token_replacement::replace_token),
        route!(connect_links::create_connect_link),
        route!(tokens::revoke_token),
        route!(token_replacement::create_token, tokens::revoke_tokens),
        readable(route!(employees::list_employees, import::create_employee)),
        readable(route!(export::export_employees)),
        route!(import::import_employees),
        readable(route!(employee::get_employee, employee::set_local_values)),
        readable(route!(reports::list_reports)),
        route!(employee::archive_employee),
        route!(employee::restore_employee),
        route!(employee::erase_employee),
        readable(route!(history::list_employee_history)),
        readable(route!(groups::list_groups)),
        readable(route!(groups::get_group)),
        readable(route!(groups::list_group_members)),
        readable(route!(history::list_group_history)),
        route!(history::list_history),
        readable(route!(sync::get_sync)),
        readable(route!(counts::get_counts)),
        route!(sources::preview_source),
        route!(sources::dismiss),
        route!(requests::list_requests),
        route!(requests::record_requests),
        readable(route!(events::list_events)),
        readable(route!(events::get_event)),
        readable(route!(destinations::list_destinations, destinations::create_destination)),
        readable(route!(
            destinations::get_destination,
            destinations::change_destination,
            destinations::remove_destination
        )),
        route!(destination_actions::pause_destination),
        route!(destination_actions::resume_destination),
        route!(destination_actions::replace_secret),
        route!(destination_actions::replay_events),
        readable(route!(destination_actions::list_deliveries)),
        route!(destination_calls::test_destination),
        route!(destination_calls::resend_event),
    ]
}

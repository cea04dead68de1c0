//! The administration of a tenant as a JSON API: settings, tokens, employees, groups and history. Other products use it
//! as an alternative to the console. The routes generate the OpenAPI description.

mod request;
mod messages;
mod openapi;
mod openapi_details;
mod openapi_examples;
mod read_access;
mod problem;
mod settings;
mod attributes;
mod tokens;
mod token_rotation;
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
use read_access::{ReadableRoutes, readable};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes below `/tenants/{tenant}/api`. A read token opens only the `GET` operation of a `readable` route.
pub(super) fn router() -> Router<Services> {
    let (router, mut document) = OpenApiRouter::with_openapi(openapi::information())
        .routes(routes!(settings::get_settings, settings::change_settings))
        .routes(readable(routes!(attributes::list_attributes)))
        .routes(routes!(attributes::declare_attribute, attributes::remove_attribute))
        .routes(routes!(tokens::list_tokens))
        .routes(routes!(token_rotation::rotate_token))
        .routes(routes!(connect_links::create_connect_link))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(token_rotation::create_token, tokens::revoke_tokens))
        .routes(readable(routes!(employees::list_employees, import::create_employee)))
        .routes(readable(routes!(export::export_employees)))
        .routes(routes!(import::import_employees))
        .routes(readable(routes!(employee::get_employee, employee::set_local_values)))
        .routes(readable(routes!(reports::list_reports)))
        .routes(routes!(employee::archive_employee))
        .routes(routes!(employee::restore_employee))
        .routes(routes!(employee::erase_employee))
        .routes(readable(routes!(history::list_employee_history)))
        .routes(readable(routes!(groups::list_groups)))
        .routes(readable(routes!(groups::get_group)))
        .routes(readable(routes!(groups::list_group_members)))
        .routes(readable(routes!(history::list_group_history)))
        .routes(routes!(history::list_history))
        .routes(readable(routes!(sync::get_sync)))
        .routes(readable(routes!(counts::get_counts)))
        .routes(routes!(sources::preview_source))
        .routes(routes!(sources::dismiss))
        .routes(routes!(requests::list_requests))
        .routes(routes!(requests::record_requests))
        .routes(readable(routes!(events::list_events)))
        .routes(readable(routes!(events::get_event)))
        .routes(readable(routes!(
            destinations::list_destinations,
            destinations::create_destination
        )))
        .routes(readable(routes!(
            destinations::get_destination,
            destinations::change_destination,
            destinations::remove_destination
        )))
        .routes(routes!(destination_actions::pause_destination))
        .routes(routes!(destination_actions::resume_destination))
        .routes(routes!(destination_actions::rotate_secret))
        .routes(routes!(destination_actions::replay_events))
        .routes(readable(routes!(destination_actions::list_deliveries)))
        .routes(routes!(destination_calls::test_destination))
        .routes(routes!(destination_calls::resend_event))
        .split_for_parts();
    let readable = ReadableRoutes::of(&document);
    read_access::describe_refusals(&mut document);
    let document = Arc::new(openapi_details::complete(&document).unwrap_or_default());
    router
        .route("/openapi.json", get(move |path| openapi::get(path, document)))
        .fallback(fallback::no_such_operation)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .layer(from_fn_with_state(readable, read_access::check))
}

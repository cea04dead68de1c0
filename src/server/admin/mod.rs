//! The administration of a tenant as a JSON API: settings, tokens, employees, groups and history. Other products use it
//! as an alternative to the account settings page. The routes generate the OpenAPI description.

mod request;
mod messages;
mod openapi;
mod problem;
mod settings;
mod attributes;
mod tokens;
mod token_rotation;
mod employees;
mod export;
pub(super) mod export_lines;
mod csv_columns;
mod employee;
mod groups;
mod history;
mod sync;

use super::context::Services;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes below `/tenants/{tenant}/api`.
pub(super) fn router() -> Router<Services> {
    let (router, document) = OpenApiRouter::with_openapi(openapi::information())
        .routes(routes!(settings::get_settings, settings::change_settings))
        .routes(routes!(attributes::list_attributes))
        .routes(routes!(attributes::declare_attribute, attributes::remove_attribute))
        .routes(routes!(tokens::list_tokens))
        .routes(routes!(token_rotation::rotate_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(tokens::revoke_tokens))
        .routes(routes!(employees::list_employees))
        .routes(routes!(export::export_employees))
        .routes(routes!(employee::get_employee, employee::set_local_values))
        .routes(routes!(employee::archive_employee))
        .routes(routes!(employee::restore_employee))
        .routes(routes!(employee::erase_employee))
        .routes(routes!(history::list_employee_history))
        .routes(routes!(groups::list_groups))
        .routes(routes!(groups::get_group))
        .routes(routes!(groups::list_group_members))
        .routes(routes!(history::list_group_history))
        .routes(routes!(history::list_history))
        .routes(routes!(sync::get_sync))
        .split_for_parts();
    let document = Arc::new(document);
    router.route("/openapi.json", get(move |path| openapi::get(path, document)))
}

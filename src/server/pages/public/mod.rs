//! The pages that belong to no tenant and need no session.

mod choose_tenant;
mod problem_pages;

use super::{assets, headers};
use crate::server::context::Services;
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;

/// Returns the routes outside of tenants. `server/page_urls.rs` lists them too.
pub(crate) fn router() -> Router<Services> {
    let protected = Router::new()
        .route("/problems", get(problem_pages::list))
        .route("/problems/{cause}", get(problem_pages::show))
        .route("/assets/{name}", get(assets::get_public))
        .layer(from_fn(headers::protect));
    Router::new()
        .route("/", get(choose_tenant::show_form))
        .route("/tenants", get(choose_tenant::open))
        .merge(protected)
}

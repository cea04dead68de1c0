//! Addresses that take forms only. A reload after a failed form asks for them with GET.

use crate::server::error::fallback::method_not_allowed;
use crate::server::page_urls::Site;
use crate::server::response::redirect;
use crate::server::tenant_urls::TENANTS_ROOT;
use axum::Extension;
use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use http::Method;

/// Leads a browser to the page with the form: the address without its last segment. Other methods get 405.
pub(super) async fn show_page(
    method: Method,
    OriginalUri(uri): OriginalUri,
    Extension(site): Extension<Site>,
) -> Response {
    let below = uri.path().strip_prefix(TENANTS_ROOT).and_then(|path| path.split_once('/'));
    match below {
        Some((_, page)) if method == Method::GET || method == Method::HEAD => {
            redirect(&site.path(page.rsplit_once('/').map_or("", |(parent, _)| parent)))
        }
        _ => method_not_allowed().await.into_response(),
    }
}

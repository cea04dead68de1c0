//! Serves the style sheet, the script and the icon. They are in the binary, and their names change with their content.

use crate::server::error::ApiError;
use crate::server::path::PathParts;
use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A file for browsers.
pub(super) struct Asset {
    /// The name, with a hash of the content.
    pub(super) name: String,
    media_type: &'static str,
    content: &'static str,
}

/// The style sheet.
pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("console", "css", "text/css; charset=utf-8", include_str!("assets/console.css"))
});

/// The text of the script. Each file has one task; the later ones use functions of the earlier ones.
const SCRIPT_TEXT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("assets/time.js"),
    include_str!("assets/copy.js"),
    include_str!("assets/parts.js"),
    include_str!("assets/live.js"),
    include_str!("assets/dialog.js"),
    include_str!("assets/save.js"),
    include_str!("assets/keys.js"),
    include_str!("assets/press.js"),
    "})();\n",
);

/// The script.
pub(super) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("console", "js", "text/javascript; charset=utf-8", SCRIPT_TEXT));

/// The icon.
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("assets/icon.svg")));

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, content: &'static str) -> Self {
        let mut hash = hex::encode(Sha256::digest(content.as_bytes()));
        hash.truncate(16);
        Self { name: format!("{stem}-{hash}.{extension}"), media_type, content }
    }
}

/// Serves a file. The response is the same for every tenant and every visitor.
pub(super) async fn get(PathParts([name]): PathParts<1>) -> Result<Response, ApiError> {
    find(name)
}

/// Serves a file of a page without a tenant.
pub(super) async fn get_public(Path(name): Path<String>) -> Result<Response, ApiError> {
    find(Some(name))
}

fn find(name: Option<String>) -> Result<Response, ApiError> {
    let assets = [&STYLE, &SCRIPT, &ICON];
    let asset = assets.into_iter().find(|asset| Some(&asset.name) == name.as_ref());
    let Some(asset) = asset else {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "There is no such file. Reload the page"));
    };
    let mut response = Response::new(Body::from(asset.content));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(CACHE_CONTROL, for_ever);
    Ok(response)
}

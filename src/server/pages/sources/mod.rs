//! *Data sources*: decides for each attribute whether the identity provider's value or the tenant's own value is in use.

mod ignored;
mod list;
pub(super) mod custom;
pub(super) mod hide;
pub(super) mod preview;
pub(super) mod switch;

pub(super) use ignored::AdviceText;
pub(super) use list::show;

use crate::directory::GovernedAttribute;
use crate::server::error::ApiError;
use crate::server::path::PathParts;
use axum::extract::FromRequestParts;
use http::request::Parts;

/// The path of the page, below the root.
const PATH: &str = "sources";

/// The name of the field with the source.
const SOURCE: &str = "source";
/// The source is the identity provider.
const FROM_IDP: &str = "idp";
/// The source is the administrator.
const OWN: &str = "own";

/// The `{attribute}` in the path of a switch or a preview.
pub(super) struct AttributeName(GovernedAttribute);

impl<S: Send + Sync> FromRequestParts<S> for AttributeName {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(PathParts([name])) = PathParts::<1>::from_request_parts(parts, state).await;
        let attribute = name.as_deref().and_then(GovernedAttribute::parse);
        attribute.map(Self).ok_or_else(|| {
            ApiError::not_found("This attribute has no choice of its source. Open Data sources")
        })
    }
}

/// Reads the source of a form or a query; `None` for another text.
fn read_source(text: &str) -> Option<bool> {
    match text {
        FROM_IDP => Some(true),
        OWN => Some(false),
        _ => None,
    }
}

/// Returns the name of a source in forms and URLs.
pub(super) fn source_name(from_idp: bool) -> &'static str {
    if from_idp { FROM_IDP } else { OWN }
}

/// Returns a number of people in words.
fn people(count: u64) -> String {
    match count {
        1 => "1 person".to_owned(),
        count => format!("{count} people"),
    }
}

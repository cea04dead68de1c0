//! `/connect-links`: set-up links for the administrator of the identity provider.

use super::messages::explain;
use super::problem::Problem;
use super::request::Call;
use crate::directory::LinkScope;
use crate::server::compress::NeverCompressed;
use crate::server::error::Answer;
use crate::server::response::plain_json;
use crate::server::tenant_urls::link_path;
use http::StatusCode;
use scim::date_time;
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

/// A new set-up link. Only this response shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewLinkBody {
    /// The link. It opens the pages of Connect, for one browser.
    url: String,
    /// When the link and its session end.
    #[schema(format = DateTime)]
    expires: String,
}

/// Create a set-up link
///
/// The link lets its holder connect an identity provider to this tenant, without an admin token. It opens once, and works
/// for 7 days. A tenant has one set-up link: a new one ends the link before it, and the session of that link.
#[utoipa::path(
    post,
    path = "/connect-links",
    tag = "tokens",
    responses(
        (status = 201, description = "The new link. Only this response shows it", body = NewLinkBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn create_connect_link(call: Call) -> Answer {
    let (access, tenant) = (&call.services.access, &call.caller.tenant);
    let link = access.create_link(tenant, LinkScope::Connect, &call.caller.actor).await;
    let link = link.map_err(explain)?;
    let (root, path) = (&call.path.root, link_path(LinkScope::Connect));
    let url = format!("{root}/{path}{}", link.text.expose_secret());
    let body = NewLinkBody { url, expires: date_time::format(link.expires) };
    let mut answer = plain_json(StatusCode::CREATED, &body)?;
    answer.extensions_mut().insert(NeverCompressed);
    Ok(answer)
}

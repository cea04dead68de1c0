//! `/sso`: single sign-on of the tenant's administrators, and its keys.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use super::sso_body::{NewSsoBody, SsoBody};
use crate::directory::sso::configuration::SsoView;
use crate::directory::sso::error::SsoError;
use crate::server::error::Answer;
use crate::server::response;
use crate::server::response::{plain_json, with_entity_tag};
use http::StatusCode;
use scim::version::entity_tag;

/// Show single sign-on
///
/// No response contains the client secret or a private key.
#[utoipa::path(
    get,
    path = "/sso",
    tag = "sso",
    responses(
        (status = 200, description = "The configuration, and the addresses for the identity provider", body = SsoBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 404, description = "Single sign-on is not configured", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get_sso(call: Call) -> Answer {
    let view = call.services.sso.get(&call.caller.tenant).await.map_err(explain)?;
    show(&call, view.ok_or_else(|| explain(SsoError::NotConfigured.into()))?)
}

/// Configure single sign-on
///
/// The body replaces the configuration. Rollcall asks the identity provider nothing: see `/sso/check`.
///
/// Another issuer, client id, match, domain or provider ends all sessions of single sign-on. It turns token sign-in on,
/// and needs a new test in the console.
///
/// A client secret belongs to its issuer. With another issuer, it must be sent again.
///
/// With `"clientAuth": "key"`, Rollcall makes the first key. If that fails, the configuration is saved without a key: call
/// `POST /sso/keys`.
#[utoipa::path(
    put,
    path = "/sso",
    tag = "sso",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the version to replace. The default is any version")),
    request_body = NewSsoBody,
    responses(
        (status = 200, description = "The configuration", body = SsoBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 409, description = "The code is `tokenSignInRequired`. Nothing changed", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The code is `multiTenantIssuer`, `secretRequired` or `noAdministrators`. Nothing changed", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem. For an invalid value, the detail begins with the name of the field", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn put_sso(call: Call, JsonBody(body): JsonBody<NewSsoBody>) -> Answer {
    let (sso, tenant, actor) = (&call.services.sso, &call.caller.tenant, &call.caller.actor);
    let view = sso.save(tenant, body.into(), &call.precondition, actor).await.map_err(explain)?;
    show(&call, view)
}

/// Remove single sign-on
///
/// Its secret, its keys and its sessions end. The admin token opens the console again.
#[utoipa::path(
    delete,
    path = "/sso",
    tag = "sso",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the version to remove. The default is any version")),
    responses(
        (status = 204, description = "Single sign-on is removed"),
        (status = 404, description = "Single sign-on is not configured", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn remove_sso(call: Call) -> Answer {
    let (sso, tenant, actor) = (&call.services.sso, &call.caller.tenant, &call.caller.actor);
    sso.remove(tenant, &call.precondition, actor).await.map_err(explain)?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

/// Make a key
///
/// The first key signs at once. A further key is the next one: Rollcall publishes it now, and signs with it after 24
/// hours. Only a configuration with `"clientAuth": "key"` has keys.
#[utoipa::path(
    post,
    path = "/sso/keys",
    tag = "sso",
    responses(
        (status = 200, description = "The configuration with the new key", body = SsoBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 404, description = "Single sign-on is not configured", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The configuration uses no keys. The code is `notAKeyConfiguration`", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn make_key(call: Call) -> Answer {
    let (sso, tenant, actor) = (&call.services.sso, &call.caller.tenant, &call.caller.actor);
    let view = sso.make_key(tenant, actor).await.map_err(explain)?;
    show(&call, view)
}

/// Sign with the next key now
///
/// The key before it ends. First make sure that the identity provider knows the next key.
#[utoipa::path(
    post,
    path = "/sso/keys/use-next",
    tag = "sso",
    responses(
        (status = 200, description = "The configuration with its one key", body = SsoBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 404, description = "Single sign-on is not configured", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There is no next key. The code is `noNextKey` or `notAKeyConfiguration`", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn use_next_key(call: Call) -> Answer {
    let (sso, tenant, actor) = (&call.services.sso, &call.caller.tenant, &call.caller.actor);
    let view = sso.use_next_key(tenant, actor).await.map_err(explain)?;
    show(&call, view)
}

fn show(call: &Call, view: SsoView) -> Answer {
    let tag = entity_tag(view.settings.revision);
    let answer = plain_json(StatusCode::OK, &SsoBody::new(view, &call.path.root))?;
    Ok(with_entity_tag(answer, &tag))
}

//! The callback from the identity provider. Every answer is a redirect without a body, so the code and the state in the
//! address get no further.

use super::attempt_cookies;
use super::refusal;
use crate::directory::TenantId;
use crate::directory::sso::finish::Callback;
use crate::directory::sso::refusal::Refusal;
use crate::directory::sso::sign_in::FinishResult;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::observe::OfStranger;
use crate::server::page_urls::Site;
use crate::server::pages::browser_name::browser_family;
use crate::server::pages::cookies::Cookie;
use crate::server::pages::guard;
use crate::server::pages::messages::explain;
use crate::server::pages::next_page::NextPage;
use crate::server::query::Pairs;
use crate::server::response::{empty, redirect};
use axum::Extension;
use axum::extract::State;
use http::{HeaderMap, Method, StatusCode};
use secrecy::ExposeSecret;

/// Finishes a sign-in. A HEAD finishes nothing.
pub(in crate::server::pages) async fn finish(
    State(services): State<Services>,
    Extension(site): Extension<Site>,
    method: Method,
    query: Result<Pairs, ApiError>,
    headers: HeaderMap,
) -> Answer {
    if method == Method::HEAD {
        return Ok(empty(StatusCode::OK));
    }
    let Some(tenant) = site.tenant() else { return Err(guard::no_such_page()) };
    let Ok(query) = query else { return refuse(&services, &site, tenant, &headers).await };
    let addresses = site.sso_addresses();
    let cookies = attempt_cookies::attempts(&headers);
    let callback = Callback {
        redirect_uri: &addresses.redirect_uri,
        key_issuer: &addresses.key_issuer,
        state: query.get("state").unwrap_or_default(),
        code: query.get("code"),
        iss: query.get("iss"),
        error: query.get("error"),
        cookies: &cookies,
        browser: browser_family(&headers),
    };
    let finished = match services.sso.finish(tenant, callback).await {
        Ok(finished) => finished,
        Err(error) => {
            let cause = crate::error_chain(&error);
            tracing::error!(tenant = tenant.as_str(), cause, "a sign-in failed in this service");
            return refuse(&services, &site, tenant, &headers).await;
        }
    };
    let mut response = match finished.result {
        FinishResult::SignedIn { pass, hours } => {
            let mut response = redirect(&NextPage::read(&finished.next).path(&site));
            let seconds = i64::from(hours) * 3_600;
            Cookie::Session.set(&mut response, &site, pass.text.expose_secret(), seconds);
            response
        }
        FinishResult::Tried { problem: None } => redirect(&site.path("sso/result")),
        FinishResult::Tried { problem: Some(problem) } => {
            redirect(&site.path(&format!("sso/result?problem={}", problem.as_str())))
        }
        FinishResult::Refused { refusal, reference } => {
            redirect(&refusal::path(&site, refusal, &reference))
        }
    };
    match &finished.cookie_name {
        Some(name) => attempt_cookies::remove(&mut response, &site, name),
        // Without an attempt of this tenant, the request is a stranger's.
        None => {
            response.extensions_mut().insert(OfStranger);
        }
    }
    Ok(response)
}

/// Leads to the general refusal. A page at the address of the callback would keep the code in the browser.
async fn refuse(
    services: &Services,
    site: &Site,
    tenant: &TenantId,
    headers: &HeaderMap,
) -> Answer {
    let refusal = Refusal::Failed;
    let reference = services.sso.refuse(tenant, refusal, false, browser_family(headers)).await;
    let reference = reference.map_err(explain)?;
    Ok(redirect(&refusal::path(site, refusal, &reference)))
}

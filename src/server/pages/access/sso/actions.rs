//! The other forms of the card: keys, sign-out of all administrators, *Only single sign-on*, and the removal.

use super::page::{FormResult, show_result};
use super::problem::{self, KEYS, REMOVE, TOKEN_FORM};
use super::save::{as_seen, saved};
use crate::directory::Error;
use crate::directory::sso::configuration::NewSso;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::form::Problems;
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::response::redirect;
use axum::extract::State;
use http::Extensions;

/// Makes the key, or the next one.
pub(in crate::server::pages::access) async fn make_key(
    State(services): State<Services>,
    visitor: Visitor,
    extensions: Extensions,
) -> Answer {
    let made = services.sso.make_key(&visitor.tenant, &visitor.actor).await.map(drop);
    answer(&services, &visitor, &extensions, made, ("sso-key-made", KEYS)).await
}

/// Signs with the next key from now on.
pub(in crate::server::pages::access) async fn use_next_key(
    State(services): State<Services>,
    visitor: Visitor,
    extensions: Extensions,
) -> Answer {
    let used = services.sso.use_next_key(&visitor.tenant, &visitor.actor).await.map(drop);
    answer(&services, &visitor, &extensions, used, ("sso-key-used", KEYS)).await
}

/// Ends the sessions of all administrators with single sign-on.
pub(in crate::server::pages::access) async fn sign_out_all(
    State(services): State<Services>,
    visitor: Visitor,
) -> Answer {
    services.sso.sign_out_all(&visitor.tenant, &visitor.actor).await.map_err(explain)?;
    // The own session may have ended too. The sign-in page follows then.
    Ok(redirect(&visitor.site.path("access/sso?done=sso-signed-out")))
}

/// Hides the token form on the sign-in page, or shows it again.
pub(in crate::server::pages::access) async fn set_token_form(
    State(services): State<Services>,
    visitor: Visitor,
    extensions: Extensions,
    form: Form,
) -> Answer {
    let token_sign_in = match form.get("tokenSignIn") {
        "on" => true,
        "off" => false,
        _ => {
            let problems = problem::at(TOKEN_FORM, "Choose on or off");
            return refuse(&services, &visitor, &extensions, problems).await;
        }
    };
    let view = saved(&services, &visitor).await?;
    let new = NewSso { token_sign_in, ..NewSso::keeping(&view) };
    let put = services.sso.put(&visitor.tenant, new, &as_seen(&form), &visitor.actor).await;
    let done = if token_sign_in { "sso-token" } else { "sso-only" };
    answer(&services, &visitor, &extensions, put.map(drop), (done, TOKEN_FORM)).await
}

/// Removes single sign-on. The box confirms the removal.
pub(in crate::server::pages::access) async fn remove(
    State(services): State<Services>,
    visitor: Visitor,
    extensions: Extensions,
    form: Form,
) -> Answer {
    if !form.has("confirm") {
        let problems = problem::at(REMOVE, "Tick the box to confirm the removal");
        return refuse(&services, &visitor, &extensions, problems).await;
    }
    let (sso, tenant) = (&services.sso, &visitor.tenant);
    let removed = sso.remove(tenant, &as_seen(&form), &visitor.actor).await.map(drop);
    answer(&services, &visitor, &extensions, removed, ("sso-removed", REMOVE)).await
}

/// Leads to the card after a success. A failure is shown at its place on the card.
async fn answer(
    services: &Services,
    visitor: &Visitor,
    extensions: &Extensions,
    result: Result<(), Error>,
    (done, place): (&str, &'static str),
) -> Answer {
    match result {
        Ok(()) => Ok(redirect(&visitor.site.path(&format!("access/sso?done={done}")))),
        Err(error) => {
            let problems: Result<Problems, ApiError> = problem::of(error, place);
            refuse(services, visitor, extensions, problems?).await
        }
    }
}

async fn refuse(
    services: &Services,
    visitor: &Visitor,
    extensions: &Extensions,
    problems: Problems,
) -> Answer {
    let result = FormResult { problems, ..FormResult::default() };
    show_result(services, visitor, extensions, result).await
}

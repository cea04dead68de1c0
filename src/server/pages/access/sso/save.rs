//! *Save and check*: saves the configuration, then asks the identity provider for its discovery document.

use super::check_words::CheckWords;
use super::fields::SsoFields;
use super::page::{FormResult, show_result};
use super::problem::{self, FORM};
use crate::directory::Error;
use crate::directory::destinations::calls::MOST_CALLS_A_MINUTE;
use crate::directory::precondition::Precondition;
use crate::directory::sso::check::Check;
use crate::directory::sso::configuration::SsoView;
use crate::directory::sso::error::SsoError;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::form::Problems;
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use axum::extract::State;
use http::Extensions;
use scim::version::TagCondition;

/// Saves the form. A form with wrong values keeps them.
pub(in crate::server::pages::access) async fn save(
    State(services): State<Services>,
    visitor: Visitor,
    extensions: Extensions,
    form: Form,
) -> Answer {
    let fields = SsoFields::entered(&form);
    let result = match put(&services, &visitor, &fields, &form).await? {
        Ok(view) => {
            let check = check(&services, &visitor, &view).await?;
            FormResult { check: Some(check), ..FormResult::default() }
        }
        Err(problems) => FormResult { fields: Some(fields), problems, ..FormResult::default() },
    };
    show_result(&services, &visitor, &extensions, result).await
}

async fn put(
    services: &Services,
    visitor: &Visitor,
    fields: &SsoFields,
    form: &Form,
) -> Result<Result<SsoView, Problems>, ApiError> {
    let (sso, tenant) = (&services.sso, &visitor.tenant);
    let before = sso.get(tenant).await.map_err(explain)?;
    let secret = form.get("clientSecret").trim();
    let new = fields.configuration(&visitor.directory, before.as_ref(), secret).await?;
    let new = match new {
        Ok(new) => new,
        Err(problems) => return Ok(Err(problems)),
    };
    match sso.save(tenant, new, &as_seen(form), &visitor.actor).await {
        Ok(view) => Ok(Ok(view)),
        Err(error) => problem::of(error, FORM).map(Err),
    }
}

/// Asks the identity provider. The number of checks in a minute is limited.
async fn check(
    services: &Services,
    visitor: &Visitor,
    view: &SsoView,
) -> Result<CheckWords, ApiError> {
    match services.sso.check(&visitor.tenant, &view.settings).await.map_err(explain)? {
        Check::Done(report) => Ok(CheckWords::of(&report)),
        Check::TooMany => Ok(CheckWords::too_many(MOST_CALLS_A_MINUTE)),
    }
}

/// Returns the condition that the configuration is as it was when the page with the form was made. The form of a tenant
/// without a configuration has no revision.
pub(super) fn as_seen(form: &Form) -> Precondition {
    match form.get("revision") {
        "" => Precondition { if_match: None, if_none_match: Some(TagCondition::parse("*")) },
        revision => {
            Precondition { if_match: Some(TagCondition::parse(revision)), if_none_match: None }
        }
    }
}

/// Returns the saved configuration.
///
/// # Errors
/// Fails with the page of a tenant without single sign-on.
pub(super) async fn saved(services: &Services, visitor: &Visitor) -> Result<SsoView, ApiError> {
    let view = services.sso.get(&visitor.tenant).await.map_err(explain)?;
    view.ok_or_else(|| explain(Error::Sso(SsoError::NotConfigured)))
}

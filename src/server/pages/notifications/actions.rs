//! Pauses, resumes and removes destinations, and replaces signing secrets.

use super::calls::over_limit;
use super::change::as_seen;
use super::page::{FormResult, show_result};
use super::problem;
use super::secret::show_secret;
use crate::directory::Error;
use crate::directory::destinations::ResumeFrom;
use crate::directory::precondition::Precondition;
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::form::Problems;
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::path::DestinationId;
use crate::server::response::redirect;
use axum::extract::State;
use time::Duration;
use uuid::Uuid;

/// Pauses a destination.
pub(in crate::server::pages) async fn pause(
    State(services): State<Services>,
    visitor: Visitor,
    DestinationId(id): DestinationId,
) -> Answer {
    let (destinations, any) = (&services.destinations, Precondition::default());
    destinations.pause(&visitor.tenant, id, &any, &visitor.actor).await.map_err(explain)?;
    Ok(redirect(&visitor.site.path(&format!("notifications/{id}?done=destination-paused"))))
}

/// Resumes a destination, from where it stopped or from now.
pub(in crate::server::pages) async fn resume(
    State(services): State<Services>,
    visitor: Visitor,
    DestinationId(id): DestinationId,
    form: Form,
) -> Answer {
    let from = match form.get("from") {
        "here" => ResumeFrom::Here,
        "end" => ResumeFrom::End,
        _ => {
            let problem = problem::at("resume", "Choose the event to begin with");
            return refuse(&services, &visitor, id, problem).await;
        }
    };
    if let Some(page) = over_limit(&services, &visitor, id, "resume").await? {
        return Ok(page);
    }
    let (destinations, any) = (&services.destinations, Precondition::default());
    match destinations.resume(&visitor.tenant, id, from, &any, &visitor.actor).await {
        Ok(_) => {
            let path = format!("notifications/{id}?done=destination-resumed");
            Ok(redirect(&visitor.site.path(&path)))
        }
        Err(error) => refuse_for(&services, &visitor, id, error, "resume").await,
    }
}

/// Gives a webhook a new signing secret. Only this response shows it.
pub(in crate::server::pages) async fn replace_secret(
    State(services): State<Services>,
    visitor: Visitor,
    DestinationId(id): DestinationId,
    form: Form,
) -> Answer {
    let overlap = match form.get("overlap") {
        "none" => Duration::ZERO,
        "1h" => Duration::hours(1),
        "24h" => Duration::hours(24),
        "7d" => Duration::days(7),
        _ => {
            let problem = problem::at("replace", "Choose how long the current secret also signs");
            return refuse(&services, &visitor, id, problem).await;
        }
    };
    let destinations = &services.destinations;
    // A reload of the page with the new secret must not make another secret.
    let (seen, actor) = (as_seen(&form), &visitor.actor);
    match destinations.replace_secret(&visitor.tenant, id, overlap, &seen, actor).await {
        Ok(replaced) => match replaced.signing_secret {
            Some(secret) => show_secret(&visitor, &replaced.destination, &secret),
            None => Ok(redirect(&visitor.site.path(&format!("notifications/{id}")))),
        },
        Err(error) => refuse_for(&services, &visitor, id, error, "replace").await,
    }
}

/// Removes a destination. The box confirms the removal.
pub(in crate::server::pages) async fn remove(
    State(services): State<Services>,
    visitor: Visitor,
    DestinationId(id): DestinationId,
    form: Form,
) -> Answer {
    if !form.has("confirm") {
        let problem = problem::at("remove", "Tick the box to confirm the removal");
        return refuse(&services, &visitor, id, problem).await;
    }
    let (destinations, any) = (&services.destinations, Precondition::default());
    destinations.remove(&visitor.tenant, id, &any, &visitor.actor).await.map_err(explain)?;
    Ok(redirect(&visitor.site.path("notifications?done=destination-removed")))
}

/// Shows the page with the refusal of a form.
pub(super) async fn refuse(
    services: &Services,
    visitor: &Visitor,
    id: Uuid,
    problems: Problems,
) -> Answer {
    let result = FormResult { problems, ..FormResult::default() };
    show_result(services, visitor, id, result).await
}

/// Shows the page with a failure, beside the form that caused it.
pub(super) async fn refuse_for(
    services: &Services,
    visitor: &Visitor,
    id: Uuid,
    error: Error,
    place: &'static str,
) -> Answer {
    refuse(services, visitor, id, problem::of(error, place)?).await
}

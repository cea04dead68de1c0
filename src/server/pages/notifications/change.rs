//! Saves the form of a destination.

use super::fields::Fields;
use super::page::{FormResult, show_result};
use super::problem::{self, FORM};
use crate::directory::precondition::Precondition;
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::path::DestinationId;
use crate::server::response::redirect;
use axum::extract::State;
use scim::version::TagCondition;

/// Changes a destination. A refused form keeps the entered values.
pub(in crate::server::pages) async fn change(
    State(services): State<Services>,
    visitor: Visitor,
    DestinationId(id): DestinationId,
    form: Form,
) -> Answer {
    let (destinations, tenant) = (&services.destinations, &visitor.tenant);
    let before = destinations.get(tenant, id).await.map_err(explain)?.destination;
    let fields = Fields::entered(before.kind(), Some(before.hint.clone()), &form);
    let problem = match fields.changes() {
        Err(problem) => problem,
        Ok(changes) => {
            let (seen, actor) = (as_seen(&form), &visitor.actor);
            match destinations.change(tenant, id, &changes, &seen, actor).await {
                Ok(_) => {
                    let path = format!("notifications/{id}?done=destination-saved");
                    return Ok(redirect(&visitor.site.path(&path)));
                }
                Err(error) => problem::of(error, FORM)?,
            }
        }
    };
    let (fields, problems) = (Some(fields), problem);
    show_result(&services, &visitor, id, FormResult { fields, problems, call: None }).await
}

/// Returns the condition that the destination is as it was when the page with the form was made.
pub(super) fn as_seen(form: &Form) -> Precondition {
    let if_match = Some(TagCondition::parse(form.get("revision")));
    Precondition { if_match, if_none_match: None }
}

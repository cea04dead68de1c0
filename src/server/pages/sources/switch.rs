//! Saves the source of one attribute, with a way back.

use super::list::render;
use super::{AttributeName, PATH, SOURCE, people, read_source, source_name};
use crate::directory::Error;
use crate::directory::precondition::Precondition;
use crate::directory::tenants::sources::SourceChange;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::pages::toast::{Toast, Undo};
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use scim::version::TagCondition;

/// The field with the revision of the settings, for *Undo*.
const REVISION: &str = "revision";
/// The text for *Undo* after a later change.
const CHANGED_SINCE: &str =
    "Somebody changed the settings at the same time. Nothing was saved. Try again.";

/// Saves the source, and shows the page with the result. With a revision, it is an *Undo*: it saves only if nothing
/// changed since.
pub(in crate::server::pages) async fn save(
    State(services): State<Services>,
    visitor: Visitor,
    AttributeName(attribute): AttributeName,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let from_idp = read_source(form.get(SOURCE));
    let from_idp =
        from_idp.ok_or_else(|| ApiError::bad_request("Choose one of the two sources"))?;
    let revision = form.get(REVISION).trim();
    let condition = (!revision.is_empty()).then(|| TagCondition::Tags(vec![revision.to_owned()]));
    let is_undo = condition.is_some();
    let precondition = Precondition { if_match: condition, if_none_match: None };
    let access = &services.access;
    let source = (attribute, from_idp);
    let saved = access.set_source(&visitor.tenant, source, &precondition, &visitor.actor).await;
    let SourceChange { tenant, people_changed, is_changed } = match saved {
        Ok(saved) => saved,
        Err(Error::VersionDiffers { .. }) => {
            let toast = Toast::new(CHANGED_SINCE);
            let mut answer = render(&services, &visitor, &headers, Some(toast)).await?;
            *answer.status_mut() = StatusCode::CONFLICT;
            return Ok(answer);
        }
        Err(error) => return Err(explain(error)),
    };
    let mut text = match from_idp {
        true => format!("{} now comes from {}.", attribute.title(), visitor.idp),
        false => format!("{} now uses your values.", attribute.title()),
    };
    if let Some(count) = people_changed {
        text.push_str(&format!(" {} changed.", people(count)));
    }
    let undo = (is_changed && !is_undo).then(|| Undo {
        action: format!("{PATH}/{}", attribute.name()),
        fields: vec![
            (SOURCE, source_name(!from_idp).to_owned()),
            (REVISION, tenant.revision.to_string()),
        ],
        label: "Undo",
    });
    let toast = Toast { text: text.into(), undo };
    render(&services, &visitor, &headers, Some(toast)).await
}

//! Saves the source of one attribute, with a way back.

use super::list::render;
use super::{AttributeName, PATH, SOURCE, people, read_source, source_name};
use crate::directory::precondition::Precondition;
use crate::directory::tenants::sources::SourceChange;
use crate::directory::{Error, GovernedAttribute};
use crate::model::governed::{PEOPLE_CHANGED, PEOPLE_LOSING};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::fragment::wants_fragment;
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::pages::toast::{Toast, Undo};
use crate::server::response::redirect;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use scim::version::TagCondition;

/// The field with the revision of the settings, for *Undo*.
const REVISION: &str = "revision";
/// The text for *Undo* after a later change.
const CHANGED_SINCE: &str =
    "Somebody changed the settings at the same time. Nothing was saved. Try again.";

/// Saves the source. A script gets the part of the page with the result; a browser goes to the page. With a revision, it
/// is an *Undo*: it saves only if nothing changed since.
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
    let precondition = Precondition { if_match: condition, if_none_match: None };
    let access = &services.access;
    let source = (attribute, from_idp);
    let saved = access.set_source(&visitor.tenant, source, &precondition, &visitor.actor).await;
    let SourceChange { tenant, people_changed, people_losing, is_changed } = match saved {
        Ok(saved) => saved,
        Err(Error::VersionDiffers { .. }) => {
            let toast = Toast::new(CHANGED_SINCE);
            let mut answer = render(&services, &visitor, &headers, Some(toast)).await?;
            *answer.status_mut() = StatusCode::CONFLICT;
            return Ok(answer);
        }
        Err(error) => return Err(explain(error)),
    };
    if !wants_fragment(&headers) {
        let done = if is_changed { tenant.revision.to_string() } else { "saved".to_owned() };
        return Ok(redirect(&visitor.site.path(&format!("{PATH}?done={done}"))));
    }
    let counts = (people_changed, people_losing);
    let revision = is_changed.then_some(tenant.revision);
    let toast = toast((attribute, from_idp), counts, revision, visitor.idp);
    render(&services, &visitor, &headers, Some(toast)).await
}

/// Returns the notice about the switch that made a revision of the tenant; `None` when the revision was no switch.
///
/// The notice comes from the history. So an invented address shows only a change that happened.
pub(super) async fn toast_of(visitor: &Visitor, revision: u64) -> Result<Option<Toast>, ApiError> {
    let entry = visitor.directory.history().tenant_entry(revision).await.map_err(explain)?;
    let changes = entry.map(|entry| entry.changes).unwrap_or_default();
    let mut source = None;
    let (mut people_changed, mut people_losing) = (None, 0);
    for change in changes {
        let new = change.new.unwrap_or_default();
        match &*change.attribute {
            PEOPLE_CHANGED => people_changed = new.as_u64(),
            PEOPLE_LOSING => people_losing = new.as_u64().unwrap_or_default(),
            setting => {
                source = source.or(GovernedAttribute::of_setting(setting).zip(new.as_bool()))
            }
        }
    }
    // A later change must stay, so there is nothing to undo after it. A remembered tenant can be older.
    let undone = (visitor.record.revision <= revision).then_some(revision);
    let counts = (people_changed, people_losing);
    // After another switch of the attribute, the notice is about the past.
    let is_valid = |(attribute, from_idp): &(GovernedAttribute, bool)| {
        undone.is_some() || attribute.is_from_idp(visitor.record.settings) == *from_idp
    };
    Ok(source.filter(is_valid).map(|source| toast(source, counts, undone, visitor.idp)))
}

/// Returns the notice about a switch. `revision` is the revision of the tenant that *Undo* takes back.
fn toast(
    (attribute, from_idp): (GovernedAttribute, bool),
    (people_changed, people_losing): (Option<u64>, u64),
    revision: Option<u64>,
    idp: &str,
) -> Toast {
    let mut text = match from_idp {
        true => format!("{} now comes from {idp}.", attribute.title()),
        false => format!("{} now uses your values.", attribute.title()),
    };
    if let Some(count) = people_changed {
        text.push_str(&format!(" {} changed", people(count)));
        let verb = if people_losing == 1 { "has" } else { "have" };
        text.push_str(&match people_losing {
            0 => ".".to_owned(),
            losing => format!("; {losing} {verb} no {} now.", attribute.name()),
        });
    }
    let undo = revision.map(|revision| Undo {
        action: format!("{PATH}/{}", attribute.name()),
        fields: vec![(SOURCE, source_name(!from_idp).to_owned()), (REVISION, revision.to_string())],
        label: "Undo",
    });
    Toast { text: text.into(), undo }
}

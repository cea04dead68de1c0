//! Dismisses an entry of the to-do list for 30 days, or shows it again.

use super::page::render;
use crate::directory::tenants::to_do::is_cause;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::pages::sources::hide::{ATTRIBUTE, SHOW};
use crate::server::pages::toast::{Toast, Undo};
use axum::extract::State;
use std::collections::BTreeSet;

/// The field with the cause of an entry.
const CAUSE: &str = "cause";

/// Dismisses the entry of a cause, or the entry about ignored attributes, and shows the page with the result.
pub(in crate::server::pages) async fn save(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let is_dismissed = !form.has(SHOW);
    let (tenant, actor) = (&visitor.tenant, &visitor.actor);
    let keys: BTreeSet<String> = form.all(ATTRIBUTE).map(str::to_owned).collect();
    let cause = form.get(CAUSE);
    let mut fields = vec![(SHOW, "1".to_owned())];
    if is_cause(cause) {
        services.sync.dismiss_cause(tenant, cause, is_dismissed, actor).await.map_err(explain)?;
        fields.push((CAUSE, cause.to_owned()));
    } else if !keys.is_empty() {
        services.sync.hide_attributes(tenant, &keys, is_dismissed, actor).await.map_err(explain)?;
        fields.extend(keys.into_iter().map(|key| (ATTRIBUTE, key)));
    } else {
        return Err(ApiError::bad_request("Choose an entry of the to-do list. Open Overview"));
    }
    let toast = match is_dismissed {
        true => {
            let undo = Undo { action: "dismiss".to_owned(), fields, label: "Undo" };
            Toast { text: "Dismissed for 30 days.".into(), undo: Some(undo) }
        }
        false => Toast::new("Shown again."),
    };
    render(&services, &visitor, Some(toast), true).await
}

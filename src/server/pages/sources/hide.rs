//! Hides ignored attributes for 30 days, or shows them again.

use super::PATH;
use super::list::render;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::pages::toast::{Toast, Undo};
use axum::extract::State;
use http::HeaderMap;
use std::collections::BTreeSet;

/// The field with the key of an attribute. It can occur several times.
pub(in crate::server::pages) const ATTRIBUTE: &str = "attribute";
/// The field that shows the notices again.
pub(in crate::server::pages) const SHOW: &str = "show";

/// Hides or shows the attributes, and shows the page with the result.
pub(in crate::server::pages) async fn save(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let keys: BTreeSet<String> = form.all(ATTRIBUTE).map(str::to_owned).collect();
    if keys.is_empty() {
        return Err(ApiError::bad_request("Choose an attribute to hide. Open Data sources"));
    }
    let is_hidden = !form.has(SHOW);
    let (tenant, actor) = (&visitor.tenant, &visitor.actor);
    services.sync.hide_attributes(tenant, &keys, is_hidden, actor).await.map_err(explain)?;
    let toast = if is_hidden { hidden(PATH, keys) } else { Toast::new("Shown again.") };
    render(&services, &visitor, &headers, Some(toast)).await
}

/// Returns the notice about hidden attributes. `path` is the path of the page, below the root.
fn hidden(path: &str, keys: BTreeSet<String>) -> Toast {
    let text = match keys.len() {
        1 => "Hidden for 30 days.".to_owned(),
        count => format!("{count} attributes are hidden for 30 days."),
    };
    let show = (SHOW, "1".to_owned());
    let fields = keys.into_iter().map(|key| (ATTRIBUTE, key)).chain([show]).collect();
    let undo = Undo { action: format!("{path}/hide"), fields, label: "Undo" };
    Toast { text: text.into(), undo: Some(undo) }
}

//! Starts and stops a recording of all requests.

use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::response::redirect;
use axum::extract::State;

/// Starts a recording of one hour, or stops it.
pub(in crate::server::pages) async fn record(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let is_on = form.get("record") == "on";
    services.sync.set_recording(&visitor.tenant, is_on, &visitor.actor).await.map_err(explain)?;
    let done = if is_on { "recording" } else { "recording-stopped" };
    Ok(redirect(&visitor.site.path(&format!("requests?show=recorded&done={done}"))))
}

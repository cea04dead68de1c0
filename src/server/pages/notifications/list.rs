//! The list of destinations.

use super::event_boxes::described;
use super::fields::kind_title;
use super::state::StateWords;
use crate::directory::destinations::{DestinationView, MOST_DESTINATIONS};
use crate::directory::precondition::Precondition;
use crate::directory::{Settings, SilentAfter};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, Section, show_as};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "notifications.html")]
struct NotificationsPage {
    frame: Frame,
    rows: Vec<ListedDestination>,
    most: usize,
    /// The hours without a request after which silence is reported, as entered.
    hours: String,
    silence_problems: Problems,
}

/// A destination in the list.
struct ListedDestination {
    id: String,
    name: String,
    kind: &'static str,
    hint: String,
    events: String,
    state: StateWords,
}

/// Shows the destinations with their states.
pub(in crate::server::pages) async fn list(
    State(services): State<Services>,
    visitor: Visitor,
    query: Pairs,
) -> Answer {
    let tenant = services.tenants.get(&visitor.tenant).await.map_err(explain)?;
    let hours = tenant.settings.silent_after_hours.map(|hours| hours.hours().to_string());
    let frame = Frame::of(&visitor, Section::Notifications).with_notice(&query);
    show_page(&services, &visitor, frame, hours.unwrap_or_default(), Problems::default()).await
}

/// Saves the hours after which the silence of the identity provider is reported. An empty field means no report.
pub(in crate::server::pages) async fn save_silence(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let text = form.get("hours").trim();
    let hours = SilentAfter::parse(text);
    if hours.is_none() && !text.is_empty() {
        let problems = Problems::one("hours", "Enter a whole number from 1 to 168, or nothing");
        let frame = Frame::of(&visitor, Section::Notifications);
        return show_page(&services, &visitor, frame, text.to_owned(), problems).await;
    }
    let change = |settings: Settings| Settings { silent_after_hours: hours, ..settings };
    let any = Precondition::default();
    let saved = services.access.set_settings(&visitor.tenant, change, &any, &visitor.actor).await;
    saved.map_err(explain)?;
    Ok(redirect(&visitor.site.path("notifications?done=saved")))
}

async fn show_page(
    services: &Services,
    visitor: &Visitor,
    frame: Frame,
    hours: String,
    silence_problems: Problems,
) -> Answer {
    let listed = services.destinations.list(&visitor.tenant).await.map_err(explain)?;
    let page = NotificationsPage {
        frame,
        rows: listed.into_iter().map(ListedDestination::from).collect(),
        most: MOST_DESTINATIONS,
        hours,
        silence_problems,
    };
    show_as(page.silence_problems.status(), &page)
}

impl From<DestinationView> for ListedDestination {
    fn from(DestinationView { destination, state }: DestinationView) -> Self {
        Self {
            id: destination.id.to_string(),
            kind: kind_title(destination.kind()),
            events: described(&destination.types),
            state: StateWords::of(&state),
            name: destination.name,
            hint: destination.hint,
        }
    }
}

//! The list of destinations.

use super::event_boxes::described;
use super::fields::kind_title;
use super::state::StateWords;
use crate::directory::destinations::{DestinationView, MOST_DESTINATIONS};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::frame::{Frame, Section, show};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "notifications.html")]
struct NotificationsPage {
    frame: Frame,
    rows: Vec<ListedDestination>,
    most: usize,
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
    let listed = services.destinations.list(&visitor.tenant).await.map_err(explain)?;
    show(&NotificationsPage {
        frame: Frame::of(&visitor, Section::Notifications).with_notice(&query),
        rows: listed.into_iter().map(ListedDestination::from).collect(),
        most: MOST_DESTINATIONS,
    })
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

//! The page of a destination.

use super::super::words::grouped;
use super::calls::{FinishedCall, Outcome};
use super::deliveries::{DELIVERIES, DeliveryLog};
use super::fields::Fields;
use super::state::StateWords;
use crate::directory::Stage;
use crate::directory::destinations::{Destination, DestinationView, MOST_COUNTED};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, Section, When, show_as};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::path::DestinationId;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "notification.html")]
struct NotificationPage {
    frame: Frame,
    id: String,
    name: String,
    revision: u64,
    fields: Fields,
    problems: Problems,
    outcome: Option<Outcome>,
    state: StateWords,
    is_enabled: bool,
    /// The number of events that wait, for the choice of the place to resume at.
    waiting: String,
    /// Whether the number of waiting events is an upper limit.
    is_upper_limit: bool,
    last_success: Option<When>,
    secrets: Option<SecretRows>,
    deliveries: DeliveryLog,
}

/// The signing secrets of a webhook, without the secrets themselves.
struct SecretRows {
    created: When,
    /// The time until which the previous secret signs too.
    previous_expires: Option<When>,
}

/// The result of a form, on the page that answers it.
#[derive(Default)]
pub(super) struct FormResult {
    /// The values of a refused form.
    pub(super) fields: Option<Fields>,
    pub(super) problems: Problems,
    pub(super) call: Option<FinishedCall>,
}

/// Shows a destination.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    DestinationId(id): DestinationId,
    query: Pairs,
) -> Answer {
    let frame = Frame::of(&visitor, Section::Notifications).with_notice(&query);
    show_page(&services, &visitor, id, frame, query.cursor(), FormResult::default()).await
}

/// Shows a destination with the result of a form.
pub(super) async fn show_result(
    services: &Services,
    visitor: &Visitor,
    id: Uuid,
    result: FormResult,
) -> Answer {
    let frame = Frame::of(visitor, Section::Notifications);
    show_page(services, visitor, id, frame, None, result).await
}

async fn show_page(
    services: &Services,
    visitor: &Visitor,
    id: Uuid,
    frame: Frame,
    cursor: Option<&str>,
    result: FormResult,
) -> Answer {
    let (destinations, tenant) = (&services.destinations, &visitor.tenant);
    let (view, log) = tokio::try_join!(
        destinations.get(tenant, id),
        destinations.deliveries(tenant, id, cursor, DELIVERIES),
    )
    .map_err(explain)?;
    let DestinationView { destination, state } = view;
    let here = visitor.site.path(&format!("notifications/{id}"));
    let FormResult { fields, problems, call } = result;
    let page = NotificationPage {
        frame,
        id: id.to_string(),
        revision: destination.revision,
        fields: fields.unwrap_or_else(|| Fields::of(&destination)),
        outcome: call.map(|call| call.describe(destination.kind())),
        state: StateWords::of(&state),
        is_enabled: destination.enabled,
        waiting: grouped(state.waiting),
        is_upper_limit: usize::try_from(state.waiting)
            .map_or(true, |waiting| waiting > MOST_COUNTED),
        last_success: state.last_success.map(When::new),
        secrets: SecretRows::of(&destination, services.tenants.now()),
        deliveries: DeliveryLog::new(log, &here, cursor.is_none()),
        name: destination.name,
        problems,
    };
    show_as(page.problems.status(), &page)
}

impl SecretRows {
    fn of(destination: &Destination, now: OffsetDateTime) -> Option<Self> {
        let secrets = destination.secrets();
        let current = secrets.iter().find(|secret| secret.stage == Stage::Current)?;
        let expires = secrets.iter().filter_map(|secret| secret.expires).max();
        Some(Self {
            created: When::new(current.created),
            previous_expires: expires.filter(|expires| *expires > now).map(When::new),
        })
    }
}

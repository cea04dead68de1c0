//! Adds a destination: the choice of the kind, and the form of the kind.

use super::fields::Fields;
use super::problem::{self, FORM};
use super::secret::show_secret;
use crate::directory::destinations::{Created, DestinationKind};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, Section, show, show_as};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;
use http::StatusCode;

#[derive(Template)]
#[template(path = "notification_kinds.html")]
struct KindsPage {
    frame: Frame,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "new_notification.html")]
struct NewNotificationPage {
    frame: Frame,
    fields: Fields,
    problems: Problems,
}

/// Shows the form of a kind, or the choice of the kind.
pub(in crate::server::pages) async fn show_form(visitor: Visitor, query: Pairs) -> Answer {
    match kind_in(query.get("kind").unwrap_or_default()) {
        Some(kind) => show(&page(&visitor, Fields::new(kind), Problems::default())),
        None => show(&kinds(&visitor, Problems::default())),
    }
}

/// Adds a destination. The answer about a webhook shows its signing secret, and no later answer does.
pub(in crate::server::pages) async fn create(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let Some(kind) = kind_in(form.get("kind")) else {
        let problem = problem::at(FORM, "Choose Slack, Teams or a webhook");
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &kinds(&visitor, problem));
    };
    let fields = Fields::entered(kind, None, &form);
    let refuse =
        |fields, problems: Problems| show_as(problems.status(), &page(&visitor, fields, problems));
    let new = match fields.new_destination() {
        Ok(new) => new,
        Err(problem) => return refuse(fields, problem),
    };
    match services.destinations.create(&visitor.tenant, &new, &visitor.actor).await {
        Ok(Created { destination, signing_secret: Some(secret) }) => {
            show_secret(&visitor, &destination, &secret)
        }
        Ok(Created { destination, .. }) => {
            let path = format!("notifications/{}?done=destination-added", destination.id);
            Ok(redirect(&visitor.site.path(&path)))
        }
        Err(error) => refuse(fields, problem::of(error, FORM)?),
    }
}

fn kind_in(text: &str) -> Option<DestinationKind> {
    text.parse().ok()
}

fn kinds(visitor: &Visitor, problems: Problems) -> KindsPage {
    KindsPage { frame: Frame::of(visitor, Section::Notifications), problems }
}

fn page(visitor: &Visitor, fields: Fields, problems: Problems) -> NewNotificationPage {
    let frame = Frame::of(visitor, Section::Notifications);
    NewNotificationPage { frame, fields, problems }
}

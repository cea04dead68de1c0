//! Replaces a token that was used. The old token keeps working for the chosen time.

use super::form_number::{form_number, new_form_number};
use super::labels::{LABEL_TAKEN, Others};
use super::new_token::show_token;
use super::scope_words::{ScopeWords, read_scope};
use super::token_card::{current_id, older_ends};
use crate::directory::access::token_set::{Earlier, Replacement, TokenForm};
use crate::directory::{Error, Scope, Tenant};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, Section, When, show_as};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::path::PathParts;
use askama::Template;
use axum::extract::State;
use time::Duration;

/// The name of the field with the time for which the old token keeps working.
const OVERLAP: &str = "overlap";
/// The name of the box that also stops the older token.
const OLDER: &str = "older";

#[derive(Template)]
#[template(path = "access_replace.html")]
struct ReplacePage {
    frame: Frame,
    words: ScopeWords,
    /// The entered label.
    entered: String,
    overlaps: Vec<Overlap>,
    /// The time until which the older token works, if it still does.
    older_ends: Option<When>,
    stops_older: bool,
    /// The short name of the current token, for which the form was made.
    seen: String,
    /// The number of the form. A reload sends it again.
    number: String,
    problems: Problems,
}

/// A time for which the old token keeps working.
struct Overlap {
    value: &'static str,
    label: &'static str,
    is_selected: bool,
}

/// The choices, with their values in the form.
const OVERLAPS: [(&str, &str, Duration); 4] = [
    ("none", "Stop the old token now", Duration::ZERO),
    ("1h", "1 hour", Duration::HOUR),
    ("24h", "24 hours", Duration::DAY),
    ("7d", "7 days", Duration::WEEK),
];

/// The entered values of the form.
struct Entered {
    label: String,
    overlap: String,
    stops_older: bool,
    seen: String,
    number: String,
}

/// Shows the form.
pub(in crate::server::pages) async fn show_form(
    State(services): State<Services>,
    visitor: Visitor,
    PathParts([scope]): PathParts<1>,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let tenant = services.tenants.get(&visitor.tenant).await.map_err(explain)?;
    let overlap = if scope == Scope::Admin { "none" } else { "24h" };
    let others = Others::of_replaced(&tenant, scope, services.tenants.now());
    let entered = Entered {
        label: others.proposed_label(visitor.provider()),
        overlap: overlap.to_owned(),
        stops_older: false,
        seen: current_id(&tenant, scope),
        number: new_form_number(),
    };
    page(&services, &visitor, scope, &tenant, entered, Problems::default())
}

/// Replaces the token. Only this response shows the new one. A reload replaces the new token while it was never
/// used.
pub(in crate::server::pages) async fn replace(
    State(services): State<Services>,
    visitor: Visitor,
    PathParts([scope]): PathParts<1>,
    form: Form,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let entered = Entered {
        label: form.get("label").trim().to_owned(),
        overlap: form.get(OVERLAP).to_owned(),
        stops_older: form.has(OLDER),
        seen: form.get("seen").to_owned(),
        number: form_number(&form).unwrap_or_default().to_owned(),
    };
    let (access, id) = (&services.access, &visitor.tenant);
    let chosen = OVERLAPS.into_iter().find(|(value, ..)| *value == entered.overlap);
    let Some((.., overlap)) = chosen else {
        let problems = Problems::one(OVERLAP, "Choose how long the old token keeps working.");
        return refuse(&services, &visitor, scope, entered, problems).await;
    };
    let label = Some(&*entered.label).filter(|label| !label.is_empty());
    if label.is_some() {
        let tenant = services.tenants.get(id).await.map_err(explain)?;
        let others = Others::of_replaced(&tenant, scope, services.tenants.now());
        // A reload sends the label of the token that it made.
        if current_id(&tenant, scope) == entered.seen && others.have(&entered.label) {
            let problems = Problems::one("label", LABEL_TAKEN);
            return refuse(&services, &visitor, scope, entered, problems).await;
        }
    }
    let earlier = if entered.stops_older { Earlier::Drop } else { Earlier::Keep };
    let from = TokenForm { seen: &entered.seen, number: form_number(&form) };
    let replacement = Replacement { label, overlap, earlier, expected: Some(from) };
    let problems = match access.replace_token(id, scope, &replacement, &visitor.actor).await {
        Ok(made) => return show_token(&visitor, scope, &made, false),
        Err(Error::AlreadyReplaced) => {
            // A reload of the page with the new token sends the form again.
            let again = access.create_token_by_form(id, scope, label, from, &visitor.actor);
            return match again.await {
                Ok(made) => show_token(&visitor, scope, &made, true),
                Err(Error::TokenUsed) => Err(explain(Error::AlreadyReplaced)),
                Err(error) => Err(explain(error)),
            };
        }
        Err(Error::Protocol(error)) => Problems::one("label", error.detail),
        Err(Error::PreviousTokenValid { .. }) => {
            Problems::one(OLDER, "An older token still works. Tick this box, or wait for its end.")
        }
        Err(error) => return Err(explain(error)),
    };
    refuse(&services, &visitor, scope, entered, problems).await
}

/// Shows the form again, with the entered values.
async fn refuse(
    services: &Services,
    visitor: &Visitor,
    scope: Scope,
    entered: Entered,
    problems: Problems,
) -> Answer {
    let tenant = services.tenants.get(&visitor.tenant).await.map_err(explain)?;
    page(services, visitor, scope, &tenant, entered, problems)
}

fn page(
    services: &Services,
    visitor: &Visitor,
    scope: Scope,
    tenant: &Tenant,
    entered: Entered,
    problems: Problems,
) -> Answer {
    let Entered { label, overlap, stops_older, seen, number } = entered;
    let overlaps = OVERLAPS.into_iter().map(|(value, label, _)| Overlap {
        value,
        label,
        is_selected: value == overlap,
    });
    let status = problems.status();
    let page = ReplacePage {
        frame: Frame::of(visitor, Section::Access),
        words: ScopeWords::of(scope),
        entered: label,
        overlaps: overlaps.collect(),
        older_ends: older_ends(tenant, scope, services.tenants.now()),
        stops_older,
        seen,
        number,
        problems,
    };
    show_as(status, &page)
}

//! The page of a step.

use super::attribute_check::AttributeCheck;
use super::attributes::{MappedAttribute, attributes_for};
use super::facts::Facts;
use super::guard::ConnectUser;
use super::ignored::Ignored;
use super::live::{Live, MessageKind};
use super::person_card::{PersonCard, managers_not_found};
use super::step::{Step, StepLink};
use crate::directory::{GovernedAttribute, Provider};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::form::Problems;
use crate::server::pages::fragment;
use crate::server::pages::frame::{Frame, When, show_as};
use crate::server::pages::screens::Screens;
use crate::server::pages::sources::source_name;
use crate::server::path::PathParts;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use uuid::Uuid;

/// The page of a step.
#[derive(Template)]
#[template(path = "connect/step.html", blocks = ["badges", "part", "token"])]
pub(super) struct StepPage {
    frame: Frame,
    csrf: String,
    step: Step,
    steps: [StepLink; 5],
    provider: Provider,
    is_chosen: bool,
    is_guest: bool,
    /// Whether the identity provider uses a Secret Token. A guest cannot replace it.
    is_connected: bool,
    tenant_url: String,
    /// The host that the identity provider cannot reach; `None` for a public one.
    local_host: Option<String>,
    token: Option<TokenFacts>,
    /// The new token, on the only page that shows it.
    secret: Option<String>,
    /// Whether the new token replaced one that was never used.
    is_again: bool,
    /// The short name of the token that the form was made for; empty for none.
    seen: String,
    /// The label that the form proposes.
    proposed: String,
    live: Live,
    attributes: [MappedAttribute; 3],
    check: AttributeCheck,
    ignored: Arc<[Ignored]>,
    person: Option<PersonCard>,
    switches: Vec<Switch>,
    problems: Problems,
}

/// The Secret Token, without its secret.
pub(super) struct TokenFacts {
    pub(super) label: String,
    pub(super) created: When,
    pub(super) is_used: bool,
    /// The older token, which works beside this one: its label and its end.
    pub(super) older: Option<(String, Option<When>)>,
}

/// A choice of the source of an attribute.
pub(super) struct Switch {
    pub(super) title: &'static str,
    pub(super) is_from_idp: bool,
    /// The path of the preview of the other source, below the root.
    pub(super) preview: String,
}

/// A new Secret Token, for the only page that shows it.
pub(super) struct NewSecret {
    pub(super) text: String,
    pub(super) is_again: bool,
}

impl StepPage {
    /// Builds the page of a step. `shown` is the employee whose card the page shows already.
    pub(super) async fn of(
        user: &ConnectUser,
        facts: &Facts,
        step: Step,
        shown: Option<Uuid>,
    ) -> Result<Self, ApiError> {
        let person = match step {
            Step::Map | Step::Assign => PersonCard::read(user, facts, shown).await?,
            Step::Choose | Step::Token | Step::Paste => None,
        };
        let not_found = match step {
            Step::Map if user.link().is_some() && person.is_none() => {
                managers_not_found(user, facts).await?
            }
            _ => 0,
        };
        let check = AttributeCheck::of(facts, person.as_ref(), not_found);
        Ok(Self { check, ..Self::with_person(user, facts, step, person) })
    }

    /// Builds the page of a step without a read, so that a new token is never lost.
    pub(super) fn with_person(
        user: &ConnectUser,
        facts: &Facts,
        step: Step,
        person: Option<PersonCard>,
    ) -> Self {
        let provider = facts.provider();
        let settings = facts.tenant.settings;
        let switch = |attribute: GovernedAttribute| {
            let is_from_idp = attribute.is_from_idp(settings);
            let other = source_name(!is_from_idp);
            let preview = format!("sources/{}/preview?source={other}", attribute.name());
            Switch { title: attribute.title(), is_from_idp, preview }
        };
        Self {
            frame: user.frame(),
            csrf: user.form_key.expose().to_owned(),
            step,
            steps: facts.steps(Some(step)),
            provider,
            is_chosen: settings.provider.is_some(),
            is_guest: user.link().is_some(),
            is_connected: facts.is_connected(),
            tenant_url: user.site.tenant_url(&user.tenant),
            local_host: user.site.local_host(),
            token: TokenFacts::of(facts),
            secret: None,
            is_again: false,
            seen: facts.token().map_or_else(String::new, |token| token.short_name().to_owned()),
            proposed: facts.others().proposed_label(provider),
            live: Live::of(facts, user.link().map(|link| link.created)),
            attributes: attributes_for(provider),
            check: AttributeCheck::of(facts, person.as_ref(), 0),
            ignored: Arc::clone(&facts.ignored),
            person,
            switches: GovernedAttribute::ALL.iter().map(|one| switch(*one)).collect(),
            problems: Problems::default(),
        }
    }

    /// Adds the new token.
    pub(super) fn with_secret(self, secret: NewSecret) -> Self {
        Self { secret: Some(secret.text), is_again: secret.is_again, ..self }
    }

    /// Adds the errors of a form, and the label that was entered.
    pub(super) fn with_problems(self, problems: Problems, label: &str) -> Self {
        Self { problems, proposed: label.to_owned(), ..self }
    }

    /// Returns the page, with the status of its errors.
    pub(super) fn answer(&self) -> Answer {
        show_as(self.problems.status(), self)
    }

    fn is_step(&self, number: u8) -> bool {
        self.step.number() == number
    }

    /// The path of the live part. It names the employee on the card, so the card stays.
    fn live_path(&self) -> String {
        let path = format!("{}connect/live?step={}", self.frame.root, self.step.number());
        match &self.person {
            Some(person) if self.step == Step::Assign && !self.is_guest => {
                format!("{path}&person={}", person.id)
            }
            _ => path,
        }
    }

    /// The name of the employee on the card.
    fn person_name(&self) -> &str {
        self.person.as_ref().map_or("", |person| &person.name)
    }

    /// The names on the screens of the identity provider.
    fn screens(&self) -> Screens {
        Screens::of(self.provider)
    }
}

impl TokenFacts {
    /// Returns the current Secret Token.
    pub(super) fn of(facts: &Facts) -> Option<Self> {
        let token = facts.token()?;
        Some(Self {
            label: token.label.clone(),
            created: When::new(token.created),
            is_used: facts.is_token_used(),
            older: facts
                .older_token()
                .map(|older| (older.label.clone(), older.expires.map(When::new))),
        })
    }
}

/// Shows a step.
pub(super) async fn show(
    State(services): State<Services>,
    user: ConnectUser,
    PathParts([step]): PathParts<1>,
) -> Answer {
    let step = step.as_deref().and_then(Step::parse).ok_or_else(no_such_step)?;
    let facts = Facts::read(&services, &user).await?;
    StepPage::of(&user, &facts, step, None).await?.answer()
}

/// Answers with the live part of a step.
pub(super) async fn show_live(
    State(services): State<Services>,
    user: ConnectUser,
    query: Pairs,
    headers: HeaderMap,
) -> Answer {
    let step = query.get("step").and_then(Step::parse).ok_or_else(no_such_step)?;
    let facts = Facts::read(&services, &user).await?;
    let shown = query.get("person").and_then(|id| id.parse().ok());
    let page = StepPage::of(&user, &facts, step, shown).await?;
    // The badges of the steps and the state of the token change together with the live part.
    fragment::answer_parts(&headers, &page, || {
        let parts = [page.as_badges().render(), page.as_part().render(), page.as_token().render()];
        parts.into_iter().collect()
    })
}

pub(super) fn no_such_step() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "This page does not exist. Connect has the steps 1 to 5")
}

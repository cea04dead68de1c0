//! `/connect`: leads to the next step, and shows the summary of a tenant that is set up.

use super::facts::Facts;
use super::guard::ConnectUser;
use super::live::{Live, MessageKind};
use super::page::TokenFacts;
use super::setup_link::SetupLinkCard;
use super::step::StepLink;
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::frame::{Frame, When, show as show_page};
use crate::server::pages::screens::Screens;
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "connect/summary.html")]
struct SummaryPage {
    frame: Frame,
    /// The names on the screens of the identity provider.
    screens: Screens,
    tenant_url: String,
    token: Option<TokenFacts>,
    last_request: Option<When>,
    live: Live,
    steps: [StepLink; 5],
    setup_link: SetupLinkCard,
}

/// Shows the summary, or leads to the next step.
pub(super) async fn show(
    State(services): State<Services>,
    user: ConnectUser,
    query: Pairs,
) -> Answer {
    let facts = Facts::read(&services, &user).await?;
    if user.link().is_some() || !facts.is_set_up() {
        let number = facts.next_step().number();
        return Ok(redirect(&user.site.path(&format!("connect/{number}"))));
    }
    show_page(&SummaryPage {
        frame: user.frame().with_notice(&query),
        screens: Screens::of(facts.provider()),
        tenant_url: user.site.tenant_url(&user.tenant),
        token: TokenFacts::of(&facts),
        last_request: facts.sync.last_request.map(When::new),
        live: Live::of(&facts, None),
        steps: facts.steps(None),
        setup_link: SetupLinkCard::read(&services, &user.tenant).await?,
    })
}

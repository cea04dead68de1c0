//! The page *Tokens & access*.

use super::token_card::TokenCard;
use crate::directory::{Scope, SignInRecord};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::connect::setup_link::SetupLinkCard;
use crate::server::pages::frame::{Frame, Section, When, show};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "access.html")]
struct AccessPage {
    frame: Frame,
    cards: [TokenCard; 3],
    sign_ins: Vec<SignInRow>,
    setup_link: SetupLinkCard,
}

/// A recent sign-in.
struct SignInRow {
    at: When,
    label: String,
    browser: String,
}

impl From<SignInRecord> for SignInRow {
    fn from(record: SignInRecord) -> Self {
        let SignInRecord { at, label, browser } = record;
        Self { at: When::new(at), label, browser: browser.to_string() }
    }
}

/// Shows the credentials and the recent sign-ins.
pub(in crate::server::pages) async fn list(
    State(services): State<Services>,
    visitor: Visitor,
    query: Pairs,
) -> Answer {
    let id = &visitor.tenant;
    let read = tokio::try_join!(
        services.tenants.get(id),
        visitor.known_record(&services, &visitor.record),
        services.access.recent_sign_ins(id)
    );
    let (tenant, sync, sign_ins) = read.map_err(explain)?;
    let now = services.tenants.now();
    let own = visitor.token.as_deref().unwrap_or_default();
    let card = |scope| TokenCard::of(&tenant, scope, &sync.used, own, now);
    show(&AccessPage {
        frame: Frame::of(&visitor, Section::Access).with_notice(&query),
        cards: Scope::ALL.map(card),
        setup_link: SetupLinkCard::read(&services, id).await?,
        sign_ins: sign_ins.into_iter().map(SignInRow::from).collect(),
    })
}

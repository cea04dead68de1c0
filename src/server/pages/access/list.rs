//! The page *Tokens & access*.

use super::sso::sign_in_rows::{SignInRow, rows};
use super::token_card::TokenCard;
use crate::directory::{Scope, SignInMethod, SignInOutcome, SignInRecord};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::connect::setup_link::SetupLinkCard;
use crate::server::pages::frame::{Frame, Section, show};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::sso::words::provider_name;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;

/// The sign-ins that the page shows.
const MOST_ROWS: usize = 20;

#[derive(Template)]
#[template(path = "access.html")]
struct AccessPage {
    frame: Frame,
    cards: [TokenCard; 3],
    sign_ins: Vec<SignInRow>,
    setup_link: SetupLinkCard,
    has_sso: bool,
    /// Whether the sign-in page offers single sign-on.
    is_sso_proven: bool,
    /// The identity provider of single sign-on, within a sentence.
    sso_provider: &'static str,
}

/// Whether a line of the log opened a session.
fn is_sign_in(line: &SignInRecord) -> bool {
    line.outcome == SignInOutcome::SignedIn && line.how != SignInMethod::Try
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
    let sign_ins = sign_ins.into_iter().filter(is_sign_in).take(MOST_ROWS).collect();
    let provider = tenant.sso.as_ref().map(|settings| settings.provider);
    let is_sso_proven = tenant.sso.as_ref().is_some_and(|settings| settings.proven_at.is_some());
    let now = services.tenants.now();
    let own = visitor.token.as_deref().unwrap_or_default();
    let card = |scope| TokenCard::of(&tenant, scope, &sync.used, own, now);
    show(&AccessPage {
        frame: Frame::of(&visitor, Section::Access).with_notice(&query),
        cards: Scope::ALL.map(card),
        setup_link: SetupLinkCard::read(&services, id).await?,
        sign_ins: rows(&visitor.directory, sign_ins).await?,
        has_sso: provider.is_some(),
        is_sso_proven,
        sso_provider: provider.map_or("", provider_name),
    })
}

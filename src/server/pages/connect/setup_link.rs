//! The set-up link: created, shown once, and revoked. Its card is part of Connect, and of Tokens & access.

use crate::directory::access::token_set::Which;
use crate::directory::{Link, LinkScope, Scope, TenantId};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::frame::{Frame, Section, When, show};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;
use secrecy::ExposeSecret;

/// The card of the set-up link, for the template part `setup_link_card.html`.
pub(in crate::server::pages) struct SetupLinkCard {
    pub(in crate::server::pages) link: Option<OpenLink>,
    /// The number of open sessions of sign-in links.
    pub(in crate::server::pages) sessions: usize,
}

/// A set-up link that works.
pub(in crate::server::pages) struct OpenLink {
    pub(in crate::server::pages) created: When,
    pub(in crate::server::pages) expires: When,
    /// The time of the opening, and the browser.
    pub(in crate::server::pages) opened: Option<(When, String)>,
    /// Whether a token was made through the link.
    pub(in crate::server::pages) has_token: bool,
}

impl SetupLinkCard {
    /// Reads the card.
    pub(in crate::server::pages) async fn read(
        services: &Services,
        tenant: &TenantId,
    ) -> Result<Self, ApiError> {
        let links = services.access.links(tenant).await.map_err(explain)?;
        let is_session = |link: &&Link| link.scope == LinkScope::Admin && link.opened.is_some();
        let sessions = links.iter().filter(is_session).count();
        let link = links.into_iter().find(|link| link.scope == LinkScope::Connect);
        Ok(Self { link: link.map(OpenLink::from), sessions })
    }
}

impl From<Link> for OpenLink {
    fn from(link: Link) -> Self {
        Self {
            created: When::new(link.created),
            expires: When::new(link.expires),
            opened: link.opened.map(|opening| (When::new(opening.at), opening.browser)),
            has_token: link.token.is_some(),
        }
    }
}

#[derive(Template)]
#[template(path = "connect/link_form.html")]
struct LinkForm {
    frame: Frame,
    /// Whether a link works now. The new link ends it.
    is_replaced: bool,
}

/// Shows the form for a new link, with the risk.
pub(super) async fn show_form(State(services): State<Services>, visitor: Visitor) -> Answer {
    let card = SetupLinkCard::read(&services, &visitor.tenant).await?;
    let frame = Frame::of(&visitor, Section::Connect);
    show(&LinkForm { frame, is_replaced: card.link.is_some() })
}

#[derive(Template)]
#[template(path = "connect/new_link.html")]
struct NewLinkPage {
    frame: Frame,
    url: String,
    expires: When,
}

/// Makes a set-up link. Only this answer shows it.
pub(super) async fn create(State(services): State<Services>, visitor: Visitor) -> Answer {
    let (tenant, scope) = (&visitor.tenant, LinkScope::Connect);
    let link = services.access.create_link(tenant, scope, &visitor.actor).await.map_err(explain)?;
    show(&NewLinkPage {
        frame: Frame::of(&visitor, Section::Connect),
        url: visitor.site.link_url(tenant, scope, link.text.expose_secret()),
        expires: When::new(link.expires),
    })
}

#[derive(Template)]
#[template(path = "connect/link_revocation.html")]
struct RevocationForm {
    frame: Frame,
    link: Option<OpenLink>,
}

/// Asks whether to revoke the link, and the token that was made through it.
pub(super) async fn show_revocation(State(services): State<Services>, visitor: Visitor) -> Answer {
    let card = SetupLinkCard::read(&services, &visitor.tenant).await?;
    show(&RevocationForm { frame: Frame::of(&visitor, Section::Connect), link: card.link })
}

/// Revokes the link. With `token`, it also revokes the token that was made through the link.
pub(super) async fn revoke(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let (access, tenant, actor) = (&services.access, &visitor.tenant, &visitor.actor);
    // The link goes first: its session could make another token.
    let ended = access.revoke_links(tenant, LinkScope::Connect, actor).await.map_err(explain)?;
    let tokens = ended.into_iter().filter_map(|link| link.token);
    for token in tokens.filter(|_| form.has("token")) {
        let which = Which::Token(&token);
        access.revoke_tokens(tenant, Scope::Scim, which, actor).await.map_err(explain)?;
    }
    Ok(redirect(&visitor.site.path("access?done=link-revoked")))
}

/// Ends the sessions of all links.
pub(super) async fn end_sessions(State(services): State<Services>, visitor: Visitor) -> Answer {
    let (access, tenant) = (&services.access, &visitor.tenant);
    for scope in [LinkScope::Connect, LinkScope::Admin] {
        access.revoke_links(tenant, scope, &visitor.actor).await.map_err(explain)?;
    }
    Ok(redirect(&visitor.site.path("access?done=link-sessions-ended")))
}

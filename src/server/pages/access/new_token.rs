//! Shows a new token, once.

use super::scope_words::ScopeWords;
use crate::directory::Scope;
use crate::directory::access::token_set::IssuedToken;
use crate::server::error::Answer;
use crate::server::pages::frame::{Frame, Section, When, show};
use crate::server::pages::guard::Visitor;
use crate::server::pages::screens::Screens;
use crate::server::pages::toast::Toast;
use askama::Template;
use secrecy::ExposeSecret;

/// The notice on the page after a reload, which replaces the token of the page before.
const CREATED_AGAIN: &str = "Created again. The token shown before does not work.";

#[derive(Template)]
#[template(path = "new_token.html")]
struct NewTokenPage<'a> {
    frame: Frame,
    words: ScopeWords,
    /// The names on the screens of the identity provider.
    screens: Screens,
    tenant_url: String,
    api_url: String,
    token: &'a str,
    /// The labels of the tokens that worked before, with the time until which they work; `None` for an ended token.
    earlier: Vec<(String, Option<When>)>,
}

/// Shows a token that was just made. Nothing here reads the store, so the page cannot fail after the write. `is_again`
/// tells that the browser sent a form again.
pub(super) fn show_token(
    visitor: &Visitor,
    scope: Scope,
    made: &IssuedToken,
    is_again: bool,
) -> Answer {
    let mut frame = Frame::of(visitor, Section::Access);
    if is_again {
        frame = frame.with_toast(Toast::new(CREATED_AGAIN));
    }
    let earlier = made.earlier.iter();
    show(&NewTokenPage {
        frame,
        words: ScopeWords::of(scope),
        screens: Screens::of(visitor.provider()),
        tenant_url: visitor.site.tenant_url(&visitor.tenant),
        api_url: visitor.site.api_url(&visitor.tenant),
        token: made.token.expose_secret(),
        earlier: earlier.map(|token| (token.label.clone(), token.expires.map(When::new))).collect(),
    })
}

//! Shows a new signing secret, once.

use crate::directory::Stage;
use crate::directory::destinations::Destination;
use crate::server::error::Answer;
use crate::server::pages::frame::{Frame, Section, When, show};
use crate::server::pages::guard::Visitor;
use askama::Template;
use secrecy::{ExposeSecret, SecretString};

#[derive(Template)]
#[template(path = "new_secret.html")]
struct NewSecretPage<'a> {
    frame: Frame,
    id: String,
    name: &'a str,
    secret: &'a str,
    /// Whether the destination is new, or its secret was replaced.
    is_new: bool,
    /// The time until which the previous secret signs too.
    previous_expires: Option<When>,
}

/// Shows the secret of a destination that was just written. Nothing here reads the store, so the page cannot fail after
/// the write.
pub(super) fn show_secret(
    visitor: &Visitor,
    destination: &Destination,
    secret: &SecretString,
) -> Answer {
    let previous = destination.secrets().iter().find(|secret| secret.stage == Stage::Previous);
    show(&NewSecretPage {
        frame: Frame::of(visitor, Section::Notifications),
        id: destination.id.to_string(),
        name: &destination.name,
        secret: secret.expose_secret(),
        is_new: destination.revision == 1,
        previous_expires: previous.and_then(|secret| secret.expires).map(When::new),
    })
}

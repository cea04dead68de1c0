//! Step 2: creates the Secret Token, which step 3 shows once.

use super::facts::Facts;
use super::guard::ConnectUser;
use super::page::{NewSecret, StepPage};
use super::step::Step;
use crate::directory::{Error, LinkScope, Scope};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::access::LABEL_TAKEN;
use crate::server::pages::form::Problems;
use crate::server::pages::guard::Form;
use crate::server::pages::link;
use crate::server::pages::messages::explain;
use http::StatusCode;
use secrecy::ExposeSecret;

/// The text for a token that is in use.
const IN_USE: &str =
    "The Secret Token is in use. An administrator can replace it in Tokens & access.";

/// Creates the token. Only this answer shows it. A reload creates another token, while no use of the first is known.
pub(super) async fn create(services: &Services, user: &ConnectUser, form: &Form) -> Answer {
    let entered = form.get("label").trim().to_owned();
    let label = Some(&*entered).filter(|label| !label.is_empty());
    let facts = Facts::read(services, user).await?;
    let again = |problems| {
        StepPage::with_person(user, &facts, Step::Token, None)
            .with_problems(problems, &entered)
            .answer()
    };
    let in_use = || again(Problems::one("", IN_USE).with_status(StatusCode::CONFLICT));
    // A guest may create the first token, and may not end one that works.
    if user.link().is_some() && facts.is_connected() {
        return in_use();
    }
    if facts.others().have(&entered) {
        return again(Problems::one("label", LABEL_TAKEN));
    }
    // The token that the form was made for. A reload of the answer finds another one.
    let is_again = facts.token().is_some_and(|token| token.short_name() != form.get("seen"));
    let (access, tenant) = (&services.access, &user.tenant);
    let created = match user.link() {
        Some(link) => access.create_token_by_link(tenant, label, link).await,
        None => access.create_token(tenant, Scope::Scim, label, &user.actor).await,
    };
    let token = match created {
        Ok(created) => created.token,
        Err(Error::TokenEnded) if user.link().is_some() => {
            return link::unknown(&user.site, LinkScope::Connect);
        }
        Err(Error::TokenUsed) => return in_use(),
        Err(Error::Protocol(error)) => return again(Problems::one("label", error.detail)),
        Err(error) => return Err(explain(error)),
    };
    // The page shows the new token beside its values. The secret is shown once, so a failed read does not hide it.
    let facts = Facts::read(services, user).await.unwrap_or(facts);
    let secret = NewSecret { text: token.expose_secret().to_owned(), is_again };
    StepPage::with_person(user, &facts, Step::Paste, None).with_secret(secret).answer()
}
